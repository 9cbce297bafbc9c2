"""Small dialogs: a question with two answers, and the result of a removal."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from cachetui.model import Entry
from cachetui.removal.plan import costs_of_rights
from cachetui.report.removal_list import number_kept, stays
from cachetui.text.format import count, freed_text
from cachetui.ui.bindings import PROGRAM, key
from cachetui.ui.dialogs.modal import CLOSE, ConfirmModal, DialogButton, LineList, Modal, Paragraphs
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine

if TYPE_CHECKING:
    from cachetui.removal.execute import RemovalOutcome


def summary(outcome: RemovalOutcome) -> str:
    """Return the result of a removal in one line."""
    files, entries = count(len(outcome.removed), "file"), count(outcome.entries, "entry")
    freed = freed_text(outcome.freed, outcome.freed_directories, layered=outcome.layered)
    stopped = "Stopped: removed" if outcome.stopped else "Removed"
    return f"{stopped} {files} of {entries}, {freed}"


class ConfirmQuestion(ConfirmModal):
    """Dialog with a question that is answered by yes or no; No has the focus."""

    HELP = "**No** has the focus: Enter changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "yes", "yes", "question.yes", PROGRAM, "Answer yes", show=True),
        key("n", "no", "no", "question.no", PROGRAM, "Answer no"),
    ]

    def __init__(self, question: str, *words: str, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._words, self._yes, self._no = question, words, yes, no

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="sheet"):
            yield PaintedLine((self._question, "strong"))
            yield Paragraphs(*self._words)
            with Horizontal(id="answers"):
                yield DialogButton(self._no, "no")
                yield DialogButton(self._yes, "yes")
                yield KeyHints()


class ResultDialog(Modal[None]):
    """Dialog with the result of a removal; it lists what was kept, and why."""

    HELP = "What was not removed, and why."
    BINDINGS: ClassVar[list[BindingType]] = [CLOSE]

    def __init__(self, outcome: RemovalOutcome, known: Collection[Entry] = (), root: str = "") -> None:
        super().__init__()
        self.root = root
        """The resolved absolute path of the cache's root."""
        self.outcome = outcome
        """The result of the removal."""
        self.known = known
        """All entries before the removal, for the names of what was kept."""

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        kept = self.outcome.kept
        with Vertical(id="sheet"):
            yield PaintedLine((summary(self.outcome), "strong"))
            yield Paragraphs(self._rest())
            yield LineList(stays(kept, self.known))
            yield Paragraphs(*costs_of_rights(self.root, kept), sign="! ")
            with Horizontal(id="answers"):
                yield DialogButton("Close", "no")
                yield KeyHints()

    def _rest(self) -> str:
        kept = number_kept(self.outcome.kept, self.known)
        words = f"{count(kept, 'entry')} {'was' if kept == 1 else 'were'} kept"
        return f"{words}, and everything that was left when it stopped:" if self.outcome.stopped else f"{words}:"
