"""Places where interpreters may lie: the active environment, the path, pyenv, asdf, uv, Rye, conda, the system.

They are looked for through findpython's providers, which yield paths and run nothing as long as nobody asks for more.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from findpython.providers.asdf import AsdfProvider
from findpython.providers.base import BaseProvider
from findpython.providers.macos import MacOSProvider
from findpython.providers.path import PathProvider
from findpython.providers.pyenv import PyenvProvider
from findpython.providers.rye import RyeProvider
from findpython.providers.uv import UvProvider
from findpython.providers.winreg import WinregProvider

from cachetui.interpreters.lookup import ACTIVE, COMMANDS, broken_in, default_python, interpreter_in, is_stand_in
from cachetui.pip.config.paths import home as home_of

USUAL = re.compile(r"(python|pypy|pyston)([23](\.\d{1,3})?t?)?(\.exe)?")
"""File names of interpreters; findpython accepts more, for example Anaconda's commands."""
SHIMS = "shims"
"""The folder of stand-ins that start another Python (pyenv, asdf, mise); those are found themselves."""
CONDA_HOMES = ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", ".conda")
"""Usual folders of conda, in the user's home or in `/opt`."""
MOST_LISTED = 1_000
"""Maximum number of lines to read from conda's list of environments."""
SYSTEM = ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")
"""Folders in which a POSIX system keeps its Pythons, on the path or not."""


def executables(
    environ: Mapping[str, str], *, machine: bool = True, stop: Callable[[], bool] = lambda: False
) -> Iterator[Path]:
    """Yield possible interpreters, the most likely first; aliases and broken ones among them.

    Nothing is run, nothing is looked for relative to the current folder. `machine` tells whether also to look where
    neither a variable nor the user's home leads.
    """
    yield from _active(environ)
    if default := default_python(environ):
        yield default.executable
    nowhere = Path(os.devnull)  # in which nothing is found
    for source in _sources(environ, _absolute(home_of(sys.platform, environ)) or nowhere, machine):
        if stop():
            return
        try:
            found = sorted(source, key=_by_usage)
        except OSError:  # a folder that vanished, or that nobody may read
            continue
        for place in found:
            if USUAL.fullmatch(place.name) and not _stands_in(place):
                yield place


def _by_usage(place: Path) -> tuple[str, bool, int, str]:
    """Return a sort key for the files of one folder: those named Python first, the shorter name before the longer."""
    return str(place.parent), not place.name.startswith("python"), len(place.name), place.name


def _active(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the interpreters of active environments, also those that are broken."""
    for variable in ACTIVE:
        folder = _absolute(environ.get(variable))
        if folder and (found := interpreter_in(folder) or broken_in(folder)):
            yield found


def _sources(environ: Mapping[str, str], home: Path, machine: bool) -> Iterator[Iterator[Path]]:
    """Yield the interpreters found, place by place."""
    path = [_absolute(text) for text in environ.get("PATH", "").split(os.pathsep)]
    for folder in dict.fromkeys(filter(None, path)):
        yield _provided(PathProvider([folder]))
        yield _broken(folder)
    yield _provided(PyenvProvider(_absolute(environ.get("PYENV_ROOT")) or home / ".pyenv"))
    yield _provided(AsdfProvider(_absolute(environ.get("ASDF_DATA_DIR")) or home / ".asdf"))
    for folder in _uv(environ, home):
        yield _provided(UvProvider(folder))
    yield _provided(RyeProvider(_absolute(environ.get("RYE_PY_ROOT")) or home / ".rye" / "py"))
    yield (place for folder in _conda(environ, home, machine) if (place := interpreter_in(folder)))
    if machine:
        for folder in map(Path, SYSTEM if os.name == "posix" else ()):
            yield _provided(PathProvider([folder]))
        for provider in (MacOSProvider.create(), WinregProvider.create()):
            if provider:
                yield _provided(provider)


def _provided(provider: BaseProvider) -> Iterator[Path]:
    for found in provider.find_pythons():
        yield found.executable


def _broken(folder: Path) -> Iterator[Path]:
    """Yield paths that are named like an interpreter and cannot be one: a folder, a link to nothing."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if USUAL.fullmatch(entry.name) and not Path(entry.path).is_file():
                yield Path(entry.path)


def _uv(environ: Mapping[str, str], home: Path) -> Iterable[Path]:
    """Return the folder of the Pythons that uv fetched (its `uv python dir`)."""
    if named := _absolute(environ.get("UV_PYTHON_INSTALL_DIR")):
        return (named,)
    if sys.platform == "win32":
        return ((_absolute(environ.get("APPDATA")) or home / "AppData" / "Roaming") / "uv" / "python",)
    return ((_absolute(environ.get("XDG_DATA_HOME")) or home / ".local" / "share") / "uv" / "python",)


def _conda(environ: Mapping[str, str], home: Path, machine: bool) -> Iterator[Path]:
    """Yield the folders that may be conda's environments."""
    named = [_absolute(environ.get(variable)) for variable in ("CONDA_ROOT", "MAMBA_ROOT_PREFIX")]
    roots = [folder for folder in named if folder]
    if command := _absolute(environ.get("CONDA_EXE")):
        roots.append(command.parent.parent)
    roots += [home / name for name in CONDA_HOMES]
    roots += [Path("/opt", name) for name in ("conda", *CONDA_HOMES)] if machine and os.name == "posix" else []
    for root in dict.fromkeys(roots):
        yield root
        if (root / "envs").is_dir():
            yield from sorted((root / "envs").iterdir())
    try:
        with (home / ".conda" / "environments.txt").open(encoding="utf-8", errors="surrogateescape") as lines:
            for line in islice(lines, MOST_LISTED):
                if folder := _absolute(line.strip()):
                    yield folder
    except OSError:  # most users have none
        return


def _absolute(text: str | None) -> Path | None:
    """Return an absolute path, or None: anything else would be looked for in the current folder."""
    return Path(text) if text and os.path.isabs(text) and "\0" not in text else None  # noqa: PTH117 - asked of text


def _stands_in(place: Path) -> bool:
    try:
        return (place.parent.name == SHIMS and place.name.removesuffix(".exe") not in COMMANDS) or is_stand_in(place)
    except OSError:
        return False
