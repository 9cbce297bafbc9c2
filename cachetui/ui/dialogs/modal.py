"""Modal screens that ask or inform; a list in them may take all the height that is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from cachetui.report.removal_list import ListLine
from cachetui.ui.bindings import MOVE, PROGRAM, SUSPEND, key
from cachetui.ui.widgets.breakpoints import apply_breakpoints
from cachetui.ui.widgets.cells import FILE_TAIL, fit, fit_file, plain_code, shown, width, wrapped
from cachetui.ui.widgets.painted import PaintedLines, PaintedWidget, Part, size_parts

DialogResult = TypeVar("DialogResult")
CLOSE = key("escape", "no", "close", "sheet.close", PROGRAM, "Close this", show=True)
"""Binding of Esc in dialogs that only inform."""
WIDE = 70
"""Minimum width of a list in cells at which the kinds of entries are written in full."""
KIND, SHORT_KIND = 17, 9
"""Widths in cells of the column of kinds: if they are written in full, and if they are shortened."""
MARGIN = 3
"""Cells to the right of a wrapped sentence: room for the scrollbar."""
SHEET = 96
"""Width of most dialogs in cells, if the terminal is wide enough."""
BLANK_LINES = 7
"""Number of lines that are kept free for the blank lines within a dialog and around it."""
SHORT = 20
"""Height of the screen in rows below which dialogs leave out blank lines."""


class Paragraphs(PaintedLines):
    """Sentences, each after the same symbol, such as `!` for costs, or after none."""

    DEFAULT_CSS = """
    Paragraphs { height: auto; }
    Paragraphs.-silent { display: none; }
    """

    def __init__(self, *sentences: str, sign: str = "") -> None:
        super().__init__()
        self.sentences = sentences
        """The sentences; untrusted text."""
        self.sign = sign
        """The symbol before each sentence; empty for none."""
        self.set_class(not sentences, "-silent")

    def say(self, *sentences: str) -> None:
        """Replace the sentences."""
        if self.sentences != sentences:
            self.sentences = sentences
            self.set_class(not sentences, "-silent")
            self.refresh(layout=True)

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the sentences."""
        indent = len(self.sign)
        return [
            self.strip((" " * indent if index else self.sign, "mark"), (line, "muted"), room=room)
            for sentence in self.sentences
            for index, line in enumerate(wrapped(plain_code(shown(sentence)), max(8, room - indent)))
        ]


class ShellCommands(PaintedLines):
    """Shell commands, each after the symbol of a prompt."""

    DEFAULT_CSS = "ShellCommands { height: auto; margin: 1 0 0 0; padding: 0 2 0 0; background: $surface; }"

    def __init__(self, commands: tuple[str, ...]) -> None:
        super().__init__()
        self.commands = commands
        """The commands, as a user would type them."""

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the commands."""
        return [
            self.strip((f"{self.glyphs.prompt} " if not index else "  ", "muted"), (line, "accent strong"), room=room)
            for command in self.commands
            for index, line in enumerate(wrapped(shown(command), max(8, room - 2)))
        ]


class DialogButton(PaintedWidget, can_focus=True):
    """One answer to a question; Enter, Space or a click runs the screen's action that is named like the button's id."""

    HELP = "Enter gives this answer; the arrows go to another one; Esc changes nothing."
    BINDING_GROUP_TITLE = "Answer"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter,space", "give", "answer", "answer.give", PROGRAM, "Give this answer"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"ink--strong"}
    DEFAULT_CSS = """
    DialogButton {
        width: auto;
        height: 1;
        margin: 0 1 0 0;
        & > .ink--strong { text-style: bold; }
        &:focus { background: $primary; & > .ink--strong { color: $button-color-foreground; } }
        &.-grave:focus { background: $error; }
        &:disabled:can-focus { opacity: 100%; }
        &:ansi:focus { background: ansi_default; }
    }
    """

    def __init__(self, words: str, id: str, grave: bool = False) -> None:
        super().__init__(id=id, classes="-grave" if grave else None)
        self.words = words
        """The words of the answer."""
        self._words = f"  {words}  "

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the width of the words in cells."""
        return width(self._words)

    def render_line(self, y: int) -> Strip:
        """Draw the words."""
        if self.has_focus and self.app.native_ansi_color:
            return self.strip((self._words, "pill"), room=self.size.width)
        roles = "hint" if self.disabled else "strong" if self.has_focus else "plain"
        return self.strip((self._words, roles), room=self.size.width)

    async def on_click(self) -> None:
        """Choose this answer."""
        await self.action_give()

    async def action_give(self) -> None:
        """Choose this answer at once, before the next key is handled."""
        if not self.disabled:
            await self.run_action(f"screen.{self.id}")


