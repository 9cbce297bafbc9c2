"""Glyphs that are drawn, in Unicode and in ASCII."""

from __future__ import annotations

import sys
from typing import NamedTuple


class Glyphs(NamedTuple):
    """The glyphs that a screen draws."""

    shut: str
    open: str
    edge: str
    dots: str
    dot: str
    done: str
    to_do: str
    prompt: str
    yes: str
    no: str
    down: str
    up: str
    protected: str
    """Glyph after the name of what is protected from removal."""
    partly: str
    """Glyph after the name of what is protected in part."""
    across: str
    """Nine steps of a bar that grows to the right, from an empty cell to a full one."""
    field: tuple[str, str]
    """The left edge of an input, and its right edge."""


UNICODE = Glyphs("▸", "▾", "▌", "…", "·", "━", "─", "›", "✓", "×", "▾", "▴", "◆", "◇", " ▏▎▍▌▋▊▉█", ("▕", "▏"))  # noqa: RUF001 - drawn, not read
ASCII = Glyphs("+", "-", ">", "~", "-", "=", "-", ">", "+", "x", "*", "^", "#", "%", " ----===#", ("|", "|"))


def terminal_glyphs() -> Glyphs:
    """Return the glyphs that the terminal can show."""
    encoding = (getattr(sys.__stdout__, "encoding", None) or "utf-8").lower().replace("-", "")
    return UNICODE if encoding.startswith("utf") else ASCII
