"""The state of a file that writing changes and reading does not."""

from __future__ import annotations

from pathlib import Path


def state_of(path: Path) -> tuple[int, int, int, int, int]:
    """Return mode, inode, size, and the times of the last writing and change; a link's own, without following it."""
    found = path.lstat()
    return found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
