"""The view that tells why pip does what it does: a question, and the answer with what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input

from cachetui.model import Entry
from cachetui.ui.asking import EXAMPLE, sign_of, toggle
from cachetui.ui.cells import fit, shown, width
from cachetui.ui.echo import unsaid
from cachetui.ui.ink import Ink, Line
from cachetui.ui.keys import MARK, MOVE, ROWS, SHOW, key
from cachetui.ui.listing import Listing
from cachetui.ui.text import copyable
from cachetui.ui.why_page import BOX, Act, Look, PageLine, acts_of, answer_lines, plain_lines

if TYPE_CHECKING:  # the first screen does not wait for it
    from cachetui.insight.why.answer import Explanation

ROOMY = 20
"""Rows of the screen from which there are blank lines."""
LINE_END = "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"
"""What stands for the end of a line in the box, which has only one."""
ASKED = "What was asked of pip"
"""What stands above the question."""


class QuestionBox(Input):
    """Where the question is typed."""

    DEFAULT_CSS = """
    QuestionBox, QuestionBox:focus {
        width: 1fr;
        height: 1;
        padding: 0;
        border: none;
        background: $surface;
        background-tint: $surface 0%;
        color: $foreground;
        & > .input--placeholder { color: $foreground 46%; }
        &:ansi { background: ansi_default; }
        &:ansi > .input--placeholder { color: ansi_default; text-style: dim; }
        &:ansi > .input--cursor { text-style: reverse; }
    }
    """
    HELP = f"""\
# Why did pip do that?
Type or paste what was asked of pip, and press Enter. Your Python's own pip answers, on a sealed view of this cache:
nothing is fetched, built or installed.

- `{EXAMPLE}`: a requirement, as in a requirements file
- `thing @ https://files.example/thing-1.0.tar.gz`: the address of a file, with or without a name
- `pip install torch==2.3.0 --extra-index-url https://index.example/cu121`: the command, as it was typed

As long as nothing is typed, numbers go to the views: a project whose name begins with one is asked for with a blank
before it.
"""
    BINDING_GROUP_TITLE = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "app.ask", "ask", "why.ask", SHOW, "Ask why pip does what it does", show=True),
        key("down", "leave", "to the answer", "why.answer", MOVE, "Go from the question to the answer"),
        key("escape", "app.view('browse')", "back", "why.leave", SHOW, "Go from the question to Browse", show=True),
    ]

    def __init__(self) -> None:
        super().__init__(
            placeholder=f"{EXAMPLE}, or the whole command as it was typed",
            compact=True,
            select_on_focus=False,
            id="question",
        )

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Tell whether a key is typed: numbers are not, as long as the box is empty, but go to the views."""
        return super().check_consume_key(key, character) and not (key.isdecimal() and not self.value)

    def passes_on(self, event: events.Key) -> bool:
        """Tell whether a key that could be typed is not."""
        return event.is_printable and not self.check_consume_key(event.key, event.character)

    def on_paste(self, event: events.Paste) -> None:
        """Insert all lines that are pasted, as one with signs for their ends; Textual's box takes the first alone."""
        event.prevent_default()
        event.stop()
        lines = [" ".join(line.split()) for line in event.text.replace("\\\n", " ").splitlines()]
        self.insert_text_at_cursor(f" {LINE_END} ".join([line for line in lines if line]))

    @property
    def question(self) -> str:
        """What was typed, with the lines that were pasted."""
        return self.value.replace(LINE_END, "\n")

    def action_leave(self) -> None:
        """Go to the answer."""
        self.screen.focus_next("AnswerList")


