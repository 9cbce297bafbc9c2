"""Find the files in a wheel that make Python run code at each start, once the wheel is installed.

Sources: Python's `site` module (`.pth`, `sitecustomize`, `usercustomize`; `.start` files, PEP 829, from 3.15); the
wheel specification (the `.data` directory); pip's `_internal/operations/install/wheel.py`.
"""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Iterator

from cachetui.pip.formats.archives import UNREADABLE, zip_directory
from cachetui.pip.formats.body import Body

ENDINGS = (".pth", ".start")
"""Suffixes of the files that Python reads at each start."""
MODULES = ("sitecustomize", "usercustomize")
"""Modules that Python imports at each start."""
HINTS = (b".pth", b".start", b"customize")
"""Parts of names: the name of each file that makes Python run code at its start contains one of them."""
LIBRARIES = ("purelib", "platlib")
"""Folders in a wheel's `.data` directory whose files are installed beside the wheel's other modules."""
FOLDERS = ("site-packages", "dist-packages")
"""Lower-case names of the folders in which Python looks for files to run when it starts."""


def startup_files(body: Body) -> tuple[str, ...]:
    """Return the names of a wheel's files that make Python run code at its start; none if it has no zip directory."""
    try:
        directory = zip_directory(body)
    except UNREADABLE:
        return ()
    if directory is None or not any(hint in directory for hint in HINTS):
        return ()
    return tuple(sorted({name for name in member_names(directory) if _runs_at_start(name)}))


def member_names(directory: bytes) -> Iterator[str]:
    """Yield the names of all members in a zip's directory, up to the first that is damaged."""
    at = 0
    while directory.startswith(b"PK\1\2", at) and at + 46 <= len(directory):
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        yield directory[at + 46 : at + 46 + name].decode("utf-8", "replace")
        at += 46 + name + extra + comment


def _runs_at_start(name: str) -> bool:
    """Return whether Python runs a member of a wheel at each start, once the wheel is installed."""
    first, *rest = posixpath.normpath(name).split("/")
    if first.endswith(".data") and rest:
        scheme, *rest = rest
        if scheme == "data" and len(rest) > 1:  # installed below the environment's prefix
            places = [at for at, part in enumerate(rest) if part.lower() in FOLDERS]
            rest = rest[places[-1] + 1 :] if places else []
        elif scheme not in LIBRARIES:
            return False
        first, rest = (rest[0], rest[1:]) if rest else ("", [])
    if first.partition(".")[0] in MODULES:
        return not rest or rest[0].startswith("__init__.")
    return first.endswith(ENDINGS) and not rest
