"""Histogram of the ages of what is in the cache."""

from __future__ import annotations

from functools import cached_property

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cachetui.ui.audit.figures import UPWARD, UPWARD_ASCII, FigureWidget
from cachetui.ui.audit.items import MONTH_DAYS, MONTHS, FigureChoice
from cachetui.ui.audit.treemap_layout import freshness
from cachetui.ui.glyphs import ASCII
from cachetui.ui.widgets.cells import pad, width

STEPS = 8
"""Number of steps in which one cell of a column fills."""


class Ages(FigureWidget):
    """Histogram with a column for each age range, in the shades of the treemap."""

    HELP = (
        "Disk usage by age: the arrows move from column to column, **Space** marks one, **b** or Enter shows it in "
        "Browse."
    )

    def __init__(self, id: str | None = None) -> None:
        self._styles: dict[tuple[int, bool], Style] = {}  # by column, and whether it is current
        super().__init__(id)
        self.choices: list[FigureChoice] = []
        """The columns, the oldest first."""

    def show(self, choices: list[FigureChoice]) -> None:
        """Replace the columns that are shown."""
        self.choices = choices
        self.go(self.cursor if self.cursor else self.number - 1)

    @property
    def number(self) -> int:
        """Number of columns."""
        return len(self.choices)

    @property
    def choice(self) -> FigureChoice | None:
        """The choice that the current column stands for; None if there are no columns."""
        return self.choices[self.cursor] if self.cursor < len(self.choices) else None

    @property
    def wide(self) -> int:
        """Width of a column in cells, with the gap after it."""
        return max(2, (self.size.width + 1) // max(1, self.number))

    def index_at(self, x: int, y: int) -> int | None:
        """Return the index of the column at a cell; None if there is none."""
        return x // self.wide if x // self.wide < self.number else None

    @cached_property
    def _steps(self) -> str:
        return UPWARD_ASCII if self.glyphs is ASCII else UPWARD

    def render_line(self, y: int) -> Strip:
        """Draw one line of all columns; the last line labels the columns."""
        wide, tall, room = self.wide, self.size.height - 1, self.size.width
        if y >= tall:
            half = self.number // 2 * wide
            last = max(0, self.number * wide - 1 - half - width("1 year") - width("now"))
            words = pad(pad("2 years or more", half) + "1 year" + " " * last + "now", room)
            start = self.cursor * wide if self.has_focus else room
            below = words[start : start + wide - 1]
            return self.strip(
                (words[:start], "muted"), (below, "muted cursor"), (words[start + len(below) :], "muted"), room=room
            )
        most = max([one.disk for one in self.choices], default=0) or 1
        segments = []
        for index, choice in enumerate(self.choices):
            eighths = max(round(choice.disk / most * tall * STEPS), 1 if choice.disk else 0)
            full = max(0, min(STEPS, eighths - (tall - 1 - y) * STEPS))
            here = index == self.cursor and self.has_focus
            segments.append(Segment(self._steps[full] * (wide - 1), self._style(index, here)))
            segments.append(Segment(" ", self.ink()))
        return Strip(segments).adjust_cell_length(room, self.ink())

    def _style(self, index: int, here: bool) -> Style:
        """Return the style of a column; with `here`, that of the current column, mostly with another background."""
        if (index, here) not in self._styles:
            self._styles[index, here] = self._mixed(index, here)
        return self._styles[index, here]

    def notify_style_update(self) -> None:
        """Discard the cached styles when the theme or the classes change."""
        super().notify_style_update()
        self._styles = {}

    def _mixed(self, index: int, here: bool) -> Style:
        if self.plain:  # the line below shows which column is current
            return self.ink("bar")
        style = self.ink("bar", "cursor") if here else self.ink("bar")
        shade = self.shade(freshness((self.number - 1 - index) * MONTHS * MONTH_DAYS + 1))
        return style + Style.from_color(shade.rich_color)
