"""Names and requirements, such as `torch`, `nvidia-*` and `torch>=2,<2.3`.

They follow PEP 508, but have no markers and no URLs, and names may have wildcards.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.errors import TermError
from cachetui.labels import Facts
from cachetui.model import Entry
from cachetui.text.excerpt import brief

SPACE = re.compile(r"\s*")
NAME = re.compile(r"[A-Za-z0-9*?](?:[A-Za-z0-9._*?-]*[A-Za-z0-9*?])?")
"""Pattern of a project's name as in PEP 508, or with wildcards."""
EXTRAS = re.compile(r"\[[A-Za-z0-9._, -]*\]")
OPERATOR = re.compile(r"===|==|~=|!=|<=|>=|<|>")
VERSION = re.compile(r"(?:[^\s,;()<>=!~]|!(?!=))+")
QUOTED_NAME = re.compile(r"([\"'])([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\1")
"""Pattern of a quoted name, which always means a project, whatever else the word could mean."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison in a requirement, such as `>=2`."""

    text: str
    """The comparison as written, without spaces."""
    specifier: Specifier
    """The parsed comparison (PEP 440)."""

    def takes_local(self, version: str) -> bool:
        """Return whether a local version can match only because this `==` clause names no local version."""
        return self.specifier.operator == "==" and "+" in version and "+" not in self.specifier.version


