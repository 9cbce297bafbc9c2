"""Entries by the place where a screen shows them; grows while a scan reports. No Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from packaging.utils import canonicalize_version

from cachetui.browsing.group import EntryGroup
from cachetui.model import Entry, File, Inventory


class GroupKind(IntEnum):
    """The kind of a place: a project, or one of the groups that stand after all projects, in this order."""

    PROJECT = 0
    UNNAMED = 1
    UNIDENTIFIED = 2
    LEFTOVERS = 3
    CHECKS = 4
    FOREIGN = 5

    __hash__ = int.__hash__  # an enumeration's own is slow, and every look-up of a place asks for it


TITLES: Mapping[GroupKind, str] = {
    GroupKind.UNNAMED: "Not yet named",
    GroupKind.UNIDENTIFIED: "Unidentified",
    GroupKind.LEFTOVERS: "Leftovers",
    GroupKind.CHECKS: "pip's own checks",
    GroupKind.FOREIGN: "Not pip's",
}
"""Titles of the groups at the end."""


class GroupKey(NamedTuple):
    """The identity of a row that holds entries: a project, one version of it, or a group at the end."""

    rank: GroupKind
    """Whether it is a project or which group."""
    project: str = ""
    """The project's canonical name; empty for a group."""
    version: str | None = None
    """The version, equal where PEP 440 calls versions equal; "" for entries without one; None for the project."""

    @property
    def group_key(self) -> GroupKey:
        """The project or group this belongs to."""
        return self if self.version is None else project_key(self.project)

    @property
    def title(self) -> str:
        """The project's name, or the title of the group."""
        return TITLES.get(self.rank, self.project)


UNNAMED = GroupKey(GroupKind.UNNAMED)
UNIDENTIFIED = GroupKey(GroupKind.UNIDENTIFIED)
FOREIGN = GroupKey(GroupKind.FOREIGN)
GROUPS: Mapping[str, GroupKey] = {"leftover": GroupKey(GroupKind.LEFTOVERS), "selfcheck": GroupKey(GroupKind.CHECKS)}
"""The groups of entries without a project, by kind; all other such entries are unidentified."""


@lru_cache(maxsize=65_536)
def version_key(project: str, version: str | None) -> GroupKey:
    """Return the place of a project's version, or of its entries without a version."""
    if version is None:
        return GroupKey(GroupKind.PROJECT, project, "")
    try:
        return GroupKey(GroupKind.PROJECT, project, f"={canonicalize_version(version)}")
    except ValueError:  # numbers longer than Python reads
        return GroupKey(GroupKind.PROJECT, project, f"={version}")


@lru_cache(maxsize=65_536)
def project_key(project: str) -> GroupKey:
    """Return the place of a project."""
    return GroupKey(GroupKind.PROJECT, project)


class Catalog:
    """Entries by identity and by place."""

    def __init__(self, naming: bool = False) -> None:
        self.naming = naming
        """Whether entries without a project may still get one."""
        self.entries: dict[str, Entry] = {}
        """Every entry by its path."""
        self.foreign: tuple[File, ...] = ()
        """Files that no pip writes."""
        self._shelves: dict[GroupKey, dict[str, Entry]] = {}
        self._by_name: list[GroupKey] | None = None  # the same places, sorted
        self._groups: dict[GroupKey, EntryGroup] = {}
        self._disks: dict[GroupKey, int] = {}  # allocated bytes of groups that changed, as far as they were known
        self._releases: dict[GroupKey, dict[GroupKey, list[Entry]]] = {}

    @classmethod
    def of(cls, inventory: Inventory) -> Catalog:
        """Return the catalog of an inventory."""
        catalog = cls()
        catalog.foreign = inventory.foreign
        catalog.entries = {entry.path: entry for entry in inventory.entries}
        for path, entry in catalog.entries.items():
            catalog._shelves.setdefault(catalog.group_key(entry), {})[path] = entry
        return catalog

    def place(self, entry: Entry) -> GroupKey:
        """Return the place of an entry: its version, or its group."""
        if entry.project is not None:
            return version_key(entry.project, entry.version)
        return GROUPS.get(entry.kind, UNNAMED if self.naming else UNIDENTIFIED)

    def group_key(self, entry: Entry) -> GroupKey:
        """Return the project or group of an entry."""
        return self.place(entry) if entry.project is None else project_key(entry.project)

    def update(self, entries: Iterable[Entry]) -> None:
        """Add entries; each replaces what had its path before."""
        for entry in entries:
            group_key, path, more = self.group_key(entry), entry.path, entry.disk_usage
            if (old := self.entries.get(path)) is not None:
                if self.group_key(old) == group_key:
                    more -= old.disk_usage
                else:
                    self._remove(old)
            self.entries[path] = entry
            if group_key not in self._shelves:
                self._shelves[group_key], self._by_name = {}, None
            self._shelves[group_key][path] = entry
            self._changed(group_key, more)

    def drop(self, paths: Iterable[str]) -> None:
        """Remove entries by path; unknown paths are ignored."""
        for path in paths:
            if (old := self.entries.pop(path, None)) is not None:
                self._remove(old)

    def _remove(self, entry: Entry) -> None:
        group_key = self.group_key(entry)
        del self._shelves[group_key][entry.path]
        if not self._shelves[group_key]:
            del self._shelves[group_key]
            self._by_name = None
        self._changed(group_key, -entry.disk_usage)

    def _changed(self, group_key: GroupKey, more: int) -> None:
        """Make a group anew when it is asked for; its bytes are carried over, which each batch of a scan shows."""
        group = self._groups.pop(group_key, None)
        before = self._disks.get(group_key) if group is None else vars(group).get("disk")
        if before is not None:
            self._disks[group_key] = before + more
        self._releases.pop(group_key, None)

    def group(self, group_key: GroupKey) -> EntryGroup:
        """Return all entries of a project or group; the same object until they change."""
        found = self._groups.get(group_key)
        if found is None:
            found = self._groups[group_key] = EntryGroup([*self._shelves.get(group_key, {}).values()])
            if (disk := self._disks.pop(group_key, None)) is not None:
                found.disk = disk
        return found

    @property
    def groups(self) -> Iterable[tuple[GroupKey, EntryGroup]]:
        """Every project by name, then every group, each with its entries."""
        if self._by_name is None:
            self._by_name = sorted(self._shelves)
        return [(group_key, self.group(group_key)) for group_key in self._by_name]

    @property
    def disk(self) -> int:
        """Allocated bytes of everything."""
        return sum([group.disk for _, group in self.groups])

    @property
    def projects(self) -> int:
        """Number of projects."""
        return len(self._shelves) - sum([GroupKey(rank) in self._shelves for rank in TITLES])

    @property
    def names(self) -> list[str]:
        """The names of all projects, sorted."""
        return [group_key.project for group_key, _ in self.groups if group_key.rank is GroupKind.PROJECT]

    def count(self, place: GroupKey) -> int:
        """Return the number of entries at a place, whatever a filter shows."""
        return len(self.group(place).entries if place.version is None else self.release(place))

    def release(self, place: GroupKey) -> Sequence[Entry]:
        """Return the entries of a project's version, whatever a filter shows."""
        group_key = place.group_key
        if group_key not in self._releases:
            releases: dict[GroupKey, list[Entry]] = {}
            for entry in self.group(group_key).entries:
                releases.setdefault(self.place(entry), []).append(entry)
            self._releases[group_key] = releases
        return self._releases[group_key].get(place, ())
