"""Put an explanation together: the verdict first, then the steps, the files, the reasons and what helps."""

from __future__ import annotations

from collections.abc import Iterator

from cachetui.insight.why.answer import Explanation, Held, Remedy, Tone
from cachetui.insight.why.case import PYPI, Case, version_of
from cachetui.insight.why.offered import for_good
from cachetui.insight.why.offers import index_of
from cachetui.insight.why.reasons import FILES, findings
from cachetui.insight.why.remarks import remarks
from cachetui.insight.why.wording import day, named, old, pip_of, python_of
from cachetui.model import NS, Entry


def explain(case: Case) -> Explanation:
    """Say what there is to say of a case."""
    found = list(findings(case))
    reasons = tuple([reason for reason, _ in found])
    remedies: dict[str, Remedy] = {}
    for _, cures in found:
        for cure in cures:
            remedies.setdefault(cure.command, cure)
    tone, verdict = _verdict(case)
    return Explanation(
        case.question.text,
        f"{case.asker.command}, {python_of(case.asker)}, {pip_of(case.asker)}",
        tone,
        verdict,
        tuple(remarks(case, reasons)),
        () if case.off_by else tuple(_steps(case)),
        tuple([_held(case, entry) for entry in case.own if entry.kind in FILES]),
        reasons,
        tuple(remedies.values()),
        case.forecast,
    )


def _verdict(case: Case) -> tuple[Tone, str]:
    """Return the verdict in a word and in a sentence."""
    question = case.question
    if case.stops:
        return "stops", case.stops
    if case.forecast.way == "skipped":
        return "skipped", f"pip passes {question.said} over: {question.marker} is not true for {python_of(case.asker)}."
    if case.off_by:
        words = "it neither reads nor writes it, and nothing in it can be the reason"
        return "off", f"{pip_of(case.asker)} uses no cache here, by {case.off_by}: {words}."
    if any(not answer.is_whole for answer in case.answers.values()):
        return (
            "damaged",
            "Something that pip keeps of this project is damaged: its headers and its body do not belong together.",
        )
    if not case.own and not (question.given.no_index and question.url is None):
        return "not cached", f"Nothing in this cache explains it: nothing of {question.name or question.said} is in it."
    if case.forecast.way in ("unknown", "nothing"):
        return _verdict_of_nothing(case)
    tone, verdict = _verdict_of_a_file(case)
    if case.unseen:
        theirs = "its page is" if len(case.unseen) == 1 else "their pages are"
        lists = "lists" if len(case.unseen) == 1 else "list"
        verdict = f"{verdict[:-1]}, unless {named(case.unseen, 'or')} {lists} a better one: {theirs} not in this cache."
    return tone, verdict


def _verdict_of_nothing(case: Case) -> tuple[Tone, str]:
    """Return the verdict where it is not known which file pip would take, or where there is none."""
    forecast, question = case.forecast, case.question
    if question.given.no_index:
        if forecast.way == "nothing":
            return "not cached", f"pip finds no {question.said}: it asks no index, by --no-index."
        return "not cached", "pip asks no index, by --no-index: only what --find-links names tells what there is."
    if forecast.way == "unknown" and case.unseen and (case.listings or case.others):
        where = f"no page of it from {named(case.unseen, 'or')} is in this cache"
        if case.listings:
            listed = f"The index pages in the cache list no {question.said} that pip may take"
            return "not cached", f"{listed}; what else there is only an index can tell: {where}."
        return "not cached", f"Which {question.name} there is only an index can tell: {where}."
    if forecast.way == "unknown":
        return "not cached", f"Which {question.name} there is only an index can tell: no page of it is in this cache."
    if not forecast.asks and (why := for_good(case)):
        return "not cached", f"pip finds no {question.said}: {why}."
    if not forecast.asks:
        return "stale", f"pip finds no {question.said}: it goes by an index page in the cache, without asking."
    return "not cached", f"By the index page in the cache pip finds no {question.said}; it asks the index anew."


