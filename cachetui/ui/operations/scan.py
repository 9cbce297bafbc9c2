"""Read the cache in a worker thread; the first time, show its entries as they are found."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress

from cachetui.browsing.catalog import Catalog
from cachetui.errors import CachetuiError
from cachetui.model import Batch, Entry, Inventory
from cachetui.pip.config.location import Location
from cachetui.services.services import Services
from cachetui.system.tree import reason
from cachetui.text.format import count
from cachetui.ui.activity import Activity
from cachetui.ui.cache_screen import CacheScreen, Reading
from cachetui.ui.operations.memory import delay_collections, settle_memory
from cachetui.ui.workers import run_in_thread, start_worker

DRAW_SECONDS = 0.6
"""Minimum number of seconds between two redraws during a scan, unless entries are waiting or no row is shown yet."""
SOON = 0.001
"""Minimum number of seconds from the arrival of entries to a redraw."""
MOST_TAKEN = 5_000
"""Number of entries after which the rest waits for the next redraw, because many more would delay keys."""
REST = 5
"""Minimum pause before the next redraw, as a multiple of the time of the last one; none before a row is shown."""
GROUP = "scan"
"""The group of the worker that scans."""


def start_scan(screen: CacheScreen, words: str = "") -> None:
    """Start to read the cache, or to read it again; `words` describe the activity while it is running."""
    start_worker(screen, _scan, screen, words, group=GROUP)


def cancel_scan(screen: CacheScreen) -> None:
    """Cancel a running scan, and discard its result."""
    screen.workers.cancel_group(screen, GROUP)


async def _scan(screen: CacheScreen, words: str) -> None:
    delay_collections()
    model, services = screen.model, screen.services
    is_first = screen.inventory is None and not model.catalog.entries
    if is_first:
        model.catalog.naming = True
    if screen.reading.error:
        screen.scanned = None
        screen.reading = Reading()
    before = model.catalog
    with screen.doing(Activity.SCANNING, words) as stop:
        stream = _Stream(screen) if is_first else None
        report = stream.report if stream is not None else None
        try:
            inventory, catalog = await run_in_thread(_read, services, before, report, stop=stop)
        except (CachetuiError, OSError) as error:
            reading = await run_in_thread(_unreadable, services.location, error)
        else:
            model.adopt(catalog)
            reading = Reading(inventory)
            del inventory, catalog
        finally:
            if stream is not None:
                stream.close()
    screen.reading = reading
    screen.catalog_changed()
    screen.call_after_refresh(settle_memory)


def _read(
    services: Services,
    before: Catalog,
    report: Callable[[Batch], None] | None,
    stop: Callable[[], bool],
) -> tuple[Inventory, Catalog]:
    """Return the inventory of a scan, and its catalog; also compute the totals of all groups.

    `before` is the catalog of the previous scan.
    """
    inventory = services.scan(before.entries, stop=stop, report=report)
    catalog = Catalog.of(inventory, before)
    for _, group in catalog.groups:
        group.compute_totals()
    return inventory, catalog


def _unreadable(location: Location, error: Exception) -> Reading:
    """Return a result that says why a cache cannot be read; this accesses the disk, which may take a while."""
    root = location.root
    why = f"{root} cannot be read: {reason(error)}." if isinstance(error, OSError) else str(error)
    try:
        missing = not (root.exists() or root.is_symlink())
    except OSError:  # if a parent is not readable, it is unknown whether the root exists
        missing = False
    return Reading(error=why, missing=missing and not location.named)


class _Stream:
    """Batches of a running scan, received from its thread and shown in portions."""

    def __init__(self, screen: CacheScreen) -> None:
        self._screen = screen
        self._loop = asyncio.get_running_loop()
        self._queue: deque[Batch] = deque()
        self._is_due = self._is_closed = False
        self._next_at = 0.0

    def report(self, batch: Batch) -> None:
        """Receive a batch; called in the scan's thread."""
        self._queue.append(batch)
        with suppress(RuntimeError):  # the event loop has been closed
            self._loop.call_soon_threadsafe(self._show_soon)

    def close(self) -> None:
        """Stop showing batches, because the scan has ended."""
        self._is_closed = True
        self._queue.clear()

    def _show_soon(self) -> None:
        if not (self._is_due or self._is_closed):
            self._is_due = True
            self._screen.set_timer(max(SOON, self._next_at - time.monotonic()), self._show)

    def _show(self) -> None:
        """Show what was found since the last redraw; once there are `MOST_TAKEN` entries, the rest waits."""
        self._is_due = False
        if self._is_closed or not self._queue:
            return
        started, screen = time.monotonic(), self._screen
        entries: dict[str, Entry] = {}
        while self._queue and len(entries) < MOST_TAKEN:
            batch = self._queue.popleft()
            entries.update({entry.path: entry for entry in batch.entries[:MOST_TAKEN]})
            if rest := batch.entries[MOST_TAKEN:]:
                self._queue.appendleft(batch._replace(entries=rest))
        show_batch(screen, batch, entries)
        least = 0 if self._queue else DRAW_SECONDS
        self._next_at = time.monotonic() + max(least, REST * (time.monotonic() - started))
        if not screen.model.catalog.projects and not batch.listed:
            self._next_at = 0.0  # show the first rows without delay
        if self._queue:
            self._show_soon()


def show_batch(screen: CacheScreen, batch: Batch, entries: Mapping[str, Entry]) -> None:
    """Show some entries of a running scan, and its progress according to `batch`, its latest batch."""
    screen.scanned = batch
    if not batch.listed:
        screen.show_progress(Activity.SCANNING, f"reading, {count(batch.files, 'file')}")
    elif batch.entries_found:
        words = f"naming {batch.named:,} of {batch.entries_found:,}"
        screen.show_progress(Activity.SCANNING, words, batch.named / batch.entries_found)
    screen.model.update(entries.values())
    screen.catalog_changed()
