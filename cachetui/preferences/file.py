"""The file of preferences: where it is, reading it, and the one thing that is written into it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import platformdirs

from cachetui.errors import CachetuiError
from cachetui.preferences.model import Preferences
from cachetui.system.files import is_at_home, replace_file

LONGEST = 1_000_000
"""Bytes of a file that are read at most: more are no preferences."""


def preferences_path() -> Path:
    """Return where the user's file is looked for."""
    return Path(platformdirs.user_config_path("cachetui", appauthor=False)) / "preferences.toml"


def read_preferences(path: Path | None = None) -> Preferences:
    """Read the user's file, or the one at `path`. Without one everything is at its default; raises nothing."""
    path = path or preferences_path()
    try:
        content = _content(path)
    except OSError as error:
        from cachetui.preferences.validate import unread  # noqa: PLC0415 - only a file that is there needs it

        return unread(path, f"the file cannot be read: {error.strerror or error}")
    if content is None:
        return Preferences(path)
    from cachetui.preferences.validate import judge  # noqa: PLC0415

    return judge(content, path)


def _content(path: Path) -> bytes | None:
    """Return what a file holds; None where there is none. Raises OSError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError("it is not a file")
        with path.open("rb") as file:
            content = file.read(LONGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        if os.path.lexists(path):
            raise OSError("it is a link that leads nowhere") from None
        return None
    if len(content) > LONGEST:
        raise OSError("it is too long")
    return content


def remember_theme(theme: str, path: Path | None = None) -> None:
    """Write the theme into the user's file, which is made if it is not there; all else in it stays byte for byte.

    The file is replaced by a whole one, of the same mode and owner. Raises CachetuiError where it cannot be written, or
    is no TOML.
    """
    path = path or preferences_path()
    try:
        place = Path(os.path.realpath(path))  # of a link, what it leads to is written
        content = _content(path) or b""
        changed = _with_theme(content, theme)
        if changed != content:
            if place.exists() and not os.access(place, os.W_OK):
                raise OSError("it is read-only")
            if not is_at_home(place):
                raise OSError("its folder is another user's")
            place.parent.mkdir(parents=True, exist_ok=True)
            replace_file(place, changed)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise CachetuiError(f"The theme is not remembered, for {path} cannot be changed: {reason}.") from None


def _with_theme(content: bytes, theme: str) -> bytes:
    """Return a file's content with another theme. Raises ValueError where it is no TOML."""
    from cachetui.preferences.toml import with_string  # noqa: PLC0415 - seldom needed

    text = content.decode("utf-8")
    mark = text[: text.startswith("\ufeff")]
    return f"{mark}{with_string(text.removeprefix(mark), 'theme', theme)}".encode()
