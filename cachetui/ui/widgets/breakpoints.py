"""Classes for the size of the terminal, in time."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen


def apply_breakpoints(screen: Screen[Any]) -> None:
    """Give a screen that is not shown yet the classes of the app's breakpoints, which style it.

    Textual adds them once the screen is shown, and then has to style all of it a second time.
    """
    app = screen.app
    for breakpoints, extent in (
        (app.HORIZONTAL_BREAKPOINTS, app.size.width),
        (app.VERTICAL_BREAKPOINTS, app.size.height),
    ):
        reached = [name for least, name in sorted(breakpoints or ()) if extent >= least]
        screen.add_class(*reached[-1:], update=False)
