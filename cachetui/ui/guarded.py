"""What the preferences protect: how much of what is marked would stay for it; no Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from cachetui.model import Entry
from cachetui.ui.catalog import Catalog, Place
from cachetui.ui.holding import Holding
from cachetui.ui.marks import Marks


class Guarded:
    """Protected entries by the project or group they stand in, so that nobody looks at the others."""

    def __init__(self, shelves: Mapping[Place, Holding] | None = None) -> None:
        self._shelves = shelves or {}

    @classmethod
    def of(cls, catalog: Catalog, paths: Iterable[str]) -> Guarded:
        """Gather entries of a catalog by their paths; what is not there is left out."""
        shelves: dict[Place, list[Entry]] = {}
        for path in paths:
            if (entry := catalog.entries.get(path)) is not None:
                shelves.setdefault(catalog.shelf(entry), []).append(entry)
        return cls({shelf: Holding(entries) for shelf, entries in shelves.items()})

    @cached_property
    def _whole(self) -> list[Holding]:
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

    def _staying(self, marks: Marks, catalog: Catalog) -> list[Holding]:
        staying = []
        for shelf, holding in self._shelves.items():
            number = marks.count(shelf)
            if number and number == catalog.count(shelf):
                staying.append(holding)
            elif number:
                marked = marks.at(shelf)
                staying.append(Holding([entry for entry in holding.entries if entry.path in marked]))
        return staying
