"""Sets of entries as numbers, a bit an entry, so that a figure is marked at once; no Textual here.

A cache may hold a hundred thousand entries, and a figure most of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from cachetui.browsing.catalog import Catalog, GroupKey
from cachetui.browsing.group import EntryGroup
from cachetui.browsing.marks import Marks
from cachetui.model import Entry

DIGITS = bytes.maketrans(b"\0\1", b"01")
PICKS = bytes.maketrans(b"01", b"\0\1")


class Span(NamedTuple):
    """The positions of the entries of a project or group."""

    place: GroupKey
    """The project or group."""
    start: int
    """The index of its first entry."""
    end: int
    """That of the first one behind it."""


class EntryIndex(NamedTuple):
    """Everything in a catalog in one order; the first entry is the highest bit."""

    turn: int
    """The revision of its catalog, as the model counts them."""
    spans: tuple[Span, ...]
    """Projects and groups, one behind the other."""
    paths: tuple[str, ...]
    """The identities of all entries."""

    @classmethod
    def of(cls, catalog: Catalog, turn: int) -> EntryIndex:
        """Put a catalog's entries into order."""
        spans: list[Span] = []
        paths: list[str] = []
        for place, group in catalog.groups:
            start = len(paths)
            paths += group.by_path
            spans.append(Span(place, start, len(paths)))
        return cls(turn, tuple(spans), tuple(paths))

    @property
    def indices(self) -> Mapping[str, int]:
        """The place of each entry by its identity; made anew when asked for."""
        return {path: number for number, path in enumerate(self.paths)}

    def number(self, indices: Mapping[str, int], entries: Iterable[Entry]) -> int:
        """Return the set of some entries, by the `indices` of this."""
        picks = bytearray(len(self.paths))
        for entry in entries:
            picks[indices[entry[2]]] = 1
        return number_of(picks)

    def whole(self, places: Collection[GroupKey]) -> int:
        """Return the set of all entries of some projects and groups."""
        wanted, picks = {*places}, bytearray(len(self.paths))
        for place, start, end in self.spans:
            if place in wanted:
                picks[start:end] = b"\1" * (end - start)
        return number_of(picks)

    def picks(self, number: int) -> bytes:
        """Return 1 or 0 for each entry."""
        return f"{number:0{len(self.paths)}b}".encode().translate(PICKS) if self.paths else b""

    def marked(self, marks: Marks) -> int:
        """Return the set of the marked entries."""
        picks = bytearray(len(self.paths))
        for place, start, end in self.spans:
            number = marks.count(place)
            if number == end - start:
                picks[start:end] = b"\1" * number
            elif number:
                picks[start:end] = map(marks.at(place).__contains__, self.paths[start:end])
        return number_of(picks)

    def parts(self, number: int, catalog: Catalog) -> Iterator[tuple[GroupKey, EntryGroup]]:
        """Yield the entries of a set, by project and group, of the catalog that this is the order of."""
        picks = self.picks(number)
        for (place, start, end), (_, group) in zip(self.spans, catalog.groups, strict=True):
            if (part := group.where(picks[start:end])) is not None:
                yield place, part


def number_of(picks: bytes | bytearray) -> int:
    """Return the set that 1 or 0 for each entry stands for."""
    return int(picks.translate(DIGITS) or b"0", 2)
