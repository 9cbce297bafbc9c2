"""Hashes and names that are known of files before they are exported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from cachetui.insight.known_hashes import Voice, known_hashes
from cachetui.model import Entry
from cachetui.pip.reader import CacheReader, record_name
from cachetui.system.tree import never


class ExpectedHash(NamedTuple):
    """Hash that the cache gives for a file."""

    name: str
    """Name of the hash, such as "sha256"."""
    value: str
    """Value of the hash in hexadecimal digits, lower case."""
    by: Voice
    """Source of the hash."""


@dataclass(frozen=True, slots=True)
class KnownHashes:
    """Known hashes and file names."""

    hashes: dict[str, set[ExpectedHash]] = field(default_factory=dict)
    """Hashes by the name of the download's record, which stands for its URL.

    Index pages of different age may list different hashes for a URL; one of them must match.
    """
    filenames: dict[tuple[str, str], str] = field(default_factory=dict)
    """File names that index pages list, by name and value of a hash."""

    def of(self, entry: Entry) -> set[ExpectedHash]:
        """Return the known hashes of an entry's file; empty for a wheel built here, whose hash is unknown."""
        return self.hashes.get(record_name(entry), set())


def expected_of(
    entries: Iterable[Entry], files: Collection[Entry], evidence: CacheReader, stop: Callable[[], bool] = never
) -> KnownHashes:
    """Collect the known hashes and file names of `files` from all `entries` of a cache.

    Reads the index pages and origin.json files of the files' projects and of unknown projects. Reads those of all
    projects if a file was identified by its content alone, because that content may name another project.
    """
    projects, known = {None, *(file.project for file in files)}, KnownHashes()
    everywhere = any(file.identified_by == "archive" for file in files)
    for entry in entries:
        if (entry.project not in projects and not everywhere) or stop():
            continue
        for one in known_hashes(entry, evidence):
            known.hashes.setdefault(one.record, set()).add(ExpectedHash(one.name, one.value, one.by))
            if one.filename:
                known.filenames[one.name, one.value] = one.filename
    return known
