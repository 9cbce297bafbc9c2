"""The entries of projects and groups that match terms; no Textual here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from packaging.utils import canonicalize_name

from cachetui.browsing.group import EntryGroup
from cachetui.labels import Facts
from cachetui.terms.conditions import COMPARE, Measure, OfKind, Part
from cachetui.terms.parser import Term
from cachetui.terms.requirements import Requirement

Matcher = Callable[[str, EntryGroup], EntryGroup | None]
"""Takes the title and the entries of a project or group; returns those that match, the same object if all do."""


def matches(terms: Sequence[Term], facts: Facts) -> Matcher | None:
    """Return the matcher of entries that satisfy all terms; None if there are no terms.

    A word is also looked for in the title of a group.
    """
    first = [term for term in terms if isinstance(term.condition, Part | Requirement)]  # they leave least to look at
    matchers = [_matcher(term, facts) for term in (*first, *[term for term in terms if term not in first])]

    def match(title: str, group: EntryGroup) -> EntryGroup | None:
        for matcher in matchers:
            found = matcher(title, group)
            if found is None:
                return None
            group = found
        return group

    return matchers[0] if len(matchers) == 1 else match if matchers else None


def _matcher(term: Term, facts: Facts) -> Matcher:
    """Return the matcher of a term, which looks at single entries only if it must."""
    wanted = not term.negated
    match term.condition:  # entries' fields by their index: it may be everything
        case Part(part=part):
            return _finder(part, wanted)
        case Requirement() as requirement:
            return _namer(requirement, wanted, _judge(term, facts))
        case OfKind(kind=kind):
            return lambda _, group: group.part([(entry[0] == kind) == wanted for entry in group.entries])
        case Measure(measured="size", comparison=comparison, value=value):
            compare = COMPARE[comparison]
            return lambda _, group: group.part([compare(disk, value) == wanted for disk in group.disks])
    return _judge(term, facts)


def _judge(term: Term, facts: Facts) -> Matcher:
    """Return a matcher that looks at every entry."""
    return lambda _, group: group.part([term.holds(entry, facts) for entry in group.entries])


def _finder(part: str, wanted: bool) -> Matcher:
    """Return a matcher of the entries that contain a word, or of those that do not."""
    canonical = canonicalize_name(part)

    def find(title: str, group: EntryGroup) -> EntryGroup | None:
        name = title.lower()
        if part in name or canonical in name:
            return group if wanted else None
        return group.bearing(part) if wanted else group.lacking(part)

    return find


def _namer(requirement: Requirement, wanted: bool, judge: Matcher) -> Matcher:
    """Return a matcher of the entries that a requirement means, or of those that it does not."""

    def name(title: str, group: EntryGroup) -> EntryGroup | None:
        project = next(iter(group.entries)).project  # all have the same
        if project is not None and not requirement.names(project):
            return None if wanted else group
        if project is not None and not requirement.clauses:
            return group if wanted else None
        return judge(title, group)

    return name
