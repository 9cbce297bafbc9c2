"""Menu of the orders of Browse's rows."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.strip import Strip

from cachetui.browsing.rows import By, SortOrder
from cachetui.ui.bindings import PROGRAM, SHOW, key, key_name
from cachetui.ui.dialogs.modal import DialogButton, Modal
from cachetui.ui.widgets.cells import pad
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine, PaintedLines

CHOICES: dict[By, tuple[str, str, str]] = {
    "size": ("Size", "biggest first", "smallest first"),
    "name": ("Name", "A to Z", "Z to A"),
    "count": ("Number of files", "most files first", "fewest files first"),
    "age": ("Age", "oldest first", "newest first"),
}
"""Title of each sort key, and what comes first in its order and in the reversed order."""
TITLE, KEY = 20, 4
"""Widths of the titles and of the keys in cells."""


def first_of(order: SortOrder) -> str:
    """Return what comes first in an order, such as `oldest first`."""
    _, first, reversed_first = CHOICES[order.by]
    return reversed_first if order.reverse else first


class SortChoices(PaintedLines):
    """The orders to choose from, one on a line; each line says what its choice shows first."""

    DEFAULT_CSS = "SortChoices { height: auto; margin: 1 0 0 0; }"

    def __init__(self, order: SortOrder) -> None:
        super().__init__()
        self.order = order
        """The present order."""
        self.cursor = 0
        """The index of the line under the cursor."""

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the lines."""
        return [self._line(index, by, room) for index, by in enumerate(CHOICES)]

    def _line(self, index: int, by: By, room: int) -> Strip:
        title, words = CHOICES[by][0], first_of(self.order.sorted_by(by))
        is_here, is_now = index == self.cursor, by == self.order.by
        title = f"{title} ({self.order.age})" if by == "age" else title
        arrow = (self.glyphs.up if self.order.points_up else self.glyphs.down) if is_now else ""
        ground = " cursor" if is_here else ""
        parts = [
            (self.glyphs.edge if is_here and not self.app.native_ansi_color else " ", f"accent{ground}"),
            (pad(title + arrow, TITLE), f"{'accent' if is_now else 'plain'}{ground}"),
            (pad(key_name(self.app, f"sort.{by}"), KEY), f"accent{ground}"),
            (pad(words, room), f"muted{ground}"),
        ]
        return self.strip(*parts, room=room)

    def move(self, step: int) -> None:
        """Go some lines down or up."""
        self.cursor = max(0, min(self.cursor + step, len(CHOICES) - 1))
        self.refresh()

    async def on_click(self, event: events.Click) -> None:
        """Choose the order that is clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(CHOICES):
            await self.run_action(f"screen.choose('{[*CHOICES][offset.y]}')")


class SortMenu(Modal[By]):
    """Menu that closes with the chosen sort key, or with None if the user cancels."""

    AUTO_FOCUS = ""
    HELP = "The order of the rows, at every level. Choosing the current order again reverses it."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter,space", "choose", "sort", "order.choose", PROGRAM, "Sort by the line under the cursor", show=True),
        key("s", "choose('size')", "by size", "sort.size", SHOW, "Sort by size; again: smallest first"),
        key("n", "choose('name')", "by name", "sort.name", SHOW, "Sort by name; again: from z to a"),
        key("C", "choose('count')", "by count", "sort.count", SHOW, "Sort by number of files; again: fewest first"),
        key("M", "choose('age')", "by age", "sort.age", SHOW, "Sort by the age shown, oldest first"),
    ]
    DEFAULT_CSS = """
    SortMenu {
        #sheet { width: 56; }
        &.-short SortChoices { margin: 0; }
    }
    """

    def __init__(self, order: SortOrder) -> None:
        super().__init__()
        self.choices = SortChoices(order)
        """The orders to choose from."""

    def compose(self) -> ComposeResult:
        """Lay out the menu."""
        with Vertical(id="sheet"):
            yield PaintedLine(("Sort by", "strong"))
            yield self.choices
            with Horizontal(id="answers"):
                yield DialogButton("Cancel", "no")
                yield KeyHints()

    def action_scroll(self, step: int) -> None:
        """Go to the next line, or to the one before."""
        self.choices.move(step)

    def action_page(self, step: int) -> None:
        """Go to the last line, or to the first."""
        self.choices.move(step * len(CHOICES))

    def action_edge(self, end: int) -> None:
        """Go to the first line, or to the last."""
        self.choices.move((2 * end - 1) * len(CHOICES))

    def action_choose(self, by: By | None = None) -> None:
        """Close with a sort key; by default, with that of the line under the cursor."""
        self.dismiss(by or [*CHOICES][self.choices.cursor])
