"""Rows of the screen, made from a catalog, expanded rows, filter and order. Does not import Textual."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter
from typing import Literal, NamedTuple

from packaging.version import InvalidVersion, parse

from cachetui.browsing.catalog import FOREIGN, GroupKey, GroupKind, version_key
from cachetui.browsing.group import EntryGroup
from cachetui.model import AGE_FIELDS, AgeField, Entry, File
from cachetui.text.format import count
from cachetui.text.names import entry_name, kind_of, metadata_name, tags, wheels_described

By = Literal["size", "name", "count", "age"]
"""Sort keys of rows."""
RowKey = GroupKey | str
"""Identity of a row: a group key, or the path of an entry."""

FIRST: Callable[[tuple[int, Row]], int] = itemgetter(0)


@dataclass(frozen=True, slots=True)
class SortOrder:
    """Sort order of rows, at every level."""

    by: By = "size"
    """Sort key: `size` and `count` (of files) put the biggest first, `age` the oldest.

    `name` goes from A to Z, but among versions from the newest to the oldest.
    """
    reverse: bool = False
    """Whether the order is reversed."""
    age: AgeField = "downloaded"
    """Kind of age that is shown first and used for sorting."""
    apparent: bool = False
    """Whether sizes are file lengths rather than allocated bytes."""

    @property
    def points_up(self) -> bool:
        """Whether values increase from the first row on, as names do from A to Z."""
        return (self.by == "name") != self.reverse

    def sorted_by(self, by: By) -> SortOrder:
        """Return this order with another sort key, or reversed if it has this sort key."""
        return replace(self, by=by, reverse=by == self.by and not self.reverse)

    def next_age(self) -> SortOrder:
        """Return this order with the next kind of age."""
        return replace(self, age=AGE_FIELDS[(AGE_FIELDS.index(self.age) + 1) % len(AGE_FIELDS)])

    def arrange(self, items: Iterable[Row]) -> list[Row]:
        """Return rows in this order; equal rows keep the given order, which is also taken for that of `name`."""
        rows, values = list(items), list[int]()
        if len(rows) < 2:
            return rows
        match self.by:
            case "name":
                return rows[:: -1 if self.reverse else 1]
            case "size":
                values = [*map(attrgetter("group.apparent" if self.apparent else "group.disk"), rows)]
            case "count":
                values = [*map(attrgetter("group.files"), rows)]
            case "age":
                newest = [row.group.newest(self.age) for row in rows]
                unknown = [row for row, time in zip(rows, newest, strict=True) if time is None]
                rows = [row for row, time in zip(rows, newest, strict=True) if time is not None]
                values = [time for time in newest if time is not None]
                # rows without a time stay last in either direction
                return _by_value(values, rows, falling=self.reverse) + unknown
        return _by_value(values, rows, falling=not self.reverse)


def _by_value(values: list[int], rows: list[Row], falling: bool) -> list[Row]:
    return [row for _, row in sorted(zip(values, rows, strict=True), key=FIRST, reverse=falling)]


class Row(NamedTuple):
    """Row of the tree."""

    key: RowKey
    """Identity of the row."""
    place: GroupKey
    """Group key of the row, or of its entry."""
    name: str
    """Name of the row; untrusted text."""
    group: EntryGroup
    """Shown entries that the row stands for, with their totals."""
    depth: int = 0
    """Depth in the tree: 0 for projects and groups, 1 for rows directly below, 2 for a version's entries."""
    kind: str = ""
    """Text of the Kind column; if it is empty, the column shows the `kind` of the group."""
    folds: bool = False
    """Whether the row can be opened."""
    open: bool = False
    """Whether the row is open."""
    foreign: int = 0
    """Number of files that the cache's program does not write, if the row stands for them; such a row has no mark."""
    file: File | None = None
    """The file, if the row stands for a single file that the cache's program does not write."""

    @property
    def entry(self) -> Entry | None:
        """Entry of the row; None unless the row stands for a single entry."""
        return next(iter(self.group.entries)) if isinstance(self.key, str) and not self.foreign else None

    @property
    def hint(self) -> str:
        """Content of the row in a few words; the text is untrusted."""
        if self.place.rank is not GroupKind.PROJECT:
            return _group_hint(self)
        if self.depth == 0:
            return "  ".join(self.group.labels)
        if self.depth == 1 and self.folds:
            return "  ".join(dict.fromkeys([tags(one) for one in self.group.entries if one.kind != "metadata"]))
        return ""


