"""Find in a worker thread which environments use the entries."""

from __future__ import annotations

from threading import Event

from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.workers import run_in_thread


async def find_usage(screen: CacheScreen) -> None:
    """Find which environments use the entries of the inventory, and set `usage` of the screen."""
    inventory, preferences = screen.inventory, screen.preferences
    if inventory is None:
        return
    usage = await run_in_thread(screen.services.usage, inventory, preferences, stop=Event())
    if inventory is screen.inventory:
        screen.usage = usage
