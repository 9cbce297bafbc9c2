"""The main screens of the caches that are opened one after the other."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from textual.app import App

from cachetui.ui.main_screen import MainScreen
from cachetui.ui.operations.leaving import exit_summary
from cachetui.ui.widgets.breakpoints import apply_breakpoints


class OpenCaches:
    """The main screen of the open cache, and the removals in the caches that were open before it."""

    def __init__(self, app: App[Any], main: MainScreen, *, on_tab: Callable[[], None]) -> None:
        """Begin with the main screen of the first cache; `on_tab` is called when another view or cache is shown."""
        self._app, self._on_tab = app, on_tab
        self.main = main
        """The main screen, which lies below all dialogs."""
        self._left: tuple[str, ...] = ()  # the removals in caches that were open before, each in one line
        self._opened = 0  # number of main screens so far

    @property
    def exit_summary(self) -> str | None:
        """The removals so far, in one line for each cache that had any; None if there were none."""
        return "\n".join([*self._left, *self._removals]) or None

    @property
    def _removals(self) -> tuple[str, ...]:
        """The removals in the open cache as one line, which names a program other than pip; empty if there are none."""
        line, services = exit_summary(self.main), self.main.services
        return () if line is None else (line if services.is_pips else f"{services.tool}: {line}",)

    async def show(self) -> None:
        """Show the main screen at the bottom of a stack of its own, which Textual calls a mode.

        It is not Textual's default screen, because Textual keeps that in memory until the app ends.
        """
        self._opened += 1
        apply_breakpoints(self.main)
        self._app.add_mode(f"cache {self._opened}", lambda: self.main)
        await self._app.switch_mode(f"cache {self._opened}")
        self._app.watch(self.main, "tab", self._on_tab, init=False)

    async def replace(self, main: MainScreen) -> None:
        """Show the main screen of another cache, and free the memory of the old one."""
        self._left += self._removals
        before, self.main = self._app.current_mode, main
        await self.show()
        self._on_tab()
        await self._app.remove_mode(before)
        gc.collect()  # the screen that was removed, and its inventory
