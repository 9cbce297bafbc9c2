"""Save a report: ask for the file, save it, and show a notification of the result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import BindingType

from cachetui.errors import CachetuiError
from cachetui.pip.config.paths import place
from cachetui.services.services import Services
from cachetui.system.files import current_folder_exists
from cachetui.system.tree import reason
from cachetui.text.format import disk_text
from cachetui.ui.bindings import PROGRAM, key
from cachetui.ui.dialogs.confirm import ConfirmQuestion
from cachetui.ui.dialogs.input_dialog import InputDialog, SheetBox
from cachetui.ui.widgets.cells import shown
from cachetui.ui.workers import run_in_thread

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.audit.audit import Audit

PROPOSED = "pip-cache-audit.json"
"""File name that the box contains at first."""


class ReportBox(SheetBox):
    """The input for the file's name."""

    HELP = "Type a file's name and press Enter; its end says the format. Esc saves nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "save", "report.save", PROGRAM, "Save the report"),
    ]


class SaveReport(InputDialog):
    """Dialog that asks where to save a report."""

    HELP = ReportBox.HELP

    def __init__(self) -> None:
        super().__init__(
            "Save this audit to which file?",
            ".json holds everything, for scripts and for `cachetui audit --since`; .csv has a row for each entry; "
            ".txt is to be read.",
            f"A name without a folder is in {Path.cwd()}." if current_folder_exists() else "Write the whole path.",
            box=ReportBox(PROPOSED, id="report"),
            label="File",
            does="save",
            leave="Do not save",
        )


async def ask_and_save(app: App[None], services: Services, audit: Audit) -> None:
    """Ask for a file, save a report there, and notify the user; ask before overwriting a file."""
    typed, overwrite = await app.push_screen_wait(SaveReport()), False
    while typed:
        try:
            path = place(typed)
            name = shown(str(path))
            await run_in_thread(services.save_report, audit, path, overwrite=overwrite)
        except FileExistsError:
            there = f"{name} is there already."
            overwrite = True
            if await app.push_screen_wait(
                ConfirmQuestion("Write over it?", there, yes="Yes, write over it", no="No, keep it")
            ):
                continue
        except OSError as error:
            app.notify(f"Not saved: {name}: {shown(reason(error))}.", severity="error", markup=False)
        except (CachetuiError, ValueError) as error:  # an invalid file name, or a name that does not show the format
            app.notify(f"Not saved: {shown(str(error))}", severity="error", markup=False)
        else:
            app.notify(f"Saved {name}, of {disk_text(audit.total.disk_usage)}.", markup=False)
        return
