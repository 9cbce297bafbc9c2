"""Parse terms, and report the position at which parsing fails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from cachetui.errors import TermError
from cachetui.labels import LABELS, Facts, Label
from cachetui.model import KINDS, Entry, Kind
from cachetui.terms.conditions import (
    COMPARE,
    Condition,
    ForPython,
    FromURL,
    IsKind,
    IsLabel,
    IsMarked,
    Measure,
    Measured,
    TextPart,
)
from cachetui.terms.quantities import parse_age, parse_size
from cachetui.terms.requirements import OPERATOR, QUOTED_NAME, AnyOf, Requirement, parse_requirement, skip
from cachetui.text.excerpt import brief
from cachetui.text.suggest import did_you_mean

QUALIFIERS = ("kind:", "python:", "from:", "is:", "not:")
"""Qualifiers, each with its colon; a value follows, or after `not:`, a term."""
MARKED = "marked"
"""Value of `is:` in the browser's filter, for the entries that are marked."""
QUALIFIER = re.compile(r"([A-Za-z-]+):")
NEGATION = re.compile(r"not:", re.I)
MEASURE = re.compile(r"(size|age|checked|read)\s*(===|[<>=!~]=|[<>=])\s*", re.I | re.A)
VALUE = re.compile(r"""(?:"([^"]*)"|'([^']*)'|([^\s"']*))(?=\s|$)""")
PYTHON = re.compile(r"([0-9])(?:\.([0-9]{1,3}))?")
WORD = re.compile(r"\S+")
NAME_AND_MORE = re.compile(r"[A-Za-z0-9*?][A-Za-z0-9._*?-]*\s*(?:[<>=~(\[]|!=)")
"""Pattern of the start of a requirement that is more than a name."""
VERSION_ALONE = re.compile(r"v?[0-9]+(?:[._][A-Za-z0-9*?]+)*", re.I)
"""Pattern of a name that is more likely meant as a version, such as 2.3.0, v2 or 2.3.*."""
PIN = ("==", "===")
"""Comparison operators that ask for one version."""


@dataclass(frozen=True, slots=True)
class Term:
    """A condition, or its negation."""

    condition: Condition
    negated: bool

    @property
    def text(self) -> str:
        """The term in the words of the user."""
        return f"not:{self.condition.text}" if self.negated else self.condition.text

    def holds(self, entry: Entry, facts: Facts) -> bool:
        """Return whether the term is true of an entry.

        If the condition is unknown for the entry, neither the condition nor its negation is true.
        """
        found = self.condition.is_true_of(entry, facts)
        return found is not None and found != self.negated


@dataclass(frozen=True, slots=True)
class Predicate:
    """Terms that must all be true of an entry.

    All names and requirements without `not:` are together one of these terms, which is true if the entry matches one of
    them.
    """

    terms: tuple[Term, ...]

    def __call__(self, entry: Entry, facts: Facts) -> bool:
        """Return whether every term is true of an entry."""
        return all(term.holds(entry, facts) for term in self.terms)

    @property
    def words(self) -> frozenset[Label]:
        """The labels whose facts must be known to evaluate the terms."""
        return frozenset([term.condition.word for term in self.terms if isinstance(term.condition, IsLabel)])

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that terms such as `kind:wheel` ask for."""
        return frozenset(
            [term.condition.kind for term in self.terms if isinstance(term.condition, IsKind) and not term.negated]
        )

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The names and requirements, one of which an entry must match; empty if there are only conditions."""
        return tuple(self._any_of.requirements)

    def unmatched(self, entries: Iterable[Entry]) -> tuple[tuple[str, Requirement], ...]:
        """Return the names and requirements that no entry matches; `entries` are the entries that match the terms.

        Each is the second item of a pair. The first is a text: the name or requirement as written, followed by all
        conditions.
        """
        any_of = self._any_of
        left = {requirement.text: requirement for requirement in any_of.requirements}
        for entry in entries if left else ():
            for requirement in any_of.satisfied_by(entry):
                left.pop(requirement.text, None)
        conditions = [term.text for term in self.terms if not isinstance(term.condition, AnyOf)]
        return tuple([(" ".join([text, *conditions]), requirement) for text, requirement in left.items()])

    def notes(self, entries: Iterable[Entry]) -> tuple[str, ...]:
        """Return notes about results that a user may not expect; `entries` are the entries that match the terms."""
        any_of = self._any_of
        local: set[tuple[str, str, str]] = set()
        for entry in entries if any(requirement.clauses for requirement in any_of.requirements) else ():
            satisfied = [requirement for requirement in any_of.satisfied_by(entry) if requirement.clauses]
            local.update(
                [
                    (requirement.text, clause.text, entry.version)
                    for requirement in satisfied
                    for clause in requirement.clauses
                    if entry.version and clause.takes_local(entry.version)
                ]
            )
        return (
            *[
                f"{text} takes the local version {version} too; {clause.replace('==', '===', 1)} would not"
                for text, clause, version in sorted(local)
            ],
            *_doubles(any_of.requirements),
        )

    @property
    def _any_of(self) -> AnyOf:
        return next((term.condition for term in self.terms if isinstance(term.condition, AnyOf)), AnyOf.of(()))


