"""Places where interpreters may be: the active environment, PATH, the folders of tools, conda, the system.

A tool such as pyenv has a folder for each Python that it installed. Nothing is run.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from findpython.providers.base import BaseProvider
from findpython.providers.macos import MacOSProvider
from findpython.providers.path import PathProvider
from findpython.providers.winreg import WinregProvider

from cachetui.interpreters.lookup import (
    ACTIVE,
    COMMANDS,
    broken_in,
    default_python,
    interpreter_in,
    is_stand_in,
    obstacle,
)
from cachetui.pip.config.paths import STORE
from cachetui.pip.config.paths import home as home_of

USUAL = re.compile(r"(python|pypy|pyston)([23](\.\d{1,3})?t?)?(\.exe)?")
"""Pattern of interpreters' file names; findpython accepts more, such as Anaconda's commands."""
SHIMS = "shims"
"""Name of the folder of shims, which start another Python (pyenv, asdf, mise)."""


class PythonTool(NamedTuple):
    """Folders in which a tool keeps the Pythons that it installed, each in its own subfolder."""

    variables: tuple[tuple[str, str], ...] = ()
    """Environment variables that hold a folder, each with the path from there to the folder of the Pythons."""
    home: tuple[str, ...] = ()
    """Folders of the Pythons, as paths below the user's home."""
    data: tuple[str, ...] = ()
    """Folders of the Pythons, as paths below a folder for application data."""


TOOLS = (
    PythonTool((("PYENV_ROOT", "versions"), ("PYENV", "versions")), (".pyenv/versions", ".pyenv/pyenv-win/versions")),
    PythonTool((("ASDF_DATA_DIR", "installs/python"),), (".asdf/installs/python",)),
    PythonTool(
        (("MISE_DATA_DIR", "installs/python"), ("RTX_DATA_DIR", "installs/python")),
        data=("mise/installs/python", "rtx/installs/python"),
    ),
    PythonTool((("UV_PYTHON_INSTALL_DIR", ""),), data=("uv/python", "uv/data/python")),
    PythonTool((("RYE_PY_ROOT", ""), ("RYE_HOME", "py")), (".rye/py",)),
    PythonTool((("HATCH_DATA_DIR", "pythons"),), data=("hatch/pythons",)),
    PythonTool(data=("pdm/python", "pdm/pdm/python")),
    PythonTool((("POETRY_DATA_DIR", "python"),), data=("pypoetry/python",)),
    PythonTool((("PIPX_HOME", "py"),), (".local/pipx/py",), ("pipx/py",)),
    PythonTool((("PROTO_HOME", "tools/python"),), (".proto/tools/python",)),
)
"""Tools that install Pythons, with their folders according to their documentation."""
WITHIN = ("bin", ".", "install/bin", "install", "python/bin", "python", "python/install/bin", "python/install")
"""Folders that may hold the interpreter, relative to an installation's folder, on POSIX and Windows."""
CONDA_HOMES = (
    "miniconda3",
    "anaconda3",
    "miniforge3",
    "mambaforge",
    "micromamba",
    "miniconda",
    "anaconda",
    "miniforge",
    "miniconda2",
    "anaconda2",
    "miniforge-pypy3",
    "mambaforge-pypy3",
    ".conda",
    "opt/miniconda3",
    "opt/anaconda3",
    "AppData/Local/miniconda3",
    "AppData/Local/anaconda3",
    "AppData/Local/miniforge3",
    ".local/share/mamba",
    ".mamba",
    ".pixi",
)
"""Usual folders below the user's home in which conda or a similar tool is installed, or keeps its environments."""
CONDA_OF_ALL = (
    "/opt/conda",
    "/opt/miniconda3",
    "/opt/anaconda3",
    "/opt/miniforge3",
    "/opt/mambaforge",
    "/opt/micromamba",
    "/opt/.conda",
    "/usr/local/miniconda3",
    "/usr/local/anaconda3",
    "/opt/homebrew/Caskroom/miniconda/base",
    "/opt/homebrew/Caskroom/miniforge/base",
    "/opt/homebrew/Caskroom/mambaforge/base",
    "/opt/homebrew/anaconda3",
    "/usr/local/Caskroom/miniconda/base",
    "/usr/local/Caskroom/miniforge/base",
    "C:/ProgramData/miniconda3",
    "C:/ProgramData/anaconda3",
    "C:/ProgramData/miniforge3",
    "C:/tools/miniconda3",
)
"""Usual folders of conda for all users of a machine."""
MOST_LISTED = 1_000
"""Maximum number of lines to read from conda's list of environments."""
SYSTEM = ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")
"""Folders in which a POSIX system keeps its Pythons, even if they are not on PATH."""
HOMEBREW = ("/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew")
"""Homebrew's folders on Apple's processors, on Intel's, and on Linux."""


