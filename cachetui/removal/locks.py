"""The lock files of entries: a program that writes an entry holds its locks (filelock's `UnixFileLock`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from cachetui.model import File
from cachetui.removal.recheck import KeptError, reason_of
from cachetui.removal.rooted import PathCursor

NO_LOCKS = "its lock cannot be held on this system while it is removed"
"""Reason to keep an entry with locks on Windows, where a file that is open cannot be removed."""
FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


@contextmanager
def locked(way: PathCursor, locks: Iterable[File], tool: str) -> Iterator[None]:
    """Hold the locks of an entry, without waiting for them; lock files that are gone are left out.

    Raises KeptError if a lock cannot be taken, for example because the program `tool` holds it.
    """
    held: list[int] = []
    try:
        for file in locks:
            parent, _, name = file.path.rpartition("/")
            try:
                directory = way.go(parent)
                held.append(os.open(directory.prefix + name, FLAGS, dir_fd=directory.descriptor))
                _lock(held[-1])
            except FileNotFoundError:
                continue
            except BlockingIOError as error:
                raise KeptError(f"{tool} is using it") from error
            except OSError as error:
                raise KeptError(reason_of(error)) from error
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        raise KeptError(NO_LOCKS)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        """Lock an open file until it is closed. Raises OSError."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
