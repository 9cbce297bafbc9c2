"""What the user has marked: identities, never row numbers; no Textual here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cachetui.model import Entry, File
from cachetui.ui.catalog import Catalog, Place


class Marked(NamedTuple):
    """One marked entry."""

    entry: Entry
    """As it was last seen."""
    place: Place
    """Where it stood then, so that the counts can be taken back."""
    disk: int
    """Allocated bytes, then, of its files that have one name each."""
    linked: tuple[File, ...]
    """Its files that had more names than one."""


class Marks:
    """Marked entries by path, with counts for every place above them, so that no parent looks at its children."""

    def __init__(self) -> None:
        self._marked: dict[str, Marked] = {}
        self._counts: Counter[Place] = Counter()
        self._links: dict[int, tuple[int, int]] = {}  # by inode: how many of its names are marked, and their bytes
        self.disk = 0
        """Allocated bytes of all marked files, save those that keep a name which is not marked."""

    def __len__(self) -> int:
        return len(self._marked)

    def __contains__(self, path: object) -> bool:
        return path in self._marked

    def __iter__(self) -> Iterator[Entry]:
        return (marked.entry for marked in self._marked.values())

    def count(self, place: Place) -> int:
        """Return how many entries are marked at a place, whatever a filter shows."""
        return self._counts[place]

    def among(self, entries: Iterable[Entry]) -> int:
        """Return how many of some entries are marked."""
        marked = self._marked
        return sum([entry[2] in marked for entry in entries])  # by index: this may run over everything

    def add(self, entries: Iterable[Entry], catalog: Catalog) -> None:
        """Mark entries; those marked already are taken as they are now."""
        for entry in entries:
            if entry.path in self._marked:
                self.remove(entry.path)
            linked = tuple([file for file in entry.files if file.links > 1])
            disk = entry.disk_usage - sum([file.disk_usage for file in linked])
            marked = Marked(entry, catalog.place(entry), disk, linked)
            self._marked[entry.path] = marked
            self._count(marked, 1)

    def remove(self, path: str) -> None:
        """Unmark an entry; one that is not marked does no harm."""
        if (marked := self._marked.pop(path, None)) is not None:
            self._count(marked, -1)

    def _count(self, marked: Marked, step: int) -> None:
        self.disk += step * marked.disk
        self._counts[marked.place] += step
        if marked.place.version is not None:
            self._counts[marked.place.shelf] += step
        for file in marked.linked:
            names, disk = self._links.get(file.inode, (0, 0))
            self.disk -= disk if names == file.links else 0
            names, disk = names + step, disk + step * file.disk_usage
            self.disk += disk if names == file.links else 0
            self._links[file.inode] = names, disk

    def clear(self) -> None:
        """Unmark everything."""
        self._marked.clear()
        self._counts.clear()
        self._links.clear()
        self.disk = 0

    def follow(self, catalog: Catalog) -> None:
        """Take marked entries as they are in another catalog; what is not there any more loses its mark."""
        paths = list(self._marked)
        self.clear()
        self.add([entry for path in paths if (entry := catalog.entries.get(path)) is not None], catalog)
