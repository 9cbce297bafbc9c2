from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import pytest
from packaging.tags import parse_tag
from textual.binding import Binding
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.widget import Widget

from cachetui.browsing.catalog import Catalog, GroupKey, GroupKind
from cachetui.errors import RefusedError, RootError
from cachetui.interpreters.lookup import python_at
from cachetui.model import Batch, Inventory
from cachetui.pip.config.location import Location
from cachetui.preferences.model import Preferences
from cachetui.removal.execute import RemovalOutcome, RemovalProgress
from cachetui.removal.plan import Kept, Plan
from cachetui.ui.activity import Activity
from cachetui.ui.app import INTERRUPTED, CachetuiApp
from cachetui.ui.browse import facts as browse_facts
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.browse.tree import CacheTree
from cachetui.ui.browse.view import Browse
from cachetui.ui.cache_screen import Pythons
from cachetui.ui.dialogs.confirm import ConfirmQuestion, ResultDialog
from cachetui.ui.dialogs.help import Help
from cachetui.ui.dialogs.review import PurgeReview, Review
from cachetui.ui.main_screen import MainScreen
from cachetui.ui.operations import scan
from tests.ui.cache import MB, everyday, index_page, inventory, made, release
from tests.ui.screens import PLACE, Stage, Still, settled, until

SIZE = (100, 30)
HOLDERS: tuple[type[DOMNode], ...] = (CachetuiApp, MainScreen, Browse, CacheTree, FilterBox)
"""Classes that bind keys on the first screen."""


def paths(entries: Sequence[object]) -> set[str]:
    return {entry.path for entry in entries}  # type: ignore[attr-defined] # entries


async def test_a_mark_survives_sort_filter_and_rescan() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "space", "slash", *"torch", "enter", "n", "C", "s", "enter", "r", "escape")
        await pilot.pause()
        assert {entry.project for entry in app.main.model.marks} == {"nvidia-cudnn-cu12"}
        assert "5 marked · frees 1.4 GB" in app.text


async def test_marks_that_the_filter_hides_are_counted() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "slash", *"numpy")
        await pilot.pause()
        assert "9 marked (9 not shown) · frees 4.6 GB" in app.text


async def test_space_marks_and_steps_down_and_never_removes() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "space")
        assert app.main.browse.cache_tree.cursor == 2
        assert {entry.project for entry in app.main.model.marks} == {"torch", "nvidia-cudnn-cu12"}
        assert len(app.screen_stack) == 1


def signs(app: Still) -> list[str]:
    """Return the contents of the check boxes."""
    return re.findall(r"\[([ x-])\]", "\n".join(app.lines[2:]))


async def test_boxes_are_drawn_as_rows_are_marked_above_and_below_the_cursor() -> None:
    app = Still(inventory([*release("six", "1.0", MB, 5), *release("six", "1.1", MB, 5), *release("ten", "1", 1, 5)]))
    async with app.run_test(size=SIZE) as pilot:
        seen = []
        for keys in (["l", "j"], ["space"], ["space"], ["asterisk"], ["U"], ["g", "space"], ["v"], ["j", "space"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert signs(app) == [app.main.model.sign(row) for row in app.main.browse.cache_tree.table.rows]
            seen.append("".join(signs(app)))
        assert seen == ["    ", "-x  ", "xxx ", "   x", "    ", "xxx ", "xxx ", "    "]


async def test_fewer_rows_are_in_sight_wherever_one_has_scrolled_to() -> None:
    app = Still(inventory([entry for number in range(90) for entry in release(f"p{number:02}", "1", MB, 5)]))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("n", "G", "slash", *"p1")
        await pilot.pause()
        assert "p10 " in app.text
        assert app.main.browse.cache_tree.scroll_offset.y == 0
        await pilot.press("escape", "G")
        await pilot.pause()
        assert "p89 " in app.text


async def test_a_range_is_marked_as_a_whole() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "v", "down", "down", "space")
        assert {entry.project for entry in app.main.model.marks} == {"nvidia-cudnn-cu12", "nvidia-cublas-cu12", "scipy"}
        await pilot.press("U", "v", "down", "escape")
        assert not app.main.model.marks
        assert app.main.browse.cache_tree.range_from is None


async def test_a_range_begins_where_it_did_although_a_filter_hid_it_meanwhile() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "v", "down", "down", "slash", *"zzz", "backspace", "backspace", "backspace", "enter")
        tree = app.main.browse.cache_tree
        assert tree.range_from is not None
        names = [row.key for row in tree.chosen]
        first = [row.key for row in tree.table.rows].index(tree.range_from)
        assert names == [row.key for row in tree.table.rows[min(first, tree.cursor) : max(first, tree.cursor) + 1]]


