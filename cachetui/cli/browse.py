"""The browser, which opens when no subcommand is given."""

from __future__ import annotations

import os
import sys

from cachetui.cli.cache import located
from cachetui.cli.console import OUTPUT, log_held_back, say, warn
from cachetui.cli.exit_codes import DONE, FAILED
from cachetui.cli.signals import ended_in_order, suspended_as_before
from cachetui.interpreters.lookup import python_at
from cachetui.services.options import GlobalOptions
from cachetui.ui import FRAMES

GRACE_SECONDS = 3.0
"""Seconds after a signal within which the browser must end."""


def browse(options: GlobalOptions) -> int:
    """Open the browser; return the exit code."""
    has_terminal = sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()  # Textual draws on stderr
    if not has_terminal and not os.environ.get("TEXTUAL_DRIVER"):  # by which `textual serve` draws in a web browser
        warn("The browser needs a terminal; without one there is `cachetui list`. See `cachetui --help`.")
        return FAILED
    if os.environ.get("TERM") == "dumb":
        warn("The browser needs a terminal that can draw, and TERM is dumb: use `cachetui list`.")
        return FAILED
    with ended_in_order(GRACE_SECONDS) as lift_limit, located(options) as location:
        os.environ.setdefault("TEXTUAL_FPS", FRAMES)
        if OUTPUT.colour == "never":
            os.environ["NO_COLOR"] = "1"
        elif OUTPUT.colour == "always":
            os.environ.pop("NO_COLOR", None)
        from cachetui.services.services import Services  # noqa: PLC0415 - with Textual, which it brings along
        from cachetui.ui.app import run_app  # noqa: PLC0415

        services = Services(
            location,
            python=python_at(options.python) if options.python else None,
            read_only=options.read_only,
            way_out=f"Start cachetui without {options.said_by('read_only')}",
            memory=not options.no_memory,
            demo=options.demo,
            find_pythons_here=True,
        )
        try:
            with suspended_as_before(), log_held_back():
                app = run_app(services)
        finally:
            lift_limit()
        if app.caches.exit_summary:
            say(app.caches.exit_summary)
        if app.failure is not None:
            raise app.failure
    return app.return_code or DONE
