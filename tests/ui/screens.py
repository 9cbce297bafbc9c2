"""Apps to look at, and their screens as plain text."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

from packaging.tags import Tag
from textual.app import App
from textual.pilot import Pilot

from cachetui.environments.installed import Environment
from cachetui.environments.used_by import Usage, usage_of
from cachetui.insight.health.finding import Finding
from cachetui.insight.health.verification import VerificationProgress, Verified
from cachetui.insight.why.explanation import Explanation
from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python
from cachetui.labels import Facts, Label
from cachetui.model import Batch, Entry, Inventory
from cachetui.pip.config.location import Location
from cachetui.pip_settings.apply import Effect
from cachetui.pip_settings.change import RequestedChange, SettingsChange
from cachetui.pip_settings.effective import PipSettings
from cachetui.preferences.model import Preferences, Protection
from cachetui.removal.execute import RemovalOutcome, RemovalProgress
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.plan import Plan
from cachetui.services.services import Services
from cachetui.system.tree import never
from cachetui.ui.activity import Activity
from cachetui.ui.app import CachetuiApp
from cachetui.ui.operations.scan import show_batch
from tests.ui.cache import NOW

SNAPSHOTS = Path(__file__).with_name("snapshots")
"""Screens as they should be; `UPDATE_SNAPSHOTS=1` writes them anew, to be read before they are committed."""
PLACE = Path("/home/user/.cache/pip")
"""Path of the made-up caches; nothing is there."""


class Stage:
    """Results of the services of a `Still`: tests set them, then start the work that uses them."""

    def __init__(self, inventory: Inventory | None) -> None:
        self.inventory = inventory
        """The result of a scan; None for one that goes on until it is stopped."""
        self.stopped_inventory: Inventory | None = None
        """The result of a scan that is stopped."""
        self.batches: list[Batch] = []
        """Batches that a scan reports on its way."""
        self.may_report = Event()
        """Set as soon as a scan may report."""
        self.may_report.set()
        self.error: Exception | None = None
        """Error that a scan raises instead."""
        self.findings: tuple[Finding, ...] = ()
        """The result of a check."""
        self.checking: Callable[[Callable[[], bool]], tuple[Finding, ...]] | None = None
        """Checks instead; gets `stop`."""
        self.verified = Verified((), 0, 0, False)
        """The result of a verification."""
        self.verification: Callable[[Callable[[], bool], Callable[[VerificationProgress], None]], Verified] | None = (
            None
        )
        """Verifies instead; gets `stop` and `report`."""
        self.explanation: Callable[[str, Callable[[], bool]], Explanation] | None = None
        """Answers questions; gets `stop`, too. None for the real one."""
        self.preferences = Preferences()
        """The preferences, whenever they are read."""
        self.planning: Callable[[], Plan] | None = None
        """Plans any removal; None for the real one."""
        self.removal: Callable[[Plan, Callable[[], bool], Callable[[RemovalProgress], None]], RemovalOutcome] | None = (
            None
        )
        """Carries out a plan; gets `stop` and `report`, too. None for the real one."""
        self.difference: str | None = None
        """How pip's own answer differs from the location."""
        self.pythons: tuple[PipSettings, ...] = ()
        """The Pythons that are found, and the settings of their pips."""
        self.environments: tuple[Environment, ...] = ()
        """The environments that are found."""
        self.search: Callable[[Callable[[], bool]], Iterator[InterpreterInfo]] | None = None
        """Finds Pythons in place of those; gets `stop`."""
        self.change: Callable[[InterpreterInfo, RequestedChange, str | None], SettingsChange] | None = None
        """Plans a change of a pip's settings; None for the real plan."""
        self.effect: Callable[[SettingsChange], Effect] | None = None
        """Carries out such a change; None to have the real pip do it."""
        self.available = 16_000_000_000
        """Bytes that are free on the file system of the cache."""
        self.before_facts: Callable[[], object] = bool
        """Called before facts are found."""

    @property
    def ends(self) -> bool:
        """Whether a scan ends by itself."""
        return self.inventory is not None or self.error is not None


