"""Export wheels and sdists: ask for the folder, write in a worker thread, show the result."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from cachetui.errors import CachetuiError
from cachetui.export.export import ExportProgress
from cachetui.export.plan import UNPACKED, look_at, plan_export
from cachetui.model import Entry
from cachetui.report.export_text import passed_over, progress_words, summary
from cachetui.system.tree import reason
from cachetui.text.format import count
from cachetui.ui.activity import Activity
from cachetui.ui.cache_screen import CacheScreen
from cachetui.ui.dialogs.export import ExportDialog, ExportResult
from cachetui.ui.widgets.cells import shown
from cachetui.ui.workers import reporter, run_in_thread


async def export_entries(screen: CacheScreen, entries: Collection[Entry]) -> None:
    """Ask for a folder, and export the wheels and sdists among the given entries into it."""
    inventory, planned = screen.inventory, plan_export(entries)
    if inventory is None:
        return
    if not planned:
        of = "among what is marked" if screen.model.marks else "in this row"
        why = f"There is not a wheel or sdist {of}, so there is nothing to export."
        if any(entry.unpacked for entry in entries):
            why = UNPACKED.format(inventory.conduct.tool)
        screen.notify(why, markup=False)
        return
    root, proposed = Path(inventory.root), screen.export_folder
    dialog = ExportDialog(len(planned), passed_over(entries), proposed, lambda folder: look_at(planned, folder, root))
    folder = await screen.app.push_screen_wait(dialog)
    if folder is None or screen.refuse("export"):
        return
    screen.export_folder = str(folder)
    size = max(1, sum([one.size for one in planned]))

    def show(progress: ExportProgress) -> None:
        words = progress_words(progress.done, planned, progress.written)
        screen.show_progress(Activity.EXPORTING, words, progress.written / size)

    outcome, failure = None, ""
    with screen.doing(Activity.EXPORTING, f"exporting {count(len(planned), 'file')}", 0.0) as stop:
        try:
            outcome = await run_in_thread(
                screen.services.export, inventory, planned, folder, stop=stop, report=reporter(show)
            )
        except (CachetuiError, OSError) as error:
            failure = f"Nothing was exported: {reason(error)}" if isinstance(error, OSError) else str(error)
    screen.dismiss_question()
    if screen.leaving:
        return
    if outcome is None:
        screen.fail(failure)
    elif outcome.skipped or not (outcome.stopped or screen.is_covered):
        await screen.app.push_screen_wait(ExportResult(outcome, folder))
    else:
        screen.notify(shown(summary(outcome, folder)), markup=False)
