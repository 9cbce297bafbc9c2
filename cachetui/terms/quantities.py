"""Sizes, ages and counts as people write them."""

from __future__ import annotations

import re

from cachetui.model import NS
from cachetui.text.excerpt import brief

NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*([A-Za-z]*)")
COUNT = re.compile(r"[0-9]{1,9}")
LONGEST = 30
"""Maximum length of a size or an age in characters."""
DECIMAL = {letter: 1_000**power for power, letter in enumerate("kmgtp", 1)}
BYTES: dict[str, int] = {"": 1, "b": 1} | {
    unit: factor
    for letter, decimal in DECIMAL.items()
    for unit, factor in (
        (letter, decimal),
        (f"{letter}b", decimal),
        (f"{letter}ib", 1_024 ** (list(DECIMAL).index(letter) + 1)),
    )
}
"""Bytes per unit, by the unit's name in lower case.

kB, MB and GB are powers of 1,000, as cachetui shows them; KiB, MiB and GiB are powers of 1,024.
"""
DAY = 86_400
MONTH, YEAR = 30 * DAY, 365 * DAY
SECONDS: dict[str, int] = {
    name: seconds
    for names, seconds in (
        ("s sec secs second seconds", 1),
        ("min mins minute minutes", 60),
        ("h hour hours", 3_600),
        ("d day days", DAY),
        ("w week weeks", 7 * DAY),
        ("mo month months", MONTH),
        ("y year years", YEAR),
    )
    for name in names.split()
}
"""Seconds per unit, by the unit's name; a month has 30 days, a year has 365."""


def parse_size(text: str) -> int:
    """Return a size in bytes, parsed from text such as `100MB`, `1.5 GiB` or `0`.

    Raises ValueError, whose message says in a clause why the text is not valid.
    """
    number, unit = _parts(text, "a size, such as 100MB")
    if unit.lower() not in BYTES:
        raise ValueError(f"{unit} is not a unit of size: write kB, MB, GB or KiB, MiB, GiB")
    if not unit and number:
        raise ValueError(f"{text} needs a unit, such as {text}MB")
    return round(number * BYTES[unit.lower()])


def parse_age(text: str) -> int:
    """Return an age in nanoseconds, parsed from text such as `90d`, `2 weeks` or `1y`.

    Raises ValueError, whose message says in a clause why the text is not valid.
    """
    number, unit = _parts(text, "an age, such as 90d or 1y")
    if unit.lower() == "m":
        raise ValueError("m could be minutes or months: write min or mo")
    if unit.lower() not in SECONDS:
        raise ValueError(
            f"{unit} is not a unit of age: write h, d, w, mo or y" if unit else f"{text} needs a unit, such as {text}d"
        )
    return round(number * SECONDS[unit.lower()] * NS)


def parse_count(text: str) -> int:
    """Return a count, parsed from text such as `3` or `0`.

    Raises ValueError, whose message says in a clause why the text is not valid.
    """
    if not text.strip():
        raise ValueError("it is empty: write a number, such as 2")
    if not COUNT.fullmatch(text):
        raise ValueError(f"{brief(text)} is not a number, such as 2")
    return int(text)


def _parts(text: str, what: str) -> tuple[float, str]:
    if not text.strip():
        raise ValueError(f"it is empty: write {what}")
    found = NUMBER.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if not found:
        raise ValueError(f"{brief(text)} is not {what}")
    return float(found[1]), found[2]
