"""Suggestions for names of projects that nothing in a cache has."""

from __future__ import annotations

from collections.abc import Iterable

from cachetui.model import Entry
from cachetui.text.suggest import closest

ALIKE = 0.7
"""Smallest ratio of matching letters for names of projects, of which there are many."""


def near_names(names: Iterable[str], entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return sentences about the canonical names that no entry has, each with the most similar name that one has.

    Names without a similar one are left out. Names of entries are untrusted text.
    """
    wanted = dict.fromkeys(names)
    if not wanted:
        return ()
    known = {entry.project for entry in entries if entry.project is not None}
    return tuple(
        [
            f"Nothing in the cache matches {name}. Did you mean {near}?"
            for name in wanted
            if name not in known
            for near in closest(name, known, least=ALIKE)
        ]
    )