async def test_every_row_can_be_gone_to_and_on_an_empty_screen_none() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        tree = app.main.browse.cache_tree
        for row in (tree.table.rows[-1], tree.table.rows[0], tree.table.rows[2]):
            tree.go_to(row.key)
            assert tree.current == row
        gone = tree.table.rows[0].key
        await pilot.press("slash", *"zzz", "enter")
        tree.go_to(gone)
        assert tree.current is None


async def test_what_is_typed_may_be_unfinished_until_the_box_is_left() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"six kind:")
        await pilot.pause()
        assert "1 of 6 projects" in app.text
        await pilot.press("enter", "a", "space", "asterisk")
        await pilot.pause()
        assert "Not understood: something is missing after kind:. Esc clears the filter." in app.text
        assert not app.marked
        await pilot.press("slash", *"wheel", "enter", "a")
        assert {entry.filename for entry in app.main.model.marks} == {"six-1.16.0-py2.py3-none-any.whl"}


async def test_a_click_into_the_rows_ends_typing_before_it_can_mark() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"torch size>")
        await pilot.click("CacheTree", offset=(4, 0))
        await pilot.pause()
        assert not app.marked
        assert app.main.browse.cache_tree.table.rows == []


async def test_what_does_not_make_sense_is_underlined_and_shows_nothing() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"torch kind:whel")
        await pilot.pause()
        box = app.query_one(FilterBox)
        underlined = "".join(
            part.text for part in box.render_line(0) if part.style is not None and part.style.underline
        )
        assert underlined == "whel"
        assert 'Not understood: unknown kind whel (did you mean "wheel"?).' in app.text
        await pilot.press("escape")
        await pilot.pause()
        assert "6 projects" in app.text


async def test_a_project_that_narrows_what_requirements_choose_to_nothing_is_explained() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"torch>=2 numpy", "enter")
        await pilot.pause()
        assert 'Nothing matches: here numpy is a condition; "numpy" in quotes adds it.' in app.text
        await pilot.press("slash", "ctrl+u", *'torch>=2 "numpy"', "enter")
        await pilot.pause()
        assert "2 of 6 projects" in app.text


async def test_what_is_suggested_is_taken_with_tab_or_the_right_arrow() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"sci", "tab", "space", *"kin", "right", "w")
        await pilot.pause()
        box = app.query_one(FilterBox)
        assert box.value == "scipy kind:w"
        assert "/ scipy kind:wheel  " in app.text
        await pilot.press("tab", "tab", "a")
        assert box.value == "scipy kind:wheel"
        assert {entry.kind for entry in app.main.model.marks} == {"wheel"}
        assert app.focused is app.main.browse.cache_tree


async def test_facts_that_take_long_are_found_out_beside_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse_facts, "AT_ONCE", 0)
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"is:superseded")
        await settled(pilot)
        assert "3 of 6 projects" in app.text
        app.main.model.adopt(Catalog.of(inventory(release("six", "1.0", MB, 5))))
        app.main.catalog_changed()
        assert app.main.model.rows() == []
        await settled(pilot)
        assert "Nothing matches. Esc clears the filter." in app.text


async def test_what_needs_all_names_is_told_when_there_are_all() -> None:
    app = Still(None)
    async with app.run_test(size=SIZE) as pilot:
        app.stream([*release("six", "1.0", MB, 5), *release("six", "1.1", MB, 5)], 2, 9)
        await pilot.press("slash", *"is:superseded")
        await pilot.pause()
        assert "What is superseded will be known once the whole cache has been read." in app.text


