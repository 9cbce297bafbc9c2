"""The scrolling list of the Health view: a title for each type of finding, and the entries below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Size
from textual.strip import Strip

from cachetui.browsing.model import BrowserModel
from cachetui.report.health_text import FindingEntry, FindingGroup
from cachetui.ui.glyphs import UNICODE
from cachetui.ui.health.layout import ARROW, BOX_CELLS, HealthLines, LayoutLine, LayoutOptions
from cachetui.ui.widgets.row_list import RowList, RowPart

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.health.finding import FindingType


class FindingList(RowList):
    """List of findings by type; the cursor moves between the titles of types and the entries."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"ink--alarm"}
    DEFAULT_CSS = """
    FindingList {
        & > .ink--alarm { color: $text-error; background: $error 30%; text-style: bold; }
        &:ansi > .ink--alarm { color: ansi_red; background: ansi_default; text-style: reverse bold; }
    }
    """
    HELP = """\
# Health
Problems in the cache, the most serious first. Danger: a file may not be what its index offered. Damage: a file
cannot be used as it should. Waste: a file only takes up space. Below each title: what follows, and how to fix it.
Verifying reads everything and compares it with the hashes that cached index pages list. It changes nothing.
"""
    BINDING_GROUP_TITLE = "Findings"

    def __init__(self, model: BrowserModel) -> None:
        super().__init__()
        self.model = model
        self.page = HealthLines((), None, (), 0, LayoutOptions(UNICODE))
        """The lines and rows that are drawn."""
        self._moved = False  # whether the user has moved the cursor
        self._signs: dict[tuple[FindingType, str], str] = {}

    @property
    def number(self) -> int:
        """Number of rows."""
        return self.page.rows

    def span(self, index: int) -> tuple[int, int]:
        """Return the first line of a row, and the line after its last."""
        return self.page.span(index)

    def row_at(self, line: int) -> int | None:
        """Return the index of the row that a line belongs to; None if it belongs to no row."""
        return self.page.row_at(line) if line < self.page.height else None

    def part_at(self, line: int, x: int) -> RowPart:
        """Return the clickable part of a row at a cell of its line; empty if there is none."""
        found = self._line(line)
        if found.box is not None and found.box <= x < found.box + BOX_CELLS - 1:
            return "box"
        return "arrow" if found.arrow and ARROW - 1 <= x < ARROW + 2 else ""

    def show(self, page: HealthLines) -> None:
        """Draw other lines. Once the user has moved the cursor, it stays on its row, and the row on its screen line."""
        before, cursor = self.page, self.cursor
        self.page = page
        self._signs.clear()
        self.virtual_size = Size(0, page.height)
        self.cursor = 0
        if page.rows and before.rows and self._moved:  # before the first move, the list starts at the top
            self.cursor = page.find(before.key(cursor), cursor)
            shift = page.span(self.cursor)[0] - before.span(cursor)[0]
            self.scroll_to_line(round(self.scroll_target_y) + shift)
        self.refresh()

    def sign(self, group: FindingGroup, finding_entry: FindingEntry | None) -> str:
        """Return the mark state of a row: x if all its entries are marked, - if some are, or a blank.

        The row is the title of a group if `finding_entry` is None.
        """
        named = group.sort, finding_entry.entry.path if finding_entry is not None else ""
        if named not in self._signs:
            self._signs[named] = self._sign(group.finding_entries if finding_entry is None else [finding_entry])
        return self._signs[named]

    def _sign(self, finding_entries: Sequence[FindingEntry]) -> str:
        marks, catalog, found = self.model.marks, self.model.catalog, set()
        for finding_entry in finding_entries if marks else ():
            found.add(finding_entry.entry.path in marks.at(catalog.group_key(finding_entry.entry)))
            if len(found) > 1:
                return "-"
        return "x" if True in found else " "

    def refresh_signs(self) -> None:
        """Redraw the marks."""
        self._signs.clear()
        self.refresh()

    def go(self, index: int) -> None:
        """Put the cursor on the row at an index, or on the nearest row, and scroll it into view."""
        self._moved = self._moved or bool(self.page.rows)
        super().go(index)

    def reveal(self) -> None:
        """Scroll just far enough to show the cursor's row; for the first row, also show the lines above it that fit."""
        height, top = self.scrollable_content_region.height, round(self.scroll_target_y)
        end = self.page.span(self.cursor)[1]
        if self.cursor:
            super().reveal()
        elif top or end >= height:
            self.scroll_to_line(0 if end <= height else end - height)

    def _line(self, line: int) -> LayoutLine:
        return self.page.line(line, self.sign)

    def draw_line(self, line: int, room: int) -> Strip:
        """Draw a line of the list."""
        found = self._line(line)
        if found.row is None or found.row != self.cursor:
            return self.strip(*found.words, room=room)
        return self.on_cursor(found.words, room, ("alarm",))
