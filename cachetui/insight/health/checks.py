"""Fast checks: of the scan's results, of owners and modes of files, of index pages and of small parts of archives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from packaging.version import Version

from cachetui.insight.health.finding import Finding, FindingType, in_order
from cachetui.insight.health.release_checks import release_findings
from cachetui.insight.health.release_memory import ReleaseMemory
from cachetui.model import Entry, Inventory
from cachetui.pip.formats import index_page
from cachetui.pip.formats.integrity import end_trouble
from cachetui.pip.formats.records import GARBLED, PICKLE, STOPPING, UnreadableRecordError
from cachetui.pip.formats.wheel_names import LEGACY_NOTE, takes_legacy_names
from cachetui.pip.reader import CacheReader
from cachetui.pip.scan.identify import NO_ORIGIN
from cachetui.pip.scan.layout import is_legacy
from cachetui.removal.reasons_to_stay import staying
from cachetui.system.tree import never
from cachetui.text.format import count

UNREAD: dict[str, FindingType] = {PICKLE: "pickle", STOPPING: "stopping", GARBLED: "stopping"}
"""Finding type of an unreadable entry by its note; "unreadable" for any other note.

If the user lacks the right to read the entry, its type is "owner".
"""


def check(
    inventory: Inventory,
    entries: Collection[Entry] | None = None,
    *,
    now_ns: int,
    pips: tuple[int, ...] = (),
    pip: Version | None = None,
    exists: Callable[[str], bool] = lambda place: is_there(Path(place)),
    fresh_hours: int | None = None,
    memory: bool = False,
    stop: Callable[[], bool] = never,
) -> tuple[Finding, ...]:
    """Return the findings about `entries` (by default all), the folders above them, and links.

    No archive is read as a whole. `now_ns` is the time in nanoseconds since the epoch, `pips` are the process ids of
    running pips, `pip` is the version of the pip that the findings are for, and `exists` returns whether an environment
    still exists. A download at most `fresh_hours` after its upload is a finding. `memory` says whether to use and
    update what earlier checks read. Raises RootError.
    """
    some = inventory.entries if entries is None else entries
    mixed = any(entry.path.startswith("http-v2/") for entry in inventory.entries)
    in_use = staying(inventory, now_ns=now_ns, pips=pips)
    denied = {error.path for error in inventory.errors if error.denied}
    found = [
        finding
        for entry in some
        for finding in _of_entry(
            entry, in_use, pip, legacy=mixed, denied=bool(denied) and any(file.path in denied for file in entry.files)
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
            elif entry.kind == "built":
                found += _cut(entry, evidence)
        known = ReleaseMemory(inventory, used=memory)
        found += release_findings(some, inventory.entries, evidence, fresh_hours=fresh_hours, memory=known, stop=stop)
        known.save()
        if not stop():
            found += _folders(inventory.directories if entries is None else _above(some), evidence)
    return in_order(found)


def is_there(place: Path) -> bool:
    """Return whether something is at a path; True if that cannot be determined."""
    try:
        place.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        return False
    except OSError:  # a parent folder that cannot be searched, or a name that is too long
        return True
    return True


def _links(inventory: Inventory) -> Iterator[Finding]:
    """Yield a finding for each link that stands in place of a directory of the cache."""
    since = {file.path: file.mtime_ns for file in inventory.foreign} if inventory.links else {}
    for link in inventory.links:
        words = f"it leads to {link.target}{'' if link.exists else ', which does not exist'}"
        yield Finding("link", link.path, words, since.get(link.path, 0))


def _of_entry(
    entry: Entry, in_use: Collection[str], pip: Version | None, *, legacy: bool, denied: bool
) -> Iterator[Finding]:
    """Yield the findings about one entry that follow from the scan.

    `in_use` holds the paths of entries that a removal would keep because a program may be using them; leftovers among
    them yield nothing. `legacy` says whether a newer pip also uses the cache, and `denied` whether the user lacks the
    right to read the entry.
    """
    since = max([file.mtime_ns for file in entry.files], default=entry.downloaded)
    if entry.kind == "unknown":
        note = entry.note or "it cannot be read"
        yield Finding("owner" if denied else UNREAD.get(note, "unreadable"), entry.path, note, since)
    elif entry.kind == "leftover":
        if entry.path not in in_use:
            yield Finding("leftover", entry.path, entry.note or "nobody reads it", since)
    elif entry.note == LEGACY_NOTE:
        if not takes_legacy_names(pip):
            yield Finding("misnamed", entry.path, LEGACY_NOTE, since)
    elif entry.kind == "built" and entry.note:
        yield Finding("origin" if entry.note == NO_ORIGIN else "misnamed", entry.path, entry.note, since)
    elif entry.note == index_page.STOPPING:
        yield Finding("stopping", entry.path, entry.note, since)
    elif entry.announced is not None:
        stored = entry.body.size if entry.body else None
        has = f"{stored:,}" if stored is not None else "another number"
        yield Finding("length", entry.path, f"its headers announce {entry.announced:,} bytes, it has {has}", since)
    if legacy and is_legacy(entry.path) and entry.kind not in ("leftover", "unknown"):
        yield Finding("legacy", entry.path, "it is under http/", since)


def _owned(entry: Entry, evidence: CacheReader) -> Iterator[Finding]:
    for file in entry.files:
        if trouble := evidence.trouble_with_owner(file):
            sort, words = trouble
            yield Finding(sort, entry.path, words, file.mtime_ns)
            return


def _cut(entry: Entry, evidence: CacheReader) -> Iterator[Finding]:
    """Yield a finding if a built wheel is cut short or faulty, according to the ZIP directory at its end.

    Built wheels need this check, because no header gives their length.
    """
    try:
        words = evidence.look_into(entry, end_trouble)
    except (OSError, UnreadableRecordError):
        return
    if words:
        yield Finding("build", entry.path, words, entry.files[0].mtime_ns)


def _above(entries: Iterable[Entry]) -> set[str]:
    """Return the folders that entries lie in or are, and all folders above them."""
    found = {""}
    for entry in entries:
        place = entry.path if not entry.files else entry.path.rpartition("/")[0]
        while place not in found:
            found.add(place)
            place = place.rpartition("/")[0]
    return found


def _folders(places: Iterable[str], evidence: CacheReader) -> Iterator[Finding]:
    """Yield a finding for each folder that other users may write to.

    If they may also write to the folder that contains it, it is only counted, in the finding about the topmost of these
    folders.
    """
    writable = evidence.writable_folders(places)
    below: Counter[str] = Counter()
    tops: dict[str, str] = {}
    for place in sorted(writable):
        above = place.rpartition("/")[0]
        tops[place] = tops[above] if place and above in tops else place
        below[tops[place]] += 1
    for top, number in below.items():
        words, since = writable[top]
        others = number - 1
        if others:
            words += f"; the same is true of {count(others, 'folder')} in it"
        yield Finding("folder", top or ".", words if top else f"the cache's own folder: {words}", since)


def _environments(entry: Entry, evidence: CacheReader, exists: Callable[[str], bool]) -> Iterator[Finding]:
    """Yield a finding about a self-check file of pip if all environments that it is about are gone."""
    places = evidence.environments(entry)
    if places and not any(exists(place) for place in places):
        yield Finding("selfcheck", entry.path, f"of {', '.join(places)}", entry.downloaded)
