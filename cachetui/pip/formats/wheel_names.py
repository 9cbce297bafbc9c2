"""Read a wheel's file name as pip does: by the wheel specification, or by the laxer rules of pip before 25.3.

Source: pip's `_internal/models/wheel.py` (`Wheel`, `legacy_wheel_file_re` in 24.3 to 25.2, `wheel_file_re` before).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from cachetui.pip.formats.archives import NAME

STRICT_SINCE = (25, 3)
"""First pip version that accepts only names that follow the wheel specification."""
LEGACY_NOTE = "its name is not a wheel's by today's rules: only pip before 25.3 takes it"
"""Clause about a wheel whose name only older pips accept."""
LEGACY = re.compile(r"([^\s/-]+)-([^\s/-]+)(?:-\d[^/-]*)?-[^\s/-]+-[^\s/-]+-[^\s/-]+\.whl")
"""Pattern of a wheel's name, with project and version as groups, as pips before 25.3 match it."""


class WheelName(NamedTuple):
    """Parts of a wheel's file name that say which project and version it is a build of."""

    project: str
    """Canonical name of the project."""
    version: str
    """Version as written; in a legacy name, each `_` is replaced by `-`, as in pip."""
    is_legacy: bool
    """Whether only versions of pip before 25.3 accept the name."""


def wheel_name(filename: str) -> WheelName | None:
    """Return the parts of a wheel's file name; None if no pip accepts it."""
    try:
        return WheelName(parse_wheel_filename(filename)[0], filename.split("-")[1], False)
    except ValueError:  # InvalidWheelFilename, or more digits than int() accepts
        pass
    found = LEGACY.fullmatch(filename)
    if found is None or not NAME.fullmatch(found[1].strip("_")):
        return None
    return WheelName(canonicalize_name(found[1]), found[2].replace("_", "-"), True)


def is_legacy_name(filename: str, version: str) -> bool:
    """Return whether a wheel's file name is a legacy one because its version, as written in the wheel, has a hyphen."""
    return "-" in version and filename.split("-", 2)[1] == version.replace("-", "_")


def todays_name(filename: str) -> str:
    """Return a name that every pip accepts for a wheel with a legacy name; return other and invalid names unchanged."""
    name = wheel_name(filename)
    if name is None or not name.is_legacy:
        return filename
    try:
        version = str(Version(name.version))
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        return filename
    return "-".join([name.project.replace("-", "_"), version, *filename.split("-")[2:]])


def takes_legacy_names(pip: Version | None) -> bool:
    """Return whether a pip accepts legacy names of wheels; an unknown pip is taken as the newest one."""
    return pip is not None and pip.release[:2] < STRICT_SINCE
