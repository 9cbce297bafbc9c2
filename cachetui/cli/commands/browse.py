"""No command: the browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from cachetui.cli.cache import ended_in_order, located
from cachetui.cli.console import for_stream, note
from cachetui.cli.main import DONE, FAILED
from cachetui.interpreters.lookup import Python, python_at
from cachetui.preferences.file import read_preferences
from cachetui.services.options import GlobalOptions
from cachetui.ui import FRAMES

if TYPE_CHECKING:
    from cachetui.interpreters.info import InterpreterInfo


def browse(options: GlobalOptions) -> int:
    """Open the browser; return the exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        note("The browser needs a terminal; without one there is `cachetui list`. See `cachetui --help`.")
        return FAILED
    with ended_in_order(), located(options) as location:
        os.environ.setdefault("TEXTUAL_FPS", FRAMES)
        from cachetui.ui.app import CachetuiApp  # noqa: PLC0415 - brings Textual along

        python = python_at(options.python) if options.python else None
        app = CachetuiApp(
            location,
            read_only=options.read_only,
            memory=options.scan_memory,
            python=python,
            demo=options.demo,
            preferences=read_preferences(),
        )
        app.finding = partial(_pythons, python, memory=not options.no_memory)
        app.preferred = read_preferences
        app.run()
        if app.farewell:
            sys.stdout.write(for_stream(f"{app.farewell}\n", sys.stdout))
    return app.return_code or DONE


def _pythons(python: Python | None, stop: Callable[[], bool], *, memory: bool) -> Iterator[InterpreterInfo]:
    """Yield the Pythons here, the named one first."""
    from cachetui.services.pythons import find_pythons  # noqa: PLC0415 - the first screen does without

    return find_pythons(python, memory=memory, stop=stop)
