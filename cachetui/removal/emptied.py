"""Find the directories that a removal leaves empty, according to the scan."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from operator import methodcaller

from cachetui.model import Entry, Inventory

DEPTH = methodcaller("count", "/")
"""Function that returns the depth of a path."""


class DirectoryCounts:
    """Directories of a cache with the number of items in each, used to find the directories that a removal empties."""

    def __init__(self, inventory: Inventory) -> None:
        self._usage = inventory.directories
        self._items: Counter[str] = Counter()
        files = [file[0] for entry in inventory.entries for file in entry[1]]  # by index: faster for many entries
        foreign = [file.path for file in inventory.foreign]
        self._items.update([path.rpartition("/")[0] for paths in (files, foreign, self._usage) for path in paths])
        self._stay = set(inventory.kept_directories)
        for error in inventory.errors:  # an unreadable directory may not be empty
            path = error.path
            while path not in self._stay:
                self._stay.add(path)
                path = path.rpartition("/")[0]

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self._usage)

    def emptied(self, going: Collection[Entry]) -> tuple[str, ...]:
        """Return the directories that are empty once exactly the files of `going` are removed, deepest first.

        Directories that always stay, or in which something could not be read, are left out. An entry without files is
        an empty directory, which is removed with the directories in it.
        """
        taken = Counter([file[0].rpartition("/")[0] for entry in going for file in entry[1]])
        pending = [path for path, number in taken.items() if number == self._items[path]]
        for entry in going:
            if not entry[1]:
                pending += [path for path in subtree(self._ordered, entry.path) if not self._items[path]]
        found = []
        while pending:
            path = pending.pop()
            if path in self._usage and path not in self._stay:
                found.append(path)
                above = path.rpartition("/")[0]
                taken[above] += 1
                if taken[above] == self._items[above]:
                    pending.append(above)
        return tuple(sorted(found, key=DEPTH, reverse=True))

    def disk_usage(self, paths: Iterable[str]) -> int:
        """Return the allocated bytes of some directories."""
        return sum([self._usage[path] for path in paths])


def subtree(ordered: Sequence[str], top: str) -> list[str]:
    """Return `top` and the paths below it, from sorted paths."""
    start = bisect_left(ordered, f"{top}/")
    return [top, *ordered[start : bisect_left(ordered, f"{top}0", start)]]  # "0" comes right after "/"
