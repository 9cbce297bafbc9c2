"""What the filter box lets through; no Textual here."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import compress

from cachetui.ui.holding import BETWEEN, Holding

Matcher = Callable[[str, Holding], Holding | None]
"""Takes the title of a project or group and what it holds; returns what matches, the same object when all does."""
SEPARATORS = re.compile(r"[-_.]+")
"""What canonical names write as one hyphen (PEP 503)."""


def narrows(typed: str, before: str) -> bool:
    """Tell whether all that matches what is typed has matched what was typed before."""
    return typed.startswith(before)


def matches(typed: str) -> Matcher | None:
    """Return what lets through entries that bear every typed word in project, version or file name; None for all."""
    words = [(word, SEPARATORS.sub("-", word)) for word in typed.lower().split()]
    if not words:
        return None

    def match(title: str, holding: Holding) -> Holding | None:
        name = title.lower()
        rest = [word for word, canonical in words if word not in name and canonical not in name]
        if not rest:
            return holding
        haystack = holding.haystack
        for word in rest:
            if word not in haystack:
                return None
        return _part(holding, rest)

    return match


def _part(holding: Holding, words: list[str]) -> Holding | None:
    """Return what of a holding bears all of some words, the same object when all of it does."""
    lines = holding.haystack.split(BETWEEN)
    first, *others = words
    bears = [first in line for line in lines]
    for word in others:
        bears = [so_far and word in line for so_far, line in zip(bears, lines, strict=True)]
    if all(bears):
        return holding
    return holding.part(bytes(bears), compress(lines, bears)) if any(bears) else None
