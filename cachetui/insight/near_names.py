"""Suggestions for project names that no entry of a cache has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from cachetui.model import Entry
from cachetui.text.suggest import closest

MOST_NAMES = 3
"""Maximum number of names for which a similar one is looked up: each takes up to a second among 100,000 projects."""
ALIKE = 0.7
"""Minimum similarity of two names, as the ratio of matching letters."""


def near_names(names: Iterable[str], entries: Iterable[Entry]) -> Mapping[str, str]:
    """Return the most similar name of a cached project for each canonical name that no cached project has.

    Only the first `MOST_NAMES` of these names are looked up, and names without a similar one are left out. The
    suggestions are untrusted text.
    """
    wanted = dict.fromkeys(names)
    if not wanted:
        return {}
    known = {entry.project for entry in entries if entry.project is not None}
    missing = islice([name for name in wanted if name not in known], MOST_NAMES)
    return {name: near for name in missing for near in closest(name, known, least=ALIKE)}
