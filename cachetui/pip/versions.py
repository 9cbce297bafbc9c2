"""Differences between versions of pip; the version of an environment's pip, and the index in its source."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from packaging.version import Version

HTTP_V2_SINCE = (23, 3)
"""First pip version that keeps responses in `http-v2/`, and that does not read `http/`."""
REFRESH_PACKAGE_SINCE = (26, 2)
"""First pip version with the option `--refresh-package`."""
XdgWay = Literal["verbatim", "filled", "stripped", "absolute"]
"""Treatment of XDG variables: which values are used.

`verbatim`: all values. `filled`: values that are not blank. `stripped`: the same, without surrounding spaces.
`absolute`: only absolute paths.
"""
XDG: tuple[tuple[tuple[int, ...], XdgWay], ...] = (
    ((26, 3), "absolute"),
    ((26, 2), "stripped"),
    ((21, 3), "filled"),
    ((), "verbatim"),
)
"""First version of pip with each treatment of XDG variables, the newest first.

The treatment is that of pip's vendored platformdirs, or of appdirs in older versions.
"""


class PipBehaviour(NamedTuple):
    """Differences in how versions of pip treat settings."""

    xdg: XdgWay = "absolute"
    """Treatment of XDG variables."""
    on_mac: bool = True
    """Whether XDG variables are used on macOS, too (from 26.2)."""
    merges: bool = True
    """Whether an empty value hides the values that it overrides; in 25.2 and 25.3 it does not."""
    by_file: bool = True
    """Whether pip reads a file that occurs twice in its order at the first place (from 25.2), not at the last."""
    normalises: bool = True
    """Whether two spellings of one name in one section are an error (from 26.3)."""
    unsets_anywhere: bool = True
    """Whether `pip config unset` searches all files of a level, not just the strongest.

    It does so from 26.3 at the latest.
    """


def ways_of(version: Version | None) -> PipBehaviour:
    """Return the behaviour of a version of pip from 20.1 on; None means the newest known version."""
    if version is None:
        return PipBehaviour()
    release = version.release[:2]
    return PipBehaviour(
        xdg=next(way for since, way in XDG if release >= since),
        on_mac=release >= (26, 2),
        merges=release not in ((25, 2), (25, 3)),
        by_file=release >= (25, 2),
        normalises=release >= (26, 3),
        unsets_anywhere=release >= (26, 3),
    )


SITE_PACKAGES = ("lib/python*/site-packages", "lib/python*/dist-packages", "Lib/site-packages")
"""Patterns of the folders that hold an environment's packages, relative to its prefix."""
STAND_INS = ("", "versions/*/", "installs/python/*/")
"""Patterns of environments, relative to a prefix: the prefix itself, and those of tools with shims (pyenv, asdf)."""
INDEX_SOURCES = ("pip/_internal/models/index.py", "pip/models/index.py")
"""Source files in which pip names PyPI: that of pip 10 and later, then that of older versions."""
PYPI = re.compile(r"""\bPyPI\s*=\s*PackageIndex\(\s*["'](https?://[^"'\s]+)["']""")
LONGEST_SOURCE = 65_536
"""Maximum size in bytes of a file in `INDEX_SOURCES`."""


def pip_index(prefix: Path) -> str | None:
    """Return the URL of PyPI's index in the source of an environment's pip, without running it; None if unclear.

    For a shim that starts one of several Pythons, any of their pips will do.
    """
    folders = [f"{above}{folder}" for above in STAND_INS for folder in SITE_PACKAGES]
    for place in (
        place for folder in folders for source in INDEX_SOURCES for place in prefix.glob(f"{folder}/{source}")
    ):
        with suppress(OSError, UnicodeDecodeError):
            is_plausible = place.is_file() and place.stat().st_size < LONGEST_SOURCE
            if is_plausible and (found := PYPI.search(place.read_text(encoding="utf-8"))):
                return f"{found[1].rstrip('/')}/simple"
    return None


def pip_version(prefix: Path) -> Version | None:
    """Return the version of an environment's pip by its metadata, without running pip; None if unclear."""
    found = set()
    for folder in SITE_PACKAGES:
        for metadata in prefix.glob(f"{folder}/pip-*.*-info"):
            name, _, version = metadata.stem.partition("-")
            try:
                found.add(Version(version.partition("-py")[0]) if name.lower() == "pip" else None)
            except ValueError:  # InvalidVersion, or more digits than int() accepts
                return None
    return found.pop() if len(found) == 1 else None
