"""Directories beneath a root, opened so that no link and no rename can lead elsewhere."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

ONLY_DIRECTORIES = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
TO_LIST = os.O_RDONLY | ONLY_DIRECTORIES
TO_REACH = getattr(os, "O_PATH", os.O_RDONLY) | ONLY_DIRECTORIES
"""Flags to reach the content of a directory, for which less is needed than to list it, where the system can do that."""
BY_DESCRIPTOR = {os.open, os.stat, os.unlink, os.rmdir} <= os.supports_dir_fd and os.listdir in os.supports_fd
"""Whether this system can reach files relative to an open directory."""


class Directory:
    """A directory that is held open; where a system cannot do that, one whose path is looked at on each level.

    A name in it is given to calls of `os` as `prefix + name` and `dir_fd=descriptor`.
    """

    __slots__ = ("descriptor", "found", "prefix", "taken_from")

    descriptor: int | None
    """The descriptor that holds it open; None where a system cannot do that."""
    prefix: str
    """The prefix of names in it: empty, or its path where there is no descriptor."""
    found: os.stat_result
    """Its status when it was opened."""
    taken_from: bool
    """Whether something in it was removed since."""

    def __init__(self, path: str, parent: int | None = None, *, by_descriptor: bool = BY_DESCRIPTOR) -> None:
        """Open a directory. Raises NotADirectoryError or ELOOP for a link or anything else that is no directory."""
        self.taken_from = False
        if by_descriptor:
            self.prefix, self.descriptor = "", os.open(path, TO_REACH, dir_fd=parent)
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
        if self.descriptor is None:
            return os.listdir(self.prefix)  # noqa: PTH208 - names are wanted, not paths
        listing = os.open(".", TO_LIST, dir_fd=self.descriptor)
        try:
            return os.listdir(listing)  # noqa: PTH208 - a descriptor
        finally:
            os.close(listing)

    def close(self) -> None:
        """Close it."""
        if self.descriptor is not None:
            try:  # noqa: SIM105 - `suppress` takes longer than closing does
                os.close(self.descriptor)
            except OSError:  # it is closed all the same, and nothing was written that could be lost
                pass


class PathCursor:
    """The way from a root down to one directory, all of it open, never onto another file system."""

    def __init__(self, root: Directory, left: Callable[[str, Directory, Directory], None]) -> None:
        """Start at an open root; `left` is called for each directory below it that was closed: path, itself, parent."""
        self._left = left
        self._device = root.found.st_dev
        self._above: list[tuple[str, Directory]] = []
        """The open directories above the one it has come to, from the root on, each with its path."""
        self._path, self._directory = "", root

    def go(self, path: str) -> Directory:
        """Return the open directory at `path`, relative to the root, having closed those that do not lead there.

        Raises OSError if it cannot be opened, NotADirectoryError for a link on the way.
        """
        if path == self._path:
            return self._directory
        while self._above and path != self._path and not path.startswith(f"{self._path}/"):
            self._leave()
        below = path[len(self._path) + 1 :] if self._path else path
        for name in below.split("/") if below else ():
            if name in ("", ".", ".."):
                raise _not_a_directory(path)
            directory = self._directory.enter(name)
            if directory.found.st_dev != self._device:
                directory.close()
                raise OSError(errno.EXDEV, "lies on another file system", path)
            self._above.append((self._path, self._directory))
            self._path, self._directory = f"{self._path}/{name}" if self._path else name, directory
        return self._directory

    def close(self) -> None:
        """Close everything, the root last."""
        while self._above:
            self._leave()
        self._directory.close()

    def _leave(self) -> None:
        path, directory = self._path, self._directory
        self._path, self._directory = self._above.pop()
        directory.close()
        self._left(path, directory, self._directory)


def _not_a_directory(path: str) -> NotADirectoryError:
    return NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
