"""The contents of a cache as values: files, entries, versions, projects, the inventory. Knows no installer."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from packaging.version import Version as PackagingVersion

Kind = Literal[
    "wheel",
    "sdist",
    "built",
    "metadata",
    "index",
    "redirect",
    "response",
    "selfcheck",
    "leftover",
    "unknown",
]
"""Kind of an entry: downloads (`wheel`, `sdist`), a wheel `built` here, PEP 658 `metadata`, a project's `index`
page, a `redirect`, any other HTTP `response`, pip's `selfcheck`, a `leftover` nobody will read, or `unknown`."""

KINDS: tuple[Kind, ...] = (
    "wheel",
    "built",
    "sdist",
    "metadata",
    "index",
    "redirect",
    "response",
    "selfcheck",
    "leftover",
    "unknown",
)
"""Every kind, in the order in which one version lists its entries."""

Rung = Literal["url", "disposition", "headers", "archive", "page", "wheel-name"]
"""Steps of the identification ladder, which name an entry."""

NS = 1_000_000_000
"""Nanoseconds in a second."""


BLOCK = 512
"""Bytes of the unit that `st_blocks` counts in (POSIX, `<sys/stat.h>`)."""


FEW_BLOCKS = tuple([blocks * BLOCK for blocks in range(512)])
"""Allocated bytes by number of blocks: most files and directories share these few numbers, which lie in memory once."""


def allocated(found: os.stat_result) -> int:
    """Return a file's allocated bytes; its length where the system reports no blocks."""
    blocks: int | None = getattr(found, "st_blocks", None)
    if blocks is None:
        return found.st_size
    return FEW_BLOCKS[blocks] if blocks < len(FEW_BLOCKS) else blocks * BLOCK


class File(NamedTuple):
    """A file as the scan saw it. A tuple, because large caches hold hundreds of thousands."""

    path: str
    """Its path relative to the root, parts joined by "/"; bytes that are not UTF-8 are surrogate escapes."""
    inode: int
    """Its inode number, on its device."""
    mtime_ns: int
    """When its content was last written, in nanoseconds since the epoch."""
    size: int
    """Its length in bytes."""
    disk_usage: int
    """Allocated bytes; 0 for a hard link whose inode an earlier path has counted already."""
    links: int = 1
    """Number of names of its inode, wherever they lie."""
    device: int = 0
    """Its device, which need not be that of its directory (overlayfs); 0 if it is that of the root."""


class Entry(NamedTuple):
    """One thing that pip would miss: a record with its body, a built wheel with its origin, a leftover."""

    kind: Kind
    """Its kind."""
    files: tuple[File, ...]
    """Its files, in the order in which a removal deletes them; empty for a directory that holds nothing."""
    path: str
    """Its identity: the path of its first file, or of its empty directory, relative to the root."""
    downloaded: int
    """When it came here or was built, in nanoseconds since the epoch; under `http/` "at latest"."""
    checked: int | None = None
    """When its server last confirmed it (200 or 304), in nanoseconds since the epoch."""
    read: int | None = None
    """When it was last read, roughly, in nanoseconds since the epoch; None where the file system keeps no such time."""
    project: str | None = None
    """Its project's canonical name (PEP 503)."""
    version: str | None = None
    """Its version as written."""
    filename: str | None = None
    """The true name of the wheel or sdist; for metadata that of its wheel."""
    url: str | None = None
    """The address it was fetched from, where known. May hold secrets: mask it before it is shown."""
    identified_by: Rung | None = None
    """The step of the ladder that named it."""
    note: str | None = None
    """A remark, such as why it is a leftover or unreadable; data from the cache in it is untrusted."""
    announced: int | None = None
    """Length of its body in bytes by its record, if the body has another one; None if that is right or not given."""

    @property
    def disk_usage(self) -> int:
        """Allocated bytes of its files."""
        return sum([file.disk_usage for file in self.files])

    @property
    def apparent_size(self) -> int:
        """Length of its files in bytes."""
        return sum([file.size for file in self.files])


class Unreadable(NamedTuple):
    """Something under the root that the scan could not read."""

    path: str
    """Relative to the root; "" is the root."""
    reason: str
    """The system's words for it."""
    denied: bool = False
    """Whether the user lacks the right to read it: that says nothing about its content."""


class DirectoryLink(NamedTuple):
    """A link in the place of a directory that pip writes into. pip follows it, a scan does not."""

    path: str
    """Relative to the root."""
    target: str
    """The absolute path that it leads to, all links resolved."""
    exists: bool
    """Whether a directory is there."""


class Batch(NamedTuple):
    """News of a running scan: entries new or better known than in an earlier batch, and how far it is."""

    entries: tuple[Entry, ...]
    """Each replaces the entry with the same `path` of an earlier batch."""
    files: int
    """Files seen so far."""
    disk_usage: int
    """Allocated bytes of the files seen so far."""
    named: int
    """Entries that need no further look, so far."""
    entries_found: int
    """Entries found so far."""
    listed: bool
    """Whether every file has been seen, so that `files` and `entries_found` are final."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a project, or its pages, or one entry of a group at the end."""

    label: str | None
    """The version as written; None for entries of the project as a whole, such as index pages."""
    entries: tuple[Entry, ...]
    """By kind, file name and path."""

    @property
    def disk_usage(self) -> int:
        """Allocated bytes of its entries."""
        return sum([entry.disk_usage for entry in self.entries])


