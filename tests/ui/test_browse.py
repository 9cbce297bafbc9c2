"""Tests of the keys of Browse: order of rows, position of the cursor, ranges, marks, menus."""

from __future__ import annotations

import pytest
from textual import events

from cachetui.browsing.rows import By
from cachetui.model import Inventory
from cachetui.preferences.model import Preferences
from cachetui.text.format import count
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.browse.sort_menu import SortChoices, SortMenu
from cachetui.ui.browse.tree import CacheTree
from cachetui.ui.dialogs.review import Review
from cachetui.ui.palette import commands_of
from cachetui.ui.toasts import toast_seconds
from tests.ui.cache import MB, everyday, index_page, inventory, release
from tests.ui.screens import PLACE, Stage, Still, settled, until
from tests.ui.test_keyboard import burst

SIZE = (100, 16)
WORDS = {
    "M": ("oldest first", "newest first"),
    "C": ("most files first", "fewest files first"),
    "n": ("A to Z", "Z to A"),
}
"""Words for the order after its key is pressed once, and twice, by key."""


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


@pytest.mark.parametrize(("keys", "x"), [(("M",), 82), (("n",), 8), (("C",), 73), (("s", "enter"), 52)])
async def test_an_order_is_shown_from_its_top_by_key_and_by_mouse(keys: tuple[str, ...], x: int) -> None:
    app = Still(cache_of(40))
    async with app.run_test(size=SIZE) as pilot:
        for moves in (("G",), ("g",), ("pagedown", "down", "v", "down")):
            await pilot.press(*moves, *keys)
            await pilot.pause()
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


async def test_the_cursor_stays_in_place_where_a_row_shrinks_or_goes() -> None:
    projects = [
        [*release(f"lib{number}", "1", (9 - number) * MB, 5), index_page(f"lib{number}")] for number in range(8)
    ]
    app = Still(inventory([entry for entries in projects for entry in entries]))
    async with app.run_test(size=SIZE) as pilot:
        tree = tree_of(app)

        async def remove(*paths: str) -> None:
            known = app.main.model.catalog.entries
            app.stage.inventory = inventory(entry for path, entry in known.items() if path not in paths)
            app.main.model.drop(paths)
            app.main.catalog_changed()
            await pilot.press("r")
            await settled(pilot)

        def here() -> tuple[int, str]:
            assert tree.current is not None
            assert tree.highlighted == tree.current
            return tree.cursor, tree.current.name

        await pilot.press("j", "j", "j")
        await remove(*[entry.path for entry in projects[3][:2]])  # its index page stays, far below
        assert here() == (3, "lib4")
        assert names(app)[-1] == "lib3"
        await remove(*[entry.path for entry in projects[4]])
        assert here() == (3, "lib5")
        await remove(projects[0][0].path, projects[0][1].path)  # rows above
        assert here() == (2, "lib5")
        await pilot.press("l", "j")
        await remove(projects[5][1].path)  # a part of what the open rows hold
        assert here() == (3, "1")
        await remove(projects[5][0].path)
        assert here()[1] == "index page"
        await pilot.press("h", "h", "G")
        await remove(projects[4][2].path, projects[3][2].path)
        assert here() == (len(names(app)) - 1, names(app)[-1])


@pytest.mark.parametrize("leave", ["enter", "tab"])
async def test_esc_after_a_search_stays_on_the_row_that_was_found(leave: str) -> None:
    app = Still(cache_of(40))
    async with app.run_test(size=SIZE) as pilot:
        tree = tree_of(app)
        await pilot.press("j", "slash", *"lib33", leave, "escape")
        assert tree.current is not None
        assert (tree.current.name, len(tree.table.rows)) == ("lib33", 40)
        app.main.browse.filter_by("lib22")  # as Audit does
        await pilot.press("escape")
        assert tree.current.name == "lib22"


