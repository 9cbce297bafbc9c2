from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cachetui.browsing.catalog import Catalog, GroupKey, GroupKind, version_key
from cachetui.browsing.marks import Marks
from cachetui.browsing.model import BrowserModel, MarkState
from cachetui.browsing.rows import Row
from cachetui.labels import Facts
from cachetui.model import Entry
from tests.ui.cache import MB, NOW, everyday, index_page, inventory, made, release

ENTRIES = everyday().entries
LABELS = (
    "", "torch", "2", "numpy cp38", "index", "nothing-like-it", "http", "kind:wheel", "torch>=2.3 size>1MB",
    "not:torch", "not:kind:wheel nvidia*", "python:3.11", "from:files not:age<90d", "kind:", "torch kind:whe", "size>1",
    "kind:x", "not:torch>=", "nvidia is:leftover", "is:marked", "not:is:marked torch",
    "torch<2.3 numpy<2", "nvidia-* six>=1 size>1",
)  # fmt: skip


def row_named(model: BrowserModel, name: str) -> Row:
    return next(row for row in model.rows() if row.name == name)


def recount(model: BrowserModel, row: Row) -> MarkState:
    """Find the sign of a row the slow way: by looking at everything that lies in it, shown or not."""
    if row.foreign:
        return ""
    if isinstance(row.key, str):
        return "x" if row.key in {entry.path for entry in model.marks} else " "
    inside = [
        entry
        for entry in model.catalog.entries.values()
        if row.key in (model.catalog.place(entry), model.catalog.place(entry).group_key)
    ]
    marked = len({entry.path for entry in inside} & {entry.path for entry in model.marks})
    return " " if not marked else "x" if marked == len(inside) else "-"


def drawn(model: BrowserModel) -> list[object]:
    """Write rows down, with their figures."""
    return [
        (
            row.key,
            row.name,
            row.depth,
            row.open,
            row.hint,
            row.group.disk,
            row.group.files,
            list(row.group.entries),
        )
        for row in model.rows()
    ]


