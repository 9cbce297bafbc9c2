"""Put an explanation together: the verdict first, then the steps, the files, the reasons and what helps."""

from __future__ import annotations

from collections.abc import Iterator

from cachetui.insight.why.answer import Explanation, Held, Reason, Remedy, Tone
from cachetui.insight.why.case import Case, version_of
from cachetui.insight.why.conduct import is_reused
from cachetui.insight.why.offers import index_of
from cachetui.insight.why.reasons import FILES, findings
from cachetui.insight.why.wording import day, named, old, pip_of, python_of
from cachetui.model import NS, Entry

NOTHING_EXPLAINS = "Nothing in this cache explains it: what pip would do here is what it would do without a cache."
"""Said where nothing was found that makes a difference."""


def explain(case: Case) -> Explanation:
    """Say what there is to say of a case."""
    found = list(findings(case))
    reasons = tuple([reason for reason, _ in found])
    remedies: dict[str, Remedy] = {}
    for _, cures in found:
        for cure in cures:
            remedies.setdefault(cure.command, cure)
    tone, verdict = _verdict(case, reasons)
    return Explanation(
        case.question.text,
        f"{case.asker.command}, {python_of(case.asker)}, {pip_of(case.asker)}",
        tone,
        verdict,
        tuple(_more(case, reasons)),
        () if case.asker.off_by else tuple(_steps(case)),
        tuple([_held(case, entry) for entry in case.own if entry.kind in FILES]),
        reasons,
        tuple(remedies.values()),
        case.forecast,
    )


def _verdict(case: Case, reasons: tuple[Reason, ...]) -> tuple[Tone, str]:
    """Return the verdict in a word and in a sentence."""
    forecast, question = case.forecast, case.question
    if case.asker.off_by:
        return (
            "off",
            f"{pip_of(case.asker)} uses no cache here, by {case.asker.off_by}: nothing in it can be the reason.",
        )
    if any(not answer.is_whole for answer in case.answers.values()):
        return (
            "damaged",
            "Something that pip keeps of this project is damaged: its headers and its body do not belong together.",
        )
    if not case.own:
        return "not cached", f"Nothing in this cache explains it: nothing of {question.name or question.text} is in it."
    version, name = forecast.version, forecast.filename
    match forecast.way:
        case "unknown":
            return (
                "not cached",
                f"Which {question.name} there is only an index can tell: no page of it is in this cache.",
            )
        case "nothing" if not forecast.asks:
            return "stale", f"pip finds no {question.text}: it goes by an index page in the cache, without asking."
        case "nothing":
            return "not cached", f"By the index page in the cache pip finds no {question.text}; it asks the index anew."
        case "built":
            return "cached", f"pip would install the wheel of {version} that was built here, and download nothing."
        case "cache":
            return "cached", f"pip would take {name} from the cache: no download."
        case "checked":
            return (
                "cached",
                f"pip would take {name} from the cache, after asking its server whether it is still the same.",
            )
        case "build":
            return "partly", f"pip would build {version or 'it'} again, from the sdist in the cache."
        case "download-build":
            return "not cached", f"pip would download {name or question.url} and build a wheel of it."
        case _:
            return "not cached", f"pip would download {name or question.url}: it is not in the cache."


def _more(case: Case, reasons: tuple[Reason, ...]) -> Iterator[str]:
    """Yield what must be said at once."""
    if case.asker.python is None or case.asker.python.trouble:
        yield "No Python was asked what it can use: name one with --python."
    if not reasons and case.own and not case.asker.off_by:
        yield NOTHING_EXPLAINS
    if case.forecast.asks and case.listings:
        page = max(case.listings, key=lambda page: page.answer.date or 0)
        if page.answer.date is not None:
            age = old(case.now - page.answer.date)
            yield f"What the index says now is not known here: its page in the cache is {age}."


def _steps(case: Case) -> Iterator[str]:
    """Yield what pip would do, in its order."""
    question, forecast = case.question, case.forecast
    if question.url is None:
        for page in case.listings:
            where = index_of(page) or "the index"
            if is_reused(page, case.asker.pip, case.now):
                yield f"use the page of {question.name} from {where} as it is in the cache: no request"
            else:
                yield f"ask {where} whether its page of {question.name} has changed: one small request"
        if not case.listings:
            yield f"ask the index for {question.name}: one request"
    name = forecast.filename or question.url or "the file"
    match forecast.way:
        case "built":
            assert forecast.built is not None
            yield f"install {forecast.built.filename}, built here on {day(forecast.built.downloaded)}: no download"
        case "cache":
            yield f"take {name} from the cache: no download"
        case "checked":
            yield f"ask whether {name} is still the same, then take it from the cache"
        case "download":
            yield f"download {name} and keep it"
        case "build" | "download-build":
            yield (
                f"take {name} from the cache: no download"
                if forecast.way == "build"
                else f"download {name} and keep it"
            )
            yield f"build a wheel for {python_of(case.asker)} and keep it"
        case "nothing":
            yield f"stop: no {question.text} for {python_of(case.asker)} is listed" + (
                "" if not forecast.asks else ", unless the index says so now"
            )
        case "unknown":
            yield "take what the index lists"


def _held(case: Case, entry: Entry) -> Held:
    """Describe a file of the project that is in the cache."""
    trouble, admitted = case.trouble(entry), case.admits(entry)
    what = "built here" if entry.kind == "built" else entry.kind
    words = [f"{what} {old(case.now - entry.downloaded / NS)}"]
    offer = next((one for one in case.offers if one.entry is not None and one.entry.path == entry.path), None)
    if offer is not None and offer.index:
        words.append(f"from {offer.index.partition('://')[2] or offer.index}")
    if offer is not None and offer.listed.yanked:
        words.append("yanked")
    if not admitted:
        left_out = f"{case.question.specifier} leaves it out" if case.question.specifier else "not asked for"
        words.append(trouble or (f"fits, but {left_out}" if version_of(entry) else "its version is not known"))
    elif trouble:
        words.append(trouble)
    elif case.forecast.offer and offer is case.forecast.offer and case.sha256 == offer.listed.hash_value:
        words.append("sha256 as the index says")
    name = entry.filename or named([entry.project or "?", entry.version or ""], "").strip()
    return Held("other" if not admitted else "no" if trouble else "yes", name, ", ".join(words), entry.path)
