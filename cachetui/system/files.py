"""Create or replace whole files; check the owner of a file or folder, and whether the current folder exists."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

HAS_LINKS = hasattr(os, "link")
"""Whether Python can create hard links on this system; on Android, in Termux, it cannot."""
AS_IT_IS: dict[str, bool] = {"follow_symlinks": False} if HAS_LINKS and os.link in os.supports_follow_symlinks else {}
RESERVE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file atomically, keeping its mode and, if the system permits it, its owner. Raises OSError.

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
        give_name(name, str(path))


def give_name(draft: str, name: str, folder: int | None = None) -> None:
    """Give a complete file its final name; `draft` is its temporary name, which may remain.

    On a file system without hard links, an empty file has the final name at first, so that no other file can get it.
    Both names may be relative to an open `folder`. Raises FileExistsError if the name is taken, or OSError.
    """
    if os.name == "nt":
        os.rename(draft, name)  # noqa: PTH104 - which overwrites nothing there
        return
    if HAS_LINKS:
        try:
            os.link(draft, name, src_dir_fd=folder, dst_dir_fd=folder, **AS_IT_IS)
            return
        except FileExistsError:
            raise
        except OSError:  # FAT has no hard links, for example
            pass
    os.close(os.open(name, RESERVE, 0o600, dir_fd=folder))  # from here on, only this file can get the name
    try:
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        _discard(name, folder)
        raise


def _draft(path: Path, content: bytes, failed: ExitStack) -> str:
    """Write a temporary file beside `path` and return its name; `failed` deletes it when it closes. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:64]}-")
    failed.callback(_discard, name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return name


def _discard(draft: str, folder: int | None = None) -> None:
    with suppress(OSError):
        os.unlink(draft, dir_fd=folder)


def is_own(found: os.stat_result) -> bool:
    """Return whether the user owns the file that has this status."""
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def is_at_home(place: Path) -> bool:
    """Return whether the user owns the nearest existing folder above a path. Raises OSError.

    Only then may cachetui keep a file there: it must leave nothing in another user's home if somebody runs
    it as a different user, for example with sudo.
    """
    return is_own(next(folder for folder in place.parents if folder.exists()).stat())


def current_folder_exists() -> bool:
    """Return whether the current folder still exists; another program may have removed it."""
    try:
        return bool(Path.cwd())
    except OSError:
        return False
