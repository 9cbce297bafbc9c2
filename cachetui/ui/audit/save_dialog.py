"""Save a report: ask for the file, save it, and show a notification of the result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import BindingType

from cachetui.pip.config.paths import place
from cachetui.services.audit import FormatError, report_name
from cachetui.services.services import Services
from cachetui.system.files import current_folder_exists
from cachetui.ui.bindings import PROGRAM, key
from cachetui.ui.dialogs.confirm import ConfirmQuestion
from cachetui.ui.dialogs.input_dialog import InputDialog, SheetBox
from cachetui.ui.widgets.cells import shown
from cachetui.ui.workers import run_in_thread

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.audit.audit import Audit


class ReportBox(SheetBox):
    """The input for the file's name."""

    HELP = "Type a file name and press Enter; its suffix sets the format. Esc saves nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "save", "report.save", PROGRAM, "Save the report", show=True),
    ]


class SaveReport(InputDialog[Path]):
    """Dialog that asks where to save a report, and saves it; its result is the file's path."""

    HELP = ReportBox.HELP

    def __init__(self, services: Services, audit: Audit) -> None:
        super().__init__(
            "Save this audit to which file?",
            ".json holds everything and can be compared with a later audit; .csv has a row for each entry; .txt is for "
            "reading.",
            f"A name without a folder is saved in {Path.cwd()}." if current_folder_exists() else "Type the whole path.",
            box=ReportBox(report_name(audit), id="report"),
            label="File",
            does="Save",
        )
        self._services, self._audit = services, audit

    async def accept(self, typed: str) -> Path | None:
        """Save the report, and return the path of its file; None if the user does not want to overwrite a file.

        Raises FormatError if no name is typed or its suffix stands for no format, TargetError if the file must not lie
        there, CachetuiError for an unknown home directory (`~user`), and OSError.
        """
        if not typed:
            raise FormatError("Type a file name.")
        path = place(typed)
        try:
            await run_in_thread(self._services.save_report, self._audit, path)
        except FileExistsError:
            exists = f"{shown(str(path))} already exists."
            question = ConfirmQuestion("Overwrite?", exists, yes="Yes, overwrite", no="No, keep it")
            if not await self.app.push_screen_wait(question):
                return None
            await run_in_thread(self._services.save_report, self._audit, path, overwrite=True)
        return path


async def ask_and_save(app: App[None], services: Services, audit: Audit) -> None:
    """Ask for a file, save a report there, and notify the user."""
    path = await app.push_screen_wait(SaveReport(services, audit))
    if path is not None:
        app.notify(f"Saved the audit to {shown(str(path))}", markup=False)
