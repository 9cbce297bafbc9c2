"""The part of the app that reads: it starts scans beside the screen, and shows what they find."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.worker import Worker, get_current_worker

from cachetui.browsing.model import BrowserModel
from cachetui.model import Batch, Entry, Inventory
from cachetui.preferences.model import Preferences, Problem
from cachetui.text.format import count, disk_text, home_short
from cachetui.text.redact import redact_urls
from cachetui.ui import workers
from cachetui.ui.bindings import key_name
from cachetui.ui.browse.columns import Layout
from cachetui.ui.browse.view import Browse
from cachetui.ui.glyphs import ASCII, UNICODE, Glyphs
from cachetui.ui.tidy import Tidy
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.header import Header, Tab, Totals
from cachetui.ui.widgets.notices import Notices

if TYPE_CHECKING:
    from cachetui.pip.config.location import Interpreter, Location

TABS = (
    Tab("browse", "Browse", 1),
    Tab("audit", "Audit", 2),
    Tab("health", "Health", 3),
    Tab("why", "Why", 4),
    Tab("settings", "Settings", 5),
)
"""The views there are."""
TAKE_UP_SECONDS = 0.6
"""Least time between two redraws while a scan streams in, once all that it found is taken up."""
SOON = 0.001
"""Seconds until the first redraw: at once, but not from within a handler."""
MOST_TAKEN = 5_000
"""Entries taken up at once: more would hold up the keys."""
REST = 5
"""How many times longer than its last redraw the app waits at least before the next."""


class Reader(Tidy):
    """Owns what was read and what is marked of it."""

    def __init__(
        self,
        location: Location,
        *,
        read_only: bool = False,
        memory: bool = True,
        python: Interpreter | None = None,
        demo: bool = False,
        preferences: Preferences | None = None,
        clock: Callable[[], int] = time.time_ns,
        glyphs: Glyphs | None = None,
    ) -> None:
        """Make an app for the cache at a location.

        `clock` tells the present in nanoseconds since the epoch; `glyphs` are by default what the terminal can show.
        """
        no_colour = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if no_colour else None)  # its filter for no colour at all is chosen here
        if no_colour:
            self.theme = "ansi-dark"
        encoding = (getattr(sys.__stdout__, "encoding", None) or "utf-8").lower().replace("-", "")
        self.glyphs = glyphs or (UNICODE if encoding.startswith("utf") else ASCII)
        """The signs that the terminal can show."""
        self.location, self.read_only, self.demo = location, read_only, demo
        self.inventory: Inventory | None = None
        """What the last scan found; None before the first is done."""
        self.listing = BrowserModel()
        """What is shown and marked."""
        self.preferences = preferences = preferences or Preferences()
        """What the user prefers."""
        self.complaints: tuple[Problem, ...] = preferences.complaints
        """What is wrong with that."""
        self.listing.protect = preferences.protection
        chosen = "sort" in preferences.given
        self.listing.order = Layout(*preferences.sort, chosen, preferences.age, columns=preferences.columns)
        root = str(location.root)
        self.browse = Browse(self.listing, root, id=TABS[0].id)
        self.browse.python = python
        self.header = Header(TABS, root, (*(["read-only"] if read_only else []), *(["demo"] if demo else [])))
        self.notices = Notices()
        self._memory, self._python, self._clock = memory, python, clock
        self._queue: deque[Batch] = deque()
        self._last: Batch | None = None
        self._take_up_at = 0.0
        self._take_up_due = False
        self._turn = 0
        self._reading: Worker[None] | None = None
        self._told_turn = 0  # the reading of which it was said that it goes on
        self._difference: str | None = None

    @property
    def root_name(self) -> str:
        """The root as it is shown."""
        return shown(home_short(str(self.location.root)))

    def on_load(self) -> None:
        """Begin to read before there is anything to see."""
        self._read()

    def on_mount(self) -> None:
        """Show that it is being read."""
        self.header.tab = TABS[0].id
        self._tell_notices()
        self._show_reading()

    def _beside(self, job: Callable[..., None], *args: object, group: str) -> Worker[None]:
        """Run a job in a thread; it is told how to post messages, and when to stop."""

        def run(job: Callable[..., None]) -> None:
            worker = get_current_worker()
            job(post=self.post_message, stop=lambda: worker.is_cancelled)

        given_away = workers.once(partial(run, partial(job, *args)))
        return self.run_worker(given_away, thread=True, group=group, exclusive=True)

    def _read(self) -> None:
        first = self.inventory is None
        if first:
            self.listing.catalog.naming = True
        self._queue.clear()
        self._turn += 1
        listing = self.listing
        before = listing.catalog.entries, listing.order
        job = partial(workers.read_cache, self._turn, self.location, self._memory, self._queue, *before, tell=first)
        self._reading = self._beside(job, group="read")

    def _show_reading(self) -> None:
        files = ""
        if self._last is not None:
            files = f"{count(self._last.files, 'file')}, {disk_text(self._last.disk_usage)} so far"
        self.browse.show_plain(f"Reading {self.root_name}", files)

    @on(workers.Found)
    def _take_up_soon(self) -> None:
        if not self._take_up_due:
            self._take_up_due = True
            self.set_timer(max(SOON, self._take_up_at - time.monotonic()), self._take_up)

    def _take_up(self) -> None:
        """Show what a running scan has found since the last time."""
        self._take_up_due = False
        if self._reading is None or not self._queue:
            return
        started = time.monotonic()
        entries: dict[str, Entry] = {}
        while self._queue and len(entries) < MOST_TAKEN:
            self._last = self._queue.popleft()
            entries.update({entry.path: entry for entry in self._last.entries[:MOST_TAKEN]})
            if rest := self._last.entries[MOST_TAKEN:]:
                self._queue.appendleft(self._last._replace(entries=rest))
        self.listing.update(entries.values())
        if self.listing.catalog.projects or (self._last and self._last.listed):
            self._show_progress()
            self._show_rows()
            least = 0 if self._queue else TAKE_UP_SECONDS
            self._take_up_at = time.monotonic() + max(least, REST * (time.monotonic() - started))
        else:
            self._show_reading()  # the first rows are not to wait
        if self._queue:
            self._take_up_soon()

    def _show_progress(self) -> None:
        batch = self._last
        if batch is not None and not batch.listed:
            self.browse.tell_work(f"reading, {count(batch.files, 'file')}")
        elif batch is not None and batch.entries_found:
            words = f"naming {batch.named:,} of {batch.entries_found:,}"
            self.browse.tell_work(words, batch.named / batch.entries_found)

    @on(workers.Read)
    def _show_inventory(self, event: workers.Read) -> None:
        if event.turn != self._turn:
            return  # it was given up
        first = self.inventory is None
        self._end_reading()
        self._queue.clear()
        self._last = None
        self.inventory = event.inventory
        self.listing.adopt(event.catalog, event.tops)
        self.browse.tell_work()
        self._tell_notices()
        if event.inventory.entries or event.inventory.foreign:
            self._show_rows()
        else:
            self._show_empty()
        self.refresh_bindings()
        if first and not self.demo and not self.location.named:
            self._beside(partial(workers.ask_about, self.location, self._python), group="ask")

    def _end_reading(self) -> None:
        self._reading = None
        self.take_in_much()

    def _give_up_reading(self) -> None:
        """Stop a scan and forget what it found."""
        if self._reading is not None:
            self._turn += 1
            self._reading.cancel()
            self._end_reading()

    @property
    def resting(self) -> bool:
        """Whether nothing is being read."""
        return self._reading is None

    def _show_rows(self) -> None:
        self.browse.now = self._clock()
        self.browse.show_rows()
        catalog = self.listing.catalog
        self.header.totals = Totals(catalog.disk, catalog.projects, len(catalog.entries))

    def _show_empty(self) -> None:
        self.header.totals = None
        self.browse.show_plain(
            "The cache is empty",
            f"pip keeps nothing in {self.root_name} yet. What it downloads or builds will be listed here.",
            f"The place comes from {shown(self.location.said_by)}.",
            ways=((key_name(self, "cache.rescan"), "look again"), ("cachetui --demo", "try it on a made-up cache")),
        )

    @on(workers.Unread)
    def _show_error(self, event: workers.Unread) -> None:
        if event.turn != self._turn:
            return  # it was given up
        self._end_reading()
        self.inventory = None
        self.browse.tell_work()
        if event.missing and not self.location.named:
            self._show_empty()
        else:
            self.header.totals = None
            ways = ((key_name(self, "cache.rescan"), "look again"), (key_name(self, "app.quit"), "quit"))
            self.browse.show_plain("The cache cannot be read", shown(event.reason), ways=ways)
        self.refresh_bindings()

    @on(workers.Asked)
    def _tell_difference(self, event: workers.Asked) -> None:
        self._difference = event.difference
        self._tell_notices()

    def _tell_notices(self) -> None:
        location, inventory = self.location, self.inventory
        sentences = []
        if not location.enabled:
            by = f": {location.off_by}" if location.off_by else ""
            sentences.append(f"pip's cache is switched off{by}. This is what still lies in {location.root}.")
        if inventory is not None and not self.demo and inventory.root != str(location.root):
            sentences.append(f"{self.root_name} leads to {home_short(inventory.root)}.")
        sentences += [*location.notes, *([self._difference] if self._difference else [])]
        if inventory is not None and not inventory.recognised and inventory.foreign:
            sentences.append(f"{location.root} holds nothing that pip writes: it may be something else.")
        if inventory is not None and not inventory.complete:
            again = key_name(self, "cache.rescan")
            sentences.append(f"Reading was stopped: not everything is listed. {again} reads it again.")
        if inventory is not None and inventory.errors:
            path, reason = inventory.errors[0]
            some = count(len(inventory.errors), "place")
            sentences.append(f"{some} could not be read, such as {path or location.root}: {reason}.")
        if self.complaints:
            sentences.append(self._complaint())
        self.notices.sentences = tuple([shown(redact_urls(sentence)) for sentence in sentences])

    def _complaint(self) -> str:
        """Return what is wrong with the preferences, in one sentence: what stops removals before all else."""
        preferences, complaint = self.preferences, self.complaints[0]
        if preferences.refusal:
            return preferences.refusal
        others = len(self.complaints) - 1
        more = f" And {count(others, 'further thing')}: see `cachetui preferences`." if others else ""
        return f"Preferences, {complaint}.{more}"

    def action_rescan(self) -> None:
        """Read the cache again."""
        if self._reading is not None:
            if self._told_turn != self._turn:
                self.notify("The cache is being read just now.", markup=False)
            self._told_turn = self._turn
            return
        if self.inventory is None:
            self._last = None
            self._show_reading()
        else:
            self.browse.tell_work("looking again")
        self._read()
        self.refresh_bindings()