class LineList(PaintedWidget, ScrollView, can_focus=False, inherit_bindings=False):
    """Scrolling list of entries with their kinds and sizes, headings and sentences; only visible lines are drawn."""

    DEFAULT_CSS = """
    LineList {
        height: auto;
        overflow: hidden scroll;
        background: $surface;
    }
    """

    def __init__(self, lines: Sequence[ListLine]) -> None:
        super().__init__(id="listed")
        self.lines = lines
        """All lines; each sentence is one line."""
        self.wrapped: Sequence[ListLine] = lines
        """The lines as they are drawn, with sentences wrapped."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Wrap the sentences; return the number of lines."""
        self.wrapped = [part for line in self.lines for part in self._parts(line, width - MARGIN)]
        self.virtual_size = Size(0, len(self.wrapped))
        return len(self.wrapped)

    @staticmethod
    def _parts(line: ListLine, room: int) -> Sequence[ListLine]:
        if line.disk is not None or not line.heading:
            return (line,)
        return [line._replace(words=words) for words in wrapped(shown(line.words), max(8, room))]

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        room = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        if index >= len(self.wrapped):
            return Strip.blank(room, self.ink())
        return self._line(self.wrapped[index], room)

    def _line(self, line: ListLine, room: int) -> Strip:
        dots, end = self.glyphs.dots, " "
        if line.disk is None and not line.heading:  # not removed: the reason matters as much as the path
            half = room // 2
            reason = fit(shown(line.kind), half, dots=dots)
            path = fit(shown(line.words), room - width(reason) - 5, FILE_TAIL, dots)
            return self.sides((f"  {path}",), ((reason, "muted"), end), room)
        if line.heading:
            figures: Sequence[Part] = () if line.disk is None else size_parts(line.disk, "strong")
            return self.sides(((shown(line.words), "strong"),), (*figures, end), room)
        kinds = KIND if room >= WIDE else SHORT_KIND
        kind = line.kind if room >= WIDE else line.kind.partition(",")[0]
        right: list[Part] = [*size_parts(line.disk or 0), end]
        left = room - 12
        if room >= 40:
            right.insert(0, (f"{kind:<{kinds}} ", "muted"))
            left -= kinds + 1
        return self.sides((f"  {fit_file(shown(line.words), left, dots)}",), right, room)


