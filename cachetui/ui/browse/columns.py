"""The columns of the tree: the choice of columns for a width, and their cells; no Textual here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from cachetui.browsing.catalog import GroupKind
from cachetui.browsing.group import AGES, Age
from cachetui.browsing.rows import By, Row, SortOrder
from cachetui.model import NS
from cachetui.preferences.model import COLUMNS, ColumnName
from cachetui.text.format import age, disk
from cachetui.ui.glyphs import Glyphs
from cachetui.ui.widgets.cells import bar, pad

GAP = 2
"""Blank cells between two columns."""
BEFORE_NAME = 7
"""Cells that the cursor's edge, the arrow and the mark take."""
INDENT = 2
"""Cells by which each level moves in."""
SMALL = 1_000_000
"""Bytes below which a size is written quietly."""
AGE_TITLES = {"downloaded": "Downloaded", "checked": "Checked", "read": "Read"}


class Column(NamedTuple):
    """One column."""

    key: str
    """The property that it shows."""
    title: str
    """Its title."""
    width: int
    """Its cells."""
    left: bool = False
    """Whether its title stands to the left."""
    by: By | None = None
    """The order that a click on its title asks for."""
    age: Age = "downloaded"
    """The age that it shows, if it shows one."""


class Scale(NamedTuple):
    """The maxima that figures are drawn against."""

    biggest: int
    """Bytes of the cache's biggest project: a full bar."""
    whole: int
    """Bytes of everything."""
    now: int
    """The present, in nanoseconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Layout(SortOrder):
    """An order, with the columns that the user wants beside names and sizes."""

    columns: tuple[ColumnName, ...] = COLUMNS
    """The columns to show, where there is room."""


@lru_cache(maxsize=64)
def columns(room: int, order: SortOrder) -> tuple[Column, ...]:
    """Choose the columns for a table of `room` cells.

    The second age goes first, then the percentage, kind, files, long ages; bars shrink all the way. A `Layout`
    leaves out what the user does not want.
    """
    second = AGES[(AGES.index(order.age) + 1) % len(AGES)]
    wanted: tuple[str, ...] = (*(order.columns if isinstance(order, Layout) else COLUMNS), "size")
    cells = 5 if room < 72 else 8 if room < 96 else 12 if room < 128 else 16
    long = room >= 72
    chosen = [
        (24, Column("size", "Size" if order.apparent else "Disk", 7, by="size")),
        (104, Column("share", "Share", 5, by="size")),
        (40, Column("bar", "" if room >= 104 and "share" in wanted else "Share", cells, left=True, by="size")),
        (72, Column("files", "Files", 5, by="count")),
        (52, Column("age", AGE_TITLES[order.age] if long else "Age", 10 if long else 5, True, "age", order.age)),
        (128, Column("age", AGE_TITLES[second], 10, True, None, second)),
        (92, Column("kind", "Kind", 9, True)),
    ]
    return tuple([column for least, column in chosen if room >= least and column.key in wanted])


def name_room(room: int, shown: Iterable[Column]) -> int:
    """Return the cells that are left for names at the outermost level, in a table of `room` cells."""
    return max(0, room - BEFORE_NAME - sum([column.width + GAP for column in shown]) - 1)


def column_at(x: int, room: int, shown: Iterable[Column]) -> By | None:
    """Return the order that a click at a cell of the titles asks for."""
    edge = BEFORE_NAME + name_room(room, shown) + 1  # the sign of the order stands in the gap behind a title
    if x < edge:
        return "name"
    for column in shown:
        edge += column.width + GAP
        if x < edge:
            return column.by
    return None


def brief(number: int) -> str:
    """Write a number in at most five characters, up to ten million."""
    return f"{number:,}" if number < 10_000 else str(number) if number < 100_000 else f"{number // 1000}k"


def cell(column: Column, row: Row, order: SortOrder, scale: Scale, glyphs: Glyphs) -> Iterable[tuple[str, str]]:
    """Return the parts of one cell: words, and the roles they are drawn in."""
    size = row.group.size(order.apparent)
    match column.key:
        case "size":
            number, unit = disk(size)
            yield f"{number:>4} ", "muted" if size < SMALL else "plain"
            yield f"{unit:<2}", "muted"
        case "share":
            share = 100 * size / scale.whole
            yield f"{share:4.0f}%" if share >= 0.5 else " " * 5, "muted"
        case "bar":
            part = 0.0 if row.foreign or row.place.rank is GroupKind.UNNAMED else size / scale.biggest
            yield bar(part, column.width, glyphs), "part" if row.depth else "bar"
        case "files":
            yield f"{brief(row.group.files):>5}", "muted"
        case "age":
            newest = row.group.newest(column.age)
            if newest is None:
                yield " " * column.width, "muted"
                return
            number, unit = age((scale.now - newest) / NS, long=column.width > 5)
            yield pad(f"{number:>2} {unit}" if number else unit, column.width), "muted"
        case _:
            yield pad(row.kind, column.width), "muted"
