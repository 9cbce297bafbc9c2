"""poetry's cache: downloaded and built files, HTTP records in pip's format, and metadata as JSON.

Sources: poetry's `locations.py`, `config/config.py` (`Config.get`), `utils/cache.py`, `utils/authenticator.py`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from cachetui.caches.folders import cache_folder, config_folders, named_folder, set_folder
from cachetui.caches.pip import scan_pip
from cachetui.caches.source import ScanOptions, Source
from cachetui.conduct import Conduct
from cachetui.interpreters.lookup import Python
from cachetui.model import Inventory
from cachetui.pip.config.location import DEFAULT, Location

NAME = "pypoetry"
"""Name of the folders in which poetry keeps its cache and its settings."""
CLOSED = frozenset({"virtualenvs"})
"""Directories of the root that are no part of the cache: poetry's environments."""
VARIABLE, CONFIG_VARIABLE = "POETRY_CACHE_DIR", "POETRY_CONFIG_DIR"
CONDUCT = Conduct(
    tool="poetry",
    programs=("poetry",),
    awaited=("index", "response", "built", "wheel", "sdist"),
    lock_suffix=".lock",
)
"""Besides pages, a running poetry needs each file that it has chosen, because it opens the file later by its path."""


def locate_poetry(cache_dir: str | None, *, python: Python | None, environ: Mapping[str, str]) -> Location:
    """Return where `cache_dir`, or else poetry's settings, put its cache; see `Locate`."""
    root, said_by = named_folder(cache_dir, VARIABLE, environ) or _default_folder(environ)
    prefix = python.prefix if python else None
    return Location(root, said_by, named=bool(cache_dir), enabled=True, prefix=prefix, source="poetry")


def _default_folder(environ: Mapping[str, str]) -> tuple[Path, str]:
    """Return the folder that the user's settings name, or else poetry's default folder, and the source of the path."""
    for file in _settings_files(environ):
        if named := _cache_dir_in(file):
            return set_folder(named, environ), f"cache-dir in {file}"
    return cache_folder(NAME, environ), DEFAULT


def _settings_files(environ: Mapping[str, str]) -> list[Path]:
    """Return the files that may hold the user's settings, the strongest first."""
    if environ.get(CONFIG_VARIABLE):
        return [Path(environ[CONFIG_VARIABLE], "config.toml")]
    return [folder / "config.toml" for folder in config_folders(NAME, environ)]


def _cache_dir_in(file: Path) -> str | None:
    """Return the `cache-dir` that a settings file names; None if there is none, or the file cannot be read."""
    try:
        named = tomllib.loads(file.read_text(encoding="utf-8")).get("cache-dir")
    except (OSError, ValueError, RecursionError):
        return None
    return named if isinstance(named, str) and named else None


def scan_poetry(location: Location, options: ScanOptions) -> Inventory:
    """Read poetry's cache; see `Scan`."""
    from cachetui.caches.poetry_copies import with_copies  # noqa: PLC0415 - what only locates does without
    from cachetui.caches.poetry_layout import POETRYS  # noqa: PLC0415 - as above

    inventory = scan_pip(location, options, POETRYS._replace(closed=CLOSED))
    closed = [name for name in sorted(CLOSED) if os.path.isdir(Path(inventory.root, name))]  # noqa: PTH112 - as below
    return replace(with_copies(inventory), conduct=CONDUCT, closed=tuple(closed))


def is_poetrys(root: Path, names: Collection[str]) -> bool:
    """Return whether a directory is poetry's cache.

    It holds `cache/repositories`, or it holds `artifacts` and its own or its parent's name is `pypoetry`.
    """
    if "cache" in names and os.path.isdir(root / "cache/repositories"):  # noqa: PTH112 - Path.is_dir raises
        return True
    return "artifacts" in names and NAME in root.parts[-2:]


SOURCE = Source("poetry", "poetry", locate_poetry, scan_poetry, is_poetrys, CONDUCT, CLOSED)
