"""Widgets that draw figures with choices: lists with bars, and a histogram."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.color import Color
from textual.message import Message
from textual.strip import Strip

from cachetui.browsing.model import Sign
from cachetui.model import NS
from cachetui.text.format import age, disk_text
from cachetui.ui.audit.items import MONTH_DAYS, MONTHS, FigureChoice
from cachetui.ui.audit.treemap_layout import Direction, freshness
from cachetui.ui.bindings import MOVE, ROWS, key
from cachetui.ui.glyphs import ASCII
from cachetui.ui.widgets.cells import bar, fit, pad, shown, width
from cachetui.ui.widgets.painted import PaintedWidget, Part, size_parts

UPWARD, UPWARD_ASCII = " ▁▂▃▄▅▆▇█", " __..::|#"
"""Nine steps of a bar that grows upwards, from an empty cell to a full one."""
NAME, OTHERS, BAR = 12, 17, 6
"""Cells: minimum for a kind's name, everything between the name and the bar but the number, and minimum for the bar."""
NUMBER = 3
"""Minimum width of the number of a kind's entries in cells."""
WHEEL = 1
"""Number of lines that a step of the mouse's wheel scrolls."""
GAP = 3
"""Blank cells between two kinds in a sentence."""
STEPS = 8
"""Number of steps in which one cell of a column fills."""
BOX = 3
"""Width of the box at the beginning of a line, in cells."""


class FigureWidget(PaintedWidget, can_focus=True):
    """A widget with several choices; one choice is the current choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("down,j", "walk('down')", "down", "rows.down", MOVE, "Go down"),
        key("up,k", "walk('up')", "up", "rows.up", MOVE, "Go up"),
        key("right,l", "walk('right')", "right", "audit.right", MOVE, "Go to the right"),
        key("left,h", "walk('left')", "left", "audit.left", MOVE, "Go to the left"),
        *ROWS[4:],
    ]

    class Moved(Message):
        """Posted when another choice becomes the current choice."""

    class Opened(Message):
        """Posted to open the current choice."""

    class Ticked(Message):
        """Posted to mark the current choice, or to unmark it."""

    has_box: ClassVar[bool] = False
    """Whether the lines begin with a box that shows their mark state."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        """The index of the current choice."""
        self.total = 0
        """The total in bytes from which shares are computed."""
        self.sign: Callable[[FigureChoice], Sign] = lambda _: " "
        """Function that returns the mark state of a choice."""

    @property
    def choice(self) -> FigureChoice | None:
        """The current choice."""
        raise NotImplementedError

    @property
    def number(self) -> int:
        """Number of choices."""
        raise NotImplementedError

    @property
    def plain(self) -> bool:
        """Whether colours cannot be mixed, because there are none or they are the terminal's own."""
        return self.role_styles("bar").color.ansi is not None

    def shade(self, strength: float) -> Color:
        """Return the accent colour at a strength, blended over the widget's background."""
        accent = self.role_styles("bar").color.with_alpha(1.0)
        return self.background_colors[1].blend(accent, strength, 1)

    def go(self, index: int) -> None:
        """Make the choice at an index the current choice; use the nearest choice if there is none."""
        self.cursor = max(0, min(index, self.number - 1))
        self.refresh()
        self.post_message(self.Moved())

    def show_marks(self) -> None:
        """Redraw the marks; most figures show no marks."""

    def action_walk(self, direction: Direction) -> None:
        """Go to the next choice in a direction."""
        self.go(self.cursor + (1 if direction in ("right", "down") else -1))

    def action_edge(self, end: int) -> None:
        """Go to the first choice or to the last."""
        self.go(end * (self.number - 1))

    def index_at(self, x: int, y: int) -> int | None:
        """Return the index of the choice at a cell."""
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked choice; a double click opens it."""
        index = self.index_at(event.x, event.y)
        if index is not None:
            self.go(index)
            if self.has_box and event.x < BOX:
                self.post_message(self.Ticked())
            elif event.chain > 1:
                self.post_message(self.Opened())


class Lines(FigureWidget):
    """A figure with one choice per line."""

    BINDINGS: ClassVar[list[BindingType]] = [*ROWS[2:4]]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id)
        self.choices: list[FigureChoice] = []
        """The choices."""
        self.top = 0
        """The index of the first visible line."""

    def show(self, choices: list[FigureChoice]) -> None:
        """Replace the choices that are shown."""
        self.choices = choices
        self.go(self.cursor)

    @property
    def number(self) -> int:
        """Number of lines."""
        return len(self.choices)

    @property
    def choice(self) -> FigureChoice | None:
        """The choice of the current line."""
        return self.choices[self.cursor] if self.cursor < len(self.choices) else None

    def go(self, index: int) -> None:
        """Go to a line, and keep it in view."""
        height = max(1, self.size.height)
        index = max(0, min(index, self.number - 1))
        self.top = max(0, min(max(self.top, index - height + 1), index, max(0, self.number - height)))
        super().go(index)

    def on_resize(self) -> None:
        """Keep the current line in view."""
        self.go(self.cursor)

    @property
    def in_sight(self) -> int:
        """Number of choices in view."""
        return min(self.number, self.size.height)

    def action_page(self, step: int) -> None:
        """Go some pages down, or up."""
        self.go(self.cursor + step * max(1, self.size.height - 1))

    def scroll_lines(self, lines: int) -> None:
        """Scroll by some lines; the current line stays the current line."""
        self.top = max(0, min(self.top + lines, self.number - self.size.height))
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.scroll_lines(-WHEEL)

    def index_at(self, x: int, y: int) -> int | None:
        """Return the index of the line at a cell; None if there is none."""
        return y + self.top if y + self.top < self.number else None

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        index, room = y + self.top, self.size.width
        if index >= self.number:
            return Strip.blank(room, self.ink())
        left, right = self.line(self.choices[index], room)
        ground = "cursor" if index == self.cursor and self.has_focus else ""
        parts = [
            [(one, ground) if isinstance(one, str) else (one[0], f"{one[1]} {ground}") for one in side]
            for side in (left, right)
        ]
        space = max(0, room - sum([width(words) for words, _ in parts[1]]))
        strips = [
            Strip(self.segments([(words, roles.strip() or "plain") for words, roles in side])).adjust_cell_length(
                cells, self.ink(*([ground] if ground else []))
            )
            for side, cells in zip(parts, (space, room - space), strict=True)
        ]
        return Strip.join(strips)

    def line(self, choice: FigureChoice, room: int) -> tuple[list[Part], list[Part]]:
        """Return the parts at the left end and at the right end of a line."""
        raise NotImplementedError


class KindBars(Lines):
    """Bars by kind or by another property; if only one line fits, a sentence."""

    HELP = """\
