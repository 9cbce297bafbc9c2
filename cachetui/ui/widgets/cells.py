"""Fit text from a cache into terminal cells (does not import Textual)."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

from cachetui.text.escape import escape_control
from cachetui.ui.glyphs import UNICODE, Glyphs

LONGEST = 1_000
"""Maximum number of characters of a text that are shown; a hostile header may contain megabytes."""
LEAST_WITH_DOTS = 4
"""Minimum width of shortened text with dots; in less, they would leave nothing to read."""
FILE_TAIL = 0.62
"""Share of the available width for the end of a name, path or value that is shortened; a wheel's tags are there."""
EIGHTHS = 8
"""Number of steps in which a bar can fill one cell."""


@lru_cache(maxsize=8_192)
def shown(text: str) -> str:
    """Return untrusted text in a form that is safe to draw: one line of visible characters.

    A text longer than `LONGEST` characters loses its middle.
    """
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]}{UNICODE.dots}{text[-LONGEST // 2 :]}"
    return escape_control(text)


def plain_code(text: str) -> str:
    """Return text without the backticks around its code, which only Markdown needs."""
    return re.sub(r"`([^`]+)`", r"\1", text)


def width(text: str) -> int:
    """Return the width of text in cells."""
    return len(text) if text.isascii() else cell_len(text)


def head(text: str, room: int) -> str:
    """Return the longest prefix of text that takes at most `room` cells.

    If several characters are drawn as one, the prefix may be shorter.
    """
    room = max(0, room)
    if text.isascii():
        return text[:room]
    taken = 0
    for index, character in enumerate(text):
        taken += get_character_cell_size(character)
        if taken > room:
            text = text[:index]
            break
    while width(text) > room:  # some characters widen the character before them
        text = text[:-1]
    return text


def tail(text: str, room: int) -> str:
    """Return the longest suffix of text that takes at most `room` cells.

    If several characters are drawn as one, the suffix may be shorter.
    """
    room = max(0, room)
    if text.isascii():
        return text[max(0, len(text) - room) :]
    taken = 0
    for index in range(len(text) - 1, -1, -1):
        taken += get_character_cell_size(text[index])
        if taken > room:
            text = text[index + 1 :]
            break
    while text and (width(text) > room or not get_character_cell_size(text[0])):
        text = text[1:]  # a zero-width character at the start would change the dots
    return text


def fit(text: str, room: int, end: float = 0.0, dots: str = UNICODE.dots) -> str:
    """Shorten text to at most `room` cells; `end` is the share of these cells for the end of the text."""
    if width(text) <= room:
        return text
    if room < LEAST_WITH_DOTS:
        return head(text, room)
    kept = int((room - 1) * end)
    start, rest = head(text, room - 1 - kept), tail(text, kept)
    if dots == UNICODE.dots:  # beside a full stop, the dots would look like one more
        start, rest = start.rstrip("."), rest.lstrip(".")
    return f"{start}{dots}{rest}"


def fit_words(text: str, room: int, dots: str = UNICODE.dots) -> str:
    """Shorten a text of items, separated by two spaces, to `room` cells by leaving out the last items.

    The first item is always kept, and cut if it does not fit.
    """
    if width(text) <= room:
        return text
    first, *others = text.split("  ")
    if width(first) + 2 + width(dots) > room:
        return fit(first, room, dots=dots)
    kept = first
    for word in others:
        if width(kept) + 2 + width(word) + 2 + width(dots) > room:
            break
        kept += f"  {word}"
    return f"{kept}  {dots}"


def fit_file(name: str, room: int, dots: str = UNICODE.dots) -> str:
    """Shorten a file name to `room` cells: reduce a wheel's platform tags to the last one, then cut the middle."""
    if width(name) > room and name.endswith(".whl"):
        stem, _, platforms = name.removesuffix(".whl").rpartition("-")
        if stem and "." in platforms:
            last = f"{platforms.rpartition('.')[2]}.whl"
            one = f"{stem}-{dots}{last}"
            name = one if width(one) <= room else f"{stem}-{last}"
    return fit(name, room, FILE_TAIL, dots)


def pad(text: str, room: int) -> str:
    """Fill text with spaces up to `room` cells."""
    return text + " " * (room - width(text))


@lru_cache(maxsize=1_024)
def bar(fraction: float, room: int, glyphs: Glyphs) -> str:
    """Draw a bar over a fraction of `room` cells, in eighths of a cell; a fraction above 0 takes at least one."""
    eighths = min(room * EIGHTHS, max(round(fraction * room * EIGHTHS), 1 if fraction > 0 else 0))
    full, rest = divmod(eighths, EIGHTHS)
    return (glyphs.across[EIGHTHS] * full + (glyphs.across[rest] if rest else "")).ljust(room)


def wrapped(words: str, room: int) -> list[str]:
    """Break words into lines of at most `room` cells; a word longer than a line is broken anywhere."""
    lines = [""]
    for word in words.split():
        while width(word) > room > 0:
            cut = next(size for size in range(len(word), 0, -1) if width(word[:size]) <= room or size == 1)
            lines.append(word[:cut])
            word = word[cut:]  # noqa: PLW2901 - the rest of a word that fills more than a line
        if lines[-1] and width(lines[-1]) + 1 + width(word) <= room:
            lines[-1] += f" {word}"
        elif lines[-1]:
            lines.append(word)
        else:
            lines[-1] = word
    return [line for line in lines if line] or [""]