class Modal(ModalScreen[DialogResult], Generic[DialogResult], inherit_bindings=False):
    """A dialog in the middle of the screen."""

    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "no", "no", "sheet.no", PROGRAM, "Close this and change nothing", show=True),
        key("down,j", "scroll(1)", "down", "sheet.down", MOVE, "Scroll the list down"),
        key("up,k", "scroll(-1)", "up", "sheet.up", MOVE, "Scroll the list up"),
        key("pagedown", "page(1)", "page down", "sheet.page-down", MOVE, "Scroll a page down"),
        key("pageup", "page(-1)", "page up", "sheet.page-up", MOVE, "Scroll a page up"),
        key("home,g", "edge(0)", "start", "sheet.first", MOVE, "Scroll to the start"),
        key("end,G", "edge(1)", "end", "sheet.last", MOVE, "Scroll to the end"),
        key("question_mark", "help", "help", "sheet.help", PROGRAM, "Explain this dialog and its keys"),
        key("tab,right", "app.focus_next", "next", "sheet.next", MOVE, "Go to the next answer"),
        key("shift+tab,left", "app.focus_previous", "previous", "sheet.previous", MOVE, "Go to the previous answer"),
        SUSPEND,
    ]
    DEFAULT_CSS = """
    Modal {
        align: center middle;
        background: $background 60%;
        &:ansi { background: transparent; }
        #sheet {
            width: 96;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            background: $surface;
            padding: 1 0 1 2;
            &:ansi { border: round ansi_bright_black; padding: 0 0 0 1; }
        }
        PaintedWidget { background: $surface; }
        #sheet > PaintedLine, #sheet > Paragraphs, #typed, #answers { padding: 0 2 0 0; }
        #listed { margin: 1 0 0 0; }
        #answers { layout: horizontal; height: 1; margin: 1 0 0 0; }
        #ask { height: 1; margin: 1 0 0 0; padding: 0 2 0 0; PaintedLine { width: auto; } }
        Paragraphs { margin: 1 0 0 0; }
        &.-short #sheet { width: 100%; padding: 0 0 0 2; &:ansi { padding: 0 0 0 1; } }
        &.-short #listed, &.-short #answers, &.-short #ask, &.-short Paragraphs { margin: 0; }
    }
    """

    def on_mount(self) -> None:
        """Fit the dialog to the screen."""
        apply_breakpoints(self)
        self._fit(self.app.size)

    def on_resize(self, event: events.Resize) -> None:
        """Fit the dialog to the new size of the screen."""
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        """Limit the height of lists to what the other lines leave; on a low screen, leave out blank lines."""
        short = size.height < SHORT
        self.set_class(short, "-short")
        room = size.width - 4 if short else min(SHEET, size.width) - 4
        others = sum([len(page.lines(room, size.height)) for page in self.query(PaintedLines)])
        others += len(self.query("#sheet > PaintedLine, #answers")) + 2 * len(self.query("#ask"))
        blank = BLANK_LINES * (not short) + 2 * self.app.native_ansi_color
        for listed in self.query(LineList):
            listed.styles.max_height = max(1, size.height - others - blank)

    def action_no(self) -> None:
        """Close the dialog and change nothing."""
        self.dismiss(None)

    def action_help(self) -> None:
        """Show the help on the dialog and its keys."""
        from cachetui.ui.dialogs.help import Help, explain  # noqa: PLC0415 - it is a dialog itself

        about = self.focused.HELP if self.focused is not None and not isinstance(self.focused, DialogButton) else None
        self.app.push_screen(Help(explain([self, *self.walk_children()], self), about or self.HELP or ""))

    @property
    def footer_words(self) -> Mapping[str, str]:
        """The words that the key hints show for Esc, by the id of its binding; empty without a button `no`.

        They are the words on that button, which changes nothing, up to a comma and in lower case.
        """
        buttons = [button for button in self.query(DialogButton) if button.id == "no"]
        return {"sheet.no": buttons[0].words.partition(",")[0].lower()} if buttons else {}

    @property
    def scrolled(self) -> Widget | None:
        """The list that keys scroll, if there is one."""
        return next(iter(self.query(LineList)), None)

    def action_scroll(self, step: int) -> None:
        """Scroll the list by lines."""
        if (listed := self.scrolled) is not None:
            listed.scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        """Scroll the list by pages."""
        if (listed := self.scrolled) is not None:
            listed.scroll_relative(y=step * max(1, listed.size.height - 1), animate=False)

    def action_edge(self, end: int) -> None:
        """Scroll the list to its start or end."""
        if (listed := self.scrolled) is not None:
            listed.scroll_to(y=end * listed.virtual_size.height, animate=False)


class ConfirmModal(Modal[bool]):
    """Dialog that is answered by yes or no; keys pressed before it was visible do not answer it."""

    seen_at = inf
    """Time in seconds when the dialog was first drawn, by the clock of Textual's messages; infinite before that."""

    def on_mount(self) -> None:
        """Note when the dialog is first drawn, because only keys that are pressed later are accepted."""
        self.screen_layout_refresh_signal.subscribe(self, self._note_seen, immediate=True)
        self.call_after_refresh(self._note_seen, self)  # in case it is already laid out

    def _note_seen(self, _: Screen[object]) -> None:
        self.seen_at = min(self.seen_at, Message().time)

    def accepts_key(self, event: events.Key) -> bool:
        """Return whether a key was pressed after the dialog was drawn; earlier keys were not meant for it."""
        return event.time >= self.seen_at

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the answer yes if the dialog has no button for it."""
        return action != "yes" or bool(self.query("#yes"))

    def action_yes(self) -> None:
        """Close the dialog with the answer yes."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Close the dialog with the answer no."""
        self.dismiss(False)