async def test_d_reviews_the_row_or_the_range_where_nothing_is_marked() -> None:
    app = Still(cache_of(9))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        for keys, projects in (("d",), 1), (("v", "j", "d"), 2):
            await pilot.press(*keys)
            await settled(pilot)
            assert isinstance(app.screen, Review)
            assert len({entry.project for entry in app.screen.plan.entries}) == projects
            await pilot.press("escape")
            await settled(pilot)
            assert app.marked == set()
        await pilot.press("escape", "g", "space", "G", "d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert {entry.path for entry in app.screen.plan.entries} == app.marked


async def test_d_reviews_only_what_the_filter_shows_of_the_row() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"numpy cp38", "enter", "d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert {entry.version for entry in app.screen.plan.entries} == {"1.24.4"}
        await pilot.press("escape", "escape", "slash", *"size>", "down", "d")
        await settled(pilot)
        assert not isinstance(app.screen, Review)


async def test_files_that_are_not_pips_are_listed_and_can_be_neither_marked_nor_removed() -> None:
    app = Still(everyday())
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await pilot.press("G", "l")
        assert names(app)[-3:] == ["Not pip's", "http-v2/readme", "notes.txt"]
        assert "These are not pip's files: cachetui counts them and never removes them." in app.text
        await pilot.press("l", "G")
        assert "changed" in app.text
        assert "1.0 kB" in app.text
        told = len(app.told)
        await pilot.press("space", "v", "k", "k", "space", "escape", "d", "w")
        await settled(pilot)
        assert app.marked == set()
        assert app.screen is app.main
        assert len(app.told) == told + 4
        await pilot.press("G", "h")
        assert tree_of(app).current == tree_of(app).table.rows[-3]
        await pilot.press("h", "a")
        assert names(app)[-1] == "Not pip's"
        assert app.marked == {entry.path for entry in everyday().entries}


async def test_files_that_are_not_pips_have_no_share_of_the_cache() -> None:
    app = Still(inventory([], everyday().foreign))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("l")
        assert names(app) == ["Not pip's", "http-v2/readme", "notes.txt"]
        assert "%" not in app.text


async def test_a_path_of_a_file_that_is_not_pips_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
        await pilot.press("G", "y", "l", "G", "y")
        assert copied == [f"{PLACE}/notes.txt\n{PLACE}/http-v2/readme", f"{PLACE}/notes.txt"]


@pytest.mark.parametrize(
    "keys",
    [
        ("a",),
        ("U",),
        ("asterisk",),
        ("space",),
        ("v", "j", "j", "space"),
        ("shift+down", "space"),
        ("2", "space"),
        ("2", "U"),
    ],
)
async def test_z_takes_back_every_change_of_marks(keys: tuple[str, ...]) -> None:
    app = Still(everyday())
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await pilot.press("j", "space", "G", "k", "space", "slash", *"numpy", "enter", "space", "escape")
        before = app.marked
        assert len(before) == 5 + 7 + 1
        await pilot.press("g", keys[0])
        await settled(pilot)
        await pilot.press(*keys[1:])
        assert app.marked != before
        again, gone = len(before - app.marked), len(app.marked - before)
        await pilot.press("z")
        assert app.marked == before
        assert app.main.marks.entries == len(before)
        said = [f"{count(again, 'entry')} are marked again"] * bool(again)
        said += [f"{count(gone, 'entry')} are unmarked again"] * bool(gone)
        assert app.told[-1] == f"Marks restored: {', '.join(said)}."
        await pilot.press("z", "z", "z")
        assert app.marked == set()
        await pilot.pause()
        told = len(app.told)
        await pilot.press("z")
        assert app.marked == set()
        assert len(app.told) == told


async def test_what_z_undoes_is_named_and_offered_only_where_there_is_something_to_undo() -> None:
    def offered() -> bool:
        return any(command.title == "Undo marks" for command in commands_of(app))

    app = Still(everyday())
    async with app.run_test(size=(120, 30)) as pilot:
        assert not offered()
        await pilot.press("j", "space")
        await pilot.pause()
        assert "z undo marks" in footer(app)
        assert offered()
        left = [entry for entry in everyday().entries if entry.path not in app.marked]
        app.stage.inventory = inventory(left)
        await pilot.press("r")
        await settled(pilot)
        assert "z undo marks" not in footer(app)
        assert not offered()


async def test_z_marks_nothing_that_is_gone_and_passes_over_changes_of_it() -> None:
    app = Still(everyday())
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("j", "j", "space", "space", "U", "a")
        model = app.main.model
        gone = {entry.path for entry in model.catalog.entries.values() if entry.project == "scipy"}
        app.stage.inventory = inventory(entry for path, entry in model.catalog.entries.items() if path not in gone)
        await pilot.press("r")
        await settled(pilot)
        await pilot.press("z", "z")
        assert {entry.project for entry in model.marks} == {"nvidia-cublas-cu12"}
        assert model.marks.disk == sum(entry.disk_usage for entry in model.marks)
        await pilot.press("z")
        assert app.marked == set()


async def test_changes_that_change_nothing_need_no_undo() -> None:
    app = Still(everyday())
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("space", "U", "U", "a", "a", "z", "z")
        assert {entry.project for entry in app.main.model.marks} == {"torch"}


async def test_a_range_grows_and_shrinks_with_shift_by_key_and_by_mouse() -> None:
    app = Still(cache_of(9))
    async with app.run_test(size=SIZE) as pilot:
        tree = tree_of(app)
        await pilot.press("j", "shift+down", "shift+down", "shift+up")
        assert [row.name for row in tree.chosen] == names(app)[1:3]
        assert "Space mark the range" in app.text
        assert "Esc leave the range" in app.text
        await pilot.click(tree, offset=(10, 6), shift=True)
        assert [row.name for row in tree.chosen] == names(app)[1:7]
        await pilot.press("space")
        assert len({entry.project for entry in app.main.model.marks}) == 6
        assert "Space mark the range" not in app.text
        await pilot.click(tree, offset=(4, 8), shift=True)  # on a box: it marks nothing
        assert len({entry.project for entry in app.main.model.marks}) == 6
        assert len(tree.chosen) == 3
        await pilot.press("escape")
        assert len(tree.chosen) == 1


async def test_the_filter_shows_what_is_marked_while_marks_change() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        tree = tree_of(app)
        await pilot.press("space", "space", "space", "slash", *"is:mar", "tab", "enter")
        assert app.query_one(FilterBox).value == "is:marked"
        assert names(app) == ["torch", "nvidia-cudnn-cu12", "nvidia-cublas-cu12"]
        await pilot.press("g", "j", "space")
        await pilot.pause()
        assert names(app) == ["torch", "nvidia-cublas-cu12"]
        assert tree.current is not None
        assert tree.current.name == "nvidia-cublas-cu12"
        await pilot.press("z")
        await pilot.pause()
        assert names(app) == ["torch", "nvidia-cudnn-cu12", "nvidia-cublas-cu12"]
        await pilot.press("U")
        await pilot.pause()
        assert "Nothing is marked. Esc clears the filter." in app.text
        await pilot.press("z", "slash", *" not:", "end", "enter", "escape")
        await pilot.press("slash", *"not:is:marked", "enter", "g", "space")
        await pilot.pause()
        assert names(app)[0] == "numpy"
        assert "scipy" not in names(app)


def footer(app: Still) -> str:
    """Return the last line of the screen."""
    return app.text.splitlines()[-1]


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36)])
async def test_the_footer_keeps_the_keys_that_matter_now(size: tuple[int, int]) -> None:
    app = Still(everyday())
    async with app.run_test(size=size) as pilot:
        for name in ("Space mark", "? help", "q quit", "r refresh"):
            assert name in footer(app)
        assert "U unmark" not in footer(app) or size[0] == 120
        await pilot.press("space")
        await pilot.pause()
        assert footer(app).startswith(" Space mark  d review  U unmark") or size[0] == 120
        assert "U unmark" in footer(app)
        assert f"  9 {'entries ' if size[0] == 120 else ''}marked" in footer(app)
        assert "q quit" in footer(app)
        assert "r refresh" in footer(app) or size[0] == 60
        await pilot.press("U")
        await pilot.pause()
        assert "r refresh" in footer(app)


