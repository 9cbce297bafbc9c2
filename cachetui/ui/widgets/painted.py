"""Widgets that draw their own lines with colour roles; the theme defines the style of each role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import ClassVar, Self

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.css.styles import RenderStyles
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from cachetui.text.format import disk
from cachetui.ui.glyphs import UNICODE, Glyphs
from cachetui.ui.widgets.cells import LEAST_WITH_DOTS, head, width
from cachetui.ui.widgets.contrast import PALE, TEXT, readable

ROLES = ("plain", "strong", "muted", "hint", "faint", "accent", "bar", "part", "mark", "cursor", "rest", "pill")
"""Colour roles: of text, of bars, of marks, and of backgrounds."""
LEAST = {"faint": PALE, "bar": 1.0, "part": 1.0}
"""Minimum contrast of the roles that are not for text: symbols without information, and bars."""
MIXED = 256
"""Maximum number of role combinations whose styles are cached, which is more than are in use."""
Part = tuple[str, str] | str
"""Words, and their roles as one string, separated by spaces; words without roles are drawn as `plain`."""
CLEAR = Color(0, 0, 0, 0)


ROLE_CLASSES = {f"ink--{role}" for role in ROLES}
"""Component classes of the app, from which all painted widgets take the styles of roles."""
ROLE_CSS = """
& > .ink--plain { color: $foreground; }
& > .ink--strong { text-style: bold; }
& > .ink--muted { color: $foreground 68%; }
& > .ink--hint { color: $foreground 54%; }
& > .ink--faint { color: $foreground 34%; }
& > .ink--accent { color: $text-primary; }
& > .ink--bar { color: $primary 85%; }
& > .ink--part { color: $primary 48%; }
& > .ink--mark { color: $text-error; text-style: bold; }
& > .ink--cursor { background: $primary 22%; }
& > .ink--rest { background: $foreground 8%; }
& > .ink--pill { color: $text-primary; background: $primary 22%; text-style: bold; }
&:ansi {
    & > .ink--muted, & > .ink--hint, & > .ink--faint { color: ansi_default; text-style: dim; }
    & > .ink--bar { color: ansi_blue; }
    & > .ink--part { color: ansi_blue; text-style: dim; }
    & > .ink--cursor { background: ansi_default; text-style: reverse; }
    & > .ink--rest { background: ansi_default; text-style: bold; }
    & > .ink--pill { background: ansi_default; text-style: reverse bold; }
}
"""
"""CSS for the styles of the roles, to be nested in the CSS rule of an app."""


BARS = ("bar", "part")
"""Roles of bars, which are drawn with blocks."""


class PaintedWidget(Widget):
    """A widget that draws parts with colour roles; its app must have the classes `ROLE_CLASSES` and the CSS `ROLE_CSS`.

    A widget has a component class of its own only for a role that looks different in it. Textual computes the styles of
    component classes for each widget that declares them, which would take half the time needed to open a dialog.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS = """
    PaintedWidget {
        background: $background;
        color: $foreground;
    }
    """

    def role_styles(self, role: str) -> RenderStyles:
        """Return the styles of a role: the widget's own, or else the app's."""
        name = f"ink--{role}"
        return (self if name in self.COMPONENT_CLASSES else self.app).get_component_styles(name)

    @property
    def glyphs(self) -> Glyphs:
        """The glyphs that the terminal can show."""
        return getattr(self.app, "glyphs", UNICODE)

    def notify_style_update(self) -> None:
        """Discard the cached styles when the theme or the classes change."""
        super().notify_style_update()
        self._inks = lru_cache(MIXED)(self._mix)
        self.inked = lru_cache(MIXED)(lambda roles: self._mix(tuple(roles.split()) or ("plain",)))

    inked: Callable[[str], Style]
    """Function that returns the style of roles, like `ink`; the roles are one string, separated by spaces."""

    def ink(self, *roles: str) -> Style:
        """Return the style of roles, each applied over the one before."""
        return self._inks(roles or ("plain",))

    def _mix(self, roles: tuple[str, ...]) -> Style:
        ground, colour, styles, least = self.background_colors[1], self.styles.color, Style(), TEXT
        for role in roles:
            part = self.role_styles(role)
            ground += part.background if part.has_rule("background") and part.background.a else CLEAR
            if part.has_rule("color"):
                colour, least = part.color, LEAST.get(role, TEXT)
            styles += part.text_style
        if styles.reverse:  # dim text in reverse colours cannot be read
            styles += Style(dim=False)
            if roles[-1] in BARS:  # the blanks behind a bar would have its colour
                colour = self.styles.color
        if (front := colour).ansi is None:
            front = readable(ground + colour, ground, least) if ground.ansi is None else ground + colour
        return styles + Style.from_color(front.rich_color, ground.rich_color if ground.a else None)

    def segments(self, parts: Iterable[Part]) -> list[Segment]:
        """Return parts as the segments that Textual sends to a terminal."""
        return [
            Segment(part, self.ink()) if isinstance(part, str) else Segment(part[0], self.inked(part[1]))
            for part in parts
        ]

    def strip(self, *parts: Part, room: int) -> Strip:
        """Draw parts on one line of exactly `room` cells."""
        return Strip(self.segments(parts)).adjust_cell_length(room, self.ink())

    def sides(self, left: Sequence[Part], right: Sequence[Part], room: int) -> Strip:
        """Draw parts at both ends of a line of `room` cells; those on the left are shortened if needed."""
        space = max(0, room - parts_width(right))
        return Strip(
            [
                *self.strip(*shorten(left, max(0, space - bool(right)), self.glyphs.dots), room=space),
                *self.strip(*right, room=room - space),
            ],
            room,
        )