def of_two_pythons() -> Inventory:
    return inventory([*release("old", "1.0", MB, 5, "cp27-none-any"), *release("new", "1.0", MB, 5, "py3-none-any")])


async def test_what_is_unusable_is_told_for_a_python_that_was_named() -> None:
    app = Still(of_two_pythons(), python=python_at(sys.executable))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"is:unusable")
        await settled(pilot)
        assert "1 of 2" in app.text


async def test_what_is_unusable_is_told_once_the_pythons_are_found() -> None:
    app = Still(of_two_pythons())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"is:unusable")
        assert "What is unusable will be known once the Pythons here have been found." in app.text
        app.main.pythons = Pythons("done", tags=(frozenset(parse_tag("py3-none-any")),))
        await settled(pilot)
        assert [row.name for row in app.main.model.rows()] == ["old"]
        app.main.pythons = Pythons(
            "done",
            tags=(
                frozenset(parse_tag("cp27-none-any")),
                frozenset(parse_tag("py3-none-any")),
            ),
        )
        await settled(pilot)
        assert app.main.model.rows() == []
        app.main.pythons = Pythons("done", tags=())
        await settled(pilot)
        assert "No Python found here reports its supported tags. Choose one with --python." in app.text
        app.main.pythons = Pythons("done", doubts=("python3 does not report its supported tags.",))
        await settled(pilot)
        assert "python3 does not report its supported tags. Esc clears the filter." in app.text


async def test_all_and_invert_cover_what_is_shown() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "slash", *"numpy", "enter", "a")
        assert {entry.project for entry in app.main.model.marks} == {"torch", "numpy"}
        await pilot.press("asterisk")
        assert {entry.project for entry in app.main.model.marks} == {"torch"}


async def test_arrows_open_rows_and_walk_through_them() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        tree = app.main.browse.cache_tree
        await pilot.press("l", "l", "right", "j")
        assert tree.current is not None and tree.current.name == "torch-2.1.0+cu118-cp310-cp310-linux_x86_64.whl"
        await pilot.press("h", "left", "h")
        assert tree.current is not None and tree.current.key == GroupKey(GroupKind.PROJECT, "torch")
        await pilot.press("enter")
        assert app.main.model.expanded == {place for place in app.main.model.expanded if place.version}


async def test_the_mouse_opens_marks_and_sorts() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        tree = app.main.browse.cache_tree
        await pilot.click(tree, offset=(1, 0))
        await pilot.pause()
        assert app.main.model.expanded == {GroupKey(GroupKind.PROJECT, "torch")}
        await pilot.click(tree, offset=(6, 1))
        assert {entry.version for entry in app.main.model.marks} == {"2.1.0+cu118"}
        await pilot.click("ColumnTitles", offset=(8, 0))
        assert app.main.model.order.by == "name"
        marked = app.marked
        await pilot.click("Footer", offset=(2, 0))
        assert app.marked == set()
        assert marked


async def test_rows_that_stream_in_do_not_move_what_is_under_the_cursor() -> None:
    app = Still(None)
    async with app.run_test(size=SIZE) as pilot:
        names = [f"small{number:02}" for number in range(50)]
        app.stream([entry for name in names for entry in release(name, "1", MB, 5)], 16, 900)
        await pilot.press("down", "down", "down", "space")
        marked, line = app.marked, app.main.browse.cache_tree.cursor - app.main.browse.cache_tree.scroll_offset.y
        for number in range(40):
            app.stream(release(f"big{number:02}", "1", (number + 2) * MB, 5), 17 + number, 900)
            await pilot.pause()
        tree = app.main.browse.cache_tree
        assert tree.current is not None and tree.current.key == GroupKey(GroupKind.PROJECT, "small04")
        assert tree.cursor - tree.scroll_offset.y == line
        assert app.marked == marked


async def test_a_large_batch_is_taken_up_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "MOST_TAKEN", 3)
    entries = [entry for name in ("a", "b", "c", "d") for entry in release(name, "1", MB, 5)]
    app = Still(None)
    app.stage.batches = [Batch(tuple(entries), 16, 1_000_000, 8, 8, True)]
    app.stage.may_report.clear()
    known: list[int] = []
    async with app.run_test(size=SIZE) as pilot:
        app.main.watch(app.main, "revision", lambda: known.append(len(app.main.model.catalog.entries)))
        app.stage.may_report.set()
        await until(pilot, lambda: 8 in known)
        assert [number for number in known if number] == [3, 6, 8]
        assert app.main.browse.cache_tree.table.rows[-1].name == "d"


