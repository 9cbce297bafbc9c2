from __future__ import annotations

import pytest

from cachetui.ui.bindings import MOVE, SHOW
from cachetui.ui.dialogs.help import HERE, PAGES, Help, HelpLine, HelpPage, PageLine, merged
from cachetui.ui.dialogs.modal import Modal
from cachetui.ui.dialogs.review import Review
from tests.ui.cache import everyday
from tests.ui.screens import Still, settled, until


@pytest.mark.parametrize("key", ["q", "question_mark", "escape", "enter"])
async def test_help_is_closed_by_the_keys_that_one_expects(key: str) -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, Help))
        await pilot.press(key)
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert app.is_running


async def test_each_key_is_explained_once() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        for view in "12345":
            await pilot.press(view, *([] if view == "1" else ["down"]), "question_mark")
            await until(pilot, lambda: isinstance(app.screen, Help))
            assert isinstance(app.screen, Help)
            keys = [key for line in merged(app.screen.explained) for key in line.keys]
            assert len(keys) == len({*keys})
            await pilot.press("escape")
            await settled(pilot)


def test_a_key_with_several_actions_says_where_each_holds() -> None:
    lines = [
        HelpLine("stop", ("escape",), "Stop reading", SHOW, "Elsewhere"),
        HelpLine("down", ("down", "j"), "Go one row down", MOVE, "Rows"),
        HelpLine("clear", ("escape",), "Show everything again", SHOW, "Filter"),
        HelpLine("answer", ("down",), "Go to the answer", MOVE, "Question"),
        HelpLine("up", ("up",), "Go one row up", MOVE, "Rows"),
    ]
    assert [(line.keys, line.does) for line in merged(lines)] == [
        (("escape",), "Filter: show everything again; Elsewhere: stop reading"),
        (("down", "j"), "Rows: go one row down; Question: go to the answer"),
        (("up",), "Go one row up"),
    ]


async def test_a_review_has_help() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "space", "d")
        await until(pilot, lambda: isinstance(app.screen, Review))
        await settled(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, Help))
        assert isinstance(app.screen, Help)
        assert {"review.yes", "review.no"} <= {line.id for line in app.screen.explained}
        await pilot.press("q")
        await settled(pilot)
        assert isinstance(app.screen, Review)


@pytest.mark.parametrize("size", [(60, 16), (100, 40)])
async def test_the_reference_is_read_by_keys_and_by_mouse(size: tuple[int, int]) -> None:
    app = Still(everyday())
    async with app.run_test(size=size) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, Help))
        help_ = app.screen
        assert isinstance(help_, Help)
        seen = []
        for _ in PAGES:
            seen.append(help_.query_one(HelpPage).page)
            await pilot.press("G", "right")
            await pilot.pause()
            assert help_.scrolled.scroll_offset.y == 0
        assert tuple(seen) == PAGES
        assert help_.query_one(HelpPage).page == HERE
        await pilot.press("shift+tab")
        assert help_.query_one(PageLine).page == PAGES[-1]
        bar = help_.query_one(PageLine)
        lines = ["".join([part.text for part in strip]) for strip in bar.lines(bar.size.width, 10)]
        for page in PAGES:
            y = next(number for number, line in enumerate(lines) if f" {page} " in line)
            await pilot.click(PageLine, offset=(lines[y].index(f" {page} ") + 1, y))
            await pilot.pause()
            assert help_.query_one(HelpPage).page == page
        await pilot.press("escape")
        await settled(pilot)
        assert len(app.screen_stack) == 1


@pytest.mark.parametrize("key", ["question_mark", "O", "s"])
async def test_a_dialog_is_laid_out_once(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted, mount = [], Modal.on_mount

    def on_mount(self: Modal[object]) -> None:
        mounted.append(self)
        mount(self)

    monkeypatch.setattr(Modal, "on_mount", on_mount)
    app = Still(everyday())
    async with app.run_test() as pilot:
        await pilot.press(key)
        await settled(pilot)
        assert mounted == [app.screen]
