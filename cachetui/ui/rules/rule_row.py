"""Parts of the rules dialog: the row of a rule with its tick, value and totals, and the lines around all rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from textual.widgets.input import Selection

from cachetui.conduct import PIP
from cachetui.model import AgeField
from cachetui.ui.bindings import MARK, MOVE, key
from cachetui.ui.dialogs.modal import DialogButton, Paragraphs
from cachetui.ui.rules.form import STEPS, WIDE, DialogRule, Figures, Form
from cachetui.ui.widgets.cells import fit, shown
from cachetui.ui.widgets.painted import PaintedWidget, Part, parts_width, size_parts
from cachetui.ui.widgets.text_box import TextBox

LABEL = 18
"""Number of cells before the value: for the edge of the cursor, the tick and the label."""
NUMBER, SIZE = 9, 7
"""Widths of the number of chosen entries and of their size in cells."""
FIGURES = NUMBER + 1 + SIZE
"""Width in cells of the number and the size, with the gap between them."""
BY: Mapping[AgeField, tuple[str, ...]] = {
    "downloaded": ("by download date", "downloaded"),
    "checked": ("by date of the last check", "checked"),
    "read": ("by date of the last read", "read"),
}
"""Words for each moment from which ages are counted, the longest first."""
LESS, MORE = "- ", "+ "
"""Symbols after a value; a click on one chooses the next smaller or larger value."""


def figure_parts(figures: Figures | None, counting: bool, dots: str, roles: str) -> list[Part]:
    """Format totals in `FIGURES` cells; if `figures` is None, `counting` says whether to show dots in their place."""
    if figures is None:
        return [(f"{dots if counting else '':>{NUMBER}}".ljust(FIGURES), "hint")]
    number = (f"{figures.entries:>{NUMBER},} ", roles if figures.entries else "hint")
    return [number, *(size_parts(figures.frees, roles) if figures.entries else (" " * SIZE,))]


class ValueErrorHighlighter(Highlighter):
    """Highlighter that underlines a value from the place where it does not parse."""

    start: int | None = None
    """The index from which the value does not parse; None to underline nothing."""

    def __init__(self, box: ValueBox) -> None:
        self._box = box

    def highlight(self, text: Text) -> None:
        """Underline what is wrong; if something is missing, underline the place for it."""
        if self.start is not None:
            text.pad_right(max(0, self.start + 1 - len(text)))
            text.stylize(self._box.get_component_rich_style("value--wrong", partial=True), self.start)


class ValueBox(TextBox):
    """The input for a value."""

    HELP = """\
# Value
What you type takes effect at once and ticks the rule; an empty box unticks it. Ages: `90d`, `6mo`, `1y`. Sizes:
`100MB`, `1.5GiB`. Terms are those of the filter, except that a bare name is the exact name of a project. Lock files and
requirements files are separated by blanks; one with a blank in its name is in quotes. Enter marks what the last line
counts; the arrows go to other rules.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "enter", "screen.mark", "mark", "rules.mark-typed", MARK, "Mark what the rules choose, and close", show=True
        ),
        key("down", "screen.go(1)", "next rule", "rules.next-value", MOVE, "Go to the next rule's value", show=True),
    ]
    BINDING_GROUP_TITLE = "Value"
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
        color: $typed;
        &.-off { color: $hint; }
        &.-terms { width: 1fr; margin: 0 19 0 18; }
        & > .input--placeholder { color: $hint; }
        & > .value--wrong { color: $wrong; text-style: underline; }
        &:ansi { background: ansi_default; text-style: underline; }
        &:ansi > .input--placeholder { color: ansi_default; text-style: dim; }
        &:ansi > .value--wrong { color: ansi_default; text-style: underline; }
        &:ansi > .input--cursor { text-style: reverse; }
    }
    """

    def __init__(self, rule: DialogRule, text: str) -> None:
        self.rule = rule
        """The rule whose value is typed here."""
        self._underlined = ValueErrorHighlighter(self)
        super().__init__(
            text,
            rule.example,
            self._underlined,
            compact=True,
            select_on_focus=False,  # it would come late, and select newly typed text
            classes="-terms" if rule.name in WIDE else None,
        )

    def enter(self, text: str | None = None) -> None:
        """Focus the box, with `text` as its value.

        Without `text`, select the old value so that typing replaces it; the value of a rule in `WIDE` is not selected.
        """
        self.screen.set_focus(self)
        if text is not None:
            self.value = text
        self.selection = Selection(
            0 if text is None and self.rule.name not in WIDE else len(self.value), len(self.value)
        )

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a key types a character; a space in an empty box does not, because it ticks the rule."""
        return super().check_consume_key(key, character) and not (character == " " and not self.value)

    def show_wrong(self, start: int | None) -> None:
        """Underline the text that does not parse, from index `start` on; underline nothing if `start` is None."""
        self._underlined.start = start
        self.refresh()