class AnswerList(Ink, ScrollView, can_focus=True, inherit_bindings=False):
    """An answer; the cursor goes from one thing that can be acted on to the next."""

    DEFAULT_CSS = """
    AnswerList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
    }
    """
    HELP = """\
# The answer
First what pip would do, in a sentence; then step by step, what this cache holds of the project, the reasons with the
files that show them, and the commands that help. A check mark stands before a file that can be used, a cross before one
that this Python cannot use, a dot before one that was not asked for. `[x]` is marked: `d` shows the review.
"""
    BINDING_GROUP_TITLE = "Answer"
    BINDINGS: ClassVar[list[BindingType]] = [*ROWS]

    @dataclass
    class Ticked(Message):
        """A box was clicked."""

        act: int
        """The index of what it belongs to."""

    def __init__(self) -> None:
        super().__init__()
        self.cursor = 0
        """The index of what has the cursor, of all that can be acted on."""
        self._lines: list[PageLine] = []
        self._spans: list[tuple[int, int]] = []  # the first line and the one behind the last, by index

    @property
    def room(self) -> int:
        """The cells of a line."""
        return self.scrollable_content_region.width

    def show(self, lines: list[PageLine], *, anew: bool) -> None:
        """Draw other lines; `anew` from the top, with the cursor on what comes first."""
        self._lines = lines
        spans: dict[int, tuple[int, int]] = {}
        for index, line in enumerate(lines):
            if line.act is not None:
                spans[line.act] = spans.get(line.act, (index, index))[0], index + 1
        self._spans = [spans[act] for act in sorted(spans)]
        self.virtual_size = Size(0, len(lines))
        self.cursor = 0 if anew else max(0, min(self.cursor, len(self._spans) - 1))
        if anew:
            self._scroll(0)
        self.refresh()

    def go(self, index: int) -> None:
        """Put the cursor on something that can be acted on, or on the nearest there is."""
        self.cursor = max(0, min(index, len(self._spans) - 1))
        self.refresh()

    def _scroll(self, line: int) -> None:
        self.scroll_to(y=max(0, line), animate=False, force=True, immediate=True)

    def action_move(self, step: int) -> None:
        """Go to the next thing that can be acted on, or scroll on where it is further away than a page."""
        height, top = self.scrollable_content_region.height, round(self.scroll_target_y)
        index = self.cursor + step
        if not 0 <= index < len(self._spans):
            self._scroll(top + step)
            return
        first, end = self._spans[index]
        wanted = min(top, first) if first < top or end - first >= height else max(top, end - height)
        if abs(wanted - top) >= max(2, height):
            self._scroll(top + step * max(1, height - 1))
            return
        self.go(index)
        self._scroll(wanted)

    def action_page(self, step: int) -> None:
        """Go some pages down, or up, and to what can be acted on there."""
        height, top = self.scrollable_content_region.height, round(self.scroll_target_y)
        top = max(0, min(top + step * max(1, height - 1), len(self._lines) - height))
        self._scroll(top)
        seen = [index for index, (first, _) in enumerate(self._spans) if top <= first < top + height]
        if seen:
            self.go(seen[-1] if step > 0 else seen[0])

    def action_edge(self, end: int) -> None:
        """Go to the start, or the end."""
        self.go(end * (len(self._spans) - 1))
        self._scroll(end * len(self._lines))

    def on_click(self, event: events.Click) -> None:
        """Go to what was clicked; mark by the box."""
        offset = event.get_content_offset(self)
        if offset is None or (index := offset.y + self.scroll_offset.y) >= len(self._lines):
            return
        line = self._lines[index]
        if line.act is None:
            return
        event.stop()
        self.go(line.act)
        if line.box is not None and line.box <= offset.x < line.box + BOX - 1:
            self.post_message(self.Ticked(line.act))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        room, index = self.room, y + self.scroll_offset.y
        if index >= len(self._lines):
            return Strip.blank(room, self.ink())
        line = self._lines[index]
        here = self.has_focus and line.act is not None and line.act == self.cursor
        if not here:
            return self.strip(*line.words, room=room)
        first, *rest = line.words
        edge = " " if self.app.native_ansi_color else self.glyphs.edge
        parts = [(edge, "accent cursor"), (first[0][1:], f"{first[1]} cursor")]
        parts += [(words, f"{roles} cursor") for words, roles in rest]
        return Strip(self.segments(parts)).adjust_cell_length(room, self.ink("cursor"))