class Browsing(RuleBasedStateMachine):
    """Marks against a plain set of paths, through whatever a user and a scan may do in between."""

    def __init__(self) -> None:
        super().__init__()
        self.model = BrowserModel(Catalog.of(everyday()))
        self.model.now = NOW
        self.expected: set[str] = set()
        self.changes: list[tuple[set[str], set[str]]] = []  # what each change marked, and what it unmarked

    def change(self, expected: set[str]) -> None:
        if expected != self.expected:
            self.changes.append((expected - self.expected, self.expected - expected))
        self.expected = expected

    def shown(self) -> set[str]:
        return {entry.path for _, group in self.model.groups for entry in group.entries}

    @rule(pick=st.integers(0, 200))
    def toggle_a_row(self, pick: int) -> None:
        rows = self.model.rows()
        if rows:
            paths = {entry.path for entry in rows[pick % len(rows)].group.entries} if self.model.is_final else set()
            self.change(self.expected - paths if paths <= self.expected else self.expected | paths)
            self.model.toggle([rows[pick % len(rows)]])

    @rule()
    def mark_all(self) -> None:
        shown = self.shown() if self.model.is_final else set()
        self.model.mark_all()
        self.change(self.expected | shown)

    @rule()
    def invert(self) -> None:
        shown = self.shown() if self.model.is_final else set()
        self.model.invert()
        self.change(self.expected ^ shown)

    @rule()
    def unmark_all(self) -> None:
        self.model.unmark_all()
        self.change(set())

    @rule()
    def undo(self) -> None:
        known, expected = {*self.model.catalog.entries}, self.expected
        while self.changes and expected == self.expected:
            marked, unmarked = self.changes.pop()
            expected = (expected - marked) | (unmarked & known)
        assert self.model.undo_marks() == (len(expected - self.expected), len(self.expected - expected))
        self.expected = expected

    @rule(typed=st.sampled_from(LABELS), done=st.booleans())
    def filter(self, typed: str, done: bool) -> None:
        self.model.filter(typed, done)

    @rule(by=st.sampled_from(("size", "name", "count", "age")))
    def sort(self, by: str) -> None:
        self.model.order = self.model.order.sorted_by(by)  # type: ignore[arg-type] # sampled from exactly these

    @rule(pick=st.integers(0, 200))
    def open_or_close(self, pick: int) -> None:
        rows = [row for row in self.model.rows() if row.folds]
        if rows:
            self.model.expanded ^= {rows[pick % len(rows)].place}

    @rule(pick=st.integers(0, 200), more=st.text("torch2.<>=: ", max_size=3), done=st.booleans())
    def type_more_or_less(self, pick: int, more: str, done: bool) -> None:
        self.model.filter(self.model.typed[: pick % (len(self.model.typed) + 1)] + more, done)

    @rule(places=st.sets(st.sampled_from([Catalog().place(entry) for entry in ENTRIES])))
    def open_many(self, places: set[GroupKey]) -> None:
        self.model.expanded |= {*places, *(place.group_key for place in places)}

    @rule(gone=st.sets(st.sampled_from([entry.path for entry in ENTRIES]), max_size=3))
    def rescan_without(self, gone: set[str]) -> None:
        self.model.adopt(Catalog.of(inventory(entry for entry in ENTRIES if entry.path not in gone)))
        self.forget(gone)

    @rule(gone=st.sets(st.sampled_from([entry.path for entry in ENTRIES]), max_size=3))
    def drop(self, gone: set[str]) -> None:
        self.model.drop(gone)
        self.forget(gone)

    def forget(self, gone: set[str]) -> None:
        self.expected -= gone
        self.changes = [
            change for change in self.changes if not self.model.catalog.entries.keys().isdisjoint(set.union(*change))
        ]

    @rule(found=st.lists(st.sampled_from(ENTRIES), max_size=3, unique=True), nameless=st.booleans())
    def find(self, found: list[Entry], nameless: bool) -> None:
        self.model.update([entry._replace(project=None) if nameless else entry for entry in found])

    @invariant()
    def marks_are_what_was_marked(self) -> None:
        known = self.model.catalog.entries
        assert {entry.path for entry in self.model.marks} == self.expected
        assert self.model.marks.disk == sum(known[path].disk_usage for path in self.expected)
        assert self.model.hidden_marks == len(self.expected - self.shown())

    @invariant()
    def signs_equal_a_slow_recount(self) -> None:
        rows = self.model.rows()
        assert [self.model.sign(row) for row in rows] == [recount(self.model, row) for row in rows]

    @invariant()
    def rows_are_those_of_a_listing_made_anew(self) -> None:
        anew = BrowserModel(self.model.catalog)
        anew.expanded, anew.order, anew.query = set(self.model.expanded), self.model.order, self.model.query
        anew.now, anew.marks = self.model.now, self.model.marks
        assert drawn(self.model) == drawn(anew)

    @invariant()
    def rows_are_told_apart_and_hold_together_what_is_shown(self) -> None:
        rows = self.model.rows()
        assert len({row.key for row in rows}) == len(rows)
        tops = [entry.path for row in rows if not row.depth for entry in row.group.entries]
        assert len(tops) == len(set(tops))
        assert set(tops) == self.shown()


TestBrowsing = Browsing.TestCase
TestBrowsing.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_nothing_is_marked_by_a_filter_while_entries_are_being_named() -> None:
    model = BrowserModel(Catalog.of(everyday()))
    model.catalog.naming = True
    model.filter("kind:wheel")
    model.mark_all()
    model.invert()
    model.toggle(model.rows())
    assert (len(model.marks), model.is_identifying) == (0, True)

    model.filter("")
    model.mark_all()
    assert len(model.marks) == len(model.catalog.entries)

    model.marks.clear()
    model.adopt(Catalog.of(everyday()))
    model.filter("kind:wheel")
    model.mark_all()
    assert {entry.kind for entry in model.marks} == {"wheel"}


