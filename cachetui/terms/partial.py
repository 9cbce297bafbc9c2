"""The text of the filter box, read as terms while it is still being typed; no Textual here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cachetui.errors import TermError
from cachetui.labels import LABELS, Label
from cachetui.model import KINDS
from cachetui.terms import Predicate, parse_terms
from cachetui.terms.conditions import MEASURES
from cachetui.terms.parser import Term
from cachetui.terms.quantities import BYTES, SECONDS

PRE_RELEASES = ("a", "alpha", "b", "beta", "c", "rc", "pre", "preview", "post", "rev", "dev")
"""Words within versions (PEP 440)."""
VOCABULARY = tuple(dict.fromkeys((*KINDS, *LABELS, *BYTES, *SECONDS, *PRE_RELEASES)))
"""Every word that may end a term."""
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
"""Possible ends of an unfinished term: one that parses with one of these is not wrong yet."""
MOST_BACK = 8
"""Maximum number of words at the end of the typed text that an unfinished term may have."""
STARTS = re.compile(r"\S+")
NAMED = re.compile(r"(?:not:)*([a-z0-9][a-z0-9._-]*)(?=\s*(?:[<>=~(\[]|!=))", re.I)
LETTERS = re.compile(r"[a-z-]*\Z", re.I)


@dataclass(frozen=True, slots=True)
class Query:
    """The typed text, as far as it can be parsed."""

    terms: tuple[Term, ...] = ()
    """The terms that an entry must satisfy."""
    error: TermError | None = None
    """The error in it; then nothing matches."""
    unfinished: bool = False
    """Whether a term at its end is still being typed: until that is done, those before it are in force, and its name
    alone if that is followed by something."""

    @property
    def words(self) -> frozenset[Label]:
        """The labels that must be known to find the matches."""
        return Predicate(self.terms).words


def read_query(typed: str, done: bool = True) -> Query:
    """Read what is typed. Unless that is done, a term at its end that may still become one is no error."""
    try:
        return Query(_terms(typed))
    except TermError as error:
        starts = [] if done else [found.start() for found in STARTS.finditer(typed)]
        for start in starts[: -MOST_BACK - 1 : -1]:
            terms = _parsed(typed[:start])
            if terms is not None and _may_end(typed[:start], typed[start:]):
                return Query(terms + _name_alone(typed[start:]), unfinished=True)
        return Query(error=error)


def _terms(typed: str) -> tuple[Term, ...]:
    return parse_terms([typed], loose=True).terms if typed.strip() else ()


def _parsed(typed: str) -> tuple[Term, ...] | None:
    """Return the terms of some text; None for what does not parse."""
    try:
        return _terms(typed)
    except TermError:
        return None


def _name_alone(begun: str) -> tuple[Term, ...]:
    """Return the name that an unfinished term begins with: rows are not to come and go while the rest is typed."""
    found = NAMED.match(begun)
    return _terms(found[0]) if found and found[1].lower() not in MEASURES else ()


def _may_end(before: str, begun: str) -> bool:
    """Return whether a term that is begun can go on so that it parses, alone and with those before it."""
    found = LETTERS.search(begun.lower())
    letters = found[0] if found else ""
    rest = [word[len(letters) :] for word in VOCABULARY if word.startswith(letters)]
    ends = [begun + ending for ending in (*ENDINGS, *rest)]
    return any(_parsed(end) is not None and _parsed(before + end) is not None for end in ends)
