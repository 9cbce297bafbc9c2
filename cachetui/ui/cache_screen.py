"""State of the screen of one cache, which views and operations share."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from textual.reactive import Reactive, var
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from cachetui.browsing.model import BrowserModel, MarkTotals
from cachetui.model import Batch, Inventory
from cachetui.preferences.model import Preferences
from cachetui.removal.freed_bytes import Outlook
from cachetui.services.services import Services
from cachetui.text.format import home_short
from cachetui.ui.activity import WISHES, Activities, Activity, ActivityProgress, Wish, refusal
from cachetui.ui.bindings import key_name
from cachetui.ui.widgets.cells import shown

if TYPE_CHECKING:  # imported for types only, for a faster start
    from packaging.tags import Tag

    from cachetui.caches.source import OtherCache
    from cachetui.environments.used_by import Usage
    from cachetui.interpreters.info import InterpreterInfo
    from cachetui.pip_settings.effective import PipSettings
    from cachetui.removal.execute import RemovalOutcome

REFUSAL_SECONDS = 12
"""Minimum number of seconds for which a warning about a failure is shown."""


@dataclass(frozen=True, eq=False)
class Reading:
    """The result of the last scan; if it has neither an inventory nor an error, the result is still awaited."""

    inventory: Inventory | None = None
    """The inventory; None if the cache cannot be read or the result is still awaited."""
    error: str = ""
    """The reason why the cache cannot be read (a sentence); untrusted text; empty if there is none."""
    missing: bool = False
    """Whether the root does not exist and the user did not name it; such a cache is shown as empty."""

    def page(self, name: str, *, waiting: str, empty: str) -> tuple[str, str] | None:
        """Return a title and a sentence to show in place of an inventory; None if there is an inventory.

        `name` is the name of the cache, `waiting` the sentence while the result is still awaited, and `empty` the
        sentence for a missing cache.
        """
        if self.inventory is not None:
            return None
        if not self.error:
            return f"Reading {shown(home_short(name))}", waiting
        return ("The cache is empty", empty) if self.missing else ("The cache cannot be read", shown(self.error))


@dataclass(frozen=True, eq=False)
class Pythons:
    """The Pythons on this system that have been found so far."""

    state: Literal["waiting", "looking", "done"] = "waiting"
    """The state of the search."""
    settings: tuple[PipSettings, ...] = ()
    """The settings of each Python's pip."""
    working: tuple[InterpreterInfo, ...] = ()
    """The Pythons that work, once the search has ended."""
    tags: tuple[frozenset[Tag], ...] = ()
    """The tags that each Python supports; empty before a search has ended, or if they are not known.

    For a Python that does not report its tags, these are the tags that it may support.
    """
    doubts: tuple[str, ...] = ()
    """Sentences about Pythons that do not report their tags, and about the consequences; untrusted text."""

    def with_settings(self, changed: Sequence[PipSettings]) -> Pythons:
        """Return a copy in which the Pythons found first have the settings `changed`; the others keep theirs."""
        return replace(self, settings=(*changed, *self.settings[len(changed) :]))


