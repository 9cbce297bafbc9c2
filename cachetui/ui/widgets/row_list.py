"""A scrolling list of rows, one of which has the cursor: its keys, paging and clicks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cachetui.ui.bindings import ROWS
from cachetui.ui.widgets.painted import PaintedWidget, Part

DOUBLE = 2
"""Number of clicks that open a row."""
RowPart = Literal["box", "arrow", ""]
"""A part of a row: its box, where a click marks the row; its arrow, where a click opens or closes it; or any other.

All of an example question counts as an arrow: a click asks the question.
"""


class RowList(PaintedWidget, ScrollView, can_focus=True, inherit_bindings=False):
    """Rows, each of one line or more; some lines may belong to no row.

    A subclass has the rows, draws their lines, and keeps the number of lines in `virtual_size`.
    """

    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*ROWS]

    @dataclass
    class Folded(Message):
        """Posted when the arrow of a row was clicked, or the row was clicked twice outside its box."""

        row: int
        """Index of the row."""

    @dataclass
    class Ticked(Message):
        """Posted when the box of a row was clicked."""

        row: int
        """Index of the row."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        """The index of the row that has the cursor."""
        self._width = 0  # the cells of a line, while lines are drawn

    # Provided by subclasses

    @property
    def number(self) -> int:
        """Number of rows."""
        raise NotImplementedError

    def span(self, index: int) -> tuple[int, int]:
        """Return the first line of a row, and the line after its last."""
        return index, index + 1

    def row_at(self, line: int) -> int | None:
        """Return the index of the row that a line belongs to; None if it belongs to no row."""
        return line if line < self.number else None

    def part_at(self, line: int, x: int) -> RowPart:
        """Return the clickable part of a row at a cell of a line; empty if there is none."""
        del line, x
        return ""

    def draw_line(self, line: int, room: int) -> Strip:
        """Draw a line of the list, `room` cells wide."""
        raise NotImplementedError

    # Common to all lists

    @property
    def room(self) -> int:
        """Width of a line in cells."""
        return self.scrollable_content_region.width

    @property
    def cursor_y(self) -> int:
        """The line of the screen on which the row under the cursor begins, or the first line of an empty list."""
        if self.cursor >= self.number:
            return self.region.y
        return self.region.y + self.span(self.cursor)[0] - self.scroll_offset.y

    @property
    def page_lines(self) -> int:
        """Number of lines to scroll by for a page: one line stays in view."""
        return max(1, self.scrollable_content_region.height - 1)

    def go(self, index: int) -> None:
        """Put the cursor on a row, or on the nearest existing row, and scroll it into view."""
        if not self.number:
            return
        before, self.cursor = self.cursor, max(0, min(index, self.number - 1))
        if before < self.number:
            self._refresh_row(before)
        self._refresh_row(self.cursor)
        self.reveal()

    def _refresh_row(self, index: int) -> None:
        first, end = self.span(index)
        self.refresh_lines(first, end - first)

    def reveal(self) -> None:
        """Scroll just far enough to show the row under the cursor, or as much of it as there is room for."""
        height, top = self.scrollable_content_region.height, round(self.scroll_target_y)
        first, end = self.span(self.cursor)
        if height and (first < top or end - first >= height):
            self.scroll_to_line(first)
        elif height and end > top + height:
            self.scroll_to_line(end - height)

    def scroll_to_line(self, line: int) -> None:
        """Scroll at once, so that a line is at the top."""
        self.scroll_to(y=max(0, line), animate=False, force=True, immediate=True)

    def action_move(self, step: int) -> None:
        """Go some rows down or up."""
        self.go(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Move the cursor some pages down or up, but at least one row if there is one."""
        if not self.number:
            return
        lines = range(max(0, self.span(self.cursor)[0] + step * self.page_lines), self.virtual_size.height)
        row = next((row for line in lines if (row := self.row_at(line)) is not None), self.number - 1)
        self.go(max(row, self.cursor + 1) if step > 0 else min(row, self.cursor - 1))

    def action_edge(self, end: int) -> None:
        """Go to the first row, or the last."""
        self.go(end * (self.number - 1))

    def on_click(self, event: events.Click) -> None:
        """Go to a row; open it by its arrow or a double click, mark it by its box."""
        offset = event.get_content_offset(self)
        if offset is None or (row := self.row_at(offset.y + self.scroll_offset.y)) is None:
            return
        event.stop()
        part = self.part_at(offset.y + self.scroll_offset.y, offset.x)
        self.go(row)
        if part == "box":
            self.post_message(self.Ticked(row))
        elif part == "arrow" or event.chain == DOUBLE:
            self.post_message(self.Folded(row))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some visible lines."""
        self._width = self.room
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        line, room = y + self.scroll_offset.y, self._width
        return self.draw_line(line, room) if line < self.virtual_size.height else Strip.blank(room, self.ink())

    def on_cursor(self, words: Sequence[tuple[str, str]], room: int, first_roles: Sequence[str] = ()) -> Strip:
        """Draw words with their roles on the line that has the cursor; the cursor's edge replaces the first character.

        Roles in `first_roles` are applied after the role of the background, all others before it.
        """
        ground = "cursor" if self.has_focus else "rest"
        edge = self.glyphs.edge if self.has_focus and not self.app.native_ansi_color else " "
        first, *rest = words
        parts: list[Part] = [(edge, f"accent {ground}"), (first[0][1:], f"{first[1]} {ground}")]
        parts += [(text, f"{ground} {roles}" if roles in first_roles else f"{roles} {ground}") for text, roles in rest]
        return Strip(self.segments(parts)).adjust_cell_length(room, self.ink(ground))
