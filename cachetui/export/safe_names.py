"""Safe names for exported files: none of them leads out of the target folder. `export.py` chooses one for a file."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from cachetui.pip.formats.archives import ArchiveName
from cachetui.pip.formats.index_files import version_in
from cachetui.pip.formats.wheel_names import todays_name
from cachetui.pip.scan.identify import dist_of

NAME = re.compile(r"[A-Za-z0-9_][\w.+!-]*", re.ASCII)
"""Pattern of safe file names: no hidden file, and nothing that looks like an option."""
DEVICES = frozenset(
    ("CON", "PRN", "AUX", "NUL", *[f"{port}{number}" for port in ("COM", "LPT") for number in range(10)])
)
"""Windows device names, which are reserved even with a file extension."""


def named_by(filename: str | None, project: str | None = None) -> ArchiveName | None:
    """Return the project and version in a file name, together with a file name that every pip accepts.

    A wheel under a legacy name gets the name that its project and version have today. `project` is the canonical name
    of the project if it is known; without it, an sdist's version that contains hyphens is misread. Return None if the
    name is unsafe, or not that of a wheel or sdist that pip can install.
    """
    if not filename or not NAME.fullmatch(filename) or filename.partition(".")[0].upper() in DEVICES:
        return None
    if filename.endswith(".whl"):
        filename = todays_name(filename)
    elif project and (listed := version_in(filename, project)):
        return ArchiveName(project, str(listed), filename)
    dist = dist_of(filename)
    if dist.kind not in ("wheel", "sdist") or dist.project is None or dist.version is None:
        return None
    try:
        version = parse_wheel_filename(filename)[1] if dist.kind == "wheel" else Version(dist.version)
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        return None
    return ArchiveName(canonicalize_name(dist.project), str(version), filename)


def agree(one: ArchiveName, other: ArchiveName) -> bool:
    """Return whether two identifications of a file agree on project and version (PEP 440)."""
    return one.project == other.project and Version(one.version) == Version(other.version)
