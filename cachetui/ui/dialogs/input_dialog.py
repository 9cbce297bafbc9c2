"""Dialogs with an input: the input, and the dialog around it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from cachetui.ui.dialogs.modal import DialogButton, Modal, Paragraphs
from cachetui.ui.widgets.painted import PaintedLine


class SheetBox(Input):
    """The input of a dialog."""

    DEFAULT_CSS = """
    SheetBox, SheetBox:focus {
        width: 1fr;
        height: 1;
        padding: 0;
        border: none;
        background: $boost;
        background-tint: $surface 0%;
        &:ansi > .input--cursor { text-style: reverse; }
    }
    """

    def __init__(self, value: str = "", id: str | None = None) -> None:
        super().__init__(value, id=id, compact=True, select_on_focus=False)


class InputDialog(Modal[str | None]):
    """Dialog that asks for a text; the binding of Enter in its input must run `screen.go`."""

    AUTO_FOCUS = "SheetBox"

    def __init__(self, question: str, *words: str, box: SheetBox, label: str, does: str, leave: str) -> None:
        """Make a dialog that asks a question; `words` explain it.

        `label` is shown before the input, `does` says what Enter does, and `leave` is the text of the answer
        that changes nothing.
        """
        super().__init__()
        self._question, self._words, self._box = question, words, box
        self._label, self._does, self._leave = label, does, leave

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="sheet"):
            yield PaintedLine((self._question, "strong"))
            yield Paragraphs(*self._words)
            with Horizontal(id="ask"):
                yield PaintedLine((f"{self._label} ", "muted"))
                yield self._box
            with Horizontal(id="answers"):
                yield DialogButton(self._leave, "no")
                keys = (("Enter", "accent strong"), (f" {self._does}  ", "muted"))
                yield PaintedLine(right=(*keys, ("Esc", "accent strong"), (" leave", "muted")))

    def action_go(self) -> None:
        """Close with the typed text."""
        self.dismiss(self._box.value.strip())
