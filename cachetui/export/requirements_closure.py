"""Cached files that requirements need: the newest fitting file of each project, and its dependencies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from cachetui.export.safe_names import named_by
from cachetui.interpreters.compatibility import best_place, incompatibility
from cachetui.interpreters.info import InterpreterInfo
from cachetui.model import INSTALLABLE, Entry, Inventory
from cachetui.needs.requirement import valid_requirements
from cachetui.needs.values import RequirementLine
from cachetui.pip.reader import CacheReader
from cachetui.system.tree import never

SOME = 3
"""Maximum number of unsuitable versions that a message names."""


class MissingRequirement(NamedTuple):
    """Requirement without a cached file."""

    requirement: str
    """Requirement without its URL and marker, such as `torch[cuda]>=2`."""
    needed_by: str | None
    """Name of the cached file that needs it; None if a requirements file asks for it."""
    reason: str
    """Reason why no cached file fits (a clause)."""


@dataclass(frozen=True, slots=True)
class NeededFiles:
    """Files that requirements need, and requirements without a file."""

    entries: tuple[Entry, ...]
    """Entries of the files that were found, in the order of the search."""
    lacking: tuple[MissingRequirement, ...]


class _File(NamedTuple):
    """Cached file that may be chosen."""

    entry: Entry
    filename: str
    version: Version


@dataclass(slots=True)
class _Project:
    """State of a project during the search."""

    specifier: SpecifierSet
    hashes: frozenset[tuple[str, str]]
    extras: set[str] = field(default_factory=set)
    chosen: _File | None = None

    def admits(self, version: Version) -> bool:
        """Return whether a version, pre-releases included, satisfies all requirements of the project so far."""
        return self.specifier.contains(version, prereleases=True)


class _Need(NamedTuple):
    requirement: Requirement
    by: str | None


def needs_of(
    asked: Iterable[RequirementLine],
    inventory: Inventory,
    python: InterpreterInfo,
    *,
    pre: bool = False,
    follow: bool = True,
    stop: Callable[[], bool] = never,
) -> NeededFiles:
    """Choose the files that requirements need for a Python with known markers and tags. Raises RootError.

    With `pre`, pre-releases are chosen like final releases. With `follow`, the dependencies of files are chosen, too; a
    lock file needs no `follow`, because it names all that is needed.

    A project that is required twice gets a file that satisfies both requirements, or none. The choice for another
    project is never changed to make that possible.
    """
    with CacheReader(inventory) as evidence:
        search = _Search(tuple(asked), inventory, python, evidence, pre, follow, stop)
        search.settle()
        return search.found()


class _Search:
    def __init__(
        self,
        asked: tuple[RequirementLine, ...],
        inventory: Inventory,
        python: InterpreterInfo,
        evidence: CacheReader,
        pre: bool,
        follow: bool,
        stop: Callable[[], bool],
    ) -> None:
        self._python, self._evidence, self._pre, self._stop = python, evidence, pre, stop
        self._follow = follow
        self._places = {tag: place for place, tag in enumerate(python.tags)}
        self._entries: dict[str, list[Entry]] = {}
        for entry in inventory.entries:
            if entry.project and entry.kind in INSTALLABLE:
                self._entries.setdefault(entry.project, []).append(entry)
        applying = [one for one in asked if self._applies(one.requirement)]
        self._roots = [_Need(one.requirement, None) for one in applying if not one.constraint]
        self._projects: dict[str, _Project] = {}
        for one in applying:
            project = self._project(one.requirement)
            if one.constraint:
                project.specifier &= one.requirement.specifier
            project.hashes |= one.hashes
        self._files: dict[str, list[_File]] = {}
        self._trouble: dict[str, str | None] = {}
        self._requires: dict[str, tuple[Requirement, ...]] = {}

    def settle(self) -> None:
        """Choose files for all requirements. The search ends because a project's requirements only grow."""
        waiting, done = deque(self._roots), set[tuple[str, str]]()
        while waiting and not self._stop():
            need = waiting.popleft()
            project = self._project(need.requirement)
            project.specifier &= need.requirement.specifier
            project.extras |= need.requirement.extras
            project.chosen = self._choose(canonicalize_name(need.requirement.name), project)
            if project.chosen is None:
                continue
            for extra in ("", *sorted(project.extras)):
                if (project.chosen.entry.path, extra) not in done:
                    done.add((project.chosen.entry.path, extra))
                    waiting += self._needed_by(project.chosen, extra)

    def found(self) -> NeededFiles:
        """Return the files that were finally chosen, and the requirements that no file satisfies.

        The requirements of files whose choice was discarded are left out.
        """
        entries: dict[str, Entry] = {}
        lacking: dict[tuple[str, str | None], MissingRequirement] = {}
        waiting, done = deque(self._roots), set[tuple[str, str]]()
        while waiting:
            need = waiting.popleft()
            name = canonicalize_name(need.requirement.name)
            project = self._project(need.requirement)
            if project.chosen is None:
                plain = _plain(need.requirement)
                lacking.setdefault((plain, need.by), MissingRequirement(plain, need.by, self._why(name, project)))
                continue
            entries[project.chosen.entry.path] = project.chosen.entry
            for extra in ("", *sorted(need.requirement.extras)):
                if (name, extra) not in done:
                    done.add((name, extra))
                    waiting += self._needed_by(project.chosen, extra)
        return NeededFiles(tuple(entries.values()), tuple(lacking.values()))

    def _project(self, requirement: Requirement) -> _Project:
        name = canonicalize_name(requirement.name)
        return self._projects.setdefault(name, _Project(SpecifierSet(), frozenset()))

    def _applies(self, requirement: Requirement, extra: str = "") -> bool:
        """Return whether a requirement's marker is true; a marker that cannot be evaluated is taken as false."""
        try:
            return requirement.marker is None or requirement.marker.evaluate({**self._python.markers, "extra": extra})
        except (ValueError, KeyError):
            return False

    def _needed_by(self, file: _File, extra: str) -> list[_Need]:
        path = file.entry.path
        if not self._follow:
            return []
        if path not in self._requires:
            self._requires[path] = tuple(valid_requirements(self._evidence.needs(file.entry) or ()))
        # requirements that also apply without the extra are found without it
        return [
            _Need(one, file.filename)
            for one in self._requires[path]
            if self._applies(one, extra) and not (extra and self._applies(one))
        ]

    # Choosing

    def _choose(self, name: str, project: _Project) -> _File | None:
        asked_for = [one for one in self._files_of(name) if project.admits(one.version)]
        fitting = [one for one in asked_for if self._trouble_of(one) is None]
        pre = True if self._pre else None
        admitted = set(project.specifier.filter([one.version for one in fitting], prereleases=pre))
        for one in sorted([one for one in fitting if one.version in admitted], key=self._rank, reverse=True):
            if not project.hashes or self._has_hash(one, project.hashes):
                return one
        return None

    def _files_of(self, name: str) -> list[_File]:
        if name not in self._files:
            named = [(entry, named_by(entry.filename, name)) for entry in self._entries.get(name, ())]
            self._files[name] = [
                _File(entry, found.filename or "", Version(found.version))
                for entry, found in named
                if found and found.project == name
            ]
        return self._files[name]

    def _trouble_of(self, file: _File) -> str | None:
        path = file.entry.path
        if path not in self._trouble:
            trouble = incompatibility(self._python, file.filename, None)
            if trouble is None:
                requires = self._evidence.requires_python(file.entry)
                trouble = incompatibility(self._python, file.filename, requires)
            self._trouble[path] = trouble
        return self._trouble[path]

    def _rank(self, file: _File) -> tuple[Version, int, tuple[int, str] | tuple[()], bool]:
        """Return a sort key that puts the file that pip prefers last; two copies are told apart by their layout.

        The copy that an older pip stored in `http/` comes first.
        """
        newer = not file.entry.path.startswith("http/")
        if not file.filename.endswith(".whl"):
            return file.version, -len(self._places), (), newer
        _, _, build, tags = parse_wheel_filename(file.filename)
        return file.version, -best_place(map(str, tags), self._places), build, newer

    def _has_hash(self, file: _File, hashes: frozenset[tuple[str, str]]) -> bool:
        found = self._evidence.hashes(file.entry, {name for name, _ in hashes}, self._stop)
        return bool(hashes & found.items())

    def _why(self, name: str, project: _Project) -> str:
        """Return the reason why no file of a project can be chosen (a clause)."""
        files = self._files_of(name)
        if not files:
            return "none of its files is cached"
        admitted = [one for one in files if project.admits(one.version)]
        if not admitted:
            versions = sorted({one.version for one in files}, reverse=True)
            there = ", ".join(map(str, versions[:SOME])) + (", ..." if len(versions) > SOME else "")
            asked = f"{project.specifier} is required in total, but " if len(project.specifier) else ""
            return f"{asked}only {there} is cached"
        troubles = [trouble for one in admitted if (trouble := self._trouble_of(one))]
        if len(troubles) == len(admitted):
            which = f"{admitted[0].filename} does not fit" if len(admitted) == 1 else "none fits"
            return f"{which} ({troubles[0]})"
        if project.hashes:
            return "no cached file has a hash that is required"
        return "no cached file satisfies it"


def _plain(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"
