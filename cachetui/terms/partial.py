"""Parse the text of the filter box while the user is still typing (does not import Textual)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cachetui.errors import TermError
from cachetui.labels import LABELS, Label
from cachetui.model import KINDS
from cachetui.terms import Predicate, parse_terms
from cachetui.terms.conditions import MEASURES, IsMarked, TextPart
from cachetui.terms.parser import MARKED, QUALIFIERS, Term
from cachetui.terms.quantities import BYTES, SECONDS
from cachetui.terms.requirements import AnyOf

PRE_RELEASES = ("a", "alpha", "b", "beta", "c", "rc", "pre", "preview", "post", "rev", "dev")
"""Words that a version may contain (PEP 440)."""
VOCABULARY = tuple(dict.fromkeys((*KINDS, *LABELS, MARKED, *BYTES, *SECONDS, *PRE_RELEASES)))
"""Words with which a term can end."""
ENDINGS = (
    "1",
    "1.1",
    "x",
    ".1",
    "=1.1",
    ">1",
    "1MB",
    "1d",
    ")",
    "1)",
    "1.1)",
    ".1)",
    "=1.1)",
    ">1)",
    "]",
    '"',
    "'",
    'x"',
    "x'",
)
"""Possible endings of an unfinished term; a term that parses with one of them is not yet an error."""
MOST_BACK = 8
"""Maximum number of words at the end of the typed text that are taken for one unfinished term."""
STARTS = re.compile(r"\S+")
NAMED = re.compile(r"((?:not:)*)([a-z0-9*?][a-z0-9._*?-]*)(?=\s*(?:[<>=~(\[]|!=))", re.I)
LETTERS = re.compile(r"[a-z-]*\Z", re.I)


@dataclass(frozen=True, slots=True)
class Query:
    """Result of parsing the typed text."""

    terms: tuple[Term, ...] = ()
    """The terms that an entry must satisfy."""
    error: TermError | None = None
    """The error in the text; if there is an error, nothing matches."""
    unfinished: bool = False
    """Whether the last term of the text is still being typed.

    Until that term is complete, only the terms before it apply, together with its name if a comparison has already
    begun after the name.
    """

    begun: bool = False
    """Whether the last term is a word that may be the start of another term, such as `siz` of `size>1MB`.

    After a requirement, this includes any word, because it may be the name of another requirement.
    """

    @property
    def words(self) -> frozenset[Label]:
        """The labels whose facts must be known to find the matches."""
        return Predicate(self.terms).words

    @property
    def narrowing_words(self) -> tuple[str, ...]:
        """The words that narrow what requirements choose, as typed; empty if there are no requirements."""
        if not any(isinstance(term.condition, AnyOf) for term in self.terms):
            return ()
        return tuple([term.text for term in self.terms if isinstance(term.condition, TextPart) and not term.negated])

    @property
    def judges_marks(self) -> bool:
        """Whether the matches depend on the marks."""
        return any(isinstance(term.condition, IsMarked) for term in self.terms)


def read_query(typed: str, done: bool = True) -> Query:
    """Parse the typed text.

    Unless the text is `done`, an unfinished term at its end is not an error if it can still become valid.
    """
    try:
        complete = _terms(typed)
        return Query(complete, begun=not done and bool(complete) and _is_begun(typed, complete))
    except TermError as error:
        starts = [] if done else [found.start() for found in STARTS.finditer(typed)]
        for start in starts[: -MOST_BACK - 1 : -1]:
            terms = _parsed(typed[:start])
            if terms is not None and _may_end(typed[:start], typed[start:]):
                return Query(_parsed(typed[:start] + _name_alone(typed[start:])) or terms, unfinished=True)
        return Query(error=error)


def _is_begun(typed: str, terms: Sequence[Term]) -> bool:
    """Return whether the last word of the text may be the start of a term of another kind.

    After a requirement, any word may be: it may become the name of the next requirement.
    """
    condition = terms[-1].condition
    if typed[-1].isspace() or not isinstance(condition, TextPart):
        return False
    if any(isinstance(term.condition, AnyOf) for term in terms):
        return True
    return any(start.startswith(condition.part) for start in (*QUALIFIERS, *MEASURES))


def _terms(typed: str) -> tuple[Term, ...]:
    return parse_terms([typed], loose=True).terms if typed.strip() else ()


def _parsed(typed: str) -> tuple[Term, ...] | None:
    """Return the terms in text; None if it does not parse."""
    try:
        return _terms(typed)
    except TermError:
        return None


def _name_alone(begun: str) -> str:
    """Return a term for the name at the start of an unfinished requirement; empty if there is none.

    With this term, the rows stay the same while the rest of the requirement is typed.
    """
    found = NAMED.match(begun)
    if not found or found[2].lower() in MEASURES:
        return ""
    return found[0] if "*" in found[2] or "?" in found[2] else f'{found[1]}"{found[2]}"'


def _may_end(before: str, begun: str) -> bool:
    """Return whether an unfinished term can be completed so that it parses, both alone and after `before`."""
    found = LETTERS.search(begun.lower())
    letters = found[0] if found else ""
    rest = [word[len(letters) :] for word in VOCABULARY if word.startswith(letters)]
    ends = [begun + ending for ending in (*ENDINGS, *rest)]
    return any(_parsed(end) is not None and _parsed(before + end) is not None for end in ends)
