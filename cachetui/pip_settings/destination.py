"""Check a folder that the user chose as pip's new cache."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cachetui.errors import CachetuiError
from cachetui.pip.config.paths import expand, home, objection


class DestinationError(CachetuiError):
    """Error for a folder that is unsuitable as pip's cache; nothing was changed."""


def destination(typed: str, root: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that a user means by `typed`, with `~` expanded by `environ`; it need not exist.

    `root` is the current folder of the cache. Raises DestinationError with a sentence that says why the
    folder is unsuitable.
    """
    if not typed:
        raise DestinationError("Type a folder.")
    if not typed.isprintable():
        raise DestinationError("A folder's name must not contain line breaks or other control characters.")
    whole = expand(typed, sys.platform, environ)
    tilde = Path(typed).parts[0]
    if whole.startswith("~"):
        who = f"there is no user named {tilde[1:]}" if tilde[1:] else "no home directory is known"
        raise DestinationError(f"{typed} is not a folder: {who}.")
    if tilde.startswith("~") and not os.path.isdir(base := expand(tilde, sys.platform, environ)):  # noqa: PTH112
        raise DestinationError(f"{tilde} stands for {base}, which does not exist: type the whole path.")
    if not os.path.isabs(whole):  # noqa: PTH117 - the path is text
        raise DestinationError(f"{typed} is relative: begin with / or ~.")
    place = Path(os.path.normpath(whole))
    if hindrance := _hindrance(place, Path(os.path.realpath(root)), Path(home(sys.platform, environ))):
        raise DestinationError(hindrance)
    return place


def _hindrance(place: Path, root: Path, own: Path) -> str | None:
    """Return why a folder is unsuitable; None if it is suitable.

    `root` is the current folder of the cache with links resolved, `own` the home directory.
    """
    try:
        real = Path(os.path.realpath(place))
        with suppress(FileNotFoundError, NotADirectoryError):  # the folder need not exist
            place.lstat()
        nearest = next(path for path in (place, *place.parents) if os.path.lexists(path))
        if nearest.is_symlink() and not nearest.exists():
            return f"{nearest} is a link to something that does not exist."
        if not nearest.is_dir():
            return f"{nearest} is not a folder."
    except OSError as error:  # such as a name that is too long
        return f"{place} cannot be checked: {error.strerror}."
    if real == root:
        return f"The cache is in {place} already."
    own = Path(os.path.realpath(own))
    if real.is_relative_to(root) and not own.is_relative_to(root):  # unless the cache contains the home directory
        return f"{place} is inside the present cache, {root}: choose a folder outside of it."
    if own.is_relative_to(real):
        return f"{place} is your home directory or contains it: choose a folder for the cache alone."
    return f"{why}: pip would not use it." if (why := objection(str(place))) else None


def is_empty(root: Path) -> bool:
    """Return whether a folder is missing or has no files below it; an unreadable folder is not empty."""
    unread: list[OSError] = []
    if not os.path.lexists(root):
        return True
    return not any(files for _, _, files in os.walk(root, onerror=unread.append)) and not unread