async def test_as_long_as_nobody_moves_the_biggest_project_is_on_top() -> None:
    app = Still(None)
    async with app.run_test(size=SIZE) as pilot:
        app.stream(release("small", "1", MB, 5), 2, 900)
        app.stream(release("big", "1", 9 * MB, 5), 4, 900)
        await pilot.pause()
        assert app.main.browse.cache_tree.cursor == 0
        assert app.main.browse.cache_tree.current is not None and app.main.browse.cache_tree.current.name == "big"


async def test_the_cursor_follows_an_entry_to_the_project_that_it_turns_out_to_be() -> None:
    wheel, _ = release("torch", "2.3.0", MB, 5)
    nameless = [made("response", f"n{number}") for number in range(3)]
    app = Still(None)
    async with app.run_test(size=SIZE) as pilot:
        app.stream([*nameless, wheel._replace(project=None, version=None, filename=None, url=None)], 0, 9)
        await pilot.press("enter", "end")
        await pilot.press("home", "down")
        assert app.main.browse.cache_tree.current is not None and app.main.browse.cache_tree.current.key == wheel.path
        app.stream([wheel], 1, 9)
        await pilot.pause()
        row = app.main.browse.cache_tree.current
        assert row is not None and row.key == GroupKey(GroupKind.PROJECT, "torch")


async def test_clearing_a_filter_brings_the_cursor_back() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "down", "slash", *"numpy")
        assert app.main.browse.cache_tree.current is not None and app.main.browse.cache_tree.current.name == "numpy"
        await pilot.press("escape")
        assert isinstance(app.focused, CacheTree)
        assert app.main.browse.cache_tree.current.name == "nvidia-cublas-cu12"


def plan(entries: Sequence[object], **more: object) -> Plan:
    return Plan(str(PLACE), 1, 2, entries=tuple(entries), **more)  # type: ignore[arg-type]


async def review(app: Still, pilot: Pilot[None], planned: Plan, key: str = "d") -> None:
    """Open the review of a plan, whatever is marked."""
    app.stage.planning = lambda: planned
    if not app.main.model.marks:
        await pilot.press("a")
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, Review))


async def test_the_review_lists_everything_that_goes_and_no_has_the_focus() -> None:
    app = Still(everyday())
    entries = everyday().entries
    async with app.run_test(size=SIZE) as pilot:
        kept = (Kept("http-v2/x", "a pip is running"),)
        await review(app, pilot, plan(entries, frees=5_000 * MB, costs=("a cost",), kept=kept))
        assert isinstance(app.screen, Review)
        assert app.focused is not None and app.focused.id == "no"
        listed = [line.words for line in app.screen.query_one("LineList").lines]  # type: ignore[attr-defined]
        files = [entry.filename for entry in entries if entry.kind in ("wheel", "sdist", "built")]
        assert not set(files) - set(listed)
        assert {entry.path for entry in entries if entry.project is None and entry.kind != "response"} <= set(listed)
        assert {"Kept 1 item: a pip is running", "http-v2/x"} <= set(listed)
        assert "a cost" in app.text


async def test_enter_on_no_keeps_everything() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space")
        marked = app.marked
        await review(app, pilot, plan(list(app.main.model.marks)))
        await pilot.press("enter")
        assert len(app.screen_stack) == 1
        assert (app.marked, app.main.outcomes) == (marked, ())


async def test_purge_wants_the_word() -> None:
    app = Still(everyday())
    agreed: list[Plan] = []

    def removal(plan: Plan, *_: object) -> RemovalOutcome:
        agreed.append(plan)
        return RemovalOutcome()

    app.stage.removal = removal
    async with app.run_test(size=SIZE) as pilot:
        await review(app, pilot, plan(everyday().entries), "P")
        assert isinstance(app.screen, PurgeReview)
        await pilot.press(*"y", "enter")
        assert isinstance(app.screen, PurgeReview)
        await pilot.press("backspace", *"purge", "enter")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert len(agreed) == 1


