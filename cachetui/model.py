"""Contents of a cache as values: files, entries, versions, projects, and the inventory of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, get_args

from packaging.version import Version as PackagingVersion

from cachetui.conduct import PIP, Conduct

Kind = Literal[
    "wheel",
    "built",
    "sdist",
    "metadata",
    "index",
    "redirect",
    "response",
    "selfcheck",
    "environment",
    "leftover",
    "unknown",
]
"""Kind of an entry.

`wheel` and `sdist` are downloads or, in uv's cache, local files; `built` is a wheel built here, `metadata` that of a
wheel (PEP 658) or a release, `index` an index page, `redirect` an HTTP redirect, `response` any other HTTP response,
`selfcheck` pip's last search for a newer pip, `environment` a virtual one, `leftover` unused, `unknown` all else.
"""
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Every kind, in the order in which the entries of a version are listed."""
INSTALLABLE: tuple[Kind, ...] = ("wheel", "sdist", "built")
"""Kinds of entries that pip can install."""
FILES: tuple[Kind, ...] = (*INSTALLABLE, "metadata", "index", "selfcheck")
"""Kinds of entries whose body may be a file that has no HTTP record."""
Rung = Literal["url", "disposition", "headers", "archive", "page", "wheel-name", "file-name"]
"""Source of an entry's project and version.

`url`: the URL that it came from. `disposition`: the file name in its HTTP headers. `headers`: other
HTTP headers. `archive`: metadata, in the archive or cached by itself. `page`: the content of the index page.
`wheel-name`: the name of a wheel or, in uv's cache, of a page. `file-name`: the name of a file in poetry's cache.
"""
AgeField = Literal["downloaded", "checked", "read"]
"""Field of an entry with a time from which ages are counted."""
AGE_FIELDS: tuple[AgeField, ...] = get_args(AgeField)
"""Every such field, in the order in which a key cycles through them."""
NS = 1_000_000_000
"""Nanoseconds in a second."""


class File(NamedTuple):
    """A file as the scan saw it; a tuple, because a large cache has hundreds of thousands of files."""

    path: str
    """Path relative to the root, with parts joined by "/"; bytes that are not UTF-8 are surrogate escapes."""
    inode: int
    """Inode number on its device."""
    mtime_ns: int
    """Time of the last change to the content, in nanoseconds since the epoch."""
    size: int
    """Length in bytes; 0 for a link in uv's cache."""
    disk_usage: int
    """Allocated bytes (see `Inventory.by_length`); 0 if they are counted under another name of the same inode."""
    links: int = 1
    """Number of hard links to the inode, inside and outside the root."""
    device: int = 0
    """Device number, which may differ from that of its directory (overlayfs); 0 if it is that of the root."""


class Entry(NamedTuple):
    """One unit of the cache, such as an HTTP record with its body, a built wheel with its origin, or a leftover."""

    kind: Kind
    """Kind of the entry."""
    files: tuple[File, ...]
    """Files of the entry, in the order in which a removal deletes them; empty for a directory without files."""
    path: str
    """Path relative to the root that identifies the entry: mostly that of its first file, or of its directory."""
    downloaded: int
    """Time of the download or build, in nanoseconds since the epoch; in `http/`, the latest possible time.

    Only the file's last change is known there, and pip also rewrites a file when it revalidates it.
    """
    checked: int | None = None
    """Time when the server last confirmed it (200 or 304), in nanoseconds since the epoch; None if unknown."""
    read: int | None = None
    """Approximate time of the last read, in nanoseconds since the epoch; None if unknown."""
    project: str | None = None
    """Canonical name of the project (PEP 503); None if unknown."""
    version: str | None = None
    """Version as written; None if it has none or if that is unknown."""
    filename: str | None = None
    """File name of the wheel or sdist, or of another download; for metadata, that of its wheel. None if unknown."""
    url: str | None = None
    """URL that it was fetched or built from; None if unknown. It may hold secrets: mask it before showing it."""
    identified_by: Rung | None = None
    """Source of the project and version; None if they are unknown, or if it was not recorded."""
    note: str | None = None
    """Remark, such as why it is a leftover or unreadable; it may contain untrusted text from the cache."""
    announced: int | None = None
    """Length of the body in bytes according to its record, if the actual length differs; None otherwise."""
    unpacked: bool = False
    """Whether it is a wheel or sdist that was unpacked, so that none of its files is the archive itself."""

    @property
    def disk_usage(self) -> int:
        """Allocated bytes of its files."""
        return sum([file.disk_usage for file in self.files])

    @property
    def apparent_size(self) -> int:
        """Total length of its files in bytes."""
        return sum([file.size for file in self.files])

    @property
    def body(self) -> File | None:
        """File that holds its body and nothing else; None if the body is inside an HTTP record, or none is known."""
        if len(self.files) > 1 and self.files[1].path == f"{self.path}.body":
            return self.files[1]
        is_lone = self.checked is None and self.kind in FILES and not self.unpacked
        return self.files[0] if self.files and is_lone else None

    @property
    def content(self) -> File:
        """File that holds its body, alone or inside an HTTP record, or else its first file; only if it has files."""
        return self.body or self.files[0]