def _verdict_of_a_file(case: Case) -> tuple[Tone, str]:
    """Return the verdict where it is known which file pip would take."""
    forecast, builds = case.forecast, case.question.given.verb != "download"
    name = forecast.filename or case.question.url
    match forecast.way:
        case "built":
            words = f"pip would install the wheel of {forecast.version} that was built here, and download nothing."
            return "cached", words
        case "checked":
            words = f"pip would take {name} from the cache, after asking its server whether it is still the same."
            return "cached", words
        case "build" if builds:
            return "partly", f"pip would build {forecast.version or 'it'} again, from the sdist in the cache."
        case "cache" | "build":
            return "cached", f"pip would take {name} from the cache: no download."
        case _ if case.question.is_repository:
            kept = "keep only the wheel" if builds and case.question.keeps_built else "keep nothing of it"
            building = " build a wheel of it," if builds else ""
            return "not cached", f"pip would clone the repository,{building} and {kept}."
        case "download-build" if builds:
            return "not cached", f"pip would download {name} and build a wheel of it."
        case _:
            return "not cached", f"pip would download {name}: it is not in the cache."


def _steps(case: Case) -> Iterator[str]:
    """Yield what pip would do, in its order."""
    question, forecast = case.question, case.forecast
    if forecast.way == "skipped":
        yield f"pass {question.said} over: {question.marker} is not true here"
        return
    if question.url is None:
        yield from _steps_to_an_index(case)
    name = forecast.filename or question.url or "the file"
    match forecast.way:
        case "built":
            assert forecast.built is not None
            yield f"install {forecast.built.filename}, built here on {day(forecast.built.downloaded)}: no download"
        case "cache" | "build":
            yield f"take {name} from the cache: no download"
        case "checked":
            yield f"ask whether {name} is still the same, then take it from the cache"
        case "download" | "download-build" if question.is_repository:
            yield f"clone {name}: no clone is kept"
        case "download" | "download-build":
            yield f"download {name} and keep it"
        case "nothing":
            listed = "is found" if question.given.no_index else f"for {python_of(case.asker)} is listed"
            yield f"stop: no {question.said} {listed}{', unless the index says so now' if forecast.asks else ''}"
        case "unknown":
            yield "take what is found there" if question.given.no_index else "take what the index lists"
    keeps = "keep it" if question.keeps_built else "do not keep it: only one of a full commit is kept"
    if forecast.way in ("build", "download-build") and question.given.verb != "download":
        yield f"build a wheel for {python_of(case.asker)} and {keeps}"


def _steps_to_an_index(case: Case) -> Iterator[str]:
    """Yield how pip comes to know which files there are."""
    question = case.question
    if question.given.no_index:
        yield from [f"look into {place}" for place in question.given.find_links]
        return
    for page in case.listings:
        where = index_of(page) or "the index"
        if case.reuses(page):
            yield f"use the page of {question.name} from {where} as it is in the cache: no request"
        else:
            yield f"ask {where} whether its page of {question.name} has changed: one small request"
    if not case.listings and case.unseen in ((), (PYPI,)):
        yield f"ask the index for {question.name}: one request"
        return
    for where in case.unseen:
        yield f"ask {where} for its page of {question.name}: it is not in the cache, so what it lists is not known here"


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
        left_out = "another file is named" if case.question.url else left_out
        words.append(trouble or (f"fits, but {left_out}" if version_of(entry) else "its version is not known"))
    elif trouble:
        words.append(trouble)
    elif case.forecast.offer and offer is case.forecast.offer and case.sha256 == offer.listed.hash_value:
        words.append("sha256 as the index says")
    name = entry.filename or named([entry.project or "?", entry.version or ""], "").strip()
    return Held("other" if not admitted else "no" if trouble else "yes", name, ", ".join(words), entry.path)