@pytest.mark.parametrize("key", ["d", "P"])
async def test_read_only_shows_the_review_without_a_yes(key: str) -> None:
    app = Still(everyday(), read_only=True)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space")
        assert "read-only" in app.lines[0]
        assert len(app.marked) == 9
        await pilot.press(key)
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert "Read-only: nothing is removed here" in app.text
        assert "Yes" not in app.text
        await pilot.press("y")
        assert isinstance(app.screen, Review)
        await pilot.press("enter")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert not app.main.outcomes


async def test_read_only_preferences_forbid_what_the_option_forbids() -> None:
    stage = Stage(everyday())
    stage.preferences = Preferences(Path("preferences.toml"), read_only=True)
    app = Still(None, stage=stage)
    async with app.run_test(size=SIZE) as pilot:
        assert "read-only" in app.lines[0]
        await pilot.press("space", "d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert not app.screen.can_accept
        words = "Read-only: nothing is removed here. Change read-only in preferences.toml, and start cachetui again,"
        assert app.screen.notes == (f"{words} to remove.",)


async def test_an_unforeseen_error_ends_the_app_and_is_left_to_the_command_line() -> None:
    app = Still(everyday())

    def broken() -> None:
        raise LookupError("nobody foresaw this")

    with pytest.raises(LookupError):
        async with app.run_test(size=SIZE) as pilot:
            app.call_later(broken)
            await pilot.pause()
    assert isinstance(app.failure, LookupError)
    assert app.return_code == 1
    assert app._exit_renderables == []


async def test_quitting_asks_while_something_is_marked() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "q")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmQuestion)
        await pilot.press("enter")
        assert len(app.screen_stack) == 1
        await pilot.press("ctrl+c")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert app.return_code == INTERRUPTED


async def test_quitting_without_marks_asks_nothing() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert app.return_code == 0


async def test_help_explains_every_binding() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        explained = {line.id for line in app.screen.explained}
    declared = {
        binding.id for holder in HOLDERS for binding in holder.BINDINGS if isinstance(binding, Binding) and binding.id
    }
    assert explained == declared


@pytest.mark.parametrize(
    "holder", [CachetuiApp, MainScreen, Browse, CacheTree, FilterBox, Review, PurgeReview, ConfirmQuestion, Help]
)
def test_every_binding_has_an_id_and_a_tooltip(holder: type[Browse]) -> None:
    bindings = [binding for binding in holder.__dict__.get("BINDINGS", ()) if isinstance(binding, Binding)]
    assert all(binding.id and binding.tooltip for binding in bindings)
    assert not {"ctrl+r", "ctrl+d"} & {name for binding in bindings for name in binding.key.split(",")}


async def test_everything_that_can_have_the_focus_says_what_it_is() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await review(app, pilot, plan(everyday().entries), "P")
        focusable = [one for screen in app.screen_stack for one in screen.walk_children(Widget) if one.can_focus]
        assert {type(widget).__name__ for widget in focusable if not widget.HELP} == set()


async def test_progress_and_result_of_a_removal_are_told() -> None:
    found = everyday()
    app, goes_on = Still(found), Event()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "space")
        entries = tuple(app.main.model.marks)
        gone = tuple(file.path for entry in entries[:4] for file in entry.files)
        outcome = RemovalOutcome(gone, kept=(Kept(entries[4].path, "in use"),), failed=1, freed=900 * MB, entries=4)

        def removal(plan: Plan, stop: object, report: Callable[[RemovalProgress], None]) -> RemovalOutcome:
            report(RemovalProgress(2, 5, 700 * MB, entries[0].path))
            goes_on.wait()
            return outcome

        app.stage.removal = removal
        await review(app, pilot, plan(entries))
        await pilot.press("y")
        await until(pilot, lambda: "removing 2 of 5, freed 700 MB" in app.text)
        app.stage.inventory = inventory(entry for entry in found.entries if entry not in entries[:4])
        goes_on.set()
        await until(pilot, lambda: isinstance(app.screen, ResultDialog))
        await pilot.pause()
        assert "in use" in app.text
        assert app.marked == {entries[4].path}
        assert app.caches.exit_summary is not None and app.caches.exit_summary.startswith(
            "Removed 8 files of 4 entries, freed 900 MB: "
        )