@pytest.mark.parametrize(
    ("keys", "own"),
    [
        ((), ("/ filter", "w why", "e export", "X rules")),
        (("slash", *"torch", "enter"), ("Esc clear filter", "/ filter", "w why")),
        (("2",), ("Enter open", "E save", "c compare")),
        (("2", "enter"), ("Enter open", "Esc back", "E save", "c compare")),
    ],
)
async def test_in_80_columns_the_footer_has_the_keys_of_the_view_before_those_of_all_views(
    keys: tuple[str, ...], own: tuple[str, ...]
) -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        assert footer(app) == "  ".join([" Space mark", *own, "? help", "q quit", "r refresh"])


async def test_nothing_changes_while_another_window_has_the_focus() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        for keys in ((), ("slash", *"torch size>")):
            await pilot.press(*keys)
            await pilot.pause()
            before = app.text
            app.post_message(events.AppBlur())
            await pilot.pause()
            assert app.text == before
            assert [app.app_focus] == [False]  # which an announcement waits for
            app.post_message(events.AppFocus())
            await pilot.pause()
            assert [app.app_focus] == [True]
            assert app.text == before
        await pilot.press(*"1MB")
        assert app.query_one(FilterBox).value == "torch size>1MB"


async def test_an_order_is_chosen_from_a_menu_by_keys_and_by_mouse() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, by, reverse in (
            (("enter",), "size", True),
            (("enter",), "size", False),
            (("j", "enter"), "name", False),
            (("n",), "name", True),
            (("down", "down", "space"), "count", False),
            (("G", "enter"), "age", False),
            (("M",), "age", True),
            (("escape",), "age", True),
            (("s",), "size", False),
        ):
            await pilot.press("s", *keys)
            await pilot.pause()
            assert app.screen is app.main
            assert (app.main.model.order.by, app.main.model.order.reverse) == (by, reverse)
        await pilot.press("s")
        await pilot.pause()
        assert "Size▾" in app.text
        assert "smallest first" in app.text
        assert "Age (downloaded)" in app.text
        await pilot.click(SortChoices, offset=(5, 3))
        await pilot.pause()
        assert app.main.model.order.by == "age"
        await pilot.press("s")
        await pilot.click("#no")
        await pilot.pause()
        assert app.screen is app.main


