"""Directories beneath a root, opened so that no link and no rename can lead elsewhere."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

OPEN = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
BY_DESCRIPTOR = {os.open, os.stat, os.unlink, os.rmdir} <= os.supports_dir_fd and os.listdir in os.supports_fd
"""Whether this system can reach files relative to an open directory."""


class Directory:
    """A directory that is held open; where a system cannot do that, one whose path is looked at on each level.

    A name in it is given to calls of `os` as `prefix + name` and `dir_fd=descriptor`.
    """

    __slots__ = ("descriptor", "found", "prefix")

    descriptor: int | None
    """What holds it open."""
    prefix: str
    """What names in it start with: nothing, or its path where there is no descriptor."""
    found: os.stat_result
    """What it was when it was opened."""

    def __init__(self, path: str, parent: int | None = None, *, by_descriptor: bool = BY_DESCRIPTOR) -> None:
        """Open a directory. Raises NotADirectoryError or ELOOP for a link, as for anything else than a directory."""
        if by_descriptor:
            self.prefix, self.descriptor = "", os.open(path, OPEN, dir_fd=parent)
            self.found = os.fstat(self.descriptor)
        else:
            self.prefix, self.descriptor = os.path.join(path, ""), None  # noqa: PTH118 - ends in a separator
            self.found = Path(path).lstat()
            elsewhere = getattr(self.found, "st_reparse_tag", 0)  # a junction or mount point of Windows
            if elsewhere or not stat.S_ISDIR(self.found.st_mode):
                raise _not_a_directory(path)

    def enter(self, name: str) -> Directory:
        """Open a directory in this one."""
        return Directory(self.prefix + name, self.descriptor, by_descriptor=self.descriptor is not None)

    def look(self, name: str) -> os.stat_result:
        """Look at a name in it without following a link. Raises NotADirectoryError if its path leads elsewhere now."""
        if self.descriptor is None:
            here = Path(self.prefix).lstat()
            if (here.st_dev, here.st_ino) != (self.found.st_dev, self.found.st_ino):
                raise _not_a_directory(self.prefix)
        return os.stat(self.prefix + name, dir_fd=self.descriptor, follow_symlinks=False)

    def names(self) -> list[str]:
        """List it."""
        return os.listdir(self.prefix if self.descriptor is None else self.descriptor)  # noqa: PTH208 - a descriptor

    def close(self) -> None:
        """Let go of it."""
        if self.descriptor is not None:
            os.close(self.descriptor)


class Descent:
    """The way from a root down to one directory, all of it open, never onto another file system."""

    def __init__(self, root: Directory, left: Callable[[str, Directory, Directory], None]) -> None:
        """Start at an open root; `left` is told of each directory below it that was closed: path, itself, parent."""
        self._left = left
        self._open = [("", root)]
        """Each with its path relative to the root, which comes first."""

    def go(self, path: str) -> Directory:
        """Return the open directory at `path`, having closed those that do not lead there.

        Raises OSError if it cannot be opened, NotADirectoryError for a link on the way.
        """
        here, directory = self._open[-1]
        if path == here:
            return directory
        while here and not path.startswith(f"{here}/"):
            self._leave()
            here, directory = self._open[-1]
        for name in path[len(here) :].strip("/").split("/") if path != here else ():
            if name in ("", ".", ".."):
                raise _not_a_directory(path)
            directory = directory.enter(name)
            if directory.found.st_dev != self._open[0][1].found.st_dev:
                directory.close()
                raise OSError(errno.EXDEV, "lies on another file system", path)
            here = f"{here}/{name}" if here else name
            self._open.append((here, directory))
        return directory

    def close(self) -> None:
        """Close everything, the root last."""
        while len(self._open) > 1:
            self._leave()
        self._open.pop()[1].close()

    def _leave(self) -> None:
        path, directory = self._open.pop()
        directory.close()
        self._left(path, directory, self._open[-1][1])


def _not_a_directory(path: str) -> NotADirectoryError:
    return NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
