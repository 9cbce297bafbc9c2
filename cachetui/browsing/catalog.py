"""Entries by the project or group under which a screen shows them. Does not import Textual.

A catalog grows while a scan reports entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from packaging.utils import canonicalize_version

from cachetui.browsing.group import EntryGroup
from cachetui.model import Entry, File, Inventory


class GroupKind(IntEnum):
    """Kind of a group key: a project, or one of the groups. The groups come after all projects, ordered by value."""

    PROJECT = 0
    UNNAMED = 1
    UNIDENTIFIED = 2
    LEFTOVERS = 3
    CHECKS = 4
    ENVIRONMENTS = 5
    FOREIGN = 6

    __hash__ = int.__hash__  # int's hash is faster than an enum's, and every lookup of a group key needs it


TITLES: Mapping[GroupKind, str] = {
    GroupKind.UNNAMED: "Not yet named",
    GroupKind.UNIDENTIFIED: "Unidentified",
    GroupKind.LEFTOVERS: "Leftovers",
    GroupKind.CHECKS: "pip's own checks",
    GroupKind.ENVIRONMENTS: "Environments",
    GroupKind.FOREIGN: "Not pip's",
}
"""Titles of the groups that come after the projects."""


class GroupKey(NamedTuple):
    """Identity of a row with entries: a project, a version of a project, or a group after the projects."""

    rank: GroupKind
    """Kind of the key: a project, or one of the groups."""
    project: str = ""
    """Canonical name of the project; empty for a group."""
    version: str | None = None
    """Version key: "=" and the canonical version (PEP 440), so that equal versions share a key.

    Empty for entries without a version; None for a project itself, and for a group.
    """

    @property
    def group_key(self) -> GroupKey:
        """Key of the project or group that this key belongs to."""
        return self if self.version is None else project_key(self.project)

    @property
    def title(self) -> str:
        """Name of the project, or title of the group."""
        return TITLES.get(self.rank, self.project)


UNNAMED = GroupKey(GroupKind.UNNAMED)
UNIDENTIFIED = GroupKey(GroupKind.UNIDENTIFIED)
FOREIGN = GroupKey(GroupKind.FOREIGN)
GROUPS: Mapping[str, GroupKey] = {
    "leftover": GroupKey(GroupKind.LEFTOVERS),
    "selfcheck": GroupKey(GroupKind.CHECKS),
    "environment": GroupKey(GroupKind.ENVIRONMENTS),
}
"""Groups of entries without a project, by kind; entries of all other kinds are unidentified, or not yet named."""


@lru_cache(maxsize=65_536)
def version_key(project: str, version: str | None) -> GroupKey:
    """Return the key of a project's version, or of its entries without a version."""
    if version is None:
        return GroupKey(GroupKind.PROJECT, project, "")
    try:
        return GroupKey(GroupKind.PROJECT, project, f"={canonicalize_version(version)}")
    except ValueError:  # the version has more digits than int() accepts
        return GroupKey(GroupKind.PROJECT, project, f"={version}")


@lru_cache(maxsize=65_536)
def project_key(project: str) -> GroupKey:
    """Return the key of a project."""
    return GroupKey(GroupKind.PROJECT, project)


class Catalog:
    """Entries of a cache by path and by group key."""

    def __init__(self, naming: bool = False) -> None:
        self.naming = naming
        """Whether a scan may still find the projects of entries that have none."""
        self.entries: dict[str, Entry] = {}
        """Entries by path."""
        self.foreign: tuple[File, ...] = ()
        """Files that the cache's program does not write."""
        self.twins: Mapping[str, tuple[str, ...]] = {}
        """For the path of an entry: the paths of the other entries that are marked and removed together with it."""
        self.copies: Mapping[str, tuple[str, ...]] = {}
        """For the path of an entry: the paths of the other entries that hold the same file."""
        self._shelves: dict[GroupKey, dict[str, Entry]] = {}
        self._by_name: list[GroupKey] | None = None  # keys of _shelves, sorted by name
        self._groups: dict[GroupKey, EntryGroup] = {}
        self._disks: dict[GroupKey, int] = {}  # last known allocated bytes of groups that have changed
        self._releases: dict[GroupKey, dict[GroupKey, list[Entry]]] = {}

    @classmethod
    def of(cls, inventory: Inventory, before: Catalog | None = None) -> Catalog:
        """Return the catalog of an inventory; groups that have not changed are taken from the catalog `before`."""
        catalog = cls()
        catalog.foreign, catalog.twins, catalog.copies = inventory.foreign, inventory.twins, inventory.copies
        catalog.entries = {entry.path: entry for entry in inventory.entries}
        for path, entry in catalog.entries.items():
            catalog._shelves.setdefault(catalog.group_key(entry), {})[path] = entry
        for group_key, group in before._groups.copy().items() if before is not None else ():
            if group.entries == [*catalog._shelves.get(group_key, {}).values()]:
                catalog._groups[group_key] = group
        return catalog

    @cached_property
    def takers(self) -> Mapping[str, Sequence[str]]:
        """For the path of an entry: the paths of the entries whose removal also removes it (`twins` reversed)."""
        takers: dict[str, list[str]] = {}
        for path, twins in self.twins.items():
            for twin in twins:
                takers.setdefault(twin, []).append(path)
        return takers

    def place(self, entry: Entry) -> GroupKey:
        """Return the key of an entry's version, or of its group if it has no project."""
        if entry.project is not None:
            return version_key(entry.project, entry.version)
        return GROUPS.get(entry.kind, UNNAMED if self.naming else UNIDENTIFIED)

    def group_key(self, entry: Entry) -> GroupKey:
        """Return the key of an entry's project or group."""
        return self.place(entry) if entry.project is None else project_key(entry.project)

    def update(self, entries: Iterable[Entry]) -> None:
        """Add entries; each replaces an earlier entry with the same path."""
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
        """Discard a group, which is built again on demand, and add `more` to its last known bytes on disk."""
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
        """Projects by name, then groups, each with its entries."""
        return [(group_key, self.group(group_key)) for group_key in self._keys]

    @property
    def _keys(self) -> list[GroupKey]:
        if self._by_name is None:
            self._by_name = sorted(self._shelves)
        return self._by_name

    @property
    def disk(self) -> int:
        """Allocated bytes of all entries."""
        return sum([group.disk for _, group in self.groups])

    @property
    def projects(self) -> int:
        """Number of projects."""
        return len(self._shelves) - sum([GroupKey(rank) in self._shelves for rank in TITLES])

    @property
    def names(self) -> list[str]:
        """The names of all projects, sorted."""
        return [group_key.project for group_key in self._keys[: self.projects]]

    def count(self, place: GroupKey) -> int:
        """Return the number of entries under a group key, including entries that a filter hides."""
        return len(self.group(place).entries if place.version is None else self.release(place))

    def release(self, place: GroupKey) -> Sequence[Entry]:
        """Return the entries of a project's version, including entries that a filter hides."""
        group_key = place.group_key
        if group_key not in self._releases:
            releases: dict[GroupKey, list[Entry]] = {}
            for entry in self.group(group_key).entries:
                releases.setdefault(self.place(entry), []).append(entry)
            self._releases[group_key] = releases
        return self._releases[group_key].get(place, ())