What there is by kind; **t** tells it apart by Python, platform or index instead. **Space** marks all that a line stands
for, **b** or Enter shows a kind in Browse.
"""

    def line(self, choice: FigureChoice, room: int) -> tuple[list[Part], list[Part]]:
        """Return a kind with its number, size, share and bar; a long name shortens the bar."""
        longest = max([width(shown(one.name)) for one in self.choices], default=0)
        digits = max([NUMBER, *[len(f"{len(one.entries):,}") for one in self.choices]])
        space = room - OTHERS - digits
        named = max(NAME, min(longest + 1, space if space < NAME + BAR else space - BAR))
        share = choice.disk / max(1, self.total)
        biggest = max([one.disk for one in self.choices], default=0)
        percent = f"{100 * share:>5.0f}%  " if share >= 0.005 else " " * 8
        parts: list[Part] = [
            pad(fit(shown(choice.name), named - 1, dots=self.glyphs.dots), named),
            (f"{len(choice.entries):>{digits},}  ", "muted"),
            *size_parts(choice.disk),
            (percent, "muted"),
        ]
        if (left := space - named) >= BAR:
            parts.append((bar(choice.disk / max(1, biggest), left, self.glyphs), "bar"))
        return parts, []

    def render_line(self, y: int) -> Strip:
        """Draw one line; if the widget has only one line, draw the sentence."""
        return super().render_line(y) if self.size.height > 1 else self._sentence()

    def _places(self) -> list[tuple[int, int]]:
        """Return the kinds that fit into the sentence, each as its index and the cell at which it ends.

        The current kind is among them.
        """
        room, places, edge = self.size.width - 1 - width(self._count()), list[tuple[int, int]](), 0
        for index, choice in enumerate(self.choices):
            wide = width(f"{shown(choice.name)} {disk_text(choice.disk)}")
            if places and index <= self.cursor and edge + wide > room:
                places, edge = [], 0
            elif edge + wide > room:
                break
            edge += wide + GAP
            places.append((index, edge))
        return places

    def _count(self, places: int | None = None) -> str:
        """Write how many of the kinds are in the sentence; without `places`, write as much as that may take."""
        return f"{places or self.number} of {self.number}" if places is None or places < self.number else ""

    def _sentence(self) -> Strip:
        parts: list[Part] = []
        places = self._places()
        for index, _ in places:
            choice = self.choices[index]
            ground = " cursor" if index == self.cursor and self.has_focus else ""
            parts += [
                (shown(choice.name), f"plain{ground}"),
                (f" {disk_text(choice.disk)}", f"muted{ground}"),
                " " * GAP,
            ]
        return self.sides(parts[:-1], ((self._count(len(places)), "muted"),), self.size.width)

    def index_at(self, x: int, y: int) -> int | None:
        """Return the index of the kind at a cell; None if there is none."""
        if self.size.height > 1:
            return super().index_at(x, y)
        return next((index for index, edge in self._places() if x < edge), None)


class Biggest(Lines):
    """The biggest files."""

    has_box = True
    HELP = "The files that take most: **Space** marks one, **b** or Enter goes to it in Browse."
    now_ns = 0

    def show_marks(self) -> None:
        """Redraw the marks."""
        self.refresh()

    def line(self, choice: FigureChoice, room: int) -> tuple[list[Part], list[Part]]:
        """Return a file's mark, project and version for the left, and its age and size for the right."""
        entry = choice.entries[0]
        number, unit = age(max(0, self.now_ns - entry.downloaded) / NS)
        sign = self.sign(choice).strip()
        left = fit(shown(choice.name), max(4, room - 32), dots=self.glyphs.dots)
        more = fit(shown(entry.version or entry.kind), max(0, room - 28 - width(left)), dots=self.glyphs.dots)
        mark: list[Part] = [(f"[{sign or ' '}] ", "mark" if sign else "hint")]
        return [*mark, f"{left} ", (more, "muted")], [(f"{number:>2} {unit:<8}  ", "muted"), *size_parts(choice.disk)]


