"""The user's marks: identities, never row numbers; no Textual here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from cachetui.browsing.catalog import Catalog, GroupKey
from cachetui.browsing.group import OTHERWISE, EntryGroup, FilteredGroup
from cachetui.model import Entry, File

NONE: Mapping[str, Entry] = {}
EMPTY = EntryGroup(())


class Marks:
    """Marked entries by the project or group they stand in, so that no parent looks at its children.

    What is marked at once is kept as it stood in a catalog. Before anything of a project or group changes there, it
    must be kept apart.
    """

    def __init__(self) -> None:
        self._shelves: dict[
            GroupKey, EntryGroup | dict[str, Entry]
        ] = {}  # never an empty one; what was kept apart by path
        self._number = 0
        self._links: dict[int, tuple[int, int]] = {}  # by inode: how many of its names are marked, and their bytes
        self.disk = 0
        """Allocated bytes of all marked files, except files that keep a name which is not marked."""

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Entry]:
        for marked in self._shelves.values():
            yield from marked.entries if isinstance(marked, EntryGroup) else marked.values()

    def at(self, group_key: GroupKey) -> Mapping[str, Entry]:
        """Return the marked entries of a project or group, by path, whatever a filter shows."""
        marked = self._shelves.get(group_key, NONE)
        return marked.by_path if isinstance(marked, EntryGroup) else marked

    def count(self, group_key: GroupKey) -> int:
        """Return how many entries of a project or group are marked, whatever a filter shows."""
        marked = self._shelves.get(group_key, NONE)
        return len(marked.entries if isinstance(marked, EntryGroup) else marked)

    def among(self, group_key: GroupKey, entries: Iterable[Entry]) -> int:
        """Return how many of some entries of a project or group are marked."""
        marked = self.at(group_key)
        return sum([entry[2] in marked for entry in entries]) if marked else 0  # by index: it may be everything

    def of(self, group_key: GroupKey, group: EntryGroup) -> int:
        """Return how many of a project's or group's visible entries are marked."""
        marked = self._shelves.get(group_key)
        if isinstance(marked, EntryGroup) and group.within(marked):
            return len(group.entries)
        return self.among(group_key, group.entries)

    def freed(self, file: File) -> int:
        """Return the bytes that a file with several names adds to `disk`: none, unless all of them are marked."""
        names, disk = self._links.get(file.inode, (0, 0))
        return disk if names == file.links else 0

    def keep_apart(self, groups: Iterable[GroupKey]) -> None:
        """Copy the marks of some projects or groups, so that changes of a catalog do not affect them."""
        for group_key in groups:
            if group_key in self._shelves:
                self._own(group_key)

    def _own(self, group_key: GroupKey) -> dict[str, Entry]:
        marked = self._shelves[group_key]
        if isinstance(marked, EntryGroup):
            marked = self._shelves[group_key] = dict(marked.by_path)
        return marked

    def mark(self, groups: Iterable[tuple[GroupKey, EntryGroup]]) -> None:
        """Mark entries of projects or groups, wherever they are not marked yet."""
        known, come = self._shelves, list[EntryGroup]()
        for group_key, group in groups:
            if group_key in known:
                self._put(group_key, self._parted(group_key, group)[1])
            else:
                known[group_key] = group
                come.append(group)
        self._count(come, 1)

    def unmark(self, groups: Iterable[tuple[GroupKey, EntryGroup]]) -> None:
        """Unmark entries of projects or groups, wherever they are marked."""
        for group_key, group in groups:
            self._take(group_key, self._parted(group_key, group)[0])

    def invert(self, groups: Iterable[tuple[GroupKey, EntryGroup]]) -> None:
        """Mark those entries of projects or groups that are not marked, and unmark the others."""
        known, come, gone = self._shelves, list[EntryGroup](), list[EntryGroup]()
        for group_key, group in groups:
            before = known.get(group_key)
            if before is None:
                known[group_key] = group
                come.append(group)
            elif before is group:
                del known[group_key]
                gone.append(group)
            else:
                marked, others = self._parted(group_key, group)
                self._take(group_key, marked)
                self._put(group_key, others)
        self._count(come, 1)
        self._count(gone, -1)

    def _parted(self, group_key: GroupKey, group: EntryGroup) -> tuple[EntryGroup, EntryGroup]:
        """Return the marked and the unmarked entries of a group."""
        known = self._shelves.get(group_key)
        if known is None:
            return EMPTY, group
        if isinstance(known, EntryGroup):
            if group.within(known):
                return group, EMPTY
            if isinstance(known, FilteredGroup) and known.whole is group:
                return known, known.rest
        marked = self.at(group_key)
        picked = bytes([entry[2] in marked for entry in group.entries])  # by index, as above
        return group.part(picked) or EMPTY, group.part(picked.translate(OTHERWISE)) or EMPTY

    def _put(self, group_key: GroupKey, group: EntryGroup) -> None:
        if group.entries:
            if group_key in self._shelves:
                self._own(group_key).update(group.by_path)
            else:
                self._shelves[group_key] = group
            self._count([group], 1)

    def _take(self, group_key: GroupKey, group: EntryGroup) -> None:
        if group.entries:
            if len(group.entries) == self.count(group_key):
                del self._shelves[group_key]
            else:
                marked = self._own(group_key)
                for path in group.by_path:
                    del marked[path]
            self._count([group], -1)

    def _count(self, holdings: Collection[EntryGroup], step: int) -> None:
        self._number += step * sum([len(group.entries) for group in holdings])
        self.disk += step * sum([group.disk for group in holdings])
        for file in [file for group in holdings if group.linked for file in group.linked]:
            self.disk -= step * file.disk_usage
            names, disk = self._links.get(file.inode, (0, 0))
            self.disk -= disk if names == file.links else 0
            names, disk = names + step, disk + step * file.disk_usage
            self.disk += disk if names == file.links else 0
            self._links[file.inode] = names, disk

    def add(self, entries: Iterable[Entry], catalog: Catalog) -> None:
        """Mark entries; those marked already in the same project or group are taken as they are now."""
        groups: dict[GroupKey, dict[str, Entry]] = {}
        for entry in entries:
            groups.setdefault(catalog.group_key(entry), {})[entry.path] = entry
        for group_key, found in groups.items():
            marked = self.at(group_key)
            self._take(group_key, EntryGroup([marked[path] for path in found if path in marked]))
            self._put(group_key, EntryGroup(found.values()))

    def take(self, entries: Iterable[Entry], catalog: Catalog) -> list[Entry]:
        """Unmark those of some entries that are marked, and return them."""
        taken: dict[GroupKey, list[Entry]] = {}
        for entry in entries if self else ():
            group_key = catalog.group_key(entry)
            if entry.path in self.at(group_key):
                taken.setdefault(group_key, []).append(entry)
        for group_key, found in taken.items():
            self._take(group_key, EntryGroup(found))
        return [entry for found in taken.values() for entry in found]

    def clear(self) -> None:
        """Unmark everything."""
        self._shelves.clear()
        self._links.clear()
        self._number = self.disk = 0

    def follow(self, catalog: Catalog) -> None:
        """Replace marked entries by those of another catalog; entries that are gone lose their marks."""
        paths = [entry.path for entry in self]
        self.clear()
        self.add([entry for path in paths if (entry := catalog.entries.get(path)) is not None], catalog)


class ProtectedEntries:
    """Protected entries by project or group, so that the other entries need not be looked at."""

    def __init__(self, groups: Mapping[GroupKey, EntryGroup] | None = None) -> None:
        self._shelves = groups or {}

    @classmethod
    def of(cls, catalog: Catalog, paths: Iterable[str]) -> ProtectedEntries:
        """Gather entries of a catalog by path; unknown paths are left out."""
        groups: dict[GroupKey, list[Entry]] = {}
        for path in paths:
            if (entry := catalog.entries.get(path)) is not None:
                groups.setdefault(catalog.group_key(entry), []).append(entry)
        return cls({group_key: EntryGroup(entries) for group_key, entries in groups.items()})

    @cached_property
    def _whole(self) -> list[EntryGroup]:
        return list(self._shelves.values())

    def marked(self, marks: Marks, catalog: Catalog) -> tuple[int, int]:
        """Return how many protected entries are marked, and the bytes of `marks.disk` that stay with them."""
        if not marks or not self._shelves:
            return 0, 0
        staying = self._whole if len(marks) == len(catalog.entries) else self._staying(marks, catalog)
        entries = sum([len(group.entries) for group in staying])
        linked = [file for group in staying if group.linked for file in group.linked]
        disk = sum([group.disk for group in staying]) - sum([file.disk_usage for file in linked])
        return entries, disk + sum([marks.freed(file) for file in {file.inode: file for file in linked}.values()])

    def _staying(self, marks: Marks, catalog: Catalog) -> list[EntryGroup]:
        staying = []
        for group_key, group in self._shelves.items():
            number = marks.count(group_key)
            if number and number == catalog.count(group_key):
                staying.append(group)
            elif number:
                marked = marks.at(group_key)
                staying.append(EntryGroup([entry for entry in group.entries if entry.path in marked]))
        return staying
