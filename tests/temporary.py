"""Folder for the tests' temporary files: in memory, if the system has room for them there.

If many files were removed within the last minute, ext4 takes about ten times as long to create a file, because it
avoids their inodes; the tests remove thousands.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
"""Folder of Linux whose files are in memory."""
ROOM = 2 << 30
"""Bytes that must be free there."""
NAMES = ("TMPDIR", "TEMP", "TMP", "PYTEST_DEBUG_TEMPROOT")
"""Variables with which the user names another place."""
DISK_NAMED_BY = "FOLDER_ON_DISK"
"""Variable with the folder for temporary files of tests that need directories which take room, as on most disks."""


def prefer_memory() -> None:
    """Have temporary files made in memory, if that is possible and the user names no place."""
    os.environ[DISK_NAMED_BY] = tempfile.gettempdir()
    if any(name in os.environ for name in NAMES) or not os.access(MEMORY, os.R_OK | os.W_OK | os.X_OK):
        return
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # it is looked up again


def disk() -> str:
    """Return the folder for temporary files that are to be on a disk."""
    return os.environ[DISK_NAMED_BY]
