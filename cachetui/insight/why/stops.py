"""Verdict if pip takes no file: it finds none, refuses to install, or ends with an error."""

from __future__ import annotations

import re

from cachetui.insight.why.evidence import Evidence
from cachetui.insight.why.explanation import Tone
from cachetui.insight.why.parsing import canonical, filename_of, parsed, place_of, specifier_of
from cachetui.insight.why.replay import NOT_FOUND, ChosenDistribution
from cachetui.insight.why.sentence_parts import asked, day, named, python_of
from cachetui.model import Entry
from cachetui.pip.formats.index_files import version_in

OTHER_PYTHON = re.compile(r"requires a different Python: \S+ not in '([^']+)'")
GOT = re.compile(r"Got\s+([0-9a-f]{16,})")
HASHES = ("HashMismatch", "HashErrors", "HashMissing", "HashUnpinned")


def stopped(case: Evidence) -> tuple[Tone, str]:
    """Return the verdict if pip reaches no decision, refuses to install, or chose a damaged file."""
    run, error = case.run, case.run.error
    if run.externally_managed and run.resolved:
        return "stops", (
            f"pip refuses to install here: the system manages {python_of(case)} (PEP 668). Use a virtual environment, "
            "or --break-system-packages. Then pip would do what follows."
        )
    if case.fails_at:
        return "damaged", _fails(case, *case.fails_at)
    if run.code == 0 and error is None and run.halt is None:
        return "skipped", "pip installs nothing with this command."
    if run.halt and error is None and run.halt.what == "write":
        return (
            "not cached",
            "pip would first write or run something, which cachetui does not do, so the rest is not known.",
        )
    if run.halt and error is None:
        where = place_of(run.halt.url) or filename_of(run.halt.url) or "something"
        return "not cached", f"pip would first {run.halt.what} {where}: what it installs then is not known here."
    if error is None:
        return "stops", f"pip refuses this command: {_first_words(case)}."
    if found := NOT_FOUND.search(error.words):
        return _not_found(case, canonical(found[1]), found[2].strip())
    if found := OTHER_PYTHON.search(error.words):
        tried = case.run.tried[-1] if case.run.tried else None
        which = f"{tried.name} {tried.version}" if tried else case.asked
        return "stops", f"pip gives up: {which} needs Python {found[1]}, and this is {python_of(case)}."
    if error.type in HASHES:
        return _wrong_hash(case)
    if case.is_broken:
        return _damaged(case)
    if "conflicting dependencies" in " ".join(words for _, words in run.words) or "ResolutionImpossible" in error.words:
        limits = [one for one in run.constraints if one.name == case.name]
        if limits:
            source = limits[0].source or "a constraint"
            return (
                "stops",
                f"pip gives up: {source} limits {case.name} to {limits[0].specifier}, which contradicts the rest.",
            )
        return "stops", "pip gives up: the requirements contradict each other."
    return "stops", f"pip ends with an error: {_first_words(case)}."


def _damaged(case: Evidence) -> tuple[Tone, str]:
    """Return the verdict on a damaged response: pip stops at it, or would download a page again."""
    last = case.last_read
    if last and last.is_page and last.how == "assumed" and not case.stops_at_a_build:
        words = f"pip would download the {case.page_name(last, last.project or case.name)} again"
        return "not cached", f"{words}: the cached copy is damaged and not used. What it lists is not known."
    return "damaged", f"pip stops at {damaged_file(case)}: it is damaged."


def _fails(case: Evidence, chosen: ChosenDistribution, entry: Entry) -> str:
    """Return a sentence about a damaged file that pip chose and at which it would stop."""
    file = f"{entry.filename or filename_of(chosen.url)} from the cache"
    if chosen.way == "built":
        file = f"the wheel of {chosen.label} that it built here on {day(entry.downloaded)}"
    needed = "" if chosen.name == case.name else f", which {case.name} needs"
    return f"pip would take {file}{needed}, and stop at it: it is damaged ({case.broken[entry.path]})."


def _not_found(case: Evidence, name: str, specifier: str) -> tuple[Tone, str]:
    """Return the verdict on a requirement that no file satisfies."""
    wanted = f"{name}{specifier}"
    why, is_final = why_not_found(case, name, specifier)
    pages, kind = case.pages(name), case.kind_of_pages(name)
    unlike = [
        answer for one in pages if (answer := case.answer_to(one)) and not answer.is_whole and one.how != "assumed"
    ]
    if unlike and not why:
        words = f"pip finds no {wanted}: it uses a damaged {kind} in the cache"
        if any(one.how == "checked" for one in pages):
            words += ", unless the index answers with a new one"
        return "damaged", f"{words}."
    needed = needing(case, name)
    if name != case.name and needed:
        return "stops", f"pip gives up: {needed} needs {wanted}, and {why or 'pip finds no such file'}."
    if why and is_final:
        return "stops", f"pip finds no {wanted} that it can use: {why}."
    if any(one.how in ("checked", "assumed") for one in pages):
        words = f"In the cached {kind} pip finds no {wanted}{f': {why}' if why else ''}."
        return "not cached", f"{words} It asks {named(asked(case))} again; it may list more now."
    if any(one.how == "cache" for one in pages):
        again = "the index again" if kind == "index page" else "for it again"
        return "stale", f"pip finds no {wanted}: it uses the cached {kind}, without asking {again}."
    if pages:
        if kind != "index page":
            where = named([case.index_name(one.url) for one in pages])
            return "not cached", f"Only {where} can say whether there is a {wanted}: no copy is in this cache."
        return "not cached", f"Only an index can say whether there is a {wanted}: {case.without_page(name)}."
    return "stops", f"pip finds no {wanted}: {why or 'it asks no index here'}."


