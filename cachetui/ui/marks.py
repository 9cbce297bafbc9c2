"""What the user has marked: identities, never row numbers; no Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cachetui.model import Entry
from cachetui.ui.catalog import Catalog, Place
from cachetui.ui.holding import Holding

NONE: Mapping[str, Entry] = {}
EMPTY = Holding(())


class Marks:
    """Marked entries by the project or group they stand in, so that no parent looks at its children."""

    def __init__(self) -> None:
        self._shelves: dict[Place, dict[str, Entry]] = {}  # never an empty one
        self._number = 0
        self._links: dict[int, tuple[int, int]] = {}  # by inode: how many of its names are marked, and their bytes
        self.disk = 0
        """Allocated bytes of all marked files, save those that keep a name which is not marked."""

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Entry]:
        return (entry for marked in self._shelves.values() for entry in marked.values())

    def at(self, shelf: Place) -> Mapping[str, Entry]:
        """Return what is marked of a project or group, by path, whatever a filter shows."""
        return self._shelves.get(shelf, NONE)

    def among(self, shelf: Place, entries: Iterable[Entry]) -> int:
        """Return how many of some entries of a project or group are marked."""
        marked = self._shelves.get(shelf)
        return sum([entry[2] in marked for entry in entries]) if marked else 0  # by index: it may be everything

    def mark(self, shelf: Place, holding: Holding) -> None:
        """Mark entries of one project or group, wherever they are not marked yet."""
        self._put(shelf, self._parted(shelf, holding)[1] if shelf in self._shelves else holding)

    def unmark(self, shelf: Place, holding: Holding) -> None:
        """Unmark entries of one project or group, wherever they are marked."""
        self._take(shelf, self._parted(shelf, holding)[0])

    def invert(self, shelf: Place, holding: Holding) -> None:
        """Mark those entries of one project or group that are not marked, and unmark the others."""
        marked, others = self._parted(shelf, holding)
        self._take(shelf, marked)
        self._put(shelf, others)

    def _parted(self, shelf: Place, holding: Holding) -> tuple[Holding, Holding]:
        """Return what of a holding is marked, and what is not."""
        marked, entries = self.at(shelf), holding.entries
        if len(marked) == len(entries) and marked.keys() == holding.by_path.keys():
            return holding, EMPTY
        inside = [entry for entry in entries if entry[2] in marked] if marked else []  # by index, as above
        if not inside or len(inside) == len(entries):
            return (holding, EMPTY) if inside else (EMPTY, holding)
        outside = [entry for entry in entries if entry[2] not in marked]
        return Holding(inside), holding.changed(outside, inside, ())

    def _put(self, shelf: Place, holding: Holding) -> None:
        if holding.entries:
            if shelf in self._shelves:
                self._shelves[shelf].update(holding.by_path)
            else:
                self._shelves[shelf] = dict(holding.by_path)
            self._count(holding, 1)

    def _take(self, shelf: Place, holding: Holding) -> None:
        if holding.entries:
            marked = self._shelves[shelf]
            if len(holding.entries) == len(marked):
                del self._shelves[shelf]
            else:
                for path in holding.by_path:
                    del marked[path]
            self._count(holding, -1)

    def _count(self, holding: Holding, step: int) -> None:
        self._number += step * len(holding.entries)
        self.disk += step * holding.disk
        for file in holding.linked:
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
            self._take(shelf, Holding([marked[path] for path in found if path in marked]))
            self._put(shelf, Holding(found.values()))

    def take(self, entries: Iterable[Entry], catalog: Catalog) -> list[Entry]:
        """Unmark those of some entries that are marked, and return them."""
        taken: dict[Place, list[Entry]] = {}
        for entry in entries if self else ():
            shelf = catalog.shelf(entry)
            if entry.path in self.at(shelf):
                taken.setdefault(shelf, []).append(entry)
        for shelf, found in taken.items():
            self._take(shelf, Holding(found))
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