def executables(
    environ: Mapping[str, str], *, machine: bool = True, stop: Callable[[], bool] = lambda: False
) -> Iterator[Path]:
    """Yield paths that may be interpreters, the most likely first, including aliases and broken ones.

    Nothing is run, and no path is relative to the current folder. With `machine`, the search also covers
    places that neither a variable nor the user's home leads to.
    """
    yield from _active(environ)
    if default := default_python(environ):
        yield default.executable
    nowhere = Path(os.devnull)  # an empty place: nothing is found in it
    for source in _sources(environ, _absolute(home_of(sys.platform, environ)) or nowhere, machine):
        if stop():
            return
        try:
            found = sorted(source, key=_by_usage)
        except OSError:  # a folder that is gone or cannot be read
            continue
        for place in found:
            if place.is_absolute() and USUAL.fullmatch(place.name) and not _stands_in(place):
                yield place


def _by_usage(place: Path) -> tuple[str, bool, int, str]:
    """Return a sort key for files: names that begin with `python` come first in a folder, then short names."""
    return str(place.parent), not place.name.startswith("python"), len(place.name), place.name


def _active(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the interpreters of active environments, including broken ones."""
    for variable in ACTIVE:
        folder = _absolute(environ.get(variable))
        if folder and (found := interpreter_in(folder) or broken_in(folder)):
            yield found


def _sources(environ: Mapping[str, str], home: Path, machine: bool) -> Iterator[Iterator[Path]]:
    """Yield for each place an iterator over its interpreters, the most likely place first."""
    for folder in _path(environ):
        yield _provided(PathProvider([folder]))
        yield _broken(folder)
    for folder in _installations(environ, home):
        yield _installed(folder)
    yield (place for folder in _conda(environ, home, machine) if (place := interpreter_in(folder)))
    for folder in _homebrew(environ, home, machine):
        yield _provided(PathProvider([folder]))
    if sys.platform == "win32" and (local := _absolute(environ.get("LOCALAPPDATA"))):
        for folder in _children(local / "Microsoft" / "WindowsApps"):
            if folder.name.startswith(STORE):
                yield (place for place in _children(folder) if USUAL.fullmatch(place.name))
    if machine:
        for folder in map(Path, SYSTEM if os.name == "posix" else ()):
            yield _provided(PathProvider([folder]))
        for provider in (MacOSProvider.create(), WinregProvider.create()):
            if provider:
                yield _provided(provider)


def _path(environ: Mapping[str, str]) -> Iterable[Path]:
    """Return the folders on PATH, each once."""
    found = [_absolute(text) for text in environ.get("PATH", "").split(os.pathsep)]
    return dict.fromkeys([folder for folder in found if folder])


def _provided(provider: BaseProvider) -> Iterator[Path]:
    for found in provider.find_pythons():
        yield found.executable


def _broken(folder: Path) -> Iterator[Path]:
    """Yield paths that have an interpreter's name but cannot be one, such as a folder or a broken link."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if USUAL.fullmatch(entry.name) and not Path(entry.path).is_file():
                yield Path(entry.path)


def stand_ins(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield paths that show that a Python was installed on this machine, even if it cannot be found.

    The name of a path may contain the Python's version. The paths are the shims on PATH that cachetui does not run, and
    the folders of Pythons installed by tools such as pyenv, if no interpreter is found in them.
    """
    for folder in _path(environ):
        if folder.name == SHIMS:
            yield from (place for place in _children(folder) if USUAL.fullmatch(place.name) and _stands_in(place))
    home = _absolute(home_of(sys.platform, environ)) or Path(os.devnull)
    for folder in _installations(environ, home):
        if not any(_installed(folder)):
            yield folder


def _installations(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Yield the folders of the Pythons that tools have installed.

    If the user may not list the folder in which a tool keeps them, that folder is yielded.
    """
    data = [_absolute(environ.get("XDG_DATA_HOME")) or home / ".local" / "share"]
    if sys.platform == "darwin":
        data.append(home / "Library" / "Application Support")
    elif sys.platform == "win32":
        data += [_absolute(environ.get("LOCALAPPDATA")) or home / "AppData" / "Local"]
        data += [_absolute(environ.get("APPDATA")) or home / "AppData" / "Roaming"]
    for tool in TOOLS:
        named = [(_absolute(environ.get(variable)), tail) for variable, tail in tool.variables]
        folders = [folder / tail for folder, tail in named if folder]
        folders += [home / tail for tail in tool.home] + [folder / tail for folder in data for tail in tool.data]
        for folder in dict.fromkeys(folders):
            try:
                yield from sorted(place for place in folder.iterdir() if place.name[0] != "." and place.is_dir())
            except PermissionError:
                yield folder
            except OSError:  # most users do not have that file
                continue


def _installed(installation: Path) -> Iterator[Path]:
    """Yield the interpreters of an installation: those that can be run, in the first of its folders that has any."""
    for below in (*WITHIN, *_folders_within(installation)):
        found = [place for place in _children(installation / below) if USUAL.fullmatch(place.name)]
        if working := [place for place in found if obstacle(place) is None]:
            yield from working
            return


def _folders_within(installation: Path) -> Iterator[str]:
    """Yield the folders in which an unpacked archive may hold an interpreter, such as `pypy3.10-v7.3.12-linux64`."""
    for place in _children(installation):
        if any(sign.isdigit() for sign in place.name):
            yield from (f"{place.name}/bin", place.name)


def _children(folder: Path) -> list[Path]:
    """Return the contents of a folder, sorted by name; empty if it cannot be listed."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _homebrew(environ: Mapping[str, str], home: Path, machine: bool) -> Iterator[Path]:
    """Yield the `bin` folders of Homebrew's Pythons, including Pythons that it does not link to a folder on PATH."""
    named = [_absolute(environ.get("HOMEBREW_PREFIX")), home / ".linuxbrew"]
    for prefix in dict.fromkeys([*filter(None, named), *map(Path, HOMEBREW if machine and os.name == "posix" else ())]):
        for formula in _children(prefix / "opt"):
            if formula.name.startswith(("python@", "pypy")) or formula.name == "python":
                yield formula / "bin"


def _conda(environ: Mapping[str, str], home: Path, machine: bool) -> Iterator[Path]:
    """Yield folders that may be conda environments."""
    named = [_absolute(environ.get(variable)) for variable in ("CONDA_ROOT", "MAMBA_ROOT_PREFIX", "PIXI_HOME")]
    roots = [folder for folder in named if folder]
    if command := _absolute(environ.get("CONDA_EXE")):
        roots.append(command.parent.parent)
    roots += [home / name for name in CONDA_HOMES]
    if machine:  # paths of another system would be relative here
        roots += [folder for folder in map(Path, CONDA_OF_ALL) if folder.is_absolute()]
    for root in dict.fromkeys(roots):
        yield root
        yield from _children(root / "envs")
    for variable in ("CONDA_ENVS_DIRS", "CONDA_ENVS_PATH"):
        for text in environ.get(variable, "").split(os.pathsep):
            if folder := _absolute(text):
                yield from _children(folder)
    try:
        with (home / ".conda" / "environments.txt").open(encoding="utf-8", errors="surrogateescape") as lines:
            for line in islice(lines, MOST_LISTED):
                if folder := _absolute(line.strip()):
                    yield folder
    except OSError:  # most users do not have that file
        return


def _absolute(text: str | None) -> Path | None:
    """Return text as a path if it is absolute, else None: a relative path depends on the current folder."""
    return Path(text) if text and os.path.isabs(text) and "\0" not in text else None  # noqa: PTH117 - the path is text


def _stands_in(place: Path) -> bool:
    try:
        return (place.parent.name == SHIMS and place.name.removesuffix(".exe") not in COMMANDS) or is_stand_in(place)
    except OSError:
        return False
