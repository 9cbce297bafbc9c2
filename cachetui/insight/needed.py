"""Entries of a cache that requirements files and lock files need, for any Python and platform."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.insight.known_hashes import METADATA
from cachetui.model import INSTALLABLE, Entry, Inventory, version_order
from cachetui.needs.markers import may_apply
from cachetui.needs.requirement import valid_requirements
from cachetui.needs.values import DirectReference, Hashes, RequirementFile, direct_reference
from cachetui.pip.formats.index_page import as_asked
from cachetui.pip.reader import CacheReader, digest_of, record_name
from cachetui.system.tree import never

PAGES = ("index", "redirect", "response")
"""Kinds of HTTP responses that hold neither a distribution nor its metadata, and that pip asks for again."""
ENDING = re.compile(r"(?:\.git)?/?$")
"""Pattern of an ending that makes no difference to a repository's URL."""


@dataclass(frozen=True, slots=True)
class NeededEntries:
    """Entries that a file needs."""

    paths: frozenset[str]
    """Paths of the entries."""
    followed: tuple[Entry, ...] = ()
    """Wheels and sdists among these entries; empty if the file names everything that is needed (`is_complete`)."""


class Dependency(NamedTuple):
    """Requirement that a file or a release has for a project."""

    specifier: SpecifierSet
    hashes: Hashes = frozenset()
    for_building: bool = False
    """Whether the project is needed to build an sdist; then, the versions that the file allows do not matter."""


@dataclass(slots=True)
class _NeededProject:
    """Requirements for a project, and the versions and extras that they allow or ask for."""

    sources: dict[Dependency, None] = field(default_factory=dict)
    narrowed: SpecifierSet = field(default_factory=SpecifierSet)
    """Versions that all lines without a marker allow; all versions if the file is a lock file."""
    extras: set[str] = field(default_factory=set)


def needed_by(
    files: Iterable[RequirementFile], inventory: Inventory, *, ci: bool = False, stop: Callable[[], bool] = never
) -> list[NeededEntries]:
    """Return the entries that each file needs, in the order of the files. Raises RootError.

    With `ci`, pages are left out, and so are sdists of versions of which a wheel is needed. If `stop()` becomes true,
    requirements are not followed any further.
    """
    with CacheReader(inventory) as evidence:
        return [_NeededSearch(file, inventory, evidence, stop).found(ci=ci) for file in files]


