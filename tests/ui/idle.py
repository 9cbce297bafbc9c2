"""Waiting for an app that is idle, without the fixed pauses of Textual's pilot."""

from __future__ import annotations

import asyncio
import time

import pytest
import textual.app
import textual.pilot
from textual._context import active_app
from textual.screen import Screen

CALM = 3
"""Number of turns in a row in which nothing may happen."""
TURN = 0.001
"""Seconds of a turn."""
BUSY = TURN / 2
"""Seconds of processor time in a turn from which on a thread is at work."""


def draws_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pilots wait with `wait_for_idle`: Textual's own waits 20 ms or more, twice for each key."""
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", wait_for_idle)


async def wait_for_idle(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Return as soon as all messages are handled, all changes are drawn, and no thread is at work.

    Like Textual's function of this name, return after `max_sleep` seconds at the latest.
    """
    begin, calm = time.monotonic(), 0
    while calm < CALM and time.monotonic() < begin + max_sleep:
        spent = time.process_time()
        await asyncio.sleep(TURN)
        app = active_app.get()
        is_busy = time.process_time() - spent > BUSY
        for screen in app.screen_stack:
            if any(node.message_queue_size for node in screen.walk_children(with_self=True)):
                is_busy = True
        if not is_busy and app.screen_stack and _is_outdated(app.screen):
            app.screen._on_timer_update()  # what the next frame would do, now
            is_busy = True
        calm = 0 if is_busy or app.message_queue_size else calm + 1


def _is_outdated(screen: Screen[object]) -> bool:
    """Return whether a screen has changes to draw, or calls to make after it has drawn."""
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._dirty_widgets
        or screen._callbacks
    )
