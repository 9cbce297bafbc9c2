"""The user's marks: identities, never row numbers; no Textual here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from cachetui.browsing.catalog import Catalog, Place
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
            Place, EntryGroup | dict[str, Entry]
        ] = {}  # never an empty one; what was kept apart by path
        self._number = 0
        self._links: dict[int, tuple[int, int]] = {}  # by inode: how many of its names are marked, and their bytes
        self.disk = 0
        """Allocated bytes of all marked files, save those that keep a name which is not marked."""

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Entry]:
        for marked in self._shelves.values():
            yield from marked.entries if isinstance(marked, EntryGroup) else marked.values()

    def at(self, shelf: Place) -> Mapping[str, Entry]:
        """Return what is marked of a project or group, by path, whatever a filter shows."""
        marked = self._shelves.get(shelf, NONE)
        return marked.by_path if isinstance(marked, EntryGroup) else marked

    def count(self, shelf: Place) -> int:
        """Return how many entries of a project or group are marked, whatever a filter shows."""
        marked = self._shelves.get(shelf, NONE)
        return len(marked.entries if isinstance(marked, EntryGroup) else marked)

    def among(self, shelf: Place, entries: Iterable[Entry]) -> int:
        """Return how many of some entries of a project or group are marked."""
        marked = self.at(shelf)
        return sum([entry[2] in marked for entry in entries]) if marked else 0  # by index: it may be everything

    def of(self, shelf: Place, holding: EntryGroup) -> int:
        """Return how many of the entries shown of a project or group are marked."""
        marked = self._shelves.get(shelf)
        if isinstance(marked, EntryGroup) and holding.within(marked):
            return len(holding.entries)
        return self.among(shelf, holding.entries)

    def freed(self, file: File) -> int:
        """Return the bytes that a file with several names adds to `disk`: none, unless all of them are marked."""
        names, disk = self._links.get(file.inode, (0, 0))
        return disk if names == file.links else 0

    def keep_apart(self, shelves: Iterable[Place]) -> None:
        """Keep what is marked of some projects or groups, whatever happens to a catalog."""
        for shelf in shelves:
            if shelf in self._shelves:
                self._own(shelf)

    def _own(self, shelf: Place) -> dict[str, Entry]:
        marked = self._shelves[shelf]
        if isinstance(marked, EntryGroup):
            marked = self._shelves[shelf] = dict(marked.by_path)
        return marked

    def mark(self, shelves: Iterable[tuple[Place, EntryGroup]]) -> None:
        """Mark entries of projects or groups, wherever they are not marked yet."""
        known, come = self._shelves, list[EntryGroup]()
        for shelf, holding in shelves:
            if shelf in known:
                self._put(shelf, self._parted(shelf, holding)[1])
            else:
                known[shelf] = holding
                come.append(holding)
        self._count(come, 1)

    def unmark(self, shelves: Iterable[tuple[Place, EntryGroup]]) -> None:
        """Unmark entries of projects or groups, wherever they are marked."""
        for shelf, holding in shelves:
            self._take(shelf, self._parted(shelf, holding)[0])

    def invert(self, shelves: Iterable[tuple[Place, EntryGroup]]) -> None:
        """Mark those entries of projects or groups that are not marked, and unmark the others."""
        known, come, gone = self._shelves, list[EntryGroup](), list[EntryGroup]()
        for shelf, holding in shelves:
            before = known.get(shelf)
            if before is None:
                known[shelf] = holding
                come.append(holding)
            elif before is holding:
                del known[shelf]
                gone.append(holding)
            else:
                marked, others = self._parted(shelf, holding)
                self._take(shelf, marked)
                self._put(shelf, others)
        self._count(come, 1)
        self._count(gone, -1)

    def _parted(self, shelf: Place, holding: EntryGroup) -> tuple[EntryGroup, EntryGroup]:
        """Return what of a holding is marked, and what is not."""
        known = self._shelves.get(shelf)
        if known is None:
            return EMPTY, holding
        if isinstance(known, EntryGroup):
            if holding.within(known):
                return holding, EMPTY
            if isinstance(known, FilteredGroup) and known.whole is holding:
                return known, known.rest
        marked = self.at(shelf)
        picked = bytes([entry[2] in marked for entry in holding.entries])  # by index, as above
        return holding.part(picked) or EMPTY, holding.part(picked.translate(OTHERWISE)) or EMPTY

    def _put(self, shelf: Place, holding: EntryGroup) -> None:
        if holding.entries:
            if shelf in self._shelves:
                self._own(shelf).update(holding.by_path)
            else:
                self._shelves[shelf] = holding
            self._count([holding], 1)

    def _take(self, shelf: Place, holding: EntryGroup) -> None:
        if holding.entries:
            if len(holding.entries) == self.count(shelf):
                del self._shelves[shelf]
            else:
                marked = self._own(shelf)
                for path in holding.by_path:
                    del marked[path]
            self._count([holding], -1)

    def _count(self, holdings: Collection[EntryGroup], step: int) -> None:
        self._number += step * sum([len(holding.entries) for holding in holdings])
        self.disk += step * sum([holding.disk for holding in holdings])
        for file in [file for holding in holdings if holding.linked for file in holding.linked]:
            self.disk -= step * file.disk_usage
            names, disk = self._links.get(file.inode, (0, 0))
            self.disk -= disk if names == file.links else 0
            names, disk = names + step, disk + step * file.disk_usage
            self.disk += disk if names == file.links else 0
            self._links[file.inode] = names, disk

    def add(self, entries: Iterable[Entry], catalog: Catalog) -> None:
        """Mark entries; those marked already in the same project or group are taken as they are now."""
        shelves: dict[Place, dict[str, Entry]] = {}
        for entry in entries:
            shelves.setdefault(catalog.shelf(entry), {})[entry.path] = entry
        for shelf, found in shelves.items():
            marked = self.at(shelf)
            self._take(shelf, EntryGroup([marked[path] for path in found if path in marked]))
            self._put(shelf, EntryGroup(found.values()))

    def take(self, entries: Iterable[Entry], catalog: Catalog) -> list[Entry]:
        """Unmark those of some entries that are marked, and return them."""
        taken: dict[Place, list[Entry]] = {}
        for entry in entries if self else ():
            shelf = catalog.shelf(entry)
            if entry.path in self.at(shelf):
                taken.setdefault(shelf, []).append(entry)
        for shelf, found in taken.items():
            self._take(shelf, EntryGroup(found))
        return [entry for found in taken.values() for entry in found]

    def clear(self) -> None:
        """Unmark everything."""
        self._shelves.clear()
        self._links.clear()
        self._number = self.disk = 0

    def follow(self, catalog: Catalog) -> None:
        """Take marked entries as they are in another catalog; what is not there any more loses its mark."""
        paths = [entry.path for entry in self]
        self.clear()
        self.add([entry for path in paths if (entry := catalog.entries.get(path)) is not None], catalog)


class Guarded:
    """Protected entries by the project or group they stand in, so that nobody looks at the others."""

    def __init__(self, shelves: Mapping[Place, EntryGroup] | None = None) -> None:
        self._shelves = shelves or {}

    @classmethod
    def of(cls, catalog: Catalog, paths: Iterable[str]) -> Guarded:
        """Gather entries of a catalog by their paths; what is not there is left out."""
        shelves: dict[Place, list[Entry]] = {}
        for path in paths:
            if (entry := catalog.entries.get(path)) is not None:
                shelves.setdefault(catalog.shelf(entry), []).append(entry)
        return cls({shelf: EntryGroup(entries) for shelf, entries in shelves.items()})

    @cached_property
    def _whole(self) -> list[EntryGroup]:
        return list(self._shelves.values())

    def marked(self, marks: Marks, catalog: Catalog) -> tuple[int, int]:
        """Return how many protected entries are marked, and the bytes of `marks.disk` that stay with them."""
        if not marks or not self._shelves:
            return 0, 0
        staying = self._whole if len(marks) == len(catalog.entries) else self._staying(marks, catalog)
        entries = sum([len(holding.entries) for holding in staying])
        linked = [file for holding in staying if holding.linked for file in holding.linked]
        disk = sum([holding.disk for holding in staying]) - sum([file.disk_usage for file in linked])
        return entries, disk + sum([marks.freed(file) for file in {file.inode: file for file in linked}.values()])

    def _staying(self, marks: Marks, catalog: Catalog) -> list[EntryGroup]:
        staying = []
        for shelf, holding in self._shelves.items():
            number = marks.count(shelf)
            if number and number == catalog.count(shelf):
                staying.append(holding)
            elif number:
                marked = marks.at(shelf)
                staying.append(EntryGroup([entry for entry in holding.entries if entry.path in marked]))
        return staying
