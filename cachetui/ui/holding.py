"""Entries that stand in one row of the screen, and what they add up to; no Textual here."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress
from operator import attrgetter
from typing import Literal

from cachetui.model import Entry, File, Version, group_projects, version_order

Age = Literal["downloaded", "checked", "read"]
"""Which time of an entry is meant."""

AGES: tuple[Age, ...] = ("downloaded", "checked", "read")
"""Every age, in the order in which one key walks through them."""
BETWEEN = "\x1f"
"""Stands between two entries in what a filter looks at: a blank, so that no typed word holds it."""


class Picked(Collection[Entry]):
    """Some entries of a collection; not gathered, for of most of what a filter lets through only figures are seen."""

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


class Holding:
    """Entries and their figures. Figures are computed when first asked for: most rows are never seen."""

    def __init__(self, entries: Collection[Entry]) -> None:
        self.entries = entries
        self._ages: dict[Age, tuple[int, int] | None] = {}

    @cached_property
    def by_path(self) -> Mapping[str, Entry]:
        """The entries by their identity."""
        return {entry[2]: entry for entry in self.entries}  # by index, here and below: this runs over everything

    @cached_property
    def disks(self) -> array[int]:
        """Allocated bytes of each entry: what a filter lets through is summed up without a look at entries."""
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
        """How many files there are."""
        return sum([len(entry[1]) for entry in self.entries])

    @cached_property
    def linked(self) -> Sequence[File]:
        """The files that have more names than one."""
        return tuple([file for entry in self.entries for file in entry[1] if file[5] > 1])

    def warm(self) -> None:
        """Compute what keys ask of every project, so that the first of them does not wait for it."""
        _ = self.disk, self.apparent, self.files, self.linked, self.haystack
        for age in AGES:
            self.span(age)

    def changed(self, entries: Collection[Entry], gone: Sequence[Entry], come: Sequence[Entry]) -> Holding:
        """Return what this has become; figures known here follow from what has gone and come."""
        after, known, less, more = Holding(entries), vars(self), Holding(gone), Holding(come)
        if "disk" in known:
            after.disk = self.disk - less.disk + more.disk
        if "apparent" in known:
            after.apparent = self.apparent - less.apparent + more.apparent
        if "files" in known:
            after.files = self.files - less.files + more.files
        return after

    def part(self, picked: Sequence[bool], lines: list[str] | None = None) -> Holding | None:
        """Return what a filter lets through, by whether each entry is picked: this object itself if all are.

        `lines` are all lines of the haystack, if somebody has them.
        """
        if all(picked):
            return self
        return Piece(self, bytes(picked), lines) if any(picked) else None

    def lines(self) -> list[str]:
        """Return what a filter looks at besides the project, of each entry."""
        return self.haystack.split(BETWEEN) if self.entries else []

    def bearing(self, word: str, wanted: bool = True) -> Holding | None:
        """Return what bears a word in what a filter looks at; or what does not, if that is not `wanted`."""
        if word not in self.haystack:
            return None if wanted else self
        lines = self.lines()
        return self.part([word in line for line in lines] if wanted else [word not in line for line in lines], lines)

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """The versions, newest first; at the end what belongs to the project as a whole."""
        return tuple([version for project in group_projects(self.entries) for version in project.versions])

    @cached_property
    def labels(self) -> list[str]:
        """The versions as written, newest first, each spelling as most of its entries have it."""
        written = {entry[7] for entry in self.entries if entry[7] and entry[6] is not None}
        if len({version_order(version) for version in written}) == len(written):
            return sorted(written, key=version_order)
        return [version.label for version in self.versions if version.label]

    @cached_property
    def solid(self) -> tuple[Entry, ...]:
        """What counts for ages: everything but index pages and metadata, unless there is nothing else."""
        return tuple([entry for entry in self.entries if entry[0] not in ("index", "metadata")]) or tuple(self.entries)

    @cached_property
    def haystack(self) -> str:
        """What a filter looks at besides the project, in lower case, with `BETWEEN` between two entries."""
        lines = [f"{entry[8] or entry[9] or entry[2]}\n{entry[7] or ''}" for entry in self.entries]  # as Part has it
        text = BETWEEN.join(lines).lower()
        if text.count(BETWEEN) >= len(lines):  # a hostile name holds it, too
            text = BETWEEN.join([line.replace(BETWEEN, " ") for line in lines]).lower()
        return text

    def span(self, age: Age) -> tuple[int, int] | None:
        """Return the newest and the oldest of these times, in nanoseconds since the epoch; None where unknown."""
        if age not in self._ages:
            time_of: Callable[[Entry], int | None] = attrgetter(age)
            times = [time for time in map(time_of, self.solid) if time is not None]
            self._ages[age] = (max(times), min(times)) if times else None
        return self._ages[age]

    def newest(self, age: Age) -> int | None:
        """Return the newest of these times, in nanoseconds since the epoch; None where unknown."""
        span = self.span(age)
        return span and span[0]

    def size(self, apparent: bool) -> int:
        """Return the apparent size, or else the disk usage, in bytes."""
        return self.apparent if apparent else self.disk


class Piece(Holding):
    """What a filter lets through of a holding."""

    def __init__(self, whole: Holding, picked: bytes, lines: list[str] | None) -> None:
        super().__init__(Picked(whole.entries, picked))
        self._whole, self._picked = whole, picked
        self.disk = sum(compress(whole.disks, picked))
        if lines is not None:
            self.haystack = BETWEEN.join(compress(lines, picked))

    @cached_property
    def disks(self) -> array[int]:
        """Allocated bytes of each entry."""
        return array("q", compress(self._whole.disks, self._picked))

    @cached_property
    def haystack(self) -> str:
        """What a filter looks at besides the project, as in the whole."""
        return BETWEEN.join(compress(self._whole.lines(), self._picked))