def test_a_filter_never_lets_a_parent_look_wholly_marked() -> None:
    model = BrowserModel(Catalog.of(everyday()))
    model.filter("cp310")
    model.toggle([row_named(model, "torch")])
    assert model.sign(row_named(model, "torch")) == "-"
    assert model.mark_totals.entries == 2
    model.filter("numpy")
    assert model.mark_totals.hidden == 2


def test_all_shown_and_unmarked_again_leaves_hidden_marks_alone() -> None:
    model = BrowserModel(Catalog.of(everyday()))
    model.toggle([row_named(model, "six")])
    model.filter("torch")
    model.toggle([row_named(model, "torch")])
    model.toggle([row_named(model, "torch")])
    assert [entry.project for entry in model.marks] == ["six"]


def test_what_no_pip_writes_is_counted_and_cannot_be_marked() -> None:
    model = BrowserModel(Catalog.of(everyday()))
    foreign = model.rows()[-1]
    model.toggle([foreign])
    model.mark_all()
    assert (foreign.name, foreign.foreign, model.sign(foreign)) == ("Not pip's", 2, "")
    assert len(model.marks) == len(ENTRIES)


def test_marks_follow_an_entry_that_gets_its_name() -> None:
    model = BrowserModel(Catalog(naming=True))
    wheel, _ = release("torch", "2.3.0", 100, 1)
    nameless = wheel._replace(project=None, version=None, filename=None)
    model.update([nameless, made("response", "other")])
    model.toggle([row_named(model, "Not yet named")])
    model.update([wheel])
    assert model.sign(row_named(model, "torch")) == "x"
    assert model.sign(row_named(model, "Not yet named")) == "x"
    assert len(model.marks.at(GroupKey(GroupKind.UNNAMED))) == 1
    assert model.locate(wheel.path) == (wheel.path, version_key("torch", "2.3.0"), GroupKey(GroupKind.PROJECT, "torch"))


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
    model = BrowserModel(Catalog.of(inventory([entry, index_page("six")])))
    model.mark_all()
    later = entry._replace(checked=NOW)
    model.update([entry, later])
    assert (len(model.marks), model.mark_totals.entries) == (2, 2)
    assert later in model.marks
    model.drop([entry.path, entry.path])
    assert (len(model.marks), len(model.catalog.entries)) == (1, 1)
    assert model.marks.disk == sum([one.disk_usage for one in model.marks])


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
        for _, group in catalog.groups:
            group.compute_totals()  # so that they must be computed anew
    anew = Catalog(naming=True)
    anew.update(expected.values())
    assert figures(catalog) == figures(anew)
    assert catalog.projects == anew.projects


def figures(catalog: Catalog) -> list[object]:
    """Write down what a catalog holds, with its figures."""
    return [
        (place, set(group.entries), group.disk, group.apparent, group.files, group.span("downloaded"))
        for place, group in catalog.groups
    ]


@given(st.permutations(range(6)))
def test_rows_do_not_depend_on_the_order_in_which_entries_come(order: list[int]) -> None:
    entries = [*release("a", "1.0", 10, 1), *release("b", "1.0", 10, 1), index_page("a"), index_page("b")]
    model = BrowserModel()
    model.update([entries[index] for index in order])
    model.expanded.update({GroupKey(GroupKind.PROJECT, "a"), version_key("a", "1.0"), GroupKey(GroupKind.PROJECT, "b")})
    expected = BrowserModel(Catalog.of(inventory(entries)))
    expected.expanded = model.expanded
    assert [row.key for row in model.rows()] == [row.key for row in expected.rows()]


WORDS = (
    "tor",
    "Torch_",
    "num",
    ".py",
    "2.",
    "cp3",
    "not:torch",
    "kind:wheel",
    "size>1MB",
    "numpy<2",
    "torch>=2.3",
    "not:torch>=2.3",
    "s*x",
    "nothing-like-it",
)


