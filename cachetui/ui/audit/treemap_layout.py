"""Layout of a treemap: the cells, label and neighbours of each tile (does not import Textual)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain
from textwrap import wrap
from typing import Literal, NamedTuple

import squarify

from cachetui.browsing.catalog import GroupKey
from cachetui.browsing.group import EntryGroup
from cachetui.model import NS, Entry
from cachetui.text.format import DAY, age, disk_text
from cachetui.ui.glyphs import UNICODE
from cachetui.ui.widgets.cells import fit, shown, width

FRESH = ((30, 0.85), (90, 0.68), (180, 0.53), (365, 0.40))
"""Pairs of an age in days and the strength of the accent for everything younger."""
OLD = 0.28
"""Strength of the accent for everything older."""
LEAST_TILE = 18
"""Number of cells below which items are joined in one tile, if there are several of them."""
HIGH = 2
"""Ratio of a cell's height to its width."""
LEAST_WIDTH = 2
"""Minimum width of a tile in cells; the hairline takes the first cell."""
LEAST_NAME = 5
"""Minimum width in cells at which a name may take several lines; narrower tiles show its beginning."""
LEAST_SHARE = 0.005
"""Smallest share of the total that is shown; smaller ones would be rounded to 0 %."""
Direction = Literal["left", "right", "up", "down"]


class TreemapItem(NamedTuple):
    """Something that takes disk space, such as a project or an entry."""

    name: str
    """Name of the item; untrusted text."""
    entries: tuple[Entry, ...]
    """Entries of the item."""
    disk: int
    """Allocated bytes of the entries."""
    days: float
    """Age of the newest entry in days, as Browse shows it."""
    inside: tuple[TreemapItem, ...] = ()
    """The items that are joined in the item, because they are too small for tiles of their own."""
    place: GroupKey | None = None
    """The project or group that the item contains completely; None for any other item."""


class Tile(NamedTuple):
    """A rectangle of cells; `right` and `bottom` are the first column and row outside it."""

    item: TreemapItem
    """The item that the tile shows."""
    left: int
    top: int
    right: int
    bottom: int

    @property
    def region(self) -> tuple[int, int, int, int]:
        """The rectangle as left, top, width and height."""
        return self.left, self.top, self.right - self.left, self.bottom - self.top

    def label(self, total: int, dots: str = UNICODE.dots) -> tuple[list[str], list[str]]:
        """Return the lines of the name and the lines of the facts that fit into the tile.

        The facts are size, share of `total` bytes, and age. The last line of the tile stays free for its edge.
        """
        room, height = max(1, self.right - self.left - 2), max(1, self.bottom - self.top - 1)
        cut = partial(fit, room=room, dots=dots)
        name = [cut(part) for part in wrap(shown(self.item.name), room, break_long_words=False)]
        if room < LEAST_NAME or len(name) > max(1, height - 1):
            name = [cut(shown(self.item.name))]
        size, share = disk_text(self.item.disk), share_text(self.item.disk, total)
        facts = [size + share if len(size + share) <= room else size, " ".join(age(self.item.days * DAY)).strip()]
        return name, [fact for fact in facts if width(fact) <= room][: max(0, height - len(name))]


def share_text(part: int, total: int) -> str:
    """Return a share in percent, after two spaces; empty if it would round to nothing."""
    share = part / max(1, total)
    return f"  {share:.0%}" if share >= LEAST_SHARE else ""


def item_of(name: str, entries: Sequence[Entry], now_ns: int, place: GroupKey | None = None) -> TreemapItem:
    """Make an item of entries, with their disk usage and the age of the newest."""
    group = EntryGroup(entries)
    newest = group.newest("downloaded")
    return TreemapItem(
        name, tuple(entries), group.disk, 0 if newest is None else max(0, now_ns - newest) / NS / DAY, place=place
    )


def freshness(days: float) -> float:
    """Return the strength of the accent, from 0 to 1, for an age in days."""
    return next((strength for limit, strength in FRESH if days < limit), OLD)


