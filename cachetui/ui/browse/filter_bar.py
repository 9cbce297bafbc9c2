"""Input for a filter; to its right, the sort order and the number of projects, or the progress of an activity."""

from __future__ import annotations

from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.reactive import reactive

from cachetui.browsing.model import BrowserModel
from cachetui.text.format import count
from cachetui.ui.activity import ActivityProgress
from cachetui.ui.bindings import SHOW, key
from cachetui.ui.browse.sort_menu import first_of
from cachetui.ui.dialogs.help import FILTER_HELP
from cachetui.ui.widgets.painted import PaintedLine, Part
from cachetui.ui.widgets.text_box import TextBox

WIDE, NARROW = 100, 52
"""Widths of the screen in cells: from `WIDE` on, the progress bar is long; below `NARROW`, there is no bar."""
BAR_CELLS, SHORT_BAR_CELLS = 20, 10
"""Lengths of the long and the short progress bar in cells."""
TAB = "  Tab"
"""Hint behind a suggestion: the key that accepts it."""
ROOMY = 72
"""Minimum width of the screen in cells at which the sort order is shown in words."""
LEAST = 30
"""Width of the screen in cells below which nothing is shown to the right of the input."""


class FilterErrorHighlighter(Highlighter):
    """Highlighter that underlines a filter from the place where it does not parse."""

    def __init__(self, box: FilterBox) -> None:
        self._box = box
        self.start: int | None = None
        """The index from which the filter does not parse; None to underline nothing."""

    def highlight(self, text: Text) -> None:
        """Underline what is wrong; if something is missing, underline the place for it."""
        if self.start is not None:
            text.pad_right(max(0, self.start + 1 - len(text)))
            text.stylize(self._box.get_component_rich_style("filter--wrong", partial=True), self.start)


class FilterBox(TextBox):
    """The input for the filter."""

    DEFAULT_CSS = """
    FilterBox, FilterBox:focus {
        width: 1fr;
        height: 1;
        padding: 0;
        border: none;
        background: $background;
        background-tint: $background 0%;
        color: $typed;
        & > .input--placeholder, & > .input--suggestion { color: $hint; }
        & > .filter--wrong { color: $wrong; text-style: underline; }
        &:ansi > .input--placeholder, &:ansi > .input--suggestion { color: ansi_default; text-style: dim; }
        &:ansi > .filter--wrong { color: ansi_default; text-style: underline; }
        &:ansi > .input--cursor { text-style: reverse; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"filter--wrong"}
    HELP = FILTER_HELP
    BINDING_GROUP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "leave(False)", "to the list", "filter.keep", SHOW, "Keep the filter, go to the rows", show=True),
        key("tab", "complete", "complete", "filter.complete", SHOW, "Complete the word; or go to the rows"),
        key("escape", "leave(True)", "clear the filter", "filter.clear", SHOW, "Show everything again", show=True),
    ]

    value = reactive("", init=False)  # no layout: the width of the box does not depend on its value
    virtual_size = reactive(Size(0, 0))

    def __init__(self) -> None:
        self._wrong = FilterErrorHighlighter(self)
        self._rest = ""
        super().__init__(
            placeholder="filter: torch  kind:wheel  size>100MB",
            highlighter=self._wrong,
            compact=True,
            select_on_focus=False,
            id="filter",
        )

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Keep the styles, because they are the same with and without the focus."""

    def show_wrong(self, start: int | None) -> None:
        """Underline the text that does not parse, from index `start` on; underline nothing if `start` is None."""
        self._wrong.start = start
        self.refresh()

    def suggest(self, rest: str) -> None:
        """Show `rest`, which would complete the typed text; show nothing if it is empty."""
        self._rest = rest
        self._suggestion = (
            f"{self.value}{rest}{TAB}" if rest else ""
        )  # Textual's own suggester answers a frame too late

    def on_paste(self, event: events.Paste) -> None:
        """Insert all pasted lines as one; Textual would insert only the first line."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(" ".join(event.text.split()))

    def action_cursor_right(self, select: bool = False) -> None:
        """Move the cursor to the right; at the end, accept the suggestion."""
        if self._rest and self.cursor_position == len(self.value) and not select:
            self.action_complete()
        else:
            super().action_cursor_right(select)

    def action_complete(self) -> None:
        """Accept the suggestion; without a suggestion, go to the rows."""
        if self._rest:
            self.value += self._rest
            self.action_end()
        else:
            self.action_leave(False)

    def action_leave(self, clear: bool) -> None:
        """Go back to the rows; clear the filter if `clear` is true."""
        if clear:
            self.value = ""
        self.screen.focus_next("CacheTree")


class FilterLine(Horizontal):
    """The line with the filter box and the words beside it."""

    DEFAULT_CSS = """
    FilterLine {
        height: 1;
        background: $background;
        & > PaintedLine { width: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        yield PaintedLine((" / ", "accent strong"))
        yield FilterBox()
        yield PaintedLine(id="told")

    @property
    def box(self) -> FilterBox:
        """The input."""
        return self.query_one(FilterBox)

    def show_state(self, model: BrowserModel, progress: ActivityProgress) -> None:
        """Show the progress of an activity on the right, or else the sort order and the number of projects.

        The sort order is left out if it is the usual one (by size, biggest first), or if the screen is narrow.
        """
        if progress.words:
            self._show_words(*progress)
            return
        number = model.catalog.projects
        projects = count(number, "project")
        shown_of = f"{model.shown_projects:,} of " if model.filtering else ""
        widest = len(f"{number:,} of {projects}")  # constant width: a change would lay out the whole screen again
        is_usual = model.order.by == "size" and not model.order.reverse
        order = "" if is_usual or self.app.size.width < ROOMY else f"{first_of(model.order)}  "
        self._show_words(f"{order}{f'{shown_of}{projects}'.rjust(widest)}")

    def _show_words(self, words: str, progress: float | None = None) -> None:
        line, room = self.query_one("#told", PaintedLine), self.app.size.width
        if not words or room < LEAST:
            line.show()
            return
        parts: list[Part] = [(f"  {words}", "muted")]
        if progress is not None and room >= NARROW:
            cells = BAR_CELLS if room >= WIDE else SHORT_BAR_CELLS
            done, glyphs = round(cells * min(1.0, progress)), line.glyphs
            parts += [" ", (glyphs.done * done, "accent"), (glyphs.to_do * (cells - done), "faint")]
        line.show(*parts, " ")
