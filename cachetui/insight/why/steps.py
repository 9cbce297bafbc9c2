"""Steps that pip would take, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from cachetui.insight.why.evidence import Evidence
from cachetui.insight.why.parsing import filename_of
from cachetui.insight.why.replay import ChosenDistribution, Request
from cachetui.insight.why.sentence_parts import day, pip_of, python_of
from cachetui.insight.why.verdict import WHY_NOT, file_of

MOST_PROJECTS = 12
"""Maximum number of projects whose steps are listed one by one."""


def steps(case: Evidence) -> Iterator[str]:
    """Yield the steps that pip would take, without full stops."""
    run = case.run
    if case.replay.trouble:
        return
    if run.roots and not any(one.matches for one in run.roots):
        yield f"skip {run.roots[0].text.partition(';')[0].strip()}"
        return
    names = list(dict.fromkeys([case.name, *[one.name for one in run.chosen], *_looked_for(case)]))
    names = [name for name in names if name]
    for name in names[:MOST_PROJECTS]:
        for request in case.pages(name):
            yield _of_a_page(case, name, request)
        for request in case.metadata(name):
            yield _of_metadata(case, request)
        chosen = run.choice(name) if run.resolved else None
        if chosen is not None:
            yield from _of_a_file(case, chosen)
    if len(names) > MOST_PROJECTS:
        yield f"do the same for {len(names) - MOST_PROJECTS} more projects"
    if case.fails_at or (not run.resolved and run.error is not None):
        yield "stop with an error"


def _looked_for(case: Evidence) -> Iterator[str]:
    for one in case.run.requests:
        if one.is_page and one.project:
            yield one.project


def _of_a_page(case: Evidence, name: str, request: Request) -> str:
    where, page = case.index_name(request.url) or "the index", case.page_name(request, name)
    match request.how:
        case "cache":
            return f"use the cached {page}: no request"
        case "checked" if case.is_of_links(request.url):
            return f"ask whether the {page} has changed: one small request"
        case "checked":
            return f"ask {where} whether its {name} page has changed: one small request"
        case "assumed" if request.why == "layout":
            return f"download the {page}: {pip_of(case)} does not read the cached copy"
        case "assumed":
            return f"download the {page} again: {WHY_NOT[request.why]}"
    if case.is_of_links(request.url):
        return f"download the {page}; what it lists is not known here: it is not in this cache"
    return f"ask {where} for its {name} page; what it lists is not known here: {case.without_page(name)}"


def _of_metadata(case: Evidence, request: Request) -> str:
    file = filename_of(request.url).removesuffix(".metadata")
    if request.how == "checked":
        return f"ask whether the metadata of {file} has changed"
    unread = f"{pip_of(case)} does not read the cached copy"
    return f"download the metadata of {file}: {WHY_NOT.get(request.why, unread)}"


def _of_a_file(case: Evidence, chosen: ChosenDistribution) -> Iterator[str]:
    file, builds = file_of(chosen), case.question.verb != "download"
    build = f"build a wheel from {chosen.label} for {python_of(case)}"
    match chosen.way:
        case "installed":
            yield f"keep {chosen.name} {chosen.version}, which is installed"
        case "built":
            entry = case.entry_of(chosen)
            since = f", built here on {day(entry.downloaded)}" if entry else ", built here"
            yield f"{'install' if case.question.verb == 'install' else 'take'} {file}{since}: no download"
        case "cache" | "build":
            yield f"take {file} from the cache: no download"
        case "checked":
            yield f"ask whether {file} is still the same, then take it from the cache"
        case "download" | "download-build":
            keeps = case.run.cache_dir is not None and chosen.why != "insecure"
            yield f"download {file}{' and keep it' if keeps else ''}"
        case "clone":
            yield f"clone the repository of {chosen.name}: pip keeps no clone"
        case "local" | "local-build":
            yield f"take {file} from this machine"
        case "unknown":
            yield f"take what the index lists for {chosen.name}"
    if case.fails_at and case.fails_at[0] == chosen:
        return
    if chosen.way in ("build", "download-build") and builds:
        yield f"{build} and keep it" if case.run.cache_dir else build
    elif chosen.way in ("clone", "local-build") and builds:
        yield build
