from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cachetui.browsing.catalog import Catalog, Place, Rank, release_place
from cachetui.browsing.marks import Marks
from cachetui.browsing.model import BrowserModel, Sign
from cachetui.browsing.rows import Row
from cachetui.labels import Facts
from cachetui.model import Entry
from tests.ui.cache import MB, NOW, everyday, index_page, inventory, made, release

ENTRIES = everyday().entries
WORDS = (
    "", "torch", "2", "numpy cp38", "index", "nothing-like-it", "http", "kind:wheel", "torch>=2.3 size>1MB",
    "not:torch", "not:kind:wheel nvidia*", "python:3.11", "from:files not:age<90d", "kind:", "torch kind:whe", "size>1",
    "kind:x", "not:torch>=", "nvidia is:leftover",
)  # fmt: skip


def row_named(listing: BrowserModel, name: str) -> Row:
    return next(row for row in listing.rows() if row.name == name)


def recount(listing: BrowserModel, row: Row) -> Sign:
    """Find the sign of a row the slow way: by looking at everything that lies in it, shown or not."""
    if row.foreign:
        return ""
    if isinstance(row.key, str):
        return "x" if row.key in {entry.path for entry in listing.marks} else " "
    inside = [
        entry
        for entry in listing.catalog.entries.values()
        if row.key in (listing.catalog.place(entry), listing.catalog.place(entry).shelf)
    ]
    marked = len({entry.path for entry in inside} & {entry.path for entry in listing.marks})
    return " " if not marked else "x" if marked == len(inside) else "-"


def drawn(listing: BrowserModel) -> list[object]:
    """Write rows down, with their figures."""
    return [
        (
            row.key,
            row.name,
            row.depth,
            row.open,
            row.hint,
            row.holding.disk,
            row.holding.files,
            list(row.holding.entries),
        )
        for row in listing.rows()
    ]


class Browsing(RuleBasedStateMachine):
    """Marks against a plain set of paths, through whatever a user and a scan may do in between."""

    def __init__(self) -> None:
        super().__init__()
        self.listing = BrowserModel(Catalog.of(everyday()))
        self.listing.now = NOW
        self.expected: set[str] = set()

    def shown(self) -> set[str]:
        return {entry.path for _, holding in self.listing.shelves for entry in holding.entries}

    @rule(pick=st.integers(0, 200))
    def toggle_a_row(self, pick: int) -> None:
        rows = self.listing.rows()
        if rows:
            paths = {entry.path for entry in rows[pick % len(rows)].holding.entries} if self.listing.settled else set()
            self.expected = self.expected - paths if paths <= self.expected else self.expected | paths
            self.listing.toggle([rows[pick % len(rows)]])

    @rule()
    def mark_all(self) -> None:
        self.listing.mark_all()
        self.expected |= self.shown() if self.listing.settled else set()

    @rule()
    def invert(self) -> None:
        self.listing.invert()
        self.expected ^= self.shown() if self.listing.settled else set()

    @rule(typed=st.sampled_from(WORDS), done=st.booleans())
    def filter(self, typed: str, done: bool) -> None:
        self.listing.filter(typed, done)

    @rule(by=st.sampled_from(("size", "name", "count", "age")))
    def sort(self, by: str) -> None:
        self.listing.order = self.listing.order.sorted_by(by)  # type: ignore[arg-type] # sampled from exactly these

    @rule(pick=st.integers(0, 200))
    def open_or_close(self, pick: int) -> None:
        rows = [row for row in self.listing.rows() if row.folds]
        if rows:
            self.listing.opened ^= {rows[pick % len(rows)].place}

    @rule(pick=st.integers(0, 200), more=st.text("torch2.<>=: ", max_size=3), done=st.booleans())
    def type_more_or_less(self, pick: int, more: str, done: bool) -> None:
        self.listing.filter(self.listing.typed[: pick % (len(self.listing.typed) + 1)] + more, done)

    @rule(places=st.sets(st.sampled_from([Catalog().place(entry) for entry in ENTRIES])))
    def open_many(self, places: set[Place]) -> None:
        self.listing.opened |= {*places, *(place.shelf for place in places)}

    @rule(gone=st.sets(st.sampled_from([entry.path for entry in ENTRIES]), max_size=3))
    def rescan_without(self, gone: set[str]) -> None:
        self.listing.adopt(Catalog.of(inventory(entry for entry in ENTRIES if entry.path not in gone)))
        self.expected -= gone

    @rule(gone=st.sets(st.sampled_from([entry.path for entry in ENTRIES]), max_size=3))
    def drop(self, gone: set[str]) -> None:
        self.listing.drop(gone)
        self.expected -= gone

    @rule(found=st.lists(st.sampled_from(ENTRIES), max_size=3, unique=True), nameless=st.booleans())
    def find(self, found: list[Entry], nameless: bool) -> None:
        self.listing.update([entry._replace(project=None) if nameless else entry for entry in found])

    @invariant()
    def marks_are_what_was_marked(self) -> None:
        known = self.listing.catalog.entries
        assert {entry.path for entry in self.listing.marks} == self.expected
        assert self.listing.marks.disk == sum(known[path].disk_usage for path in self.expected)
        assert self.listing.hidden_marks == len(self.expected - self.shown())

    @invariant()
    def signs_equal_a_slow_recount(self) -> None:
        rows = self.listing.rows()
        assert [self.listing.sign(row) for row in rows] == [recount(self.listing, row) for row in rows]

    @invariant()
    def rows_are_those_of_a_listing_made_anew(self) -> None:
        anew = BrowserModel(self.listing.catalog)
        anew.opened, anew.order, anew.query = set(self.listing.opened), self.listing.order, self.listing.query
        anew.now = self.listing.now
        assert drawn(self.listing) == drawn(anew)

    @invariant()
    def rows_are_told_apart_and_hold_together_what_is_shown(self) -> None:
        rows = self.listing.rows()
        assert len({row.key for row in rows}) == len(rows)
        tops = [entry.path for row in rows if not row.depth for entry in row.holding.entries]
        assert len(tops) == len(set(tops))
        assert set(tops) == self.shown()


