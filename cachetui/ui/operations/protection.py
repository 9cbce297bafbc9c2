"""Protect projects or end their protection, and reload the preferences while the browser is open."""

from __future__ import annotations

from cachetui.browsing.catalog import project_key
from cachetui.errors import CachetuiError
from cachetui.preferences.model import Preferences
from cachetui.ui.bindings import key_name
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.widgets.cells import shown
from cachetui.ui.workers import run_in_thread


async def reload_preferences(screen: CacheScreen) -> Preferences:
    """Read the preferences again, apply their protection, and return them.

    Theme, keys, columns and order do not change: their preferences count at the start only.
    """
    preferences = await run_in_thread(screen.services.read_preferences)
    before, screen.preferences = screen.preferences, preferences
    if preferences.protection != before.protection:
        screen.model.set_protection(preferences.protection)
        screen.catalog_changed()
    return preferences


async def toggle_protection(screen: CacheScreen, project: str) -> None:
    """Protect a project from removal, or end the protection that the user chose in the browser.

    If the preferences file alone protects all entries of the project, change nothing, and notify the user.
    """
    async with screen.protecting:
        await _toggle(screen, project)


async def _toggle(screen: CacheScreen, project: str) -> None:
    preferences, services = await reload_preferences(screen), screen.services
    protection, entries = preferences.protection, screen.model.catalog.group(project_key(project)).entries
    is_chosen = project in protection.chosen
    if is_chosen and services.read_only:
        screen.notify("Read-only: protection is not lifted here.", severity="warning", markup=False)
        return
    by_file = await run_in_thread(services.protected, tuple(screen.model.catalog.entries.values()), protection.of_file)
    left = sum([entry.path in by_file for entry in entries])
    file = f"`protect` in {preferences.path}"
    if not is_chosen and entries and left == len(entries):
        screen.notify(shown(f"{project} is protected by {file}: change it there."), markup=False)
        return
    try:
        await run_in_thread(services.save_protected, project, not is_chosen)
    except CachetuiError as error:
        screen.fail(str(error))
        return
    await reload_preferences(screen)
    if is_chosen:
        words = f"{project} is no longer protected here{f', but {file} protects it still' if left else ''}."
    else:
        words = f"{project} is protected: it is not removed. {key_name(screen.app, 'rows.protect')} ends that."
    screen.notify(shown(words), markup=False)
