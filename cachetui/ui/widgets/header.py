"""The first line of the screen: the views, the cache that is shown, and its totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from cachetui.text.format import count, disk_text, home_short
from cachetui.ui.widgets.cells import fit, shown, width
from cachetui.ui.widgets.painted import PaintedWidget, Part, parts_width

WITH_BRAND, WITH_ROOT, WITH_COUNTS = 100, 76, 116
"""Minimum widths of the screen in cells: for the name cachetui, for the root, and for the counts."""
LEAST_ROOT = 8
"""Minimum number of cells in which a shortened root is shown."""


class Tab(NamedTuple):
    """A view, as its tab shows it."""

    id: str
    """The id of the view's widget."""
    name: str
    """Name of the view."""
    number: int
    """The number before the name, which is the key that opens the view."""
    badge: int = 0
    """Width in cells that is kept free for the tab's badge on a wide screen, so that the next tabs stay in place."""


class Totals(NamedTuple):
    """The totals of the cache."""

    disk: int
    """Allocated bytes of all entries."""
    projects: int
    """Number of projects."""
    entries: int
    """Number of entries, with or without a project."""


class Header(PaintedWidget):
    """Line with tabs on the left and the cache on the right."""

    DEFAULT_CSS = "Header { height: 1; }"

    tab: reactive[str] = reactive("")
    totals: reactive[Totals | None] = reactive(None)
    badges: reactive[Mapping[str, tuple[str, str]]] = reactive({})
    """Badges beside the tabs: the words of each and their colour role, by the id of the view."""

    @dataclass
    class Chosen(Message):
        """Posted when a tab was clicked."""

        id: str
        """The id of the view."""

    def __init__(self, tabs: tuple[Tab, ...], root: str, signs: tuple[str, ...] = ()) -> None:
        """Make the header; `root` is the path of the cache's root, or empty to show none."""
        super().__init__()
        self.tabs = tabs
        self.root = shown(home_short(root))
        self.signs = signs
        """Words that are always shown on the right, such as "read-only"."""

    def _left(self) -> list[tuple[str | None, Part]]:
        """Return the parts on the left, each with the id of the view that a click on it opens, or None.

        If there is not enough room for the names of all views, only the open view has its name.
        """
        parts = self._tabs(named=True)
        room = self.size.width - parts_width(self._signs) - 2  # one space before and one after the signs
        return parts if parts_width([part for _, part in parts]) <= room else self._tabs(named=False)

    @property
    def _signs(self) -> list[Part]:
        """The signs as parts, with spaces around them."""
        return [part for sign in self.signs for part in ((f" {sign} ", "pill"), "  ")]

    def _tabs(self, named: bool) -> list[tuple[str | None, Part]]:
        brand: list[tuple[str | None, Part]] = [(None, (" cachetui ", "accent strong")), (None, " ")]
        parts = brand if self.size.width >= WITH_BRAND else []
        for tab in self.tabs:
            here = tab.id == self.tab
            parts.append((tab.id, (f" {tab.number} ", "pill" if here else "hint")))
            if named or here:
                parts.append((tab.id, (f"{tab.name} ", "pill" if here else "muted")))
            words, role = self.badges.get(tab.id, ("", ""))
            words = words.ljust(tab.badge if self.size.width >= WITH_BRAND else 0)
            if words:
                parts.append((tab.id, (words, f"pill {role}" if here else role)))
        return parts

    def on_click(self, event: events.Click) -> None:
        """Open the view whose tab was clicked."""
        edge = 0
        for view, part in self._left():
            edge += parts_width((part,))
            if event.x < edge:
                if view is not None:
                    self.post_message(self.Chosen(view))
                return

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        room, totals = self.size.width, self.totals
        left = [part for _, part in self._left()]
        right = self._signs
        figures: list[Part] = []
        if totals is not None and parts_width((*left, *right, disk_text(totals.disk))) < room - 1:
            figures.append((disk_text(totals.disk), "strong"))
            if room >= WITH_COUNTS:
                counts = f"  {count(totals.projects, 'project')}  {count(totals.entries, 'entry')}"
                figures.append((counts, "muted"))
        free = room - parts_width((*left, *right, *figures)) - 5
        if self.root and room >= WITH_ROOT and free >= min(LEAST_ROOT, width(self.root)):
            right += [(fit(self.root, free, 1.0, self.glyphs.dots), "muted"), "  " if figures else ""]
        return self.sides(left, (*right, *figures, " "), room)