@given(
    st.lists(st.one_of(st.none(), st.sampled_from(WORDS).map(" {}".format), st.sampled_from("torch-2._")), max_size=12)
)
def test_letters_typed_and_deleted_show_what_the_same_filter_shows_at_once(typing: list[str | None]) -> None:
    model, typed = BrowserModel(Catalog.of(everyday())), ""
    for text in typing:
        typed = typed[:-1] if text is None else typed + text
        model.filter(typed, done=False)
        at_once = BrowserModel(Catalog.of(everyday()))
        at_once.filter(typed, done=False)
        assert drawn(model) == drawn(at_once)


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
    model, expected = BrowserModel(Catalog.of(everyday())), BrowserModel(Catalog.of(everyday()))
    model.filter(typed, done=False)
    expected.filter(before)
    assert drawn(model) == drawn(expected)
    assert not model.is_final
    model.mark_all()
    model.invert()
    model.toggle(model.rows())
    assert not model.marks
    model.filter(typed)
    assert (model.rows(), model.is_final, model.filtering) == ([], False, True)


def test_what_requirements_show_stays_while_another_is_typed() -> None:
    model, shown = BrowserModel(Catalog.of(everyday())), "torch>=2.3"
    model.filter(shown)
    before = {entry.path for _, group in model.groups for entry in group.entries}
    for letter in " numpy<2":
        shown += letter
        model.filter(shown, done=False)
        assert before <= {entry.path for _, group in model.groups for entry in group.entries}
    assert {row.name for row in model.roots} == {"torch", "numpy"}
    model.filter("torch>=2.3 numpy")
    assert model.rows() == []  # a word narrows


def test_facts_are_waited_for_and_forgotten_with_the_catalog() -> None:
    model = BrowserModel(Catalog.of(everyday()))
    model.filter("torch is:superseded")
    assert model.missing_facts == {"superseded"}
    assert model.is_final
    assert model.rows() == []
    generation, old = model.generation, [entry.path for entry in release("torch", "2.2.2+cu121", 757 * MB, 160)]
    assert model.set_facts(generation, {"superseded"}, Facts(superseded=frozenset(old)))
    model.mark_all()
    assert {entry.path for entry in model.marks} == {*old}
    model.filter("is:superseded is:legacy")
    assert model.missing_facts == {"legacy"}
    model.adopt(Catalog.of(everyday()))
    assert model.missing_facts == {"superseded", "legacy"}
    assert not model.set_facts(generation, {"superseded", "legacy"}, Facts())
    assert model.rows() == []


def test_what_an_entry_tells_by_itself_is_not_waited_for() -> None:
    model = BrowserModel(Catalog.of(everyday()))
    model.filter("is:leftover")
    assert not model.missing_facts
    assert [row.name for row in model.rows()] == ["Leftovers"]


@pytest.mark.parametrize(("typed", "projects"), [("", 6), ("torch", 1), ("cp38", 1), ("nothing-like-it", 0)])
def test_projects_that_a_filter_shows_are_counted(typed: str, projects: int) -> None:
    model = BrowserModel(Catalog.of(everyday()))
    model.filter(typed)
    assert model.shown_projects == projects


def test_bars_and_shares_do_not_change_under_a_filter() -> None:
    model = BrowserModel(Catalog.of(everyday()))
    whole = model.scale()
    model.filter("six")
    assert model.scale() == whole


def test_nothing_is_quadratic() -> None:
    """Count looks at entries instead of time: twice the cache, twice the work."""

    def looks(projects: int) -> int:
        seen = 0
        original: Callable[[Catalog, Entry], GroupKey] = Catalog.place

        class Counting(Catalog):
            def place(self, entry: Entry) -> GroupKey:
                nonlocal seen
                seen += 1
                return original(self, entry)

        catalog = Counting()
        catalog.update(entry for number in range(projects) for entry in release(f"p{number}", "1.0", 10, 1))
        model = BrowserModel(catalog)
        model.mark_all()
        for row in model.rows():
            model.sign(row)
        model.invert()
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
    model = BrowserModel(Catalog.of(inventory([first, second, other])))
    model.filter("1st")
    model.mark_all()
    assert model.marks.disk == 0
    model.filter("2nd")
    model.mark_all()
    assert model.marks.disk == first.disk_usage
    model.invert()
    assert model.marks.disk == 0
