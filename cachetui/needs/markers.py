"""Evaluate environment markers if only some of their variables are known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from packaging.markers import InvalidMarker, Marker

OPERAND = r"""(?:"[^"]*"|'[^']*'|[a-z_.]+)"""
COMPARISON = re.compile(rf"({OPERAND})\s*(?:===|[~=!<>]=|[<>]|(?:not\s+)?in\b)\s*({OPERAND})")
"""Pattern of a comparison in a marker (dependency specifiers, `marker_expr`)."""
TRUE = 'python_version >= "0"'
"""Comparison that is true in every environment."""


def suppose(marker: Marker, true: Collection[str] = (), *, but: Collection[str] = ()) -> Marker:
    """Return a marker in which some comparisons are replaced by one that is always true.

    If `true` is given, comparisons of its variables are replaced; otherwise all except those of variables in `but`.
    """

    def replaced(found: re.Match[str]) -> str:
        operands = set(found.groups())
        return TRUE if (operands & {*true} if true else not operands & {*but}) else found[0]

    return Marker(COMPARISON.sub(replaced, str(marker)))


def may_apply(marker: Marker | None, extras: Iterable[str]) -> bool:
    """Return whether a marker may be true in some environment, for one of `extras` or for no extra."""
    if marker is None:
        return True
    try:
        supposed = suppose(marker, but=("extra",))
        return any(supposed.evaluate({"extra": extra}) for extra in ("", *extras))
    except (ValueError, KeyError):  # a version in it is invalid
        return True


def any_of(markers: Iterable[str]) -> Marker | None:
    """Return a marker that is true if any of `markers` is true; None if there are none. Raises ValueError."""
    texts = sorted({*markers})
    try:
        return Marker(" or ".join([f"({text})" for text in texts])) if texts else None
    except InvalidMarker as error:
        raise ValueError(str(error).partition("\n")[0]) from error


def both(one: Marker | None, other: Marker | None) -> Marker | None:
    """Return a marker that is true if both markers are; None stands for a marker that is always true."""
    return Marker(f"({one}) and ({other})") if one and other else one or other