TestBrowsing = Browsing.TestCase
TestBrowsing.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_nothing_is_marked_by_a_filter_while_entries_are_being_named() -> None:
    listing = BrowserModel(Catalog.of(everyday()))
    listing.catalog.naming = True
    listing.filter("kind:wheel")
    listing.mark_all()
    listing.invert()
    listing.toggle(listing.rows())
    assert (len(listing.marks), listing.unsure) == (0, True)

    listing.filter("")
    listing.mark_all()
    assert len(listing.marks) == len(listing.catalog.entries)

    listing.marks.clear()
    listing.adopt(Catalog.of(everyday()))
    listing.filter("kind:wheel")
    listing.mark_all()
    assert {entry.kind for entry in listing.marks} == {"wheel"}


def test_a_filter_never_lets_a_parent_look_wholly_marked() -> None:
    listing = BrowserModel(Catalog.of(everyday()))
    listing.filter("cp310")
    listing.toggle([row_named(listing, "torch")])
    assert listing.sign(row_named(listing, "torch")) == "-"
    assert listing.mark_totals.entries == 2
    listing.filter("numpy")
    assert listing.mark_totals.hidden == 2


def test_all_shown_and_unmarked_again_leaves_hidden_marks_alone() -> None:
    listing = BrowserModel(Catalog.of(everyday()))
    listing.toggle([row_named(listing, "six")])
    listing.filter("torch")
    listing.toggle([row_named(listing, "torch")])
    listing.toggle([row_named(listing, "torch")])
    assert [entry.project for entry in listing.marks] == ["six"]


def test_what_no_pip_writes_is_counted_and_cannot_be_marked() -> None:
    listing = BrowserModel(Catalog.of(everyday()))
    foreign = listing.rows()[-1]
    listing.toggle([foreign])
    listing.mark_all()
    assert (foreign.name, foreign.foreign, listing.sign(foreign)) == ("Not pip's", 2, "")
    assert len(listing.marks) == len(ENTRIES)