class CacheScreen(Screen[None]):
    """The state of one cache, as reactives that views bind to, and its running activities."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)  # focus changes: the widgets redraw themselves
    reading: var[Reading] = var(Reading(), bindings=True)
    scanned: var[Batch | None] = var(None, always_update=True)
    """The latest batch of the first scan; None if there was none yet."""
    revision: var[int] = var(0)
    """The model's `generation`, which grows with each change of the catalog and of the protection preferences."""
    marks: var[MarkTotals] = var(MarkTotals(), always_update=True)
    pythons: var[Pythons] = var(Pythons())
    usage: var[Usage | None] = var(None)
    """Uses of the entries by the environments on this system; None before they have been found."""
    preferences: var[Preferences] = var(Preferences())
    outlook: var[Outlook] = var(Outlook())
    """Conditions that decide what a removal would free at present."""
    activities: var[Activities] = var({}, bindings=True)
    others: var[tuple[OtherCache, ...]] = var(())
    """The other caches on this machine that have been found."""
    difference: var[str | None] = var(None)
    """How the location that pip itself reports differs from the root (a sentence); None if it is equal or unknown."""

    def __init__(self, services: Services, preferences: Preferences) -> None:
        super().__init__()
        self.services = services
        self.model = BrowserModel(tool=services.tool)
        """The view model of Browse, which holds the marks."""
        self.set_reactive(CacheScreen.preferences, preferences)
        self.model.protect = preferences.protection
        self.outcomes: tuple[RemovalOutcome, ...] = ()
        """The results of the removals so far."""
        self.disk_before = self.disk_left = 0
        """The allocated bytes of all entries before the first removal, and after the last."""
        self.protecting = Lock()
        """Lock, held while the user's choice of protected projects is changed, and while a plan reads it."""
        self.outlook_at = 0.0
        """The time at which the outlook was last looked for, by the monotonic clock, in seconds."""
        self.export_folder = "./wheels"
        """The folder that is proposed for an export: the one that was used last."""
        self.question: ModalScreen[bool] | None = None
        """The open question about a running activity."""
        self.leaving = False
        """Whether the app ends as soon as the running writes are finished."""
        self._stops: dict[Activity, Event] = {}

    @property
    def inventory(self) -> Inventory | None:
        """The inventory of the last scan; None before the first scan ends, or if the cache cannot be read."""
        return self.reading.inventory

    @property
    def root(self) -> Path:
        """The cache's root."""
        return self.services.location.root

    # Running activities

    @contextmanager
    def doing(self, activity: Activity, words: str = "", part: float | None = None) -> Iterator[Event]:
        """Show an activity while the block runs; yield the event that `stop` sets to end it."""
        event = self.begin(activity, words, part)
        try:
            yield event
        finally:
            if self._stops.get(activity) is event:
                self.end(activity)

    def begin(self, activity: Activity, words: str = "", part: float | None = None) -> Event:
        """Show an activity until `end` is called; return the event that `stop` sets to end it."""
        event = self._stops[activity] = Event()
        self.show_progress(activity, words, part)
        return event

    def end(self, activity: Activity) -> None:
        """Remove an activity from those that are shown."""
        self._stops.pop(activity, None)
        self.activities = {one: how for one, how in self.activities.items() if one is not activity}

    def show_progress(self, activity: Activity, words: str, part: float | None = None) -> None:
        """Show the progress of a running activity."""
        if activity in self._stops:
            self.activities = {**self.activities, activity: ActivityProgress(words, part)}

    def is_doing(self, *activities: Activity) -> bool:
        """Return whether any of `activities` is running."""
        return any(activity in self.activities for activity in activities)

    def stop(self, *activities: Activity) -> None:
        """Stop activities early; keep what they have done so far."""
        for activity in activities:
            if (event := self._stops.get(activity)) is not None:
                event.set()

    def refuse(self, wish: Wish) -> bool:
        """Return whether an action cannot currently begin, and if it cannot, show the user why."""
        was_read = self.inventory is not None or wish in ("read it again", "open another cache")
        why = refusal(wish, self.activities, key_name(self.app, "app.stop"), was_read=was_read)
        if why is not None:
            self.notify(why, severity="warning", markup=False)
        return why is not None

    def explain_disabled(self, action: str) -> None:
        """Show the user why a key's action is disabled, if there is a reason to show."""
        wish = WISHES.get(action.removeprefix("screen."))
        if wish is None or (not self.reading.error and self.refuse(wish)):
            return
        if not self.model.catalog.entries:
            is_empty = self.inventory is not None or self.reading.missing
            why = "The cache is empty" if is_empty else "The cache cannot be read"
            self.notify(f"{why}: there is nothing to {wish}.", markup=False)

    @property
    def is_covered(self) -> bool:
        """Whether a dialog is open."""
        return self.app.screen is not self

    def fail(self, sentence: str) -> None:
        """Notify the user of a failure; the sentence may quote untrusted text."""
        self.notify(shown(sentence), severity="error", markup=False)

    def dismiss_question(self) -> None:
        """Close the question about an activity that has ended."""
        if self.question is not None and self.app.screen is self.question:
            self.question.dismiss(False)
        self.question = None

    # Changes

    def catalog_changed(self) -> None:
        """Make the views show the changed model."""
        self.revision = self.model.generation
        self.marks = self.model.mark_totals