@dataclass(frozen=True, slots=True)
class Project:
    """All entries of one canonical name."""

    name: str
    """The canonical name."""
    versions: tuple[Version, ...]
    """Newest first, then those that do not parse as a version, then entries without a version."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its entries, newest version first."""
        return tuple([entry for version in self.versions for entry in version.entries])

    @property
    def disk_usage(self) -> int:
        """Allocated bytes of its entries."""
        return sum([version.disk_usage for version in self.versions])


@dataclass(frozen=True)
class Inventory:
    """All that a scan found under a root: each file is in exactly one entry or foreign."""

    root: str
    """The root's resolved absolute path."""
    device: int = 0
    """The device the root lies on; nothing on another device was looked at."""
    inode: int = 0
    """The root's own inode number."""
    entries: tuple[Entry, ...] = ()
    """As `in_order` puts them."""
    foreign: tuple[File, ...] = ()
    """Files that no pip writes, by path. Never touched."""
    directories: Mapping[str, int] = field(default_factory=dict)
    """Allocated bytes of each directory under the root (the root, "", included), by relative path."""
    kept_directories: frozenset[str] = frozenset({""})
    """Directories that stay even when a removal empties them."""
    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Files that serve several entries, by path: the paths of the files with the last of which they go."""
    errors: tuple[Unreadable, ...] = ()
    """Files and directories that could not be read."""
    recognised: bool = True
    """Whether the root shows a single sign of being such a cache; if not, nothing in it may be removed."""
    complete: bool = True
    """False for the result of a scan that was stopped."""
    links: tuple[DirectoryLink, ...] = ()
    """Links in the place of directories of such a cache, by path. What they lead to was not looked at."""
    by_length: bool = False
    """Whether the file system reports no blocks for any file, so that each one's disk usage is its length."""
    layered: bool = False
    """Whether the file system is made of layers (overlayfs): what lies in a lower one is never given back."""

    @cached_property
    def disk_usage(self) -> int:
        """Allocated bytes of all entries."""
        return sum([entry.disk_usage for entry in self.entries])

    @cached_property
    def apparent_size(self) -> int:
        """Length of all entries' files in bytes."""
        return sum([entry.apparent_size for entry in self.entries])

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """Entries whose project is known, by name."""
        return group_projects(self.entries)

    @cached_property
    def other(self) -> tuple[Entry, ...]:
        """Entries whose project is not known."""
        return tuple([entry for entry in self.entries if entry.project is None])

    @cached_property
    def by_path(self) -> Mapping[str, Entry]:
        """Entries by their identity."""
        return {entry.path: entry for entry in self.entries}


class VersionOrder(NamedTuple):
    """Sorts newest first; equal for versions that PEP 440 calls equal."""

    rank: int
    """0 for a version, 1 for an invalid one, 2 for none."""
    newest_first: Descending | None
    """The parsed version."""
    text: str
    """An invalid version, as written."""


class Descending:
    """A parsed version that sorts the other way round."""

    __slots__ = ("version",)

    def __init__(self, version: PackagingVersion) -> None:
        self.version = version

    def __lt__(self, other: Descending) -> bool:
        return self.version > other.version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Descending) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)


@lru_cache(maxsize=65_536)
def version_order(version: str | None) -> VersionOrder:
    """Return a key that sorts versions newest first and is equal for equal versions (PEP 440)."""
    if version is None:
        return VersionOrder(2, None, "")
    try:
        return VersionOrder(0, Descending(PackagingVersion(version)), "")
    except ValueError:  # InvalidVersion, or more digits than Python takes for a number
        return VersionOrder(1, None, version)


KIND_ORDER: Mapping[str, int] = {kind: index for index, kind in enumerate(KINDS)}


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries in the one order in which they are listed: project, newest version, file name, path."""
    projects: dict[str | None, list[Entry]] = {}
    for entry in entries:
        projects.setdefault(entry.project, []).append(entry)
    versions = {entry.version for own in projects.values() for entry in own}
    ranks: dict[str | None, int] = {}
    last, rank = None, -1
    for version in sorted(versions, key=version_order):
        order = version_order(version)
        rank += order != last
        ranks[version], last = rank, order
    ordered: list[Entry] = []
    for name in sorted(projects, key=lambda name: (name is None, name or "")):
        projects[name].sort(key=lambda entry: (ranks[entry.version], entry.filename or "", entry.path))
        ordered += projects[name]
    return ordered


def group_projects(entries: Iterable[Entry]) -> tuple[Project, ...]:
    """Group entries into projects by name, and those into versions, newest first. Omits entries without a project."""
    spelled: dict[str, dict[str | None, list[Entry]]] = {}
    for entry in entries:
        if entry.project is not None:
            spelled.setdefault(entry.project, {}).setdefault(entry.version, []).append(entry)
    projects: dict[str, dict[VersionOrder, list[Entry]]] = {name: {} for name in spelled}
    for name, spellings in spelled.items():
        for version, own in spellings.items():
            projects[name].setdefault(version_order(version), []).extend(own)
    return tuple(
        [
            Project(name, tuple([_version(projects[name][order]) for order in sorted(projects[name])]))
            for name in sorted(projects)
        ]
    )


def _version(entries: list[Entry]) -> Version:
    """Group entries of one version under the spelling that most of them use."""
    if len(entries) > 1:
        entries.sort(key=lambda entry: (KIND_ORDER[entry.kind], entry.filename or "", entry.path))
    label = entries[0].version
    if any(entry.version != label for entry in entries):
        spellings = Counter([entry.version for entry in entries])
        label = min(spellings, key=lambda spelling: (-spellings[spelling], spelling or ""))
    return Version(label, tuple(entries))
