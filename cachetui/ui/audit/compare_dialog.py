"""Compare an audit with an earlier report: ask for the report, and show the differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.strip import Strip

from cachetui.pip.config.paths import place
from cachetui.report.audit.comparison_list import comparison_lines
from cachetui.report.removal_list import ListLine
from cachetui.services.audit import Differences
from cachetui.services.services import Services
from cachetui.text.format import local_date_time
from cachetui.ui.bindings import MOVE, PROGRAM, key
from cachetui.ui.dialogs.input_dialog import InputDialog, SheetBox
from cachetui.ui.dialogs.modal import CLOSE, DialogButton, LineList, Modal, Paragraphs
from cachetui.ui.widgets.cells import fit, shown
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine, PaintedLines
from cachetui.ui.workers import run_in_thread

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.audit.audit import Audit


class EarlierBox(SheetBox):
    """The input for the earlier report."""

    HELP = "Type the file name of an earlier report, or choose one with the arrows, and press Enter."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "compare", "compare.start", PROGRAM, "Compare with this report", show=True),
        key("down", "screen.choose(1)", "next report", "compare.next", MOVE, "Choose the next report", show=True),
        key("up", "screen.choose(-1)", "previous report", "compare.previous", MOVE, "Choose the previous report"),
    ]


class ReportList(PaintedLines):
    """The newest reports in the current folder, the newest first; a click chooses one."""

    DEFAULT_CSS = "ReportList { height: auto; margin: 1 0 0 0; padding: 0 2 0 0; background: $surface; }"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = names
        """The file names of the reports."""
        self.chosen = ""
        """The name in the input, whether or not it is in the list."""

    def choose(self, name: str) -> None:
        """Show which of the reports is chosen, if any."""
        self.chosen = name
        self.refresh()

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw a line for each report."""
        return [
            self.strip(
                (f"{self.glyphs.prompt} " if name == self.chosen else "  ", "accent"),
                (fit(shown(name), room - 2, dots=self.glyphs.dots), "strong" if name == self.chosen else "muted"),
                room=room,
            )
            for name in self.names
        ]

    async def on_click(self, event: events.Click) -> None:
        """Choose the report that was clicked."""
        await self.run_action(f"screen.take({event.y})")


class CompareReport(InputDialog[Differences]):
    """Dialog that asks for an earlier report; its result is the differences from it."""

    HELP = EarlierBox.HELP

    def __init__(self, services: Services, audit: Audit, reports: Sequence[str]) -> None:
        """Ask for a report; `reports` are file names to choose from."""
        where = "Reports in this folder are listed below." if reports else "There is no report in this folder."
        super().__init__(
            "Compare this audit with which earlier report?",
            f"Type the name of a .json report that was saved before. {where}",
            box=EarlierBox(next(iter(reports), ""), id="earlier"),
            label="Report",
            does="Compare",
        )
        self._services, self._audit, self._reports = services, audit, ReportList(reports)

    def on_mount(self) -> None:
        """List the reports."""
        if self._reports.names:
            self.query_one("#sheet").mount(self._reports, after="#ask")
        self._reports.choose(self.typed)

    def text_changed(self) -> None:
        """Show whether the typed name is one of the reports."""
        super().text_changed()
        self._reports.choose(self.typed)

    def action_choose(self, step: int) -> None:
        """Put the next report of the list, or the previous, into the box; the first if the text is not in the list."""
        if names := self._reports.names:
            index = names.index(self.typed) + step if self.typed in names else 0
            self.action_take(max(0, min(index, len(names) - 1)))

    def action_take(self, index: int) -> None:
        """Put the report at an index of the list into the box."""
        self._box.value = self._reports.names[index]
        self._box.cursor_position = len(self._box.value)

    async def accept(self, typed: str) -> Differences:
        """Return the differences from the typed report."""
        return await run_in_thread(self._services.compare_audit, self._audit, place(typed))


class ComparisonResult(Modal[None]):
    """Dialog that shows the differences between two audits."""

    HELP = "What changed since the earlier report. The arrows scroll; Esc closes this."
    BINDINGS: ClassVar[list[BindingType]] = [CLOSE]

    def __init__(self, differences: Differences, lines: Sequence[ListLine]) -> None:
        """Make the dialog; `lines` lists the differences."""
        super().__init__()
        self.differences = differences
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        found = self.differences
        with Vertical(id="sheet"):
            yield PaintedLine((f"Changes since {shown(local_date_time(found.since))}", "strong"))
            yield Paragraphs(*found.notes, sign="! ")
            yield LineList(self._lines)
            with Horizontal(id="answers"):
                yield DialogButton("Close", "no")
                yield KeyHints()


async def ask_and_compare(app: App[None], services: Services, audit: Audit) -> None:
    """Ask for an earlier report, and show the differences from it.

    Do nothing if another dialog opens while the reports are looked for.
    """
    screen = app.screen
    reports = await run_in_thread(services.find_reports)
    if app.screen is not screen:  # another dialog has opened meanwhile
        return
    differences = await app.push_screen_wait(CompareReport(services, audit, reports))
    if differences is not None:
        lines = await run_in_thread(lambda: [*comparison_lines(differences.comparison)])
        await app.push_screen_wait(ComparisonResult(differences, lines))
