"""The part of the app that has questions answered: why pip did something."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.worker import Worker

from cachetui.model import NS
from cachetui.ui import workers
from cachetui.ui.settings.worker import Settler
from cachetui.ui.why import question_text
from cachetui.ui.why.question_input import QuestionBox
from cachetui.ui.why.view import Why

if TYPE_CHECKING:  # the first screen does not wait for these
    from cachetui.insight.why.explanation import Explanation
    from cachetui.insight.why.question import Question
    from cachetui.model import Inventory
    from cachetui.pip.config.location import Interpreter, Location
    from cachetui.ui.why.question_text import Answer


class Explainer(Settler):
    """Takes questions, and shows their answers."""

    explain: Answer | None = None
    """Answers questions; None to ask the pip of the Python that was named, or that the question calls."""
    _question: str | None = None  # what was asked last, and is answered or to be answered
    _answered: str | None = None  # the question whose answer is shown
    _unread: workers.Unread | None = None
    _why_turn = 0
    _explaining: Worker[None] | None = None

    @cached_property
    def why_view(self) -> Why:
        """The view."""
        return Why(self.listing, id="why")

    def on_mount(self) -> None:
        """Follow the marks in the view."""
        self.watch(self.browse, "tally", self._show_marks)

    async def on_event(self, event: events.Event) -> None:
        """Deal with a key; a number that the empty question leaves goes to its view."""
        if not isinstance(event, events.Key) or event.is_forwarded or not self._passes_on(event):
            await super().on_event(event)
        elif self.heeds(event):
            await self.press(event)

    def _passes_on(self, event: events.Key) -> bool:
        box = self.focused
        return isinstance(box, QuestionBox) and box.passes_on(event)

    def _show_marks(self) -> None:
        self.why_view.show_marks()

    def action_view(self, view: str) -> None:
        """Go to a view."""
        raise NotImplementedError

    def action_why(self) -> None:
        """Go to the question why pip does what it does with what the row stands for."""
        row = self.browse.cache_tree.current
        text = question_text.requirement_of(row) if row is not None else ""
        if not text:
            self.notify("Why is told of projects: this row belongs to none.", markup=False)
            return
        if text != self._question:
            self._forget()  # an answer to something else would seem to be about this
        self.action_view("why")
        self.why_view.fill_in(text)
        self.why_view.focus_question()

    def action_ask(self) -> None:
        """Ask what is typed."""
        self._question = self.why_view.box.question
        self._seek()
        if self.why_view.asking:
            self.why_view.focus_rows()

    def action_show_in_browse(self) -> None:
        """Go to the row of what has the cursor."""
        if (entry := self.why_view.wanted) is not None:
            self.action_view("browse")
            self.browse.reveal(entry)

    def invite(self) -> None:
        """Say what could be asked, as long as nothing was."""
        if self._question is not None:
            return
        meanings = ("why this version is, or is not, what pip installs", "what pip would take of this project")
        version, project = question_text.examples(self.listing.catalog)
        ways = [*zip((question_text.EXAMPLE if self.demo else version, project), meanings, strict=True)]
        ways.append((f"pip install {project}", "the whole command, with the indexes that it names"))
        if not self.demo:
            ways.append(("cachetui --demo", f"a made-up cache to try it on: ask for {question_text.EXAMPLE}"))
        self.why_view.tell(
            "Why did pip do that?",
            "Write what was asked of pip, and press Enter: the answer says what this cache has to do with it.",
            ways=tuple(ways),
        )

    def _seek(self) -> None:
        """Have the question answered, once the cache has been read."""
        assert self._question is not None
        self._why_turn += 1
        if self.inventory is None:
            self._answered = None
            if self._unread is None:
                words = "The answer comes as soon as everything in it is known."
                self.why_view.tell(f"Reading {self.root_name}", words, asking=True)
            elif self._unread.missing and not self.location.named:
                self.why_view.tell("The cache is empty", "Nothing in it can be the reason for what pip did.")
            else:
                self.why_view.tell("The cache cannot be read", self._unread.reason)
            return
        answer = self.explain or partial(_answer, self.location, self._python, self.demo)
        job = partial(question_text.explain, self._why_turn, self._question, self.inventory, answer, self._clock() / NS)
        if self._question == self._answered:
            self.why_view.wait_again()
        else:
            self.why_view.tell("", asking=True)
        self._explaining = self._beside(job, group="why")

    @on(workers.Read)
    @on(workers.Unread)
    def _ask_anew(self, event: workers.Read | workers.Unread) -> None:
        if event.turn == self._turn:
            self._unread = event if isinstance(event, workers.Unread) else None
            self.call_later(self._seek if self._question is not None else self.invite)  # once it is taken up

    @on(question_text.Explained)
    def _show_answer(self, event: question_text.Explained) -> None:
        if event.turn == self._why_turn:
            self._explaining, self._answered = None, self._question
            self.why_view.show(event.explanation)

    @on(question_text.Unexplained)
    def _show_no_answer(self, event: question_text.Unexplained) -> None:
        if event.turn != self._why_turn:
            return
        self._explaining = self._answered = None
        had_keys = self.why_view.answers.has_focus
        title = "This cannot be answered" if event.understood else "This is not understood"
        self.why_view.tell(title, event.reason)
        if had_keys:
            self.why_view.focus_question()

    def action_question(self) -> None:
        """Stop asking; or go back to the question."""
        if self._planning is not None:
            self.action_stop()  # whose key it is in the meantime
            return
        if self.why_view.asking:
            self._forget()
            self.invite()
        self.why_view.focus_question()

    def _forget(self) -> None:
        """Drop the question, and the answer to it that is shown or waited for."""
        self._why_turn += 1
        self._stop(self._explaining)
        self._explaining = self._question = self._answered = None

    @on(Why.Marked)
    def _tell_marked(self) -> None:
        self.browse.cache_tree.refresh_signs()
        self.browse.tally = self.listing.tally


def _answer(
    location: Location,
    named: Interpreter | None,
    demo: bool,
    question: Question,
    inventory: Inventory,
    now: float,
    stop: workers.Stop,
) -> Explanation:
    """Ask the pip of a Python."""
    from cachetui.demo.contents import INDEX  # noqa: PLC0415 - the first screen does without
    from cachetui.insight.why.environment import resolve_environment  # noqa: PLC0415
    from cachetui.insight.why.explain import explain  # noqa: PLC0415

    asker = resolve_environment(question, location, named, demo_index=INDEX if demo else "", stop=stop)
    return explain(question, inventory, asker, now=now, stop=stop)
