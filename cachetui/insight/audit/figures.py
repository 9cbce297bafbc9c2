"""Figures: the disk usage of some entries, with these entries."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from cachetui.model import NS, Entry

DAY_NS = 86_400 * NS
AGES = (0, 7, 30, 90, 180, 365, 730)
"""Days at which a group of ages begins; the last has no end."""


POLICY = "your policy"
"""Name of the rule that stands for the user's policy."""
STORED = frozenset({"wheel", "sdist", "built", "metadata"})
"""Kinds that are named after a distribution."""


class Figure(NamedTuple):
    """A figure, with the entries that it sums up."""

    name: str | None
    """Its name; untrusted text; None for entries without such a name."""
    entries: tuple[Entry, ...]
    """Its entries, in the order of the inventory."""
    disk_usage: int
    """Their allocated bytes."""
    apparent_size: int
    """The length of their files in bytes."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The identities of its entries."""
        return tuple([entry.path for entry in self.entries])


class Age(NamedTuple):
    """The entries of an age."""

    from_days: int | None
    """The least age in days; None for entries without such a time."""
    to_days: int | None
    """The end of the age in days, not included; None for no end."""
    figure: Figure
    """The figure of the entries."""


class Reclaimable(NamedTuple):
    """The entries and bytes that a rule would free."""

    name: str
    """The rule in words."""
    options: str
    """The same as options of `cachetui prune`; empty where there is no such rule."""
    figure: Figure
    """The figure of the entries that it chooses."""
    frees: int
    """Allocated bytes that the disk would get back, as a removal plan has it: files and emptied directories."""
    known: bool = True
    """False if its entries cannot be determined; then it has none."""


class Sized(NamedTuple):
    """An entry with its sizes, which are asked for often."""

    entry: Entry
    """The entry."""
    disk_usage: int
    """Its allocated bytes."""
    apparent_size: int
    """The length of its files in bytes."""


def sized(entries: Iterable[Entry]) -> list[Sized]:
    """Return entries with their sizes; by index, for it runs over everything."""
    found = []
    for entry in entries:
        files = entry[1]
        if len(files) == 2:  # most by far
            first, second = files
            found.append(Sized(entry, first[4] + second[4], first[3] + second[3]))
        else:
            found.append(Sized(entry, sum([file[4] for file in files]), sum([file[3] for file in files])))
    return found


def figure(name: str | None, parts: Sequence[Sized]) -> Figure:
    """Sum entries up."""
    if not parts:
        return Figure(name, (), 0, 0)
    entries, disks, sizes = zip(*parts, strict=True)
    return Figure(name, entries, sum(disks), sum(sizes))


def grouped(parts: Iterable[Sized], names: Iterable[str | None]) -> tuple[Figure, ...]:
    """Return a figure for each name, the biggest first, entries without one last; `names` are parallel to `parts`."""
    groups: dict[str | None, list[Sized]] = defaultdict(list)
    for part, name in zip(parts, names, strict=True):
        groups[name].append(part)
    found = [figure(name, own) for name, own in groups.items()]
    return tuple(sorted(found, key=lambda one: (one.name is None, -one.disk_usage, one.name or "")))


def by_age(
    parts: Iterable[Sized], moment_of: Callable[[Entry], int | None], now_ns: int, starts: Sequence[int] = AGES
) -> tuple[Age, ...]:
    """Return a figure for each group of ages, the youngest first, and one for entries without such a time, if any.

    `starts` are days at which a group begins, from 0 up. What lies in the future counts as now.
    """
    groups: list[list[Sized]] = [[] for _ in starts]
    unknown: list[Sized] = []
    edges = [start * DAY_NS for start in starts[1:]]
    for part in parts:
        moment = moment_of(part[0])
        place = unknown if moment is None else groups[bisect_right(edges, now_ns - moment)]
        place.append(part)
    bounds = [*pairwise(starts), (starts[-1], None)]
    found = [Age(start, end, figure(None, own)) for (start, end), own in zip(bounds, groups, strict=True)]
    return (*found, Age(None, None, figure(None, unknown))) if unknown else tuple(found)


def copies(parts: Collection[Sized]) -> tuple[Figure, ...]:
    """Return files stored more than once: same kind, file name and length; the most wasteful first.

    The length is the body's, of a wheel built here the wheel's own.
    """
    names = [(part[0][0], part[0][8]) for part in parts]
    repeated = {name for name, number in Counter(names).items() if number > 1}  # of most there is but one
    groups: dict[tuple[str, str, int], list[Sized]] = defaultdict(list)
    for part, name in zip(parts, names, strict=True):
        kind, filename = name
        if name in repeated and filename and kind in STORED and (files := part.entry.files):
            groups[kind, filename, files[0 if kind == "built" else -1].size].append(part)
    found = [figure(filename, own) for (_, filename, _), own in groups.items() if len(own) > 1]
    return tuple(sorted(found, key=lambda one: (-wasted(one), one.name or "")))


def wasted(copied: Figure) -> int:
    """Return the bytes of all copies except the biggest."""
    return copied.disk_usage - max([entry.disk_usage for entry in copied.entries], default=0)


def linked(parts: Collection[Sized]) -> Figure:
    """Return entries with files of several names: their blocks count once."""
    paths = {part[0][2] for part in parts for file in part[0][1] if file[5] > 1}
    return figure(None, [part for part in parts if part[0][2] in paths] if paths else ())


def already_built(parts: Collection[Sized]) -> Figure:
    """Return the sdists from which pip built a wheel that it still keeps."""
    built = {(part.entry.project, part.entry.version) for part in parts if part.entry.kind == "built"}
    return figure(
        None,
        [
            part
            for part in parts
            if part.entry.kind == "sdist" and part.entry.project and (part.entry.project, part.entry.version) in built
        ],
    )
