"""The part of the app that exports: which folder, the work beside the screen, the result; and quitting meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.worker import Worker

from cachetui.errors import CachetuiError
from cachetui.model import Inventory
from cachetui.report.export_text import passed_over, progress_words, summary
from cachetui.system.tree import reason
from cachetui.text.format import count
from cachetui.ui import workers
from cachetui.ui.edge import edge
from cachetui.ui.health.worker import Verifier
from cachetui.ui.operations.removal import REFUSAL_SECONDS
from cachetui.ui.widgets.cells import shown

if TYPE_CHECKING:  # the first screen does not wait for these
    from cachetui.export.export import Outcome, Progress
    from cachetui.export.plan import Planned
    from cachetui.ui.dialogs.confirm import Question

PROPOSED = "./wheels"
"""The folder that is proposed before one was used."""


@dataclass
class Advanced(workers.Latest):
    """An export has got further."""

    progress: Progress
    """How far it is."""


@dataclass
class Exported(Message):
    """An export has come to its end."""

    outcome: Outcome
    """What was written, and what was not."""
    folder: Path
    """Where to."""


@dataclass
class Unexported(Message):
    """Nothing could be exported."""

    why: str
    """A sentence that says why; untrusted text."""


class Exporter(Verifier):
    """Hands back wheels and sdists, into a folder outside the cache."""

    _export_to = PROPOSED
    _exporting: Worker[None] | None = None
    _planned: Sequence[Planned] = ()  # what is being exported
    _whole = 0  # its bytes
    _quitting = False
    _asked_to_quit: Question | None = None

    def action_export(self) -> None:
        """Ask where to export what is marked, else the row under the cursor."""
        from cachetui.export.plan import look_at, plan_export  # noqa: PLC0415 - needed late
        from cachetui.ui.dialogs.export import ExportDialog  # noqa: PLC0415

        if not self._may_export():
            return
        inventory, row = self.inventory, self.browse.cache_tree.current
        assert inventory is not None
        chosen = list(self.listing.marks) or list(row.holding.entries if row is not None else ())
        planned = plan_export(chosen)
        if not planned:
            of = "among what is marked" if self.listing.marks else "in this row"
            self.notify(f"No wheel or sdist is {of}: there is nothing to export.", markup=False)
            return
        dialog = ExportDialog(
            len(planned), passed_over(chosen), self._export_to, lambda to: look_at(planned, to, Path(inventory.root))
        )

        def start(folder: str | None) -> None:
            if folder is not None and self._may_export():
                self._export_to = folder
                self._export(inventory, planned, Path(folder))

        self.push_screen(dialog, start)

    def _may_export(self) -> bool:
        """Notify why nothing can be exported now; return whether it may."""
        if self._exporting is not None:
            why = "An export is running: wait for it, or stop it with Esc."
        elif self._removing is not None:
            why = "A removal is running: wait for it, or stop it with Esc; then export."
        elif self.inventory is None:
            why = "The cache has not been read yet: wait for that, then export."
        else:
            return True
        self.notify(why, severity="warning", markup=False)
        return False

    def _may_remove(self) -> bool:
        """Notify why nothing can be removed now; return whether it may."""
        if self._exporting is None:
            return super()._may_remove()
        self.notify("An export is running: wait for it, or stop it with Esc.", severity="warning", markup=False)
        return False

    def _export(self, inventory: Inventory, planned: Sequence[Planned], folder: Path) -> None:
        self._planned, self._whole = planned, sum([one.size for one in planned])
        self.browse.held = True
        self.browse.tell_work(f"exporting {count(len(planned), 'file')}", 0.0)
        self._exporting = self._beside(partial(_export, inventory, planned, folder), group="export")
        self.refresh_bindings()

    @on(Advanced)
    def _show_export(self, event: Advanced) -> None:
        if self._exporting is not None:
            done = event.progress
            words = progress_words(done.done, self._planned, done.written)
            self.browse.tell_work(words, done.written / max(1, self._whole))

    def _end_export(self) -> None:
        """Give back what the export held; whoever was asked about it need not answer any more."""
        if self._asked_to_quit is not None and self._asked_to_quit.is_current:
            self._asked_to_quit.dismiss(False)
        self._exporting, self._planned = None, ()
        self.browse.held = self._planning is not None
        self.browse.tell_work()
        self.refresh_bindings()

    @on(Exported)
    def _show_exported(self, event: Exported) -> None:
        from cachetui.ui.dialogs.export import ExportResult  # noqa: PLC0415 - needed late

        self._end_export()
        if self._quitting:
            self._go_on_quitting()
        elif event.outcome.skipped:
            self.push_screen(ExportResult(event.outcome, event.folder))
        else:
            self.notify(shown(summary(event.outcome, event.folder)), markup=False)

    @on(Unexported)
    def _tell_unexported(self, event: Unexported) -> None:
        self._end_export()
        if self._quitting:
            self._go_on_quitting()
        else:
            self.notify(shown(event.why), severity="error", timeout=REFUSAL_SECONDS, markup=False)

    def action_stop(self) -> None:
        """Stop exporting at once, for what is complete stays; or else what is under way besides."""
        if self._exporting is not None:
            self._stop(self._exporting)
        else:
            super().action_stop()

    async def action_quit(self) -> None:
        """Quit; ask first when an export would be stopped, and what else would be lost."""
        from cachetui.ui.dialogs.confirm import Question  # noqa: PLC0415 - needed late

        if self._exporting is None:
            await super().action_quit()
        elif not isinstance(self.screen, Question):
            words = "An export is running. It will be stopped; the files that are complete stay."
            self._asked_to_quit = Question("Quit?", words, *self._at_stake(), yes="Yes, quit", no="No, stay")
            self.push_screen(self._asked_to_quit, self._stop_or_stay)

    def _stop_or_stay(self, leaving: bool | None) -> None:
        self._asked_to_quit = None
        if leaving:
            self._quitting = True  # once nothing is being written any more
            if self._exporting is None:
                self._go_on_quitting()
            else:
                self._stop(self._exporting)
        else:
            self.exit_code = 0

    def _go_on_quitting(self) -> None:
        self._quitting = False
        self.call_later(self._leave)


def _export(
    inventory: Inventory, planned: Sequence[Planned], folder: Path, post: workers.Post, stop: workers.Stop
) -> None:
    """Write what is planned into a folder; an export that is stopped tells what it has written."""
    from cachetui.export.export import export  # noqa: PLC0415 - the first screen does not wait for it

    report: Callable[[Progress], None] = workers.now_and_then(lambda progress: post(Advanced(progress)))
    try:
        with edge("export"):
            outcome = export(inventory, planned, folder, stop=stop, report=report)
    except (CachetuiError, OSError) as error:
        post(Unexported(f"Nothing was exported: {reason(error)}" if isinstance(error, OSError) else str(error)))
    else:
        post(Exported(outcome, folder))
