"""What the keys of Browse do with the rows: order, place of the cursor, ranges."""

from __future__ import annotations

import pytest

from cachetui.browsing.rows import By
from cachetui.model import Inventory
from cachetui.ui.browse.tree import CacheTree
from tests.ui.cache import MB, inventory, release
from tests.ui.screens import Still

SIZE = (100, 16)


def cache_of(projects: int) -> Inventory:
    """Return a cache of projects that differ in size and age; each third has two versions."""
    entries = []
    for number in range(projects):
        entries += release(f"lib{number:02}", "1", (number % 7 + 1) * MB, number + 1)
        entries += release(f"lib{number:02}", "2", MB, number + 1) if number % 3 == 0 else []
    return inventory(entries)


def tree_of(app: Still) -> CacheTree:
    """Return the rows of Browse."""
    return app.main.browse.cache_tree


def names(app: Still) -> list[str]:
    """Return the names of all rows."""
    return [row.name for row in tree_of(app).table.rows]


def first_in_sight(app: Still) -> str:
    """Return the name of the first row in sight."""
    return tree_of(app).table.rows[tree_of(app).scroll_offset.y].name


@pytest.mark.parametrize(("key", "x"), [("M", 82), ("n", 8), ("C", 73), ("s", 52)])
async def test_an_order_is_shown_from_its_top_by_key_and_by_mouse(key: str, x: int) -> None:
    app = Still(cache_of(40))
    async with app.run_test(size=SIZE) as pilot:
        for moves in (("G",), ("g",), ("pagedown", "down", "v", "down")):
            await pilot.press(*moves, key)
            assert tree_of(app).scroll_offset.y == 0
            assert tree_of(app).cursor < SIZE[1] - 4
            assert tree_of(app).range_from is None
            by, order = app.main.model.order.by, names(app)
            await pilot.press("pagedown", "pagedown")
            await pilot.click("ColumnTitles", offset=(x, 0))
            assert app.main.model.order.by == by
            assert names(app) != order
            assert tree_of(app).scroll_offset.y == 0
            assert tree_of(app).cursor < SIZE[1] - 4


@pytest.mark.parametrize(("key", "by", "moves"), [("m", "age", True), ("A", "size", True), ("m", "size", False)])
async def test_other_figures_keep_the_place_unless_they_sort(key: str, by: By, moves: bool) -> None:
    app = Still(cache_of(40))
    async with app.run_test(size=SIZE) as pilot:
        app.main.browse.action_sort(by)
        await pilot.press("G", key)
        assert (tree_of(app).scroll_offset.y == 0) == moves
        assert tree_of(app).highlighted == tree_of(app).current


async def test_after_a_sort_the_top_stays_in_sight_while_rows_stream_in() -> None:
    app = Still(None)
    async with app.run_test(size=SIZE) as pilot:
        for number in range(30):
            app.stream(release(f"lib{number:02}", "1", MB, number + 10), number, 900)
        await pilot.press("M", "G", "M", "M")
        app.stream(release("oldest", "1", MB, 500), 31, 900)
        await pilot.pause()
        assert first_in_sight(app) == "oldest"
        assert tree_of(app).cursor == 0
