"""Stop an activity, or quit; ask first if something would be lost, and wait for files that are being written."""

from __future__ import annotations

from contextlib import suppress

from textual.worker import WorkerFailed

from cachetui.text.format import count, removed
from cachetui.ui.activity import Activity
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.dialogs.confirm import ConfirmQuestion
from cachetui.ui.workers import start_worker

WRITERS = {Activity.REMOVING: "removal", Activity.EXPORTING: "export", Activity.CHANGING_PIP: "settings"}
"""Activities that write, each with the group of its workers; the app waits for these workers before it ends."""


def stop_activity(screen: CacheScreen) -> None:
    """Stop the first of these that is running: planning, an export, a removal if the user agrees, or a scan."""
    if screen.is_doing(Activity.PLANNING):
        for group in ("rules",) if screen.is_doing(Activity.REMOVING) else ("removal", "rules"):
            screen.workers.cancel_group(screen, group)
        screen.end(Activity.PLANNING)
    elif screen.is_doing(Activity.EXPORTING):
        screen.stop(Activity.EXPORTING)
    elif screen.is_doing(Activity.REMOVING):
        start_worker(screen, stop_removal, screen, group="question")
    else:
        screen.stop(Activity.SCANNING)


async def stop_removal(screen: CacheScreen) -> None:
    """Ask whether to stop the running removal, and stop it if the user agrees."""
    if not screen.is_doing(Activity.REMOVING):
        return
    words = "What has been removed stays removed; the rest is kept."
    screen.question = question = ConfirmQuestion("Stop removing?", words, yes="Yes, stop", no="No, continue")
    is_agreed = await screen.app.push_screen_wait(question)
    screen.question = None
    if is_agreed:
        screen.stop(Activity.REMOVING)


async def quit_app(screen: CacheScreen, exit_code: int) -> None:
    """End the app; ask first if marks would be lost or work would be stopped."""
    if lost := lost_by_quitting(screen):
        question = ConfirmQuestion("Quit?", *lost, yes="Yes, quit", no="No, stay")
        if screen.is_doing(*WRITERS):
            screen.question = question
        is_agreed = await screen.app.push_screen_wait(question)
        screen.question = None
        if not is_agreed:
            return
    screen.leaving = True
    screen.stop(*WRITERS)
    writers = [group for activity, group in WRITERS.items() if screen.is_doing(activity)]
    for worker in [worker for worker in screen.workers if worker.group in writers and worker.is_running]:
        with suppress(WorkerFailed):
            await worker.wait()
    screen.app.exit(return_code=exit_code)


def lost_by_quitting(screen: CacheScreen) -> list[str]:
    """Return sentences about what quitting would stop, lose or wait for."""
    marked, lost = len(screen.model.marks), []
    if screen.is_doing(Activity.EXPORTING):
        lost.append("An export is running. It will be stopped; the files that are complete stay.")
    if screen.is_doing(Activity.REMOVING):
        lost.append("A removal is running. It will be stopped; what has been removed stays removed.")
    if screen.is_doing(Activity.CHANGING_PIP):
        lost.append("A pip is changing its settings. It will finish first.")
    if marked and not screen.is_doing(Activity.REMOVING):
        lost.append(f"{count(marked, 'entry')} {'is' if marked == 1 else 'are'} marked, and not removed.")
    return lost


def exit_summary(screen: CacheScreen) -> str | None:
    """Return the total result of all removals in the screen's cache in one line; None if there were none."""
    outcomes = screen.outcomes
    if not outcomes:
        return None
    files = sum([len(outcome.removed) for outcome in outcomes])
    entries = sum([outcome.entries for outcome in outcomes])
    return removed(
        files,
        entries,
        sum([outcome.freed for outcome in outcomes]),
        sum([outcome.freed_directories for outcome in outcomes]),
        before=screen.disk_before,
        left=screen.disk_left,
        layered=any(outcome.layered for outcome in outcomes),
    )
