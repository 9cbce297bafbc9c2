"""Entries of one row of the screen, and their totals; no Textual here."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress
from operator import attrgetter
from typing import Literal

from cachetui.model import Entry, File, Version, group_projects, version_order

Age = Literal["downloaded", "checked", "read"]
"""The time of an entry that its age is counted from."""

AGES: tuple[Age, ...] = ("downloaded", "checked", "read")
"""Every age, in the order in which one key walks through them."""
BETWEEN = "\x1f"
"""Separates two entries in the text that a filter searches: white space, which no typed word contains."""
OTHERWISE = bytes([1, 0]) + bytes(254)
"""Translation table that turns 1 into 0 and 0 into 1, for bytes that hold a flag for each entry."""


class Picked(Collection[Entry]):
    """Some entries of a collection, gathered only when iterated: of most filtered groups only totals are seen."""

    __slots__ = ("_entries", "_number", "_picked")

    def __init__(self, entries: Collection[Entry], picked: bytes) -> None:
        self._entries = entries
        self._picked = picked  # for each entry 1, or 0
        self._number = picked.count(1)

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Entry]:
        return compress(self._entries, self._picked)

    def __contains__(self, entry: object) -> bool:
        return any(found == entry for found in self)


class EntryGroup:
    """Entries and their totals. Totals are computed when first asked for: most rows are never seen."""

    def __init__(self, entries: Collection[Entry]) -> None:
        self.entries = entries

    @cached_property
    def _ages(self) -> dict[Age, tuple[int, int] | None]:
        return {}

    @cached_property
    def by_path(self) -> Mapping[str, Entry]:
        """The entries by their identity."""
        return {entry[2]: entry for entry in self.entries}  # by index, here and below: this runs over everything

    @cached_property
    def disks(self) -> array[int]:
        """Allocated bytes of each entry, so that a filtered group is summed up without a look at its entries."""
        return array("q", [sum([file[4] for file in entry[1]]) for entry in self.entries])

    @cached_property
    def disk(self) -> int:
        """Allocated bytes."""
        return sum(self.disks)

    @cached_property
    def apparent(self) -> int:
        """Length of the files in bytes."""
        return sum([file[3] for entry in self.entries for file in entry[1]])

    @cached_property
    def files(self) -> int:
        """Number of files."""
        return sum([len(entry[1]) for entry in self.entries])

    @cached_property
    def linked(self) -> Sequence[File]:
        """The files that have more names than one."""
        return tuple([file for entry in self.entries for file in entry[1] if file[5] > 1])

    def compute_totals(self) -> None:
        """Compute the values that rows are sorted by."""
        _ = self.disk, self.apparent, self.files
        for age in AGES:
            self.span(age)

    def precompute(self) -> None:
        """Compute all that keys need of every project, so that the first key does not wait for it."""
        self.compute_totals()
        _ = self.linked, self.search_text

    def changed(self, entries: Collection[Entry], gone: Sequence[Entry], come: Sequence[Entry]) -> EntryGroup:
        """Return the group after a change; totals known here are updated by the entries that are gone and new."""
        after, known, less, more = EntryGroup(entries), vars(self), EntryGroup(gone), EntryGroup(come)
        if "disk" in known:
            after.disk = self.disk - less.disk + more.disk
        if "apparent" in known:
            after.apparent = self.apparent - less.apparent + more.apparent
        if "files" in known:
            after.files = self.files - less.files + more.files
        return after

    def part(self, picked: Iterable[int], bears: str | None = None) -> EntryGroup | None:
        """Return the picked entries, given 1 or 0 for each entry: this object itself if all are picked.

        `bears` is the word in the haystack by which they were picked, if it was one.
        """
        picks = bytes(picked)
        if 0 not in picks:
            return self
        return FilteredGroup(self, picks, bears) if 1 in picks else None

    def within(self, other: EntryGroup) -> bool:
        """Return whether this is another group, or was picked out of it; False if that is hard to decide."""
        return self is other

    def lines(self) -> list[str]:
        """Return the text of each entry that a filter searches besides the project."""
        return self.search_text.split(BETWEEN) if self.entries else []

    def bearing(self, word: str) -> EntryGroup | None:
        """Return the entries whose searched text contains a word."""
        if word not in self.search_text:
            return None
        return self.part([word in line for line in self.search_text.split(BETWEEN)], word)

    def lacking(self, word: str) -> EntryGroup | None:
        """Return the entries whose searched text does not contain a word."""
        return self.part([word not in line for line in self.lines()]) if word in self.search_text else self

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """The versions, newest first; last the entries that belong to the project as a whole."""
        return tuple([version for project in group_projects(self.entries) for version in project.versions])

    @cached_property
    def labels(self) -> list[str]:
        """The versions as written, newest first, each spelling as most of its entries have it."""
        written = {entry[7] for entry in self.entries if entry[7] and entry[6] is not None}
        if len({version_order(version) for version in written}) == len(written):
            return sorted(written, key=version_order)
        return [version.label for version in self.versions if version.label]

    @cached_property
    def dated_entries(self) -> tuple[Entry, ...]:
        """The entries that count for ages: all but index pages and metadata, unless there is nothing else."""
        return tuple([entry for entry in self.entries if entry[0] not in ("index", "metadata")]) or tuple(self.entries)

    @cached_property
    def search_text(self) -> str:
        """The text that a filter searches besides the project: lower case, with `BETWEEN` between two entries."""
        lines = [f"{entry[8] or entry[9] or entry[2]}\n{entry[7] or ''}" for entry in self.entries]  # as Part has it
        text = BETWEEN.join(lines).lower()
        if text.count(BETWEEN) >= len(lines):  # a hostile name holds it, too
            text = BETWEEN.join([line.replace(BETWEEN, " ") for line in lines]).lower()
        return text

    def span(self, age: Age) -> tuple[int, int] | None:
        """Return the newest and the oldest of these times, in nanoseconds since the epoch; None where unknown."""
        if age not in self._ages:
            time_of: Callable[[Entry], int | None] = attrgetter(age)
            times = [time for time in map(time_of, self.dated_entries) if time is not None]
            self._ages[age] = (max(times), min(times)) if times else None
        return self._ages[age]

    def newest(self, age: Age) -> int | None:
        """Return the newest of these times, in nanoseconds since the epoch; None where unknown."""
        span = self.span(age)
        return span and span[0]

    def size(self, apparent: bool) -> int:
        """Return the apparent size, or else the disk usage, in bytes."""
        return self.apparent if apparent else self.disk


class FilteredGroup(EntryGroup):
    """The entries of a group that were picked, as by a filter."""

    def __init__(self, whole: EntryGroup, picked: bytes, bears: str | None = None) -> None:
        self.whole, self.picked, self.bears = whole, picked, bears
        """The group it was picked out of, 1 or 0 for each entry of that, and the word it was picked by, if any."""
        self.disk = sum(compress(whole.disks, picked))

    @cached_property
    def entries(self) -> Collection[Entry]:  # type: ignore[override] # a cached one can be written to as well
        """The entries, gathered when first asked for: of most filtered groups only totals are seen."""
        return Picked(self.whole.entries, self.picked)

    def bearing(self, word: str) -> EntryGroup | None:
        """Return the entries whose searched text contains a word."""
        if self.bears is None or self.bears not in word:
            return super().bearing(word)
        found = self.whole.bearing(word)  # without a look at what was picked: it is all among that
        return self if isinstance(found, FilteredGroup) and found.picked == self.picked else found

    @cached_property
    def disks(self) -> array[int]:
        """Allocated bytes of each entry."""
        return array("q", compress(self.whole.disks, self.picked))

    @cached_property
    def linked(self) -> Sequence[File]:
        """The files that have more names than one."""
        return tuple([file for entry in self.entries for file in entry[1] if file[5] > 1]) if self.whole.linked else ()

    @cached_property
    def search_text(self) -> str:
        """The text that a filter searches, as in the whole group."""
        return BETWEEN.join(compress(self.whole.lines(), self.picked))

    @property
    def rest(self) -> FilteredGroup:
        """The entries that were not picked."""
        return FilteredGroup(self.whole, self.picked.translate(OTHERWISE))

    def within(self, other: EntryGroup) -> bool:
        """Return whether this is another group, or was picked out of it; False if that is hard to decide."""
        return self is other or self.whole.within(other)
