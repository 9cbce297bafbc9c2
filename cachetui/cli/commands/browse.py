"""No command: the browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from cachetui.cli.cache import ended_in_order, located
from cachetui.cli.main import DONE, FAILED
from cachetui.cli.notes import for_stream, note
from cachetui.cli.options import Settings
from cachetui.interpreters.lookup import python_at
from cachetui.ui import FRAMES

if TYPE_CHECKING:
    from cachetui.interpreters.info import InterpreterInfo


def browse(settings: Settings) -> int:
    """Open the browser; return the exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        note("The browser needs a terminal; without one there is `cachetui list`. See `cachetui --help`.")
        return FAILED
    with ended_in_order(), located(settings) as location:
        os.environ.setdefault("TEXTUAL_FPS", FRAMES)
        from cachetui.preferences.file import read_preferences  # noqa: PLC0415
        from cachetui.ui.app import CachetuiApp  # noqa: PLC0415 - brings Textual along

        app = CachetuiApp(
            location,
            read_only=settings.read_only,
            memory=not settings.no_memory and not settings.demo,
            python=python_at(settings.python) if settings.python else None,
            demo=settings.demo,
            preferences=read_preferences(),
        )
        app.finding = partial(_pythons, settings)
        app.preferred = read_preferences
        app.run()
        if app.farewell:
            sys.stdout.write(for_stream(f"{app.farewell}\n", sys.stdout))
    return app.return_code or DONE


def _pythons(settings: Settings, stop: Callable[[], bool]) -> Iterator[InterpreterInfo]:
    """Yield the Pythons here, that first which was named."""
    from cachetui.interpreters.discovery import portraits  # noqa: PLC0415 - slow to load
    from cachetui.interpreters.store import Remembered  # noqa: PLC0415

    named = [python_at(settings.python)] if settings.python else []
    memory = None if settings.no_memory else Remembered()
    return portraits(os.environ, named=named, memory=memory, stop=stop)