@dataclass(frozen=True)
class StillServices(Services):
    """Services that return the results of a stage; all else is real."""

    stage: Stage = field(default_factory=lambda: Stage(None))

    def scan(
        self,
        known: Mapping[str, Entry],
        *,
        stop: Callable[[], bool] = never,
        report: Callable[[Batch], None] | None = None,
    ) -> Inventory:
        """Return the stage's result."""
        if self.stage.error is not None:
            raise self.stage.error
        if report is not None:
            self.stage.may_report.wait()
            for batch in self.stage.batches:
                report(batch)
        while self.stage.inventory is None:
            if self.stage.error is not None:
                raise self.stage.error
            if stop():
                return self.stage.stopped_inventory or Inventory(str(self.location.root), complete=False)
            time.sleep(0.001)
        return self.stage.inventory

    def read_preferences(self) -> Preferences:
        """Return the stage's result."""
        return self.stage.preferences

    def ask_pip(self, *, stop: Callable[[], bool] = never) -> str | None:
        """Return the stage's result."""
        return self.stage.difference

    def outlook(self, inventory: Inventory, protection: Protection, *, exact: bool = False) -> Outlook:
        """Return the real outlook, but the stage's free bytes."""
        found = super().outlook(inventory, protection, exact=exact)
        return replace(found, available=self.stage.available)

    def plan_removal(
        self, inventory: Inventory, entries: Iterable[Entry], preferences: Preferences, *, purge: bool = False
    ) -> Plan:
        """Return the stage's plan, or make a real one."""
        if self.stage.planning is not None:
            return self.stage.planning()
        return super().plan_removal(inventory, entries, preferences, purge=purge)

    def remove(
        self,
        plan: Plan,
        inventory: Inventory,
        preferences: Preferences,
        *,
        stop: Callable[[], bool] = never,
        report: Callable[[RemovalProgress], None] | None = None,
    ) -> RemovalOutcome:
        """Carry out the plan with the stage's function."""
        assert self.stage.removal is not None and report is not None
        return self.stage.removal(plan, stop, report)

    def check(self, inventory: Inventory, *, stop: Callable[[], bool] = never) -> tuple[Finding, ...]:
        """Return the stage's result."""
        return self.stage.findings if self.stage.checking is None else self.stage.checking(stop)

    def verify(
        self,
        inventory: Inventory,
        *,
        stop: Callable[[], bool] = never,
        report: Callable[[VerificationProgress], None] = lambda _: None,
    ) -> Verified:
        """Return the stage's result."""
        return self.stage.verified if self.stage.verification is None else self.stage.verification(stop, report)

    def facts(
        self,
        entries: Collection[Entry],
        words: Collection[Label],
        *,
        protect: Callable[[Entry, Facts], bool] | None = None,
        tags: Collection[frozenset[Tag]] = (),
        usage: Usage | None = None,
    ) -> Facts:
        """Call the stage's `before_facts`, then find facts."""
        self.stage.before_facts()
        return super().facts(entries, words, protect=protect, tags=tags, usage=usage)

    def usage(self, inventory: Inventory, preferences: Preferences, *, stop: Callable[[], bool] = never) -> Usage:
        """Return which of the stage's environments use the entries."""
        return usage_of(inventory.entries, self.stage.environments, inventory.root)

    def find_pythons(self, *, stop: Callable[[], bool] = never) -> Iterator[InterpreterInfo]:
        """Yield the stage's Pythons."""
        if self.stage.search is not None:
            return self.stage.search(stop)
        return iter([settings.interpreter for settings in self.stage.pythons])

    def pip_settings(self, python: InterpreterInfo) -> PipSettings:
        """Return the stage's settings of a Python, or the real ones if it has none."""
        known = {settings.interpreter.python.executable: settings for settings in self.stage.pythons}
        return known.get(python.python.executable) or super().pip_settings(python)

    def plan_change(self, python: InterpreterInfo, wish: RequestedChange, root: str | None = None) -> SettingsChange:
        """Plan the change with the stage's function."""
        if self.stage.change is None:
            return super().plan_change(python, wish, root)
        return self.stage.change(python, wish, root)

    def change_settings(self, change: SettingsChange) -> Effect:
        """Carry out the change with the stage's function."""
        return super().change_settings(change) if self.stage.effect is None else self.stage.effect(change)

    def explain(self, text: str, inventory: Inventory, *, stop: Callable[[], bool] = never) -> Explanation:
        """Return the stage's result."""
        if self.stage.explanation is None:
            return super().explain(text, inventory, stop=stop)
        return self.stage.explanation(text, stop)


