"""Verdict: what pip would do, in one sentence, with further sentences that belong to it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from cachetui.insight.remove_terms import version_of
from cachetui.insight.why.evidence import PYPI, Evidence
from cachetui.insight.why.explanation import Copy, Prediction, Tone
from cachetui.insight.why.parsing import filename_of, place_of
from cachetui.insight.why.replay import ChosenDistribution, RequestedRequirement, Way
from cachetui.insight.why.sentence_parts import asked, day, named, old, pip_of, python_of, unseen
from cachetui.insight.why.stops import may_list_more, stopped
from cachetui.model import INSTALLABLE
from cachetui.pip.versions import HTTP_V2_SINCE

FETCHED = ("download", "download-build", "clone")
"""Ways of getting a file that need the network."""
WHY_NOT = {
    "": "it is not in the cache",
    "absent": "it is not in the cache",
    "stale": "the copy in the cache is out of date, and nothing in it lets pip ask whether it changed",
    "cut": "the copy in the cache is truncated",
    "vary": "the copy in the cache was stored for another kind of request",
    "off": "its cache is off",
    "insecure": "it comes over plain http from an untrusted host, and pip does not cache that",
}


def verdict(case: Evidence) -> tuple[Tone, str]:
    """Return the verdict in a word or two and in a sentence."""
    run, name = case.run, case.name
    if case.replay.trouble:
        return _without_an_answer(case)
    if run.roots and not any(one.matches for one in run.roots):
        return "skipped", _skips(case, run.roots[0])
    if not run.resolved or run.externally_managed or case.fails_at:
        return stopped(case)
    chosen = case.chosen
    if run.cache_dir is None and chosen is not None and chosen.way in FETCHED:
        words = f"{pip_of(case)} uses no cache here ({off_by(case)}): it would download {file_of(chosen)}."
        return "off", f"{words} Nothing in a cache can be the reason."
    if chosen is None:
        return "not cached", f"pip has nothing to install for {case.asked}."
    missing = unseen(case, name)
    of_links = all(case.is_of_links(url) for url in run.unseen.get(name, ()))
    if chosen.way == "unknown":
        return "not cached", _unlisted(case, missing, of_links=bool(missing) and of_links)
    tone, act = _act(case, chosen)
    if chosen.way == "installed":
        if case.pages(name):
            kept = f"it keeps {chosen.label}, which is installed"
            return tone, f"pip asks {named(asked(case)) or 'an index'} first. If nothing newer is listed, {kept}."
        return tone, f"{act}."
    if missing:
        are = "are" if len(missing) > 1 else "is"
        theirs = f"which {are}" if of_links else f"whose {name} page{'s' if len(missing) > 1 else ''} {are}"
        first = f"What pip takes depends on {named(missing)}, {theirs} not in this cache."
        if case.rival is not None:
            first += f" {case.rival.filename} is in the cache; pip takes it if it is listed there."
        return "partly", f"{first} If nothing better is listed, it would {act}."
    if asked(case) and not case.is_pinned:
        its_page = "its page" if case.kind_of_pages(name) == "index page" else "it"
        return tone, f"pip asks {named(asked(case))} first. If {its_page} has not changed, it would {act}."
    return tone, f"pip would {act}."


def _unlisted(case: Evidence, missing: Sequence[str], *, of_links: bool) -> str:
    """Return the verdict if no page in the cache lists a file of the project."""
    where = named([index for index in missing if index != PYPI], "or")
    page = f"its page from {where} is not in this cache" if where else case.without_page(case.name)
    words = f"Only an index can say which versions of {case.name} exist: {page}."
    if of_links:
        words = f"Only {named(missing)} can say which versions of {case.name} exist: no copy is in this cache."
    if case.unlisted:
        it = "it" if of_links else "the index"
        words += f" {case.unlisted[0].filename} is in the cache; pip takes it if {it} lists it."
    return words


def _without_an_answer(case: Evidence) -> tuple[Tone, str]:
    admitted = [one for one in case.own if one.kind in INSTALLABLE and case.admits(version_of(one))]
    fits = [one for one in admitted if not case.why_unusable(one)]
    if not case.own:
        held = f"Nothing of {case.name or 'it'} is in this cache."
    elif fits:
        asked_for = f"{case.name}{case.specifier}"
        held = f"In this cache {named(dict.fromkeys(one.filename or '?' for one in fits))} would fit {asked_for}."
    else:
        held = f"No file in this cache fits {case.name}{case.specifier}."
    return "facts only", f"{case.replay.trouble} {held}"


def _act(case: Evidence, chosen: ChosenDistribution) -> tuple[Tone, str]:
    """Return the tone, and what pip would do with the file that it takes."""
    builds, file = case.question.verb != "download", file_of(chosen)
    end = _of_the_others(case)
    tone: Tone = "partly" if end.startswith("; it would also") else "cached"
    match chosen.way:
        case "installed":
            return "installed", f"{chosen.name} {chosen.version} is installed already: pip keeps it and fetches nothing"
        case "built":
            entry = case.entry_of(chosen)
            since = f" on {day(entry.downloaded)}" if entry else ""
            use = "install" if case.question.verb == "install" else "take"
            return tone, f"{use} the wheel of {chosen.version} that it built here{since}{end}"
        case "checked":
            end = end if end.startswith(";") else ""
            return tone, f"take {file} from the cache, after asking its server whether it is still the same{end}"
        case "build" if builds:
            return "partly", f"build {chosen.version} again, from the sdist in the cache"
        case "cache" | "build":
            return tone, f"take {file} from the cache{end}"
        case "clone":
            kept = "keep the wheel" if re.search(r"@[0-9a-f]{40}\b", chosen.url) else "keep nothing of it"
            return "not cached", f"clone {place_of(chosen.url) or 'the repository'}, build a wheel and {kept}"
        case "local":
            return "not cached", f"take {file} from this machine, not from its cache"
        case "local-build":
            return "not cached", f"build {chosen.name} from {place_here(chosen)} on this machine, not from its cache"
        case "download-build" if builds:
            return "not cached", f"download {file} and build a wheel from it{_because(case, chosen)}"
    return "not cached", f"download {file}{_because(case, chosen)}"


def place_here(chosen: ChosenDistribution) -> str:
    """Return a phrase for the local file or folder from which pip builds a wheel."""
    name = filename_of(chosen.url)
    is_archive = name.endswith((".gz", ".zip", ".bz2", ".xz", ".tgz", ".tar", ".whl"))
    return name if is_archive else f"the folder {name}".strip()


def copy_of(case: Evidence) -> Copy:
    """Return whether pip uses the cached copy of a file that it would download, or that no page lists."""
    chosen = case.chosen
    if chosen is not None and chosen.way in FETCHED:
        if _is_unread(case, chosen) or chosen.why in ("stale", "cut", "vary"):
            return "unused"
        return "unsure" if case.twin is not None else ""
    is_open = chosen.way == "unknown" if chosen is not None else may_list_more(case)
    return "unsure" if is_open and case.unlisted else ""


def _is_unread(case: Evidence, chosen: ChosenDistribution) -> bool:
    """Return whether the cache holds a file only in a layout that this pip does not read."""
    unread = [one for one in case.downloads(file_of(chosen)) if not case.reads(one)]
    return chosen.why == "layout" or (bool(unread) and chosen.why in ("", "absent"))


def _because(case: Evidence, chosen: ChosenDistribution) -> str:
    if _is_unread(case, chosen):
        first = ".".join(map(str, HTTP_V2_SINCE))
        others = (
            f"pip before {first}" if case.pip and case.pip.release[:2] >= HTTP_V2_SINCE else f"pip {first} and newer"
        )
        return f": the copy in the cache is for {others}; {pip_of(case)} does not read it"
    return f": {WHY_NOT.get(chosen.why, WHY_NOT[''])}"


def _of_the_others(case: Evidence) -> str:
    """Return the end of a verdict, which says whether pip downloads anything else."""
    fetched = [one for one in case.run.chosen if one.name != case.name and one.way in FETCHED]
    unknown = [one for one in case.run.chosen if one.name != case.name and one.way == "unknown"]
    if fetched:
        return f"; it would also download {_list(fetched)}"
    if unknown:
        return f"; which {named([one.name for one in unknown], 'or')} it takes is not known here"
    return ": no download"


def _list(some: Sequence[ChosenDistribution]) -> str:
    return named([one.label for one in some])


def off_by(case: Evidence) -> str:
    """Return the setting or other cause that switches the cache off."""
    given = [word for word in case.question.arguments if word.partition("=")[0] in ("--no-cache-dir", "--no-cache")]
    variables = [f"{name}={value}" for name, value in case.question.variables if name == "PIP_NO_CACHE_DIR"]
    return next(iter([*given, *variables]), "") or case.asker.off_by or "its settings"


def file_of(chosen: ChosenDistribution) -> str:
    """Return the name of the file that pip takes; the name of its project if no file is known."""
    if chosen.built:
        return os.path.basename(chosen.built)  # noqa: PTH119 - of a string
    return filename_of(chosen.url) or chosen.name


def more(case: Evidence) -> Iterator[str]:
    """Yield the further sentences of the verdict."""
    run = case.run
    yield from _on_other_versions(case)
    yield from case.asker.notes
    yield from case.question.notes
    interpreter = case.asker.interpreter
    if case.asker.python is None:
        yield "No Python was found: choose one with --python."
    elif interpreter is not None and interpreter.trouble and not case.replay.trouble:
        yield f"Whether files fit {case.asker.command} is not known: {interpreter.trouble}"
    if run.cache_dir and not _is_same(run.cache_dir, case.inventory.root):
        yield f"With this command pip's cache is {run.cache_dir}; this answer lists the files of {case.inventory.root}."
    if not run.resolved:
        return
    others: dict[str, list[ChosenDistribution]] = {}
    for one in run.chosen:
        if one.name != case.name and one.way != "installed":
            others.setdefault(HOW_TAKEN.get(one.way, one.way), []).append(one)
    if others:
        yield f"It also takes {'; '.join(f'{_list(some)} ({how})' for how, some in others.items())}."
    if case.twin is not None:
        host = place_of(case.twin.url, host_only=True) if case.twin.url else ""
        came = f" from {host}" if host else ""
        yield f"A file of this name{came} is in the cache: pip uses it only if this URL leads there."
    is_here = case.chosen is not None and case.chosen.way in ("cache", "checked", "built", "build")
    if is_here and asked(case) and len(case.pages(case.name)) == 1:
        who = "index" if case.kind_of_pages(case.name) == "index page" else "server"
        yield f"If the {who} does not answer, pip stops: it does not fall back to its cache."
    unsure = [one for one in run.chosen if not one.needs_known and one.way != "unknown"]
    if unsure:
        names = named([one.label for one in unsure])
        needs = "needs" if len(unsure) == 1 else "need"
        yield f"What {names} {needs} is not known here."
    if any(one.matches for one in run.roots):
        yield from [_skips(case, one) for one in run.roots if not one.matches]
    dated = _newest_asked_page(case)
    if dated is not None and case.chosen and case.chosen.way not in ("installed", "unknown"):
        date, page = dated
        yield f"The cached {page} page is {old(case.now - date)}; newer releases may exist."


def _on_other_versions(case: Evidence) -> Iterator[str]:
    """Yield a sentence saying that pip takes only the named version, and no other cached one."""
    others = [entry for entry in case.own if entry.kind in INSTALLABLE and not case.admits(version_of(entry))]
    versions = sorted({version for one in others if (version := version_of(one))}, reverse=True)
    if not versions or not case.is_pinned or (case.root and case.root.url):
        return
    it = str(versions[0]) if len(versions) == 1 else "one of these"
    yield (
        f"pip never takes {named(map(str, versions))} for {case.specifier}, cached or not: if you got {it}, it was "
        "installed already, or another command or another pip installed it."
    )


HOW_TAKEN = {
    "built": "built here earlier",
    "cache": "from the cache",
    "checked": "from the cache, if the server says that nothing changed",
    "build": "built from the sdist in the cache",
    "download": "downloaded",
    "download-build": "downloaded and built",
    "clone": "cloned and built",
    "local": "from this machine",
    "local-build": "built from this machine",
    "unknown": "in a version that is not known here",
}


def _newest_asked_page(case: Evidence) -> tuple[float, str] | None:
    """Return the date and the kind of the newest cached page that pip asks for again; None if there is none.

    The date is in seconds since the epoch; the kind is "index" or "find-links".
    """
    dates = [
        (answer.date, "find-links" if case.is_of_links(request.url) else "index")
        for request in case.pages(case.name)
        if request.how in ("checked", "assumed") and (answer := case.answer_to(request)) and answer.date is not None
    ]
    return max(dates, default=None)


def _skips(case: Evidence, one: RequestedRequirement) -> str:
    return f"pip skips {one.text.partition(';')[0].strip()}: its marker is false for {python_of(case)}."


def _is_same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def prediction(case: Evidence) -> Prediction:
    """Return the prediction for the first project that was asked for."""
    asks = any(one.how != "cache" for one in case.pages(case.name))
    if case.run.roots and not any(one.matches for one in case.run.roots):
        return Prediction(False, "skipped")
    if case.replay.trouble:
        return Prediction()
    if case.run.externally_managed or case.fails_at:
        return Prediction(asks, "nothing")
    chosen = case.chosen
    if chosen is None:
        stopped = case.run.error is not None or case.run.halt is None
        is_open = may_list_more(case)
        return Prediction(asks, "nothing" if stopped and not is_open else "unknown")
    if (case.twin is not None and case.twin.url is None) or chosen.way == "unknown":
        return Prediction(asks, "unknown")
    if unseen(case, case.name) and chosen.way != "installed":
        return Prediction(asks, "unknown")
    way: Way = chosen.way
    if case.question.verb == "download" and way in ("build", "download-build"):
        mine = {one.how for one in case.run.requests if filename_of(one.url) == file_of(chosen)}
        way = "download" if way == "download-build" else "checked" if "checked" in mine else "cache"
    return Prediction(asks, way, chosen.known_version, file_of(chosen))
