"""Safe file names: those of wheels and sdists, none of which leads elsewhere."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from cachetui.pip.formats.archives import Named
from cachetui.pip.scan.identify import dist_of

NAME = re.compile(r"[A-Za-z0-9_][\w.+!-]*", re.ASCII)
"""Characters of the names of wheels and sdists; no name is hidden, none can be taken for an option."""
DEVICES = frozenset(
    ("CON", "PRN", "AUX", "NUL", *[f"{port}{number}" for port in ("COM", "LPT") for number in range(10)])
)
"""Names that stand for devices on Windows, whatever ending follows them."""


def named_by(filename: str | None) -> Named | None:
    """Return the project and version in a file name; None if it is not that of a wheel or sdist, or not safe."""
    if not filename or not NAME.fullmatch(filename) or filename.partition(".")[0].upper() in DEVICES:
        return None
    dist = dist_of(filename)
    if dist.kind not in ("wheel", "sdist") or dist.project is None or dist.version is None:
        return None
    try:
        version = parse_wheel_filename(filename)[1] if dist.kind == "wheel" else Version(dist.version)
    except ValueError:  # InvalidVersion, or more digits than Python takes for a number
        return None
    return Named(canonicalize_name(dist.project), str(version), filename)


def agree(one: Named, other: Named) -> bool:
    """Return whether two ways to name a file say the same: the project and, by PEP 440, the version."""
    return one.project == other.project and Version(one.version) == Version(other.version)
