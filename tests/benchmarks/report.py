"""Figures as a reader wants them: percentiles, slopes, tables in Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence

MEGABYTE, MILLION, MILLI = 1e6, 1e6, 1e3
NONE = "-"
"""Stands where nothing was measured."""


def percentile(figures: Sequence[float], share: float) -> float:
    """Return what a share of the figures, from 0 to 1, does not exceed; between two of them, on a straight line.

    Raises ValueError where there are no figures.
    """
    if not figures:
        raise ValueError("no figures")
    ordered = sorted(figures)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """Return the exponent of growth: the slope of the best straight line through the logarithms of both coordinates.

    1 is linear, 2 is quadratic. None where fewer than two different positive points are given.
    """
    logs = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    if len({x for x, _ in logs}) < 2:
        return None
    middle_x, middle_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    spread = sum((x - middle_x) ** 2 for x, _ in logs)
    return float(sum((x - middle_x) * (y - middle_y) for x, y in logs) / spread)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table whose first column is words and whose others are figures; none without rows."""
    if not rows:
        return []
    marks = ["---", *["---:"] * (len(heads) - 1)]
    return [f"| {' | '.join(line)} |" for line in (heads, marks, *rows)]


def seconds(figure: float | None) -> str:
    """Write seconds with three digits that count."""
    if figure is None:
        return NONE
    return f"{figure:.{max(0, min(3, 2 - math.floor(math.log10(figure)))) if figure > 0 else 3}f}"


def milliseconds(figure: float | None) -> str:
    """Write seconds as milliseconds."""
    return NONE if figure is None else f"{figure * MILLI:.1f}"


def megabytes(figure: float | None) -> str:
    """Write bytes as millions of them."""
    return NONE if figure is None else f"{figure / MEGABYTE:.0f}"


def times(figure: float | None) -> str:
    """Write a ratio."""
    return NONE if figure is None else f"{figure:.2f}"
