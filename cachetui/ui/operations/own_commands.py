"""Show commands of the program that fills a cache, in place of marking and removing entries."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from cachetui.model import Entry
from cachetui.ui.activity import Activity
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.workers import run_in_thread, start_worker


def instead_of_marking(screen: CacheScreen) -> Callable[[Collection[Entry]], None] | None:
    """Return a function to call with entries instead of marking them; None if cachetui may remove entries here."""
    return partial(begin_own_commands, screen) if screen.services.conduct.refusal else None


def begin_own_commands(screen: CacheScreen, entries: Collection[Entry]) -> None:
    """Start a worker that shows the commands that remove the given entries."""
    start_worker(screen, show_own_commands, screen, entries, group="own commands")


async def show_own_commands(screen: CacheScreen, entries: Collection[Entry]) -> None:
    """Show the commands that remove the given entries; without entries, those that remove whatever is not used."""
    from cachetui.ui.dialogs.own_commands import OwnCommandsDialog  # noqa: PLC0415 - the first screen does not wait

    inventory = screen.inventory
    if inventory is None:
        screen.refuse("review")
        return
    with screen.doing(Activity.PLANNING, "asking what would come back") as stop:
        own = await run_in_thread(screen.services.own_commands, inventory, entries, stop=stop)
    if not (screen.is_covered or stop.is_set()):
        await screen.app.push_screen(OwnCommandsDialog(own))
