"""What cached index pages and `origin.json` files say of cached files: their hashes and their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cachetui.model import Entry
from cachetui.pip.evidence import Evidence, digest_of
from cachetui.pip.listings import HASHES
from cachetui.pip.tree import never


class Given(NamedTuple):
    """A hash that a file must have."""

    name: str
    """Such as "sha256"."""
    value: str
    """In hexadecimal, lower case."""
    by: Literal["index", "origin.json"]
    """Who gives it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of files before they are looked at."""

    hashes: dict[str, set[Given]] = field(default_factory=dict)
    """By the name of the record, which stands for an address. Pages of different age may differ: one must be right."""
    filenames: dict[tuple[str, str], str] = field(default_factory=dict)
    """The names that pages list, by name and value of a hash."""

    def of(self, entry: Entry) -> set[Given]:
        """Return the hashes that are given for a download; none for what was built here, whose own nobody knows."""
        return self.hashes.get(entry.path[-56:], set()) if entry.path.startswith("http") else set()

    def note(self, url: str, given: Given) -> None:
        """Take in the hash of what lies at an address."""
        if given.name in HASHES:
            self.hashes.setdefault(digest_of(url), set()).add(given)


def expected_of(
    entries: Iterable[Entry], files: Collection[Entry], evidence: Evidence, stop: Callable[[], bool] = never
) -> Expected:
    """Gather what `entries`, all of a cache, say of some files among them.

    The pages of their projects are read, and all pages where one is named by its body alone, which may be another's.
    """
    projects, known = {file.project for file in files}, Expected()
    everywhere = any(file.identified_by == "archive" for file in files)
    for entry in entries:
        if (entry.project not in projects and not everywhere) or stop():
            continue
        if entry.kind == "built" and (origin := evidence.origin(entry)):
            known.note(origin.url, Given(origin.hash_name, origin.hash_value.lower(), "origin.json"))
        elif entry.kind == "index" and (listing := evidence.listing(entry)):
            for file in listing.files:
                known.note(file.url, Given(file.hash_name, file.hash_value.lower(), "index"))
                known.filenames[file.hash_name, file.hash_value.lower()] = file.filename
    return known
