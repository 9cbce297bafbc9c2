"""Fast checks, by the results of the scan and the owners and modes of files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from packaging.version import Version

from cachetui.insight.health.finding import Finding, FindingType, in_order
from cachetui.model import NS, Entry, Inventory
from cachetui.pip.formats import index_page
from cachetui.pip.formats.records import GARBLED, PICKLE, STOPPING
from cachetui.pip.formats.wheel_names import LEGACY_NOTE, takes_legacy_names
from cachetui.pip.reader import CacheReader
from cachetui.pip.scan.identify import NO_ORIGIN
from cachetui.pip.scan.layout import is_legacy
from cachetui.system.tree import never

FRESH = 3_600 * NS
"""Nanoseconds for which an apparent leftover may belong to a running pip."""
UNREAD: dict[str, FindingType] = {PICKLE: "pickle", STOPPING: "stopping", GARBLED: "stopping"}
"""Finding types of unreadable entries, by the note that says why; all others are unreadable."""


def check(
    inventory: Inventory,
    entries: Collection[Entry] | None = None,
    *,
    now_ns: int,
    pip: Version | None = None,
    exists: Callable[[str], bool] = lambda place: is_there(Path(place)),
    stop: Callable[[], bool] = never,
) -> tuple[Finding, ...]:
    """Return the findings about entries, by default all, that need no reading of bodies.

    `now_ns` is the present in nanoseconds since the epoch, `pip` the version of the pip that is meant, `exists` tells
    whether an environment is still there. Raises RootError.
    """
    some = inventory.entries if entries is None else entries
    mixed = any(entry.path.startswith("http-v2/") for entry in inventory.entries)
    denied = {error.path for error in inventory.errors if error.denied}
    found = [
        finding
        for entry in some
        for finding in _of_entry(
            entry, now_ns, pip, legacy=mixed, denied=bool(denied) and any(file.path in denied for file in entry.files)
        )
    ]
    found += _links(inventory)
    with CacheReader(inventory) as evidence:
        for entry in some:
            if stop():
                break
            found += _owned(entry, evidence)
            if entry.kind == "selfcheck":
                found += _environments(entry, evidence, exists)
    return in_order(found)


def is_there(place: Path) -> bool:
    """Return whether something is at a path; True if that cannot be determined."""
    try:
        place.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # a NUL, which no path has
        return False
    except OSError:  # a folder above it that may not be looked into, a name that is too long
        return True
    return True


def _links(inventory: Inventory) -> Iterator[Finding]:
    """Yield a finding for each link in the place of a directory of pip's."""
    since = {file.path: file.mtime_ns for file in inventory.foreign} if inventory.links else {}
    for link in inventory.links:
        words = f"it leads to {link.target}{'' if link.exists else ', which is no folder'}"
        yield Finding("link", link.path, words, since.get(link.path, 0))


def _of_entry(entry: Entry, now_ns: int, pip: Version | None, *, legacy: bool, denied: bool) -> Iterator[Finding]:
    """Yield the findings about one entry that the scan shows.

    `legacy` says whether a newer pip uses the cache, too, `denied` whether the user may not read the entry.
    """
    since = max([file.mtime_ns for file in entry.files], default=entry.downloaded)
    if entry.kind == "unknown":
        note = entry.note or "it cannot be read"
        yield Finding("owner" if denied else UNREAD.get(note, "unreadable"), entry.path, note, since)
    elif entry.kind == "leftover":
        if now_ns - since < FRESH:
            return
        yield Finding("leftover", entry.path, entry.note or "nobody reads it", since)
    elif entry.note == LEGACY_NOTE:
        if not takes_legacy_names(pip):
            yield Finding("misnamed", entry.path, LEGACY_NOTE, since)
    elif entry.kind == "built" and entry.note:
        yield Finding("origin" if entry.note == NO_ORIGIN else "misnamed", entry.path, entry.note, since)
    elif entry.note == index_page.STOPPING:
        yield Finding("stopping", entry.path, entry.note, since)
    elif entry.announced is not None:
        stored = entry.files[-1].size if len(entry.files) > 1 else None
        has = f"{stored:,}" if stored is not None else "another number"
        yield Finding("length", entry.path, f"its headers announce {entry.announced:,} bytes, it has {has}", since)
    if legacy and is_legacy(entry.path) and entry.kind not in ("leftover", "unknown"):
        yield Finding("legacy", entry.path, "it lies under http/", since)


def _owned(entry: Entry, evidence: CacheReader) -> Iterator[Finding]:
    for file in entry.files:
        if trouble := evidence.trouble_with_owner(file):
            sort, words = trouble
            yield Finding(sort, entry.path, words, file.mtime_ns)
            return


def _environments(entry: Entry, evidence: CacheReader, exists: Callable[[str], bool]) -> Iterator[Finding]:
    """Yield a finding if all environments of a self-check are gone."""
    places = evidence.environments(entry)
    if places and not any(exists(place) for place in places):
        yield Finding("selfcheck", entry.path, f"of {', '.join(places)}", entry.downloaded)
