"""Base class of dialogs that ask for text, and their text input."""

from __future__ import annotations

from typing import ClassVar, Generic

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from cachetui.errors import CachetuiError
from cachetui.system.tree import reason
from cachetui.ui.bindings import PROGRAM, key
from cachetui.ui.dialogs.modal import DialogButton, DialogResult, Modal, Paragraphs
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine
from cachetui.ui.widgets.text_box import TextBox
from cachetui.ui.workers import start_worker


class SheetBox(TextBox):
    """The input of a dialog."""

    DEFAULT_CSS = """
    SheetBox, SheetBox:focus {
        width: 1fr;
        height: 1;
        padding: 0;
        border: none;
        border-left: vkey $hint !important;
        border-right: vkey $hint !important;
        background: $boost;
        background-tint: $surface 0%;
        color: $typed;
        text-style: underline;
        &:ansi > .input--cursor { text-style: reverse; }
    }
    """

    def __init__(self, value: str = "", id: str | None = None) -> None:
        super().__init__(value, id=id, compact=True, select_on_focus=False)


class InputDialog(Modal[DialogResult | None], Generic[DialogResult]):
    """Dialog that asks for text, and stays open until the text is accepted or the user cancels.

    The binding of Enter in its input must run `screen.go`.
    """

    AUTO_FOCUS = "SheetBox"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "no", "cancel", "input.cancel", PROGRAM, "Close this and change nothing", show=True),
    ]

    def __init__(self, question: str, *words: str, box: SheetBox, label: str, does: str) -> None:
        """Make a dialog that asks a question; `words` explain it.

        `label` is shown before the input, and `does` is the text of the answer that accepts what is typed.
        """
        super().__init__()
        self._question, self._words, self._box, self._label, self._does = question, words, box, label, does
        self._wrong = Paragraphs(sign="! ")

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="sheet"):
            yield PaintedLine((self._question, "strong"))
            yield Paragraphs(*self._words)
            with Horizontal(id="ask"):
                yield PaintedLine((f"{self._label} ", "muted"))
                yield self._box
            yield self._wrong
            with Horizontal(id="answers"):
                yield DialogButton(self._does, "go")
                yield DialogButton("Cancel", "no")
                yield KeyHints()

    def on_mount(self) -> None:
        """Call `text_changed` whenever the text changes."""
        self.watch(self._box, "value", self.text_changed, init=False)

    @property
    def typed(self) -> str:
        """The typed text, without spaces around it."""
        return self._box.value.strip()

    def text_changed(self) -> None:
        """Remove the error message, because it was about another text."""
        self.show_error()

    def show_error(self, *sentences: str) -> None:
        """Show why the text was not accepted; without sentences, show nothing."""
        self._wrong.say(*sentences)
        self._fit(self.app.size)

    def action_go(self) -> None:
        """Accept the text if it can be used; otherwise show why not."""
        start_worker(self, self._accept, group="accept")

    async def _accept(self) -> None:
        """Close the dialog with the result; if there is none, focus the input again."""
        result = None
        try:
            result = await self.accept(self.typed)
        except OSError as error:
            self.show_error(f"{reason(error)}.")
        except CachetuiError as error:
            self.show_error(str(error))
        if self.app.screen is self:
            self.set_focus(self._box)
            if result is not None:
                self.dismiss(result)

    async def accept(self, typed: str) -> DialogResult | None:
        """Use the typed text, and return the result of the dialog; None lets the user change the text.

        May raise CachetuiError or OSError, whose message is shown in the dialog.
        """
        raise NotImplementedError
