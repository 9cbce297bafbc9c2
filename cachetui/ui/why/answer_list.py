"""An answer, with a cursor on the items that can be acted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cachetui.ui.bindings import ROWS
from cachetui.ui.why.layout import BOX, PageLine
from cachetui.ui.widgets.painted import PaintedWidget

if TYPE_CHECKING:  # the first screen does not wait for it
    pass


class AnswerList(PaintedWidget, ScrollView, can_focus=True, inherit_bindings=False):
    """An answer; the cursor goes from one item that can be acted on to the next."""

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
        """The index of the item that it belongs to."""

    def __init__(self) -> None:
        super().__init__()
        self.cursor = 0
        """The index of the item under the cursor, of all that can be acted on."""
        self._lines: list[PageLine] = []
        self._spans: list[tuple[int, int]] = []  # the first line and the one behind the last, by index

    @property
    def room(self) -> int:
        """The cells of a line."""
        return self.scrollable_content_region.width

    def show(self, lines: list[PageLine], *, anew: bool) -> None:
        """Draw other lines; `anew` from the top, with the cursor on the first item."""
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
        """Put the cursor on an item, or on the nearest there is."""
        self.cursor = max(0, min(index, len(self._spans) - 1))
        self.refresh()

    def _scroll(self, line: int) -> None:
        self.scroll_to(y=max(0, line), animate=False, force=True, immediate=True)

    def action_move(self, step: int) -> None:
        """Go to the next item, or scroll on where it is further away than a page."""
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
        """Go some pages down, or up, and to the item there."""
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
