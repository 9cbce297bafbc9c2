"""Differences between two audits: added, removed and resized entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class ComparedEntry(NamedTuple):
    """Entry as a row of a report."""

    path: str
    """Path of the entry relative to the root, as a report writes it."""
    kind: str
    """Kind of the entry."""
    project: str | None
    """Canonical name of the project."""
    version: str | None
    """Version as written."""
    file_name: str | None
    """File name of the entry (`Entry.filename`); None if it is unknown."""
    disk_usage: int
    """Allocated bytes."""


class FigureChange(NamedTuple):
    """Figure in an earlier and in a later audit."""

    name: str | None
    """Kind or project that the figure is about; None for the total, and for the entries without a project."""
    before: int
    """Allocated bytes in the earlier audit."""
    now: int
    """Allocated bytes in the later audit."""
    entries_before: int
    """Number of entries in the earlier audit."""
    entries_now: int
    """Number of entries in the later audit."""

    @property
    def difference(self) -> int:
        """Growth in bytes; negative if the figure shrank."""
        return self.now - self.before


class ResizedEntry(NamedTuple):
    """Entry whose disk usage has changed."""

    before: ComparedEntry
    """Entry in the earlier audit."""
    now: ComparedEntry
    """Entry in the later audit."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Differences between two audits; false as a condition if there are none."""

    total: FigureChange
    """Change of the total."""
    kinds: tuple[FigureChange, ...]
    """Kinds whose entries differ in number or size; the biggest growth comes first."""
    projects: tuple[FigureChange, ...]
    """Projects whose entries differ in number or size; the biggest growth comes first."""
    came: tuple[ComparedEntry, ...]
    """Added entries, the biggest first."""
    went: tuple[ComparedEntry, ...]
    """Removed entries, the biggest first."""
    resized: tuple[ResizedEntry, ...]
    """Entries whose disk usage has changed; the biggest growth comes first."""

    def __bool__(self) -> bool:
        """Return whether there is any difference."""
        return bool(self.came or self.went or self.resized or self.kinds or self.projects)


def compare(before: Iterable[ComparedEntry], now: Iterable[ComparedEntry]) -> Comparison:
    """Return the differences between the entries of two reports."""
    old, new = ({line.path: line for line in lines} for lines in (before, now))
    both = [ResizedEntry(old[path], line) for path, line in new.items() if path in old]
    resized = [pair for pair in both if pair.before.disk_usage != pair.now.disk_usage]
    return Comparison(
        FigureChange(None, _sum(old.values()), _sum(new.values()), len(old), len(new)),
        _changes(_by_kind(old.values()), _by_kind(new.values())),
        _changes(_by_project(old.values()), _by_project(new.values())),
        _biggest(line for path, line in new.items() if path not in old),
        _biggest(line for path, line in old.items() if path not in new),
        tuple(sorted(resized, key=lambda pair: (pair.before.disk_usage - pair.now.disk_usage, pair.now.path))),
    )


def _sum(lines: Iterable[ComparedEntry]) -> int:
    return sum([line.disk_usage for line in lines])


def _biggest(lines: Iterable[ComparedEntry]) -> tuple[ComparedEntry, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.disk_usage, line.path)))


def _by_kind(lines: Iterable[ComparedEntry]) -> Mapping[str | None, list[int]]:
    groups: dict[str | None, list[int]] = {}
    for line in lines:
        groups.setdefault(line.kind, []).append(line.disk_usage)
    return groups


def _by_project(lines: Iterable[ComparedEntry]) -> Mapping[str | None, list[int]]:
    groups: dict[str | None, list[int]] = {}
    for line in lines:
        groups.setdefault(line.project, []).append(line.disk_usage)
    return groups


def _changes(before: Mapping[str | None, list[int]], now: Mapping[str | None, list[int]]) -> tuple[FigureChange, ...]:
    """Return the changes of the figures whose entries differ in number or size.

    `before` and `now` hold the sizes of each figure's entries.
    """
    found = [
        FigureChange(name, sum(old), sum(new), len(old), len(new))
        for name in before.keys() | now.keys()
        if sorted(old := before.get(name, [])) != sorted(new := now.get(name, []))
    ]
    return tuple(sorted(found, key=lambda one: (-one.difference, one.name is None, one.name or "")))
