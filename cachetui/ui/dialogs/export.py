"""Dialogs of an export: choose the folder, see what can be written there, and see what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from cachetui.errors import CachetuiError
from cachetui.export.export import ExportOutcome
from cachetui.export.plan import FolderState
from cachetui.pip.config.paths import place
from cachetui.report.export_text import install_command, obstacle, prospects, skipped_name, summary, taken
from cachetui.report.removal_list import ListLine
from cachetui.services.diagnostics.guard import guard
from cachetui.system.tree import reason
from cachetui.text.format import count
from cachetui.ui.bindings import PROGRAM, key
from cachetui.ui.clipboard import copy_text
from cachetui.ui.dialogs.input_dialog import InputDialog, SheetBox
from cachetui.ui.dialogs.modal import CLOSE, DialogButton, LineList, Modal, Paragraphs, ShellCommands
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine
from cachetui.ui.workers import run_in_thread

PROMISE = "Files get their real names once verified. Existing files are never overwritten."
"""Sentence that is shown before every export."""
PENDING = "Checking that folder."
NAMELESS = "Type a folder."
"""Sentence to show when no folder is typed."""


class TargetBox(SheetBox):
    """The input for the target folder."""

    HELP = "Type a folder and press Enter. What can be written there is shown below. Esc exports nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "export", "export.start", PROGRAM, "Export into this folder", show=True),
    ]


class SkippedFileList(LineList):
    """List of the files that would not be written, and why."""

    def list(self, lines: Iterable[tuple[str, str]]) -> None:
        """Replace the files, each with the reason why it would not be written; if there are none, hide the list."""
        self.lines = [ListLine(words, why) for words, why in lines]
        self.display = bool(self.lines)
        self.refresh(layout=True)


class ExportDialog(InputDialog[Path]):
    """Dialog that asks for a folder and shows what can be written there; its result is the folder or None."""

    HELP = TargetBox.HELP

    def __init__(self, number: int, passed: str, proposed: str, look: Callable[[Path], FolderState]) -> None:
        """Make a dialog for the export of `number` files.

        `passed` is a sentence about entries that are not exported, or empty. `proposed` is the initial folder in the
        box. `look` is called in a thread to check a folder; it may raise CachetuiError and OSError.
        """
        super().__init__(
            f"Export {count(number, 'file')} to which folder?",
            *filter(None, (PROMISE, passed)),
            box=TargetBox(proposed, id="folder"),
            label="Folder",
            does="Export",
        )
        self.room: FolderState | None = None
        """State of the folder whose check is shown; None before the first check, or if the folder cannot be used."""
        self._look = look
        self._prospect, self._stays = Paragraphs(PENDING), SkippedFileList([])
        self._known: str | None = None  # the typed text at the last check of a folder

    def on_mount(self) -> None:
        """Check the proposed folder."""
        self._stays.display = False
        sheet = self.query_one("#sheet")
        sheet.mount(self._prospect, after="#ask")
        sheet.mount(self._stays, before="#answers")
        self.text_changed()

    def text_changed(self) -> None:
        """Check the typed folder once no other check is running; an Enter pressed before the change is ignored."""
        self.workers.cancel_group(self, "accept")
        if not any(worker.group == "look" and worker.is_running for worker in self.workers):
            self._find_room()

    @work(group="look")
    async def _find_room(self) -> None:
        """Check the typed folder, and check again if another folder was typed meanwhile."""
        while self._known != self.typed:
            await self._check(self.typed)

    async def _check(self, typed: str) -> None:
        """Check a folder in a worker thread, and show the result unless another folder was typed meanwhile."""
        room, why = await run_in_thread(self._room_in, typed)
        self._known = typed
        if typed == self.typed:
            self._show_room(room, why)

    def _room_in(self, typed: str) -> tuple[FolderState | None, str]:
        """Return the state of a folder and an empty text, or None and why the folder cannot be used."""
        if not typed:
            return None, NAMELESS
        try:
            with guard("look at this folder"):
                return self._look(place(typed)), ""
        except (CachetuiError, OSError) as error:
            return None, reason(error)

    def _show_room(self, room: FolderState | None, why: str) -> None:
        self.room = room
        wrong = why if room is None else obstacle(room)
        self._prospect.say(*(prospects(room) if room is not None else ()))
        self._stays.list(taken(room) if room is not None else ())
        self.show_error(*([wrong] if wrong else []))

    async def accept(self, typed: str) -> Path | None:
        """Return the folder; None if files cannot be exported into it, and then the dialog shows why."""
        await self._check(typed)
        return self.room.folder if self.room is not None and not obstacle(self.room) else None


class ExportResult(Modal[None]):
    """Dialog with the result of an export: how to install the files, and everything that was left out, and why."""

    HELP = "What was exported, how to install it, what was not exported, and why."
    BINDINGS: ClassVar[list[BindingType]] = [
        CLOSE,
        key("y", "copy", "copy command", "export.copy", PROGRAM, "Copy the command that installs the files", show=True),
    ]

    def __init__(self, outcome: ExportOutcome, folder: Path) -> None:
        super().__init__()
        self.outcome, self.folder = outcome, folder
        """The result of the export, and its folder."""
        self.command = install_command(outcome, folder)
        """The command that installs the exported files; empty if there are none."""

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        skipped = self.outcome.skipped
        is_whole = not (skipped or self.outcome.stopped)
        with Vertical(id="sheet"):
            yield PaintedLine(("All files are exported" if is_whole else "Not everything was exported", "strong"))
            yield Paragraphs(summary(self.outcome, self.folder))
            if self.command:
                yield Paragraphs("Install from there, on this computer or another one, with")
                yield ShellCommands((self.command,))
            if skipped:
                yield LineList([ListLine(skipped_name(one), one.reason) for one in skipped])
            with Horizontal(id="answers"):
                yield DialogButton("Close", "no")
                yield KeyHints()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable copying if there is no command."""
        return action != "copy" or bool(self.command)

    def action_copy(self) -> None:
        """Copy the command."""
        copy_text(self, self.command, self.command)