class Unreadable(NamedTuple):
    """Something under the root that the scan could not read."""

    path: str
    """Path relative to the root; "" is the root."""
    reason: str
    """Why it could not be read: a clause without a full stop."""
    denied: bool = False
    """Whether the user lacks the right to read it: that says nothing about its content."""


class DirectoryLink(NamedTuple):
    """Link where the program that fills the cache has a directory. That program follows the link; a scan does not."""

    path: str
    """Path relative to the root."""
    target: str
    """Absolute path that it leads to, with all links resolved."""
    exists: bool
    """Whether a directory exists at that path."""


class Batch(NamedTuple):
    """Progress of a running scan: entries that are new or better identified, and counts so far."""

    entries: tuple[Entry, ...]
    """New and changed entries; each replaces the entry with the same `path` in an earlier batch."""
    files: int
    """Number of files seen so far."""
    disk_usage: int
    """Allocated bytes of the files seen so far."""
    named: int
    """Number of entries whose identification is finished so far, even if they stay unidentified."""
    entries_found: int
    """Number of entries found so far."""
    listed: bool
    """Whether every file has been seen, so that `files` and `entries_found` are final."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a project with its entries, or the project's entries without a version."""

    label: str | None
    """Version as most of the entries write it; None for entries without a version, such as index pages."""
    entries: tuple[Entry, ...]
    """Entries of the version, ordered by kind, file name and path."""

    @property
    def disk_usage(self) -> int:
        """Allocated bytes of its entries."""
        return sum([entry.disk_usage for entry in self.entries])


@dataclass(frozen=True, slots=True)
class Project:
    """A project with all its entries."""

    name: str
    """Canonical name of the project."""
    versions: tuple[Version, ...]
    """Versions, newest first; then invalid versions, then entries without a version."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Entries of the project, newest version first."""
        return tuple([entry for version in self.versions for entry in version.entries])

    @property
    def disk_usage(self) -> int:
        """Allocated bytes of its entries."""
        return sum([version.disk_usage for version in self.versions])


MADE_UP = "made-up cache"
"""Name of the demo's cache, whose path is that of a temporary folder and means nothing to users."""