class Recorded(CachetuiApp):
    """The app, and all of its notifications."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.told: list[str] = []
        """The notifications, oldest first."""

    def notify(self, message: str, **options: Any) -> None:
        """Record a notification."""
        self.told.append(message)
        super().notify(message, **options)


class Still(Recorded):
    """The app over a given inventory: no files are read and the time is fixed."""

    def __init__(
        self,
        inventory: Inventory | None,
        *,
        read_only: bool = False,
        location: Location | None = None,
        stage: Stage | None = None,
        python: Python | None = None,
        demo: bool = False,
        find_pythons_here: bool = False,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.stage = stage or Stage(inventory)
        super().__init__(
            StillServices(
                location or Location(PLACE, "--cache-dir", named=True, enabled=True),
                read_only=read_only,
                memory=False,
                python=python,
                demo=demo,
                find_pythons_here=find_pythons_here,
                environ=environ,
                clock=lambda: NOW,
                stage=self.stage,
            )
        )

    @asynccontextmanager
    async def run_test(self, **options: Any) -> AsyncIterator[Pilot[None]]:
        """Run the app, and begin once the first scan has ended, if it ends."""
        async with super().run_test(**options) as pilot:
            end = time.monotonic() + PATIENCE
            while self.stage.ends and self.main.is_doing(Activity.SCANNING):
                assert time.monotonic() < end, f"the first scan never ended\n{self.text}"
                await asyncio.sleep(0.001)
            await pilot.pause()
            yield pilot

    def stream(self, entries: list[Entry], named: int, found: int, listed: bool = True) -> None:
        """Show entries as those of a running scan."""
        files = sum(len(entry.files) for entry in entries)
        batch = Batch(tuple(entries), files, 1_000_000, named, found, listed)
        show_batch(self.main, batch, {entry.path: entry for entry in entries})

    @property
    def text(self) -> str:
        """The screen as plain text."""
        return text_of(self)

    @property
    def lines(self) -> list[str]:
        """The lines of the screen that are not blank."""
        return [line for line in self.text.splitlines() if line.strip()]

    @property
    def marked(self) -> set[str]:
        """The identities of the marked entries."""
        return {entry.path for entry in self.main.model.marks}


def text_of(app: App[None]) -> str:
    """Return the screen of an app as plain text."""
    strips = app.screen._compositor.render_strips(app.screen.size)
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"


async def settled(pilot: Pilot[None]) -> None:
    """Wait until no worker is running, except those that wait for an answer, and all results are shown."""
    app, calm, end = pilot.app, 0, time.monotonic() + PATIENCE
    while calm < 2:  # a dialog that has just been opened begins its work only then
        await pilot.pause()
        lower = app.screen_stack[:-1]
        calm += 1
        running = [
            worker
            for worker in app.workers
            if worker.is_running and not (worker.group in WAITING and worker.node.screen in lower)
        ]
        if running:
            assert time.monotonic() < end, f"still running on {app.screen_stack}: {running}\n{text_of(app)}"
            calm = 0
            await asyncio.sleep(0.001)


async def click(pilot: Pilot[None], words: str) -> None:
    """Click the first cell of words on the screen; they must be there once."""
    lines = text_of(pilot.app).splitlines()
    (place,) = [(line.index(words), y) for y, line in enumerate(lines) if words in line]
    await pilot.click(offset=place)


PATIENCE = 180
"""Seconds after which a condition is taken for one that never holds, also on a busy machine."""


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "what was waited for never came"
        await asyncio.sleep(0.001)
        await pilot.pause()


WAITING = ("removal", "rules", "export", "question", "quit", "settings", "save", "accept", "open")
"""Groups of workers that wait for answers of the user."""


def check(name: str, screen: str) -> None:
    """Compare a screen with its snapshot."""
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(screen, encoding="utf-8")
    assert screen == path.read_text(encoding="utf-8")
