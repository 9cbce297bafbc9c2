"""Rows of the screen, made of a catalog, open places, a filter and an order; no Textual here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from packaging.version import InvalidVersion, parse

from cachetui.browsing.catalog import FOREIGN, GroupKey, GroupKind, version_key
from cachetui.browsing.group import AGES, Age, EntryGroup
from cachetui.model import Entry, Version
from cachetui.text.names import entry_name, kind_of, metadata_name, tags, wheels_described

if TYPE_CHECKING:  # the first screen does not wait for terms
    from cachetui.browsing.filter import Matcher


By = Literal["size", "name", "count", "age"]
"""Sort keys of rows."""
Key = GroupKey | str
"""The identity of a row: a place, or the path of an entry."""

OPEN_PROJECTS, ORDERS = 64, 8
"""Projects whose child rows are remembered, as many as anybody opens; and number of their orders."""
MOST_FORESEEN = 500
"""Maximum number of versions to precompute: more would delay a key pressed meanwhile."""
FIRST: Callable[[tuple[int, Row]], int] = itemgetter(0)


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The sort order of rows, on every level once the user has chosen one."""

    by: By = "size"
    """The sort key: size and count biggest first, age oldest first, names from a and versions newest first."""
    reverse: bool = False
    """Whether the order is reversed."""
    chosen: bool = False
    """Whether the user asked for it; until then the versions of a project stand newest first."""
    age: Age = "downloaded"
    """The age that is shown first and sorted by."""
    apparent: bool = False
    """Whether sizes are lengths of files rather than allocated blocks."""

    def sorted_by(self, by: By) -> SortOrder:
        """Sort by something else; or, asked again for the same, the other way round."""
        return replace(self, by=by, reverse=by == self.by and self.chosen and not self.reverse, chosen=True)

    def next_age(self) -> SortOrder:
        """Show the next age."""
        return replace(self, age=AGES[(AGES.index(self.age) + 1) % len(AGES)])

    def arrange(self, items: Iterable[Row]) -> list[Row]:
        """Sort rows that come by name; equal rows keep that order."""
        rows, values = list(items), list[int]()
        match self.by:
            case "name":
                return rows[:: -1 if self.reverse else 1]
            case "size":
                values = [row.group.size(self.apparent) for row in rows]
            case "count":
                values = [row.group.files for row in rows]
            case "age":
                newest = [row.group.newest(self.age) for row in rows]
                unknown = [row for row, time in zip(rows, newest, strict=True) if time is None]
                rows = [row for row, time in zip(rows, newest, strict=True) if time is not None]
                values = [time for time in newest if time is not None]
                # what cannot be compared stays last, either way round
                return _by_value(values, rows, falling=self.reverse) + unknown
        return _by_value(values, rows, falling=not self.reverse)


def _by_value(values: list[int], rows: list[Row], falling: bool) -> list[Row]:
    return [row for _, row in sorted(zip(values, rows, strict=True), key=FIRST, reverse=falling)]


class Row(NamedTuple):
    """One line of the tree."""

    key: Key
    """Its identity."""
    place: GroupKey
    """The place it is, or that its entry stands at."""
    name: str
    """Its name; untrusted text."""
    group: EntryGroup
    """The entries it stands for, those that the filter shows, and their figures."""
    depth: int = 0
    """0 for projects and groups, 1 for versions, 2 for their entries."""
    kind: str = ""
    """The text of the Kind column."""
    folds: bool = False
    """Whether it can be opened."""
    open: bool = False
    """Whether it is open."""
    foreign: int = 0
    """Files that no pip writes, for the one row that stands for them: it can be neither opened nor marked."""

    @property
    def entry(self) -> Entry | None:
        """The one entry that an entry's row stands for."""
        return next(iter(self.group.entries)) if isinstance(self.key, str) else None

    @property
    def hint(self) -> str:
        """Its content in a few words; untrusted text."""
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
        return f"{row.foreign:,} {'file' if row.foreign == 1 else 'files'}, never touched"
    if entry is None:
        return f"{len(row.group.entries):,} {'entry' if len(row.group.entries) == 1 else 'entries'}"
    return entry.note if entry.note and entry.kind != "selfcheck" else ""


def make_rows(
    tops: Iterable[Row], expanded: Collection[GroupKey], order: SortOrder, foreign: Collection[Row] = ()
) -> list[Row]:
    """List the rows: root rows, below open ones their versions and entries, and the row of foreign files."""
    titles = {place.title for place in expanded}  # quicker to look up than places, of which there may be thousands
    rows: list[Row] = []
    for row in tops:
        if row.name in titles and row.key in expanded:
            rows += open_row(row, expanded, order)
        else:
            rows.append(row)
    return [*rows, *foreign]


def open_row(top: Row, expanded: Collection[GroupKey], order: SortOrder) -> list[Row]:
    """List an open row and the rows below it."""
    return [top._replace(open=True), *_below(top, expanded, order)]


def toggle_rows(rows: list[Row], top: Row, expanded: Collection[GroupKey], order: SortOrder) -> list[Row]:
    """Return the rows with one root row, and those below it, opened or closed."""
    start = row_index(rows, top.key)
    end = start + 1
    while end < len(rows) and rows[end].depth:
        end += 1
    return [*rows[:start], *(open_row(top, expanded, order) if top.key in expanded else [top]), *rows[end:]]


def row_index(rows: Sequence[Row], key: Key) -> int:
    """Return the index of the row with an identity. Raises ValueError if there is none."""
    return [row[0] for row in rows].index(key)  # by index: there may be a hundred thousand


