"""Parts of the dialog of rules: a rule with its tick, its value and what it would choose alone; what stands below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input
from textual.widgets.input import Selection

from cachetui.ui.bindings import MARK, MOVE, key
from cachetui.ui.dialogs.modal import Answer, Words
from cachetui.ui.rules.form import Figures, Form, Rule
from cachetui.ui.widgets.cells import fit, shown
from cachetui.ui.widgets.painted import PaintedWidget, Part, parts_width, size_parts

LABEL = 18
"""Cells before the value: the edge, the tick and the label."""
NUMBER, SIZE = 9, 7
"""Cells for how many entries are chosen, and for their size."""
FIGURES = NUMBER + 1 + SIZE
"""Cells for both."""
DIGITS = "0123456789"
"""Digits, which begin a value: typed on a row, one goes into the box."""


def figure_parts(figures: Figures | None, counting: bool, dots: str, roles: str) -> list[Part]:
    """Write totals in `FIGURES` cells; None while they are not known."""
    if figures is None:
        return [(f"{dots if counting else '':>{NUMBER}}".ljust(FIGURES), "hint")]
    number = (f"{figures.entries:>{NUMBER},} ", roles if figures.entries else "hint")
    return [number, *(size_parts(figures.disk, roles) if figures.entries else (" " * SIZE,))]


class Underlined(Highlighter):
    """Underlines a value from the place where it does not parse."""

    start: int | None = None
    """The first wrong character's index; None if nothing is wrong."""

    def __init__(self, box: ValueBox) -> None:
        self._box = box

    def highlight(self, text: Text) -> None:
        """Underline what is wrong; where something is missing, the place for it."""
        if self.start is not None:
            text.pad_right(max(0, self.start + 1 - len(text)))
            text.stylize(self._box.get_component_rich_style("value--wrong", partial=True), self.start)


class ValueBox(Input):
    """The input for a value."""

    HELP = """\
# Value
What is typed counts at once, and ticks the rule; an empty box takes it out. Ages: `90d`, `6mo`, `1y`. Sizes: `100MB`,
`1.5GiB`. Terms are those of the filter, but that a bare name is exactly the name of a project. Enter marks what the
last line says; the arrows go to other rules.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.mark", "mark", "rules.mark-typed", MARK, "Mark what the rules choose, and close"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"value--wrong"}
    DEFAULT_CSS = """
    ValueBox, ValueBox:focus {
        width: 10;
        height: 1;
        margin: 0 0 0 18;
        padding: 0;
        border: none;
        background: $boost;
        background-tint: $surface 0%;
        color: $foreground;
        &.-off { color: $foreground 54%; }
        &.-terms { width: 1fr; margin: 0 19 0 18; }
        & > .input--placeholder { color: $foreground 34%; }
        & > .value--wrong { color: $text-error; text-style: underline; }
        &:ansi { background: ansi_default; text-style: underline; }
        &:ansi > .input--placeholder { color: ansi_default; text-style: dim; }
        &:ansi > .value--wrong { color: ansi_default; text-style: underline; }
        &:ansi > .input--cursor { text-style: reverse; }
    }
    """

    def __init__(self, rule: Rule, text: str) -> None:
        self.rule = rule
        """The rule that it is a value of."""
        self._underlined = Underlined(self)
        super().__init__(
            text,
            rule.example,
            self._underlined,
            compact=True,
            select_on_focus=False,  # it comes too late: it would select what was typed since
            classes="-terms" if rule.name == "terms" else None,
        )

    def enter(self, text: str | None = None) -> None:
        """Take the keys, with another value or with the old one selected: what is typed next replaces it."""
        self.screen.set_focus(self)
        if text is not None:
            self.value = text
        self.selection = Selection(
            0 if text is None and self.rule.name != "terms" else len(self.value), len(self.value)
        )

    def show_wrong(self, start: int | None) -> None:
        """Underline what does not parse, from an index on; None if all does."""
        self._underlined.start = start
        self.refresh()


class RuleRow(PaintedWidget, can_focus=True):
    """One rule."""

    HELP = """\
# Rules
Each line is a rule, with what it would choose alone. Those ticked count together, for everything in the cache, whatever
the filter shows; they are the rules of `cachetui prune`. The first five add up. The next three narrow what those
choose, or choose alone. `keep latest` exempts the newest versions of each project; alone, it chooses the others. `max
size` comes last and takes the oldest, until no more is left. Wheels that pip built here stay unless `built here` is
ticked, and what the preferences protect stays in any case.

