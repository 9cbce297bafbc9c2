"""Review dialog, which lists everything that will be removed before the removal begins.

The wording of its list, with the reasons why entries are kept, is in `report/removal_list.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import zip_longest
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from cachetui.model import Entry
from cachetui.removal.plan import Plan
from cachetui.report.removal_list import MOST_NAMES, bill, number_kept, stays, title
from cachetui.text.format import count, disk_text, emptied_text
from cachetui.ui.bindings import REMOVE, key
from cachetui.ui.dialogs.input_dialog import SheetBox
from cachetui.ui.dialogs.modal import SHEET, ConfirmModal, DialogButton, LineList, Paragraphs
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine, Part, parts_width

WORD = "purge"
"""The word that the user must type to remove everything."""


class Review(ConfirmModal):
    """Dialog that lists every entry to be removed, states the costs, and asks for consent; No has the focus.

    If nothing can or may be removed, it only shows the list.
    """

    HELP = "A list of everything that will be removed. **No** has the focus: Enter keeps everything."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "yes", "yes", "review.yes", REMOVE, "Remove what is listed", show=True),
        key("n", "no", "no", "review.no", REMOVE, "Keep everything"),
    ]

    def __init__(
        self, plan: Plan, notes: tuple[str, ...] = (), known: Collection[Entry] = (), *, forbidden: str = ""
    ) -> None:
        """Make the dialog; `forbidden` is a sentence that says why nothing may be removed, or empty."""
        super().__init__()
        self.plan = plan
        """The plan of the removal."""
        self.known = known
        """All entries of the cache, for the names of what is kept."""
        self.notes = notes
        """Further sentences that the user should know."""
        if forbidden:
            self.notes += (forbidden,)
        self.can_accept = bool(plan.entries) and not forbidden
        """Whether the user can answer Yes."""

    def _question(self) -> str:
        return f"{title(self.plan.entries)}?" if self.plan.entries else "Nothing here can be removed"

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        plan = self.plan
        frees = disk_text(plan.frees)
        figures: tuple[Part, ...] = (("frees ", "muted"), (frees, "mark")) if plan.entries else ()
        kept = number_kept(plan.kept, self.known)
        counts = [*([count(plan.files, "file")] if plan.files else []), *([f"{kept:,} kept"] if kept else [])]
        folders = emptied_text(plan.frees_directories).strip()
        question: Part = (self._question(), "strong")
        beside = [figures, *([((folders, "muted"),)] if folders else [])]
        if parts_width((question, *figures)) > min(SHEET, self.app.size.width) - 6:
            beside.insert(0, ())
        lines = zip_longest((question, (", ".join(counts), "muted")), beside, fillvalue=())
        with Vertical(id="sheet"):
            for left, right in lines:
                yield PaintedLine(*([left] if left else []), right=right)
            yield LineList([*bill(plan.entries), *stays(plan.kept, self.known, most=MOST_NAMES)])
            yield Paragraphs(*plan.costs, *self.notes, sign="! ")
            yield from self._answers(frees)

    def _answers(self, frees: str) -> ComposeResult:
        with Horizontal(id="answers"):
            yield DialogButton("No, keep" if self.can_accept else "Close", "no")
            if self.can_accept:
                yield DialogButton(f"Yes, remove {frees}", "yes", grave=True)
            yield KeyHints()


class WordBox(SheetBox):
    """The input for the word that confirms a purge."""

    HELP = f"Type **{WORD}** and press Enter to remove everything; Esc keeps it."
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "enter",
            "screen.yes",
            "remove",
            "purge.yes",
            REMOVE,
            "Remove everything, if the word has been typed",
            show=True,
        ),
    ]


class PurgeReview(Review):
    """Review of a removal of all entries; the user must type a word to accept it."""

    AUTO_FOCUS = "#typed, #no"
    HELP = f"Everything that the cache holds will be removed. Type **{WORD}** and press Enter; Esc keeps everything."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "no", "no", "purge.no", REMOVE, "Keep everything", show=True),
    ]

    def _question(self) -> str:
        if not self.plan.entries:
            return super()._question()
        return f"Purge: remove everything, {count(len(self.plan.entries), 'entry')}?"

    def _answers(self, frees: str) -> ComposeResult:
        if not self.can_accept:
            yield from super()._answers(frees)
            return
        with Horizontal(id="ask"):
            yield PaintedLine(("Type ", "muted"), (WORD, "mark"), (" to remove everything: ", "muted"))
            yield WordBox(id="typed")
        with Horizontal(id="answers"):
            yield DialogButton("No, keep", "no")
            yes = DialogButton(f"Yes, remove {frees}", "yes", grave=True)
            yes.disabled = True
            yield yes
            yield KeyHints()

    @property
    def _typed(self) -> bool:
        return self.query_one("#typed", Input).value.strip().lower() == WORD

    @on(Input.Changed)
    def _allow(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#yes", DialogButton).disabled = not self._typed

    def action_yes(self) -> None:
        """Close with the answer yes if the word has been typed; otherwise, if its input has the focus, ask for it."""
        if self.can_accept and self._typed:
            self.dismiss(True)
        elif self.can_accept and self.query_one("#typed", Input).has_focus:
            self.notify(f"Type {WORD} to remove everything, or press Esc to keep it.", markup=False)
