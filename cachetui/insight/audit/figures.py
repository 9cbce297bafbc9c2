"""Figures: the disk usage of some entries, and the entries themselves."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from cachetui.model import NS, Entry

DAY_NS = 86_400 * NS
AGES = (0, 7, 30, 90, 180, 365, 730)
"""Ages in days at which the age groups begin; the last group has no end."""


POLICY = "your policy"
"""Name of the rule that stands for the user's policy."""
STORED = frozenset({"wheel", "sdist", "built", "metadata"})
"""Kinds whose entries have a distribution's file name."""


class Figure(NamedTuple):
    """Disk usage of some entries, and the entries themselves."""

    name: str | None
    """Name of the figure, such as a project (untrusted text); None if there is none, as for the total."""
    entries: tuple[Entry, ...]
    """Entries, in the inventory's order."""
    disk_usage: int
    """Allocated bytes of the entries."""
    apparent_size: int
    """Total length of the entries' files in bytes."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the entries."""
        return tuple([entry.path for entry in self.entries])


class AgeGroup(NamedTuple):
    """Age group with its entries."""

    from_days: int | None
    """Minimum age in days; None for entries whose age is unknown."""
    to_days: int | None
    """End of the age group in days, exclusive; None if it has no end."""
    figure: Figure
    """Figure of the entries."""


class Reclaimable(NamedTuple):
    """Entries that a rule chooses and a removal would not keep, and the bytes that removing them would free."""

    name: str
    """Name of the rule in words."""
    options: str
    """Options and terms of `cachetui prune` with the same effect; empty if there are none."""
    figure: Figure
    """Figure of the entries that would be removed."""
    frees: int
    """Allocated bytes of files that removing the entries would free."""
    kept: int = 0
    """Number of further entries that the rule chooses, and that must stay although they are not protected."""
    known: bool = True
    """Whether all entries of the rule can be determined; if not, the figure may lack some of them."""


class SizedEntry(NamedTuple):
    """Entry with its sizes, which are computed only once."""

    entry: Entry
    """Entry of the cache."""
    disk_usage: int
    """Allocated bytes of the entry."""
    apparent_size: int
    """Total length of the entry's files in bytes."""


def sized(entries: Iterable[Entry]) -> list[SizedEntry]:
    """Return entries with their sizes. Fields are read by index, because this runs over all entries."""
    found = []
    for entry in entries:
        files = entry[1]
        if len(files) == 2:  # the most frequent case
            first, second = files
            found.append(SizedEntry(entry, first[4] + second[4], first[3] + second[3]))
        else:
            found.append(SizedEntry(entry, sum([file[4] for file in files]), sum([file[3] for file in files])))
    return found


def figure(name: str | None, parts: Sequence[SizedEntry]) -> Figure:
    """Return the figure of some entries."""
    if not parts:
        return Figure(name, (), 0, 0)
    entries, disks, sizes = zip(*parts, strict=True)
    return Figure(name, entries, sum(disks), sum(sizes))


def grouped(parts: Iterable[SizedEntry], names: Iterable[str | None]) -> tuple[Figure, ...]:
    """Return a figure for each name, the biggest first; entries without a name come last.

    `names` is parallel to `parts`.
    """
    groups: dict[str | None, list[SizedEntry]] = defaultdict(list)
    for part, name in zip(parts, names, strict=True):
        groups[name].append(part)
    found = [figure(name, own) for name, own in groups.items()]
    return tuple(sorted(found, key=lambda one: (one.name is None, -one.disk_usage, one.name or "")))


def by_age(
    parts: Iterable[SizedEntry], moment_of: Callable[[Entry], int | None], now_ns: int, starts: Sequence[int] = AGES
) -> tuple[AgeGroup, ...]:
    """Return the age groups with their figures, the youngest first; entries without a time, if any, form the last.

    `starts` are the ages in days at which the groups begin, ascending from 0. Times in the future are taken as now.
    """
    groups: list[list[SizedEntry]] = [[] for _ in starts]
    unknown: list[SizedEntry] = []
    edges = [start * DAY_NS for start in starts[1:]]
    for part in parts:
        moment = moment_of(part[0])
        place = unknown if moment is None else groups[bisect_right(edges, now_ns - moment)]
        place.append(part)
    bounds = [*pairwise(starts), (starts[-1], None)]
    found = [AgeGroup(start, end, figure(None, own)) for (start, end), own in zip(bounds, groups, strict=True)]
    return (*found, AgeGroup(None, None, figure(None, unknown))) if unknown else tuple(found)


def copies(parts: Collection[SizedEntry]) -> tuple[Figure, ...]:
    """Return the figures of files that are stored more than once, the most wasteful first.

    Copies have the same kind, file name and length. The length is that of the file that holds the body; in
    `http/`, this file is the record. Wheels and sdists that were unpacked have no such file, and are left out.
    """
    names = [(part[0][0], part[0][8]) for part in parts]
    repeated = {name for name, number in Counter(names).items() if number > 1}  # most names occur only once
    groups: dict[tuple[str, str, int], list[SizedEntry]] = defaultdict(list)
    for part, name in zip(parts, names, strict=True):
        kind, filename = name
        if name in repeated and filename and kind in STORED and part.entry.files and not part.entry.unpacked:
            groups[kind, filename, part.entry.content.size].append(part)
    found = [figure(filename, own) for (_, filename, _), own in groups.items() if len(own) > 1]
    return tuple(sorted(found, key=lambda one: (-wasted(one), one.name or "")))


def wasted(copied: Figure) -> int:
    """Return the allocated bytes of all copies except the biggest."""
    return copied.disk_usage - max([entry.disk_usage for entry in copied.entries], default=0)


def linked(parts: Collection[SizedEntry]) -> Figure:
    """Return the figure of the entries with files that have several names; their blocks are counted once."""
    paths = {part[0][2] for part in parts for file in part[0][1] if file[5] > 1}
    return figure(None, [part for part in parts if part[0][2] in paths] if paths else ())


def already_built(parts: Collection[SizedEntry]) -> Figure:
    """Return the figure of the sdists from which pip built a wheel that is still cached."""
    built = {(part.entry.project, part.entry.version) for part in parts if part.entry.kind == "built"}
    return figure(
        None,
        [
            part
            for part in parts
            if part.entry.kind == "sdist" and part.entry.project and (part.entry.project, part.entry.version) in built
        ],
    )
