"""Remove entries: plan, review, removal in a worker thread, result."""

from __future__ import annotations

from collections.abc import Collection
from time import monotonic

from cachetui.errors import CachetuiError
from cachetui.model import Entry, Inventory
from cachetui.preferences.model import Preferences
from cachetui.removal.execute import RemovalOutcome, RemovalProgress
from cachetui.removal.plan import Plan
from cachetui.system.tree import reason
from cachetui.text.format import count, disk_text
from cachetui.ui.activity import Activity
from cachetui.ui.bindings import key_name
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.dialogs.confirm import ResultDialog, summary
from cachetui.ui.dialogs.review import PurgeReview, Review
from cachetui.ui.operations.outlook import find_outlook
from cachetui.ui.operations.own_commands import begin_own_commands
from cachetui.ui.operations.protection import reload_preferences
from cachetui.ui.operations.scan import cancel_scan, start_scan
from cachetui.ui.terminal import notify_outside
from cachetui.ui.workers import reporter, run_in_thread, start_worker

LONG_SECONDS = 10
"""Seconds that a removal must take for its end to be announced outside the app, if another window has the focus."""


def begin_removal(screen: CacheScreen, entries: Collection[Entry], *, purge: bool) -> None:
    """Start to plan the removal of entries, and then to review and carry it out, unless an activity forbids it.

    In a cache from which cachetui removes nothing, show commands of the program that fills the cache instead. `purge`
    says whether `entries` are all entries of the cache.
    """
    inventory = screen.inventory
    if screen.services.conduct.refusal:
        begin_own_commands(screen, entries)
        return
    # a removal that was agreed to may not have begun yet
    is_removing = any(worker.is_running and worker.group == "removal" for worker in screen.workers)
    if screen.refuse("review") or is_removing or inventory is None:
        return
    if not purge and not entries:
        screen.notify(f"Nothing is marked yet: {key_name(screen.app, 'marks.toggle')} marks a row.", markup=False)
        return
    screen.begin(Activity.PLANNING)  # drop keys from now on, not only once the worker has started
    start_worker(screen, review_and_remove, screen, inventory, entries, purge, group="removal")


async def review_and_remove(screen: CacheScreen, inventory: Inventory, entries: Collection[Entry], purge: bool) -> None:
    """Plan the removal of entries, show the review, remove what the user accepted, and show the result.

    `purge` says whether all entries are to be removed.
    """
    with screen.doing(Activity.PLANNING, "planning the removal"):
        async with screen.protecting:
            preferences = await reload_preferences(screen)
        try:
            await find_outlook(screen)
            plan = await run_in_thread(screen.services.plan_removal, inventory, entries, preferences, purge=purge)
        except (CachetuiError, OSError) as error:
            screen.fail(
                f"The removal cannot be planned: {reason(error)}." if isinstance(error, OSError) else str(error)
            )
            return
    if screen.is_covered or screen.inventory is None:
        return
    root = str(screen.root)
    notes = () if plan.root == root or inventory.made_up else (f"{root} leads to {plan.root}",)
    known, way_out = tuple(screen.model.catalog.entries.values()), screen.services.way_out
    if preferences.read_only:
        way_out = preferences.way_out
    read_only = screen.services.read_only or preferences.read_only
    forbidden = f"Read-only: nothing is removed here. {way_out} to remove." if read_only else ""
    review = (PurgeReview if purge else Review)(plan, notes, known, forbidden=forbidden)
    if await screen.app.push_screen_wait(review):
        await _remove(screen, plan, inventory)


async def _remove(screen: CacheScreen, plan: Plan, inventory: Inventory) -> None:
    cancel_scan(screen)
    if not screen.outcomes:
        screen.disk_before = screen.disk_left = inventory.disk_usage

    def show(progress: RemovalProgress) -> None:
        words = f"removing {progress.entries:,} of {progress.of:,}, freed {disk_text(progress.freed)}"
        screen.show_progress(Activity.REMOVING, words, progress.entries / max(1, progress.of))

    outcome: RemovalOutcome | None = None
    began = monotonic()
    with screen.doing(Activity.REMOVING, f"removing {count(len(plan.entries), 'entry')}", 0.0) as stop:
        preferences: Preferences = await reload_preferences(screen)
        try:
            outcome = await run_in_thread(
                screen.services.remove, plan, inventory, preferences, stop=stop, report=reporter(show, 0)
            )
        except (CachetuiError, OSError) as error:
            broken = "The removal broke off: {}. What has been removed stays removed; the rest is kept."
            screen.fail(broken.format(reason(error)) if isinstance(error, OSError) else str(error))
    screen.dismiss_question()
    if outcome is not None:
        screen.outcomes += (outcome,)
        gone = {*outcome.removed, *outcome.vanished}
        screen.disk_left = await run_in_thread(inventory.disk_usage_without, gone)
        if monotonic() - began > LONG_SECONDS:
            notify_outside(screen.app, preferences.notify, summary(outcome))
    if screen.leaving:
        return
    if outcome is not None:
        _forget_removed(screen, plan, outcome)
    start_scan(screen, "refreshing")
    if outcome is not None and outcome.kept:
        await screen.app.push_screen_wait(ResultDialog(outcome, inventory.entries, plan.root))
    elif outcome is not None:
        screen.notify(summary(outcome), markup=False)


def _forget_removed(screen: CacheScreen, plan: Plan, outcome: RemovalOutcome) -> None:
    """Drop from the model each entry that has lost all its files, without waiting for the next scan."""
    gone = {*outcome.removed, *outcome.vanished}
    wholly = [entry for entry in plan.entries if entry.files and gone.issuperset([file.path for file in entry.files])]
    screen.model.drop([entry.path for entry in wholly])
    screen.catalog_changed()
