from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cachetui.browsing.catalog import Catalog, GroupKey
from cachetui.browsing.marks import Marks
from cachetui.ui.audit.entry_index import EntryIndex
from tests.ui.cache import everyday

CATALOG = Catalog.of(everyday())
ORDER = EntryIndex.of(CATALOG, 7)
ENTRIES = [*CATALOG.entries.values()]
SOME = st.sets(st.integers(0, len(ENTRIES) - 1))


def number(picked: set[int]) -> int:
    return ORDER.number(ORDER.indices, [ENTRIES[index] for index in picked])


def marks_of(groups: int) -> Marks:
    marks = Marks()
    marks.mark(ORDER.parts(groups, CATALOG))
    return marks


@given(SOME, SOME)
def test_a_set_is_marked_and_told_again(one: set[int], other: set[int]) -> None:
    marks = marks_of(number(one))
    assert {entry.path for entry in marks} == {ENTRIES[index].path for index in one}
    assert marks.disk == sum(ENTRIES[index].disk_usage for index in one)
    assert ORDER.marked(marks) == number(one)
    marks.mark(ORDER.parts(number(other), CATALOG))
    assert ORDER.marked(marks) == number(one) | number(other) == number(one | other)


def test_projects_and_groups_are_sets_too() -> None:
    places: list[GroupKey] = [place for place, _ in CATALOG.groups]
    assert ORDER.whole(places) == number({*range(len(ENTRIES))})
    assert ORDER.whole(places[:1]) == number(
        {i for i, one in enumerate(ENTRIES) if CATALOG.group_key(one) == places[0]}
    )
    assert ORDER.whole([]) == 0


def test_nothing_is_a_set_of_an_empty_catalog() -> None:
    order = EntryIndex.of(Catalog(), 0)
    assert order.marked(Marks()) == order.whole([]) == order.number({}, []) == 0
    assert [*order.parts(0, Catalog())] == []
