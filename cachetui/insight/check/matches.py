"""Find the cached files, the traces of files, and the installations that a list of items is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cachetui.environments.used_by import Usage
from cachetui.insight.arrival import Arrival, arrival
from cachetui.insight.audit.origins import origins
from cachetui.insight.check.items import CheckItem
from cachetui.model import INSTALLABLE, Entry, Inventory, VersionOrder, version_order
from cachetui.pip.formats.index_files import version_in
from cachetui.pip.formats.index_page import addresses, filename_of
from cachetui.pip.reader import CacheReader
from cachetui.system.tree import never

Release = tuple[str, VersionOrder]
"""Project and version."""


class FoundFile(NamedTuple):
    """A file in the cache that pip can install."""

    entry: Entry
    """Entry of the file."""
    arrival: Arrival | None
    """Times of its upload and download; None if its cached headers do not give them."""
    origin: str | None
    """Index or host that it came from, without secrets; None if it is not known."""
    built: tuple[Entry, ...]
    """Cached wheels of the same release that were built here, if the file is an sdist."""
    users: tuple[str, ...]
    """Short names of the environments in which it is installed; untrusted text."""
    startup_files: tuple[str, ...] = ()
    """Files of a wheel with which Python runs code at each start, once it is installed; untrusted text."""


class Trace(NamedTuple):
    """An entry that shows that pip has seen a release whose file is not in the cache."""

    entry: Entry
    """Entry, such as an index page."""
    seen: int
    """Time of the last download or confirmation of the entry, in nanoseconds since the epoch."""
    listed: tuple[str, ...]
    """Names of files of such releases that an index page lists (untrusted text); empty for any other entry."""


class Installation(NamedTuple):
    """A release that is installed in an environment."""

    environment: str
    """Short name of the environment; untrusted text."""
    project: str
    version: str


class Match(NamedTuple):
    """Files, traces and installations of one item."""

    item: CheckItem
    files: tuple[FoundFile, ...] = ()
    """Files in the cache that the item is about."""
    installed: tuple[Installation, ...] = ()
    """Installations of releases of the item, whether or not their files came from this cache."""
    traces: tuple[Trace, ...] = ()
    """Traces of releases whose files are not in the cache."""

    @property
    def is_found(self) -> bool:
        """Whether a release of the item is in the cache or installed. A trace alone only shows that pip has seen it."""
        return bool(self.files or self.installed)


class CheckResult(NamedTuple):
    """Result of a check."""

    matches: tuple[Match, ...]
    """Match of each item, in the order of the lists."""
    usage: Usage
    """Use of the cache's entries by the environments on this machine."""

    @property
    def is_found(self) -> bool:
        """Whether a release of any item is in the cache or installed."""
        return any(match.is_found for match in self.matches)


def find_matches(
    items: Iterable[CheckItem], inventory: Inventory, usage: Usage, stop: Callable[[], bool] = never
) -> tuple[Match, ...]:
    """Return a match for each item, in the order of the items; fewer if `stop()` becomes true.

    `usage` says what is installed in the environments on this machine. Raises RootError.
    """
    if not inventory.entries:
        return tuple([_Finder(inventory, usage).match(item, None) for item in items])
    finder, matches = _Finder(inventory, usage), []
    with CacheReader(inventory) as evidence:
        for item in items:
            if stop():
                break
            matches.append(finder.match(item, evidence))
    return tuple(matches)


class _Finder:
    def __init__(self, inventory: Inventory, usage: Usage) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for entry in inventory.entries:
            if entry.project is not None:
                self._entries.setdefault(entry.project, []).append(entry)
        self._installed: dict[str, list[Installation]] = {}
        for environment in usage.environments:
            for project, version, _ in environment.installed:
                found = Installation(environment.title, project, version)
                self._installed.setdefault(project, []).append(found)
        self._users: Mapping[str, Sequence[str]] = {
            path: [environment.title for environment in some] for path, some in usage.users.items()
        }
        self._origin = origins(inventory.entries)
        self._listed: dict[str, Mapping[str, list[str]]] = {}

    def match(self, item: CheckItem, evidence: CacheReader | None) -> Match:
        """Return the match of an item; `evidence` is None if there are no entries."""
        files: list[FoundFile] = []
        traces: list[Trace] = []
        for project in item.projects(self._entries) if evidence else ():
            assert evidence is not None  # otherwise there is no project
            own = [entry for entry in self._entries[project] if item.takes(project, entry.version)]
            here = [entry for entry in own if entry.kind in INSTALLABLE]
            files += [self._file(entry, here, evidence) for entry in here]
            traces += self._traces(item, project, own, {_release(entry) for entry in here}, evidence)
        installed = [
            one
            for project in item.projects(self._installed)
            for one in self._installed[project]
            if item.takes(project, one.version)
        ]
        return Match(item, tuple(files), tuple(sorted(set(installed))), tuple(traces))

    def _file(self, entry: Entry, here: Iterable[Entry], evidence: CacheReader) -> FoundFile:
        built = [
            other
            for other in here
            if entry.kind == "sdist" and other.kind == "built" and _release(other) == _release(entry)
        ]
        users = tuple(self._users.get(entry.path, ()))
        startup_files = (evidence.startup_files(entry) if entry.kind != "sdist" else None) or ()
        return FoundFile(entry, arrival(entry, evidence), self._origin(entry), tuple(built), users, startup_files)

    def _traces(
        self, item: CheckItem, project: str, own: Iterable[Entry], here: set[Release], evidence: CacheReader
    ) -> Iterator[Trace]:
        """Yield the traces of a project's releases without cached files; `here` holds the releases that have some."""
        for entry in own:
            if entry.kind not in (*INSTALLABLE, "index") and _release(entry) not in here:
                yield Trace(entry, entry.checked or entry.downloaded, ())
        is_whole = item.takes(project, None)  # a name without versions
        for page in self._entries[project]:
            if page.kind != "index" or (is_whole and here):
                continue
            names = [
                filename
                for version, filenames in self._listed_on(page, evidence).items()
                if item.takes(project, version) and (project, version_order(version)) not in here
                for filename in filenames
            ]
            if names or is_whole:
                yield Trace(page, page.checked or page.downloaded, tuple(dict.fromkeys(names)))

    def _listed_on(self, page: Entry, evidence: CacheReader) -> Mapping[str, list[str]]:
        """Return the names of the files that an index page lists, by version."""
        if page.path not in self._listed:
            found: dict[str, list[str]] = {}
            content = evidence.page(page)
            for filename in map(filename_of, addresses(content)) if content else ():
                if (version := version_in(filename, page.project or "")) is not None:
                    found.setdefault(str(version), []).append(filename)
            self._listed[page.path] = found
        return self._listed[page.path]


def _release(entry: Entry) -> Release:
    return entry.project or "", version_order(entry.version)