def foreign_row(files: Collection[tuple[int, int]]) -> Row:
    """Make the one row for files that no pip writes."""
    group = EntryGroup(())
    group.apparent, group.disk = (sum(sizes) for sizes in zip(*files, strict=True))
    group.files = len(files)
    return Row(FOREIGN, FOREIGN, FOREIGN.title, group, foreign=len(files))


def _below(top: Row, expanded: Collection[GroupKey], order: SortOrder) -> Iterator[Row]:
    """List the rows below a project or group."""
    if top.place.rank is not GroupKind.PROJECT:
        named = [_entry_row(entry, top.place, 1) for entry in top.group.entries]
        yield from order.arrange(sorted(named, key=lambda row: (row.name, row.key)))
        return
    closed, _ = _releases(top.place.project, top.group)
    open_ones = frozenset([row.place for row in closed if row.place in expanded])
    yield from _unfolded(top.place.project, top.group, order, open_ones)


@lru_cache(maxsize=ORDERS * OPEN_PROJECTS)
def _unfolded(project: str, group: EntryGroup, order: SortOrder, expanded: frozenset[GroupKey]) -> list[Row]:
    """List the rows below a project that has open versions."""
    closed, pages = _releases(project, group)
    versions = [row._replace(open=True) if row.place in expanded else row for row in closed]
    rows: list[Row] = []
    for row in order.arrange(versions) if order.chosen else versions:
        rows.append(row)
        if row.open:
            rows += _files(row, order)
    return rows + pages


def forget() -> None:
    """Forget the rows below projects, which are not shown any more."""
    _unfolded.cache_clear()
    _releases.cache_clear()


@lru_cache(maxsize=OPEN_PROJECTS)
def _releases(project: str, group: EntryGroup) -> tuple[list[Row], list[Row]]:
    """List the versions of a project, all of them closed, and its pages."""
    versions, pages = [], []
    for version in group.versions:
        place = version_key(project, version.label)
        if version.label is None:
            pages = [_entry_row(entry, place, 1) for entry in version.entries]
        else:
            versions.append(_version_row(version, place))
    return versions, pages


def precompute(row: Row) -> None:
    """Precompute the rows below a row, and their order, so that it opens without delay."""
    if row.folds and not row.depth and row.place.rank is GroupKind.PROJECT:
        versions, _ = _releases(row.place.project, row.group)
        for version in versions[:MOST_FORESEEN]:
            version.group.compute_totals()


def _version_row(version: Version, place: GroupKey) -> Row:
    return Row(place, place, version.label or "", EntryGroup(version.entries), 1, kind_of(version.entries), folds=True)


def _entry_row(entry: Entry, place: GroupKey, depth: int) -> Row:
    return Row(entry.path, place, entry_name(entry), EntryGroup((entry,)), depth, entry.kind)


def _files(version: Row, order: SortOrder) -> Iterator[Row]:
    """List the entries of a version; the metadata of a wheel right below it."""
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


Locate = Callable[[Key], tuple[Key, ...]]
"""Returns the identities of rows that may stand for a row, the best first: its own, then those of its parents."""


PLACE: Callable[[Row], GroupKey] = attrgetter("place")


class RootRows:
    """Root rows: projects by name, then groups, all of them closed; orders once asked for are remembered."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        """The rows by name."""
        self.projects = bisect_left(rows, 1, key=lambda row: min(1, row.place.rank))
        """Number of them that are projects."""
        self._arranged: dict[tuple[object, ...], list[Row]] = {}

    @classmethod
    def of(cls, groups: Iterable[tuple[GroupKey, EntryGroup]]) -> RootRows:
        """Make rows of projects, which come by name, and of the groups after them."""
        return cls([Row(place, place, place.title, group, 0, "", True) for place, group in groups])

    @cached_property
    def groups(self) -> list[tuple[GroupKey, EntryGroup]]:
        """The shown projects and groups with their entries."""
        return [(row.place, row.group) for row in self.rows]

    @cached_property
    def names(self) -> list[str]:
        """The names of the projects."""
        return [row.name for row in self.rows[: self.projects]]

    def find(self, group_key: GroupKey) -> Row | None:
        """Return the row of a project or group, if it is shown."""
        index = bisect_left(self.rows, group_key, key=PLACE)
        return self.rows[index] if index < len(self.rows) and self.rows[index].place == group_key else None

    def filtered(self, matcher: Matcher | None) -> RootRows:
        """Return those of these rows that a filter shows."""
        if matcher is None:
            return self
        rows = []
        for row in self.rows:
            found = matcher(row.name, row.group)
            if found is row.group:
                rows.append(row)
            elif found is not None:
                rows.append(Row(row.place, row.place, row.name, found, 0, "", True))
        return RootRows(rows)

    def sorted_by(self, order: SortOrder) -> list[Row]:
        """Return the projects in an order, and the groups after them."""
        compared = (order.apparent,) if order.by == "size" else (order.age,) if order.by == "age" else ()
        key = (order.by, order.reverse, *compared)
        if key not in self._arranged:
            self._arranged[key] = [*order.arrange(self.rows[: self.projects]), *self.rows[self.projects :]]
        return self._arranged[key]

    def precompute(self, order: SortOrder) -> None:
        """Precompute this order, and each that one key leads to from there.

        Each of these twice: asked again for the same, the other way round.
        """
        self.sorted_by(order)
        for by in get_args(By):
            once = order.sorted_by(by)
            self.sorted_by(once)
            self.sorted_by(once.sorted_by(by))


def requirement_of(row: Row) -> str:
    """Return what pip would have been asked for to get what a row stands for; empty where that is nothing."""
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
