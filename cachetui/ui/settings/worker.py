"""The part of the app that knows the Pythons, and has their pips change their settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from cachetui.pip.config.paths import home
from cachetui.ui import workers
from cachetui.ui.browse.details import Details
from cachetui.ui.operations.removal import REFUSAL_SECONDS, Remover
from cachetui.ui.settings.layout import Told
from cachetui.ui.settings.search import Finding, Finished, Found, Search
from cachetui.ui.settings.view import Settings
from cachetui.ui.widgets.cells import shown

if TYPE_CHECKING:  # the first screen does not wait for these
    from cachetui.interpreters.info import InterpreterInfo
    from cachetui.pip_settings.apply import Effect
    from cachetui.pip_settings.change import Change, Wish
    from cachetui.pip_settings.effective import PipSettings

SETTLED = 1.0
"""Seconds after the first reading before Pythons are looked for: whoever has only a short look is not made to wait."""


@dataclass
class Proposed(Message):
    """It is known how a wish would be fulfilled."""

    change: Change
    """What would be done."""


@dataclass
class Refused(Message):
    """No cache should be moved to that folder."""

    known: PipSettings
    """Whose cache was to be moved."""
    typed: str
    """What was typed for the folder."""
    why: str
    """Why it will not do, as a sentence."""


@dataclass
class Changed(Message):
    """A pip has changed its settings, or failed to."""

    effect: Effect
    """What came of it."""
    known: tuple[PipSettings, ...]
    """What every pip is told now."""


class Settler(Remover):
    """Finds the Pythons once the cache has been read; shows what their pips do, and changes it."""

    finding: Finding | None = None
    """How Pythons are found; None for not at all."""
    environ: Mapping[str, str] = os.environ
    """The variables that pips would see."""
    known: tuple[PipSettings, ...] = ()
    """What each Python's pip is told, of those found so far."""
    _search: Search | None = None
    _changing = False

    @cached_property
    def settings_view(self) -> Settings:
        """The view."""
        return Settings(self.location.root, id="settings")

    @on(workers.Read)
    @on(workers.Unread)
    def _find_pythons_soon(self) -> None:
        if self.finding is not None and self._search is None:
            self.set_timer(SETTLED, self._find_pythons)

    def _find_pythons(self) -> None:
        if self.finding is not None and self._search is None:
            self._search = Search(self.finding, self.post_message, self.environ)
            self.settings_view.show(self.known, "looking")

    def on_unmount(self) -> None:
        """End the search."""
        if self._search is not None:
            self._search.stop()

    @on(Found)
    def _show_found(self, event: Found) -> None:
        self.known = (*self.known, event.settings)
        self.settings_view.show(self.known, "looking")

    @on(Finished)
    def _show_finished(self, event: Finished) -> None:
        self.settings_view.show(self.known, "done")
        for details in self.browse.query(Details):  # none once the app is being closed
            details.pythons = event.portraits
            details.refresh()
        self.browse.know_pythons(event.tags, event.doubts)

    @on(Settings.Again)
    def _find_again(self) -> None:
        if self.finding is not None and not self._changing:
            self.known, self._search = (), None
            self._find_pythons()

    @on(Settings.Switch)
    def _switch(self, event: Settings.Switch) -> None:
        self._propose(event.known, event.wish)

    @on(Settings.Move)
    def _move(self, event: Settings.Move) -> None:
        if self._may_change():
            self._ask_folder(event.known)

    @on(Refused)
    def _ask_again(self, event: Refused) -> None:
        if len(self.screen_stack) == 1:  # else something else has been asked since
            self._ask_folder(event.known, event.typed, event.why)

    def _ask_folder(self, known: PipSettings, typed: str = "", why: str = "") -> None:
        from cachetui.ui.settings.dialogs import Folder  # noqa: PLC0415 - needed late

        def take(folder: str | None) -> None:
            if folder is not None:
                self._propose(known, "move" if folder else "default", folder)

        self.push_screen(Folder(known, home(sys.platform, self.environ), typed, why), take)

    def _may_change(self) -> bool:
        """Notify why nothing can be changed now; return whether it may."""
        if self.read_only:
            why = "Read-only: no settings are changed here. Start cachetui without --read-only to change them."
        elif self.demo:
            why = "This is the demo: it leaves your own settings alone."
        elif self._changing:
            why = "A pip is changing its settings: wait for it."
        else:
            return True
        self.notify(why, severity="warning", markup=False)
        return False

    def _propose(self, known: PipSettings, wish: Wish, root: str | None = None) -> None:
        if self._may_change():
            self._beside(partial(_plan, known.portrait, wish, root, self.environ), group="settings")

    @on(Proposed)
    def _confirm(self, event: Proposed) -> None:
        from cachetui.ui.settings.dialogs import Confirm  # noqa: PLC0415 - needed late

        if len(self.screen_stack) > 1:
            return  # something else has been asked since

        def take(agreed: bool | None) -> None:
            if agreed and self._may_change():
                self._changing = True
                self.settings_view.tell(event.change.settings, Told(False, "pip is changing its settings."))
                portraits = [one.portrait for one in self.known]
                self._beside(partial(_carry_out, event.change, portraits, self.environ), group="settings")

        self.push_screen(Confirm(event.change), take)

    @on(Changed)
    def _show_changed(self, event: Changed) -> None:
        self._changing = False
        effect = event.effect
        later = self.known[len(event.known) :]  # found in the meantime
        self.known = (*event.known, *later)
        searching = self._search is not None and self._search.running
        self.settings_view.show(self.known, "looking" if searching else "done")
        self.settings_view.tell(effect.settings, Told(effect.done, effect.message))
        if not effect.done:
            self.notify(shown(effect.message), severity="warning", timeout=REFUSAL_SECONDS, markup=False)


def _plan(
    portrait: InterpreterInfo,
    wish: Wish,
    root: str | None,
    environ: Mapping[str, str],
    post: workers.Post,
    stop: workers.Stop,
) -> None:
    """Find out how a wish would be fulfilled, by what the settings are now."""
    from cachetui.pip_settings.change import plan_change  # noqa: PLC0415
    from cachetui.pip_settings.destination import DestinationError  # noqa: PLC0415
    from cachetui.pip_settings.effective import settings_of  # noqa: PLC0415

    known = settings_of(portrait, environ)
    try:
        message: Message = Proposed(plan_change(known, wish, root, environ))
    except DestinationError as error:
        message = Refused(known, root or "", str(error))
    if not stop():
        post(message)


def _carry_out(
    change: Change, portraits: list[InterpreterInfo], environ: Mapping[str, str], post: workers.Post, stop: workers.Stop
) -> None:
    """Have pip do it; one that writes is not stopped."""
    from cachetui.pip_settings.apply import apply  # noqa: PLC0415
    from cachetui.pip_settings.effective import settings_of  # noqa: PLC0415

    del stop
    effect = apply(change, environ)
    post(Changed(effect, tuple([settings_of(portrait, environ) for portrait in portraits])))
