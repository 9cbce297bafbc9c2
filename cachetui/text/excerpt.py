"""Quote typed text, which may be of any length."""

from __future__ import annotations

WIDTH = 76
"""Most characters of a quotation: a line of a terminal, with a margin."""
BRIEF = 40
"""Characters of a word in the middle of a sentence."""
CUT = "…"
"""Stands where something is left out."""


def excerpt(text: str, position: int, width: int = WIDTH) -> tuple[str, int]:
    """Return the text around a position, `width` characters at most, and the position in it."""
    if len(text) <= width:
        return text, position
    start = max(0, min(position - width // 2, len(text) - width))
    shown = text[start : start + width]
    if start > 0:
        shown = CUT + shown[1:]
    if start + width < len(text):
        shown = shown[:-1] + CUT
    return shown, position - start


def brief(text: str) -> str:
    """Return a word, or its beginning."""
    return excerpt(text, 0, BRIEF)[0]
