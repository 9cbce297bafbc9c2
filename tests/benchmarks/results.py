"""The results of the benchmarks: raw figures by series."""

from __future__ import annotations

import json
import statistics
from typing import NamedTuple

SECONDS, CPU, RESIDENT, FILES = "s", "CPU s", "B", "files"
"""Units: of the clock; of the processors, children included; bytes of memory; files."""


class Series(NamedTuple):
    """Name of a series of figures."""

    group: str
    """The part of the suite that measured them."""
    entries: int
    """Size of the cache in entries; 0 for an empty one."""
    what: str
    """The operation."""
    unit: str
    """Their unit."""


class Results:
    """Figures as they come in, one for each run, and what a reader has to know about them."""

    def __init__(self) -> None:
        self.machine: dict[str, str | int] = {}
        """The machine and the programs on which they were measured."""
        self.notes: list[str] = []
        """Sentences on what was left out or went wrong."""
        self.stopped = False
        """Whether the suite was ended early, so that its last jobs ran less often."""
        self._figures: dict[Series, list[float]] = {}

    def add(self, group: str, entries: int, what: str, unit: str, *figures: float) -> None:
        """Keep figures."""
        self._figures.setdefault(Series(group, entries, what, unit), []).extend(figures)

    def figures(self, group: str, entries: int, what: str, unit: str = SECONDS) -> list[float]:
        """Return all figures of something, in the order of the runs."""
        return self._figures.get(Series(group, entries, what, unit), [])

    def median(self, group: str, entries: int, what: str, unit: str = SECONDS) -> float | None:
        """Return the median; None if nothing was measured."""
        figures = self.figures(group, entries, what, unit)
        return statistics.median(figures) if figures else None

    def most(self, group: str, entries: int, what: str, unit: str) -> float | None:
        """Return the largest; None if nothing was measured."""
        return max(self.figures(group, entries, what, unit), default=None)

    def ratio(self, group: str, entries: int, what: str, base: str, unit: str = SECONDS) -> float | None:
        """Return how many times as much as something else it takes, median by median."""
        one, other = (self.median(group, entries, name, unit) for name in (what, base))
        return one / other if one is not None and other else None

    def sizes(self, group: str) -> list[int]:
        """Return the sizes that a group was measured at, smallest first."""
        return sorted({series.entries for series in self._figures if series.group == group})

    def names(self, group: str) -> list[str]:
        """Return the operations that a group measured, in the order of their first figures."""
        return list(dict.fromkeys(series.what for series in self._figures if series.group == group))

    def as_json(self) -> str:
        """Return everything as a JSON document; seconds, or bytes, as the unit says."""
        figures = [{**series._asdict(), "figures": figures} for series, figures in self._figures.items()]
        return (
            json.dumps(
                {"machine": self.machine, "stopped": self.stopped, "notes": self.notes, "figures": figures}, indent=1
            )
            + "\n"
        )
