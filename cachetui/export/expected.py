"""Known facts of files before they are exported: their hashes and their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from cachetui.insight.known_hashes import Voice, known_hashes
from cachetui.model import Entry
from cachetui.pip.reader import CacheReader
from cachetui.system.tree import never


class Given(NamedTuple):
    """A hash that a file must have."""

    name: str
    """Such as "sha256"."""
    value: str
    """In hexadecimal, lower case."""
    by: Voice
    """The source of the hash."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Known hashes and names of files."""

    hashes: dict[str, set[Given]] = field(default_factory=dict)
    """Hashes by the name of the record, which stands for a URL. Pages of different age may differ: one must match."""
    filenames: dict[tuple[str, str], str] = field(default_factory=dict)
    """The names that pages list, by name and value of a hash."""

    def of(self, entry: Entry) -> set[Given]:
        """Return the hashes that are given for a download; none for a wheel built here, whose own hash is unknown."""
        return self.hashes.get(entry.path[-56:], set()) if entry.path.startswith("http") else set()


def expected_of(
    entries: Iterable[Entry], files: Collection[Entry], evidence: CacheReader, stop: Callable[[], bool] = never
) -> Expected:
    """Gather what `entries`, all of a cache, say of some files among them.

    The pages of their projects are read, and those that tell no project; all pages where one is named by its body
    alone, which may be another's.
    """
    projects, known = {None, *(file.project for file in files)}, Expected()
    everywhere = any(file.identified_by == "archive" for file in files)
    for entry in entries:
        if (entry.project not in projects and not everywhere) or stop():
            continue
        for one in known_hashes(entry, evidence):
            known.hashes.setdefault(one.record, set()).add(Given(one.name, one.value, one.by))
            if one.filename:
                known.filenames[one.name, one.value] = one.filename
    return known
