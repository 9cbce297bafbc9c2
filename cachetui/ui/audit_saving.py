"""Saves an audit: the dialog that asks for a file, and what is written into it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from cachetui.insight.audit.whole import Audit
from cachetui.ui.ink import Line
from cachetui.ui.keys import PROGRAM, key
from cachetui.ui.sheet import Answer, Sheet, Words

PROPOSED = "pip-cache-audit.json"
"""The name that stands in the box at first."""
ENDINGS = (".json", ".csv", ".txt")
"""By what the format is told."""


def written(audit: Audit, path: Path) -> Iterable[str]:
    """Return the parts of a report in the format that the end of a file's name says. Raises ValueError for others."""
    match path.suffix.lower():
        case ".json":
            from cachetui.ui.report.as_json import audit_json  # noqa: PLC0415 - one of them is needed

            return audit_json(audit)
        case ".csv":
            from cachetui.ui.report.as_csv import audit_csv  # noqa: PLC0415

            return audit_csv(audit)
        case ".txt" | ".md":
            from cachetui.ui.report.as_text import audit_text  # noqa: PLC0415

            return [f"{line}\n" for line in audit_text(audit)]
    raise ValueError(f"the name must end with {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}, which says the format.")


class ReportBox(Input):
    """Where the file's name is typed."""

    HELP = "Type a file's name and press Enter; its end says the format. Esc saves nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "save", "report.save", PROGRAM, "Save the report"),
    ]


class SaveReport(Sheet[str]):
    """Asks where a report is to be saved."""

    AUTO_FOCUS = "#report"
    HELP = ReportBox.HELP
    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    SaveReport {
        #report, #report:focus {
            width: 1fr; height: 1; padding: 0; border: none; background: $boost; background-tint: $surface 0%;
            &:ansi > .input--cursor { text-style: reverse; }
        }
        #ask { height: 1; margin: 1 0 0 0; padding: 0 2 0 0; Line { width: auto; } }
        &.-short #ask { margin: 0; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(id="sheet"):
            yield Line(("Save this audit to which file?", "strong"))
            yield Words(
                ".json holds everything, for scripts and for `cachetui audit --since`; .csv has a row for each entry; "
                ".txt is to be read.",
                f"A name without a folder is in {Path.cwd()}." if _is_somewhere() else "Write the whole path.",
            )
            with Horizontal(id="ask"):
                yield Line(("File ", "muted"))
                yield ReportBox(PROPOSED, id="report", compact=True, select_on_focus=False)
            with Horizontal(id="answers"):
                yield Answer("Do not save", "no")
                keys = (("Enter", "accent strong"), (" save  ", "muted"), ("Esc", "accent strong"), (" leave", "muted"))
                yield Line(right=keys)

    def action_go(self) -> None:
        """Go on with what is typed."""
        self.dismiss(self.query_one(ReportBox).value.strip())


def _is_somewhere() -> bool:
    """Tell whether the current folder is still there."""
    try:
        return bool(Path.cwd())
    except OSError:
        return False
