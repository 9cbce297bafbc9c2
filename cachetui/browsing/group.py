"""Groups of entries that rows of the screen stand for, with their totals. Does not import Textual."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from itertools import compress
from operator import attrgetter

from cachetui.model import AGE_FIELDS, KINDS, AgeField, Entry, File, group_projects, version_order
from cachetui.removal.freed_bytes import KeptEntries, Outlook
from cachetui.text.names import kind_of


class EntryGroup:
    """Group of entries that never changes. Its totals are computed on first use, because most rows are never seen."""

    _kept: tuple[Outlook, KeptEntries] | None = None

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._spans: dict[AgeField, tuple[int, int] | None] = {}

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries."""
        return self._entries

    def compute_totals(self) -> None:
        """Compute now all totals that a key press may need for every group, so that the key causes no wait."""
        _ = self.disk, self.apparent, self.files, self.linked
        for age in AGE_FIELDS:
            self.span(age)

    def where(self, flags: Collection[int]) -> EntryGroup | None:
        """Return the flagged entries, given a flag for each entry: this object if all are, None if none is."""
        return None if not any(flags) else self if all(flags) else PickedGroup(self, flags)

    def split(self, other: EntryGroup) -> tuple[EntryGroup | None, EntryGroup | None]:
        """Return the entries whose paths are in another group, and all others; None instead of an empty group."""
        if self is other or not other.entries:
            return (self, None) if self is other else (None, self)
        flags = [entry[2] in other.by_path for entry in self.entries]
        return self.where(flags), self.where([not flag for flag in flags])

    @cached_property
    def by_path(self) -> Mapping[str, Entry]:
        """Entries by path."""
        return {entry[2]: entry for entry in self.entries}  # by index, here and below: faster for many entries

    @cached_property
    def disks(self) -> Sequence[int]:
        """Allocated bytes of each entry."""
        return array("q", [sum([file[4] for file in entry[1]]) for entry in self.entries])

    @cached_property
    def disk(self) -> int:
        """Allocated bytes of the entries."""
        return sum(self.disks)

    @cached_property
    def apparent(self) -> int:
        """Total length of the files in bytes."""
        return sum([file[3] for entry in self.entries for file in entry[1]])

    @cached_property
    def files(self) -> int:
        """Number of files."""
        return sum([len(entry[1]) for entry in self.entries])

    @cached_property
    def kind(self) -> str:
        """Result of `kind_of` for the entries in the order of `KINDS`, such as `wheel +2`; empty without entries."""
        return kind_of(sorted(self.entries, key=lambda entry: KINDS.index(entry[0]))) if self.entries else ""

    @cached_property
    def linked(self) -> Sequence[File]:
        """Files that have more than one name (hard links)."""
        return tuple([file for entry in self.entries for file in entry[1] if file[5] > 1])

    def kept(self, outlook: Outlook) -> KeptEntries:
        """Return the result of `KeptEntries.of` for the entries and an outlook; the latest result is stored."""
        known = self._kept  # another thread may replace it
        if known is None or known[0] is not outlook:
            self._kept = known = outlook, KeptEntries.of(self.entries, outlook)
        return known[1]

    @cached_property
    def lines(self) -> Sequence[str]:
        """The text of each entry that a filter searches in addition to the project, in lower case."""
        return [f"{entry[8] or entry[9] or entry[2]}\n{entry[7] or ''}".lower() for entry in self.entries]

    @cached_property
    def versions(self) -> Sequence[tuple[str | None, EntryGroup]]:
        """Label and entries of each version, newest first; at the end, with None, the entries without a version."""
        return [
            (version.label, EntryGroup(version.entries))
            for project in group_projects(self.entries)
            for version in project.versions
        ]

    @cached_property
    def labels(self) -> list[str]:
        """Versions as written, newest first, each in the spelling that most of its entries use."""
        written = {entry[7] for entry in self.entries if entry[7] and entry[6] is not None}
        if len({version_order(version) for version in written}) == len(written):
            return sorted(written, key=version_order)
        return [label for label, _ in self.versions if label]

    @cached_property
    def dated_entries(self) -> Sequence[Entry]:
        """Entries from which ages are computed: all except index pages and metadata, if there are others."""
        return [entry for entry in self.entries if entry[0] not in ("index", "metadata")] or self.entries

    def span(self, age: AgeField) -> tuple[int, int] | None:
        """Return the newest and the oldest time of the kind `age` among `dated_entries`; None if no entry has one.

        Both are in nanoseconds since the epoch.
        """
        if age not in self._spans:
            time_of: Callable[[Entry], int | None] = attrgetter(age)
            times = [time for time in map(time_of, self.dated_entries) if time is not None]
            self._spans[age] = (max(times), min(times)) if times else None
        return self._spans[age]

    def newest(self, age: AgeField) -> int | None:
        """Return the newest time of the kind `age`, in nanoseconds since the epoch; None if no entry has one."""
        span = self.span(age)
        return span and span[0]

    def size(self, apparent: bool) -> int:
        """Return the apparent size if `apparent` is true, else the disk usage, in bytes."""
        return self.apparent if apparent else self.disk


class PickedGroup(EntryGroup):
    """Some entries of a group. Only their sizes are read until the entries are asked for.

    There may be a hundred thousand entries, scattered in memory, and most are never shown.
    """

    def __init__(self, group: EntryGroup, flags: Collection[int]) -> None:
        self._group, self._flags, self._spans = group, flags, {}
        self.disk = sum(compress(group.disks, flags))
        if not group.linked:
            self.linked = ()

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """The entries."""
        return [*compress(self._group.entries, self._flags)]

    @cached_property
    def disks(self) -> Sequence[int]:
        """Allocated bytes of each entry."""
        return [*compress(self._group.disks, self._flags)]

    @cached_property
    def lines(self) -> Sequence[str]:
        """The text of each entry that a filter searches in addition to the project, in lower case."""
        return [*compress(self._group.lines, self._flags)]
