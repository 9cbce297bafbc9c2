"""Read and write a file with results of earlier runs, as JSON with a checksum; a fault in it only costs time."""

from __future__ import annotations

import json
import os
import stat
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

from cachetui.system.files import is_at_home, is_own, replace_file

LARGEST = 16_777_216
"""Maximum number of bytes read from a file."""


def read_remembered(path: Path) -> dict[str, dict[str, Any]]:
    """Return the objects in a file by their keys; empty if it is missing, damaged, a link, or another user's."""
    with suppress(OSError, ValueError, RecursionError):
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(fd, "rb") as file:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode) or not is_own(found):
                return {}
            checksum, _, content = file.read(LARGEST).partition(b"\n")
        known = json.loads(content) if checksum == _checksum(content) else {}
        if isinstance(known, dict) and all(isinstance(one, dict) for one in known.values()):
            return known
    return {}


def write_remembered(path: Path, known: dict[str, dict[str, Any]]) -> None:
    """Write objects by their keys into a file; only the user can read a new one. On failure, the file is unchanged."""
    content = json.dumps(known).encode()
    with suppress(OSError):
        if is_at_home(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(path, _checksum(content) + b"\n" + content)


def _checksum(content: bytes) -> bytes:
    return b"%08x" % zlib.crc32(content)
