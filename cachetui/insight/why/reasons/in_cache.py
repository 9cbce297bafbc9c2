"""Reasons in the cache or in the environment: what is installed, damaged, built here or not read.

`cached_files.py` says, beside each file, why it does not fit the question or the Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachetui.insight.remove_terms import version_of
from cachetui.insight.why.evidence import Evidence
from cachetui.insight.why.explanation import Reason, ReasonWithRemedies, Remedy
from cachetui.insight.why.remedies import drop_entry, remedy, update_pip
from cachetui.insight.why.replay import NOT_FOUND
from cachetui.insight.why.sentence_parts import (
    COMMIT,
    day,
    named,
    pip_of,
    shown_at,
)
from cachetui.insight.why.stops import OTHER_PYTHON, is_as_listed
from cachetui.model import Entry

ANEW = "remove it, so that pip downloads it again"
REBUILT = "remove it, so that pip builds it again"


def installed(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding if a distribution is installed already."""
    chosen = case.chosen
    if chosen is None or chosen.way != "installed":
        return
    words = f"{chosen.name} {chosen.version} is installed in this environment and satisfies {case.asked}."
    if not case.pages(case.name):
        words += " pip then looks neither for a newer version nor in its cache."
    cures = (
        remedy(case, "look for a newer version", "--upgrade"),
        remedy(case, "install it again", "--force-reinstall"),
    )
    yield Reason(words), cures


