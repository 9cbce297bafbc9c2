"""A root and directories below it, opened so that no link and, if possible, no renaming leads elsewhere."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from cachetui.file_status import is_directory

ONLY_DIRECTORIES = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
TO_LIST = os.O_RDONLY | ONLY_DIRECTORIES
TO_REACH = getattr(os, "O_PATH", os.O_RDONLY) | ONLY_DIRECTORIES
"""Flags to open a directory for access to its files, where possible even without the permission to list it."""
BY_DESCRIPTOR = {os.open, os.stat, os.unlink, os.rmdir} <= os.supports_dir_fd and os.listdir in os.supports_fd
"""Whether this system can access files relative to an open directory."""


class OpenDirectory:
    """A directory that is held open. If the system cannot do this, its path is used, and each part of it is checked.

    To access a name in it, pass `prefix + name` and `dir_fd=descriptor` to functions of `os`.
    """

    __slots__ = ("descriptor", "found", "prefix", "taken_from")

    descriptor: int | None
    """Open descriptor of the directory; None if the system does not support it."""
    prefix: str
    """Prefix of names in the directory: empty, or its path if there is no descriptor."""
    found: os.stat_result
    """Status of the directory when it was opened."""
    taken_from: bool
    """Whether something in the directory was removed since it was opened."""

    def __init__(self, path: str, parent: int | None = None, *, by_descriptor: bool = BY_DESCRIPTOR) -> None:
        """Open a directory. Raises OSError: for a link or a file, NotADirectoryError or one with ELOOP."""
        self.taken_from = False
        if by_descriptor:
            self.prefix, self.descriptor = "", os.open(path, TO_REACH, dir_fd=parent)
            self.found = os.fstat(self.descriptor)
        else:
            self.prefix, self.descriptor = os.path.join(path, ""), None  # noqa: PTH118 - ends in a separator
            self.found = os.lstat(path)
            if not is_directory(self.found):
                raise _not_a_directory(path)

    def enter(self, name: str) -> OpenDirectory:
        """Open a subdirectory."""
        return OpenDirectory(self.prefix + name, self.descriptor, by_descriptor=self.descriptor is not None)

    def look(self, name: str) -> os.stat_result:
        """Return the status of a name in the directory, without following a link.

        Raises OSError: NotADirectoryError if the path of the directory leads to another directory.
        """
        if self.descriptor is None:
            here = os.lstat(self.prefix)
            if (here.st_dev, here.st_ino) != (self.found.st_dev, self.found.st_ino):
                raise _not_a_directory(self.prefix)
        return os.stat(self.prefix + name, dir_fd=self.descriptor, follow_symlinks=False)

    def names(self) -> list[str]:
        """Return the names in the directory."""
        if self.descriptor is None:
            return os.listdir(self.prefix)  # noqa: PTH208 - names are wanted, not paths
        listing = os.open(".", TO_LIST, dir_fd=self.descriptor)
        try:
            return os.listdir(listing)  # noqa: PTH208 - a descriptor
        finally:
            os.close(listing)

    def close(self) -> None:
        """Close the directory."""
        if self.descriptor is not None:
            try:  # noqa: SIM105 - `suppress` takes longer than closing does
                os.close(self.descriptor)
            except OSError:  # it is closed anyway, and there is no written data to lose
                pass


class PathCursor:
    """Cursor on one directory below a root: all directories from the root to it are open, on one file system."""

    def __init__(self, root: OpenDirectory, left: Callable[[str, OpenDirectory, OpenDirectory], None]) -> None:
        """Start at an open root.

        `left` is called after a directory below the root is closed, with its path, the directory itself and its parent.
        """
        self._left = left
        self._device = root.found.st_dev
        self._above: list[tuple[str, OpenDirectory]] = []
        """Open directories above the current one, from the root on, each with its path."""
        self._path, self._directory = "", root

    def go(self, path: str) -> OpenDirectory:
        """Return the open directory at `path`, relative to the root; close all open directories that do not lead to it.

        Raises OSError if the directory cannot be opened, is on another file system, or has a link in its path.
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
