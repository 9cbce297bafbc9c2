"""Scrolling tree of rows with marks and aligned columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip

from cachetui.browsing.rows import LocateRow, Row, RowKey, SortOrder
from cachetui.model import Entry
from cachetui.ui.browse.columns import BEFORE_NAME, GAP, INDENT, Scale, cell, columns, name_room
from cachetui.ui.widgets.cells import fit_file, fit_words, pad, shown, width, wrapped
from cachetui.ui.widgets.notices import LONGEST_LINE
from cachetui.ui.widgets.row_list import RowList, RowPart

HINT_ROOM = 8
"""Number of free cells after a name up to which there is no hint."""
MOST_WIDE = 4
"""Maximum number of characters of a hint per cell.

A hint is cut to this length before it is measured, because it may name a hundred versions.
"""
DRAWN_LINES = 500
"""Number of cached lines above which the cache is emptied; no screen has as many lines."""
QUIET_KINDS = frozenset({"index", "redirect", "response", "leftover", "selfcheck", "environment", "unknown"})
"""Kinds whose names are drawn in a muted colour, because users rarely look for them."""


class Table(NamedTuple):
    """The data that the tree draws."""

    rows: list[Row]
    """All rows."""
    order: SortOrder
    """The sort order of the rows, with the age and the size that they show."""
    scale: Scale
    """The reference values for drawing figures."""
    sign: Callable[[Row], str]
    """Function that returns the mark state of a row: x, - or blank; empty if nothing can be marked."""
    protection: Callable[[Row], str] = lambda _: ""
    """Function that returns how much of a row is protected: x for all, - for a part; empty for nothing."""


NOTHING = Table([], SortOrder(), Scale(1, 1, 0), lambda _: "")


class CacheTree(RowList):
    """The rows and their cursor.

    Once the user has moved the cursor, it stays on its row when rows come and go, and a row in view stays on its line
    of the screen.
    """

    DEFAULT_CSS = """
    CacheTree { overflow-y: scroll; }
    """
    HELP = """\