async def test_a_menu_takes_keys_that_come_before_it_is_drawn() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        for keys in ("sjj\r", "s\x1b", "sG\r"):
            burst(app, keys)
        await settled(pilot)
        assert app.screen is app.main
        assert app.main.model.order.by == "age"


async def test_the_menu_shows_the_keys_that_there_are_now() -> None:
    stage = Stage(everyday())
    stage.preferences = Preferences(keys={"sort.age": "ctrl+t", "sort.size": "z", "marks.undo": "s"})
    app = Still(None, stage=stage)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("z")
        await pilot.pause()
        assert isinstance(app.screen, SortMenu)
        assert "ctrl+t" in app.text
        assert "Esc cancel" in app.text
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert app.main.model.order.by == "age"


async def test_an_order_other_than_by_size_is_said_in_words() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        said = [(key, words) for key in "MCn" for words in WORDS[key]]
        assert not any(words in app.text for _, words in said)
        for key, words in said:
            await pilot.press(key)
            await pilot.pause()
            assert f" {words} {app.main.model.catalog.projects} projects " in " ".join(app.text.split())


@pytest.mark.parametrize(("key", "is_at_top"), [("G", True), ("g", False)])
async def test_a_toast_does_not_cover_the_row_that_has_the_cursor(key: str, is_at_top: bool) -> None:
    app = Still(cache_of(40))
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("j", "y")
        await until(pilot, lambda: bool(app.screen.query("Toast")))
        for pressed in ("", key):
            await pilot.press(*([pressed] if pressed else []))
            await pilot.pause()
            (toast,) = app.screen.query("Toast")
            row = tree_of(app).cursor_y
            assert not toast.region.y <= row < toast.region.bottom
        assert (toast.region.y < SIZE[1] // 2) == is_at_top


def test_toasts_stay_long_enough_to_be_read_and_errors_longer() -> None:
    assert toast_seconds("Copied it", "information") < 4
    assert toast_seconds("Copied it", "error") >= 10
    assert toast_seconds("A sentence of many words. " * 8, "information") > 10


async def test_rows_stay_while_the_name_of_a_term_is_typed() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"torch ")
        shown = names(app)
        for letter in "siz":
            await pilot.press(letter)
            assert names(app) == shown
        await pilot.press(*"e>1GB")
        assert names(app) == shown
        await pilot.press("escape", "slash", *"kin")
        assert len(names(app)) == 9
        await pilot.press("enter")  # the word is finished: nothing bears it
        assert names(app) == []
        await pilot.press("escape", "slash", *"nvi")
        assert names(app) == ["nvidia-cudnn-cu12", "nvidia-cublas-cu12"]


async def test_all_pasted_lines_and_the_suggestion_go_into_the_filter() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash")
        app.query_one(FilterBox).post_message(events.Paste("torch\n  cp311\r\nkind:wheel\n"))
        await pilot.pause()
        assert app.query_one(FilterBox).value == "torch cp311 kind:wheel"
        await pilot.press("escape", "slash", *"nump")
        await pilot.pause()
        assert "numpy  Tab " in app.text
        await pilot.press("right", "right")
        await pilot.pause()
        assert app.query_one(FilterBox).value == "numpy"
        assert "Tab " not in app.text.splitlines()[1]


async def test_projects_and_groups_have_kinds() -> None:
    app = Still(everyday())
    async with app.run_test(size=(120, 36)):
        rows = app.text.splitlines()[3:14]
        assert [row.split()[-2:] for row in rows if "] torch" in row or "] scipy" in row] == [
            ["wheel", "+4"],
            ["wheel", "+2"],
        ]
        assert next(row for row in rows if "] Leftovers" in row).endswith("leftover")