def _group_hint(row: Row) -> str:
    entry = row.entry
    if row.foreign:
        return "" if row.depth else f"{count(row.foreign, 'file')}, never touched"
    if entry is None:
        return f"{len(row.group.entries):,} {'entry' if len(row.group.entries) == 1 else 'entries'}"
    return entry.note if entry.note and entry.kind != "selfcheck" else ""


def make_rows(roots: Iterable[Row], expanded: Collection[GroupKey], order: SortOrder) -> list[Row]:
    """Return the rows of projects and groups, and below each open one, the rows of its versions and entries."""
    titles = {place.title for place in expanded}  # looking up a title is faster than looking up a group key
    rows: list[Row] = []
    for row in roots:
        if row.name in titles and row.key in expanded:
            rows += [row._replace(open=True), *_below(row, expanded, order)]
        else:
            rows.append(row)
    return rows


def foreign_rows(files: Sequence[File], expanded: Collection[GroupKey], order: SortOrder, tool: str) -> list[Row]:
    """Return the row that stands for all files that `tool` does not write, and if it is open, a row for each file."""
    is_open = FOREIGN in expanded
    row = _foreign_row(FOREIGN, f"Not {tool}'s", files)._replace(folds=True, open=is_open)
    named = [(file, _foreign_row(file.path, file.path, (file,))) for file in sorted(files)] if is_open else []
    return [row, *order.arrange([below._replace(depth=1, file=file) for file, below in named])]


def _foreign_row(key: RowKey, name: str, files: Sequence[File]) -> Row:
    group = EntryGroup(())
    group.apparent, group.disk = sum([file.size for file in files]), sum([file.disk_usage for file in files])
    group.files = len(files)
    return Row(key, FOREIGN, name, group, foreign=len(files))


def _below(root: Row, expanded: Collection[GroupKey], order: SortOrder) -> list[Row]:
    """Return the rows below a project or group."""
    if root.place.rank is not GroupKind.PROJECT:
        named = [_entry_row(entry, root.place, 1) for entry in root.group.entries]
        return order.arrange(sorted(named, key=lambda row: (row.name, row.key)))
    versions, pages = list[Row](), list[Row]()
    for label, group in root.group.versions:
        place = version_key(root.place.project, label)
        if label is None:
            pages = [_entry_row(entry, place, 1) for entry in group.entries]
        else:
            versions.append(Row(place, place, label, group, 1, kind_of(group.entries), True, place in expanded))
    rows: list[Row] = []
    for row in order.arrange(versions):
        rows.append(row)
        if row.open:
            rows += _files(row, order)
    return rows + pages


def _entry_row(entry: Entry, place: GroupKey, depth: int) -> Row:
    return Row(entry.path, place, entry_name(entry), EntryGroup((entry,)), depth, entry.kind)


def _files(version: Row, order: SortOrder) -> Iterator[Row]:
    """Yield the rows of a version's entries; a wheel's metadata comes right below the wheel."""
    entries = version.group.entries
    described: dict[str, list[Entry]] = {}
    for metadata, wheel in wheels_described(entries):
        described.setdefault(wheel.path if wheel else "", []).append(metadata)
    files = [_entry_row(entry, version.place, 2) for entry in entries if entry.kind != "metadata"]
    for row in order.arrange(files):
        yield row
        yield from [_entry_row(metadata, version.place, 2) for metadata in described.get(str(row.key), ())]
    for metadata in described.get("", ()):
        yield _entry_row(metadata, version.place, 2)._replace(name=metadata_name(metadata))


LocateRow = Callable[[RowKey], tuple[RowKey, ...]]
"""Function that returns the keys at which to look for a row: its own, then those of its parents."""


def requirement_of(row: Row) -> str:
    """Return the requirement that a row stands for, as pip accepts it; empty if there is none."""
    if row.foreign or row.place.rank is not GroupKind.PROJECT:
        return ""
    version = next((entry.version for entry in row.group.entries if entry.version), None) if row.depth else None
    if version is None:
        return row.place.project
    try:
        parse(version)
    except InvalidVersion:
        return row.place.project
    return f"{row.place.project}=={version}"
