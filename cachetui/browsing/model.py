"""The view model of Browse: the catalog, what is open, marked, filtered and sorted; no Textual here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from cachetui.browsing.catalog import Catalog, Place, Rank
from cachetui.browsing.group import EntryGroup
from cachetui.browsing.marks import Guarded, Marks
from cachetui.browsing.rows import Key, Row, SortOrder, Tops, foreign_row, forget, make_rows, turned
from cachetui.labels import Facts, Word
from cachetui.model import Entry

if TYPE_CHECKING:  # the first screen does not wait for terms
    from cachetui.terms.parser import Term
    from cachetui.terms.partial import Query

Sign = Literal["x", "-", " ", ""]
"""How a row is marked: wholly, partly, not at all; empty where nothing can be."""

FACTS: Mapping[Word, str] = {
    "superseded": "superseded",
    "legacy": "legacy",
    "dead-weight": "dead_weight",
    "protected": "protected",
    "unusable": "usable",
}
"""Words that are told by facts, and what holds these in `Facts`; all others an entry tells by itself."""
NOTHING = Tops([])
MOST_TURNED = 8
"""Projects that are opened or closed within the rows there are; of more than these, all rows are made anew."""


class MarkTotals(NamedTuple):
    """Totals of the marked entries."""

    entries: int = 0
    """How many entries."""
    hidden: int = 0
    """How many of them the filter does not show."""
    frees: int = 0
    """The allocated bytes of those that are not protected."""
    protected: int = 0
    """How many of them the preferences protect: these stay."""


class Built(NamedTuple):
    """Rows, and what they were made of."""

    tops: Tops
    """What stands at the top."""
    order: SortOrder
    """How it is sorted."""
    opened: frozenset[Place]
    """What was open."""
    rows: list[Row]
    """The rows."""


class BrowserModel:
    """Rows and marks over a catalog that grows, is filtered, sorted and replaced."""

    def __init__(self, catalog: Catalog | None = None) -> None:
        self.catalog = Catalog() if catalog is None else catalog
        self.marks = Marks()
        self.opened: set[Place] = set()
        """Projects, versions and groups that are open."""
        self.order = SortOrder()
        """How rows are sorted."""
        self.typed = ""
        """What the filter box holds."""
        self.query: Query | None = None
        """The same as terms; None for nothing."""
        self.now = 0
        """The moment from which ages are counted, in nanoseconds since the epoch."""
        self.protect: Callable[[Entry, Facts], bool] | None = None
        """Tells what the preferences protect."""
        self.guarded = Guarded()
        """The same as entries, once it has been found out which these are."""
        self.turn = 0
        """How often the catalog has changed: facts that were found out about another one are of no use."""
        self._facts = Facts()
        self._known: frozenset[Word] = frozenset()  # what these facts tell
        self._found: list[tuple[tuple[Term, ...], Tops]] = []  # what terms let through, each narrower than the last
        self._built: Built | None = None
        self._scale: tuple[bool, int, int] | None = None  # figures of the catalog; whether they are apparent sizes

    def filter(self, typed: str, done: bool = True) -> bool:
        """Show only what matches; tell whether that is something else than before.

        Unless typing is `done`, a term at the end that is not finished changes nothing yet.
        """
        before, self.typed, self.query = self.query, typed, None
        if typed.strip():
            from cachetui.terms.partial import read_query  # noqa: PLC0415 - the first screen does not wait for terms

            self.query = read_query(typed, done)
        return self.query != before

    def expect_filter(self) -> None:
        """Prepare for typing, where what a filter looks at was not made ready beside the screen."""
        from cachetui.browsing import filter as matching  # noqa: F401, PLC0415 - see above
        from cachetui.terms import partial as query  # noqa: F401, PLC0415 - see above

        for _, holding in self.catalog.shelves:
            _ = holding.haystack

    def suggest(self, typed: str) -> str:
        """Return how the last word typed may go on; empty where nothing is to be suggested."""
        from cachetui.terms.completion import suggestion  # noqa: PLC0415 - see above

        return suggestion(typed, self._everything.names)

    def _changed(self) -> None:
        """Forget what was computed of another catalog."""
        self._found.clear()
        self._built = self._scale = None
        self._known = frozenset()
        self.turn += 1

    @property
    def filtering(self) -> bool:
        """Whether a filter may hide something."""
        return self.query is not None and (bool(self.query.terms) or self.query.error is not None)

    @property
    def settled(self) -> bool:
        """Whether what is shown is what the filter means.

        Not while a term is being typed or does not parse; nor while entries are being named, for what they are called
        and of which kind they are may turn out otherwise, and marks would stay on what does not match.
        """
        return self.query is None or not (self.query.unfinished or self.query.error or self.unsure)

    @property
    def unsure(self) -> bool:
        """Whether a filter judges entries that are still being named."""
        return self.filtering and self.catalog.naming

    @property
    def unknown(self) -> frozenset[Word]:
        """The facts that the filter asks for and that are not known yet; until then nothing matches."""
        return frozenset() if self.query is None else (self.query.words & FACTS.keys()) - self._known

    def learn(self, turn: int, words: Collection[Word], facts: Facts) -> bool:
        """Take up facts that tell `words`, if they are about the catalog that there is now; tell whether they are."""
        if turn != self.turn:
            return False
        fields = [FACTS[word] for word in words if word in FACTS]
        self._facts = replace(self._facts, **{field: getattr(facts, field) for field in fields})
        self._known |= frozenset(words)
        return True

    def guard_by(self, protect: Callable[[Entry, Facts], bool]) -> None:
        """Go over to what other preferences protect; what is, or is being, found out by the old ones is of no use."""
        self.protect = protect
        self.forget("protected")
        self.turn += 1

    def forget(self, word: Word) -> None:
        """Forget the facts that tell a word: what they rest on has changed."""
        self._known -= {word}
        del self._found[1:]  # without terms, there is no asking for facts

    @property
    def _everything(self) -> Tops:
        if not self._found:
            self._found.append(((), Tops.of(self.catalog.shelves)))
        return self._found[0][1]

    @property
    def tops(self) -> Tops:
        """The projects and groups that the filter shows."""
        everything, query, found = self._everything, self.query, self._found
        if query is None or not self.filtering:
            return everything
        if query.error is not None or self.unknown:
            return NOTHING
        from cachetui.browsing.filter import matches  # noqa: PLC0415 - see above
        from cachetui.terms.partial import narrows  # noqa: PLC0415

        while not narrows(query, found[-1][0]):
            found.pop()
        before, tops = found[-1]
        if query.terms != before:
            more = [term for term in query.terms if term not in before]
            tops = tops.filtered(matches(more, replace(self._facts, now_ns=self.now)))
            found.append((query.terms, tops))
        return tops

    @property
    def shelves(self) -> list[tuple[Place, EntryGroup]]:
        """The groups that the filter shows, each with its shown entries."""
        return self.tops.shelves

    def rows(self) -> list[Row]:
        """List the rows. Where something was opened or closed since the last time, the others are kept."""
        tops, order, opened, built = self.tops, self.order, self.opened, self._built
        kept = built is not None and built.tops is tops and built.order == order
        changed = {place.shelf for place in opened ^ built.opened} if built is not None and kept else set()
        if built is None or not kept or len(changed) > MOST_TURNED:
            files = [] if self.filtering else [(file.size, file.disk_usage) for file in self.catalog.foreign]
            rows = make_rows(tops.arranged(order), opened, order, [foreign_row(files)] if files else ())
        else:
            rows = built.rows
            for top in filter(None, map(tops.find, changed)):
                rows = turned(rows, top, opened, order)
        self._built = Built(tops, order, frozenset(opened), rows)
        return rows

    def update(self, entries: Collection[Entry]) -> None:
        """Take up entries that a running scan found or knows better."""
        entries = {entry.path: entry for entry in entries}.values()  # one that comes twice is taken as it comes last
        known, shelf = self.catalog.entries, self.catalog.shelf
        before = [known[entry.path] for entry in entries if entry.path in known] if self.marks else []
        self.marks.keep_apart({shelf(entry) for entry in (*entries, *before)} if self.marks else ())
        marked = {entry.path for entry in self.marks.take(before, self.catalog)}
        self.catalog.update(entries)
        self.marks.add([entry for entry in entries if entry.path in marked], self.catalog)
        self._changed()

    def adopt(self, catalog: Catalog, tops: Tops | None = None) -> None:
        """Go over to another catalog of the same cache, of which `tops` stand at the top, where these are known.

        What is gone loses its mark.
        """
        self.catalog = catalog
        forget()
        self.marks.follow(catalog)
        self._changed()
        if tops is not None:
            self._found.append(((), tops))

    def drop(self, paths: Iterable[str]) -> None:
        """Forget entries that are gone, and their marks."""
        gone = list(dict.fromkeys(paths))
        known = self.catalog.entries
        entries = [known[path] for path in gone if path in known]
        self.marks.keep_apart({self.catalog.shelf(entry) for entry in entries})
        self.marks.take(entries, self.catalog)
        self.catalog.drop(gone)
        self._changed()

    def locate(self, key: Key) -> tuple[Key, ...]:
        """Return the identities of rows that may stand for one: itself, then what it lies in."""
        if isinstance(key, Place):
            return key, key.shelf
        entry = self.catalog.entries.get(key)
        place = None if entry is None else self.catalog.place(entry)
        return (key,) if place is None else (key, place, place.shelf)

    def sign(self, row: Row) -> Sign:
        """Return how a row is marked; a parent is wholly marked only when what a filter hides of it is marked, too."""
        if row.foreign:
            return ""
        if isinstance(row.key, str):
            return "x" if row.key in self.marks.at(row.place.shelf) else " "
        place, shelf = row.place, row.place.shelf
        marked = self.marks.count(shelf)
        if not marked:
            return " "
        if marked == self.catalog.count(shelf):
            return "x"
        marked = marked if place == shelf else self.marks.among(shelf, self.catalog.release(place))
        return " " if not marked else "x" if marked == self.catalog.count(place) else "-"

    def toggle(self, rows: Iterable[Row]) -> None:
        """Mark everything shown of some rows; or unmark it, where it was all marked. Not before a filter is settled."""
        shelves = [(row.place.shelf, row.holding) for row in rows if not row.foreign and self.settled]
        missing = [
            (shelf, holding) for shelf, holding in shelves if self._marked(shelf, holding) < len(holding.entries)
        ]
        if missing:
            self.marks.mark(missing)
        else:
            self.marks.unmark(shelves)

    def toggle_entries(self, entries: Iterable[Entry]) -> None:
        """Mark some entries, whatever a filter shows; or unmark them, where all of them are marked."""
        known = self._known_entries([entry.path for entry in entries])
        if self.sign_of([entry.path for entry in known]) == "x":
            self.marks.take(known, self.catalog)
        else:
            self.marks.add(known, self.catalog)

    def sign_of(self, paths: Iterable[str]) -> Sign:
        """Return how some entries are marked together; empty where none of them is in the catalog."""
        marked = [entry.path in self.marks.at(self.catalog.shelf(entry)) for entry in self._known_entries(paths)]
        return "" if not marked else "x" if all(marked) else "-" if any(marked) else " "

    def _known_entries(self, paths: Iterable[str]) -> list[Entry]:
        return [entry for path in paths if (entry := self.catalog.entries.get(path)) is not None]

    def mark_all(self) -> None:
        """Mark everything that the filter shows, once it is settled."""
        self.marks.mark(self.shelves if self.settled else ())

    def invert(self) -> None:
        """Mark what is shown and not marked, unmark what is shown and marked, once the filter is settled."""
        self.marks.invert(self.shelves if self.settled else ())

    def _marked(self, shelf: Place, holding: EntryGroup) -> int:
        """Return how many of the entries shown of a project or group are marked."""
        marked, all_of_it = self.marks.count(shelf), self.catalog.count(shelf)
        if not marked or marked == all_of_it or len(holding.entries) == all_of_it:
            return min(marked, len(holding.entries))
        return self.marks.of(shelf, holding)

    @property
    def hidden_marks(self) -> int:
        """How many marked entries the filter does not show."""
        if not self.filtering or not self.marks:
            return 0
        if len(self.marks) == len(self.catalog.entries):
            return len(self.marks) - sum([len(holding.entries) for _, holding in self.shelves])
        return len(self.marks) - sum([self._marked(shelf, holding) for shelf, holding in self.shelves])

    @property
    def mark_totals(self) -> MarkTotals:
        """Totals of the marked entries."""
        protected, stays = self.guarded.marked(self.marks, self.catalog)
        return MarkTotals(len(self.marks), self.hidden_marks, self.marks.disk - stays, protected)

    @property
    def shown_projects(self) -> int:
        """How many projects the filter shows."""
        return self.tops.projects

    def scale(self) -> tuple[int, int]:
        """Return the bytes of the biggest project and of everything, whatever the filter shows."""
        apparent = self.order.apparent
        if self._scale is None or self._scale[0] != apparent:
            sizes = [(place.rank, holding.size(apparent)) for place, holding in self.catalog.shelves]
            biggest = max([size for rank, size in sizes if rank is Rank.PROJECT], default=0)
            self._scale = apparent, max(biggest, 1), max(sum([size for _, size in sizes]), 1)
        return self._scale[1:]