def may_list_more(case: Evidence) -> bool:
    """Return whether pip finds no file, but would request a page that may list a fitting file."""
    found = NOT_FOUND.search(case.run.error.words) if case.run.error else None
    if found is None:
        return False
    name = canonical(found[1])
    _, is_final = why_not_found(case, name, found[2].strip())
    return not is_final and any(one.how != "cache" for one in case.pages(name))


def why_not_found(case: Evidence, name: str, specifier: str) -> tuple[str, bool]:
    """Return why pip cannot take any file of a project, and whether a newer page is unlikely to change that.

    The reason is "" if it is not known.
    """
    wanted = specifier_of(specifier)
    listed = [one for one in case.run.listed.get(name, ()) if parsed(one.version)]
    refused = [
        (version, one)
        for one in case.run.refused.get(name, ())
        if (version := version_in(one.filename, name)) is not None
    ]
    has_local = any("+" in one.version for one in listed) or any(version.local for version, _ in refused)
    fitting = [one for version, one in refused if wanted.contains(version, prereleases=True)]
    if fitting:
        reasons = list(dict.fromkeys(case.refusal(one) for one in fitting))
        if all(one.filename.endswith(".whl") or "Python" in case.refusal(one) for one in fitting):
            return f"no file of it is for {python_of(case)} ({named(reasons, 'or')})", True
        return f"pip can use none of its files on the page ({named(reasons, 'or')})", True
    accepted = [one for one in listed if wanted.contains(one.version, prereleases=True)]
    if accepted and all(one.yanked for one in accepted):
        return "its author has withdrawn it (yanked)", True
    if accepted and all(version.is_prerelease for one in accepted if (version := parsed(one.version))):
        return "only pre-releases satisfy it", True
    if any("+" in clause.version for clause in wanted) and case.knows_pages(name) and not has_local:
        return "no index that it asks here lists it, and builds with + are on an index of their own", True
    top = max([*[v for one in listed if (v := parsed(one.version))], *[v for v, _ in refused]], default=None)
    if top is None:
        return "", False
    named_versions = [v for clause in wanted if (v := parsed(clause.version.removesuffix(".*")))]
    is_final = bool(named_versions) and all(version < top for version in named_versions)
    return f"the {case.kind_of_pages(name)} lists no such version; the newest is {top}", is_final


def needing(case: Evidence, name: str) -> str:
    """Return the distribution that needs a project, such as "foo 2.0"; "" if none needs it."""
    for one in reversed(case.run.tried):
        if any(canonical(re.split(r"[\s\[<>=!~;(@]", need, maxsplit=1)[0]) == name for need in one.needs):
            return f"{one.name} {one.version}"
    return ""


def _wrong_hash(case: Evidence) -> tuple[Tone, str]:
    error = case.run.error
    assert error is not None
    last = case.last_read
    file = filename_of(error.url) or case.asked
    if last and last.url == f"{error.url}.metadata":
        file += ".metadata"
    if error.type != "HashMismatch" and "DO NOT MATCH" not in error.words:
        return "stops", f"pip ends with an error: {_first_words(case)}."
    if any(one.how == "download" and filename_of(one.url) == file for one in case.run.requests):
        words = f"pip would download {file} and stop: the index lists a different hash than the one you gave."
        return "stops", words
    if is_as_listed(case):
        return "stops", f"pip stops at {file}: its hash is the one that the index lists, but not the one you gave."
    if case.root and "#" in case.root.url:
        return "damaged", f"pip stops at {file}: its hash is not the one that the address names."
    if any("--hash" in line for line in case.question.lines):
        return "damaged", f"pip stops at {file}: its hash is not the one you gave."
    return "damaged", f"pip stops at {file}: it is not the file that the index lists: its hash differs."


def is_as_listed(case: Evidence) -> bool:
    """Return whether a file with a wrong hash has the hash that its index lists.

    If so, the question asked for a wrong hash.
    """
    got = GOT.search(case.run.error.words) if case.run.error else None
    urls = [one.url for some in case.run.listed.values() for one in some]
    return got is not None and any(got[1] in url.partition("#")[2] for url in urls)


def damaged_file(case: Evidence) -> str:
    """Return a phrase for the file or response at which pip stops."""
    if case.stopped_at and case.stops_at_a_build:
        return f"{case.stopped_at.filename}, which it built here on {day(case.stopped_at.downloaded)}"
    if one := case.last_read:
        if one.is_page and case.is_of_links(one.url):
            return f"the cached find-links page {case.index_name(one.url)}"
        return f"the cached index page of {one.project}" if one.is_page else f"the cached {filename_of(one.url)}"
    error = case.run.error
    return filename_of(error.url) if error and error.url else "a file"


def _first_words(case: Evidence) -> str:
    """Return the first line of pip's own message, without a full stop."""
    said = [words for level, words in case.run.words if level in ("ERROR", "CRITICAL")]
    error = case.run.error.words if case.run.error else ""
    lines = [line.strip() for text in (error, *said) for line in text.splitlines() if line.strip()]
    first = next((line for line in lines if not line.startswith("Usage")), "it gives no reason")
    return first.removeprefix("ERROR: ").rstrip(".:")
