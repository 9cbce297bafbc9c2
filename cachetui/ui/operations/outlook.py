"""Find the outlook: what decides how much removals would free, such as protection and entries in use."""

from __future__ import annotations

import asyncio
import time

from cachetui.browsing.marks import Groups, groups_of
from cachetui.model import Inventory
from cachetui.preferences.model import Protection
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.in_use import PROTECTED
from cachetui.services.services import Services
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.workers import run_in_thread, start_worker

OUTLOOK_SECONDS = 5.0
"""Age in seconds from which an outlook is found again when marks or views change: pips may have started or ended."""

PAUSE = 0.5
"""Seconds to wait after the last change of marks or views before the outlook is found again: that slows down keys."""


async def find_outlook(screen: CacheScreen) -> None:
    """Find the outlook for the inventory, and apply it to the totals of the marks and to the protected rows."""
    inventory, protection = screen.inventory, screen.preferences.protection
    if inventory is None:
        return
    screen.outlook_at = time.monotonic()
    catalog = screen.model.catalog
    found = await run_in_thread(_outlook_of, screen.services, inventory, protection, screen.outlook, catalog.groups)
    if found is None or inventory is not screen.inventory:
        return
    screen.model.marks.set_outlook(found)
    protected = [
        catalog.entries[path] for path, why in found.stays.items() if why == PROTECTED and path in catalog.entries
    ]
    screen.model.protected_groups = dict(groups_of(protected, catalog))
    screen.outlook = found
    screen.marks = screen.model.mark_totals


def _outlook_of(
    services: Services, inventory: Inventory, protection: Protection, known: Outlook, groups: Groups
) -> Outlook | None:
    """Return the outlook; None if `known` is of the same inventory, and the same entries would stay.

    If it is new, also find which entries of each group a removal would keep, so that no key has to wait for that.
    """
    found = services.outlook(inventory, protection)
    if known.inventory is inventory and known.stays == found.stays:
        return None
    for _, group in groups:
        group.kept(found)
    return found


def renew_outlook(screen: CacheScreen) -> None:
    """Find the outlook again after a pause if it is at least `OUTLOOK_SECONDS` old; each call starts the pause anew."""
    if time.monotonic() >= screen.outlook_at + OUTLOOK_SECONDS:
        start_worker(screen, _find_after_pause, screen, group="outlook")


async def _find_after_pause(screen: CacheScreen) -> None:
    await asyncio.sleep(PAUSE)
    await find_outlook(screen)