def parse_terms(terms: Sequence[str], *, loose: bool = False) -> Predicate:
    """Parse terms into a predicate; see `cachetui.terms` for how they combine.

    Each string may contain several terms separated by spaces. With `loose`, as in the filter, a bare name matches any
    part of a project's name, a version or a file name, and `is:marked` is allowed. Raises TermError, with the string
    and the position of the error, if a term does not parse, or if there is no term.
    """
    found: list[Term] = []
    requirements: list[Requirement] = []
    places: list[tuple[str, int]] = []
    place = 0
    for text in terms:
        position = skip(text, 0)
        if position == len(text):
            raise TermError("a term is empty", text, 0)
        while position < len(text):
            term, end = _term(text, position, loose)
            if isinstance(term.condition, Requirement) and not term.negated:
                requirements.append(term.condition)
                places.append((text, position))
                place = len(found)
            else:
                found.append(term)
            position = skip(text, end)
    if len(requirements) > 1:
        _refuse_versions(requirements, places)
    if requirements:
        found.insert(place, Term(AnyOf.of(requirements), False))
    if not found:
        raise TermError("no term was given", "", 0)
    return Predicate(tuple(found))


def _refuse_versions(requirements: Sequence[Requirement], places: Sequence[tuple[str, int]]) -> None:
    """Raise TermError if one of several names looks like a version: it is probably not the name of a project.

    `places` holds, for each requirement, the text that contains it and the index at which it begins.
    """
    for index, (requirement, (text, position)) in enumerate(zip(requirements, places, strict=True)):
        if VERSION_ALONE.fullmatch(requirement.text):
            version, other = brief(requirement.text), brief(requirements[index - 1 if index else 1].name)
            raise TermError(
                f"each name adds a project, and {version} looks like a version: write {other}=={version}, or "
                f'"{version}" for a project of that name',
                text,
                position,
            )


def _doubles(requirements: Iterable[Requirement]) -> Iterator[str]:
    """Yield notes about ranges of versions of one project, which may have been meant to limit each other."""
    ranges = [
        requirement
        for requirement in dict.fromkeys(requirements)
        if requirement.clauses and not any(clause.text.startswith(PIN) for clause in requirement.clauses)
    ]
    for name, group in groupby(sorted(ranges, key=lambda one: one.name), lambda one: one.name):
        same = list(group)
        if len(same) > 1:
            clauses = ",".join([clause.text for one in same for clause in one.clauses])
            both = " and ".join([one.text for one in same])
            yield f"{both}: each adds what it matches; {name}{clauses} matches what satisfies both"


def _term(text: str, start: int, loose: bool) -> tuple[Term, int]:
    """Parse one term; return it and the index after it."""
    negated, position = False, start
    while found := NEGATION.match(text, position):
        negated, position = not negated, found.end()
        if not WORD.match(text, position):
            raise TermError("a term is missing after not:", text, position)
    condition, end = _condition(text, position, loose)
    return Term(condition, negated), end


def _condition(text: str, start: int, loose: bool) -> tuple[Condition, int]:
    if found := QUALIFIER.match(text, start):
        return _qualified(text, start, found, loose)
    if found := MEASURE.match(text, start):
        return _measure(text, start, found)
    if loose and not QUOTED_NAME.match(text, start) and not NAME_AND_MORE.match(text, start):
        word = WORD.match(text, start)
        assert word  # the caller has skipped spaces
        if "*" not in word[0] and "?" not in word[0] and not OPERATOR.search(word[0]):
            return TextPart(word[0], word[0].lower()), word.end()
    return parse_requirement(text, start)


def _qualified(text: str, start: int, qualifier: re.Match[str], loose: bool) -> tuple[Condition, int]:
    """Parse a term with a qualifier, such as `kind:wheel`; `is:marked` is allowed only if `loose`."""
    name, at = qualifier[1].lower(), qualifier.end()
    if f"{name}:" not in QUALIFIERS:
        raise TermError(f"{brief(qualifier[0])} is not a kind of term: there are {', '.join(QUALIFIERS)}", text, start)
    found = VALUE.match(text, at)
    if not found:
        raise TermError("a closing quote is missing, or text follows it", text, at)
    value = next((part for part in found.groups() if part is not None), "")
    whole = text[start : found.end()]
    if not value:
        raise TermError(f"something is missing after {qualifier[0]}", text, at)
    if name == "from":
        return FromURL(whole, value.lower()), found.end()
    if name == "python":
        version = PYTHON.fullmatch(value)
        if not version:
            raise TermError(f"{brief(value)} is not a version of Python, such as 3.8", text, at)
        return ForPython(whole, tuple([int(part) for part in version.groups() if part])), found.end()
    if name == "is" and value.lower() == MARKED:
        if loose:
            return IsMarked(whole), found.end()
        raise TermError("is:marked works only in the browser's filter, because only the browser has marks", text, at)
    known: tuple[str, ...] = KINDS if name == "kind" else (*LABELS, *((MARKED,) if loose else ()))
    if value.lower() not in known:
        what = "state" if name == "is" else "kind"
        hint = did_you_mean(value.lower(), known) or f": the {what}s are {', '.join(known)}"
        raise TermError(f"unknown {what} {brief(value)}{hint}", text, at)
    if name == "kind":
        return IsKind(whole, cast(Kind, value.lower())), found.end()
    return IsLabel(whole, cast(Label, value.lower())), found.end()


def _measure(text: str, start: int, found: re.Match[str]) -> tuple[Condition, int]:
    """Parse a comparison of a size or an age, such as `size>100MB`."""
    measured, comparison, at = cast(Measured, found[1].lower()), found[2], found.end()
    value = WORD.match(text, at)
    if comparison not in COMPARE:
        raise TermError(
            f"{measured} is compared with >, >=, < or <=; a project of this name is written "
            f'"{measured}"{comparison}{brief(value[0]) if value else ""}',
            text,
            found.start(2),
        )
    if not value:
        raise TermError(f"a value is missing after {comparison}", text, at)
    try:
        number = parse_size(value[0]) if measured == "size" else parse_age(value[0])
    except ValueError as error:
        raise TermError(str(error), text, at) from None
    return Measure(text[start : value.end()], measured, comparison, number), value.end()
