"""Suggest known names for a mistyped one, quickly even among many names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

MOST_COMPARED = 2_000
"""Maximum number of known names that are compared letter by letter, which takes about 20 microseconds each."""
LEAST_ALIKE = 0.6
"""Smallest ratio of matching letters at which a name is suggested, as in `difflib`."""
LONGEST = 100
"""Maximum length in characters of a name that gets suggestions; nobody mistypes a longer one."""


def closest(name: str, known: Iterable[str], most: int = 1, least: float = LEAST_ALIKE) -> list[str]:
    """Return at most `most` known names that are like a mistyped name, the most similar first.

    `least` is the smallest ratio of matching letters, as `LEAST_ALIKE`.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

    if not 0 < len(name) <= LONGEST:
        return []
    letters, length = Counter(name), len(name)
    shared: list[tuple[int, str]] = []
    for other in known:
        enough = least * (len(other) + length) / 2
        if min(len(other), length) >= enough:
            common = sum([min(number, other.count(letter)) for letter, number in letters.items()])
            if common >= enough:
                shared.append((len(other) + length - 2 * common, other))
    shared.sort()
    return get_close_matches(name, [other for _, other in shared[:MOST_COMPARED]], most, least)


def did_you_mean(name: str, known: Iterable[str], most: int = 1) -> str:
    """Return a question such as ` (did you mean "list"?)`; empty if no known name is like the mistyped one."""
    close = " or ".join([f'"{one}"' for one in closest(name, known, most)])
    return f" (did you mean {close}?)" if close else ""
