"""Fits text from a cache into terminal cells; no Textual here."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

from cachetui.text.escape import escape_control
from cachetui.ui.glyphs import UNICODE, Glyphs

LONGEST = 1_000
"""Most characters of a name that are looked at: no terminal shows more, and a hostile header may hold megabytes."""
FILE_TAIL = 0.62
"""The part of the room that the end of a file's name keeps: the tags at the end tell wheels apart."""
EIGHTHS = 8
"""Steps in which one cell of a bar fills."""


@lru_cache(maxsize=8_192)
def shown(text: str) -> str:
    """Return text from the cache made safe to draw: on one line, nothing invisible, of a harmless length."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]}{UNICODE.dots}{text[-LONGEST // 2 :]}"
    return escape_control(text)


def width(text: str) -> int:
    """Return how many cells text takes."""
    return len(text) if text.isascii() else cell_len(text)


def head(text: str, room: int) -> str:
    """Return the longest beginning of text that takes at most `room` cells."""
    if text.isascii():
        return text[: max(0, room)]
    taken = 0
    for index, character in enumerate(text):
        taken += get_character_cell_size(character)
        if taken > room:
            text = text[:index]
            break
    while width(text) > room:  # some characters widen the one before them
        text = text[:-1]
    return text


def tail(text: str, room: int) -> str:
    """Return the longest end of text that takes at most `room` cells."""
    if text.isascii():
        return text[max(0, len(text) - max(0, room)) :]
    taken = 0
    for index in range(len(text) - 1, -1, -1):
        taken += get_character_cell_size(text[index])
        if taken > room:
            text = text[index + 1 :]
            break
    while text and (width(text) > room or not get_character_cell_size(text[0])):
        text = text[1:]  # a beginning that only changes what stands before it would change the dots
    return text


def fit(text: str, room: int, end: float = 0.0, dots: str = UNICODE.dots) -> str:
    """Shorten text to `room` cells; `end` is the part of the room that its end keeps."""
    if width(text) <= room:
        return text
    if room < 4:  # dots would leave nothing to read
        return head(text, room)
    kept = int((room - 1) * end)
    return f"{head(text, room - 1 - kept)}{dots}{tail(text, kept)}"


def fit_file(name: str, room: int, dots: str = UNICODE.dots) -> str:
    """Shorten a file's name: first a wheel's list of platforms to its last one, then the middle."""
    if width(name) > room and name.endswith(".whl"):
        stem, _, platforms = name.removesuffix(".whl").rpartition("-")
        if stem and "." in platforms:
            last = f"{platforms.rpartition('.')[2]}.whl"
            one = f"{stem}-{dots}{last}"
            name = one if width(one) <= room else f"{stem}-{last}"
    return fit(name, room, FILE_TAIL, dots)


def pad(text: str, room: int) -> str:
    """Fill text with blanks up to `room` cells."""
    return text + " " * (room - width(text))


@lru_cache(maxsize=1_024)
def bar(fraction: float, room: int, glyphs: Glyphs) -> str:
    """Draw a bar in eighths of a cell; whatever is more than nothing shows at least one."""
    eighths = min(room * EIGHTHS, max(round(fraction * room * EIGHTHS), 1 if fraction > 0 else 0))
    full, rest = divmod(eighths, EIGHTHS)
    return (glyphs.across[EIGHTHS] * full + (glyphs.across[rest] if rest else "")).ljust(room)


def wrapped(words: str, room: int) -> list[str]:
    """Break words into lines of at most `room` cells; what is longer than a line is broken anywhere."""
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
