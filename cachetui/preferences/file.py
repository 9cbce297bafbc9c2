"""Read the user's preferences: those in a file that cachetui never writes, and those chosen in the browser."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import platformdirs

from cachetui.preferences.browser_choices import protected_path, read_protected_projects, read_theme_file
from cachetui.preferences.model import Preferences, Problem, Protection

LONGEST = 1_000_000
"""Maximum size of a preferences file in bytes."""


def preferences_path() -> Path:
    """Return the path of the user's preferences file."""
    return Path(platformdirs.user_config_path("cachetui", appauthor=False)) / "preferences.toml"


def read_preferences(path: Path | None = None, protected: Path | None = None) -> Preferences:
    """Return the preferences in the user's file, or in the file at `path`. Never raises.

    Without a file, all preferences have their defaults. The theme is the one in the file, or else the one that the user
    chose in the browser. The projects that the user protected in the browser are added to what the file protects;
    they are read from the file at `protected`, by default the user's state file.
    """
    preferences = _with_protected(_read(path or preferences_path()), protected or protected_path())
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
            raise OSError("it is a broken link") from None
        return None
    if len(content) > LONGEST:
        raise OSError("it is too long")
    return content


def _with_protected(preferences: Preferences, path: Path) -> Preferences:
    """Add the projects in the file at `path` to what is protected; a problem with the file blocks removal."""
    try:
        names = read_protected_projects(path)
    except (OSError, ValueError) as error:
        why = error.strerror or error if isinstance(error, OSError) else error
        problem = Problem(str(path), f"the projects protected in the browser cannot be read: {why}", "removal")
        return replace(preferences, problems=(*preferences.problems, problem))
    if not names:
        return preferences
    from cachetui.terms import parse_terms  # noqa: PLC0415 - only projects that are protected need it

    before = preferences.protection
    terms = (*before.terms, *[parse_terms([f'"{name}"']) for name in names])
    return replace(preferences, protection=Protection(terms, before.written, names))
