"""Folders that programs other than pip use for their caches and settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from cachetui.pip.config.location import here
from cachetui.pip.config.paths import expand, home


def cache_folder(name: str, environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return the user's cache folder of a program, as platformdirs (since 4.3) finds it with `appauthor=False`."""
    if platform == "win32":
        local = environ.get("LOCALAPPDATA") or f"{home(platform, environ)}\\AppData\\Local"
        return Path(local, name, "Cache")
    if environ.get("XDG_CACHE_HOME", "").strip():
        return Path(environ["XDG_CACHE_HOME"], name)
    return Path(home(platform, environ), "Library/Caches" if platform == "darwin" else ".cache", name)


def set_folder(typed: str, environ: Mapping[str, str]) -> Path:
    """Return the absolute path of a folder that a setting names.

    `~` is expanded, and a relative path starts from the current folder.
    """
    return Path(here(), expand(typed, sys.platform, environ))


def named_folder(cache_dir: str | None, variable: str, environ: Mapping[str, str]) -> tuple[Path, str] | None:
    """Return the folder that `--cache-dir` or else an environment variable names, and which of them names it.

    `cache_dir` is the value of `--cache-dir`. The second value is "--cache-dir" or, for the variable, "NAME=VALUE".
    None if neither names a folder.
    """
    if cache_dir:
        return set_folder(cache_dir, environ), "--cache-dir"
    if value := environ.get(variable):
        return set_folder(value, environ), f"{variable}={value}"
    return None


def config_folders(name: str, environ: Mapping[str, str], platform: str = sys.platform) -> list[Path]:
    """Return the user's settings folders of a program, as platformdirs finds them with `appauthor=False`.

    Versions of platformdirs find different folders on macOS; the newest version's comes first. On Windows, the folder
    is in the roaming profile.
    """
    if platform == "win32":
        return [Path(environ.get("APPDATA") or f"{home(platform, environ)}\\AppData\\Roaming", name)]
    if platform == "darwin" and not environ.get("XDG_CONFIG_HOME", "").strip():
        library = Path(home(platform, environ), "Library")
        return [library / "Application Support" / name, library / "Preferences" / name]
    return [Path(environ.get("XDG_CONFIG_HOME", "").strip() or Path(home(platform, environ), ".config"), name)]
