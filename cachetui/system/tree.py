"""Read below a root directory, held open if the system supports that; enter no links and no other file systems."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple, Self

from cachetui.errors import RootError
from cachetui.file_status import allocated, is_directory, is_link
from cachetui.model import File, Unreadable
from cachetui.system.mounts import file_system_of, mount_of

BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.scandir in os.supports_fd and hasattr(os, "O_DIRECTORY")
"""Whether directories can be reached through an open descriptor; False on Windows."""
NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
NOATIME = getattr(os, "O_NOATIME", 0)
OPEN_FILE = os.O_RDONLY | NOFOLLOW
for _flag in ("O_CLOEXEC", "O_NONBLOCK", "O_BINARY", "O_NOCTTY"):
    OPEN_FILE |= getattr(os, _flag, 0)
OPEN_QUIETLY = OPEN_FILE | NOATIME
OPEN_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
LAYERED = frozenset({"overlay", "aufs", "fuse.fuse-overlayfs", "fuse-overlayfs", "unionfs", "fuse.unionfs-fuse"})
"""Types of file systems with layers, where only the top layer changes."""
DEVICES: dict[int, int] = {}
"""Device numbers by themselves, so that equal numbers share one object in memory."""
GONE = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}
"""Numbers of the errors for a file that has been moved or removed."""

NO_RIGHT = "you have no right to read it"


MOUNTED = "another file system is mounted here; it was not entered"
UNKNOWN = "it may be mounted from elsewhere, which only /proc tells; it was not entered"
REPLACED = "it was replaced while it was read"


def never() -> bool:
    """Return False: never stop."""
    return False


class DirectoryListing(NamedTuple):
    """The content of one directory."""

    own: os.stat_result
    """The status of the directory itself."""
    files: dict[str, os.stat_result]
    """The status of each item that is not a directory, by name."""
    below: list[tuple[str, int]]
    """Subdirectories: the name and inode number of each."""


class LeftOut(OSError):  # noqa: N818 - says what was done with a directory
    """Error for a directory or file that is left out: it was replaced, is a link, or may be a mount point."""


class Tree:
    """A root directory, resolved once, and held open if the system supports that."""

    def __init__(self, root: Path) -> None:
        """Open a root. Raises RootError, whose message is a sentence about the problem."""
        try:
            resolved = root.resolve(strict=True)
            self._fd = os.open(resolved, OPEN_DIRECTORY) if BY_DESCRIPTOR else -1
            own = os.fstat(self._fd) if BY_DESCRIPTOR else resolved.stat()
            if not stat.S_ISDIR(own.st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        except FileNotFoundError as error:
            dangling = root.is_symlink()
            raise RootError(
                f"{root} is a link to {root.readlink()}, which does not exist."
                if dangling
                else f"{root} does not exist."
            ) from error
        except NotADirectoryError as error:
            raise RootError(f"{root} is a file, not a cache directory.") from error
        except PermissionError as error:
            raise RootError(f"{root} cannot be opened: you have no permission to read it.") from error
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL in the path
            raise RootError(f"{root} cannot be opened: {reason(error)}.") from error
        self.path = str(resolved)
        self.device, self.inode = own.st_dev, own.st_ino
        self.look_at: Callable[[str], os.stat_result] = (
            partial(os.stat, dir_fd=self._fd, follow_symlinks=False) if BY_DESCRIPTOR else self.lstat
        )
        """A faster `lstat`, for paths below the root."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the root."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def keeps_access_times(self) -> bool:
        """Return whether the file system records when a file was read, as far as the system reports that."""
        flag = getattr(os, "ST_NOATIME", 0)
        try:
            return os.name != "nt" and not (flag and os.fstatvfs(self._fd).f_flag & flag)
        except OSError:  # a file system that does not report this
            return False

    def is_layered(self) -> bool:
        """Return whether the file system has layers, as far as the system reports that."""
        return self.file_system() in LAYERED

    def file_system(self) -> str | None:
        """Return the type of the file system, such as "ext4"; None if the system does not report it."""
        return file_system_of(self._fd) if BY_DESCRIPTOR else None

    def list(self, path: str, inode: int | None = None) -> DirectoryListing:
        """List a directory by its path relative to the root.

        `inode` is the directory's inode number in the listing of its parent; None for the root. If the open directory
        has this number, it cannot be the target of a link. If it has another, it is opened again name by name, because
        in listings, some file systems (overlayfs, FUSE) give other numbers. Raises OSError; LeftOut, a kind of it, says
        why the directory was not entered.
        """
        if not BY_DESCRIPTOR:
            return self._list_by_path(path)
        fd = os.open(path or ".", OPEN_DIRECTORY | NOFOLLOW, dir_fd=self._fd)
        try:
            own = os.fstat(fd)
            self._check(own)
            if inode is not None and own.st_ino != inode:
                os.close(fd)
                fd = -1
                fd = self._walk(path)
                own = os.fstat(fd)
                self._check(own)
            files: dict[str, os.stat_result] = {}
            below = []
            with os.scandir(fd) as items:
                for item in items:
                    if item.is_dir(follow_symlinks=False):
                        below.append((item.name, item.inode()))
                    else:
                        try:
                            files[item.name] = item.stat(follow_symlinks=False)
                        except FileNotFoundError:
                            continue
        finally:
            if fd >= 0:
                os.close(fd)
        return DirectoryListing(own, files, below)

    def _check(self, own: os.stat_result) -> None:
        if own.st_dev != self.device:
            raise LeftOut(errno.EXDEV, MOUNTED)

    def _walk(self, path: str) -> int:
        """Open a directory name by name, so that no link can be in its path.

        A directory mounted from elsewhere on the same file system has the same device, but another mount. Raises
        OSError, and LeftOut for another mount or a replaced directory.
        """
        fd = os.dup(self._fd)
        try:
            for name in path.split("/"):
                below = os.open(name, OPEN_DIRECTORY | NOFOLLOW, dir_fd=fd)
                os.close(fd)
                fd = below
            mount = mount_of(fd)
            if mount != self._mount or (mount is None and sys.platform in ("linux", "android")):
                raise LeftOut(errno.EXDEV, MOUNTED if mount else UNKNOWN)
        except OSError as error:
            os.close(fd)
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                raise LeftOut(errno.ENOENT, REPLACED) from error
            raise
        return fd

    @cached_property
    def _mount(self) -> str | None:
        return mount_of(self._fd)

    def link_target(self, path: str) -> str | None:
        """Return the absolute path that a link leads to, fully resolved; None if the path is no link or unreadable."""
        try:
            found = self.lstat(path)
        except OSError:
            return None
        return os.path.realpath(os.path.join(self.path, path)) if is_link(found) else None  # noqa: PTH118

    def _list_by_path(self, path: str) -> DirectoryListing:
        whole = os.path.join(self.path, path)  # noqa: PTH118 - a Path each would double the time
        own = os.lstat(whole)
        if not is_directory(own):
            raise LeftOut(errno.ENOTDIR, "a link; it was not entered")
        self._check(own)
        files: dict[str, os.stat_result] = {}
        below = []
        with os.scandir(whole) as items:
            for item in items:
                try:
                    found = os.lstat(item.path)  # on Windows, scandir reports neither inode nor link count
                except FileNotFoundError:
                    continue
                if is_directory(found):
                    below.append((item.name, found.st_ino))
                else:
                    files[item.name] = found
        return DirectoryListing(own, files, below)

    def lstat(self, path: str) -> os.stat_result:
        """Return the status of a file or directory, without following a link. Raises OSError."""
        if BY_DESCRIPTOR:
            return os.stat(path or ".", dir_fd=self._fd, follow_symlinks=False)
        return os.lstat(os.path.join(self.path, path))  # noqa: PTH118

    def open(self, file: File) -> int:
        """Open a file for reading; keep its access time unchanged if the system allows that.

        Raises OSError, or LeftOut if another file is in its place, perhaps behind a link in its path.
        """
        path = file.path if BY_DESCRIPTOR else os.path.join(self.path, file.path)  # noqa: PTH118
        below = self._fd if BY_DESCRIPTOR else None
        try:
            fd = os.open(path, OPEN_QUIETLY, dir_fd=below)
        except PermissionError:  # only a file's owner may keep its access time unchanged (open(2))
            if not NOATIME:
                raise
            fd = os.open(path, OPEN_FILE, dir_fd=below)
        found = os.fstat(fd)
        if found.st_ino != file.inode or found.st_dev != (file.device or self.device):
            os.close(fd)
            raise LeftOut(errno.ENOENT, REPLACED)
        return fd


def file_at(path: str, found: os.stat_result) -> File:
    """Make a `File` from a path and its status."""
    device = DEVICES.setdefault(found.st_dev, found.st_dev)
    values = path, found.st_ino, found.st_mtime_ns, found.st_size, allocated(found), found.st_nlink, device
    return tuple.__new__(File, values)  # what `File` itself does, with one call less


def reason(error: BaseException) -> str:
    """Return the system's message for an error, without path and number, or else the error's own text."""
    return str(getattr(error, "strerror", None) or error)


def unreadable(path: str, error: OSError) -> Unreadable:
    """Return the `Unreadable` of a path that could not be read because of an error."""
    return Unreadable(path, reason(error), is_denied(error))


def is_denied(error: BaseException) -> bool:
    """Return whether an error means that the user lacks permission."""
    return isinstance(error, PermissionError)
