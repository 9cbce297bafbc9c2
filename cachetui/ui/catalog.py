"""Entries by the place where a screen shows them; grows while a scan reports. No Textual here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from packaging.utils import canonicalize_version

from cachetui.model import Entry, File, Inventory
from cachetui.ui.holding import Holding


class Rank(IntEnum):
    """What a place is: a project, or one of the groups that stand after all projects, in this order."""

    PROJECT = 0
    UNNAMED = 1
    UNIDENTIFIED = 2
    LEFTOVERS = 3
    CHECKS = 4
    FOREIGN = 5


TITLES: Mapping[Rank, str] = {
    Rank.UNNAMED: "Not yet named",
    Rank.UNIDENTIFIED: "Unidentified",
    Rank.LEFTOVERS: "Leftovers",
    Rank.CHECKS: "pip's own checks",
    Rank.FOREIGN: "Not pip's",
}
"""How the groups at the end are called."""


class Place(NamedTuple):
    """The identity of a row that holds entries: a project, one version of it, or a group at the end."""

    rank: Rank
    """Whether it is a project or which group."""
    project: str = ""
    """The project's canonical name; empty for a group."""
    version: str | None = None
    """The version, equal for versions that PEP 440 calls equal; "" for what has none; None for the whole project."""

    @property
    def shelf(self) -> Place:
        """The project or group this belongs to."""
        return self if self.version is None else project_place(self.project)

    @property
    def title(self) -> str:
        """The project's name, or what the group is called."""
        return TITLES.get(self.rank, self.project)


UNNAMED = Place(Rank.UNNAMED)
UNIDENTIFIED = Place(Rank.UNIDENTIFIED)
FOREIGN = Place(Rank.FOREIGN)
GROUPS: Mapping[str, Place] = {"leftover": Place(Rank.LEFTOVERS), "selfcheck": Place(Rank.CHECKS)}
"""Where entries without a project stand, by kind; all others are unidentified."""


@lru_cache(maxsize=65_536)
def release_place(project: str, version: str | None) -> Place:
    """Return the place of a project's version, or of what belongs to the project but to no version."""
    if version is None:
        return Place(Rank.PROJECT, project, "")
    try:
        return Place(Rank.PROJECT, project, f"={canonicalize_version(version)}")
    except ValueError:  # numbers longer than Python reads
        return Place(Rank.PROJECT, project, f"={version}")


@lru_cache(maxsize=65_536)
def project_place(project: str) -> Place:
    """Return the place of a project."""
    return Place(Rank.PROJECT, project)


class Catalog:
    """Entries by identity and by place."""

    def __init__(self, naming: bool = False) -> None:
        self.naming = naming
        """Whether entries without a project may still get one."""
        self.entries: dict[str, Entry] = {}
        """Every entry by its path."""
        self.foreign: tuple[File, ...] = ()
        """Files that no pip writes."""
        self._shelves: dict[Place, dict[str, Entry]] = {}
        self._holdings: dict[Place, Holding] = {}
        self._counts: dict[Place, Counter[Place]] = {}

    @classmethod
    def of(cls, inventory: Inventory) -> Catalog:
        """Take up a whole inventory."""
        catalog = cls()
        catalog.foreign = inventory.foreign
        catalog.update(inventory.entries)
        return catalog

    def place(self, entry: Entry) -> Place:
        """Return where an entry stands: its version, or its group."""
        if entry.project is not None:
            return release_place(entry.project, entry.version)
        return GROUPS.get(entry.kind, UNNAMED if self.naming else UNIDENTIFIED)

    def _shelf(self, entry: Entry) -> Place:
        return self.place(entry) if entry.project is None else project_place(entry.project)

    def update(self, entries: Iterable[Entry]) -> None:
        """Add entries; each replaces what had its path before."""
        known, shelves, touched = self.entries, self._shelves, set()
        for entry in entries:
            shelf, path = self._shelf(entry), entry.path
            if (old := known.get(path)) is not None and (before := self._shelf(old)) != shelf:
                del shelves[before][path]
                touched.add(before)
            known[path] = entry
            shelves.setdefault(shelf, {})[path] = entry
            touched.add(shelf)
        self._forget(touched)

    def drop(self, paths: Iterable[str]) -> None:
        """Take entries out; unknown paths do no harm."""
        touched = set()
        for path in paths:
            if (old := self.entries.pop(path, None)) is not None:
                shelf = self._shelf(old)
                del self._shelves[shelf][path]
                touched.add(shelf)
        self._forget(touched)

    def _forget(self, touched: Iterable[Place]) -> None:
        for place in touched:
            self._holdings.pop(place, None)
            self._counts.pop(place, None)
            if not self._shelves[place]:
                del self._shelves[place]

    @property
    def shelves(self) -> Iterable[tuple[Place, Holding]]:
        """Every project and group with what it holds."""
        for place, entries in self._shelves.items():
            holding = self._holdings.get(place)
            if holding is None:
                holding = self._holdings[place] = Holding(entries.values())
            yield place, holding

    @property
    def disk(self) -> int:
        """Allocated bytes of everything."""
        return sum([holding.disk for _, holding in self.shelves])

    @property
    def projects(self) -> int:
        """How many projects there are."""
        return sum([place.rank is Rank.PROJECT for place in self._shelves])

    def count(self, place: Place) -> int:
        """Return how many entries stand at a place, whatever a filter shows."""
        shelf = place.shelf
        if place == shelf or shelf not in self._shelves:
            return len(self._shelves.get(shelf, ()))
        if shelf not in self._counts:
            self._counts[shelf] = Counter(map(self.place, self._shelves[shelf].values()))
        return self._counts[shelf][place]
