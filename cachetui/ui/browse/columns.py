"""Columns of the tree: which columns fit a width, and their cells (does not import Textual)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from cachetui.browsing.catalog import GroupKind
from cachetui.browsing.rows import By, Row, SortOrder
from cachetui.model import AGE_FIELDS, NS, AgeField
from cachetui.preferences.model import COLUMNS, ColumnName
from cachetui.text.format import age, disk
from cachetui.ui.glyphs import Glyphs
from cachetui.ui.widgets.cells import bar, fit, pad

GAP = 2
"""Blank cells between two columns."""
BEFORE_NAME = 7
"""Cells before the name, for the cursor's edge, the arrow and the mark."""
INDENT = 2
"""Number of cells by which each level is indented."""
SMALL = 1_000_000
"""Size in bytes below which a size is drawn in a muted colour."""
SORTED = ("size", "files", "age")
"""Keys of the columns by whose values rows can be sorted, except the column of names, which is always shown."""
LEAST = 24
"""Minimum width of a table in cells for any column besides names."""
LEAST_FOR_BAR = 52
"""Width of a table in cells below which bars give way to a column that is shown only because rows are sorted by it."""
AGE_TITLES = {"downloaded": "Downloaded", "checked": "Checked", "read": "Read"}


class BrowseColumn(NamedTuple):
    """One column of the tree."""

    key: str
    """The property that the column shows."""
    title: str
    """Title of the column."""
    width: int
    """Width of the column in cells."""
    left: bool = False
    """Whether the title is aligned to the left."""
    by: By | None = None
    """The sort key for a click on the title; None if such a click does nothing."""
    age: AgeField = "downloaded"
    """The kind of age that the column shows, if it is a column of ages."""


class Scale(NamedTuple):
    """Reference values for drawing figures, such as the size that has a full bar."""

    biggest: int
    """Bytes of the cache's biggest project, which has a full bar."""
    whole: int
    """Bytes of all entries."""
    now: int
    """The current time, in nanoseconds since the epoch."""


@dataclass(frozen=True, slots=True)
class ColumnLayout(SortOrder):
    """A sort order, with the columns that the user wants besides names and sizes."""

    columns: tuple[ColumnName, ...] = COLUMNS
    """The columns to show if there is room."""


@lru_cache(maxsize=64)
def columns(room: int, order: SortOrder) -> tuple[BrowseColumn, ...]:
    """Choose the columns for a table of `room` cells.

    As the table gets narrower, the second age is left out first, then the percentage, the kind, the files
    (ages also become short then), the ages, the bars, and the sizes; the bars become shorter before that. A
    `ColumnLayout` leaves out the columns that the user does not want. From `LEAST` cells on, the column that the rows
    are sorted by is shown in any case.
    """
    second = AGE_FIELDS[(AGE_FIELDS.index(order.age) + 1) % len(AGE_FIELDS)]
    wanted: tuple[str, ...] = (*(order.columns if isinstance(order, ColumnLayout) else COLUMNS), "size")
    cells = 5 if room < 72 else 8 if room < 96 else 12 if room < 128 else 16
    long = room >= 72
    chosen = [
        (LEAST, BrowseColumn("size", "Size" if order.apparent else "Disk", 7, by="size")),
        (104, BrowseColumn("share", "Share", 5, by="size")),
        (40, BrowseColumn("bar", "" if room >= 104 and "share" in wanted else "Share", cells, left=True, by="size")),
        (72, BrowseColumn("files", "Files", 5, by="count")),
        (52, BrowseColumn("age", AGE_TITLES[order.age] if long else "Age", 10 if long else 5, True, "age", order.age)),
        (128, BrowseColumn("age", AGE_TITLES[second], 10, True, None, second)),
        (92, BrowseColumn("kind", "Kind", 9, True)),
    ]
    shown = [column for least, column in chosen if room >= least and column.key in wanted]
    sorted_by = next((column for _, column in chosen if column.key in SORTED and column.by == order.by), None)
    if sorted_by is None or sorted_by in shown or room < LEAST:
        return tuple(shown)
    if room < LEAST_FOR_BAR:  # the bar gives up its room
        shown = [column for column in shown if column.key != "bar"]
    return tuple([column for _, column in chosen if column in shown or column is sorted_by])


def name_room(room: int, shown: Iterable[BrowseColumn]) -> int:
    """Return the number of cells left for names at the outermost level, in a table of `room` cells."""
    return max(0, room - BEFORE_NAME - sum([column.width + GAP for column in shown]) - 1)


def column_at(x: int, room: int, shown: Iterable[BrowseColumn]) -> By | None:
    """Return the sort key for a click on cell `x` of the line of titles; None if such a click does nothing."""
    edge = BEFORE_NAME + name_room(room, shown) + 1  # the sign of the order is in the gap after a title
    if x < edge:
        return "name"
    for column in shown:
        edge += column.width + GAP
        if x < edge:
            return column.by
    return None


def brief(number: int) -> str:
    """Format a number below ten million in at most five characters."""
    return f"{number:,}" if number < 10_000 else str(number) if number < 100_000 else f"{number // 1000}k"


def cell(column: BrowseColumn, row: Row, order: SortOrder, scale: Scale, glyphs: Glyphs) -> Iterable[tuple[str, str]]:
    """Yield the parts of what a column shows for a row, each as words and their colour roles."""
    size = row.group.size(order.apparent)
    match column.key:
        case "size":
            number, unit = disk(size)
            yield f"{number:>4} ", "muted" if size < SMALL else "plain"
            yield f"{unit:<2}", "muted"
        case "share":
            share = 0.0 if row.foreign else 100 * size / scale.whole  # the whole has no files of others
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
            yield pad(fit(row.kind or row.group.kind, column.width, dots=glyphs.dots), column.width), "muted"