def tiles(items: Sequence[TreemapItem], room: int, height: int) -> list[Tile]:
    """Lay out items as tiles that fill a rectangle of cells; the area of a tile is its disk usage.

    Several items that would each take fewer than `LEAST_TILE` cells are joined in a tile "N smaller". If every item
    is that small, only the biggest items are laid out, and the rectangle is divided among them. Items whose tiles would
    be too narrow are joined, too.
    """
    order = sorted([item for item in items if item.disk > 0], key=lambda item: (-item.disk, item.name))
    total, cells = sum([item.disk for item in order]), room * height
    if not order or room < 1 or height < 1:
        return []
    number = len([item for item in order if item.disk * cells >= LEAST_TILE * total])
    if not number:
        order, number = order[: max(1, cells // (2 * LEAST_TILE))], max(1, cells // (2 * LEAST_TILE))
    while True:
        rest = order[number:] if len(order) - number > 1 else []
        found = _laid_out(_joined(order, rest) if rest else order, room, height)
        if number <= 1 or all(tile.right - tile.left >= LEAST_WIDTH and tile.bottom > tile.top for tile in found):
            break
        number -= 1
    if rest:
        entries = tuple(chain.from_iterable([item.entries for item in rest]))  # gathered once: may be nearly all
        smaller = next(index for index, tile in enumerate(found) if tile.item.inside)
        found[smaller] = found[smaller]._replace(item=found[smaller].item._replace(entries=entries))
    return [tile for tile in found if tile.right > tile.left and tile.bottom > tile.top]


def _joined(order: list[TreemapItem], rest: list[TreemapItem]) -> list[TreemapItem]:
    """Return the biggest items, and one item for all others; its entries are added later."""
    disk = sum([item.disk for item in rest])
    days = min([item.days for item in rest])
    smaller = TreemapItem(f"{len(rest):,} smaller", (), disk, days, tuple(rest))
    return sorted([*order[: len(order) - len(rest)], smaller], key=lambda item: -item.disk)


def _laid_out(items: Sequence[TreemapItem], room: int, height: int) -> list[Tile]:
    sizes = squarify.normalize_sizes([item.disk for item in items], room, height * HIGH)
    boxes = squarify.squarify(sizes, 0, 0, room, height * HIGH)
    return [
        Tile(
            item,
            _edge(box["x"]),
            _edge(box["y"] / HIGH),
            _edge(box["x"] + box["dx"]),
            _edge((box["y"] + box["dy"]) / HIGH),
        )
        for item, box in zip(items, boxes, strict=True)
    ]


def _edge(place: float) -> int:
    """Round the position of an edge to a cell, so that adjacent tiles share it despite floating-point differences."""
    return int(round(place, 6) + 0.5)


def neighbour(found: Sequence[Tile], index: int, direction: Direction) -> int:
    """Return the index of a tile's neighbour in a direction; the tile's own index if there is none."""
    here = found[index]
    sideways = direction in ("left", "right")
    middle = here.top + here.bottom if sideways else here.left + here.right
    best: tuple[int, int, int] | None = None
    for number, tile in enumerate(found):
        gap = {
            "left": here.left - tile.right,
            "right": tile.left - here.right,
            "up": here.top - tile.bottom,
            "down": tile.top - here.bottom,
        }[direction]
        start, end = (tile.top, tile.bottom) if sideways else (tile.left, tile.right)
        low, high = (here.top, here.bottom) if sideways else (here.left, here.right)
        if gap < 0 or end <= low or start >= high:
            continue
        rank = (gap, abs(start + end - middle), number)
        best = rank if best is None else min(best, rank)
    return index if best is None else best[2]


def tile_at(found: Sequence[Tile], x: int, y: int) -> int | None:
    """Return the index of the tile that contains a cell; None if none does."""
    for index, tile in enumerate(found):
        if tile.left <= x < tile.right and tile.top <= y < tile.bottom:
            return index
    return None
