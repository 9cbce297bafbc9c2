"""Quote excerpts of typed text, which may be of any length."""

from __future__ import annotations

WIDTH = 76
"""Maximum length of a quotation in characters: one line of a terminal, with a margin."""
BRIEF = 40
"""Maximum length in characters of a word that is quoted within a sentence."""
CUT = "…"
"""Symbol in place of text that is left out."""


def excerpt(text: str, position: int, width: int = WIDTH) -> tuple[str, int]:
    """Return at most `width` characters of text around a position, and the position within them."""
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
    """Return a word, or the start of it if it is long."""
    return excerpt(text, 0, BRIEF)[0]
