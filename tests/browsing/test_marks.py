from __future__ import annotations

import random

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
