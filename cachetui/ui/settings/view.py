"""View of each Python's pip: its cache, whether the cache is on, and the settings that decide this."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.reactive import var

from cachetui.pip.config.paths import home
from cachetui.pip_settings.reach import changed
from cachetui.services.services import Services
from cachetui.text.format import count
from cachetui.text.redact import redact_urls
from cachetui.ui.activity import Activities, Activity, refusal
from cachetui.ui.bindings import SETTINGS, SHOW, key
from cachetui.ui.cache_screen import REFUSAL_SECONDS, Pythons
from cachetui.ui.settings.details import PageScroll, SettingsPage
from cachetui.ui.settings.dialogs import FolderDialog, confirm, listed
from cachetui.ui.settings.layout import ChangeResult, looking
from cachetui.ui.settings.python_list import PythonList, PythonTitles
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.painted import PaintedLine
from cachetui.ui.workers import run_in_thread, start_worker

if TYPE_CHECKING:
    from cachetui.pip_settings.change import RequestedChange, SettingsChange
    from cachetui.pip_settings.effective import PipSettings


class Settings(Vertical):
    """A list of Pythons, and the settings of the Python under the cursor."""

    BINDING_GROUP_TITLE = "Settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("o", "switch", "on/off", "settings.switch", SETTINGS, "Turn pip's cache on or off", show=True),
        key("t", "move", "folder", "settings.move", SETTINGS, "Use another folder for pip's cache", show=True),
        key(
            "r",
            "again",
            "refresh",
            "settings.again",
            SETTINGS,
            "Find Pythons and read settings again",
            show=True,
        ),
        key("tab", "app.focus_next", "scroll", "settings.next", SHOW, "Go to the settings below, to scroll them"),
    ]
    DEFAULT_CSS = """
    Settings {
        & > #pythons-line { height: 1; }
        & > #settings-body { height: 1fr; }
        #pythons { height: auto; }
    }
    """

    class SearchAgain(Message):
        """Posted to start a new search for Pythons."""

    @dataclass
    class Changed(Message):
        """Posted when a pip has changed its settings or has failed to."""

        settings: tuple[PipSettings, ...]
        """The current settings of every pip that was known when the change began."""

    pythons: var[Pythons] = var(Pythons())

    activities: var[Activities] = var({})

    def __init__(
        self,
        services: Services,
        doing: Callable[[Activity, str], AbstractContextManager[object]],
        id: str | None = None,
    ) -> None:
        """Make the view.

        `doing` takes an activity and words; it returns a context manager, within which these words show the activity.
        """
        super().__init__(id=id)
        self.services = services
        self._doing = doing
        self._told: dict[Path, ChangeResult] = {}
        self.python_list = PythonList(services.location.root)
        """The list of Pythons."""
        self._titles = PythonTitles()
        self._line, self._page, self._scroll = PaintedLine(id="pythons-line"), SettingsPage(), PageScroll()

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield self._line
        with Container(id="settings-body"):
            with Vertical(id="pythons"):
                yield self._titles
                yield self.python_list
            with self._scroll:
                yield self._page

    def on_mount(self) -> None:
        """Update the page when the cursor goes to another Python, and the first line when the list is scrolled."""
        self.watch(self.python_list, "current", self._show_page)
        self.watch(self.python_list, "in_view", self._show_search)

    def activate(self) -> None:
        """Focus the list."""
        self.screen.set_focus(self.python_list)  # at once, because the next key may be waiting

    def watch_pythons(self, pythons: Pythons) -> None:
        """Show the Pythons found so far, and the progress of the search."""
        self.python_list.show(pythons.settings)
        self._titles.longest_root = self.python_list.longest_root
        self._show_search()
        self.refresh_bindings()

    def _show_result(self, known: PipSettings, told: ChangeResult) -> None:
        """Show the result of a change on the page of its Python, until the next change."""
        self._told = {known.interpreter.python.executable: told}
        self._show_page(self.python_list.current)

    def _show_search(self) -> None:
        if self.is_mounted:
            pythons = self.pythons
            words = f"{looking(pythons.settings, pythons.state, self.python_list.in_view)} "
            self._line.show((" Pythons and their pips", "strong"), right=((words, "muted"),))

    def _show_page(self, known: PipSettings | None) -> None:
        if self.is_mounted:
            told = self._told.get(known.interpreter.python.executable) if known else None
            self._page.show(known, told, self.python_list.look)
            self._scroll.scroll_to(y=0, animate=False)
            self.refresh_bindings()

    def on_resize(self) -> None:
        """Show the page for the new size."""
        self._show_page(self.python_list.current)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable actions that currently have no effect."""
        if action == "again":
            return self.pythons.state == "done"
        if action in ("switch", "move"):
            known = self.python_list.current
            return known is not None and known.interpreter.trouble is None
        return True

    # Actions of keys

    def action_again(self) -> None:
        """Search for Pythons again, and read the settings of their pips, unless settings are being changed."""
        if Activity.CHANGING_PIP not in self.activities:
            self.post_message(self.SearchAgain())

    def action_switch(self) -> None:
        """Turn the cache of the pip under the cursor on or off, after the user has confirmed it."""
        if (known := self.python_list.current) is not None and self._may_change():
            start_worker(self, self._propose_switch, known, group="settings")

    def action_move(self) -> None:
        """Use another folder for the cache of the pip under the cursor, after the user has confirmed it."""
        if (known := self.python_list.current) is not None and self._may_change():
            start_worker(self, self._propose_move, known, group="settings")

    async def _propose_switch(self, known: PipSettings) -> None:
        wish: RequestedChange = "off" if known.location.enabled else "on"
        change = await run_in_thread(self.services.plan_change, known.interpreter, wish)
        await self._review(change)

    async def _propose_move(self, known: PipSettings) -> None:
        """Ask for another folder, and make pip use it if the user accepts the commands."""

        async def plan(wish: RequestedChange, folder: str) -> SettingsChange:
            return await run_in_thread(self.services.plan_change, known.interpreter, wish, folder)

        default = home(sys.platform, self.services.environ)
        change = await self.app.push_screen_wait(FolderDialog(known, self.pythons.settings, default, plan))
        if change is not None:
            await self._carry_out(change)

    async def _review(self, change: SettingsChange) -> None:
        """Show the planned change, and make pip carry it out if the user agrees."""
        dialog = confirm(change, self.pythons.settings)
        if not self._is_covered and await self.app.push_screen_wait(dialog):
            await self._carry_out(dialog.change)

    async def _carry_out(self, change: SettingsChange) -> None:
        """Make pip carry out a change, and show the result."""
        known, services = self.pythons.settings, self.services
        self._show_result(change.settings, ChangeResult(False, "pip is changing its settings."))
        with self._doing(Activity.CHANGING_PIP, "changing pip's settings"):
            effect = await run_in_thread(services.change_settings, change)  # a pip that writes must not be stopped
            now = await run_in_thread(lambda: tuple([services.pip_settings(one.interpreter) for one in known]))
        self.post_message(self.Changed(now))
        found = changed(known, now)
        others = f" Changed in {count(len(found), 'Python')}: {listed(found)}." if found else ""
        self._show_result(effect.settings, ChangeResult(effect.done, f"{effect.message}{others}"))
        if not effect.done:
            self.notify(shown(redact_urls(effect.message)), severity="warning", timeout=REFUSAL_SECONDS, markup=False)

    @property
    def _is_covered(self) -> bool:
        """Whether a dialog is open.

        `is_current` cannot be used, because it stays true under a dialog with a transparent background.
        """
        return self.app.screen is not self.screen

    def _may_change(self) -> bool:
        """Return whether settings can currently be changed; if not, show the user why."""
        if self.services.read_only:
            why = f"Read-only: no settings are changed here. {self.services.way_out} to change them."
        elif self.services.demo:
            why = "This is the demo: no settings are changed here."
        elif (running := refusal("change the settings", self.activities, "")) is not None:
            why = running
        else:
            return True
        self.notify(shown(why), severity="warning", markup=False)
        return False
