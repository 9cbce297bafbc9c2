"""Entries that stand in one row of the screen, and what they add up to; no Textual here."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Literal

from cachetui.model import Entry, Version, group_projects

Age = Literal["downloaded", "checked", "read"]
"""Which time of an entry is meant."""

AGES: tuple[Age, ...] = ("downloaded", "checked", "read")
"""Every age, in the order in which one key walks through them."""


class Holding:
    """Entries and their figures. Figures are computed when first asked for: most rows are never seen."""

    def __init__(self, entries: Collection[Entry]) -> None:
        self.entries = entries
        self._ages: dict[Age, tuple[int, int] | None] = {}

    @cached_property
    def disk(self) -> int:
        """Allocated bytes."""
        return sum([file[4] for entry in self.entries for file in entry[1]])  # by index: this runs over everything

    @cached_property
    def apparent(self) -> int:
        """Length of the files in bytes."""
        return sum([file[3] for entry in self.entries for file in entry[1]])

    @cached_property
    def files(self) -> int:
        """How many files there are."""
        return sum([len(entry[1]) for entry in self.entries])

    def warm(self) -> None:
        """Compute what sorting needs, so that the first key does not wait for it."""
        _ = self.disk, self.files, self.newest("downloaded")

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """The versions, newest first; at the end what belongs to the project as a whole."""
        return tuple([version for project in group_projects(self.entries) for version in project.versions])

    @cached_property
    def solid(self) -> tuple[Entry, ...]:
        """What counts for ages: everything but index pages and metadata, unless there is nothing else."""
        entries = tuple(self.entries)
        return tuple([entry for entry in entries if entry.kind not in ("index", "metadata")]) or entries

    @cached_property
    def words(self) -> list[str]:
        """What a filter looks at besides the project, entry by entry, in lower case."""
        return [f"{entry[8] or entry[9] or entry[2]}\n{entry[7] or ''}".lower() for entry in self.entries]

    def span(self, age: Age) -> tuple[int, int] | None:
        """Return the newest and the oldest of these times, in nanoseconds since the epoch; None where unknown."""
        if age not in self._ages:
            times = [time for entry in self.solid if (time := getattr(entry, age)) is not None]
            self._ages[age] = (max(times), min(times)) if times else None
        return self._ages[age]

    def newest(self, age: Age) -> int | None:
        """Return the newest of these times, in nanoseconds since the epoch; None where unknown."""
        span = self.span(age)
        return span and span[0]

    def size(self, apparent: bool) -> int:
        """Return the apparent size, or else the disk usage, in bytes."""
        return self.apparent if apparent else self.disk
