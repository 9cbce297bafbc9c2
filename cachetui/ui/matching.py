"""What the filter box lets through; no Textual here."""

from __future__ import annotations

import re
from collections.abc import Callable

from cachetui.ui.holding import Holding

Matcher = Callable[[str, Holding], Holding | None]
"""Takes the title of a project or group and what it holds; returns what matches, the same object when all does."""
SEPARATORS = re.compile(r"[-_.]+")
"""What canonical names write as one hyphen (PEP 503)."""


def narrows(typed: str, before: str) -> bool:
    """Tell whether all that matches what is typed has matched what was typed before."""
    return typed.startswith(before)


def matches(typed: str) -> Matcher | None:
    """Return what lets through entries that bear every typed word in project, version or file name; None for all."""
    words = typed.lower().split()
    if not words:
        return None

    def match(title: str, holding: Holding) -> Holding | None:
        name = title.lower()
        rest = [word for word in words if word not in name and SEPARATORS.sub("-", word) not in name]
        if not rest:
            return holding
        found = list(zip(holding.entries, holding.words, strict=True))
        for word in rest:
            found = [pair for pair in found if word in pair[1]]
        if len(found) == len(holding.words):
            return holding
        if not found:
            return None
        part = Holding([entry for entry, _ in found])
        part.words = [line for _, line in found]
        return part

    return match
