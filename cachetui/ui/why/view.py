"""View that explains pip's decisions: a question, and an answer with reasons and remedies."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widgets import Input

from cachetui.browsing.model import BrowserModel, MarkTotals
from cachetui.errors import CachetuiError
from cachetui.model import Entry, Inventory
from cachetui.services.services import Services
from cachetui.text.redact import redact_input
from cachetui.ui.bindings import MARK, SHOW, key, key_name
from cachetui.ui.cache_screen import Reading
from cachetui.ui.clipboard import copy_text
from cachetui.ui.messages import MarksChanged, ShowInBrowse
from cachetui.ui.why.answer_list import AnswerList
from cachetui.ui.why.examples import EXAMPLE, examples
from cachetui.ui.why.layout import ActionTarget, LayoutOptions, acts_of, answer_lines, plain_lines
from cachetui.ui.why.question_input import QuestionBox
from cachetui.ui.widgets.cells import fit, shown, width
from cachetui.ui.widgets.painted import PaintedLine
from cachetui.ui.workers import run_in_thread, start_worker

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.why.explanation import Explanation

ROOMY = 20
"""Minimum height of the screen in rows at which there are blank lines."""
ASKED = "What did you ask pip for?"
"""Title above the question."""


class Why(Vertical):
    """View with the question above and the answer below."""

    BINDING_GROUP_TITLE = "Why"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "copy", "copy command", "why.copy", SHOW, "Copy the command, or the first one", show=True),
        key("enter", "take", "ask", "why.example", SHOW, "Ask the example", show=True),
        key("space", "mark", "mark", "marks.toggle", MARK, "Mark the row, or unmark it, and step down", show=True),
        key("b", "browse", "show in Browse", "why.browse", SHOW, "Show the file in Browse", show=True),
        key("escape", "question", "question", "why.question", SHOW, "Stop asking, or go to the question", show=True),
    ]
    DEFAULT_CSS = """
    Why {
        & > #asked { height: 1; }
        & > Horizontal { height: 1; background: $surface; margin: 0 1; }
        & > Horizontal > PaintedLine { width: auto; background: $surface; }
        &:ansi > Horizontal, &:ansi > Horizontal > PaintedLine { background: ansi_default; }
    }
    """

    reading: var[Reading] = var(Reading())
    revision: var[int] = var(0)
    marks: var[MarkTotals] = var(MarkTotals(), always_update=True)

    def __init__(self, services: Services, model: BrowserModel, id: str | None = None) -> None:
        super().__init__(id=id)
        self.services = services
        self.model = model
        self._question: str | None = None  # the last question, answered or still to be answered
        self._answered: str | None = None  # the question whose answer is shown
        self._answer: Explanation | None = None
        self._acts: tuple[ActionTarget, ...] = ()
        self._plain: tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]] = ("", (), ())
        self.asking = False
        """Whether an answer is being awaited."""
        self.footer_words: dict[str, str] = {}
        """Words in the footer for keys that currently do something unusual, by the ids of their bindings."""
        self.box = QuestionBox(self.ask, self.stop)
        """The input for the question."""
        self.answers = AnswerList()
        """The lines of the answer."""
        self._asked, self._prompt = PaintedLine(id="asked"), PaintedLine(id="prompt")

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield self._asked
        yield Horizontal(self._prompt, self.box)
        yield self.answers

    def on_mount(self) -> None:
        """Show the symbol of the prompt, and what there is to show in place of an answer."""
        self._prompt.show((f" {self.answers.glyphs.prompt} ", "accent strong"))
        self._draw(anew=True)

    def on_resize(self) -> None:
        """Lay out the lines for the new size."""
        self._draw()

    def activate(self) -> None:
        """Focus the question, so that what is typed replaces it; while it is being answered, focus the answer."""
        self._invite()
        self._draw()
        self.box.select_all()
        self.screen.set_focus(self.answers if self.asking else self.box)  # at once, as in other views

    def focus_question(self) -> None:
        """Focus the question."""
        self.screen.set_focus(self.box)

    def answer(self, text: str) -> None:
        """Put a question into the box, and answer it; an answer to a different question disappears."""
        if text != self._question:
            self._forget()
        self.box.value = text
        self.box.cursor_position = len(text)
        self.ask()
        self.screen.set_focus(self.answers)

    @on(Input.Changed)
    def _compare(self, event: Input.Changed) -> None:
        """Show which question the answer is for if another question is typed."""
        self._head()

    def watch_reading(self, reading: Reading) -> None:
        """Answer the last question again after a scan."""
        if self._question is not None:
            self._seek()
        elif reading.inventory is not None or reading.error:
            self._invite()

    def watch_marks(self) -> None:
        """Redraw the marks."""
        if self._answer is not None and self.display:
            self._draw()

    # Questions

    def ask(self) -> None:
        """Ask the typed question, and focus the answer while it is being awaited."""
        self._question = self.box.question
        self._seek()
        if self.asking:
            self.screen.set_focus(self.answers)

    def _invite(self) -> None:
        """Show examples of questions if nothing has been asked."""
        if self._question is not None:
            return
        demo = self.services.demo
        meanings = ("why pip installs this version, or does not", "what pip would install of this project")
        version, project = examples(self.model.catalog)
        ways = [*zip((EXAMPLE if demo else version, project), meanings, strict=True)]
        ways.append((f"pip install {project}", "the whole command, with its indexes"))
        if not demo:
            ways.append(("cachetui --demo", f"a made-up cache to try it on; ask for {EXAMPLE}"))
        self.show_words(
            "Why did pip do that?",
            "Type what you asked pip for and press Enter.",
            ways=tuple(ways),
        )

    def _seek(self) -> None:
        """Start to answer the question if the cache has been read; if not, show why this must wait or is impossible."""
        reading, question = self.reading, self._question
        if question is None:
            return
        waiting = "The answer appears once the cache has been read."
        empty = "Nothing in it can be the reason for what pip did."
        page = reading.page(self.services.location.name, waiting=waiting, empty=empty)
        if page is not None:
            self.workers.cancel_group(self, "why")
            self._answered = None
            self.show_words(*page, asking=not reading.error)
        elif reading.inventory is not None:
            if question == self._answered:
                self.wait_again()
            else:
                self.show_words("", asking=True)
            start_worker(self, self._explain, question, reading.inventory, group="why")

    async def _explain(self, question: str, inventory: Inventory) -> None:
        """Answer the question in a worker thread."""
        try:
            explanation = await run_in_thread(self.services.explain, question, inventory, stop=Event())
        except CachetuiError as error:
            from cachetui.insight.why.pip_command import QuestionError  # noqa: PLC0415 - it is loaded

            if isinstance(error, QuestionError):
                self._show_failure("This question is not understood", error.redacted())
            else:
                self._show_failure("This cannot be answered", str(error))
        except OSError as error:
            why = f"This cannot be answered: {error.strerror or error}."
            self._show_failure("This cannot be answered", why)
        else:
            self._answered = question
            self.show(explanation)

    def _show_failure(self, title: str, reason: str) -> None:
        had_keys = self.answers.has_focus
        self._answered = None
        self.show_words(title, reason)
        if had_keys:
            self.focus_question()

    def _forget(self) -> None:
        """Forget which question was asked, and cancel the work on its answer."""
        self.workers.cancel_group(self, "why")
        self._question = self._answered = None

    def stop(self) -> bool:
        """Stop the work on an answer, but keep the typed question; return whether there was any work."""
        if was_asking := self.asking:
            self._forget()
            again = key_name(self.app, "why.ask")
            self.show_words("Stopped", f"pip is not asked any more. {again} asks again, or change the question.")
        return was_asking

    def action_question(self) -> None:
        """Stop the work on an answer, and focus the question."""
        self.stop()
        self.focus_question()

    # Display

    def show(self, answer: Explanation) -> None:
        """Show an answer; if it replaces an answer, keep the cursor and the scroll position."""
        anew = self._answer is None
        self._answer, self._acts, self.asking = answer, acts_of(answer), False
        self._draw(anew=anew)

    def show_words(self, title: str, *words: str, ways: tuple[tuple[str, str], ...] = (), asking: bool = False) -> None:
        """Show words in place of an answer; `asking` says whether an answer is being awaited."""
        self._answer, self._acts, self._plain, self.asking = None, (), (title, words, ways), asking
        self._draw(anew=True)

    def wait_again(self) -> None:
        """Keep the current answer until there is a newer answer to the same question."""
        self.asking = True
        self._draw()

    def _draw(self, *, anew: bool = False) -> None:
        if not self.is_mounted:
            return
        answers = self.answers
        look = LayoutOptions(answers.glyphs, self.app.size.height >= ROOMY)
        room = answers.room
        if self._answer is not None:
            signs = [self._sign(act) for act in self._acts]
            answers.show(answer_lines(self._answer, signs, room, look), anew=anew)
        else:
            title, words, ways = self._plain
            answers.show(plain_lines(title, words, ways, room, look) if title else [], anew=anew)
        self._head()
        self.footer_words = {"why.question": "stop"} if self.asking else {}
        self.box.footer_words = {"why.leave": "stop"} if self.asking else {}
        if self.is_attached:
            self.refresh_bindings()

    def _head(self) -> None:
        """Show on the right that pip is being asked; otherwise, which Python the answer is for.

        If another question has been typed, show which question the answer is for instead.
        """
        dots = self.answers.glyphs.dots
        asking = f"Asking {dots} ({key_name(self.app, 'why.question')} stops)"
        words = asking if self.asking else f"for {self._answer.asker}" if self._answer else ""
        if self._answer and not self.asking and self.box.question not in (self._answered, ""):
            words = f"the answer is for {self._answered}"
        words = fit(shown(redact_input(words)), max(0, self.size.width - width(ASKED) - 4), dots=dots)
        self._asked.show((f" {ASKED}", "strong"), right=((f"{words} ", "muted"),))

    @property
    def _act(self) -> ActionTarget | None:
        """The item under the cursor; None if there is none or an answer is being awaited."""
        cursor = self.answers.cursor
        return self._acts[cursor] if not self.asking and cursor < len(self._acts) else None

    @property
    def _command(self) -> str:
        """The command under the cursor, or else the first command; empty if there is none."""
        commands = [act.command for act in self._acts if act.command]
        return (self._act.command if self._act else "") or (commands[0] if commands else "")

    def _sign(self, act: ActionTarget) -> str:
        return self.model.sign_of(act.entries)

    @property
    def actable(self) -> bool:
        """Whether any item of the answer can be marked and shown in Browse."""
        return not self.asking and any(self._sign(act) for act in self._acts)

    @property
    def wanted(self) -> Entry | None:
        """The first entry of the item under the cursor that is in the cache.

        If there is none, notify the user, and return None.
        """
        known = self.model.catalog.entries
        found = next((known[path] for path in (self._act.entries if self._act else ()) if path in known), None)
        if found is None:
            self.notify("Nothing in the cache belongs to this row.", markup=False)
        return found

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable actions that currently have no effect."""
        if action == "take":
            return self.answers.has_focus and self._example is not None
        if action == "copy":
            return bool(self._command) and not self.asking
        return action not in ("mark", "browse") or self.actable

    def action_copy(self) -> None:
        """Copy the command under the cursor, or else the first command."""
        copy_text(self, self._command, redact_input(self._command))

    def action_browse(self) -> None:
        """Show the first entry of the item under the cursor in Browse."""
        if (entry := self.wanted) is not None:
            self.post_message(ShowInBrowse(entry))

    def action_mark(self) -> None:
        """Mark the entries of the item under the cursor, or unmark them, and go to the next item."""
        if self._act is not None and self.wanted is not None:
            self._mark(self._act)
            self.answers.action_move(1)

    def _mark(self, act: ActionTarget) -> None:
        known = self.model.catalog.entries
        self.model.toggle_entries([known[path] for path in act.entries if path in known])
        self._draw()
        self.post_message(MarksChanged())

    @on(AnswerList.Folded)
    def _ask_clicked(self, event: AnswerList.Folded) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Ask the example under the cursor."""
        if (example := self._example) is not None:
            self.box.value = example
            self.box.cursor_position = len(example)
            self.ask()

    @property
    def _example(self) -> str | None:
        """The example under the cursor; None if there is none."""
        ways, cursor = self._plain[2], self.answers.cursor
        return ways[cursor][0] if self._answer is None and self.answers.number and cursor < len(ways) else None

    @on(AnswerList.Ticked)
    def _mark_clicked(self, event: AnswerList.Ticked) -> None:
        event.stop()
        if event.row < len(self._acts) and not self.asking:
            self._mark(self._acts[event.row])