def test_marks_follow_an_entry_that_gets_its_name() -> None:
    listing = BrowserModel(Catalog(naming=True))
    wheel, _ = release("torch", "2.3.0", 100, 1)
    nameless = wheel._replace(project=None, version=None, filename=None)
    listing.update([nameless, made("response", "other")])
    listing.toggle([row_named(listing, "Not yet named")])
    listing.update([wheel])
    assert listing.sign(row_named(listing, "torch")) == "x"
    assert listing.sign(row_named(listing, "Not yet named")) == "x"
    assert len(listing.marks.at(Place(Rank.UNNAMED))) == 1
    assert listing.locate(wheel.path) == (wheel.path, release_place("torch", "2.3.0"), Place(Rank.PROJECT, "torch"))


def test_streaming_ends_where_a_whole_inventory_begins() -> None:
    streamed = BrowserModel(Catalog(naming=True))
    for entry in ENTRIES:
        streamed.update([entry._replace(project=None, version=None, filename=None)])
    for entry in ENTRIES:
        streamed.update([entry])
    streamed.adopt(Catalog.of(everyday()))
    assert [row.key for row in streamed.rows()] == [row.key for row in BrowserModel(Catalog.of(everyday())).rows()]


def test_what_comes_or_goes_twice_at_once_is_counted_once() -> None:
    entry = release("six", "1.0", 10, 1)[0]
    listing = BrowserModel(Catalog.of(inventory([entry, index_page("six")])))
    listing.mark_all()
    later = entry._replace(checked=NOW)
    listing.update([entry, later])
    assert (len(listing.marks), listing.mark_totals.entries) == (2, 2)
    assert later in listing.marks
    listing.drop([entry.path, entry.path])
    assert (len(listing.marks), len(listing.catalog.entries)) == (1, 1)
    assert listing.marks.disk == sum([one.disk_usage for one in listing.marks])


@given(st.lists(st.tuples(st.sampled_from(ENTRIES), st.booleans()), max_size=30), st.booleans())
def test_a_catalog_that_changes_holds_what_one_made_anew_holds(steps: list[tuple[Entry, bool]], nameless: bool) -> None:
    catalog, expected = Catalog(naming=True), dict[str, Entry]()
    for entry, comes in steps:
        named = entry if not nameless or entry.path in expected else entry._replace(project=None, version=None)
        if comes:
            catalog.update([named])
            expected[entry.path] = named
        else:
            catalog.drop([entry.path])
            expected.pop(entry.path, None)
        for _, holding in catalog.shelves:
            holding.warm()  # so that figures are carried over
    anew = Catalog(naming=True)
    anew.update(expected.values())
    assert figures(catalog) == figures(anew)
    assert catalog.projects == anew.projects


def figures(catalog: Catalog) -> list[object]:
    """Write down what a catalog holds, with its figures."""
    return [
        (place, set(holding.entries), holding.disk, holding.apparent, holding.files, holding.span("downloaded"))
        for place, holding in catalog.shelves
    ]


@given(st.permutations(range(6)))
def test_rows_do_not_depend_on_the_order_in_which_entries_come(order: list[int]) -> None:
    entries = [*release("a", "1.0", 10, 1), *release("b", "1.0", 10, 1), index_page("a"), index_page("b")]
    listing = BrowserModel()
    listing.update([entries[index] for index in order])
    listing.opened.update({Place(Rank.PROJECT, "a"), release_place("a", "1.0"), Place(Rank.PROJECT, "b")})
    expected = BrowserModel(Catalog.of(inventory(entries)))
    expected.opened = listing.opened
    assert [row.key for row in listing.rows()] == [row.key for row in expected.rows()]


@pytest.mark.parametrize(
    ("typed", "before"),
    [
        ("kind:", ""),
        ("torch is:sup", "torch"),
        ("not:torch size>1", "not:torch"),
        ("torch>=", "torch"),
        ("six age>3m", "six"),
    ],
)
def test_a_term_that_is_still_being_typed_leaves_those_before_it_in_force(typed: str, before: str) -> None:
    listing, expected = BrowserModel(Catalog.of(everyday())), BrowserModel(Catalog.of(everyday()))
    listing.filter(typed, done=False)
    expected.filter(before)
    assert drawn(listing) == drawn(expected)
    assert not listing.settled
    listing.mark_all()
    listing.invert()
    listing.toggle(listing.rows())
    assert not listing.marks
    listing.filter(typed)
    assert (listing.rows(), listing.settled, listing.filtering) == ([], False, True)


