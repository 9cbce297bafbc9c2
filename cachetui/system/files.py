"""Replace a file atomically; check the owner of a file or folder."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
"""Errors with which a file system without hard links, such as FAT, refuses to create one."""


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file atomically, keeping its mode and owner. Raises OSError.

    If the file is new, only the user can read it.
    """
    with ExitStack() as failed:
        name = _draft(path, content, failed)
        with suppress(FileNotFoundError):
            before = path.stat()
            Path(name).chmod(stat.S_IMODE(before.st_mode))
            if hasattr(os, "chown"):
                with suppress(PermissionError):
                    os.chown(name, before.st_uid, before.st_gid)
        os.replace(name, path)  # noqa: PTH105 - what deletes is found by this name
        failed.pop_all()


def create_file(path: Path, content: bytes) -> None:
    """Write a new file completely, or not at all. Raises FileExistsError if the name is taken, or OSError."""
    with ExitStack() as done:
        name = _draft(path, content, done)
        mask = os.umask(0o077)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        if os.name == "nt":
            os.rename(name, path)  # noqa: PTH104 - which overwrites nothing there
            return
        try:
            os.link(name, path)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))  # this reserves the name for the file
            try:
                os.replace(name, path)  # noqa: PTH105 - what deletes is found by this name
            except OSError:
                _discard(path)
                raise


def _draft(path: Path, content: bytes, failed: ExitStack) -> str:
    """Write a temporary file beside `path`, which `failed` discards, and return its name. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:64]}-")
    failed.callback(_discard, name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return name


def _discard(draft: str | Path) -> None:
    with suppress(OSError):
        os.unlink(draft)  # noqa: PTH108 - what deletes is found by this name


def is_own(found: os.stat_result) -> bool:
    """Return whether the user owns the file that has this status."""
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def is_at_home(place: Path) -> bool:
    """Return whether the user owns the nearest existing folder above a path. Raises OSError.

    Only then may a file be kept there: cachetui must leave nothing in another user's home if somebody runs
    it as a different user, for example with sudo.
    """
    return is_own(next(folder for folder in place.parents if folder.exists()).stat())


def current_folder_exists() -> bool:
    """Return whether the current folder still exists; another program may have removed it."""
    try:
        return bool(Path.cwd())
    except OSError:
        return False
