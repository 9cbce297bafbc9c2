"""Tests of the positions of toasts, and of when they disappear."""

from __future__ import annotations

import pytest
from textual.app import App

from cachetui.ui.dialogs.modal import Modal
from cachetui.ui.toasts import LETTERS_PER_SECOND
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.key_hints import KeyHints
from tests.ui.cache import everyday
from tests.ui.screens import Still, settled, until

DIALOGS: dict[str, tuple[str, ...]] = {
    "review": ("d",),
    "purge": ("P",),
    "rules": ("X",),
    "help": ("question_mark",),
    "sort": ("s",),
    "export": ("e",),
    "save": ("2", "E"),
    "compare": ("2", "c"),
    "quit": ("space", "q"),
}
"""Keys that open each dialog."""


def toasts(app: Still) -> list[str]:
    """Return the texts of the toasts that are shown, the oldest first."""
    return [str(toast.render()) for toast in app.screen.query("Toast")]


@pytest.mark.parametrize("keys", [("2",), ("X",), ("question_mark",), ("ctrl+p",)])
async def test_a_toast_goes_with_the_view_or_dialog_that_it_is_about_and_an_error_stays(keys: tuple[str, ...]) -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.notify("It failed", severity="error")
        app.notify("Mind this", severity="warning")
        await until(pilot, lambda: toasts(app) == ["It failed", "Mind this"])
        await pilot.press(*keys)
        await settled(pilot)
        await until(pilot, lambda: toasts(app) == ["It failed"])
        app.notify("Said here")
        await until(pilot, lambda: toasts(app) == ["It failed", "Said here"])
        await pilot.press("1" if keys == ("2",) else "escape")
        await settled(pilot)
        await until(pilot, lambda: len(app.screen_stack) == 1 and toasts(app) == ["It failed"])


async def test_a_toast_with_a_time_of_its_own_stays_long_enough_to_be_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds: list[float] = []
    app, long = Still(everyday()), "A sentence of many words. " * 20
    async with app.run_test(size=(80, 24)):
        monkeypatch.setattr(App, "notify", lambda *_, **options: seconds.append(options["timeout"]))
        app.main.notify("It failed", severity="warning", timeout=12)
        app.main.notify(long, severity="warning", timeout=12)
        app.main.fail("It failed")
        app.main.fail(long)
    assert seconds == [12, len(long) / LETTERS_PER_SECOND, 12, len(shown(long)) / LETTERS_PER_SECOND]


async def test_a_toast_takes_the_place_of_the_last_that_informed_and_of_one_with_its_words() -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        for message in ("Mind this", "Mind that", "Mind this"):
            app.notify(message, severity="warning")
        await until(pilot, lambda: toasts(app) == ["Mind that", "Mind this"])
        await pilot.press("space", "space", "z", "z")
        await until(pilot, lambda: len(toasts(app)) == 3 and "unmarked again" in toasts(app)[-1])


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36)])
@pytest.mark.parametrize("name", DIALOGS)
async def test_a_toast_covers_neither_the_answers_of_a_dialog_nor_its_cursor(name: str, size: tuple[int, int]) -> None:
    app = Still(everyday())
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press(*DIALOGS[name])
        await settled(pilot)
        app.notify("Mind this", severity="warning")
        await until(pilot, lambda: toasts(app) == ["Mind this"])
        for key in ("", "tab", "down", "tab", "shift+tab", "tab", "tab"):
            await pilot.press(*([key] if key else []))
            await settled(pilot)
            (toast,) = app.screen.query("Toast")
            for covered in (app.screen.query_one("#answers"), *([app.focused] if app.focused is not None else [])):
                rows = {*range(covered.region.y, covered.region.bottom)}
                assert rows.isdisjoint(range(toast.region.y, toast.region.bottom))


@pytest.mark.parametrize("name", DIALOGS)
async def test_every_dialog_shows_its_keys(name: str) -> None:
    app = Still(everyday())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*DIALOGS[name])
        await settled(pilot)
        assert isinstance(app.screen, Modal)
        assert " Esc " in app.screen.query_one(KeyHints).render_line(0).text
