"""The list of Pythons in the Settings view."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from cachetui.text.format import home_short
from cachetui.ui.settings.layout import LayoutOptions, python_line, title_line
from cachetui.ui.widgets.cells import shown, width
from cachetui.ui.widgets.painted import PaintedWidget
from cachetui.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from cachetui.pip_settings.effective import PipSettings


ROOMY = 32
"""Minimum height of the screen in rows at which there are blank lines."""
SHARE = 0.35
"""Maximum share of the screen's height for the list, if the list is above the settings and not beside them."""


class PythonList(RowList):
    """List of Pythons, one per line, in the order in which they are found."""

    SCOPED_CSS: ClassVar[bool] = False  # the CSS depends on a class of the screen
    DEFAULT_CSS = """
    PythonList { height: auto; overflow: hidden scroll; }
    .-vast PythonList { height: 1fr; }
    """
    HELP = """\
# Settings
Each Python's pip has its own settings. Below the list: where its cache is, whether it is on, and each place where that
is set. If several places set it, the last one counts.
"""
    BINDING_GROUP_TITLE = "Pythons"

    current: reactive[PipSettings | None] = reactive(None, repaint=False, always_update=True, init=False)
    """The settings of the Python under the cursor, for watchers."""
    in_view: reactive[tuple[int, int]] = reactive((0, 0), repaint=False, init=False)
    """The first and the last visible line, counted from 1, for watchers."""

    def __init__(self, shown_root: Path) -> None:
        super().__init__()
        self.known: tuple[PipSettings, ...] = ()
        """Pip settings of each Python, in the order of the list."""
        self._shown_root = shown_root

    @property
    def number(self) -> int:
        """Number of Pythons."""
        return len(self.known)

    @property
    def look(self) -> LayoutOptions:
        """The current layout options."""
        roomy = self.app.size.height >= ROOMY
        return LayoutOptions(self.glyphs, home_short, self._shown_root, roomy, self.longest_root)

    @property
    def longest_root(self) -> int:
        """Width of the longest root, in cells."""
        return max([width(shown(home_short(one.location.name))) for one in self.known], default=0)

    def show(self, known: Sequence[PipSettings]) -> None:
        """Replace the list. The cursor stays on its line, because a search only adds Pythons at the end."""
        self.known = tuple(known)
        self.virtual_size = Size(0, len(known))
        self.refresh(layout=True)
        self.go(self.cursor)
        self._look_through()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.go(self.cursor)
        self._look_through()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Update the visible lines after scrolling."""
        super().watch_scroll_y(old_value, new_value)
        self._look_through()

    def _look_through(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        self.in_view = (top + 1, min(top + height, len(self.known)))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines, limited so that there is room for the settings below."""
        return max(1, min(len(self.known), int(viewport.height * SHARE)))

    def go(self, index: int) -> None:
        """Put the cursor on the line at an index, or on the nearest line."""
        super().go(index)
        self.current = self.known[self.cursor] if self.known else None

    def draw_line(self, line: int, room: int) -> Strip:
        """Draw the line of a Python."""
        ground = ("cursor" if self.has_focus else "rest") if line == self.cursor else ""
        edge = f"{self.glyphs.edge} " if line == self.cursor and self.has_focus else "  "
        parts = python_line(self.known[line], room, self.look)
        drawn = [(words, f"{roles} {ground}".strip()) for words, roles in ((edge, "accent"), *parts)]
        strip = Strip(self.segments(drawn))
        return strip.adjust_cell_length(room, self.ink(*([ground] if ground else [])))


class PythonTitles(PaintedWidget):
    """The column titles above the list."""

    DEFAULT_CSS = "PythonTitles { height: 1; }"

    longest_root: reactive[int] = reactive(0)

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        room = self.size.width - 1  # without the scrollbar's column
        return self.strip(*title_line(room, self.longest_root), room=self.size.width)
