"""Entries by the place where a screen shows them; grows while a scan reports. No Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from packaging.utils import canonicalize_version

from cachetui.browsing.group import EntryGroup
from cachetui.model import Entry, File, Inventory


class Rank(IntEnum):
    """The kind of a place: a project, or one of the groups that stand after all projects, in this order."""

    PROJECT = 0
    UNNAMED = 1
    UNIDENTIFIED = 2
    LEFTOVERS = 3
    CHECKS = 4
    FOREIGN = 5

    __hash__ = int.__hash__  # an enumeration's own is slow, and every look-up of a place asks for it


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
        self._by_name: list[Place] | None = None  # the same places, sorted
        self._holdings: dict[Place, EntryGroup] = {}
        self._releases: dict[Place, dict[Place, list[Entry]]] = {}

    @classmethod
    def of(cls, inventory: Inventory) -> Catalog:
        """Take up a whole inventory."""
        catalog = cls()
        catalog.foreign = inventory.foreign
        catalog.entries = {entry.path: entry for entry in inventory.entries}
        for path, entry in catalog.entries.items():
            catalog._shelves.setdefault(catalog.shelf(entry), {})[path] = entry
        return catalog

    def place(self, entry: Entry) -> Place:
        """Return where an entry stands: its version, or its group."""
        if entry.project is not None:
            return release_place(entry.project, entry.version)
        return GROUPS.get(entry.kind, UNNAMED if self.naming else UNIDENTIFIED)

    def shelf(self, entry: Entry) -> Place:
        """Return the project or group of an entry."""
        return self.place(entry) if entry.project is None else project_place(entry.project)

    def update(self, entries: Iterable[Entry]) -> None:
        """Add entries; each replaces what had its path before."""
        known, shelves = self.entries, self._shelves
        changes: dict[Place, tuple[list[Entry], list[Entry]]] = {}
        for entry in entries:
            shelf, path = self.shelf(entry), entry.path
            if (old := known.get(path)) is not None:
                before = self.shelf(old)
                if before != shelf:
                    del shelves[before][path]
                changes.setdefault(before, ([], []))[0].append(old)
            known[path] = entry
            if shelf not in shelves:
                shelves[shelf], self._by_name = {}, None
            shelves[shelf][path] = entry
            changes.setdefault(shelf, ([], []))[1].append(entry)
        self._renew(changes)

    def drop(self, paths: Iterable[str]) -> None:
        """Take entries out; unknown paths do no harm."""
        changes: dict[Place, tuple[list[Entry], list[Entry]]] = {}
        for path in paths:
            if (old := self.entries.pop(path, None)) is not None:
                shelf = self.shelf(old)
                del self._shelves[shelf][path]
                changes.setdefault(shelf, ([], []))[0].append(old)
        self._renew(changes)

    def _renew(self, changes: Mapping[Place, tuple[list[Entry], list[Entry]]]) -> None:
        """Take up at each place what has gone and come."""
        for place, (gone, come) in changes.items():
            holding = self._holdings.pop(place, None)
            self._releases.pop(place, None)
            entries = self._shelves[place]
            if not entries:
                del self._shelves[place]
                self._by_name = None
            elif holding is not None:
                self._hold(place, holding.changed(entries.values(), gone, come))

    def _hold(self, place: Place, holding: EntryGroup) -> EntryGroup:
        holding.by_path = self._shelves[place]
        self._holdings[place] = holding
        return holding

    @property
    def shelves(self) -> Iterable[tuple[Place, EntryGroup]]:
        """Every project and group with what it holds: the projects by name, then the groups."""
        if self._by_name is None:
            self._by_name = sorted(self._shelves)
        for place in self._by_name:
            holding = self._holdings.get(place)
            yield place, holding or self._hold(place, EntryGroup(self._shelves[place].values()))

    @property
    def disk(self) -> int:
        """Allocated bytes of everything."""
        return sum([holding.disk for _, holding in self.shelves])

    @property
    def projects(self) -> int:
        """How many projects there are."""
        return len(self._shelves) - sum([Place(rank) in self._shelves for rank in TITLES])

    def count(self, place: Place) -> int:
        """Return how many entries stand at a place, whatever a filter shows."""
        shelf = place.shelf
        return len(self._shelves.get(place, ()) if place == shelf else self.release(place))

    def release(self, place: Place) -> Sequence[Entry]:
        """Return the entries of a project's version, whatever a filter shows."""
        shelf = place.shelf
        if shelf not in self._releases:
            releases: dict[Place, list[Entry]] = {}
            for entry in self._shelves.get(shelf, {}).values():
                releases.setdefault(self.place(entry), []).append(entry)
            self._releases[shelf] = releases
        return self._releases[shelf].get(place, ())