async def test_a_refusal_is_told_and_nothing_changes() -> None:
    app = Still(everyday())

    def refuse() -> Plan:
        raise RefusedError("/ is the top of the file system.")

    app.stage.planning = refuse
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("space", "d")
        await settled(pilot)
        assert "/ is the top of the file system." in app.text
        assert len(app.marked) == 9


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (30, 8), (250, 80)])
async def test_any_terminal_will_do(size: tuple[int, int]) -> None:
    app = Still(everyday())
    async with app.run_test(size=size) as pilot:
        await pilot.press("l", "j", "space", "question_mark")
        await pilot.press("escape", "slash", "x", "escape", "i", "A", "m", "m", "pagedown", "G")
        await review(app, pilot, plan(everyday().entries, costs=("a cost",)))
        await pilot.press("down", "n")
        await pilot.resize_terminal(80, 24)
        await pilot.resize_terminal(*size)
        assert app.is_running


async def test_hostile_names_draw_on_one_line_and_do_nothing() -> None:
    evil = "evil\x1b[2J[bold]\n日本語\u202e"
    entries = [
        made(
            "wheel",
            "one",
            5 * MB,
            5,
            evil,
            "1\x1b[31m",
            filename=f"{evil}.whl",
            url="https://me:secret@x.example/a?k=v",
        ),
        made("unknown", "two\x1b]0;x\x07", MB, 5, note="[red]note\x9b31m"),
    ]
    app = Still(inventory(entries))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("l", "j", "l", "j", "G", "l", "j")
        await pilot.press("g", "j", "j")
        text = app.text
        assert "\x1b" not in text and "\x07" not in text and "\x9b" not in text and "\u202e" not in text
        assert "evil\\x1b[2J[bold]\\x0a日本語\\u202e" in text
        assert "secret" not in text and "https://***@x.example/a?k=***" in text


async def test_an_inventory_without_a_single_entry_is_called_empty() -> None:
    app = Still(inventory([]), location=Location(PLACE, "the platform's default", named=False, enabled=True), demo=True)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "The cache is empty" in app.text
        assert app.lines[-1].split("  ")[0] == " ? help"
        app.stage.inventory = inventory(release("six", "1.0", MB, 1))
        await pilot.press("r")
        await settled(pilot)
        assert " six  1.0" in app.text
        assert isinstance(app.focused, CacheTree)


async def test_a_missing_root_is_empty_only_where_nobody_named_it(tmp_path: Path) -> None:
    for named, title in ((True, "The cache cannot be read"), (False, "The cache is empty")):
        app = Still(None, location=Location(tmp_path / "x", "the platform's default", named=named, enabled=True))
        app.stage.error = RootError("There is nothing at /x.")
        async with app.run_test(size=SIZE):
            assert title in app.text


async def test_esc_stops_reading_and_what_was_found_stays() -> None:
    app = Still(None)
    async with app.run_test(size=SIZE) as pilot:
        app.stage.stopped_inventory = inventory(release("six", "1.0", MB, 1), complete=False)
        await pilot.press("escape")
        await settled(pilot)
        assert "Reading was stopped: not everything is listed. r reads it again." in app.text
        assert " six  1.0" in app.text


async def test_what_a_scan_finds_that_was_cancelled_is_forgotten() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        app.stage.inventory = None
        app.stage.stopped_inventory = inventory(release("six", "1.0", MB, 1), complete=False)
        await pilot.press("r")
        scan.cancel_scan(app.main)
        await settled(pilot)
        assert not app.main.is_doing(Activity.SCANNING)
        assert app.main.inventory == everyday()


async def test_what_should_be_known_about_the_place_stands_at_the_top() -> None:
    location = Location(PLACE, "PIP_CACHE_DIR", named=False, enabled=False, off_by="PIP_NO_CACHE_DIR=off")
    app = Still(inventory([index_page("six")]), location=location)
    app.stage.difference = "pip itself answers /elsewhere."
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.lines[1].startswith(" ! pip's cache is switched off: PIP_NO_CACHE_DIR=off. This is what is still in")
        assert " ! pip itself answers /elsewhere." in app.text


