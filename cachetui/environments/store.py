"""Memory of the contents of environments from earlier runs, in a file that belongs to the user.

The remembered contents of a folder are trusted only while the folder is unchanged: installing or uninstalling anything
changes it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import platformdirs

from cachetui.environments.installed import DirectUrl, Installed, Site, read_site
from cachetui.system.remembered import read_remembered, write_remembered

FORM = 1
"""Version of the file's format; a file with another version is ignored."""
FORM_KEY = "form"
"""Key of the format's version; all keys except this and `PREFIXES` are paths of folders."""
MOST = 5_000
"""Maximum number of remembered folders, and of prefixes; the most recently added ones are kept."""
PREFIXES = "prefixes"
"""Key of the remembered prefixes of environments."""
RECENT_NS = 2_000_000_000
"""Nanoseconds after a change during which a folder may change again without a new modification time."""


def default_path() -> Path:
    """Return the path of the file, in the user's cache directory, that says what is installed in environments."""
    return Path(platformdirs.user_cache_path("cachetui", appauthor=False)) / "environments.json"


class SiteMemory:
    """Remembered contents of folders with installed projects.

    If the file is missing, damaged or another user's, or if it is not to be used, all folders are read anew. If it
    cannot be written, nothing new is remembered.
    """

    def __init__(self, path: Path | None = None, *, used: bool = True) -> None:
        """Read the file at `path`, by default the user's; none if `used` is False. A faulty file raises no error."""
        self._path = (path or default_path()) if used else None
        self._known: dict[str, dict[str, Any]] = {} if self._path is None else read_remembered(self._path)
        if self._known.pop(FORM_KEY, None) != {FORM_KEY: FORM}:
            self._known = {}
        self._changed = False

    def read(self, folder: Path) -> Site:
        """Return what is installed in a folder, from memory if the folder has not changed. Raises OSError."""
        found, key = folder.stat(), str(folder)
        stamp = [found.st_dev, found.st_ino, found.st_mtime_ns]
        one = self._known.get(key, {})
        if one.get("stamp") == stamp and (known := _decoded(one)):
            return known
        site = read_site(folder)
        if self._path and not site.trouble and found.st_mtime_ns < time.time_ns() - RECENT_NS:
            self._known.pop(key, None)
            self._known[key] = {"stamp": stamp, "installed": site.installed, "path_files": site.path_files}
            self._changed = True
        return site

    def prefixes(self, named: Iterable[str]) -> list[str]:
        """Remember the prefixes `named`; return them and those remembered earlier, except any that no longer exist.

        They come from pip's self-checks, which name environments that nothing else names, and which may be removed from
        the cache.
        """
        earlier = self._known.get(PREFIXES, {}).get(PREFIXES)
        known = [one for one in earlier if isinstance(one, str)] if isinstance(earlier, list) else []
        found = [one for one in dict.fromkeys([*known, *named]) if not _is_gone(one)][-MOST:]
        if self._path and found != known:
            self._known[PREFIXES] = {PREFIXES: found}
            self._changed = True
        return found

    def save(self) -> None:
        """If anything has changed, write the file, without folders that no longer exist."""
        if self._path and self._changed:
            prefixes = self._known.pop(PREFIXES, {})
            there = [(folder, one) for folder, one in self._known.items() if Path(folder).is_dir()]
            self._known = {PREFIXES: prefixes, **dict(there[-MOST:])}
            write_remembered(self._path, {FORM_KEY: {FORM_KEY: FORM}, **self._known})
            self._changed = False


def _is_gone(place: str) -> bool:
    """Return whether nothing exists at a path; a path that cannot be examined is not gone."""
    try:
        Path(place).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return True
    except OSError:
        return False
    return False


def _decoded(one: dict[str, Any]) -> Site | None:
    """Return the remembered contents of a folder; None if the values do not have the expected form."""
    try:
        installed = [
            Installed(project, version, source and DirectUrl(source[0], source[1], source[2]))
            for project, version, source in one["installed"]
        ]
        return Site(tuple(installed), tuple(one["path_files"]))
    except (LookupError, TypeError, ValueError):
        return None
