"""The command palette, with keys and clicks that come faster than it is drawn."""

from __future__ import annotations

import pytest
from textual import events
from textual.command import CommandInput, CommandList, CommandPalette

from cachetui.ui.palette import commands_of
from tests.ui.cache import everyday
from tests.ui.screens import Still, settled, until

SIZE = (100, 30)


@pytest.mark.parametrize(
    "inputs",
    [
        ("ctrl+p", "pagedown"),
        ("ctrl+p", "end", "pageup", "home"),
        ("ctrl+p", "down", "pagedown", "escape", "escape"),
        ("ctrl+p", "escape", "click"),
        ("ctrl+p", "click", "click"),
        ("ctrl+p", "enter", "escape"),
        ("ctrl+p", "down", "enter", "escape", "ctrl+p", "escape", "escape"),
        ("ctrl+p", "ctrl+p", "escape", "click", "pagedown"),
    ],
    ids=" ".join,
)
async def test_keys_in_a_row_end_nothing(inputs: tuple[str, ...]) -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("space")
        marked = set(app.main.model.marks)
        for one in inputs:
            if one == "click":
                for kind in (events.MouseDown, events.MouseUp, events.Click):
                    app.screen.post_message(kind(app.screen, 1, 28, 0, 0, 1, False, False, False, 1, 28))
            else:
                app.post_message(events.Key(one, None))
        await pilot.pause()
        await settled(pilot)
        assert marked
        assert set(app.main.model.marks) == marked


def offered(app: Still) -> list[str]:
    """Return the first lines of what the palette lists: titles, and the keys behind them."""
    return [str(option.prompt).splitlines()[0] for option in app.screen.query_one(CommandList).options]


async def test_every_command_is_found_by_the_words_on_the_screen() -> None:
    app = Still(everyday())
    finds = {
        "purge": "Purge  P",
        "refresh": "Refresh  r",
        "reload": "Refresh  r",
        "export": "Export  e",
        "protect": "Protect  p",
        "screenshot": "Screenshot",
        "sort by age": "Sort by age  M",
        "sort age": "Sort by age  M",
        "sort by size": "Sort  s",
        "theme": "Theme",
        "mark all": "Mark all  a",
        "delete": "Review  d",
        "keys": "Help  ?",
        "exit": "Quit  q",
        "audit": "Audit  2",
        "UNDO": None,  # nothing to undo
        "complete": None,
        "xyz": None,
    }
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p")
        await settled(pilot)
        assert "Purge  P" in offered(app)
        assert not [title for title in offered(app) if "omplete" in title]
        commands = [*commands_of(app)]
        for query, title in finds.items():
            best = max(commands, key=lambda command: command.score(query))
            assert (f"{best.title}  {best.keys}".strip() if best.score(query) else None) == title
        await pilot.press(*"mark all")
        await settled(pilot)
        assert offered(app)[0] == "Mark all  a"
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1 and bool(app.marked))


async def test_a_theme_is_shown_before_it_is_chosen() -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.theme = "nord"
        for last in ("escape", "enter"):
            app.action_change_theme()
            await settled(pilot)
            assert offered(app)[0] == "nord  in use"
            assert app.screen.query_one(CommandInput).placeholder == "Search for themes…"
            assert app.theme == "nord"
            await pilot.press(*"solarized-l")
            await settled(pilot)
            assert offered(app) == ["solarized-light"]
            assert (app.theme, app.theme_in_use) == ("solarized-light", "nord")
            await pilot.press(last)
            await until(pilot, lambda: len(app.screen_stack) == 1)
            await settled(pilot)
            assert app.theme == ("nord" if last == "escape" else "solarized-light")


async def test_the_chosen_command_can_be_seen_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p", *"sort", "down")
        await settled(pilot)
        strips = app.screen._compositor.render_strips(app.screen.size)
        reversed_text = "".join(text for strip in strips for text, style, _ in strip if style and style.reverse)
        assert offered(app)[1] in reversed_text
        assert offered(app)[0] not in reversed_text


async def test_the_right_button_opens_the_palette_and_marks_nothing() -> None:
    app = Still(everyday())
    async with app.run_test(size=(100, 30)) as pilot:
        for kind in (events.MouseDown, events.MouseUp):
            app.post_message(kind(None, 8, 6, 0, 0, 3, False, False, False))
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette)
        assert not app.marked
        await pilot.press("escape")
        await settled(pilot)
        assert len(app.screen_stack) == 1
