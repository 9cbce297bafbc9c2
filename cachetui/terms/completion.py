"""Completions for the text of the filter box (does not import Textual)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from packaging.utils import canonicalize_name

from cachetui.labels import LABELS
from cachetui.model import KINDS
from cachetui.terms.parser import MARKED, NEGATION

VALUES: dict[str, tuple[str, ...]] = {"kind": KINDS, "is": (*LABELS, MARKED)}
"""Possible values of each qualifier that has a fixed set of values."""
QUALIFIERS = ("kind:", "size>", "age>", "is:", "not:", "from:", "python:", "checked>", "read>")
"""Prefixes of terms that are not names, the most useful first."""
LEAST = 3
"""Minimum number of typed letters at which a qualifier is suggested rather than a project.

If at most its last character is missing, it is suggested for any number of letters.
"""
QUOTES = re.compile(r"[\"']")


def suggestion(typed: str, projects: Sequence[str]) -> str:
    """Suggest the rest of the last typed word; empty if the word is complete, nothing fits, or the text has quotes.

    `projects` are canonical names, sorted.
    """
    if not typed or typed[-1].isspace() or QUOTES.search(typed):
        return ""
    word = typed.rsplit(maxsplit=1)[-1]
    while negation := NEGATION.match(word):
        word = word[negation.end() :]
    qualifier, colon, value = word.lower().partition(":")
    if colon:
        return _rest(value, VALUES.get(qualifier, ()))
    term = _rest(qualifier, QUALIFIERS)
    if term and (len(qualifier) >= LEAST or not term[1:]):
        return term
    return _rest_of_name(word, projects) or term


def _rest(begun: str, words: Sequence[str]) -> str:
    """Return the rest of the first word that begins with `begun`; empty if `begun` is a complete word."""
    return "" if begun in words else next((word[len(begun) :] for word in words if word.startswith(begun)), "")


def _rest_of_name(begun: str, projects: Sequence[str]) -> str:
    """Return the rest of the first project name that begins with `begun`; empty if the name is complete."""
    canonical = canonicalize_name(begun)
    index = bisect_left(projects, canonical)
    found = projects[index] if canonical and index < len(projects) else ""
    return found[len(canonical) :] if found.startswith(canonical) else ""
