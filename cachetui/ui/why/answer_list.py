"""List widget for an answer; its cursor moves between the items that keys can act on."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip

from cachetui.ui.why.layout import BOX, LayoutLine
from cachetui.ui.widgets.row_list import RowList, RowPart


class AnswerList(RowList):
    """Lines of an answer, some of which belong to items that keys can act on; the cursor moves between these items."""

    HELP = """\
# The answer
First what pip would do, in a sentence; then step by step, what this cache holds of the project, the reasons with the
files that show them, and the commands that help. A check mark stands before a file that can be used, a cross before one
that this Python cannot use, a dot before one that was not asked for. `[x]` is marked: `d` shows the review.
"""
    BINDING_GROUP_TITLE = "Answer"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[LayoutLine] = []
        self._spans: list[tuple[int, int]] = []  # first line, and line after the last, of each item

    @property
    def number(self) -> int:
        """Number of items that can be acted on."""
        return len(self._spans)

    def span(self, index: int) -> tuple[int, int]:
        """Return the first line of an item, and the line after its last."""
        return self._spans[index]

    def row_at(self, line: int) -> int | None:
        """Return the index of the item that a line belongs to; None if it belongs to no item."""
        return self._lines[line].act if line < len(self._lines) else None

    def part_at(self, line: int, x: int) -> RowPart:
        """Return the clickable part of an item at a cell of its line; empty if there is none."""
        if self._lines[line].is_example:
            return "arrow"
        box = self._lines[line].box
        return "box" if box is not None and box <= x < box + BOX - 1 else ""

    def show(self, lines: list[LayoutLine], *, anew: bool) -> None:
        """Draw other lines; with `anew`, go to the top and put the cursor on the first item."""
        self._lines = lines
        spans: dict[int, tuple[int, int]] = {}
        for index, line in enumerate(lines):
            if line.act is not None:
                spans[line.act] = spans.get(line.act, (index, index))[0], index + 1
        self._spans = [spans[act] for act in sorted(spans)]
        self.virtual_size = Size(0, len(lines))
        self.cursor = 0 if anew else max(0, min(self.cursor, len(self._spans) - 1))
        if anew:
            self.scroll_to_line(0)
        self.refresh()

    def reveal(self) -> None:
        """Do nothing, because the actions of keys scroll by themselves."""

    def action_move(self, step: int) -> None:
        """Go to the next item, or the previous one.

        If it is a page away or more, only scroll by a page; if there is none, only scroll by a line.
        """
        height, top = self.scrollable_content_region.height, round(self.scroll_target_y)
        index = self.cursor + step
        if not 0 <= index < len(self._spans):
            self.scroll_to_line(top + step)
            return
        first, end = self._spans[index]
        wanted = min(top, first) if first < top or end - first >= height else max(top, end - height)
        if abs(wanted - top) >= max(2, height):
            self.scroll_to_line(top + step * self.page_lines)
            return
        self.go(index)
        self.scroll_to_line(wanted)

    def action_page(self, step: int) -> None:
        """Scroll some pages down or up, and put the cursor on the last or the first visible item, if there is one."""
        height, top = self.scrollable_content_region.height, round(self.scroll_target_y)
        top = max(0, min(top + step * self.page_lines, len(self._lines) - height))
        self.scroll_to_line(top)
        seen = [index for index, (first, _) in enumerate(self._spans) if top <= first < top + height]
        if seen:
            self.go(seen[-1] if step > 0 else seen[0])

    def action_edge(self, end: int) -> None:
        """Scroll to the start or the end, and put the cursor on the first or the last item."""
        self.go(end * (len(self._spans) - 1))
        self.scroll_to_line(end * len(self._lines))

    def draw_line(self, line: int, room: int) -> Strip:
        """Draw a line of the answer."""
        found = self._lines[line]
        if self.has_focus and found.act is not None and found.act == self.cursor:
            return self.on_cursor(found.words, room)
        return self.strip(*found.words, room=room)
