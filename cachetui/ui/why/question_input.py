"""The input in which a question is typed or pasted."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from cachetui.ui.bindings import MOVE, SHOW, key
from cachetui.ui.why.examples import EXAMPLE
from cachetui.ui.widgets.text_box import TextBox

LINE_END = "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"
"""Symbol for the end of a line, because the box has only one line."""


class QuestionBox(TextBox):
    """The input for the question."""

    DEFAULT_CSS = """
    QuestionBox, QuestionBox:focus {
        width: 1fr;
        height: 1;
        padding: 0;
        border: none;
        background: $surface;
        background-tint: $surface 0%;
        color: $typed;
        & > .input--placeholder { color: $hint; }
        &:ansi { background: ansi_default; }
        &:ansi > .input--placeholder { color: ansi_default; text-style: dim; }
        &:ansi > .input--cursor { text-style: reverse; }
    }
    """
    HELP = f"""\
# Why did pip do that?
Type or paste what you asked pip for, and press Enter. Your Python's own pip answers, on a sealed view of this cache:
nothing is fetched, built or installed.

- `{EXAMPLE}`: a requirement, as in a requirements file
- `thing @ https://files.example/thing-1.0.tar.gz`: the address of a file, with or without a name
- `pip install torch==2.3.0 --extra-index-url https://index.example/cu121`: the command, as it was typed

As long as nothing is typed, numbers go to the views: a project whose name begins with one is asked for with a blank
before it.
"""
    BINDING_GROUP_TITLE = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "ask", "ask", "why.ask", SHOW, "Ask why pip does what it does", show=True),
        key("down", "leave", "to the answer", "why.answer", MOVE, "Go from the question to the answer"),
        key("escape", "back", "back", "why.leave", SHOW, "Stop asking, or go from the question to Browse", show=True),
    ]

    def __init__(self, ask: Callable[[], object], stop: Callable[[], bool]) -> None:
        """Make the box; `ask` is called on Enter, before the next key is handled.

        `stop` stops the work on an answer, and returns whether there was any.
        """
        self._ask, self._stop = ask, stop
        self.footer_words: dict[str, str] = {}
        """Words in the footer for keys that currently do something unusual, by the ids of their bindings."""
        super().__init__(
            placeholder=f"{EXAMPLE}, or the whole command as you typed it",
            compact=True,
            select_on_focus=False,
            id="question",
        )

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a key types a character; digits open views if the box is empty or all its text is selected."""
        is_untouched = self.selected_text == self.value
        return super().check_consume_key(key, character) and not (key.isdecimal() and is_untouched)

    def on_paste(self, event: events.Paste) -> None:
        """Insert all pasted lines as one, with symbols for line ends; Textual would insert only the first line."""
        event.prevent_default()
        event.stop()
        lines = [" ".join(line.split()) for line in event.text.replace("\\\n", " ").splitlines()]
        self.insert_text_at_cursor(f" {LINE_END} ".join([line for line in lines if line]))

    @property
    def question(self) -> str:
        """The typed text, with line ends in place of the symbols for them."""
        return self.value.replace(LINE_END, "\n")

    def action_ask(self) -> None:
        """Ask the typed question."""
        self._ask()

    async def action_back(self) -> None:
        """Stop the work on an answer; if there is none, go to Browse."""
        if not self._stop():
            await self.screen.run_action("view('browse')")

    def action_leave(self) -> None:
        """Focus the answer."""
        self.screen.focus_next("AnswerList")
