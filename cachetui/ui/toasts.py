"""How long toasts stay, and at which edge of the screen, so that they do not cover the row that has the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.notifications import SeverityLevel
from textual.screen import Screen

LETTERS_PER_SECOND = 16
"""Number of characters that are read in a second."""
AT_LEAST: dict[SeverityLevel, float] = {"information": 3.0, "warning": 6.0, "error": 12.0}
"""Minimum number of seconds that a toast stays, by its severity."""


def toast_seconds(message: str, severity: SeverityLevel) -> float:
    """Return for how many seconds a toast stays: long enough to be read."""
    return max(AT_LEAST[severity], len(message) / LETTERS_PER_SECOND)


def place_toasts(screens: Sequence[Screen[Any]]) -> None:
    """Show toasts at the top of the last screen if the cursor is in its lower half, else at the bottom."""
    if not screens:  # the app is closing
        return
    screen = screens[-1]
    focused = screen.focused
    row = 0 if focused is None else getattr(focused, "cursor_y", focused.region.y)
    screen.query_children("ToastRack").set_class(2 * row >= screen.size.height > 0, "-at-top")
