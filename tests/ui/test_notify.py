"""Notifications outside the app, which the terminal shows."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from cachetui.preferences.file import preferences_path
from cachetui.ui.dialogs.review import Review
from cachetui.ui.operations import removal
from tests.ui.screens import settled
from tests.ui.test_flow import SIZE, app_on, root  # noqa: F401 - a fixture among them


class Tty(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("preferred", "term", "tmux", "expected"),
    [
        ("", "xterm-256color", "", ["\x1b]9;", "\a"]),
        ("", "foot", "", ["\x1b]777;notify;cachetui;", "\a"]),
        ("", "tmux-256color", "1", ["\x1bPtmux;\x1b\x1b]9;", "\a\x1b\\"]),
        ("", "dumb", "", None),
        ('notify = "never"', "xterm", "", None),
        ('notify = "bell"', "xterm", "", None),
    ],
)
async def test_the_end_of_a_long_removal_is_announced(
    root: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    preferred: str,
    term: str,
    tmux: str,
    expected: list[str] | None,
) -> None:
    preferences_path().parent.mkdir(parents=True)
    preferences_path().write_text(preferred, encoding="utf-8")
    monkeypatch.setattr(removal, "LONG_SECONDS", -1)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("TMUX", tmux)
    bells: list[None] = []
    app = app_on(root)
    monkeypatch.setattr(app, "bell", lambda: bells.append(None))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        terminal = Tty()
        monkeypatch.setattr(sys, "__stderr__", terminal)
        for away in (False, True):
            await pilot.press("space", "d")
            await settled(pilot)
            assert isinstance(app.screen, Review)
            app.app_focus = not away  # a key would give it the focus
            app.screen.action_yes()
            await settled(pilot)
            assert away or not terminal.getvalue()
    assert bool(bells) == ("bell" in preferred)
    if expected is None:
        assert terminal.getvalue() == ""
    else:
        before, after = expected
        assert terminal.getvalue().startswith(f"{before}Removed ")
        assert terminal.getvalue().endswith(after)
