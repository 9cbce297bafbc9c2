"""Notifications outside the app, which the terminal shows."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from textual.app import App

from cachetui.demo.writer import CacheWriter
from cachetui.preferences.file import preferences_path
from cachetui.preferences.model import Notify
from cachetui.ui.dialogs.review import Review
from cachetui.ui.operations import removal
from cachetui.ui.terminal import notify_outside
from tests.ui.cache import NOW
from tests.ui.screens import settled
from tests.ui.test_flow import SIZE, app_on, root  # noqa: F401 - a fixture among them


class Tty(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("preferred", "term", "tmux", "expected"),
    [
        ("desktop", "xterm-256color", "", "\x1b]9;Removed 1 file\a"),
        ("desktop", "foot", "", "\x1b]777;notify;cachetui;Removed 1 file\a"),
        ("desktop", "tmux-256color", "1", "\x1bPtmux;\x1b\x1b]9;Removed 1 file\a\x1b\\"),
        ("desktop", "dumb", "", ""),
        ("never", "xterm", "", ""),
        ("bell", "xterm", "", ""),
    ],
)
def test_the_terminal_is_asked_in_its_own_way_if_it_has_lost_the_focus(
    monkeypatch: pytest.MonkeyPatch, preferred: Notify, term: str, tmux: str, expected: str
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("TMUX", tmux)
    terminal, bells = Tty(), list[None]()
    monkeypatch.setattr(sys, "__stderr__", terminal)
    app = App[None]()
    monkeypatch.setattr(app, "bell", lambda: bells.append(None))
    notify_outside(app, preferred, "Removed 1 file")
    assert (terminal.getvalue(), bells) == ("", [])
    app.set_reactive(App.app_focus, False)
    notify_outside(app, preferred, "Removed 1 file")
    assert (terminal.getvalue(), bool(bells)) == (expected, preferred == "bell")


async def test_the_end_of_a_long_removal_is_announced(
    root: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    CacheWriter(root).built("https://files.example/new", None, "new-1.0-py3-none-any.whl", bytes(9_000), NOW)
    preferences_path().parent.mkdir(parents=True)
    preferences_path().write_text("", encoding="utf-8")
    monkeypatch.setattr(removal, "LONG_SECONDS", -1)
    monkeypatch.setenv("TERM", "xterm-256color")
    bells: list[None] = []
    app = app_on(root)
    monkeypatch.setattr(app, "bell", lambda: bells.append(None))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        terminal = Tty()
        monkeypatch.setattr(sys, "__stderr__", terminal)
        for away, preferred in ((False, ""), (True, ""), (True, 'notify = "bell"')):
            preferences_path().write_text(preferred, encoding="utf-8")
            terminal.truncate(0)
            await pilot.press("space", "d")
            await settled(pilot)
            assert isinstance(app.screen, Review)
            app.app_focus = not away  # a key would give it the focus
            app.screen.action_yes()
            await settled(pilot)
            assert ("\x1b]9;Removed " in terminal.getvalue()) == (away and not preferred)
            assert bool(bells) == bool(preferred)
