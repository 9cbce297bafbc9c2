"""Sets of entries as integers with one bit per entry (does not import Textual).

They make it fast to mark an item of a figure, even if it contains most of a hundred thousand entries.
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


class EntrySpan(NamedTuple):
    """The positions of the entries of a project or group."""

    place: GroupKey
    """The project or group."""
    start: int
    """The index of its first entry."""
    end: int
    """The index after its last entry."""


class EntryIndex(NamedTuple):
    """All entries of a catalog in a fixed order. A set of them is an integer whose highest bit is for the first one."""

    generation: int
    """`BrowserModel.generation` when the index was made; it also counts changes of the protection."""
    spans: tuple[EntrySpan, ...]
    """The spans of all projects and groups, in order."""
    paths: tuple[str, ...]
    """The paths of all entries, in order."""

    @classmethod
    def of(cls, catalog: Catalog, generation: int) -> EntryIndex:
        """Return the index of a catalog's entries; `generation` is that of the model."""
        spans: list[EntrySpan] = []
        paths: list[str] = []
        for place, group in catalog.groups:
            start = len(paths)
            paths += group.by_path
            spans.append(EntrySpan(place, start, len(paths)))
        return cls(generation, tuple(spans), tuple(paths))

    @property
    def indices(self) -> Mapping[str, int]:
        """The position of each entry, by the entry's path; computed at each access."""
        return {path: number for number, path in enumerate(self.paths)}

    def number(self, indices: Mapping[str, int], entries: Iterable[Entry]) -> int:
        """Return some entries as a set: an integer with one bit per entry; `indices` is the property of that name."""
        picks = bytearray(len(self.paths))
        for entry in entries:
            picks[indices[entry[2]]] = 1
        return number_of(picks)

    def whole(self, places: Collection[GroupKey]) -> int:
        """Return all entries of some projects and groups as a set: an integer with one bit per entry."""
        wanted, picks = {*places}, bytearray(len(self.paths))
        for place, start, end in self.spans:
            if place in wanted:
                picks[start:end] = b"\1" * (end - start)
        return number_of(picks)

    def picks(self, number: int) -> bytes:
        """Return one byte for each entry: 1 if it is in the set `number`, 0 if it is not."""
        return f"{number:0{len(self.paths)}b}".encode().translate(PICKS) if self.paths else b""

    def marked(self, marks: Marks) -> int:
        """Return the marked entries as a set: an integer with one bit per entry."""
        picks = bytearray(len(self.paths))
        for place, start, end in self.spans:
            number = marks.count(place)
            if number == end - start:
                picks[start:end] = b"\1" * number
            elif number:
                picks[start:end] = map(marks.at(place).__contains__, self.paths[start:end])
        return number_of(picks)

    def parts(self, number: int, catalog: Catalog) -> Iterator[tuple[GroupKey, EntryGroup]]:
        """Yield the entries of a set by project and group; `catalog` must be the catalog of this index."""
        picks = self.picks(number)
        for (place, start, end), (_, group) in zip(self.spans, catalog.groups, strict=True):
            if (part := group.where(picks[start:end])) is not None:
                yield place, part


def number_of(picks: bytes | bytearray) -> int:
    """Return a set as an integer, given one byte for each entry: 1 if it is in the set, 0 if it is not."""
    return int(picks.translate(DIGITS) or b"0", 2)
