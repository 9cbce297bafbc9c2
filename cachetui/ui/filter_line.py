"""Where a filter is typed; at its right, how much is shown or how far the work has got."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from cachetui.ui.ink import Line, Part
from cachetui.ui.keys import SHOW, key

WIDE, NARROW = 100, 52
"""Widths in cells: from the first on the bar of progress is long, below the second there is none."""
BAR_CELLS, SHORT_BAR_CELLS = 20, 10
"""Cells of the bar of progress."""
LEAST = 30
"""The width in cells below which there is only room to type."""


class FilterBox(Input):
    """The box itself."""

    DEFAULT_CSS = """
    FilterBox, FilterBox:focus {
        width: 1fr;
        height: 1;
        padding: 0;
        border: none;
        background: $background;
        background-tint: $background 0%;
        color: $foreground;
        & > .input--placeholder { color: $foreground 46%; }
        &:ansi > .input--placeholder { color: ansi_default; text-style: dim; }
        &:ansi > .input--cursor { text-style: reverse; }
    }
    """
    HELP = """\
# Filter
Shows only what bears every word that you type, in the name of its project, its file or its version. The figures, and
what Space marks, then cover what is shown. Marks that the filter hides stay, and are counted at the bottom.
"""
    BINDING_GROUP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "leave(False)", "to the list", "filter.keep", SHOW, "Keep the filter, go to the rows", show=True),
        key("escape", "leave(True)", "clear the filter", "filter.clear", SHOW, "Show everything again", show=True),
    ]

    def __init__(self) -> None:
        super().__init__(placeholder="filter: torch  2.3  cp311", compact=True, select_on_focus=False, id="filter")

    def action_leave(self, clear: bool) -> None:
        """Go back to the rows."""
        if clear:
            self.value = ""
        self.screen.focus_next("CacheTree")


class FilterLine(Horizontal):
    """The box with what stands beside it."""

    DEFAULT_CSS = """
    FilterLine {
        height: 1;
        background: $background;
        & > Line { width: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        yield Line((" / ", "accent strong"))
        yield FilterBox()
        yield Line(id="told")

    @property
    def box(self) -> FilterBox:
        """Where the user types."""
        return self.query_one(FilterBox)

    def tell(self, words: str, progress: float | None = None) -> None:
        """Say something at the right; with a bar, where `progress`, from 0 to 1, is given."""
        line, room = self.query_one("#told", Line), self.app.size.width
        if not words or room < LEAST:
            line.show()
            return
        parts: list[Part] = [(f"  {words}", "muted")]
        if progress is not None and room >= NARROW:
            cells = BAR_CELLS if room >= WIDE else SHORT_BAR_CELLS
            done, glyphs = round(cells * min(1.0, progress)), line.glyphs
            parts += [" ", (glyphs.done * done, "accent"), (glyphs.to_do * (cells - done), "faint")]
        line.show(*parts, " ")
