"""Content of requirements files and lock files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cachetui.errors import CachetuiError

STRONG = ("sha256", "sha384", "sha512")
"""Names of the hashes that pip accepts in requirements files: those without known collisions."""
REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+([^:/]+://[^/]*/[^@]*)(?:@.*)?")
"""Pattern of a repository's URL with a prefix such as `git+` and, if given, a revision at its end.

Group 1 is the URL that pip notes in `origin.json`.
"""
EGG = re.compile(r"(?:^|&)egg=([A-Za-z0-9._-]+)")
"""Pattern of the name of a project in a URL's fragment."""
Hashes = frozenset[tuple[str, str]]
"""Hashes as pairs of name and value in lower case."""


class RequirementFileError(CachetuiError):
    """Error in a requirements file or lock file; the message names the file, and the line or key if it is about one.

    The message may quote the line, which is untrusted text and may hold secrets.
    """

    def __init__(self, place: str, complaint: str, quoted: str = "") -> None:
        super().__init__(" ".join(filter(None, (f"{place}:" if quoted else place, quoted, complaint))))
        self.place = place
        """File, with the line number or key if the message is about one."""
        self.quoted = quoted
        """Text that the message quotes from the file; empty if it quotes none."""
        self.complaint = complaint
        """Rest of the message."""


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """Requirement in a requirements file, or release that a lock file pins."""

    requirement: Requirement
    """Parsed requirement."""
    hashes: Hashes = frozenset()
    """Hashes of the accepted files; empty if any file is accepted."""
    constraint: bool = False
    """Whether the line is a constraint (`-c`), which only narrows other requirements."""
    urls: tuple[tuple[str, str, str], ...] = ()
    """URLs of files in a lock file, each with the name and value of a hash in `STRONG`; both are empty without one."""


class DirectReference(NamedTuple):
    """Requirement that names a URL instead of a version."""

    project: str | None
    """Canonical name of the project; None if it is not given."""
    url: str
    """URL without its fragment and, if it is that of a repository, without prefix (such as `git+`) and revision.

    It may hold secrets.
    """
    is_vcs: bool = False
    """Whether the URL is that of a repository, of which pip keeps only the wheels that it built."""


class Ignored(NamedTuple):
    """Line of a requirements file, or key of a lock file, that states no requirement for versions."""

    place: str
    """File name, and line number or key."""
    text: str
    """Text of the line or key; it may hold secrets."""


@dataclass(frozen=True, slots=True)
class RequirementFile:
    """Content of requirements files and lock files."""

    asked: tuple[RequirementLine, ...]
    ignored: tuple[Ignored, ...]
    """Lines that begin with an option of pip, or that contain a URL or a path, and keys with URLs in lock files."""
    pre: bool
    """Whether pre-releases are allowed (`--pre`)."""
    direct: tuple[DirectReference, ...] = ()
    """URLs in the ignored lines and keys, without those after an option and those from which caches hold nothing."""
    is_lock: bool = False
    """Whether all files that ask for something are lock files, which pin everything that is needed."""

    @property
    def is_complete(self) -> bool:
        """Whether it names everything that is needed.

        It does if it is a lock file, or if each requirement has a hash, and none is a constraint or names a URL.
        """
        return self.is_lock or (not self.direct and all(line.hashes and not line.constraint for line in self.asked))

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing that a cache may hold; constraints alone ask for nothing."""
        return all(line.constraint for line in self.asked) and not self.direct


def direct_reference(project: str | None, url: str) -> DirectReference | None:
    """Return a reference to the URL in a requirement.

    None unless it is the URL of a repository or begins with `http(s)://`: caches hold nothing from other places.
    """
    whole, _, fragment = url.partition("#")
    egg = EGG.search(fragment)
    project = project or (canonicalize_name(egg[1]) if egg else None)
    if found := REPOSITORY.fullmatch(whole):
        return DirectReference(project, found[1], is_vcs=True)
    return DirectReference(project, whole) if whole[:8].lower().startswith(("http://", "https://")) else None
