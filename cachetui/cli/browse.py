"""No command: the browser."""

from __future__ import annotations

import os
import sys

from cachetui.cli.cache import ended_in_order, located
from cachetui.cli.main import DONE, FAILED
from cachetui.cli.notes import for_stream, note
from cachetui.cli.options import Settings
from cachetui.interpreters import python_at
from cachetui.ui import FRAMES


def browse(settings: Settings) -> int:
    """Open the browser; return the exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        note("The browser needs a terminal; without one there is `cachetui list`. See `cachetui --help`.")
        return FAILED
    with ended_in_order(), located(settings) as location:
        os.environ.setdefault("TEXTUAL_FPS", FRAMES)
        from cachetui.ui.app import CachetuiApp  # noqa: PLC0415 - brings Textual along

        app = CachetuiApp(
            location,
            read_only=settings.read_only,
            memory=not settings.no_memory and not settings.demo,
            python=python_at(settings.python) if settings.python else None,
            demo=settings.demo,
        )
        app.run()
        if app.farewell:
            sys.stdout.write(for_stream(f"{app.farewell}\n", sys.stdout))
    return app.return_code or DONE
