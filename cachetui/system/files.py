"""Write a file of ours anew: it stays as it was, or is whole; and check the owner of a place."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file at once, with the same mode and owner. Raises OSError.

    Where nothing bears the name yet, only the user can read it.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with ExitStack() as failed:
        failed.callback(_discard, name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            before = path.stat()
            Path(name).chmod(stat.S_IMODE(before.st_mode))
            if hasattr(os, "chown"):
                with suppress(PermissionError):
                    os.chown(name, before.st_uid, before.st_gid)
        os.replace(name, path)  # noqa: PTH105 - what deletes is found by this name
        failed.pop_all()


def _discard(draft: str) -> None:
    with suppress(OSError):
        os.unlink(draft)  # noqa: PTH108 - what deletes is found by this name


def is_own(found: os.stat_result) -> bool:
    """Return whether a file, by its status, is the user's own."""
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def is_at_home(place: Path) -> bool:
    """Return whether a file may be kept at a place: whether the nearest folder that is there is the user's own.

    Whoever runs this as somebody else, as by sudo, is to leave nothing in another user's home. Raises OSError.
    """
    return is_own(next(folder for folder in place.parents if folder.exists()).stat())


def current_folder_exists() -> bool:
    """Return whether the current folder is still there: another program may have removed it."""
    try:
        return bool(Path.cwd())
    except OSError:
        return False
