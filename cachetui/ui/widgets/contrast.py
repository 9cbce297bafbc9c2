"""Contrast of text on its background, as WCAG 2 defines it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from textual.color import BLACK, WHITE, Color

TEXT, PALE = 4.5, 3.0
"""Minimum contrast of text, and of symbols that carry no information."""
STEPS = 32
"""Number of steps in which `readable` blends a colour with black or white."""


def luminance(colour: Color) -> float:
    """Return the relative luminance of a colour, from 0 for black to 1 for white."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=1024)
def readable(colour: Color, ground: Color, least: float = TEXT) -> Color:
    """Return a colour, blended with black or white just far enough for a contrast of at least `least` on a background.

    If no such contrast is possible, return black or white.
    """
    goal = max(BLACK, WHITE, key=lambda end: contrast(end, ground))
    shades = [colour.blend(goal, step / STEPS, 1.0) for step in range(STEPS + 1)]
    return next((shade for shade in shades if contrast(shade, ground) >= least), goal)


def input_colours(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the CSS variables `typed`, `hint` and `wrong`: colours of text that are readable in every input.

    `variables` are the CSS variables of the theme.
    """
    background, surface, boost, text, wrong = [
        Color.parse(variables[name]) for name in ("background", "surface", "boost", "foreground", "text-error")
    ]
    if background.ansi is not None or text.ansi is not None:
        return {"typed": "ansi_default", "hint": "ansi_default", "wrong": "ansi_default"}
    colours = {"typed": text, "hint": background.blend(text, 0.54), "wrong": wrong}
    for ground in (background, surface, surface + boost):
        colours = {name: readable(colour, ground) for name, colour in colours.items()}
    return {name: colour.hex for name, colour in colours.items()}
