"""Items of a list: names, requirements and advisories to look for in a cache."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol


class ReleaseMatcher(Protocol):
    """Matches releases of one project, or of all projects whose names match a pattern."""

    @property
    def name(self) -> str:
        """The canonical name or pattern."""
        ...

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """The pattern that a name must match; None if `name` is exact."""
        ...

    def names(self, project: str) -> bool:
        """Return whether a canonical name of a project matches."""
        ...

    def takes(self, version: str | None) -> bool:
        """Return whether a version matches; None stands for an unknown version."""
        ...


@dataclass(frozen=True, slots=True)
class CheckItem:
    """Requirement or advisory to look for in a cache."""

    title: str
    """Requirement as written, or name of the advisory; untrusted text."""
    parts: tuple[ReleaseMatcher, ...]
    """Releases that the item is about."""
    place: str = ""
    """File from which the item was read, with an advisory's place in it; empty for a term of the command line.

    It is untrusted text.
    """
    aliases: tuple[str, ...] = ()
    """Other names of an advisory; untrusted text."""
    summary: str = ""
    """Summary of an advisory, in one line; untrusted text."""

    def projects(self, known: Collection[str]) -> list[str]:
        """Return the projects among `known` that the item is about, sorted."""
        exact = {part.name for part in self.parts if part.pattern is None and part.name in known}
        patterns = [part for part in self.parts if part.pattern is not None]
        more = {project for project in known for part in patterns if part.names(project)} if patterns else set()
        return sorted(exact | more)

    def takes(self, project: str, version: str | None) -> bool:
        """Return whether the item is about a release; None stands for an unknown version."""
        return any(part.names(project) and part.takes(version) for part in self.parts)
