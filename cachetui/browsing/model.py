"""View model of Browse: catalog, expanded rows, marks, filter and order. Does not import Textual."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from cachetui.browsing.catalog import TITLES, Catalog, GroupKey, GroupKind
from cachetui.browsing.group import EntryGroup
from cachetui.browsing.marks import EMPTY, Marks, Undone, groups_of
from cachetui.browsing.rows import Row, RowKey, SortOrder, foreign_rows, make_rows
from cachetui.conduct import PIP
from cachetui.labels import Facts, Label
from cachetui.model import Entry

if TYPE_CHECKING:  # not imported at run time: the first screen opens faster
    from cachetui.terms.parser import Term
    from cachetui.terms.partial import Query

MarkState = Literal["x", "-", " ", ""]
"""Mark state of a row or of an item of a figure: all, some or none of its entries are marked.

It is empty if nothing can be marked. The same signs say how much of a row is protected.
"""

FACTS: Mapping[Label, str] = {
    "superseded": "superseded",
    "legacy": "legacy",
    "dead-weight": "dead_weight",
    "protected": "protected",
    "unusable": "usable",
    "used": "used",
    "unused": "used",
}
"""Labels that need facts, each with its field of `Facts`; other labels follow from the entry alone."""


class MarkTotals(NamedTuple):
    """Totals of the marked entries."""

    entries: int = 0
    """Number of marked entries."""
    hidden: int = 0
    """Number of marked entries that the filter hides."""
    frees: int = 0
    """Allocated bytes of files that removing the marked entries would free."""
    protected: int = 0
    """Number of marked entries that the preferences protect from removal."""
    staying: int = 0
    """Number of marked entries that may still be in use, and would stay."""


def expect_filter(groups: Iterable[tuple[GroupKey, EntryGroup]]) -> None:
    """Prepare groups for a filter, and import the modules that parse and apply it; may run in another thread."""
    from cachetui.browsing import filter as matching  # noqa: F401, PLC0415 - the first screen does not wait for it
    from cachetui.terms import completion, partial  # noqa: F401, PLC0415 - as above

    for _, group in groups:
        _ = group.lines


class BrowserModel:
    """Rows and marks of a catalog. The catalog may grow or be replaced; the rows are filtered and sorted."""

    def __init__(self, catalog: Catalog | None = None, *, tool: str = PIP.tool) -> None:
        self.catalog = Catalog() if catalog is None else catalog
        self.tool = tool
        """Name of the program that fills the cache."""
        self.marks = Marks()
        self.expanded: set[GroupKey] = set()
        """Projects, versions and groups that are open."""
        self.order = SortOrder()
        """The sort order of the rows."""
        self.typed = ""
        """The text of the filter box."""
        self.query: Query | None = None
        """Parsed content of the filter box; None if the box is empty."""
        self.now = 0
        """Time from which ages are counted, in nanoseconds since the epoch."""
        self.protect: Callable[[Entry, Facts], bool] | None = None
        """Function that returns whether the preferences protect an entry; None before it is set."""
        self.protected_groups: Mapping[GroupKey, EntryGroup] = {}
        """Protected entries of each project and group; empty until they are found."""
        self.generation = 0
        """Number of changes of catalog and protection so far; facts computed for an earlier number are discarded."""
        self._facts = Facts()
        self._known: frozenset[Label] = frozenset()  # labels whose facts are known
        self._found: list[tuple[tuple[Term, ...], list[Row]]] = []  # roots that terms show, each within those before
        self._roots: list[Row] | None = None  # roots that the filter shows
        self._passes_over_last = False  # whether the rows shown do not depend on the last term, which may be begun
        self._marks_seen = 0  # revision of the marks that the filter has judged
        self._scale: tuple[bool, int, int] | None = None  # whether sizes are apparent, biggest project, total
        self._arranged: tuple[list[Row], SortOrder, list[Row]] | None = None  # roots, order, roots in it

    def filter(self, typed: str, done: bool = True) -> bool:
        """Set the text of the filter; return whether the filter has changed.

        Unless typing is `done`, an unfinished term at the end is treated as in `read_query`.
        """
        before, self.typed, self.query = self.query, typed, None
        if typed.strip():
            from cachetui.terms.partial import read_query  # noqa: PLC0415 - the first screen does not wait for terms

            self.query = read_query(typed, done)
        if self.query == before:
            return False
        self._roots = None
        return True

    def suggest(self, typed: str) -> str:
        """Return a completion of the last word typed; empty if there is none."""
        from cachetui.terms.completion import suggestion  # noqa: PLC0415 - see above

        return suggestion(typed, self.catalog.names)

    def _changed(self) -> None:
        """Discard everything that was computed from the previous state of the catalog."""
        self._roots = self._scale = None
        self._found.clear()
        self._known = frozenset()
        self.generation += 1

    @property
    def filtering(self) -> bool:
        """Whether the filter may hide entries."""
        return self.query is not None and (bool(self.query.terms) or self.query.error is not None)

    @property
    def is_final(self) -> bool:
        """Whether the rows shown are the final result of the filter.

        They are not final while a term is unfinished or invalid. With a filter, they are not final either while
        a scan identifies entries: names and kinds may change, and marks would stay on entries that do not match.
        Missing facts (`missing_facts`) do not matter here: without them, the filter shows no rows.
        """
        if self.query is None:
            return True
        is_begun = self.query.begun and bool(self.roots) and self._passes_over_last
        return not (self.query.unfinished or self.query.error or is_begun or self.is_identifying)

    @property
    def is_identifying(self) -> bool:
        """Whether the filter applies to entries that a scan is still identifying."""
        return self.filtering and self.catalog.naming

    @property
    def missing_facts(self) -> frozenset[Label]:
        """Labels that the filter needs and whose facts are not known yet; until they are, nothing matches."""
        return frozenset() if self.query is None else (self.query.words & FACTS.keys()) - self._known

    def set_facts(self, generation: int, words: Collection[Label], facts: Facts) -> bool:
        """Set the facts behind the labels in `words`; return whether they are of the current `generation`.

        Facts of an earlier generation are discarded.
        """
        if generation != self.generation:
            return False
        fields = [FACTS[word] for word in words if word in FACTS]
        self._facts = replace(self._facts, **{field: getattr(facts, field) for field in fields})
        self._known |= frozenset(words)
        self._roots = None
        return True

    def set_protection(self, protect: Callable[[Entry, Facts], bool]) -> None:
        """Switch to other protection preferences; facts by the old ones are discarded, even if they arrive later."""
        self.protect = protect
        self.invalidate("protected")
        self.generation += 1

    def invalidate(self, word: Label) -> None:
        """Discard the facts behind a label because their basis has changed."""
        self._known -= {word}
        self._roots = None
        del self._found[1:]  # the first holds all roots, which need no facts

    @property
    def roots(self) -> list[Row]:
        """Rows that the filter shows: those of projects, by name, and then those of groups; all of them closed."""
        if self._roots is None or (self.filters_marks and self._marks_seen != self.marks.revision):
            self._roots, self._marks_seen = self._find_roots(), self.marks.revision
        return self._roots

    @property
    def filters_marks(self) -> bool:
        """Whether the rows that the filter shows depend on the marks."""
        return self.query is not None and self.query.judges_marks

    def _find_roots(self) -> list[Row]:
        if not self._found:
            roots = [Row(place, place, place.title, group, folds=True) for place, group in self.catalog.groups]
            self._found.append(((), roots))
        if self.query is None or not self.filtering:
            return self._found[0][1]
        if self.query.error is not None or self.missing_facts:
            return []
        if self.filters_marks:
            del self._found[1:]
        roots, self._passes_over_last = self._matching(self.query.terms), False
        if not roots and self.query.begun:  # the last word may become another term: until then, it is ignored
            roots, self._passes_over_last = self._matching(self.query.terms[:-1]), True
        return roots

    def _matching(self, terms: tuple[Term, ...]) -> list[Row]:
        """Return the rows of the projects and groups that have entries that satisfy all terms."""
        from cachetui.browsing.filter import matches, narrows  # noqa: PLC0415 - see above

        found = self._found
        while not narrows(terms, found[-1][0]):
            found.pop()
        before, rows = found[-1]
        if terms != before:  # a letter more searches only what was shown, a letter less shows what was found
            marked = frozenset([entry.path for entry in self.marks]) if self.filters_marks else frozenset[str]()
            more = [term for term in terms if term not in before]
            match = matches(more, replace(self._facts, now_ns=self.now, marked=marked))
            groups = [(row, match(row.name, row.group)) for row in rows]
            rows = [
                row if group is row.group else Row(row.key, row.place, row.name, group, folds=True)
                for row, group in groups
                if group is not None
            ]
            found.append((terms, rows))
        return rows

    @property
    def groups(self) -> list[tuple[GroupKey, EntryGroup]]:
        """Projects and groups that the filter shows, each with its shown entries."""
        return [(row.place, row.group) for row in self.roots]

    def rows(self) -> list[Row]:
        """Return all rows to show, in order; rows of foreign files come last, and only without a filter."""
        rows = make_rows(self._arranged_roots(), self.expanded, self.order)
        if self.catalog.foreign and not self.filtering:
            rows += foreign_rows(self.catalog.foreign, self.expanded, self.order, self.tool)
        return rows

    def _arranged_roots(self) -> list[Row]:
        """Return the rows of the projects in the sort order, and then those of the groups."""
        roots, order = self.roots, self.order
        if self._arranged is None or self._arranged[0] is not roots or self._arranged[1] != order:
            projects = roots[: self.shown_projects]
            self._arranged = roots, order, [*order.arrange(projects), *roots[len(projects) :]]
        return self._arranged[2]

    def update(self, entries: Collection[Entry]) -> None:
        """Add entries that a running scan has found or identified."""
        entries = {entry.path: entry for entry in entries}.values()  # the last entry of each path is kept
        known = self.catalog.entries
        before = [known[entry.path] for entry in entries if entry.path in known] if self.marks else []
        marked = {entry.path for entry in self.marks.take(before, self.catalog)}
        self.catalog.update(entries)
        self.marks.add([entry for entry in entries if entry.path in marked], self.catalog)
        self._changed()

    def adopt(self, catalog: Catalog) -> None:
        """Switch to another catalog of the same cache. Entries that are gone lose their marks."""
        self.catalog = catalog
        self.marks.follow(catalog)
        self.marks.forget_gone(catalog)
        self._changed()

    def drop(self, paths: Iterable[str]) -> None:
        """Remove entries that are gone, and their marks."""
        gone = list(dict.fromkeys(paths))
        known = self.catalog.entries
        self.marks.take([known[path] for path in gone if path in known], self.catalog)
        self.catalog.drop(gone)
        self.marks.forget_gone(self.catalog)
        self._changed()

    def locate(self, key: RowKey) -> tuple[RowKey, ...]:
        """Return the keys at which to look for a row: its own, then those of its parents."""
        if isinstance(key, GroupKey):
            return key, key.group_key
        entry = self.catalog.entries.get(key)
        place = None if entry is None else self.catalog.place(entry)
        return (key,) if place is None else (key, place, place.group_key)

    def sign(self, row: Row) -> MarkState:
        """Return the mark state of a row; a parent is marked only if its hidden entries are marked, too."""
        if row.foreign:
            return ""
        if isinstance(row.key, str):
            return "x" if row.key in self.marks.at(row.place.group_key) else " "
        place, group_key = row.place, row.place.group_key
        marked = self.marks.count(group_key)
        if not marked:
            return " "
        if marked == self.catalog.count(group_key):
            return "x"
        marked = marked if place == group_key else self.marks.among(group_key, self.catalog.release(place))
        return " " if not marked else "x" if marked == self.catalog.count(place) else "-"

    def protection(self, row: Row) -> MarkState:
        """Return how much of a row is protected from removal: all ("x"), a part ("-") or nothing ("")."""
        protected = self.protected_groups.get(row.place.group_key, EMPTY)
        if not protected.entries or row.foreign:
            return ""
        if len(protected.entries) == self.catalog.count(row.place.group_key):
            return "x"
        found = sum([entry.path in protected.by_path for entry in row.group.entries])
        return "" if not found else "x" if found == len(row.group.entries) else "-"

    def toggle(self, rows: Iterable[Row]) -> None:
        """Mark all shown entries of some rows, or unmark them if all are marked.

        Does nothing until the filter's result is final.
        """
        groups = [(row.place.group_key, row.group) for row in rows if not row.foreign and self.is_final]
        missing = [
            (group_key, group) for group_key, group in groups if self._marked(group_key, group) < len(group.entries)
        ]
        with self.marks.change(self.catalog):
            if missing:
                self.marks.mark(missing)
            else:
                self.marks.unmark(groups)

    def toggle_entries(self, entries: Iterable[Entry]) -> None:
        """Mark some entries, including hidden ones; unmark them if all of them are marked."""
        known = self._known_entries([entry.path for entry in entries])
        with self.marks.change(self.catalog):
            if self.sign_of([entry.path for entry in known]) == "x":
                self.marks.take(known, self.catalog)
            else:
                self.marks.mark(groups_of(known, self.catalog))

    def mark_entries(self, entries: Iterable[Entry]) -> None:
        """Mark those of some entries that are in the catalog and unchanged."""
        known = [entry for entry in entries if self.catalog.entries.get(entry.path) == entry]
        with self.marks.change(self.catalog):
            self.marks.mark(groups_of(known, self.catalog))

    def unmark_all(self) -> None:
        """Unmark everything, including hidden entries."""
        with self.marks.change(self.catalog):
            self.marks.clear()

    def undo_marks(self) -> Undone:
        """Undo the user's last change of marks."""
        return self.marks.undo(self.catalog)

    def sign_of(self, paths: Iterable[str]) -> MarkState:
        """Return the combined mark state of some entries; empty if none of them is in the catalog."""
        marked = [entry.path in self.marks.at(self.catalog.group_key(entry)) for entry in self._known_entries(paths)]
        return "" if not marked else "x" if all(marked) else "-" if any(marked) else " "

    def _known_entries(self, paths: Iterable[str]) -> list[Entry]:
        return [entry for path in paths if (entry := self.catalog.entries.get(path)) is not None]

    def mark_all(self) -> None:
        """Mark everything that the filter shows, if the filter's result is final."""
        with self.marks.change(self.catalog):
            self.marks.mark(self.groups if self.is_final else ())

    def invert(self) -> None:
        """Invert the marks of all shown entries, if the filter's result is final."""
        with self.marks.change(self.catalog):
            self.marks.invert(self.groups if self.is_final else ())

    def _marked(self, group_key: GroupKey, group: EntryGroup) -> int:
        """Return how many shown entries of a project or group are marked."""
        marked, all_of_it = self.marks.count(group_key), self.catalog.count(group_key)
        if not marked or marked == all_of_it or len(group.entries) == all_of_it:
            return min(marked, len(group.entries))
        return self.marks.among(group_key, group.entries)

    @property
    def hidden_marks(self) -> int:
        """Number of marked entries that the filter hides."""
        if not self.filtering or not self.marks:
            return 0
        return len(self.marks) - sum([self._marked(group_key, group) for group_key, group in self.groups])

    @property
    def mark_totals(self) -> MarkTotals:
        """Totals of the marked entries."""
        freeing = self.marks.freeing
        return MarkTotals(len(self.marks), self.hidden_marks, freeing.disk, freeing.protected, freeing.staying)

    @property
    def shown_projects(self) -> int:
        """Number of projects that the filter shows."""
        return len(self.roots) - sum([row.place.rank is not GroupKind.PROJECT for row in self.roots[-len(TITLES) :]])

    def scale(self) -> tuple[int, int]:
        """Return the bytes of the biggest project and of all entries, hidden ones included; both are at least 1."""
        apparent = self.order.apparent
        if self._scale is None or self._scale[0] != apparent:
            sizes = [(place.rank, group.size(apparent)) for place, group in self.catalog.groups]
            biggest = max([size for rank, size in sizes if rank is GroupKind.PROJECT], default=0)
            self._scale = apparent, max(biggest, 1), max(sum([size for _, size in sizes]), 1)
        return self._scale[1:]