class _NeededSearch:
    """Search for what one file needs."""

    def __init__(
        self, file: RequirementFile, inventory: Inventory, evidence: CacheReader, stop: Callable[[], bool]
    ) -> None:
        self._file, self._entries, self._evidence, self._stop = file, inventory.entries, evidence, stop
        self._by_project: dict[str, list[Entry]] = defaultdict(list)
        for entry in inventory.entries:
            if entry.project is not None:
                self._by_project[entry.project].append(entry)
        self._projects: dict[str, _NeededProject] = defaultdict(_NeededProject)
        self._direct = [one._replace(url=_cached_url(one.url)) for one in file.direct]
        self._needs: dict[str, tuple[Requirement, ...]] = {}
        self._waiting: dict[str, None] = {}
        self._referred = set[str]()
        self._listed = {digest_of(_cached_url(url)) for line in file.asked for url, _, _ in line.urls}
        for line in file.asked:
            requirement, project = line.requirement, self._projects[canonicalize_name(line.requirement.name)]
            if requirement.marker is None and not file.is_lock:
                project.narrowed &= requirement.specifier
            if not line.constraint:
                self._add(
                    canonicalize_name(requirement.name), Dependency(requirement.specifier, line.hashes), requirement
                )
        self._hashes = self._known_hashes()

    def found(self, *, ci: bool) -> NeededEntries:
        """Return what is needed; see `needed_by`."""
        while not self._stop():
            if self._waiting:
                name, _ = self._waiting.popitem()
                self._follow(name)
            elif self._file.is_complete or not self._follow_references():
                break
        needed = [entry for entry in self._entries if self._is_needed(entry, pages=not ci)]
        if ci:
            wheels = {_release(entry) for entry in needed if entry.kind in ("wheel", "built")}
            needed = [entry for entry in needed if entry.kind != "sdist" or _release(entry) not in wheels]
        followed = () if self._file.is_complete else tuple([one for one in needed if one.kind in INSTALLABLE])
        return NeededEntries(frozenset([entry.path for entry in needed]), followed)

    # What is asked for

    def _add(self, name: str, source: Dependency, requirement: Requirement) -> None:
        """Add a requirement for a project; if it or one of its extras is new, queue the project for `_follow`."""
        project = self._projects[name]
        if source not in project.sources or requirement.extras - project.extras:
            project.sources[source] = None
            project.extras |= requirement.extras
            self._waiting[name] = None

    def _follow(self, name: str) -> None:
        """Add what a project's needed releases require, and what is required to build those that have no cached wheel.

        If the file names everything that is needed (`is_complete`), only what builds require is added.
        """
        project, entries = self._projects[name], self._by_project.get(name, ())
        wanted = [(entry, self._sources_of(entry)) for entry in entries if entry.version is not None]
        built = {_release(entry) for entry, sources in wanted if sources and entry.kind in ("wheel", "built")}
        for entry, sources in wanted:
            if entry.kind == "sdist" and sources and _release(entry) not in built:
                for requirement in valid_requirements(self._evidence.build_needs(entry)):
                    self._require(requirement, for_building=True)
            if entry.kind not in (*INSTALLABLE, "metadata"):
                continue
            plain = any(not source.for_building for source in sources) and not self._file.is_complete
            building = any(source.for_building for source in sources)
            for requirement in self._needs_of(entry) if plain or building else ():
                if may_apply(requirement.marker, project.extras):
                    if plain:
                        self._require(requirement)
                    if building:
                        self._require(requirement, for_building=True)

    def _follow_references(self) -> bool:
        """Add what the cached files behind URLs need, with all extras; return whether there was another such file."""
        fresh = [one for one in self._entries if one.path not in self._referred and self._is_referred_to(one)]
        for entry in fresh:
            self._referred.add(entry.path)
            for requirement in self._needs_of(entry):
                self._require(requirement)
        return bool(fresh)

    def _require(self, requirement: Requirement, *, for_building: bool = False) -> None:
        if requirement.url:
            found = direct_reference(canonicalize_name(requirement.name), _cached_url(requirement.url))
            if found and found not in self._direct:
                self._direct.append(found)
        else:
            source = Dependency(requirement.specifier, for_building=for_building)
            self._add(canonicalize_name(requirement.name), source, requirement)

    def _needs_of(self, entry: Entry) -> tuple[Requirement, ...]:
        if entry.path not in self._needs:
            self._needs[entry.path] = tuple(valid_requirements(self._evidence.needs(entry) or ()))
        return self._needs[entry.path]

    # What is in the cache

    def _is_needed(self, entry: Entry, *, pages: bool) -> bool:
        if entry.kind in PAGES:
            return pages and self._is_release(entry)
        if entry.kind not in (*INSTALLABLE, "metadata"):
            return False
        return record_name(entry) in self._listed or self._is_release(entry) or self._is_referred_to(entry)

    def _is_release(self, entry: Entry) -> bool:
        """Return whether an entry is of a needed version, or is of a needed project and has no known version."""
        if entry.version is None and entry.project in self._projects:
            return bool(self._projects[entry.project].sources)
        return bool(self._sources_of(entry))

    def _sources_of(self, entry: Entry) -> list[Dependency]:
        """Return the requirements that an entry satisfies; none if its version is not known."""
        if entry.project not in self._projects or entry.version is None:
            return []
        project = self._projects[entry.project]
        return [
            source
            for source in project.sources
            if _admits(source.specifier, entry.version)
            and (source.for_building or _admits(project.narrowed, entry.version))
            and self._may_have(entry, source.hashes)
        ]

    def _may_have(self, entry: Entry, hashes: Hashes) -> bool:
        """Return whether an entry's file has one of `hashes`; True if it has no known hash by the same algorithms."""
        names = {name for name, _ in hashes}
        known = [one for one in self._hashes_of(entry) if one[0] in names]
        return not known or not hashes.isdisjoint(known)

    def _hashes_of(self, entry: Entry) -> set[tuple[str, str]]:
        if entry.kind == "built":
            origin = self._evidence.origin(entry)
            return {(origin.hash_name, origin.hash_value.lower())} if origin else set()
        return self._hashes.get(record_name(entry), set())

    def _is_referred_to(self, entry: Entry) -> bool:
        return any(_refers(reference, entry) for reference in self._direct)

    def _known_hashes(self) -> dict[str, set[tuple[str, str]]]:
        """Return the known hashes of files by the names of their cache records.

        They come from cached index pages and, if the file is a lock file, from that file. The record of a wheel's
        metadata gets the hash of the wheel. Only index pages of projects whose lines have hashes, and of unknown
        projects, are read.
        """
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)

        def add(url: str, name: str, value: str) -> None:
            if name:
                for address in (url, url + METADATA):
                    found[digest_of(address)].add((name, value.lower()))

        hashed = {canonicalize_name(line.requirement.name) for line in self._file.asked if line.hashes}
        for entry in self._entries if hashed else ():
            if entry.kind in ("index", "response") and (entry.project is None or entry.project in hashed):
                page = self._evidence.listing(entry)
                for file in page.files if page else ():
                    add(file.url, file.hash_name, file.hash_value)
        for line in self._file.asked:
            for url, name, value in line.urls:
                add(_cached_url(url), name, value)
        return found


def _refers(reference: DirectReference, entry: Entry) -> bool:
    """Return whether an entry may come from a direct reference; for a repository, the same URL or project is enough."""
    if entry.kind != "built":
        return not reference.is_vcs and record_name(entry) == digest_of(reference.url)
    url = _cached_url(entry.url or "")
    if not reference.is_vcs:
        return url == reference.url
    same = ENDING.sub("", url) == ENDING.sub("", reference.url)
    return same or (reference.project is not None and reference.project == entry.project)


def _cached_url(url: str) -> str:
    """Return a URL as pip looks it up in its cache and notes it in `origin.json`: without a user and a password.

    Sources: pip's `_internal/network/auth.py` (`MultiDomainBasicAuth.__call__`) and `_internal/models/direct_url.py`
    (`redacted_url`).
    """
    try:
        parts = urlsplit(url)
        return as_asked(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    except ValueError:
        return url


def _release(entry: Entry) -> tuple[str | None, object]:
    order = version_order(entry.version)
    return entry.project, order.newest_first.version if order.newest_first else order.text


def _admits(specifier: SpecifierSet, version: str) -> bool:
    """Return whether a specifier allows a version; pre-releases are allowed.

    A version that is invalid (PEP 440) is allowed unless the specifier pins (`==` or `===`) another text.
    """
    try:
        Version(version)
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        pins = [one.version for one in specifier if one.operator in ("==", "===")]
        return all(pin == version for pin in pins)
    return specifier.contains(version, prereleases=True)
