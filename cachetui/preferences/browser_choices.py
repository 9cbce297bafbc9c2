"""Read and write what the user chose in the browser: the theme, and the projects to protect.

Each has a small state file of its own, because the preferences file belongs to the user.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import platformdirs
from packaging.utils import canonicalize_name

from cachetui.errors import CachetuiError
from cachetui.preferences.model import Preferences
from cachetui.preferences.names import THEMES
from cachetui.system.files import is_at_home, is_own, replace_file

PROJECT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
"""Pattern of the name of a project (PEP 508)."""
LONGEST = 1_000_000
"""Maximum size of the file of protected projects in bytes."""
HEADER = "# Projects that cachetui protects because you pressed p in its browser, one on a line.\n"
LONGEST_THEME = 100
"""Maximum number of bytes read from a theme file."""


def theme_path() -> Path:
    """Return the path of the file with the theme that the user chose in the browser."""
    return Path(platformdirs.user_state_path("cachetui", appauthor=False)) / "theme"


def protected_path() -> Path:
    """Return the path of the file with the projects that the user protected in the browser."""
    return Path(platformdirs.user_state_path("cachetui", appauthor=False)) / "protected"


def read_protected_projects(path: Path | None = None) -> tuple[str, ...]:
    """Return the canonical names of the projects that the user protected in the browser, sorted; none without a file.

    Raises OSError if the file cannot be read, and ValueError if it contains anything but names and comments.
    """
    try:
        with open(path or protected_path(), "rb", opener=_open_here) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError("it is not a file")
            content = file.read(LONGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    if len(content) > LONGEST:
        raise OSError("it is too long")
    names = set()
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        name = line.strip()
        if name and not name.startswith("#"):
            if not PROJECT.fullmatch(name):
                raise ValueError(f"line {number} is not the name of a project; correct it or delete it")
            names.add(canonicalize_name(name))
    return tuple(sorted(names))


def save_protected(project: str, is_protected: bool, path: Path | None = None) -> None:
    """Add a project to those that the user protected in the browser, or remove it from them.

    Raises CachetuiError if the file cannot be read or written, or if the name of a project to add is not valid.
    """
    path = path or protected_path()
    if is_protected and not PROJECT.fullmatch(project):
        raise CachetuiError(
            f"Protection not saved: {project} is not a valid project name; use `protect` in the preferences."
        )
    try:
        names = {*read_protected_projects(path)} - {project} | ({project} if is_protected else set())
        if not is_at_home(path):
            raise OSError("its folder belongs to another user")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, (HEADER + "".join([f"{name}\n" for name in sorted(names)])).encode())
    except (OSError, ValueError) as error:
        why = error.strerror or error if isinstance(error, OSError) else error
        raise CachetuiError(f"Protection not saved: {path}: {why}.") from None


def read_theme_file(path: Path | None = None) -> str | None:
    """Return the theme that the user chose in the browser; None if no file that the user owns names a known theme."""
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