class ReclaimableLines(Lines):
    """The rules and what each would free."""

    has_box = True
    HELP = """\
What each rule would free today, as `cachetui prune` does it. What is protected, what may be in use and what pip built
here stays. Rules overlap. Superseded is what has a newer version for the same Python and platform. **Space** marks all
of a rule, **b** or Enter shows it in Browse.
"""

    def show_marks(self) -> None:
        """Redraw the marks."""
        self.refresh()

    def line(self, choice: FigureChoice, room: int) -> tuple[list[Part], list[Part]]:
        """Return a rule with its mark, the number of its entries, and the bytes that it frees."""
        sign = self.sign(choice).strip() if choice.entries else ""
        mark: Part = (f"[{sign or ' '}] ", "mark" if sign else "hint")
        name = fit(choice.name, max(4, room - 18), dots=self.glyphs.dots)
        if not choice.known:
            return [mark, (name, "muted")], [("not known", "muted")]
        left = room - 18 - len(name) - 2
        words = choice.explanations
        if choice.in_use:
            words = f"{choice.in_use:,} more in use", f"+{choice.in_use:,} in use"
        more = next((f"  {one}" for one in words if len(one) <= left), "")
        return [mark, name, (more, "muted")], [(f"{len(choice.entries):>5,}  ", "muted"), *size_parts(choice.disk)]


class Ages(FigureWidget):
    """Histogram with a column for each age range, in the shades of the treemap."""

    HELP = (
        "What came when: the arrows walk from column to column, **Space** marks one, **b** or Enter shows it in Browse."
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
        """Return the style of a column; the current column has another background."""
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
