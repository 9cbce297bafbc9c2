"""Read the user's preferences file; read and write the theme that the user chose in the browser.

The preferences file belongs to the user, and cachetui never writes it. The theme has a small state file
of its own.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import platformdirs

from cachetui.errors import CachetuiError
from cachetui.preferences.model import Preferences
from cachetui.preferences.names import THEMES
from cachetui.system.files import is_at_home, is_own, replace_file

LONGEST = 1_000_000
"""Maximum size of a preferences file in bytes."""
LONGEST_THEME = 100
"""Maximum number of bytes read from a theme file."""


def preferences_path() -> Path:
    """Return the path of the user's preferences file."""
    return Path(platformdirs.user_config_path("cachetui", appauthor=False)) / "preferences.toml"


def theme_path() -> Path:
    """Return the path of the file with the theme that the user chose in the browser."""
    return Path(platformdirs.user_state_path("cachetui", appauthor=False)) / "theme"


def read_preferences(path: Path | None = None) -> Preferences:
    """Return the preferences in the user's file, or in the file at `path`. Raises nothing.

    Without a file, all preferences have their defaults. The theme is the one in the file, or else the one
    that the user chose in the browser.
    """
    preferences = _read(path or preferences_path())
    return preferences if preferences.theme else replace(preferences, theme=read_theme_file())


def _read(path: Path) -> Preferences:
    try:
        content = _content(path)
    except OSError as error:
        from cachetui.preferences.validate import unreadable  # noqa: PLC0415 - only a file that is there needs it

        return unreadable(path, f"the file cannot be read: {error.strerror or error}")
    if content is None:
        return Preferences(path)
    from cachetui.preferences.validate import validate  # noqa: PLC0415

    return validate(content, path)


def _content(path: Path) -> bytes | None:
    """Return the content of a file; None if there is none. Raises OSError."""
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


def read_theme_file(path: Path | None = None) -> str | None:
    """Return the theme that the user chose in the browser; None if no file that the user owns names one."""
    try:
        with open(path or theme_path(), "rb", opener=_open_here) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or not is_own(found):
                return None
            theme = file.read(LONGEST_THEME).decode("utf-8", "replace").strip()
    except OSError:
        return None
    return theme if theme in THEMES else None


def _open_here(path: str, flags: int) -> int:
    """Open a file without following a link and without waiting for a pipe."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def save_theme(theme: str, preferences: Preferences, path: Path | None = None) -> None:
    """Save the theme that the user chose in the browser; `path` is the theme file, by default the user's.

    Raises CachetuiError if it cannot be written, or if the preferences set another theme, which takes
    precedence.
    """
    if "theme" in preferences.given:
        if theme == preferences.theme:
            return
        raise CachetuiError(f'Theme not saved: {preferences.path} sets "{preferences.theme}". Change it there.')
    path = path or theme_path()
    try:
        if not is_at_home(path):
            raise OSError("its folder belongs to another user")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, f"{theme}\n".encode())
    except OSError as error:
        raise CachetuiError(f"Theme not saved: cannot write {path}: {error.strerror or error}.") from None
