"""The findings of the Health view: a scrolling list of titles and entries, drawn line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cachetui.browsing.model import BrowserModel
from cachetui.report.health_text import FindingEntry, Group
from cachetui.ui.bindings import ROWS
from cachetui.ui.glyphs import UNICODE
from cachetui.ui.health.layout import ARROW, BOX_CELLS, Look, Page, PageLine
from cachetui.ui.widgets.painted import PaintedWidget, Part

if TYPE_CHECKING:  # the first screen does not wait for it
    from cachetui.insight.health.finding import FindingType

DOUBLE = 2
"""Clicks that open a row."""


class FindingList(PaintedWidget, ScrollView, can_focus=True, inherit_bindings=False):
    """The findings; the cursor goes from one title or entry to the next."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"ink--alarm"}
    DEFAULT_CSS = """
    FindingList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        & > .ink--alarm { color: $text-error; background: $error 30%; text-style: bold; }
        &:ansi > .ink--alarm { color: ansi_red; background: ansi_default; text-style: reverse bold; }
    }
    """
    HELP = """\
# Health
What is wrong in the cache, what weighs most first: a danger, for what may not be what its index offered; damage, which
pip cannot use as it should; waste, which only takes room. Below each title: what pip does with it, and the way out.
Verifying reads everything, and compares it with the hashes that cached index pages list. It changes nothing.
"""
    BINDING_GROUP_TITLE = "Findings"
    BINDINGS: ClassVar[list[BindingType]] = [*ROWS]

    @dataclass
    class Folded(Message):
        """A title is to be opened, or closed."""

        row: int
        """Its index."""

    @dataclass
    class Ticked(Message):
        """A box was clicked."""

        row: int
        """The index of its row."""

    def __init__(self, model: BrowserModel) -> None:
        super().__init__()
        self.model = model
        self.page = Page((), None, (), 0, Look(UNICODE))
        """The page that is drawn."""
        self.cursor = 0
        """The index of the row that has the cursor."""
        self._moved = False  # whether the cursor has been put anywhere yet
        self._signs: dict[tuple[FindingType, str], str] = {}

    @property
    def room(self) -> int:
        """The cells of a line."""
        return self.scrollable_content_region.width

    def show(self, page: Page) -> None:
        """Draw other rows; the cursor stays on its own, on its line of the screen."""
        before, cursor = self.page, self.cursor
        self.page = page
        self._signs.clear()
        self.virtual_size = Size(0, page.height)
        self.cursor = 0
        if page.rows and before.rows and self._moved:  # whoever has not moved sees what comes first
            self.cursor = page.find(before.key(cursor), cursor)
            shift = page.span(self.cursor)[0] - before.span(cursor)[0]
            self._scroll(round(self.scroll_target_y) + shift)
        self.refresh()

    def sign(self, group: Group, ill: FindingEntry | None) -> str:
        """Return the mark state of a row: x, - or blank."""
        named = group.sort, ill.entry.path if ill is not None else ""
        if named not in self._signs:
            self._signs[named] = self._sign(group.ills if ill is None else [ill])
        return self._signs[named]

    def _sign(self, ills: Sequence[FindingEntry]) -> str:
        marks, catalog, found = self.model.marks, self.model.catalog, set()
        for ill in ills if marks else ():
            found.add(ill.entry.path in marks.at(catalog.group_key(ill.entry)))
            if len(found) > 1:
                return "-"
        return "x" if True in found else " "

    def refresh_signs(self) -> None:
        """Draw the marks as they are now."""
        self._signs.clear()
        self.refresh()

    def go(self, index: int) -> None:
        """Put the cursor on a row, or on the nearest there is, and bring it into sight with all that belongs to it."""
        if not self.page.rows:
            return
        self._moved = True
        self.cursor = max(0, min(index, self.page.rows - 1))
        height, top = self.scrollable_content_region.height, round(self.scroll_target_y)
        first, end = self.page.span(self.cursor)
        if not self.cursor:
            first = 0  # what stands above it, too
        if first < top or end - first >= height:
            self._scroll(first if end <= first + height or self.cursor else end - height)
        elif end > top + height:
            self._scroll(end - height)
        self.refresh()

    def _scroll(self, line: int) -> None:
        self.scroll_to(y=max(0, line), animate=False, force=True, immediate=True)

    def action_move(self, step: int) -> None:
        """Go some rows down, or up."""
        self.go(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Go some pages down, or up, and to the row there."""
        if not self.page.rows:
            return
        wanted = self.page.span(self.cursor)[0] + step * max(1, self.scrollable_content_region.height - 1)
        inside = range(max(0, wanted), self.page.height)
        row = next((row for line in inside if (row := self.page.row_at(line)) is not None), self.page.rows - 1)
        self.go(max(row, self.cursor + 1) if step > 0 else min(row, self.cursor - 1))

    def action_edge(self, end: int) -> None:
        """Go to the first row, or the last."""
        self.go(end * (self.page.rows - 1))

    def on_click(self, event: events.Click) -> None:
        """Go to a row; open it by the arrow or a double click, mark by the box."""
        offset = event.get_content_offset(self)
        if offset is None or (y := offset.y + self.scroll_offset.y) >= self.page.height:
            return
        line = self._line(y)
        if line.row is None:
            return
        event.stop()
        self.go(line.row)
        if line.box is not None and line.box <= offset.x < line.box + BOX_CELLS - 1:
            self.post_message(self.Ticked(line.row))
        elif (line.arrow and ARROW - 1 <= offset.x < ARROW + 2) or event.chain == DOUBLE:
            self.post_message(self.Folded(line.row))

    def _line(self, y: int) -> PageLine:
        return self.page.line(y, self.sign)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        room, index = self.room, y + self.scroll_offset.y
        if index >= self.page.height:
            return Strip.blank(room, self.ink())
        line = self._line(index)
        if line.row is None or line.row != self.cursor:
            return self.strip(*line.words, room=room)
        ground = "cursor" if self.has_focus else "rest"
        first, *rest = line.words
        edge = self.glyphs.edge if self.has_focus and not self.app.native_ansi_color else " "
        parts: list[Part] = [(edge, f"accent {ground}"), (first[0][1:], f"{first[1]} {ground}")]
        parts += [(words, f"{ground} {roles}" if roles == "alarm" else f"{roles} {ground}") for words, roles in rest]
        return Strip(self.segments(parts)).adjust_cell_length(room, self.ink(ground))
