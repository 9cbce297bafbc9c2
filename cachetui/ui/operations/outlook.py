"""Find what decides how much removals would free: what is protected, and what may be in use."""

from __future__ import annotations

import time

from cachetui.browsing.marks import groups_of
from cachetui.removal.in_use import PROTECTED
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.workers import run_in_thread, start_worker

OUTLOOK_SECONDS = 5.0
"""Seconds after which the outlook is found again when something is marked: pips start and end."""


async def find_outlook(screen: CacheScreen) -> None:
    """Find the outlook for the inventory, and apply it to the totals of the marks."""
    inventory, protection = screen.inventory, screen.preferences.protection
    if inventory is None:
        return
    screen.outlook_at = time.monotonic()
    catalog = screen.model.catalog
    found = await run_in_thread(screen.services.outlook, inventory, protection)
    known = screen.outlook
    if inventory is not screen.inventory or (known.inventory is inventory and known.stays == found.stays):
        return
    screen.model.marks.set_outlook(found)
    protected = [
        catalog.entries[path] for path, why in found.stays.items() if why == PROTECTED and path in catalog.entries
    ]
    screen.model.protected_groups = dict(groups_of(protected, catalog))
    screen.outlook = found
    screen.marks = screen.model.mark_totals


def renew_outlook(screen: CacheScreen) -> None:
    """Start finding the outlook again if it is not recent."""
    if time.monotonic() >= screen.outlook_at + OUTLOOK_SECONDS:
        start_worker(screen, find_outlook, screen, group="outlook")
