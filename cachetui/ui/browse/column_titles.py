"""The line of column titles above the rows."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from cachetui.browsing.rows import By, SortOrder
from cachetui.ui.browse.columns import BEFORE_NAME, GAP, column_at, columns, name_room
from cachetui.ui.widgets.cells import pad
from cachetui.ui.widgets.painted import PaintedWidget


class ColumnTitles(PaintedWidget):
    """Titles of the columns. The symbol of the sort order is in the gap after a title, so that no title shifts."""

    DEFAULT_CSS = "ColumnTitles { height: 1; }"

    @dataclass
    class Sorted(Message):
        """Posted to sort by the column whose title was clicked."""

        by: By
        """The sort key."""

    def __init__(self) -> None:
        super().__init__()
        self.order = SortOrder()
        """The sort order of the rows."""

    @property
    def _room(self) -> int:
        return self.size.width - 1  # without the scrollbar's column

    def show(self, order: SortOrder) -> None:
        """Show another sort order."""
        if order != self.order:
            self.order = order
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Sort by the clicked column, if rows can be sorted by it."""
        offset = event.get_content_offset(self)
        by = None if offset is None else column_at(offset.x, self._room, columns(self._room, self.order))
        if by is not None:
            self.post_message(self.Sorted(by))

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        room, order, glyphs = self._room, self.order, self.glyphs
        chosen = columns(room, order)
        arrow = glyphs.up if order.points_up else glyphs.down
        space = name_room(room, chosen) + GAP
        name = "Name" + (arrow if order.by == "name" else "")
        parts = [(" " * BEFORE_NAME, "plain"), (pad(name[:space], space), "accent" if order.by == "name" else "muted")]
        marked = False
        for column in chosen:
            here = column.by == order.by and not marked
            marked = marked or here
            title = column.title + (arrow if here else " ")
            title = title.ljust(column.width + 1) if column.left else title.rjust(column.width + 1)
            parts.append((title + " ", "accent" if here else "muted"))
        return self.strip(*parts, room=self.size.width)
