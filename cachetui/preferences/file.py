"""Read the user's file of preferences; read and write the theme that the user chose in the browser.

The preferences are the user's own file and never written. The theme has a small state file beside them.
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
"""Bytes of a preferences file that are read at most."""
LONGEST_THEME = 100
"""Bytes of a theme file that are read at most."""


def preferences_path() -> Path:
    """Return the place of the user's preferences."""
    return Path(platformdirs.user_config_path("cachetui", appauthor=False)) / "preferences.toml"


def theme_path() -> Path:
    """Return the place of the theme that the user chose in the browser."""
    return Path(platformdirs.user_state_path("cachetui", appauthor=False)) / "theme"


def read_preferences(path: Path | None = None) -> Preferences:
    """Read the user's file, or the one at `path`. Without a file, everything is at its default. Raises nothing.

    The theme is the one in the file, or else the one that the user chose in the browser.
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
    """Return the theme that the user chose in the browser; None unless a file of the user's own names one."""
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
    """Open a file: no link is followed, and no pipe waited for."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def save_theme(theme: str, preferences: Preferences, path: Path | None = None) -> None:
    """Save the theme that the user chose in the browser, for `read_preferences`; `path` is the file of the theme.

    Raises CachetuiError if it cannot be written, or if the preferences set another theme: that one counts.
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