def test_facts_are_waited_for_and_forgotten_with_the_catalog() -> None:
    listing = BrowserModel(Catalog.of(everyday()))
    listing.filter("torch is:superseded")
    assert listing.unknown == {"superseded"}
    assert listing.settled
    assert listing.rows() == []
    turn, old = listing.turn, [entry.path for entry in release("torch", "2.2.2+cu121", 757 * MB, 160)]
    assert listing.learn(turn, {"superseded"}, Facts(superseded=frozenset(old)))
    listing.mark_all()
    assert {entry.path for entry in listing.marks} == {*old}
    listing.filter("is:superseded is:legacy")
    assert listing.unknown == {"legacy"}
    listing.adopt(Catalog.of(everyday()))
    assert listing.unknown == {"superseded", "legacy"}
    assert not listing.learn(turn, {"superseded", "legacy"}, Facts())
    assert listing.rows() == []


def test_what_an_entry_tells_by_itself_is_not_waited_for() -> None:
    listing = BrowserModel(Catalog.of(everyday()))
    listing.filter("is:leftover")
    assert not listing.unknown
    assert [row.name for row in listing.rows()] == ["Leftovers"]


@pytest.mark.parametrize(("typed", "projects"), [("", 6), ("torch", 1), ("cp38", 1), ("nothing-like-it", 0)])
def test_projects_that_a_filter_shows_are_counted(typed: str, projects: int) -> None:
    listing = BrowserModel(Catalog.of(everyday()))
    listing.filter(typed)
    assert listing.shown_projects == projects


def test_bars_and_shares_do_not_change_under_a_filter() -> None:
    listing = BrowserModel(Catalog.of(everyday()))
    whole = listing.scale()
    listing.filter("six")
    assert listing.scale() == whole


def test_nothing_is_quadratic() -> None:
    """Count looks at entries instead of time: twice the cache, twice the work."""

    def looks(projects: int) -> int:
        seen = 0
        original: Callable[[Catalog, Entry], Place] = Catalog.place

        class Counting(Catalog):
            def place(self, entry: Entry) -> Place:
                nonlocal seen
                seen += 1
                return original(self, entry)

        catalog = Counting()
        catalog.update(entry for number in range(projects) for entry in release(f"p{number}", "1.0", 10, 1))
        listing = BrowserModel(catalog)
        listing.mark_all()
        for row in listing.rows():
            listing.sign(row)
        listing.invert()
        return seen

    assert looks(200) == 2 * looks(100)


def test_a_file_whose_other_names_stay_frees_nothing() -> None:
    first, second = made("wheel", "first", MB), made("wheel", "second", MB)
    record, body = first.files
    first = first._replace(files=(record, body._replace(inode=7, links=2)))
    second = second._replace(files=(second.files[0], second.files[1]._replace(inode=7, links=2, disk_usage=0)))
    catalog, marks = Catalog.of(inventory([first, second])), Marks()
    marks.add([first], catalog)
    assert marks.disk == record.disk_usage
    marks.add([second], catalog)
    assert marks.disk == first.disk_usage + second.disk_usage
    marks.add([second], catalog)
    marks.take([first], catalog)
    assert marks.disk == second.files[0].disk_usage
    marks.take([second], catalog)
    assert marks.disk == 0


def test_names_of_one_file_are_counted_once_under_a_filter_too() -> None:
    first, second, other = (
        made("wheel", name, MB, 1, "torch", "2.3.0", filename=name) for name in ("1st", "2nd", "3rd")
    )
    first = first._replace(files=(first.files[1]._replace(inode=7, links=2),))
    second = second._replace(files=(second.files[1]._replace(inode=7, links=2, disk_usage=0),))
    listing = BrowserModel(Catalog.of(inventory([first, second, other])))
    listing.filter("1st")
    listing.mark_all()
    assert listing.marks.disk == 0
    listing.filter("2nd")
    listing.mark_all()
    assert listing.marks.disk == first.disk_usage
    listing.invert()
    assert listing.marks.disk == 0


def test_what_is_shown_of_everything_outlives_facts_that_are_forgotten() -> None:
    listing = BrowserModel(Catalog.of(everyday()))
    rows = listing.rows()
    listing.forget("unusable")
    assert listing.rows() is rows
