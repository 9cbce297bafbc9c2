"""Find the cached files at which pip stops: a damaged page, a damaged wheel built here, or a damaged download."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from packaging.version import Version

from cachetui.insight.why.replay import NOT_FOUND
from cachetui.model import INSTALLABLE, Entry
from cachetui.pip.formats.body import Body
from cachetui.pip.formats.index_files import HASH_IN_FRAGMENT
from cachetui.pip.formats.integrity import StoppedError, end_trouble, kind_trouble, trouble_in
from cachetui.pip.formats.page_integrity import page_trouble
from cachetui.pip.formats.records import UnreadableRecordError
from cachetui.pip.reader import CacheReader

if TYPE_CHECKING:
    from cachetui.insight.why.evidence import Evidence

COMPARES = Version("23.0")
"""First pip that compares files with the hashes on any page; pip 22.2 to 22.3.1 ignore the hashes in JSON pages."""


def find_broken(case: Evidence, evidence: CacheReader, stop: Callable[[], bool]) -> dict[str, str]:
    """Return faults by path: of the page at which pip stopped, the project's wheels built here, and the chosen files.

    A download whose hash pip has compared already is not read again.
    """
    compares = case.pip is not None and case.pip >= COMPARES
    broken = {}
    last = case.last_read if case.run.error and not NOT_FOUND.search(case.run.error.words) else None
    if last and last.is_page and (page := case.entry_at(last.url)):
        headers = evidence.headers(page)
        content = headers("content-type"), headers("content-encoding")
        if words := _look(evidence, page, lambda body: page_trouble(body, *content)):
            broken[page.path] = words
    for built in case.own:
        if built.kind == "built" and (words := _look(evidence, built, end_trouble)):
            broken[built.path] = words
    for chosen in case.run.chosen if case.run.resolved else ():
        entry = case.entry_of(chosen)
        is_compared = compares and HASH_IN_FRAGMENT.search(chosen.url.partition("#")[2]) and not chosen.built
        if entry is None or is_compared or entry.kind not in INSTALLABLE:
            continue
        try:
            words = _look(evidence, entry, partial(_trouble, entry, stop))
        except StoppedError:
            break
        if words:
            broken[entry.path] = words
    return broken


def _look(evidence: CacheReader, entry: Entry, look: Callable[[Body], str | None]) -> str | None:
    """Return what is wrong with an entry's body; None if nothing is wrong or it cannot be read. Raises StoppedError."""
    try:
        return evidence.look_into(entry, look)
    except (OSError, UnreadableRecordError):
        return None


def _trouble(entry: Entry, stop: Callable[[], bool], body: Body) -> str | None:
    """Return why pip stops at a file; None if it does not. Raises StoppedError if `stop` returns True."""
    return trouble_in(body, stop, thorough=False) or kind_trouble(body, is_wheel=entry.kind != "sdist")
