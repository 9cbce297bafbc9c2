"""Set the CSS classes for the size of the terminal before a screen is shown."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen


def apply_breakpoints(screen: Screen[Any]) -> None:
    """Give a screen that is not shown yet the CSS classes of those breakpoints of the app that fit the terminal's size.

    Textual itself adds the classes only once the screen is shown, and then has to style the whole screen again.
    """
    app = screen.app
    for breakpoints, extent in (
        (app.HORIZONTAL_BREAKPOINTS, app.size.width),
        (app.VERTICAL_BREAKPOINTS, app.size.height),
    ):
        reached = [name for least, name in sorted(breakpoints or ()) if extent >= least]
        screen.add_class(*reached[-1:], update=False)
