from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.ui.audit.items import items_inside, top_items
from cachetui.ui.audit.treemap_layout import (
    LEAST_TILE,
    Direction,
    Tile,
    TreemapItem,
    freshness,
    item_of,
    neighbour,
    tile_at,
    tiles,
)
from tests.ui.cache import DAY, NOW, everyday, made

ITEMS = st.lists(
    st.builds(
        lambda name, disk, days: TreemapItem(name, (), disk, days),
        st.text(max_size=30),
        st.integers(0, 10**13),
        st.floats(0, 3_000),
    ),
    max_size=60,
)
SIDES = st.integers(0, 200)


def item(name: str, disk: int, days: float = 10) -> TreemapItem:
    return TreemapItem(name, (), disk, days)


@settings(max_examples=60, deadline=None)
@given(ITEMS, SIDES, st.integers(0, 60))
def test_every_cell_belongs_to_one_tile(items: list[TreemapItem], room: int, height: int) -> None:
    found = tiles(items, room, height)
    if not found:
        assert room * height == 0 or not any(one.disk for one in items)
        return
    owners = [[0] * room for _ in range(height)]
    for tile in found:
        for y in range(tile.top, tile.bottom):
            for x in range(tile.left, tile.right):
                owners[y][x] += 1
    assert {count for line in owners for count in line} == {1}


@settings(max_examples=60, deadline=None)
@given(ITEMS, st.integers(1, 200), st.integers(1, 60))
def test_walking_reaches_every_tile(items: list[TreemapItem], room: int, height: int) -> None:
    found = tiles(items, room, height)
    reached, waiting = {0}, [0]
    directions: tuple[Direction, ...] = ("left", "right", "up", "down")
    while found and waiting:
        index = waiting.pop()
        for direction in directions:
            if (there := neighbour(found, index, direction)) not in reached:
                reached.add(there)
                waiting.append(there)
    assert len(reached) == max(1, len(found))


@settings(max_examples=40, deadline=None)
@given(ITEMS, st.integers(1, 100), st.integers(1, 40), st.integers(0, 10**13))
def test_labels_stay_within_their_tiles(items: list[TreemapItem], room: int, height: int, total: int) -> None:
    for tile in tiles(items, room, height):
        name, facts = tile.label(total)
        assert len(name) + len(facts) <= max(1, tile.bottom - tile.top - 1)


def test_area_is_disk_usage() -> None:
    found = tiles([item("torch", 600), item("six", 300), item("numpy", 100)], 100, 20)
    areas = {tile.item.name: (tile.right - tile.left) * (tile.bottom - tile.top) for tile in found}
    assert areas == {"torch": 1_200, "six": 600, "numpy": 200}


def test_what_is_too_small_joins_a_tile_that_stands_by_its_size() -> None:
    found = tiles([item("torch", 1_000), item("six", 100), *[item(f"s{one}", 5) for one in range(40)]], 40, 20)
    assert [tile.item.name for tile in found] == ["torch", "40 smaller", "six"]
    smaller = found[1].item
    assert (smaller.disk, len(smaller.inside)) == (200, 40)
    assert all((tile.right - tile.left) * (tile.bottom - tile.top) >= LEAST_TILE - 6 for tile in found)


def test_where_all_are_small_the_biggest_are_laid_out_alone() -> None:
    found = tiles([item(f"s{one:03}", 5) for one in range(500)], 80, 9)
    assert 10 < len(found) <= 20
    assert not any(tile.item.inside for tile in found)


def test_a_label_says_what_there_is_room_for() -> None:
    nvidia = item("nvidia-cusparse-cu12", 404_000_000, 50)
    assert Tile(nvidia, 0, 0, 30, 8).label(11_400_000_000) == (["nvidia-cusparse-cu12"], ["404 MB  4%", "7 weeks"])
    assert Tile(nvidia, 0, 0, 12, 8).label(11_400_000_000) == (
        ["nvidia-", "cusparse-", "cu12"],
        ["404 MB  4%", "7 weeks"],
    )
    assert Tile(nvidia, 0, 0, 12, 4).label(11_400_000_000) == (["nvidia-cu…"], ["404 MB  4%", "7 weeks"])
    assert Tile(nvidia, 0, 0, 30, 8).label(404_000_000_000) == (["nvidia-cusparse-cu12"], ["404 MB", "7 weeks"])
    assert Tile(nvidia, 0, 0, 6, 8).label(11_400_000_000) == (["nvi…"], [])
    assert Tile(nvidia, 0, 0, 4, 8).label(11_400_000_000) == (["nv"], [])
    assert Tile(nvidia, 0, 0, 2, 1).label(11_400_000_000) == (["n"], [])


@pytest.mark.parametrize(
    ("days", "strength"), [(0, 0.85), (29, 0.85), (30, 0.68), (364, 0.4), (365, 0.28), (9e9, 0.28)]
)
def test_the_fresher_the_stronger(days: float, strength: float) -> None:
    assert freshness(days) == strength


def test_the_age_of_a_tile_is_that_of_its_newest_file_as_in_browse() -> None:
    big, small = made("wheel", "a", 904_000 - 4_096, 100), made("wheel", "b", 100_000 - 4_096, 20)
    page = made("index", "x", 4_096, 1)
    assert item_of("x", [big, small, page], NOW).days == pytest.approx(20.0, abs=0.1)
    assert item_of("x", [small._replace(downloaded=NOW + DAY)], NOW).days == 0


def test_a_cell_tells_its_tile() -> None:
    found = tiles([item("a", 50), item("b", 50)], 10, 4)
    assert {tile_at(found, x, y) for x in range(10) for y in range(4)} == {0, 1}
    assert tile_at(found, 10, 0) is None


def test_from_projects_to_versions_to_files() -> None:
    tops = {one.name: one for one in top_items(everyday().entries, NOW)}
    assert {"torch", "Unidentified", "Leftovers", "pip's own checks"} <= tops.keys()
    assert sum(one.disk for one in tops.values()) == everyday().disk_usage
    versions = {one.name: one for one in items_inside(tops["torch"], NOW)}
    assert [*versions] == ["2.3.0+cu121", "2.3.0", "2.2.2+cu121", "2.1.0+cu118", "pages"]
    files = items_inside(versions["2.3.0"], NOW)
    assert [len(one.entries) for one in files] == [1, 1]
    assert items_inside(files[0], NOW) == []
