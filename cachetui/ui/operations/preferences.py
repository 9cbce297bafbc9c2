"""Reload the preferences while the browser is open, and apply what they protect."""

from __future__ import annotations

from cachetui.browsing.marks import ProtectedEntries
from cachetui.preferences.model import Preferences
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.workers import run_in_thread


async def reload_preferences(screen: CacheScreen) -> Preferences:
    """Read the preferences again, apply what they protect, and return them.

    Theme, keys and columns stay as they were at the start.
    """
    preferences = await run_in_thread(screen.services.read_preferences)
    before, screen.preferences = screen.preferences, preferences
    if preferences.protection.written != before.protection.written:
        screen.model.set_protection(preferences.protection)
        screen.catalog_changed()
    return preferences


async def find_protected(screen: CacheScreen) -> None:
    """Find which entries of the catalog are protected, for the totals of the marks."""
    inventory, model, protection = screen.inventory, screen.model, screen.preferences.protection
    protected_entries, catalog = ProtectedEntries(), model.catalog
    if inventory is not None and protection.terms:
        paths = await run_in_thread(screen.services.protected, inventory.entries, protection)
        protected_entries = await run_in_thread(ProtectedEntries.of, catalog, paths)
    model.protected_entries = protected_entries
    screen.marks = model.mark_totals