async def test_the_palette_offers_what_keys_do() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE):
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert "Theme" in titles
        assert "Mark all" in titles
        assert len(titles) == len(set(titles))


async def test_a_copied_path_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Still(everyday())
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("G", "y", "slash", *"six", "enter", "l", "j", "l", "j", "y")
        await pilot.pause()
    assert copied == [
        f"{PLACE}/notes.txt\n{PLACE}/http-v2/readme",
        f"{PLACE}/http-v2/six-1.16.0-py2.py3-none-any.whl",
    ]


@pytest.mark.parametrize(
    ("stopped", "rest"),
    [(True, "1 entry was kept, and everything that was left when it stopped:"), (False, "1 entry was kept:")],
)
async def test_the_result_says_what_became_of_the_rest(stopped: bool, rest: str) -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(
            ResultDialog(RemovalOutcome(entries=1, kept=(Kept("http-v2/a", "in use"),), failed=1, stopped=stopped))
        )
        await pilot.pause()
        assert rest in app.text


async def test_the_review_tells_files_and_folders_apart() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await review(app, pilot, plan(everyday().entries, frees=1_000 * MB, frees_directories=30 * MB))
        assert "frees 1.0 GB" in app.text
        assert "and 30 MB of emptied folders" in app.text
        await pilot.press("n")
        await review(app, pilot, plan(everyday().entries, frees=4_000 * MB))
        assert "folders" not in app.text


async def test_reasons_are_wrapped_and_never_cut() -> None:
    app = Still(everyday())
    async with app.run_test(size=(60, 30)) as pilot:
        reason = " ".join(["a reason that is much too long for one line"] * 4)
        kept = tuple([Kept(f"http-v2/{number}", reason) for number in range(14)])
        await review(app, pilot, plan((), kept=kept))
        words = " ".join(app.text.split())
        assert f"Kept 14 items: {reason}" in words
        assert "and 4 more" in words
        assert "Nothing here can be removed" in words
        assert "No, keep" not in words
        assert app.focused is not None and "Close" in words


async def test_a_cache_that_cannot_be_read_any_more_has_no_totals_until_it_can() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        app.stage.error = RootError("It is gone.")
        await pilot.press("r")
        await settled(pilot)
        assert "GB" not in app.lines[0]
        assert "The cache cannot be read" in app.text
        app.stage.error = None
        await pilot.press("r")
        await settled(pilot)
        assert "6.5 GB" in app.lines[0]
        assert " torch " in app.text


async def test_a_mistake_in_a_worker_costs_no_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("nobody foresaw this")

    monkeypatch.setattr(browse_facts, "AT_ONCE", 0)
    monkeypatch.setattr("cachetui.insight.labelling.facts_of", broken)
    app = Still(everyday())
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("space", "slash", *"is:superseded")
        await until(pilot, lambda: "nobody foresaw this" in app.text)
        assert len(app.marked) == 9


async def test_a_mistake_in_finding_facts_is_notified_once_and_the_marks_stay() -> None:
    app = Still(everyday())

    def fail() -> None:
        raise RuntimeError("not foreseen")

    app.stage.before_facts = fail
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "slash", *"is:superseded", "enter", "s", "n")
        await pilot.pause()
        assert [words for words in app.told if "not foreseen" in words] == app.told[:1]
        assert app.marked
        await pilot.press("escape", "j")
        assert app.main.browse.cache_tree.current_entries


async def test_no_inventory_is_ever_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Inventory) -> str:
        raise AssertionError("of 100,000 entries, this takes seconds")

    monkeypatch.setattr(Inventory, "__repr__", fail)
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for keys in (["2"], ["3"], ["v"], ["5"], ["1"], ["r"], ["a", "d"]):
            await pilot.press(*keys)
            await settled(pilot)
        assert isinstance(app.screen, Review)
        await pilot.press("escape", "4", *"six", "enter")
        await until(pilot, lambda: not app.main.why_view.asking)
        assert not app.told