@dataclass(frozen=True)
class Inventory:
    """Everything that a scan found under a root. Each file is foreign or in exactly one entry."""

    root: str
    """Resolved absolute path of the root."""
    device: int = 0
    """Device number of the root; the scan skips directories on other devices."""
    inode: int = 0
    """Inode number of the root."""
    entries: tuple[Entry, ...] = ()
    """Entries in the order of `in_order`."""
    foreign: tuple[File, ...] = ()
    """Files of no entry, such as those that users put there, sorted by path. cachetui never changes them."""
    directories: Mapping[str, int] = field(default_factory=dict)
    """Allocated bytes of each directory by relative path; the path of the root is ""."""
    kept_directories: frozenset[str] = frozenset({""})
    """Directories that stay even if a removal empties them."""
    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For the path of each file that several entries need: the paths of the files that must be removed before it."""
    errors: tuple[Unreadable, ...] = ()
    """Files and directories that could not be read."""
    recognised: bool = True
    """Whether anything in the root shows whose cache it is; if not, nothing in it may be removed."""
    complete: bool = True
    """Whether the scan ran to its end; False if it was stopped."""
    links: tuple[DirectoryLink, ...] = ()
    """Links where the program that fills the cache has directories, sorted by path; their targets were not read."""
    closed: tuple[str, ...] = ()
    """Names of directories of the root that are no part of the cache: they were neither opened nor counted."""
    by_length: bool = False
    """Whether each file's disk usage is its length: the file system reports no blocks, or the cache is made up."""
    made_up: bool = False
    """Whether it is the demo's cache, whose large files are mostly holes and which no pip uses."""
    layered: bool = False
    """Whether the file system has layers (overlayfs): space used in a lower layer is never freed."""
    may_share: bool = False
    """Whether files may share blocks with others (reflinks): only an upper limit is known of what a removal frees."""
    conduct: Conduct = PIP
    """How the program that fills the cache uses it."""
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For the path of an entry: the paths of the other entries that are removed together with it."""
    copies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For the path of an entry whose file is stored several times: the paths of the other entries with this file."""

    def twins_of(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries that are removed together with `entries`, but are not among them."""
        if not self.twins:
            return []
        paths = {entry.path for entry in entries}
        twins = dict.fromkeys([twin for path in paths for twin in self.twins.get(path, ())])
        return [self.by_path[twin] for twin in twins if twin not in paths and twin in self.by_path]

    @cached_property
    def disk_usage(self) -> int:
        """Allocated bytes of all entries."""
        return sum([entry.disk_usage for entry in self.entries])

    def disk_usage_without(self, gone: Collection[str]) -> int:
        """Return the allocated bytes of all entries after the files with the paths in `gone` were removed."""
        usage: Counter[tuple[int, int]] = Counter()
        first: dict[tuple[int, int], tuple[str, bool]] = {}  # by inode: the first path left, and if it is an entry's
        left = 0
        owned = [(file, True) for entry in self.entries for file in entry.files]
        for file, is_owned in (*owned, *[(file, False) for file in self.foreign]):
            place, is_left = (file.path, is_owned), file.path not in gone
            if file.links == 1:
                left += file.disk_usage if is_left and is_owned else 0
                continue
            inode = file.device, file.inode
            usage[inode] += file.disk_usage
            if is_left:
                first[inode] = min(first.get(inode, place), place)
        return left + sum([usage[inode] for inode, (_, is_owned) in first.items() if is_owned])

    @cached_property
    def apparent_size(self) -> int:
        """Total length of all entries' files in bytes."""
        return sum([entry.apparent_size for entry in self.entries])

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """Projects of the entries, sorted by name."""
        return group_projects(self.entries)

    @cached_property
    def other(self) -> tuple[Entry, ...]:
        """Entries whose project is unknown."""
        return tuple([entry for entry in self.entries if entry.project is None])

    @cached_property
    def by_path(self) -> Mapping[str, Entry]:
        """Entries by path."""
        return {entry.path: entry for entry in self.entries}


class VersionOrder(NamedTuple):
    """Sort key that puts newer versions first; equal for versions that are equal under PEP 440."""

    rank: int
    """0 for a valid version, 1 for an invalid version, 2 for no version."""
    newest_first: Descending | None
    """Parsed version, which sorts newest first; None if there is no valid version."""
    text: str
    """Invalid version as written; otherwise empty."""


class Descending:
    """A parsed version that sorts in descending order."""

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
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        return VersionOrder(1, None, version)


KIND_ORDER: Mapping[str, int] = {kind: index for index, kind in enumerate(KINDS)}


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries by project, version (the newest first), file name and path; those without a project are last."""
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
    """Group entries into projects by name, and each project's entries into versions, newest first.

    Entries without a project are left out.
    """
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
    """Return a version with the given entries, named by the spelling that most of them use."""
    if len(entries) > 1:
        entries.sort(key=lambda entry: (KIND_ORDER[entry.kind], entry.filename or "", entry.path))
    label = entries[0].version
    if any(entry.version != label for entry in entries):
        spellings = Counter([entry.version for entry in entries])
        label = min(spellings, key=lambda spelling: (-spellings[spelling], spelling or ""))
    return Version(label, tuple(entries))
