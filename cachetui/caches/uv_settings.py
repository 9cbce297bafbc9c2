"""Find uv's cache by uv's settings.

Source: uv's documentation of caching and of configuration files, and what `uv cache dir` of uv 0.13 prints.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cachetui.pip.config.location import DEFAULT, here
from cachetui.pip.config.paths import home

VARIABLE = "UV_CACHE_DIR"
FALSE = ("", "0", "false", "f", "no", "n", "off")
"""Values of variables that mean no, in lower case."""
LARGEST = 1024 * 1024
"""Maximum number of bytes to read of a settings file."""


class CachePlace(NamedTuple):
    """Location of uv's cache, and the settings that decide about it."""

    root: str
    """Absolute path of the cache."""
    said_by: str
    """Source of the path."""
    off_by: str | None = None
    """Setting that switches the cache off; None if it is on."""


def find_cache(environ: Mapping[str, str], platform: str = sys.platform, etc: str = "/etc") -> CachePlace:
    """Return where uv's settings put its cache. Never raises: settings that cannot be read are ignored.

    A relative path starts from the current folder; `~` is not expanded.
    """
    root, said_by, off_by = default_cache(environ, platform), DEFAULT, None
    for file, table in reversed(list(_settings(environ, platform, etc))):
        if isinstance(path := table.get("cache-dir"), str) and path:
            root, said_by = path, f"cache-dir in {file}"
        if table.get("no-cache") is not None:
            off_by = f"no-cache in {file}" if table["no-cache"] is True else None
    if path := environ.get(VARIABLE):
        root, said_by = path, f"{VARIABLE}={path}"
    if environ.get("UV_NO_CACHE", "").lower() not in FALSE:
        off_by = f"UV_NO_CACHE={environ['UV_NO_CACHE']}"
    return CachePlace(str(Path(here(), root)), said_by, off_by)


def default_cache(environ: Mapping[str, str], platform: str) -> str:
    """Return uv's folder in the user's cache folder; on macOS, uv uses the same one as on Linux."""
    if platform == "win32":
        local = environ.get("LOCALAPPDATA") or f"{home(platform, environ)}\\AppData\\Local"
        return f"{local}\\uv\\cache"
    folder = environ.get("XDG_CACHE_HOME", "")
    return f"{folder if folder.startswith('/') else f'{home(platform, environ)}/.cache'}/uv"


def _settings(environ: Mapping[str, str], platform: str, etc: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield uv's settings files with their content, the strongest first: the project's, the user's, the system's.

    If `UV_CONFIG_FILE` names a file, only that file is yielded; otherwise, if `UV_NO_CONFIG` is true, none is.
    """
    if environ.get("UV_CONFIG_FILE"):
        if table := _table(file := Path(here(), environ["UV_CONFIG_FILE"])):
            yield file, table
        return
    if environ.get("UV_NO_CONFIG", "").lower() not in FALSE:
        return
    yield from _project_settings()
    if platform == "win32":
        files = [Path(environ[name], "uv", "uv.toml") for name in ("APPDATA", "PROGRAMDATA") if environ.get(name)]
    else:
        own = environ.get("XDG_CONFIG_HOME", "")
        own = own if own.startswith("/") else f"{home(platform, environ)}/.config"
        shared = environ.get("XDG_CONFIG_DIRS") or f"{etc}/xdg"
        system = [*[f"{folder}/uv/uv.toml" for folder in shared.split(os.pathsep) if folder], f"{etc}/uv/uv.toml"]
        files = [Path(own, "uv/uv.toml"), *[Path(next(filter(os.path.isfile, system), system[-1]))]]
    for file in files:
        if table := _table(file):
            yield file, table


def _project_settings() -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the settings file of the current project, with its content; none if there is no such file.

    It is in the current folder, or else in the nearest parent folder that has one.
    """
    for folder in (Path(here()), *Path(here()).parents):
        if (table := _table(folder / "uv.toml")) is not None:
            yield folder / "uv.toml", table
            return
        tool = (_table(folder / "pyproject.toml") or {}).get("tool")
        if isinstance(tool, dict) and isinstance(tool.get("uv"), dict):
            yield folder / "pyproject.toml", tool["uv"]
            return


def _table(file: Path) -> Mapping[str, Any] | None:
    """Return the content of a TOML file; None if it cannot be read."""
    try:
        with file.open("rb") as stream:
            return tomllib.loads(stream.read(LARGEST).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
