"""Widget that draws a treemap; the user can walk between its tiles and open them."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip

from cachetui.browsing.model import MarkState
from cachetui.text.format import disk_text
from cachetui.ui.audit.figures import UPWARD, UPWARD_ASCII, FigureWidget
from cachetui.ui.audit.items import FigureChoice, choice_of, items_inside
from cachetui.ui.audit.treemap_layout import Direction, Tile, TreemapItem, freshness, neighbour, tile_at, tiles
from cachetui.ui.glyphs import ASCII
from cachetui.ui.widgets.cells import fit, shown, width
from cachetui.ui.widgets.contrast import readable

SIDE, SIDE_ASCII = "▎", "|"
"""Lines between tiles that are side by side."""


class Treemap(FigureWidget):
    """Treemap of projects and the items inside them: area is disk usage, shade is age."""

    HELP = """\
# Audit
Where the space is. The area of a tile is its disk usage, its shade is its age: faded means old. The arrows move,
**Enter** opens a project, a version and its files, **Esc** goes back. Tab goes to the next figure.

**Space** marks everything in the selected tile or line, **b** shows it in Browse, **E** saves the audit as a report.
"""

    def __init__(self, id: str | None = None) -> None:
        self._shades: dict[float, tuple[Style, Style]] = {}  # styles by the strength of the accent
        super().__init__(id)
        self.now_ns = 0
        self.levels: list[tuple[str, list[TreemapItem], int]] = []
        """The open levels, the outermost first: the name, the items, and the index of the tile that was opened."""
        self._room = Size(0, 0)
        self._tiles: list[Tile] = []
        self._choices: list[FigureChoice] = []  # the choices of the tiles
        self._signs: list[MarkState] = []  # mark states of the choices
        self._written: dict[int, tuple[list[str], list[str]]] = {}  # labels, by the index of their tile

    def show(self, items: list[TreemapItem], now_ns: int) -> None:
        """Replace the items that are shown; keep levels open if their items still exist."""
        path = [name for name, _, _ in self.levels[1:]]
        chosen = self.choice.name if self.choice is not None else ""
        self.now_ns, self.levels = now_ns, [("", items, 0)]
        for name in path:
            found = next((item for item in self.levels[-1][1] if item.name == name), None)
            inside = items_inside(found, now_ns) if found is not None else []
            if not inside:
                break
            self.levels.append((name, inside, 0))
        self._lay_out(chosen)

    def _lay_out(self, chosen: str = "") -> None:
        items = self.levels[-1][1] if self.levels else []
        self._room = self.size
        self._tiles = tiles(items, *self.size)
        self._choices = [choice_of(tile.item) for tile in self._tiles]
        self._signs = [self.sign(choice) for choice in self._choices]
        self._written.clear()
        self.refresh()
        names = [tile.item.name for tile in self._tiles]
        self.go(names.index(chosen) if chosen in names else self.cursor if not chosen else 0)

    def on_resize(self) -> None:
        """Lay out the tiles again if the size has changed since the last layout."""
        if self.size != self._room:
            self._lay_out(self.choice.name if self.choice is not None else "")

    def go(self, index: int) -> None:
        """Go to a tile; only this tile and the previous tile are redrawn."""
        before, self.cursor = self.cursor, max(0, min(index, self.number - 1))
        self._redraw(before, self.cursor)
        self.post_message(self.Moved())

    def _redraw(self, *indices: int) -> None:
        """Redraw only the given tiles."""
        if regions := [Region(*self._tiles[index].region) for index in indices if index < self.number]:
            self.refresh(*regions)

    @property
    def number(self) -> int:
        """Number of tiles."""
        return len(self._tiles)

    @property
    def choice(self) -> FigureChoice | None:
        """The choice of the current tile; None if there are no tiles."""
        return self._choices[self.cursor] if self.cursor < self.number else None

    @property
    def share_shown(self) -> str:
        """The number and the share of the items that have a tile; empty if all items have one."""
        items = [item for item in self.levels[-1][1] if item.disk > 0] if self.levels else []
        laid_out = sum([len(tile.item.inside) or 1 for tile in self._tiles])
        if laid_out >= len(items):
            return ""
        share = sum([tile.item.disk for tile in self._tiles]) / sum([item.disk for item in items])
        return f"the {laid_out:,} biggest of {len(items):,}: {100 * share:.0f}%"

    @property
    def days(self) -> float:
        """The age of the newest entry of the current tile, in days; 0 if there are no tiles."""
        return self._tiles[self.cursor].item.days if self.cursor < len(self._tiles) else 0

    def index_at(self, x: int, y: int) -> int | None:
        """Return the index of the tile at a cell; None if there is none."""
        return tile_at(self._tiles, x, y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show a tooltip with the whole name and the size of the tile under the mouse."""
        index = self.index_at(event.x, event.y)
        item = None if index is None else self._tiles[index].item
        self.tooltip = None if item is None else Content(f"{shown(item.name)}  {disk_text(item.disk)}")

    def action_walk(self, direction: Direction) -> None:
        """Go to the neighbouring tile in a direction."""
        if self._tiles:
            self.go(neighbour(self._tiles, self.cursor, direction))

    def enter(self) -> bool:
        """Open the current tile; return whether there is anything inside."""
        if self.cursor >= len(self._tiles):
            return False
        item = self._tiles[self.cursor].item
        inside = items_inside(item, self.now_ns)
        if not inside:
            return False
        name, items, _ = self.levels[-1]
        self.levels[-1] = name, items, self.cursor
        self.levels.append((item.name, inside, 0))
        self.cursor = 0
        self._lay_out()
        return True

    def leave(self) -> bool:
        """Leave the innermost level; return False if only the top level is open."""
        if len(self.levels) < 2:
            return False
        self.levels.pop()
        self.cursor = self.levels[-1][2]
        self._lay_out()
        return True

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget, across all tiles on that line."""
        cut = sorted((tile.left, index) for index, tile in enumerate(self._tiles) if tile.top <= y < tile.bottom)
        parts = [part for _, index in cut for part in self._slice(index, y)]
        return Strip(parts).adjust_cell_length(self.size.width, self.ink())

    def _slice(self, index: int, y: int) -> list[Segment]:
        """Draw one line of a tile with its hairlines; without colour, they frame the tile."""
        tile, simple = self._tiles[index], self.glyphs is ASCII
        line, edge = self._styles(tile)
        if index not in self._written:
            self._written[index] = self._labels(index)
        name, facts = self._written[index]
        row, room = y - tile.top, tile.right - tile.left - 1
        words = fit([*name, *facts, *[""] * (tile.bottom - tile.top)][row], max(0, room), dots=self.glyphs.dots)
        strong = row < len(name)
        here = index == self.cursor and (self.has_focus or self.plain)
        ends = y == tile.bottom - 1 > tile.top and (self.plain or tile.bottom < self.size.height)
        below = (UPWARD_ASCII if simple else UPWARD)[ends]
        side = SIDE_ASCII if simple else SIDE
        chosen = line + Style(bold=strong, reverse=strong and here and self.has_focus)
        rest = max(0, room - width(words))
        return [
            Segment(side if tile.left or self.plain else below, edge),
            Segment(words, chosen),
            Segment(below * rest, edge),
        ]

    def show_marks(self) -> None:
        """Redraw the tiles whose mark state has changed."""
        before, self._signs = self._signs, [self.sign(choice) for choice in self._choices]
        changed = [index for index, sign in enumerate(self._signs) if sign != before[index]]
        for index in changed:
            self._written.pop(index, None)
        self._redraw(*changed)

    def notify_style_update(self) -> None:
        """Discard the cached styles when the theme or the classes change."""
        super().notify_style_update()
        self._shades = {}
        if self._tiles:
            self.call_after_refresh(self.post_message, self.Moved())  # the words around say what shades mean

    def _labels(self, index: int) -> tuple[list[str], list[str]]:
        """Return the lines of a tile's name and of its facts, with its mark state if it is marked."""
        tile, sign = self._tiles[index], self._signs[index]
        name, facts = tile.label(self.total, self.glyphs.dots)
        if facts and sign in ("x", "-") and len(facts[0]) + 4 <= tile.right - tile.left - 2:
            facts[0] = f"[{sign}] {facts[0]}"
        return name, facts

    def _styles(self, tile: Tile) -> tuple[Style, Style]:
        """Return the styles of a tile's text and of its hairlines."""
        strength = freshness(tile.item.days)
        if strength not in self._shades:
            self._shades[strength] = self._mixed(strength)
        return self._shades[strength]

    def _mixed(self, strength: float) -> tuple[Style, Style]:
        """Return the styles of text and hairlines for tiles with a given strength of the accent."""
        if self.plain:
            return self.ink(), self.ink("faint")
        back = self.background_colors[1]
        shade = self.shade(strength)
        words = readable(shade + shade.get_contrast_text(0.92), shade)
        return (
            Style.from_color(words.rich_color, shade.rich_color),
            Style.from_color(back.rich_color, shade.rich_color),
        )
