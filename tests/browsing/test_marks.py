from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cachetui.browsing.catalog import Catalog
from cachetui.browsing.model import BrowserModel
from cachetui.model import Entry
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.in_use import PROTECTED
from tests.ui.cache import everyday, inventory, made


def listing_of(entries: tuple[Entry, ...], protected: set[str]) -> BrowserModel:
    model = BrowserModel(Catalog.of(inventory(entries)))
    model.marks.set_outlook(Outlook(stays=dict.fromkeys(protected, PROTECTED)))
    return model


@pytest.mark.parametrize("seed", range(5))
def test_what_is_marked_and_protected_is_counted_apart(seed: int) -> None:
    chance, entries = random.Random(seed), everyday().entries
    protected = {entry.path for entry in chance.sample(entries, 9)}
    model = listing_of(entries, {*protected, "gone"})
    for number in (0, 1, 12, len(entries) - 1, len(entries)):
        model.marks.clear()
        marked = chance.sample(entries, number)
        model.marks.add(marked, model.catalog)
        going = [entry for entry in marked if entry.path not in protected]
        assert model.mark_totals.entries == number
        assert model.mark_totals.protected == number - len(going)
        assert model.mark_totals.frees == sum(entry.disk_usage for entry in going)


def test_a_file_with_several_names_is_not_freed_while_one_of_them_is_protected() -> None:
    first, second = (
        entry._replace(files=(entry.files[0], entry.files[1]._replace(inode=7, links=2)))
        for entry in (made("unknown", "a"), made("unknown", "b"))
    )
    free, protected_entries = listing_of((first, second), set()), listing_of((first, second), {first.path})
    for model in (free, protected_entries):
        model.mark_all()
    assert free.mark_totals.frees == sum(file.disk_usage for entry in (first, second) for file in entry.files)
    assert protected_entries.mark_totals.frees == second.files[0].disk_usage
    protected_entries.marks.take([first], protected_entries.catalog)
    assert protected_entries.mark_totals.frees == second.files[0].disk_usage


FIRST, SECOND, THIRD = (made("wheel", name, filename="six-1.0-py3-none-any.whl") for name in "abc")
OTHER = made("wheel", "d", filename="seven-7.0-py3-none-any.whl")


@pytest.fixture
def model() -> BrowserModel:
    """Give the model of a cache where a removal of the first entry takes the second and the third with it."""
    twins = {FIRST.path: (SECOND.path, THIRD.path)}
    return BrowserModel(Catalog.of(replace(inventory((FIRST, SECOND, THIRD, OTHER)), twins=twins)))


def marked(model: BrowserModel) -> set[str]:
    return {entry.path for entry in model.marks}


def test_what_a_removal_takes_along_is_marked_along(model: BrowserModel) -> None:
    model.toggle_entries([FIRST])
    assert marked(model) == {FIRST.path, SECOND.path, THIRD.path}
    assert model.mark_totals.entries == 3
    assert model.mark_totals.frees == sum(entry.disk_usage for entry in (FIRST, SECOND, THIRD))
    assert model.undo_marks()
    assert not model.marks


def test_what_is_taken_along_can_be_marked_alone(model: BrowserModel) -> None:
    model.toggle_entries([SECOND, OTHER])
    assert marked(model) == {SECOND.path, OTHER.path}
    model.toggle_entries([SECOND])
    assert marked(model) == {OTHER.path}


@pytest.mark.parametrize("unmarked", [FIRST, THIRD])
def test_what_goes_together_is_unmarked_together(model: BrowserModel, unmarked: Entry) -> None:
    model.toggle_entries([FIRST, OTHER])
    model.toggle_entries([unmarked])
    assert marked(model) == {OTHER.path}
    model.undo_marks()
    assert marked(model) == {FIRST.path, SECOND.path, THIRD.path, OTHER.path}


def test_all_marks_can_be_inverted_and_removed(model: BrowserModel) -> None:
    model.toggle_entries([OTHER])
    model.invert()
    assert marked(model) == {FIRST.path, SECOND.path, THIRD.path}
    model.invert()
    assert marked(model) == {OTHER.path}
    model.mark_all()
    model.unmark_all()
    assert not model.marks


def test_a_mark_that_was_set_during_the_scan_brings_others_once_they_are_known() -> None:
    early = BrowserModel()
    early.update([FIRST, SECOND, THIRD])
    early.toggle_entries([FIRST])
    assert marked(early) == {FIRST.path}
    early.adopt(Catalog.of(replace(inventory((FIRST, SECOND, THIRD)), twins={FIRST.path: (SECOND.path,)})))
    assert marked(early) == {FIRST.path, SECOND.path}
    early.undo_marks()
    assert not early.marks


def shared() -> Catalog:
    """Return a catalog in which the first and the second entry take the third with them, and the first the fourth."""
    twins = {FIRST.path: (THIRD.path, OTHER.path), SECOND.path: (THIRD.path,)}
    return Catalog.of(replace(inventory((FIRST, SECOND, THIRD, OTHER)), twins=twins))


def test_what_two_marked_entries_take_along_stays_marked_while_one_of_them_is() -> None:
    model = BrowserModel(shared())
    model.toggle_entries([FIRST, SECOND])
    model.toggle_entries([FIRST])
    assert marked(model) == {SECOND.path, THIRD.path}
    model.undo_marks()
    assert marked(model) == {FIRST.path, SECOND.path, THIRD.path, OTHER.path}
    model.toggle_entries([OTHER])
    assert marked(model) == {SECOND.path, THIRD.path}
    model.toggle_entries([THIRD])
    assert not model.marks


def marked_early(*steps: list[Entry]) -> BrowserModel:
    """Return a model in which entries were marked or unmarked before it was known what is taken along."""
    model = BrowserModel()
    model.update([FIRST, SECOND, THIRD, OTHER])
    for entries in steps:
        model.toggle_entries(entries)
    model.adopt(shared())
    return model


@pytest.mark.parametrize(
    ("steps", "states"),
    [
        ([[FIRST], [SECOND]], [{FIRST, SECOND, THIRD, OTHER}, {FIRST, THIRD, OTHER}, set()]),
        ([[FIRST], [FIRST], [FIRST]], [{FIRST, THIRD, OTHER}, set(), {FIRST, THIRD, OTHER}, set()]),
        ([[THIRD], [FIRST]], [{FIRST, THIRD, OTHER}, {THIRD}, set()]),
        ([[THIRD], [THIRD], [SECOND]], [{SECOND, THIRD}, set(), {THIRD}, set()]),
        ([[SECOND], [THIRD]], [{SECOND, THIRD}, set()]),
    ],
)
def test_an_undo_of_early_marks_takes_along_what_goes_with_them(
    steps: list[list[Entry]], states: list[set[Entry]]
) -> None:
    model = marked_early(*steps)
    for state in states[:-1]:
        assert marked(model) == {entry.path for entry in state}
        model.undo_marks()
    assert marked(model) == set()
    assert not model.marks.can_undo


def test_an_undo_leaves_what_was_marked_before_on_its_own() -> None:
    model = BrowserModel(shared())
    model.toggle_entries([THIRD])
    model.toggle_entries([FIRST])
    model.undo_marks()
    assert marked(model) == {THIRD.path}