Rules mark. What is marked goes when you have read and accepted a review, and not before.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "screen.tick", "tick", "rules.tick", MARK, "Tick the rule, or take it out", show=True),
        key("enter", "screen.mark", "mark", "rules.mark", MARK, "Mark what the rules choose, and close", show=True),
        key("right,l", "edit", "edit", "rules.edit", MOVE, "Go to the rule's value; a digit begins another one"),
        *[
            key(digit, f"begin('{digit}')", "edit", f"rules.begin-{digit}", MOVE, f"Begin a value with {digit}")
            for digit in DIGITS
        ],
    ]
    DEFAULT_CSS = "RuleRow { height: 1; layout: horizontal; }"

    @dataclass
    class Ticked(Message):
        """A rule is to be ticked, or taken out."""

        row: RuleRow
        """The rule's row."""

    @dataclass
    class Turned(Message):
        """Ages are to be counted from another moment."""

    def __init__(self, rule: Rule, form: Form, unknown: str = "") -> None:
        """Make a row. `unknown` says why the rule's entries are not known, if so."""
        super().__init__()
        self.rule = rule
        """The rule."""
        self.unknown = unknown
        """Why its entries are not known; empty if they are."""
        self.box = ValueBox(rule, form.texts.get(rule.name, "")) if rule.example else None
        """The input for its value; None if it has none."""
        self._form = form
        self._error: str | None = None
        self._figures: Figures | None = None
        self._counting = True

    def compose(self) -> ComposeResult:
        """Lay out the row."""
        if self.box is not None:
            yield self.box

    def show(self, form: Form, figures: Figures | None) -> None:
        """Draw what a form says of the rule, and what it would choose alone, as far as that is known."""
        name = self.rule.name
        wrong = form.wrong.get(name)
        self._form, self._figures = form, figures
        self._error = None if wrong is None else wrong.sentence
        self._counting = form.alone(name) is not None and not self.unknown
        if self.box is not None:
            if self.box.value != form.texts.get(name, ""):
                self.box.value = form.texts.get(name, "")
            self.box.set_class(name not in form.ticked, "-off")
            self.box.show_wrong(None if wrong is None else wrong.position)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the row; the box lies upon it."""
        room, on = self.size.width, self.rule.name in self._form.ticked
        ground = "cursor" if self.has_focus else ""
        inside = self.has_focus or (self.box is not None and self.box.has_focus)
        quiet = "faint" if self.unknown and not on else "plain" if on else "muted"
        left: list[Part] = [
            (self.glyphs.edge if inside else " ", f"accent {ground}"),
            ("[", f"muted {ground}"),
            ("x" if on else " ", f"mark {ground}"),
            ("] ", f"muted {ground}"),
            (self.rule.label.ljust(LABEL - 5), f"{quiet} {ground} {'strong' if on else ''}"),
        ]
        words, roles = self._words()
        right: Sequence[Part] = ()
        if self._error is None or self.rule.name == "terms":
            found = figure_parts(self._figures, self._counting, self.glyphs.dots, "plain" if on else "muted")
            if self._error is not None:
                found = [(" not understood".ljust(FIGURES), "mark")]
            found.append(" ")
            right = [(part, ground) if isinstance(part, str) else (part[0], f"{part[1]} {ground}") for part in found]
        start, taken = self._words_start, parts_width(right) or 1
        space = max(0, room - start - taken)
        left.append((" " * (start - LABEL), ground))
        left.append((fit(words, space, dots=self.glyphs.dots).ljust(space), f"{roles} {ground}"))
        return Strip([*self.strip(*left, room=room - parts_width(right)), *self.segments(right)]).crop(0, room)

    @property
    def _words_start(self) -> int:
        """The first column of the words: behind the box, if there is one."""
        if self.box is None:
            return LABEL
        return LABEL + self.box.size.width + 1

    def _words(self) -> tuple[str, str]:
        """Return the words behind the label or the value, and their roles."""
        if self.rule.name == "terms":
            return "", "hint"
        if self._error is not None:
            return shown(self._error), "mark"
        if self.rule.name == "older-than":
            return f"by {self._form.by}", "muted"
        return self.unknown or self.rule.does, "hint"

    def on_click(self, event: events.Click) -> None:
        """Tick the rule; or count ages from another moment."""
        if event.widget is not self:
            return  # it was the value that was clicked
        if self.rule.name == "older-than" and self._words_start <= event.x < self.size.width - FIGURES:
            self.post_message(self.Turned())
        else:
            self.post_message(self.Ticked(self))

    def on_descendant_focus(self) -> None:
        """Show that the value has the keys."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """Show that it has not."""
        self.refresh()

    def action_edit(self) -> None:
        """Go to the value."""
        if self.box is not None:
            self.box.enter()

    def action_begin(self, digit: str) -> None:
        """Begin another value."""
        if self.box is not None:
            self.box.enter(digit)


class RuleList(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The rules; the list scrolls when one goes from rule to rule."""


class Give(Answer):
    """An answer whose words change."""

    def show(self, words: str, possible: bool) -> None:
        """Say something else; it can be given or not."""
        self.disabled = not possible
        if words != self._words.strip():
            self._words = f"  {words}  "
            self.refresh(layout=True)


class Notes(Words):
    """Sentences that should be known before rules choose; they may change."""

    def say(self, *sentences: str) -> None:
        """Say these, and no others."""
        if self.sentences != sentences:
            self.sentences = sentences
            self.set_class(not sentences, "-silent")
            self.refresh(layout=True)


class Note(Words):
    """A sentence that comes and goes; its line stays."""

    DEFAULT_CSS = "Note { min-height: 1; }"

    def __init__(self) -> None:
        super().__init__("", sign="! ")

    def show(self, sentence: str) -> None:
        """Say something, or nothing any more."""
        if self.sentences != (found := (sentence,) if sentence else ()):
            self.sentences = found
            self.refresh(layout=True)
