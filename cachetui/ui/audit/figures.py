"""Widgets that draw figures with choices: what they share, and figures with one choice per line."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.color import Color
from textual.message import Message
from textual.strip import Strip

from cachetui.browsing.model import MarkState
from cachetui.ui.audit.items import FigureChoice
from cachetui.ui.audit.treemap_layout import Direction
from cachetui.ui.bindings import MOVE, ROWS, key
from cachetui.ui.widgets.cells import width
from cachetui.ui.widgets.painted import PaintedWidget, Part

UPWARD, UPWARD_ASCII = " ▁▂▃▄▅▆▇█", " __..::|#"
"""Nine steps of a bar that grows upwards, from an empty cell to a full one."""
WHEEL = 1
"""Number of lines that a step of the mouse's wheel scrolls."""
BOX = 3
"""Width of the box at the start of a line, in cells."""


class FigureWidget(PaintedWidget, can_focus=True):
    """A widget with several choices; one choice is the current choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("down,j", "walk('down')", "down", "rows.down", MOVE, "Go down"),
        key("up,k", "walk('up')", "up", "rows.up", MOVE, "Go up"),
        key("right,l", "walk('right')", "right", "audit.right", MOVE, "Go to the right"),
        key("left,h", "walk('left')", "left", "audit.left", MOVE, "Go to the left"),
        *ROWS[4:],
    ]

    class Moved(Message):
        """Posted when the current choice, or what is drawn of it, may have changed."""

    class Opened(Message):
        """Posted to open the current choice."""

    class Ticked(Message):
        """Posted to mark the current choice, or to unmark it."""

    has_box: ClassVar[bool] = False
    """Whether the lines begin with a box that shows their mark state."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        """The index of the current choice."""
        self.total = 0
        """The total in bytes from which shares are computed."""
        self.sign: Callable[[FigureChoice], MarkState] = lambda _: " "
        """Function that returns the mark state of a choice."""

    @property
    def choice(self) -> FigureChoice | None:
        """The current choice; None if there are no choices."""
        raise NotImplementedError

    @property
    def number(self) -> int:
        """Number of choices."""
        raise NotImplementedError

    @property
    def plain(self) -> bool:
        """Whether colours cannot be mixed, because there are none or they are the terminal's own."""
        return self.role_styles("bar").color.ansi is not None

    def shade(self, strength: float) -> Color:
        """Return the accent colour at a strength from 0 to 1, blended over the widget's background."""
        accent = self.role_styles("bar").color.with_alpha(1.0)
        return self.background_colors[1].blend(accent, strength, 1)

    def go(self, index: int) -> None:
        """Make the choice at an index the current choice; use the nearest choice if there is none."""
        self.cursor = max(0, min(index, self.number - 1))
        self.refresh()
        self.post_message(self.Moved())

    def show_marks(self) -> None:
        """Redraw the marks; here, this does nothing, because not all figures show marks."""

    def action_walk(self, direction: Direction) -> None:
        """Go to the next choice in a direction."""
        self.go(self.cursor + (1 if direction in ("right", "down") else -1))

    def action_edge(self, end: int) -> None:
        """Go to the first choice or to the last."""
        self.go(end * (self.number - 1))

    def index_at(self, x: int, y: int) -> int | None:
        """Return the index of the choice at a cell; None if there is none."""
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked choice; a click on its box marks it or unmarks it, a double click elsewhere opens it."""
        index = self.index_at(event.x, event.y)
        if index is not None:
            self.go(index)
            if self.has_box and event.x < BOX:
                self.post_message(self.Ticked())
            elif event.chain > 1:
                self.post_message(self.Opened())


class Lines(FigureWidget):
    """A figure with one choice per line."""

    BINDINGS: ClassVar[list[BindingType]] = [*ROWS[2:4]]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id)
        self.choices: list[FigureChoice] = []
        """The choices."""
        self.top = 0
        """The index of the first visible line."""

    def show(self, choices: list[FigureChoice]) -> None:
        """Replace the choices that are shown."""
        self.choices = choices
        self.go(self.cursor)

    @property
    def number(self) -> int:
        """Number of lines."""
        return len(self.choices)

    @property
    def choice(self) -> FigureChoice | None:
        """The choice of the current line; None if there are no lines."""
        return self.choices[self.cursor] if self.cursor < len(self.choices) else None

    def go(self, index: int) -> None:
        """Go to a line, and keep it in view."""
        height = max(1, self.size.height)
        index = max(0, min(index, self.number - 1))
        self.top = max(0, min(max(self.top, index - height + 1), index, max(0, self.number - height)))
        super().go(index)

    def on_resize(self) -> None:
        """Keep the current line in view."""
        self.go(self.cursor)

    @property
    def in_sight(self) -> int:
        """Number of choices in view."""
        return min(self.number, self.size.height)

    def action_page(self, step: int) -> None:
        """Go `step` pages down, or up if it is negative."""
        self.go(self.cursor + step * max(1, self.size.height - 1))

    def scroll_lines(self, lines: int) -> None:
        """Scroll down by some lines, or up if the number is negative; the current line stays the current line."""
        self.top = max(0, min(self.top + lines, self.number - self.size.height))
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.scroll_lines(-WHEEL)

    def index_at(self, x: int, y: int) -> int | None:
        """Return the index of the line at a cell; None if there is none."""
        return y + self.top if y + self.top < self.number else None

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        index, room = y + self.top, self.size.width
        if index >= self.number:
            return Strip.blank(room, self.ink())
        left, right = self.line(self.choices[index], room)
        ground = "cursor" if index == self.cursor and self.has_focus else ""
        parts = [
            [(one, ground) if isinstance(one, str) else (one[0], f"{one[1]} {ground}") for one in side]
            for side in (left, right)
        ]
        space = max(0, room - sum([width(words) for words, _ in parts[1]]))
        strips = [
            Strip(self.segments([(words, roles.strip() or "plain") for words, roles in side])).adjust_cell_length(
                cells, self.ink(*([ground] if ground else []))
            )
            for side, cells in zip(parts, (space, room - space), strict=True)
        ]
        return Strip.join(strips)

    def line(self, choice: FigureChoice, room: int) -> tuple[list[Part], list[Part]]:
        """Return the parts at the left end and at the right end of a line."""
        raise NotImplementedError
