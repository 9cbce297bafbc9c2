"""Save the theme that the user chooses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import App

from cachetui.errors import CachetuiError
from cachetui.ui.cache_screen import REFUSAL_SECONDS, CacheScreen
from cachetui.ui.widgets.cells import shown
from cachetui.ui.workers import run_in_thread, start_worker


class ThemeSaver:
    """Saves each theme that the user chooses, one at a time; if that fails, it notifies the user only once."""

    def __init__(self, app: App[Any], main: Callable[[], CacheScreen], in_use: Callable[[], str]) -> None:
        """Save the themes of an app.

        `main` returns the main screen; `in_use` returns the name of the chosen theme, even while another is previewed.
        """
        self._app, self._main, self._in_use = app, main, in_use
        self._lock = asyncio.Lock()
        self._warned = False

    def save_soon(self) -> None:
        """Save the theme in a worker, unless it is only previewed, or the browser uses no preferences file."""
        if self._main().preferences.path is not None and self._app.theme == self._in_use():
            start_worker(self._app, self._save, group="theme", exclusive=False)

    async def _save(self) -> None:
        main = self._main()
        try:
            async with self._lock:  # so that the last theme is kept
                await run_in_thread(main.services.save_theme, self._app.theme, main.preferences)
        except CachetuiError as error:
            if not self._warned:
                self._warned = True
                self._app.notify(shown(str(error)), severity="warning", timeout=REFUSAL_SECONDS, markup=False)
