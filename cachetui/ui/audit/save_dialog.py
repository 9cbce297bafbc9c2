"""Saves an audit: the dialog that asks for a file, and what is written into it."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from cachetui.export.target_folder import TargetError, check_target
from cachetui.insight.audit.audit import Audit
from cachetui.system.files import replace_file
from cachetui.ui.bindings import PROGRAM, key
from cachetui.ui.dialogs.input_dialog import InputDialog, SheetBox

PROPOSED = "pip-cache-audit.json"
"""The name that stands in the box at first."""
ENDINGS = (".json", ".csv", ".txt")
"""By what the format is told."""


def written(audit: Audit, path: Path) -> Iterable[str]:
    """Return the parts of a report in the format that the end of a file's name says. Raises ValueError for others."""
    match path.suffix.lower():
        case ".json":
            from cachetui.report.audit_json import audit_json  # noqa: PLC0415 - one of them is needed

            return audit_json(audit)
        case ".csv":
            from cachetui.report.audit_csv import audit_csv  # noqa: PLC0415

            return audit_csv(audit)
        case ".txt" | ".md":
            from cachetui.report.audit_text import audit_text  # noqa: PLC0415

            return [f"{line}\n" for line in audit_text(audit)]
    raise ValueError(f"the name must end with {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}, which says the format.")


def save(audit: Audit, path: Path, root: Path, *, over: bool) -> None:
    """Write a report into a file outside the cache at `root`; `over` what is there already if that is wanted.

    Raises TargetError where it may not lie, ValueError for endings that say no format, FileExistsError, OSError.
    """
    parts = written(audit, path)
    check_target(path.parent, root)
    if not over:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.writelines(parts)
    elif stat.S_ISREG(path.lstat().st_mode):
        replace_file(path, "".join(parts).encode())
    else:
        raise TargetError(f"{path} is no plain file: it is not written over.")


class ReportBox(SheetBox):
    """The input for the file's name."""

    HELP = "Type a file's name and press Enter; its end says the format. Esc saves nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "save", "report.save", PROGRAM, "Save the report"),
    ]


class SaveReport(InputDialog):
    """Asks where a report is to be saved."""

    HELP = ReportBox.HELP

    def __init__(self) -> None:
        super().__init__(
            "Save this audit to which file?",
            ".json holds everything, for scripts and for `cachetui audit --since`; .csv has a row for each entry; "
            ".txt is to be read.",
            f"A name without a folder is in {Path.cwd()}." if _is_somewhere() else "Write the whole path.",
            box=ReportBox(PROPOSED, id="report"),
            label="File",
            does="save",
            leave="Do not save",
        )


def _is_somewhere() -> bool:
    """Return whether the current folder is still there."""
    try:
        return bool(Path.cwd())
    except OSError:
        return False