class RuleRow(PaintedWidget, can_focus=True):
    """The row of one rule."""

    HELP = """\
# Rules
Each line is a rule, with what it would free alone. What you type in the row of a rule with a value begins a new value
and ticks the rule; letters that are keys, such as `j`, do so once the right arrow or Space has led to the value.
Ticked rules apply together to the whole cache, including what the filter hides; they are the rules of `cachetui
prune`. Each rule under "Any of these" adds entries. Those under "But only if" restrict the choice; alone, they choose
from the whole cache. `superseded` is what has a newer version for the same Python and platform. `keep newest` keeps
the newest versions of each project, whatever Python they are for; alone, it chooses all others. `max size` comes
last, and chooses the oldest until the rest fits. `min free` and `free` say how much to free: what is cheapest to lose
goes first, then the oldest. The rules above then only say what may be removed for that. Cheapest are leftovers, then
dead weight, what is unusable, and what is superseded; wheels built here go last. Those are kept unless `built here` is
ticked. What the preferences protect, and what may be in use, is always kept.

Rules only mark. Nothing is removed before you have read and accepted a review.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "screen.tick", "tick", "rules.tick", MARK, "Tick the rule, or untick it", show=True),
        key("enter", "screen.mark", "mark", "rules.mark", MARK, "Mark what the rules choose", show=True),
        key("plus", "step(1)", "more", "rules.more", MARK, "Choose the next larger value of the rule"),
        key("minus", "step(-1)", "less", "rules.less", MARK, "Choose the next smaller value of the rule"),
        key("right,l", "edit", "edit", "rules.edit", MOVE, "Go to the rule's value; what you type begins a new one"),
    ]
    BINDING_GROUP_TITLE = "Rule"
    DEFAULT_CSS = "RuleRow { height: 1; layout: horizontal; }"

    @dataclass
    class Ticked(Message):
        """Posted to tick or untick a rule."""

        row: RuleRow
        """The rule's row."""

    @dataclass
    class Stepped(Message):
        """Posted to choose the next larger or smaller value of a rule."""

        row: RuleRow
        """The rule's row."""
        step: int
        """1 for a larger value, -1 for a smaller one."""

    @dataclass
    class Turned(Message):
        """Posted to switch to the next kind of age."""

    def __init__(self, rule: DialogRule, form: Form, unknown: str = "", tool: str = PIP.tool) -> None:
        """Make a row.

        `unknown` says why the rule's entries are not known; it is empty if they are known. `tool` is the name of the
        program that fills the cache.
        """
        super().__init__()
        self.rule = rule._replace(does=tuple([words.format(tool=tool) for words in rule.does]))
        """The rule."""
        self.unknown = unknown
        """The reason why the rule's entries are not known; empty if they are known."""
        self.box = ValueBox(rule, form.texts.get(rule.name, "")) if rule.example else None
        """The input for the rule's value; None if the rule takes no value."""
        self._form = form
        self._error: str | None = None
        self._figures: Figures | None = None
        self._counting = True

    def compose(self) -> ComposeResult:
        """Lay out the row."""
        if self.box is not None:
            yield self.box

    def show(self, form: Form, figures: Figures | None) -> None:
        """Draw the rule's tick and value according to a form.

        `figures` are the totals of what the rule chooses alone; None if they are not known.
        """
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
        """Draw the row, except the input for its value, which is a widget of its own."""
        room, on = self.size.width, self.rule.name in self._form.ticked
        ground = "cursor" if self.has_focus else ""
        inside = self.has_focus or (self.box is not None and self.box.has_focus)
        quiet = "hint" if self.unknown and not on else "plain" if on else "muted"
        left: list[Part] = [
            (self.glyphs.edge if inside else " ", f"accent {ground}"),
            ("[", f"muted {ground}"),
            ("x" if on else " ", f"mark {ground}"),
            ("] ", f"muted {ground}"),
            (self.rule.label.ljust(LABEL - 5), f"{quiet} {ground} {'strong' if on else ''}"),
        ]
        texts, roles = self._words()
        right: Sequence[Part] = ()
        if self._error is None or self.rule.name in WIDE:
            found = figure_parts(self._figures, self._counting, self.glyphs.dots, "plain" if on else "muted")
            if self._error is not None:
                found = [(" not understood".ljust(FIGURES), "mark")]
            found.append(" ")
            right = [(part, ground) if isinstance(part, str) else (part[0], f"{part[1]} {ground}") for part in found]
        start, taken = self._words_start, parts_width(right) or 1
        space = max(0, room - start - taken)
        if self.box is not None:
            left[-1] = self.rule.label.ljust(LABEL - 6), f"{quiet} {ground} {'strong' if on else ''}"
            begin, end = self.glyphs.field
            left += [(begin, f"faint {ground}"), (" " * self.box.size.width, ground), (end, f"faint {ground}")]
        left += [(sign, f"accent {ground}") for sign in self._signs]
        words = next((one for one in texts if parts_width([one]) <= space), texts[-1])
        left.append((fit(words, space, dots=self.glyphs.dots).ljust(space), f"{roles} {ground}"))
        return Strip([*self.strip(*left, room=room - parts_width(right)), *self.segments(right)]).crop(0, room)

    @property
    def _signs(self) -> tuple[str, ...]:
        """The symbols that change the value, if it can be chosen without typing."""
        return (LESS, MORE) if self.rule.name in STEPS else ()

    @property
    def _signs_start(self) -> int:
        """The first cell of the symbols, which come after the box if there is one."""
        return LABEL if self.box is None else LABEL + self.box.size.width + 1

    @property
    def _words_start(self) -> int:
        """The first cell of the words, which come after the symbols."""
        return self._signs_start + sum(map(len, self._signs))

    def _words(self) -> tuple[tuple[str, ...], str]:
        """Return the texts that may stand after the label or the value, the longest first, and their colour roles."""
        if self.rule.name in WIDE:
            return ("",), "hint"
        if self._error is not None:
            return (shown(self._error),), "mark"
        if self.rule.name == "older-than":
            return BY[self._form.by], "muted"
        if self._figures is not None and (kept := self._figures.kept):
            return (f"keeps {kept:,}: {shown(self._figures.why)}", f"keeps {kept:,}"), "muted"
        return (self.unknown,) if self.unknown else self.rule.does, "hint"

    def on_click(self, event: events.Click) -> None:
        """Tick or untick the rule, unless the click is on a part that changes a value or the kind of age.

        `-` and `+` change the value; the words after the value of `older-than` change the kind of age.
        """
        if event.widget is not self:
            return  # the value was clicked, not the row
        if self._signs and self._signs_start <= event.x < self._words_start:
            self.action_step(1 if event.x >= self._signs_start + len(LESS) else -1)
        elif self.rule.name == "older-than" and self._words_start <= event.x < self.size.width - FIGURES:
            self.post_message(self.Turned())
        else:
            self.post_message(self.Ticked(self))

    def on_descendant_focus(self) -> None:
        """Redraw the row when its value gets the focus."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """Redraw the row when its value loses the focus."""
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the keys for a larger or smaller value if the rule has no such values."""
        return action != "step" or self.rule.name in STEPS

    def action_step(self, step: int) -> None:
        """Choose the next larger value, or the next smaller one."""
        self.post_message(self.Stepped(self, step))

    def action_edit(self) -> None:
        """Focus the value."""
        if self.box is not None:
            self.box.enter()

    def begin(self, text: str) -> bool:
        """Begin a new value with typed text; return whether the rule takes a value."""
        if self.box is not None:
            self.box.enter(text)
        return self.box is not None


class RuleList(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolling list of the rules."""


class ChangingButton(DialogButton):
    """A button whose words can change."""

    def show(self, words: str, possible: bool) -> None:
        """Replace the words that are shown, and enable or disable the answer."""
        self.disabled = not possible
        if words != self._words.strip():
            self._words = f"  {words}  "
            self.refresh(layout=True)


class RuleNotes(Paragraphs):
    """Sentences that the user should know before the rules are applied."""


class Note(Paragraphs):
    """A sentence that can be empty; its line stays in the layout."""

    DEFAULT_CSS = "Note { min-height: 1; }"

    def __init__(self) -> None:
        super().__init__("", sign="! ")

    def show(self, sentence: str) -> None:
        """Show a sentence; show nothing if it is empty."""
        if self.sentences != (found := (sentence,) if sentence else ()):
            self.sentences = found
            self.refresh(layout=True)