@dataclass(frozen=True, slots=True)
class Requirement:
    """A name, exact or with wildcards, and the comparisons that its version must satisfy."""

    text: str
    """The requirement as the user wrote it."""
    name: str
    """The canonical name or pattern."""
    clauses: tuple[Clause, ...] = ()
    """Comparisons that must all hold; without any, all entries of the project match, even those without a version."""
    pattern: re.Pattern[str] | None = None
    """The pattern that a name must match, if `name` has wildcards."""
    known: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    """Earlier results of `takes`, by version."""

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether an entry matches; None if its project, or a version that must be compared, is unknown."""
        del facts
        if entry.project is None:
            return None
        if not self.names(entry.project):
            return False
        if not self.clauses:
            return True
        return None if entry.version is None else self.takes(entry.version)

    def names(self, project: str) -> bool:
        """Return whether a canonical project name matches."""
        return project == self.name if self.pattern is None else self.pattern.fullmatch(project) is not None

    def takes(self, version: str | None) -> bool:
        """Return whether a version satisfies every clause; an unknown version does if there are no clauses.

        Pre-releases are allowed.
        """
        if version is None:
            return not self.clauses
        if version not in self.known:
            self.known[version] = all(_satisfies(clause.specifier, version) for clause in self.clauses)
        return self.known[version]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Condition that an entry matches at least one of some names and requirements."""

    requirements: tuple[Requirement, ...]
    """The names and requirements, in the order in which they were written."""
    exact: Mapping[str, tuple[Requirement, ...]] = field(compare=False, repr=False)
    """Requirements without wildcards, by name."""
    patterns: tuple[Requirement, ...] = field(compare=False, repr=False)
    """Requirements with wildcards."""

    @classmethod
    def of(cls, requirements: Sequence[Requirement]) -> AnyOf:
        """Return the condition for some requirements."""
        exact: dict[str, tuple[Requirement, ...]] = {}
        for one in requirements:
            if one.pattern is None:
                exact[one.name] = (*exact.get(one.name, ()), one)
        return cls(tuple(requirements), exact, tuple([one for one in requirements if one.pattern is not None]))

    @property
    def text(self) -> str:
        """The names and requirements as the user wrote them."""
        return " ".join([requirement.text for requirement in self.requirements])

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether an entry matches; None if its project, or a version that must be compared, is unknown."""
        if entry.project is None:
            return None
        answer: bool | None = False
        for some in (self.exact.get(entry.project, ()), self.patterns):
            for requirement in some:
                found = requirement.is_true_of(entry, facts)
                if found:
                    return True
                if found is None:
                    answer = None
        return answer

    def satisfied_by(self, entry: Entry) -> list[Requirement]:
        """Return the names and requirements that an entry matches."""
        some = (*self.exact.get(entry.project or "", ()), *self.patterns)
        return [requirement for requirement in some if requirement.is_true_of(entry, Facts())]

    def naming(self, project: str) -> tuple[Requirement, ...]:
        """Return the requirements whose name matches a canonical project name, whatever the version."""
        return (*self.exact.get(project, ()), *[one for one in self.patterns if one.names(project)])


def parse_requirement(text: str, start: int) -> tuple[Requirement, int]:
    """Parse a name with its extras and comparisons.

    Returns the requirement and the index after it. Raises TermError.
    """
    quoted = QUOTED_NAME.match(text, start)
    name = quoted or NAME.match(text, start)
    if not name:
        what = (
            "a project's name must come before the comparison"
            if OPERATOR.match(text, start)
            else "a name is missing here"
        )
        raise TermError(f"{what}: a term is a name or a requirement, such as torch or torch>=2", text, start)
    end, bracket = name.end(), skip(text, name.end())
    if text[bracket : bracket + 1] == "[":
        extras = EXTRAS.match(text, bracket)
        if not extras:
            raise TermError("a closing bracket is missing after these extras", text, bracket)
        end = extras.end()
    clauses, end = _clauses(text, end)
    _check_end(text, end, name.end())
    canonical = canonicalize_name(quoted[2] if quoted else name[0])
    wild = "*" in canonical or "?" in canonical
    pattern = re.compile(fnmatch.translate(canonical)) if wild else None
    return Requirement(text[start:end].rstrip(), canonical, clauses, pattern), end


def _clauses(text: str, start: int) -> tuple[tuple[Clause, ...], int]:
    """Parse comparisons separated by commas, with or without parentheses around them.

    Returns the comparisons and the index after them.
    """
    position = skip(text, start)
    parenthesis = text[position : position + 1] == "("
    if parenthesis:
        position = skip(text, position + 1)
    elif not OPERATOR.match(text, position):
        return (), start
    clauses: list[Clause] = []
    while True:
        clause, end = _clause(text, position)
        clauses.append(clause)
        position = skip(text, end)
        if text[position : position + 1] != ",":
            break
        position = skip(text, position + 1)
    if not parenthesis:
        return tuple(clauses), end
    if text[position : position + 1] != ")":
        raise TermError("a closing parenthesis is missing", text, position)
    return tuple(clauses), position + 1


def _clause(text: str, start: int) -> tuple[Clause, int]:
    """Parse one comparison; return it and the index after it."""
    operator = OPERATOR.match(text, start)
    if not operator:
        raise TermError("a comparison such as >=2 is missing", text, start)
    at = skip(text, operator.end())
    version = VERSION.match(text, at)
    if not version:
        raise TermError(f"a version is missing after {operator[0]}", text, at)
    written = operator[0] + version[0]
    try:
        specifier = Specifier(written, prereleases=True)
        specifier.contains("0")  # raises ValueError if a number has too many digits
        return Clause(written, specifier), version.end()
    except ValueError:
        raise TermError(f"{brief(version[0])} is not a version that {operator[0]} can compare with", text, at) from None


def _check_end(text: str, end: int, name_end: int) -> None:
    """Raise TermError unless a term can end at `end`: at the end of the text, or at a space before another term."""
    position = skip(text, end)
    following = text[position : position + 1]
    if not following or (position > end and following not in ";@=[(,<>!~"):
        return
    if following == ";":
        raise TermError("a term cannot have an environment marker", text, position)
    if following == "@":
        raise TermError("a term cannot have an address", text, position)
    if following == "=":
        raise TermError("a version is compared with ==, not with =", text, position)
    if following == "[" and end > name_end:
        raise TermError("extras must directly follow the name", text, position)
    raise TermError("a term cannot go on like this", text, position)


def skip(text: str, position: int) -> int:
    """Return the index of the first character from `position` on that is not a space."""
    found = SPACE.match(text, position)
    return found.end() if found else position


def _satisfies(specifier: Specifier, version: str) -> bool:
    """Return whether a version satisfies a comparison.

    An invalid version satisfies only `===` with the same text, whose case makes no difference.
    """
    try:
        Version(version)
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        return specifier.operator == "===" and version.lower() == specifier.version.lower()
    return specifier.contains(version, prereleases=True)
