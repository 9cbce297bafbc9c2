"""Dialog of rules, each with its value, and with the number and bytes of the entries that it chooses by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from types import MappingProxyType
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size

from cachetui.conduct import PIP, Conduct
from cachetui.labels import Label
from cachetui.model import Entry
from cachetui.prune_rules import OF_PIPS, Rules
from cachetui.text.format import count, disk_text
from cachetui.ui.bindings import MARK, MOVE, PROGRAM, SHOW, key
from cachetui.ui.dialogs.modal import SHEET, SHORT, DialogButton, Modal, Paragraphs
from cachetui.ui.rules.form import (
    CHOOSING,
    LIMITING,
    NARROWING,
    RULES,
    DialogRule,
    Figures,
    Form,
    Name,
    RuleCounter,
    RuleCounts,
)
from cachetui.ui.rules.rule_row import NUMBER, ChangingButton, Note, RuleList, RuleNotes, RuleRow, figure_parts
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine, Part
from cachetui.ui.workers import run_in_thread, start_worker

GROUPS = (
    ("Any of these", CHOOSING),
    ("But only if", NARROWING),
    ("Then", LIMITING),
)
"""The heading of each group of rules, and its rules."""
LABELS = {rule.name: rule.label for rule in RULES}
NO_WORDS: Mapping[Name, str] = MappingProxyType({})
FREE_ORDER = "What is cheapest to lose goes first, then the oldest."
"""Note about the order in which `free` and `min free` choose."""
ROOMY = 32
"""Minimum height of the screen in rows at which groups are separated by blank lines."""
LINES = 6
"""Number of lines kept for all except rules and sentences, blank lines included; on a short screen, `SHORT_LINES`."""
ROOMY_LINES = 3
"""Number of further blank lines on a screen of at least `ROOMY` rows."""
SHORT_LINES = 3
THIN = 70
"""Width of the screen in cells below which the inputs for values are narrower."""


class RulesDialog(Modal[tuple[Entry, ...]], inherit_bindings=False):
    """Dialog in which the user ticks rules; it closes with the entries that they choose, or with None if cancelled."""

    AUTO_FOCUS = "RuleRow"
    HELP = RuleRow.HELP
    BINDING_GROUP_TITLE = "Rules"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "no", "cancel", "rules.leave", PROGRAM, "Close the rules and mark nothing", show=True),
        key("down,j", "go(1)", "down", "rules.down", MOVE, "Go to the next rule"),
        key("up,k", "go(-1)", "up", "rules.up", MOVE, "Go to the previous rule"),
        key("tab", "app.focus_next", "next", "rules.next", MOVE, "Go to the rule's value, or to the next rule"),
        key("shift+tab", "app.focus_previous", "previous", "rules.previous", MOVE, "Go back"),
        key("home,g", "edge(0)", "first", "rules.first", MOVE, "Go to the first rule"),
        key("end,G", "edge(1)", "last", "rules.last", MOVE, "Go to the last rule"),
        key("enter", "mark", "mark", "rules.mark-all", MARK, "Mark what the rules choose, and close"),
        key("question_mark", "help", "help", "rules.help", PROGRAM, "Explain rules and keys", show=True),
        key(
            "m",
            "next_by",
            "age",
            "rules.by",
            SHOW,
            "Count ages from another date: downloaded, checked, read",
            show=True,
        ),
    ]
    DEFAULT_CSS = """
    RulesDialog {
        #sheet { padding: 1 0 1 1; &:ansi { padding: 0; } }
        #sheet > PaintedLine, #sheet > Paragraphs, #answers { padding: 0 2 0 1; }
        #rules { height: auto; background: $surface; overflow: hidden scroll; }
        #rules PaintedLine { padding: 0 0 0 1; }
        Paragraphs, #answers { margin: 0; }
        &.-short #sheet { padding: 0 0 0 1; }
        &.-roomy #rules, &.-roomy #together, &.-roomy #answers { margin: 1 0 0 0; }
        &.-thin ValueBox { width: 7; &.-terms { width: 1fr; } }
        &.-roomy .-apart { margin: 1 0 0 0; }
    }
    """

    def __init__(
        self,
        counter: RuleCounter,
        form: Form,
        *,
        unknown: Mapping[Name, str] = NO_WORDS,
        looked: str = "",
        notes: tuple[str, ...] = (),
        conduct: Conduct = PIP,
    ) -> None:
        """Make the dialog; `counter` counts the entries that rules choose.

        `form` has the rules that are ticked at first. `unknown` says, by the names of rules, why the entries of a rule
        are not known, and `looked` says which environments were searched. `notes` are sentences to show in addition.
        `conduct` describes the program that fills the cache: if no pip uses the cache, rules about pips are left out.
        """
        super().__init__()
        self.counter, self.form = counter, form
        self.unknown, self.looked, self.notes, self.conduct = unknown, looked, notes, conduct
        self.together: RuleCounts | None = None
        """The choice of all ticked rules together; None while that is counted, or if a value does not parse."""
        self._figures: dict[Rules, Figures] = {}  # totals by rules, as far as they have been counted
        self._is_laid_out = False

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="sheet"):
            yield PaintedLine(("Mark by rules", "strong"), right=(("in the whole cache, hidden entries too", "muted"),))
            yield RuleNotes(*self.notes, sign="! ")
            with RuleList(id="rules"):
                for title, rules in GROUPS:
                    yield self._caption(title, rules)
                    for rule in rules:
                        if self.conduct.runs_pip or rule.name not in OF_PIPS:
                            yield RuleRow(rule, self.form, self.unknown.get(rule.name, ""), self.conduct.tool)
            yield PaintedLine(id="together")
            yield Note()
            with Horizontal(id="answers"):
                yield ChangingButton("Nothing to mark", "mark")
                yield DialogButton("Cancel", "no")
                yield KeyHints()

    @staticmethod
    def _caption(title: str, rules: tuple[DialogRule, ...]) -> PaintedLine:
        heads: tuple[Part, ...] = ((f"{'Entries':>{NUMBER}} {'Frees':>5}   ", "hint"),)
        line = PaintedLine((title, "hint"), right=heads if rules is CHOOSING else ())
        line.set_class(rules is not CHOOSING, "-apart")
        return line

    @property
    def rows(self) -> list[RuleRow]:
        """The rows of all rules."""
        return list(self.query(RuleRow))

    def on_mount(self) -> None:
        """Start to count entries, and apply each value as soon as it is typed: the next key may mark what is chosen."""
        self._is_laid_out = True
        for row in self.rows:
            if row.box is not None:
                self.watch(row.box, "value", self._typing(row.rule.name), init=False)
        self._show_unknown()
        self._change(self.form)

    def _typing(self, name: Name) -> Callable[[str], None]:
        def take(text: str) -> None:
            self.refresh_bindings()  # in an empty box, some keys do something else
            if text != self.form.texts.get(name, ""):
                self._change(self.form.typed(name, text))

        return take

    def _change(self, form: Form) -> None:
        """Use another form, and count again."""
        self.form = form
        self.together = None
        self._show()
        self._count()

    def know(self, *words: Label, unknown: Mapping[Name, str], looked: str, notes: tuple[str, ...]) -> None:
        """Count entries again because it has become known which of them have the labels `words`.

        The other arguments are those of `__init__`.
        """
        self.unknown, self.looked, self.notes = unknown, looked, notes
        self.counter.forget(*words)
        self._figures = {rules: one for rules, one in self._figures.items() if rules.words.isdisjoint(words)}
        if self._is_laid_out:
            self._show_unknown()
            self._change(self.form)

    def _show_unknown(self) -> None:
        for row in self.rows:
            row.unknown = self.unknown.get(row.rule.name, "")
        self.query_one(RuleNotes).say(*self.notes)

    def _count(self) -> None:
        start_worker(self, self._count_all, group="rules")

    async def _count_all(self) -> None:
        """Count in a worker thread what has not been counted, and show each count when it is known."""
        stop = Event()
        counts = self.counter.count(self.form, frozenset(self._figures), stop.is_set)

        def count_next(stop: Callable[[], bool]) -> RuleCounts | None:
            return None if stop() else next(counts, None)

        while (counted := await run_in_thread(count_next, stop=stop)) is not None:
            if self not in self.app.screen_stack:  # it was closed meanwhile
                return
            self._figures[counted.rules] = counted.figures
            if counted.rules == self.form.rules:
                self.together = counted
            self._show()

    def _show(self) -> None:
        """Draw the form, and the totals known so far."""
        form, figures = self.form, self.together and self.together.figures
        for row in self.rows:
            alone = form.alone(row.rule.name)
            row.show(form, None if alone is None or row.unknown else self._figures.get(alone))
        dots = self.rows[0].glyphs.dots
        rules, button = form.rules, self.query_one(ChangingButton)
        counting = rules is not None and figures is None
        right: list[Part] = [(f"counting {dots} ", "hint")] if counting else figure_parts(figures, False, dots, "mark")
        self.query_one("#together", PaintedLine).show(("Together", "strong"), right=right)
        if figures is None:
            button.show("Counting" if counting else "Nothing to mark", False)
        elif figures.entries:
            button.show(f"Mark {count(figures.entries, 'entry')}, {disk_text(figures.frees)}", True)
        else:
            button.show("Nothing to mark", False)
        self.query_one(Note).show(self._note())
        self._fit(self.app.size)

    def _note(self) -> str:
        """Return the first error of the form, or else the most important note about the choice, or an empty text."""
        for name, wrong in self.form.wrong.items():
            return f"{LABELS[name]}: {shown(wrong.sentence)}"
        rules, together = self.form.rules, self.together
        for name, why in self.unknown.items():
            if rules is not None and name in rules.deciding:
                return f"Nothing counts as {name}: {why}."
        if together is not None and together.trouble:
            return shown(together.trouble)
        if together is not None and together.over:
            return f"What must be kept takes {disk_text(together.over)} more than that."
        if together is not None and together.short:
            return f"This falls {disk_text(together.short)} short of that, but everything else must be kept."
        if together is not None and (kept := together.figures.kept):
            return f"This keeps {kept:,}: {shown(together.figures.why)}."
        if rules is not None and "unused" in rules.words and self.looked:
            return self.looked
        return FREE_ORDER if rules is not None and rules.is_to_free else ""

    def _fit(self, size: Size) -> None:
        """Limit the height of the rules to what the other lines leave."""
        short = size.height < SHORT
        self.set_class(short, "-short")
        self.set_class(size.width < THIN, "-thin")
        self.set_class(size.height >= ROOMY, "-roomy")
        room = min(SHEET, size.width) - 4
        others = sum(
            [max(len(page.lines(room, size.height)), isinstance(page, Note)) for page in self.query(Paragraphs)]
        )
        roomy = ROOMY_LINES if size.height >= ROOMY else 0
        others += SHORT_LINES + 2 * self.app.native_ansi_color if short else LINES + roomy
        self.query_one("#rules").styles.max_height = max(1, size.height - others)

    # Actions of keys

    def accepts_key(self, event: events.Key) -> bool:
        """Return whether a key should do what it is bound to.

        A character without a binding begins a new value of the focused rule instead, before the next key is handled.
        """
        row = self.focused
        is_typed = event.character is not None and event.is_printable and event.key not in self.active_bindings
        return not (is_typed and isinstance(row, RuleRow) and row.begin(event.character or ""))

    def on_paste(self, event: events.Paste) -> None:
        """Begin a new value of the focused rule with the first line of pasted text."""
        row, lines = self.focused, event.text.splitlines()
        if lines and isinstance(row, RuleRow) and row.begin(lines[0]):
            event.stop()

    @property
    def _focused_row(self) -> RuleRow | None:
        """The row that has the focus, or whose value has it; None if an answer has the focus."""
        focused = self.focused
        return next((row for row in self.rows if focused is not None and focused in (row, row.box)), None)

    def action_go(self, step: int) -> None:
        """Go to another rule.

        From a value, go to the value of the new rule if it has one; after the last rule, go to the answers.
        """
        row, rows = self._focused_row, self.rows
        index = len(rows) if row is None else rows.index(row)
        if row is None and step > 0:
            return
        index = max(0, index + step)
        if index >= len(rows):
            give = self.query_one(ChangingButton)
            self.set_focus(self.query_one("#no") if give.disabled else give)
        elif row is not None and row.box is self.focused and (box := rows[index].box) is not None:
            box.enter()
        else:
            self.set_focus(rows[index])

    def action_edge(self, end: int) -> None:
        """Go to the first rule, or the last."""
        self.set_focus(self.rows[-end])

    def action_tick(self) -> None:
        """Tick the rule under the cursor, or untick it; if it needs a value first, focus its input."""
        if (row := self._focused_row) is not None:
            self._tick(row)

    @on(RuleRow.Ticked)
    def _tick_clicked(self, event: RuleRow.Ticked) -> None:
        event.stop()
        self._tick(event.row)

    def _tick(self, row: RuleRow) -> None:
        form = self.form.toggled(row.rule.name)
        if row.unknown and row.rule.name not in self.form.ticked:
            self.notify(f"Which entries are {row.rule.label} is not known: {row.unknown}.", markup=False)
        elif form == self.form and row.box is not None:
            row.box.enter()  # the rule needs a value first
        else:
            self._change(form)
            if row.box is not None and row.box.has_focus:
                row.box.enter()  # typing replaces the example

    @on(RuleRow.Stepped)
    def _step(self, event: RuleRow.Stepped) -> None:
        event.stop()
        self._change(self.form.stepped(event.row.rule.name, event.step))

    @on(RuleRow.Turned)
    def action_next_by(self) -> None:
        """Switch to the next kind of age: since the download, the last check or the last read."""
        self._change(self.form.next_by())

    def action_mark(self) -> None:
        """Close with the entries that the rules choose; if there are none, or counting goes on, notify the user."""
        together = self.together
        if together is not None and together.entries:
            self.dismiss(together.entries)
        elif together is None and self.form.rules is not None:
            self.notify("Still counting. Wait for the total in the last line.", markup=False)
        elif together is not None:
            nothing = "These rules choose nothing here." if self.form.ticked else "Press Space to tick a rule."
            self.notify(nothing, markup=False)
