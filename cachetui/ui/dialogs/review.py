"""Review dialog, which lists everything that will be removed before the removal begins.

The words of its totals and reasons are in `report/removal_list.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Input

from cachetui.model import Entry
from cachetui.removal.plan import Plan
from cachetui.report.removal_list import NOTHING, bill, keeping, stays, title
from cachetui.text.format import count, disk_text
from cachetui.ui.bindings import REMOVE, key
from cachetui.ui.dialogs.input_dialog import SheetBox
from cachetui.ui.dialogs.modal import ConfirmModal, DialogButton, LineList, Paragraphs
from cachetui.ui.widgets.painted import PaintedLine, Part

WORD = "purge"
"""The word to type before everything is removed."""
WITH_FILES = 76
"""Minimum width of the screen in cells at which the number of files is beside the question."""


class Review(ConfirmModal):
    """Dialog that lists every entry to be removed, states the costs, and asks; No has the focus."""

    HELP = "Everything that will go, and nothing else will. **No** has the focus: Enter keeps everything."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "yes", "yes", "review.yes", REMOVE, "Remove what is listed", show=True),
        key("n", "no", "no", "review.no", REMOVE, "Keep everything"),
    ]

    def __init__(self, plan: Plan, notes: tuple[str, ...] = (), known: Mapping[str, Entry] = NOTHING) -> None:
        super().__init__()
        self.plan = plan
        """The plan of the removal."""
        self.known = known
        """Entries by their paths, for the names of what is kept."""
        self.notes = notes
        """Further sentences that the user should know."""

    def _question(self) -> str:
        return title(self.plan.entries, self.plan.kept) if self.plan.entries else "Nothing of this can be removed"

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        plan = self.plan
        frees = disk_text(plan.frees)
        files = f"{count(plan.files, 'file')}   " if self.app.size.width >= WITH_FILES else ""
        figures: tuple[Part, ...] = ((f"{files}frees ", "muted"), (frees, "mark")) if plan.entries else ()
        with Vertical(id="sheet"):
            yield PaintedLine((self._question(), "strong"), right=figures)
            yield LineList([*bill(plan.entries), *stays(plan.kept, self.known)])
            yield Paragraphs(*plan.costs, *self.notes, sign="! ")
            yield from self._answers(frees)

    def _answers(self, frees: str) -> ComposeResult:
        with Horizontal(id="answers"):
            yield DialogButton("No, keep", "no")
            if self.plan.entries:
                yield DialogButton(f"Yes, remove {frees}", "yes", grave=True)
                yield PaintedLine(
                    right=(("y", "accent strong"), (" yes  ", "muted"), ("Esc", "accent strong"), (" no", "muted"))
                )

    def action_yes(self) -> None:
        """Remove the listed entries."""
        if self.plan.entries:
            super().action_yes()


class WordBox(SheetBox):
    """The input for the word."""

    HELP = f"Type **{WORD}** and press Enter to remove everything; Esc keeps it."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.yes", "remove", "purge.yes", REMOVE, "Remove everything, if the word stands there"),
    ]


class PurgeReview(Review):
    """Review of a removal of all entries; the user must type a word to accept it."""

    AUTO_FOCUS = "#typed"
    HELP = f"Everything that pip keeps here will go. Type **{WORD}** and press Enter; Esc keeps everything."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "no", "no", "purge.no", REMOVE, "Keep everything", show=True),
    ]

    def _question(self) -> str:
        return f"Purge: remove everything, {count(len(self.plan.entries), 'entry')}{keeping(self.plan.kept)}?"

    def _answers(self, frees: str) -> ComposeResult:
        with Horizontal(id="ask"):
            yield PaintedLine(("Type ", "muted"), (WORD, "mark"), (" to remove everything: ", "muted"))
            yield WordBox(id="typed")
        with Container(id="answers"):
            yield DialogButton("No, keep", "no")
            yes = DialogButton(f"Yes, remove {frees}", "yes", grave=True)
            yes.disabled = True
            yield yes

    @property
    def _typed(self) -> bool:
        return self.query_one("#typed", Input).value.strip().lower() == WORD

    @on(Input.Changed)
    def _allow(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#yes", DialogButton).disabled = not self._typed

    def action_yes(self) -> None:
        """Remove everything, if the word has been typed."""
        if self.plan.entries and self._typed:
            self.dismiss(True)
        elif self.query_one("#typed", Input).has_focus:
            self.notify(f"Type {WORD} to remove everything, or press Esc to keep it.", markup=False)