# Rows
Everything in the cache: projects, below them versions, below those files. Groups at the end hold what belongs to no
project. `[x]` is marked, `[-]` partly, `[ ]` not at all. A name with ◆ is protected from removal, one with ◇ in part.
Nothing is removed before you have read and accepted a review.
"""
    BINDING_GROUP_TITLE = "Rows"

    highlighted: reactive[Row | None] = reactive(None, repaint=False, always_update=True, init=False)
    """Row under the cursor. Its watchers run at once, so that they show it in the same frame as the cursor."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.table = NOTHING
        """The table that is drawn."""
        self.empty = ""
        """The words to show when there are no rows."""
        self.range_from: RowKey | None = None
        """The key of the row at which a range begins, while a range is being chosen; else None."""
        self._range_start = 0  # the index of that row
        self._drawn: dict[
            tuple[int, str, str, str, bool], tuple[Row, Strip]
        ] = {}  # by row, background, mark state, protection, whether in a range
        self._drawn_for: tuple[object, ...] = ()  # layout of the cached lines: width, columns, sizes and scale
        self._signs: dict[int, tuple[str, str]] = {}  # mark states and protection by line, as last drawn
        self._wanted: RowKey | None = None  # the row that the user went to last; None before the first move

    @property
    def number(self) -> int:
        """Number of rows."""
        return len(self.table.rows)

    @property
    def current(self) -> Row | None:
        """The row under the cursor; None if there are no rows."""
        return self.table.rows[self.cursor] if self.cursor < len(self.table.rows) else None

    def show_top(self, table: Table, locate: LocateRow) -> None:
        """Draw rows in another order, from the first row on, and end the range.

        The cursor stays on its row if that is in view in the new order. Otherwise, it goes to the first row, and
        follows no row until the user moves it.
        """
        if self.range_from is not None:
            self.range_from = None
            self.refresh_bindings()
        self.show(table, locate)
        self.scroll_to_line(0)
        if self.cursor >= self.size.height:
            self._wanted = None
            self.cursor = 0
            self.highlighted = self.current

    def show(self, table: Table, locate: LocateRow, *, keeps_place: bool = False) -> None:
        """Draw other rows.

        Once the user has moved the cursor, it and the visible part stay on the same rows if these still exist. With
        `keeps_place`, the cursor does not follow a row that has lost entries: it goes to the row that `_next` returns.
        """
        drawn, before, top = self.table, self.cursor, self.scroll_offset.y
        old, self.table = drawn.rows, table
        if keeps_place and self._wanted is not None and before < len(old):
            self._wanted = _next(old, before, table.rows)
        self._extend(len(table.rows))
        if self._wanted is not None and old:
            self.cursor = _find(table.rows, locate, (self._wanted, old[before].key), before)
            in_sight = top <= before < top + self.size.height
            held = before if in_sight else min(top, len(old) - 1)  # the row that must stay on its line
            now = self.cursor if in_sight else _find(table.rows, locate, (old[held].key,), held)
            self.scroll_to(y=max(0, now - (held - top)), animate=False, force=True, immediate=True)
        self.cursor = max(0, min(self.cursor, len(table.rows) - 1))
        if self.range_from is not None:
            self._range_start = _find(table.rows, lambda key: (key,), (self.range_from,), self.cursor)
        is_alike = bool(old and table.rows) and (drawn.order, drawn.scale) == (table.order, table.scale)
        if is_alike and top == self.scroll_offset.y and self.range_from is None:
            self._refresh_changed(old, (before, self.cursor))
        else:
            self.refresh()
        self.highlighted = self.current

    def _extend(self, height: int) -> None:
        """Change the number of lines and the scrollbar.

        An assignment to `virtual_size` would lay out the whole screen, which takes longer.
        """
        if not self.size or not self.show_vertical_scrollbar:
            self.virtual_size = Size(0, height)
        elif height != self.virtual_size.height:
            self.set_reactive(CacheTree.virtual_size, Size(0, height))
            self.vertical_scrollbar.window_virtual_size = height
            self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.reveal()

    def go(self, index: int) -> None:
        """Put the cursor on the row at an index, or on the nearest row."""
        before = self.cursor
        super().go(index)
        if (row := self.current) is None:
            return
        self._wanted = row.key
        if self.cursor != before:
            if self.range_from is not None:
                self.refresh()
            self.highlighted = row

    def go_to(self, key: RowKey) -> None:
        """Put the cursor on the row with a key, if there is such a row."""
        if (index := _find(self.table.rows, lambda key: (key,), (key,), -1)) >= 0:
            self.go(index)

    @property
    def chosen(self) -> list[Row]:
        """The rows of the range that is being chosen; without a range, the row under the cursor."""
        first, last = self._bounds
        return self.table.rows[first : last + 1]

    @property
    def current_entries(self) -> list[Entry]:
        """The shown entries of the row under the cursor."""
        return [] if self.current is None else list(self.current.group.entries)

    @property
    def chosen_entries(self) -> list[Entry]:
        """The shown entries of the row under the cursor, or of the range of rows; each entry once."""
        return list({entry.path: entry for row in self.chosen for entry in row.group.entries}.values())

    @property
    def _bounds(self) -> tuple[int, int]:
        start = self._range_start if self.range_from is not None else self.cursor
        return min(start, self.cursor), max(start, self.cursor)

    def hold(self) -> None:
        """Remember the row under the cursor as the row to which the user went last."""
        self.go(self.cursor)

    def choose(self, start: bool) -> None:
        """Begin a range of rows at the cursor, or end the range."""
        self.hold()
        row = self.current
        self.range_from, self._range_start = row.key if start and row is not None else None, self.cursor
        self.refresh()
        self.refresh_bindings()

    def extend_to(self, index: int) -> None:
        """Begin a range of rows, unless there is one, and extend it to the row at an index."""
        if self.range_from is None:
            self.choose(True)
        self.go(index)

    def on_click(self, event: events.Click) -> None:
        """Extend the range of rows to a row that is clicked with Shift, without marking or opening anything."""
        offset = event.get_content_offset(self)
        row = None if offset is None or not event.shift else self.row_at(offset.y + self.scroll_offset.y)
        if row is None:
            return
        event.stop()
        event.prevent_default()
        self.extend_to(row)

    def part_at(self, line: int, x: int) -> RowPart:
        """Return the clickable part of a row at a cell of its line; empty if there is none."""
        row = self.table.rows[line]
        arrow = 1 + INDENT * row.depth
        if arrow + 2 <= x < arrow + 5:
            return "box"
        return "arrow" if row.folds and arrow - 1 <= x < arrow + 2 else ""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines of a region; if the layout has changed or the cache is full, empty the cache first."""
        table, room = self.table, self.room
        look = room, columns(room, table.order), table.order.apparent, table.scale
        if self._drawn_for != look or len(self._drawn) > DRAWN_LINES:
            self._drawn_for = look
            self._drawn.clear()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one visible line: a row, or words if there are no rows."""
        room = self._width
        if self.table.rows or not 0 < y < room:
            return super().render_line(y)
        words = wrapped(self.empty, min(LONGEST_LINE, room - BEFORE_NAME - 1))
        return self.strip((f"{' ' * BEFORE_NAME}{words[y - 1] if y <= len(words) else ''}", "muted"), room=room)

    def _ground(self, line: int) -> str:
        if line == self.cursor:
            return "cursor" if self.has_focus else "rest"
        first, last = self._bounds
        return "rest" if self.range_from is not None and first <= line <= last else ""

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Keep the styles: they do not depend on the focus, and computing them again would take time."""

    def notify_style_update(self) -> None:
        """Redraw the rows in the changed colours."""
        self._drawn.clear()
        super().notify_style_update()

    def draw_line(self, line: int, room: int) -> Strip:
        """Return the drawn line of a row, from the cache if possible.

        Scrolling, sorting and filtering often show the same rows again.
        """
        row = self.table.rows[line]
        sign, protection, ground = self.table.sign(row), self.table.protection(row), self._ground(line)
        self._signs[line] = sign, protection
        key = id(row), ground, sign, protection, self.range_from is not None
        found = self._drawn.get(key)
        if found is None or found[0] is not row:
            strip = Strip(self._draw(row, ground, sign, protection, room)).adjust_cell_length(room, self.ink())
            found = self._drawn[key] = row, strip
        return found[1]

    def refresh_signs(self) -> None:
        """Redraw the lines of rows whose mark state or protection has changed."""
        self._refresh_changed(self.table.rows)

    def _refresh_changed(self, before: list[Row], others: Collection[int] = ()) -> None:
        """Redraw the visible lines that are in `others`, differ from `before`, or show old marks or protection."""
        top, table, rows = self.scroll_offset.y, self.table, self.table.rows
        changed = [
            line
            for line in range(top, top + self.size.height)
            if line in others
            or rows[line : line + 1] != before[line : line + 1]
            or (line < len(rows) and self._signs.get(line) != (table.sign(rows[line]), table.protection(rows[line])))
        ]
        if changed:
            self.refresh_lines(changed[0], changed[-1] - changed[0] + 1)  # faster than one line at a time

    def _draw(self, row: Row, ground: str, sign: str, protection: str, room: int) -> list[Segment]:
        """Draw the parts of a row from left to right."""
        glyphs, inked, on_ground = self.glyphs, self.inked, f" {ground}" if ground else ""
        drawn: list[Segment] = []

        def put(words: str, roles: str) -> None:
            drawn.append(Segment(words, inked(roles + on_ground)))

        edged = ground and (self.range_from is not None or (ground == "cursor" and not self.app.native_ansi_color))
        put((glyphs.edge if edged else " ") + " " * INDENT * row.depth, "accent")
        put(f"{glyphs.open if row.open else glyphs.shut} " if row.folds else "  ", "muted")
        put(f"[{sign}] " if sign else "    ", "mark" if sign.strip() else "hint" if ground else "faint")
        chosen = columns(room, self.table.order)
        space = name_room(room, chosen) - INDENT * row.depth
        protected = {"x": f" {glyphs.protected}", "-": f" {glyphs.partly}"}.get(protection, "")
        name = fit_file(shown(row.name), space - len(protected), glyphs.dots)
        quiet = row.depth == 2 or row.foreign or row.kind in QUIET_KINDS
        put(name, "muted" if quiet else "strong" if row.open and not row.depth else "plain")
        put(protected, "accent")
        space -= width(name) + len(protected)
        hint = shown(row.hint)[: MOST_WIDE * space] if space > HINT_ROOM and not row.open else ""
        hint = f"  {fit_words(hint, space - 2, glyphs.dots)}" if hint else ""
        put(pad(hint, space), "muted" if ground else "hint")
        for column in chosen:
            put(" " * GAP, "plain")
            for words, roles in cell(column, row, self.table.order, self.table.scale, glyphs):
                put(words, roles)
        put(" ", "plain")
        return drawn


def _next(old: list[Row], cursor: int, rows: list[Row]) -> RowKey:
    """Return the key of the row to which the cursor goes if `rows`, which may have lost entries, replace `old`.

    It is the row under the cursor if that row has lost no entries. Otherwise, it is the next row that has lost none, of
    the same depth or less. But the cursor stays if there is no such row, or if its row still exists and no other row
    has come between the two.
    """
    row = old[cursor]
    if cursor < len(rows) and (rows[cursor].key, rows[cursor].group) == (row.key, row.group):
        return row.key  # mostly: looking at all rows, as below, takes longer
    known = {now.key: index for index, now in enumerate(rows)}

    def is_complete(one: Row) -> bool:
        index = known.get(one.key)
        return index is not None and len(rows[index].group.entries) >= len(one.group.entries)

    if is_complete(row):
        return row.key
    below = (one for one in old[cursor + 1 :] if one.depth <= row.depth and is_complete(one))
    following = next(below, row)
    own, other = known.get(row.key), known[following.key] if following is not row else len(rows)
    if own is not None and own < other and all(one.depth > row.depth for one in rows[own + 1 : other]):
        return row.key  # nothing has come between the two
    return following.key


def _find(rows: list[Row], locate: LocateRow, wanted: Iterable[RowKey | None], otherwise: int) -> int:
    """Return the index of the first of the wanted rows that exists; in place of one that does not, try its parents.

    `otherwise` is the index to try first, and the result if no such row exists.
    """
    candidates = [candidate for identity in wanted if identity is not None for candidate in locate(identity)]
    if candidates and 0 <= otherwise < len(rows) and rows[otherwise].key == candidates[0]:
        return otherwise
    keys = [row[0] for row in rows]  # item access and `index` are fast, even for a hundred thousand rows
    for candidate in candidates:
        with suppress(ValueError):
            return keys.index(candidate)
    return otherwise