def damaged(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield findings for a file at which pip stops, and for responses whose body is not as long as their headers say.

    pip writes a record and its body one after the other, so they may not belong together (CacheControl #324).
    """
    if case.fails_at:
        _, entry = case.fails_at
        words = f"The {'built wheel' if entry.kind == 'built' else 'cached'} {entry.filename} is damaged: "
        yield Reason(f"{words}{case.broken[entry.path]}.", (shown_at(entry),), (entry.path,)), _drop(case, entry)
    for entry in case.own:
        answer = case.answers.get(entry.path)
        if answer is None or answer.is_whole or not case.reads(entry):
            continue
        what = "The cached index page" if entry.kind == "index" else f"The cached {entry.filename or 'file'}"
        words = (
            f"{what} does not match its headers: they say {answer.length:,} bytes, it has {answer.stored:,}. "
            "pip wrote one and not the other."
        )
        yield (
            Reason(words, (shown_at(entry),), (entry.path,)),
            drop_entry(case, entry, ANEW),
        )


def stopped_at_a_file(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding for the cached response or wheel built here at which pip stops."""
    error = case.run.error
    if error is None or NOT_FOUND.search(error.words) or OTHER_PYTHON.search(error.words):
        return
    entry = case.stopped_at
    if entry is None or not (error.type.startswith("Hash") or case.is_broken):
        return
    if is_as_listed(case):
        words = f"The cached {entry.filename or 'file'} is intact: its hash matches the one in the index."
        evidence = (shown_at(entry), *[f"pip says: {line}" for line in _hash_lines(error.words)])
        yield Reason(words, evidence, (entry.path,)), ()
        return
    if error.type == "HashMismatch" or "DO NOT MATCH" in error.words:
        what = (
            f"The cached {entry.filename or 'file'} is not the file that pip expects: its hash differs. "
            "Either another file was published under the same address, or this one is damaged."
        )
    elif error.type.startswith("Hash"):
        return
    else:
        file = f"cached {'index page' if case.last_read and case.last_read.is_page else entry.filename or 'answer'}"
        if entry.kind == "built":
            file = f"built wheel {entry.filename}"
        what = f"The {file} cannot be read: it is damaged."
        if note := entry.note or case.broken.get(entry.path):
            what += f" {note[0].upper()}{note[1:]}."
    evidence = (shown_at(entry), *[f"pip says: {line}" for line in _hash_lines(error.words)])
    yield Reason(what, evidence, (entry.path,)), _drop(case, entry)


def _hash_lines(words: str) -> list[str]:
    return [" ".join(line.split()) for line in words.splitlines() if re.match(r"\s+(Expected|Got)\s", line)]


def by_address(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding if pip takes what the cache holds for the requested URL: the file, or the wheel built from it.

    pip does not ask whether the file at the URL has changed since.
    """
    chosen = case.chosen
    if case.root is None or not case.root.url or chosen is None:
        return
    entry = case.entry_of(chosen)
    if entry is None:
        return
    cures = (remedy(case, "skip the cache this once", "--no-cache-dir"),)
    if chosen.way == "built" and case.root.url.startswith("file:"):
        words = (
            f"pip takes the wheel that it built on {day(entry.downloaded)} from this file or folder. It only compares "
            "the URL: if the file has changed since, pip does not notice."
        )
    elif chosen.way == "built" and COMMIT.search(case.root.url):
        words = (
            f"pip installs the wheel that it built on {day(entry.downloaded)} from this commit, without any request: a "
            "commit does not change."
        )
    elif chosen.way == "built":
        words = (
            f"pip installs the wheel that it built on {day(entry.downloaded)} from this exact URL, without any "
            "request: if something else was published there since, pip does not notice."
        )
    elif chosen.way in ("cache", "build"):
        words = (
            f"pip uses the file fetched from this address on {day(entry.downloaded)} without asking again, as its "
            "server allowed: if something else was published there since, pip does not notice."
        )
    else:
        return
    yield Reason(words, (shown_at(entry),), (entry.path,)), (*_drop_with_source(case, entry), *cures)


def built_here(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding if pip takes a wheel that it built here earlier instead of building the wheel again."""
    chosen = case.chosen
    if chosen is None or chosen.way != "built" or (case.root and case.root.url):
        return
    entry = case.entry_of(chosen)
    if entry is None:
        return
    source = "this file" if chosen.url.startswith("file:") else "same address, same hash"
    words = (
        f"pip takes the wheel that it built here on {day(entry.downloaded)} instead of building {chosen.version} "
        f"again ({source}). It was made with the compiler, the libraries and the settings of that day; "
        "--config-settings given now change nothing."
    )
    cures = (
        *drop_entry(case, entry, "remove the built wheel, so that pip builds it again"),
        remedy(case, "skip the cache this once", "--no-cache-dir"),
    )
    yield Reason(words, (shown_at(entry),), (entry.path,)), cures


def out_of_sight(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding for downloads in a layout that this pip does not read."""
    if case.run.cache_dir is None and not case.replay.trouble:
        return
    unread = [
        entry
        for entry in case.own
        if entry.kind in ("wheel", "sdist") and not case.reads(entry) and case.admits(version_of(entry))
    ]
    if unread:
        where = unread[0].path.partition("/")[0]
        files = named(dict.fromkeys(entry.filename or "?" for entry in unread))
        are = "is" if len({entry.filename for entry in unread}) == 1 else "are"
        words = f"{files} {are} in {where}/, which {pip_of(case)} does not read."
        evidence = tuple([shown_at(entry) for entry in unread[:3]])
        cures = update_pip(case) if where == "http-v2" else ()
        yield Reason(words, evidence, tuple([one.path for one in unread])), cures


def pips_words(case: Evidence) -> Iterator[ReasonWithRemedies]:
    """Yield a finding with pip's errors and warnings, or with its last messages if requirements conflict.

    If pip decided, only messages about yanked files are included.
    """
    error = case.run.error
    said = [words.strip() for level, words in case.run.words if level in ("ERROR", "CRITICAL", "WARNING")]
    if error is not None and "conflict" in " ".join(words for _, words in case.run.words):
        said = [words.strip() for _, words in case.run.words][-6:]
    if error is None and case.run.resolved:
        said = [words for words in said if "yanked" in words]
    lines = [line.strip() for words in said for line in words.splitlines() if line.strip()]
    if lines:
        yield Reason("pip says:", tuple(dict.fromkeys(lines[:8]))), ()


def _drop(case: Evidence, entry: Entry) -> tuple[Remedy, ...]:
    """Return the remedy for a damaged file: remove it, or skip the cache if no command removes it."""
    removal = drop_entry(case, entry, REBUILT if entry.kind == "built" else ANEW)
    return removal or (remedy(case, "skip the cache this once", "--no-cache-dir"),)


def _drop_with_source(case: Evidence, entry: Entry) -> tuple[Remedy, ...]:
    """Return the command that removes a file of a URL together with the wheels built from it.

    If only the file or only the wheels were removed, pip would restore the old state from what is left.
    """
    return drop_entry(case, entry, "remove it from the cache", whole=True)
