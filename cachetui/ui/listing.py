"""What a browser of the cache knows: the catalog, what is open, marked, filtered and sorted; no Textual here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from cachetui.model import Entry
from cachetui.ui.catalog import Catalog, Place, Rank
from cachetui.ui.holding import Holding
from cachetui.ui.marks import Marks
from cachetui.ui.matching import Matcher, matches, narrows
from cachetui.ui.rows import Key, Order, Row, filtered, make_rows, sort_tops, top_rows

Sign = Literal["x", "-", " ", ""]
"""How a row is marked: wholly, partly, not at all; empty where nothing can be."""


class Tally(NamedTuple):
    """What is marked, in figures."""

    entries: int = 0
    """How many entries."""
    hidden: int = 0
    """How many of them the filter does not show."""
    frees: int = 0
    """Their allocated bytes."""


class Listing:
    """Rows and marks over a catalog that grows, is filtered, sorted and replaced."""

    def __init__(self, catalog: Catalog | None = None) -> None:
        self.catalog = Catalog() if catalog is None else catalog
        self.marks = Marks()
        self.opened: set[Place] = set()
        """Projects, versions and groups that are open."""
        self.order = Order()
        """How rows are sorted."""
        self.typed = ""
        """What the filter box holds."""
        self._matcher: Matcher | None = None
        self._shelves: list[tuple[Place, Holding]] | None = None  # what the filter shows
        self._tops: list[Row] = []  # the same as rows, by name
        self._sorted: tuple[Order, list[Row]] | None = None  # and in an order
        self._scale: tuple[bool, int, int] | None = None  # figures of the catalog; whether they are apparent sizes

    def filter(self, typed: str) -> None:
        """Show only what matches."""
        shelves = self.shelves if narrows(typed, self.typed) else self.catalog.shelves
        self.typed, self._matcher = typed, matches(typed)
        self._show(filtered(shelves, self._matcher))

    def expect_filter(self) -> None:
        """Prepare for typing: what a filter looks at takes room, and is not computed before somebody filters."""
        for _, holding in self.catalog.shelves:
            _ = holding.words

    def _show(self, shelves: list[tuple[Place, Holding]]) -> list[tuple[Place, Holding]]:
        self._shelves, self._tops, self._sorted = shelves, top_rows(shelves), None
        return shelves

    def _changed(self) -> None:
        """Forget what was computed of another catalog."""
        self._shelves = self._scale = None

    @property
    def filtering(self) -> bool:
        """Whether a filter may hide something."""
        return self._matcher is not None

    @property
    def shelves(self) -> list[tuple[Place, Holding]]:
        """What the filter shows of every project and group."""
        if self._shelves is None:
            return self._show(filtered(self.catalog.shelves, self._matcher))
        return self._shelves

    def rows(self) -> list[Row]:
        """List the rows."""
        if not self.shelves or self._sorted is None or self._sorted[0] != self.order:
            self._sorted = self.order, sort_tops(self._tops, self.order)
        foreign = [] if self.filtering else [(file.size, file.disk_usage) for file in self.catalog.foreign]
        return make_rows(self._sorted[1], self.opened, self.order, foreign)

    def update(self, entries: Collection[Entry]) -> None:
        """Take up entries that a running scan found or knows better."""
        self.catalog.update(entries)
        self.marks.add([entry for entry in entries if entry.path in self.marks], self.catalog)
        self._changed()

    def adopt(self, catalog: Catalog) -> None:
        """Go over to another catalog of the same cache; what is gone loses its mark."""
        self.catalog = catalog
        self.marks.follow(catalog)
        self._changed()

    def drop(self, paths: Iterable[str]) -> None:
        """Forget entries that are gone, and their marks."""
        gone = list(paths)
        self.catalog.drop(gone)
        for path in gone:
            self.marks.remove(path)
        self._changed()

    def locate(self, key: Key) -> tuple[Key, ...]:
        """Return the identities of rows that may stand for one: itself, then what it lies in."""
        if isinstance(key, Place):
            return key, key.shelf
        entry = self.catalog.entries.get(key)
        place = None if entry is None else self.catalog.place(entry)
        return (key,) if place is None else (key, place, place.shelf)

    def sign(self, row: Row) -> Sign:
        """Tell how a row is marked; a parent is wholly marked only when what a filter hides of it is marked, too."""
        if row.foreign:
            return ""
        if isinstance(row.key, str):
            return "x" if row.key in self.marks else " "
        marked = self.marks.count(row.place)
        return " " if not marked else "x" if marked == self.catalog.count(row.place) else "-"

    def toggle(self, rows: Iterable[Row]) -> None:
        """Mark everything shown of some rows; or unmark it, where it was all marked."""
        self._toggle({entry.path: entry for row in rows for entry in row.holding.entries})

    def _toggle(self, entries: dict[str, Entry]) -> None:
        missing = [entry for path, entry in entries.items() if path not in self.marks]
        if missing:
            self.marks.add(missing, self.catalog)
        else:
            for path in entries:
                self.marks.remove(path)

    @property
    def _shown(self) -> Iterable[Entry]:
        return (entry for _, holding in self.shelves for entry in holding.entries)

    def mark_all(self) -> None:
        """Mark everything that the filter shows."""
        self.marks.add([entry for entry in self._shown if entry.path not in self.marks], self.catalog)

    def invert(self) -> None:
        """Mark what is shown and not marked, unmark what is shown and marked."""
        shown = list(self._shown)
        marked = [entry.path for entry in shown if entry.path in self.marks]
        self.marks.add([entry for entry in shown if entry.path not in self.marks], self.catalog)
        for path in marked:
            self.marks.remove(path)

    @property
    def hidden_marks(self) -> int:
        """How many marked entries the filter does not show."""
        if self._matcher is None or not self.marks:
            return 0
        return len(self.marks) - sum([self.marks.among(holding.entries) for _, holding in self.shelves])

    @property
    def tally(self) -> Tally:
        """What is marked, in figures."""
        return Tally(len(self.marks), self.hidden_marks, self.marks.disk)

    @property
    def shown_projects(self) -> int:
        """How many projects the filter shows."""
        return sum([place.rank is Rank.PROJECT for place, _ in self.shelves])

    def scale(self) -> tuple[int, int]:
        """Return the bytes of the biggest project and of everything, whatever the filter shows."""
        apparent = self.order.apparent
        if self._scale is None or self._scale[0] != apparent:
            sizes = [(place.rank, holding.size(apparent)) for place, holding in self.catalog.shelves]
            biggest = max([size for rank, size in sizes if rank is Rank.PROJECT], default=0)
            self._scale = apparent, max(biggest, 1), max(sum([size for _, size in sizes]), 1)
        return self._scale[1:]