def parts_width(parts: Iterable[Part]) -> int:
    """Return the width of parts in cells."""
    return sum([width(part if isinstance(part, str) else part[0]) for part in parts])


def shorten(parts: Sequence[Part], room: int, dots: str) -> list[Part]:
    """Shorten parts to `room` cells as `fit` shortens text; spaces at the end are cut without dots."""
    whole = "".join([part if isinstance(part, str) else part[0] for part in parts])
    if width(whole) <= room:
        return list(parts)
    if room < LEAST_WITH_DOTS or width(whole.rstrip()) <= room:
        dots = ""
    room -= width(dots)
    kept: list[Part] = []
    for part in parts:
        words, roles = (part, "plain") if isinstance(part, str) else part
        if width(words) >= room:
            start = head(words, room)
            kept.append((f"{start.rstrip('.') if dots == UNICODE.dots else start}{dots}", roles))
            break
        kept.append(part)
        room -= width(words)
    return kept


def size_parts(amount: float, roles: str = "plain") -> tuple[Part, Part]:
    """Format a number of bytes in seven cells: the number aligned to the right, then the unit, which is muted."""
    number, unit = disk(amount)
    return (f"{number:>4} ", roles), (f"{unit:<2}", "muted")


class PaintedLines(PaintedWidget):
    """Widget of several lines, which are laid out for its width."""

    _drawn: tuple[Size, list[Strip]] | None = None

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the lines for a width in cells; there may be more lines than `height`."""
        raise NotImplementedError

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Discard the drawn lines, and draw them again."""
        self._drawn = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """Discard the drawn lines, and draw them in the changed colours."""
        self._drawn = None
        super().notify_style_update()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines."""
        return len(self.lines(width, viewport.height))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        size = self.size
        if self._drawn is None or self._drawn[0] != size:
            self._drawn = size, self.lines(size.width, size.height)
        drawn = self._drawn[1]
        return drawn[y] if y < len(drawn) else Strip.blank(size.width, self.ink())


class PaintedLine(PaintedWidget):
    """Widget of one line, with parts on the left and on the right."""

    DEFAULT_CSS = "PaintedLine { height: 1; }"

    def __init__(self, *left: Part, right: Sequence[Part] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: Sequence[Part] = left
        self._right = right

    def show(self, *left: Part, right: Sequence[Part] = ()) -> None:
        """Replace the parts that are shown."""
        if (left, right) != (self._left, self._right):
            before = parts_width((*self._left, *self._right))
            self._left, self._right = left, right
            self.refresh(layout=self.styles.is_auto_width and parts_width((*left, *right)) != before)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the width of all parts in cells."""
        return parts_width((*self._left, *self._right))

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        return self.sides(self._left, self._right, self.size.width)