class Why(Vertical):
    """The question above, the answer below."""

    BINDING_GROUP_TITLE = "Why"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "copy", "copy command", "why.copy", SHOW, "Copy the command, or the first one", show=True),
        key("space", "mark", "mark", "marks.toggle", MARK, "Mark the row, or unmark it, and step down", show=True),
        key("b", "app.show_in_browse", "show in Browse", "why.browse", SHOW, "Show the file in Browse", show=True),
        key("escape", "app.question", "question", "why.question", SHOW, "Stop asking; or go back to it", show=True),
    ]
    DEFAULT_CSS = """
    Why {
        & > #asked { height: 1; }
        & > Horizontal { height: 1; background: $surface; margin: 0 1; }
        & > Horizontal > Line { width: auto; background: $surface; }
        &:ansi > Horizontal, &:ansi > Horizontal > Line { background: ansi_default; }
    }
    """

    class Marked(Message):
        """Something was marked, or unmarked."""

    def __init__(self, listing: Listing, id: str | None = None) -> None:
        super().__init__(id=id)
        self.listing = listing
        self._answer: Explanation | None = None
        self._acts: tuple[Act, ...] = ()
        self._plain: tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]] = ("", (), ())
        self.asking = False
        """Whether an answer is waited for."""
        self.box = QuestionBox()
        """Where the question is typed."""
        self.answers = AnswerList()
        """The answer's lines."""
        self._asked, self._prompt = Line(id="asked"), Line(id="prompt")

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield self._asked
        yield Horizontal(self._prompt, self.box)
        yield self.answers

    def on_mount(self) -> None:
        """Begin with the question."""
        self._prompt.show((f" {self.answers.glyphs.prompt} ", "accent strong"))
        self._draw(anew=True)

    def on_resize(self) -> None:
        """Write what fits."""
        self._draw()

    def focus_rows(self) -> None:
        """Give the keys to the answer, or to the question as long as there is none."""
        self._draw()
        self.screen.set_focus(self.answers if self._answer or self.asking else self.box)  # at once, as for all views

    def focus_question(self) -> None:
        """Give the keys to the question."""
        self.screen.set_focus(self.box)

    def fill_in(self, text: str) -> None:
        """Put a question into the box; it is not asked yet."""
        self.box.value = text
        self.box.cursor_position = len(text)

    def show(self, answer: Explanation) -> None:
        """Show an answer; one to the same question as that which is shown leaves cursor and place as they are."""
        anew = self._answer is None
        self._answer, self._acts, self.asking = answer, acts_of(answer), False
        self._draw(anew=anew)

    def tell(self, title: str, *words: str, ways: tuple[tuple[str, str], ...] = (), asking: bool = False) -> None:
        """Say something in place of an answer."""
        self._answer, self._acts, self._plain, self.asking = None, (), (title, words, ways), asking
        self._draw(anew=True)

    def wait_again(self) -> None:
        """Keep the answer until there is a newer one to the same question."""
        self.asking = True
        self._draw()

    def show_marks(self) -> None:
        """Show what is marked now."""
        if self._answer is not None and self.display:
            self._draw()

    def _draw(self, *, anew: bool = False) -> None:
        if not self.is_mounted:
            return
        answers = self.answers
        look = Look(answers.glyphs, self.app.size.height >= ROOMY)
        room = answers.room
        if self._answer is not None:
            signs = [self._sign(act) for act in self._acts]
            answers.show(answer_lines(self._answer, signs, room, look), anew=anew)
        else:
            title, words, ways = self._plain
            answers.show(plain_lines(title, words, ways, room, look) if title else [], anew=anew)
        self._head()
        if self.is_attached:
            self.refresh_bindings()

    def _head(self) -> None:
        """Tell at the right for which Python it is answered."""
        dots = self.answers.glyphs.dots
        words = f"Asking {dots}" if self.asking else f"for {self._answer.asker}" if self._answer else ""
        words = fit(shown(unsaid(words)), max(0, self.size.width - width(ASKED) - 4), dots=dots)
        self._asked.show((f" {ASKED}", "strong"), right=((f"{words} ", "muted"),))

    @property
    def _act(self) -> Act | None:
        """What has the cursor."""
        cursor = self.answers.cursor
        return self._acts[cursor] if not self.asking and cursor < len(self._acts) else None

    @property
    def _command(self) -> str:
        """The command under the cursor, or the first one."""
        commands = [act.command for act in self._acts if act.command]
        return (self._act.command if self._act else "") or (commands[0] if commands else "")

    def _sign(self, act: Act) -> str:
        return sign_of(self.listing, act.entries)

    @property
    def actable(self) -> bool:
        """Whether anything of the answer can be marked, and shown in Browse."""
        return not self.asking and any(self._sign(act) for act in self._acts)

    @property
    def wanted(self) -> Entry | None:
        """The first entry that the row under the cursor is about; tells the user where there is none."""
        known = self.listing.catalog.entries
        found = next((known[path] for path in (self._act.entries if self._act else ()) if path in known), None)
        if found is None:
            self.notify("Nothing in the cache belongs to this row.", markup=False)
        return found

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what makes no sense now."""
        if action == "copy":
            return bool(self._command) and not self.asking
        return action != "mark" or self.actable

    def action_copy(self) -> None:
        """Copy the command under the cursor, or the first one."""
        self.app.copy_to_clipboard(copyable(self._command))
        self.notify(f"Copied {shown(unsaid(self._command))}", markup=False)

    def action_mark(self) -> None:
        """Mark what the row is about, or unmark it, and step down."""
        if self._act is not None and self.wanted is not None:
            self._mark(self._act)
            self.answers.action_move(1)

    def _mark(self, act: Act) -> None:
        toggle(self.listing, act.entries)
        self._draw()
        self.post_message(self.Marked())

    @on(AnswerList.Ticked)
    def _mark_clicked(self, event: AnswerList.Ticked) -> None:
        event.stop()
        if event.act < len(self._acts) and not self.asking:
            self._mark(self._acts[event.act])
