"""Matchers that find the entries of projects and groups by filter terms. Does not import Textual."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import and_

from packaging.utils import canonicalize_name

from cachetui.browsing.group import EntryGroup
from cachetui.labels import Facts
from cachetui.terms.conditions import COMPARE, IsKind, Measure, TextPart
from cachetui.terms.parser import Term
from cachetui.terms.requirements import AnyOf, Requirement

Matcher = Callable[[str, EntryGroup], EntryGroup | None]
"""Function that returns the matching entries of a project or group, given its title and entries.

It returns the same object if all entries match, and None if none does.
"""
Flags = Sequence[bool]
"""Whether each entry of a group matches."""
TermMatcher = Callable[[str, EntryGroup, Flags | None], Flags | bool]
"""Function that returns which entries of a group match a term and all earlier terms.

It takes the group's title, the group, and which entries matched the earlier terms (None: all). Of the entries that
matched the earlier terms, the result True means that all match this term, and False that none does.
"""


def matches(terms: Sequence[Term], facts: Facts) -> Matcher:
    """Return the matcher of entries that satisfy all terms; words may also be in the title of a group."""
    # names and words first: they leave the fewest entries to examine
    ordered = sorted(terms, key=lambda term: not isinstance(term.condition, TextPart | Requirement | AnyOf))
    matchers = [_matcher(term, facts) for term in ordered]

    def match(title: str, group: EntryGroup) -> EntryGroup | None:
        left: Flags | None = None
        for matcher in matchers:
            found = matcher(title, group, left)
            if found is False:
                return None
            if found is not True:
                left = found
        return group if left is None else group.where(left)

    return match


def narrows(terms: Sequence[Term], before: Sequence[Term]) -> bool:
    """Return whether every entry that satisfies `terms` is sure to satisfy the terms `before`, too."""
    return all(any(_implies(term, old) for term in terms) for old in before)


def _implies(term: Term, old: Term) -> bool:
    one, other = term.condition, old.condition
    is_longer = isinstance(one, TextPart) and isinstance(other, TextPart) and other.part in one.part
    return term == old or (is_longer and not term.negated and not old.negated)


def _matcher(term: Term, facts: Facts) -> TermMatcher:
    """Return the matcher of a term; it examines single entries only if necessary."""
    wanted = not term.negated
    match term.condition:  # fields are read by index, which is faster for many entries
        case TextPart(part=part):
            return _finder(part, wanted)
        case Requirement() as requirement:
            return _namer(AnyOf.of((requirement,)), wanted, _judge(term, facts))
        case AnyOf(requirements=(requirement,)) as any_of:  # the usual case is judged without the detour
            return _namer(any_of, wanted, _judge(Term(requirement, term.negated), facts))
        case AnyOf() as any_of:
            return _namer(any_of, wanted, _judge(term, facts))
        case IsKind(kind=kind):
            return lambda _, group, left: _both(left, [(entry[0] == kind) == wanted for entry in group.entries])
        case Measure(measured="size", comparison=comparison, value=value):
            compare = COMPARE[comparison]
            return lambda _, group, left: _both(left, [compare(disk, value) == wanted for disk in group.disks])
    return _judge(term, facts)


def _both(one: Flags | None, other: Flags) -> Flags:
    return other if one is None else [*map(and_, one, other)]


def _judge(term: Term, facts: Facts) -> TermMatcher:
    """Return a matcher that examines every remaining entry."""

    def matches(_: str, group: EntryGroup, left: Flags | None) -> Flags:
        if left is None:
            return [term.holds(entry, facts) for entry in group.entries]
        return [flag and term.holds(entry, facts) for flag, entry in zip(left, group.entries, strict=True)]

    return matches


def _finder(part: str, wanted: bool) -> TermMatcher:
    """Return a matcher of the entries that contain a word, or, if `wanted` is false, of all other entries."""
    canonical = canonicalize_name(part)

    def find(title: str, group: EntryGroup, left: Flags | None) -> Flags | bool:
        name = title.lower()
        if part in name or canonical in name:
            return wanted
        flags = [part in line for line in group.lines]
        return _both(left, flags if wanted else [not flag for flag in flags])

    return find


def _namer(any_of: AnyOf, wanted: bool, matches: TermMatcher) -> TermMatcher:
    """Return a matcher of the entries that match one of some requirements, or, if `wanted` is false, of all others.

    `matches` examines the entries if the project's name does not decide.
    """

    def name(title: str, group: EntryGroup, left: Flags | None) -> Flags | bool:
        project = group.entries[0].project  # all entries have the same
        if project is not None:
            found = any_of.naming(project)
            if not found:
                return not wanted
            if not all(requirement.clauses for requirement in found):
                return wanted
        return matches(title, group, left)

    return name
