"""Find folders that may be environments, without running anything.

They are: active environments, prefixes that pip's cache names, folders in the current folder, folders that the
preferences name, the folders of tools (according to the tools' documentation), the folders of `pip install --user`,
and the prefixes of Pythons.
"""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from cachetui.environments.installed import absolute_path, content_of, is_absent
from cachetui.interpreters.discovery import pythons
from cachetui.interpreters.lookup import ACTIVE
from cachetui.pip.config.paths import expand
from cachetui.pip.config.paths import home as home_of
from cachetui.system.tree import never

SIGNS = ("pyvenv.cfg", "conda-meta", "bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
"""Files and folders that show that a folder is an environment; one of them is enough."""
OWN = (".venv", "venv", ".env", "env", ".conda")
"""Usual names of a project's environment, in the project's folder."""
MANY = {".tox": "tox", ".nox": "nox", ".pixi/envs": "pixi", ".hatch": "hatch"}
"""Folders of a project in which a tool keeps its environments, each with the name of the tool."""
MOST_LISTED = 10_000
"""Maximum number of paths used for a pattern in the preferences; further matches are left out."""
LONGEST = 4_096
"""Maximum number of bytes of a `.project` file that are taken as the path of a project."""


class EnvironmentTool(NamedTuple):
    """A tool that keeps environments outside of projects, and the folders in which it keeps them."""

    name: str
    """Name of the tool, shown with its environments."""
    variables: tuple[tuple[str, str], ...] = ()
    """Environment variables that name folders, each with the path from such a folder to the one with environments."""
    home: tuple[str, ...] = ()
    """Folders of the tool, as paths below the user's home."""
    data: tuple[str, ...] = ()
    """Folders of the tool, as paths below the folder for application data."""
    cache: tuple[str, ...] = ()
    """Folders of the tool, as paths below the folder for caches."""
    depth: int = 1
    """Maximum depth of the environments below the tool's folders, in levels."""


TOOLS = (
    EnvironmentTool("hatch", (("HATCH_DATA_DIR", "env"),), data=("hatch/env",), depth=4),
    EnvironmentTool(
        "pipx",
        (("PIPX_HOME", "venvs"), ("PIPX_HOME", "shared"), ("PIPX_GLOBAL_HOME", "venvs")),
        (".local/pipx/venvs", ".local/pipx/shared", "pipx/venvs", "pipx/shared"),
        ("pipx/venvs", "pipx/shared"),
    ),
    EnvironmentTool(
        "poetry",
        (("POETRY_VIRTUALENVS_PATH", ""), ("POETRY_CACHE_DIR", "virtualenvs"), ("POETRY_HOME", "venv")),
        data=("pypoetry/venv",),
        cache=("pypoetry/virtualenvs", "pypoetry/Cache/virtualenvs"),
    ),
    EnvironmentTool("uv", (("UV_TOOL_DIR", ""),), data=("uv/tools", "uv/data/tools")),
    EnvironmentTool(
        "uv", (("UV_CACHE_DIR", "environments-v2"),), cache=("uv/environments-v2", "uv/cache/environments-v2")
    ),
    EnvironmentTool("pdm", data=("pdm/venvs", "pdm/pdm/venvs")),
    EnvironmentTool("virtualenv", (("WORKON_HOME", ""),), (".virtualenvs",), ("virtualenvs",)),
    EnvironmentTool("pre-commit", (("PRE_COMMIT_HOME", ""),), (".cache/pre-commit",), cache=("pre-commit",), depth=2),
    EnvironmentTool("pyenv", (("PYENV_ROOT", "versions"),), (".pyenv/versions",)),
    EnvironmentTool("conda", (("CONDA_ENVS_PATH", ""), ("CONDA_ENVS_DIRS", "")), (".conda/envs",)),
    EnvironmentTool("rye", (("RYE_HOME", "tools"), ("RYE_HOME", "self")), (".rye/tools", ".rye/self")),
)
"""Tools that keep environments outside of projects; "virtualenv" also stands for virtualenvwrapper and pipenv."""


class Candidate(NamedTuple):
    """Folder that may be an environment. With `trouble`: folder or pattern whose environments cannot all be found."""

    prefix: Path
    """Absolute path of the folder, or the pattern."""
    tool: str = ""
    """Name of the tool that keeps the environment; empty if none is known."""
    trouble: str = ""
    """Reason why not all environments there can be found (a clause); otherwise empty."""


def candidates(
    environ: Mapping[str, str],
    *,
    named: Iterable[str] = (),
    listed: Iterable[str] = (),
    folder: Path | None = None,
    machine: bool = True,
    stop: Callable[[], bool] = never,
) -> Iterator[Candidate]:
    """Yield folders that may be environments, those of active environments first; a folder may come twice.

    `named` are prefixes that pip's cache names, `listed` are folders and patterns of the preferences, `folder` is the
    current folder. With `machine`, Pythons are also searched for in places that neither a variable nor the user's home
    leads to.
    """
    for variable in ACTIVE:
        yield from _absolute([environ.get(variable, "")])
    yield from _absolute(named)
    if folder:
        yield from beside(folder)
    for text in listed:
        yield from _listed(text, environ)
    home = Path(home_of(sys.platform, environ))
    for tool in TOOLS:
        for place in _folders(tool, environ, home):
            yield from _below(place, tool.name, tool.depth)
    yield from _absolute(_user_bases(environ, home))
    for python in pythons(environ, machine=machine, stop=stop):
        yield Candidate(python.prefix)


def _absolute(paths: Iterable[str]) -> Iterator[Candidate]:
    for text in paths:
        if path := absolute_path(text):
            yield Candidate(path)


def beside(project: Path) -> Iterator[Candidate]:
    """Yield the folders in a project's folder that may be environments."""
    folders = {**dict.fromkeys(OWN, ("", 0)), **{name: (tool, 1) for name, tool in MANY.items()}}
    try:
        there = frozenset([place.name for place in project.iterdir()])
    except OSError as error:
        if is_absent(error):
            return
        # a folder that cannot be listed may still be entered
        there = frozenset([name.partition("/")[0] for name in folders])
    for name, (tool, depth) in folders.items():
        if name.partition("/")[0] in there:
            yield from _below(project / name, tool, depth)


def among_many(prefix: Path) -> tuple[str, Path] | None:
    """Return the tool and the project's folder of an environment such as `PROJECT/.tox/py311`; None for any other."""
    for name, tool in MANY.items():
        parts = name.split("/")
        if prefix.parent.parts[-len(parts) :] == tuple(parts):
            return tool, prefix.parents[len(parts)]
    return None


def project_of(prefix: Path) -> Path | None:
    """Return the folder of the project that an environment belongs to; None if it is not known."""
    if prefix.name in OWN:
        return prefix.parent
    if among := among_many(prefix):
        return among[1]
    try:
        content = content_of(prefix / ".project")  # of pipenv and virtualenvwrapper
    except OSError:
        return None
    return absolute_path(os.fsdecode(content[:LONGEST].partition(b"\n")[0].strip()))


def _listed(text: str, environ: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield candidates for a folder or pattern in the preferences.

    It may name environments, folders that hold environments, or the folders of projects.
    """
    pattern = expand(text, sys.platform, environ)
    if absolute_path(pattern) is None:
        return
    places = [pattern]
    if glob.has_magic(pattern):
        fixed = next(folder for folder in Path(pattern).parents if not glob.has_magic(str(folder)))
        yield from _below(fixed, "", 0)  # a pattern finds nothing in a folder that cannot be listed
        found = glob.iglob(pattern, recursive=True, include_hidden=True)  # noqa: PTH207 - whole paths
        places = sorted(islice(found, MOST_LISTED))
        if next(found, None) is not None:
            yield Candidate(Path(pattern), trouble=f"more than {MOST_LISTED:,} folders match")
    known: set[Path] = set()
    for place in map(Path, places):
        below = [*_below(place, "", 1)]
        known.update([one.prefix for one in below])
        if known.isdisjoint(place.parents):
            yield Candidate(place)  # a prefix or target of an installation has no sign of a Python
        yield from beside(place)
        yield from below


def _below(folder: Path, tool: str, depth: int) -> Iterator[Candidate]:
    """Yield a folder if it is an environment, or else the environments at most `depth` levels below it.

    Folders that cannot be listed are yielded with the reason.
    """
    try:
        with os.scandir(folder) as entries:
            found = {entry.name: entry.is_dir(follow_symlinks=False) or entry.is_symlink() for entry in entries}
    except OSError as error:
        if not is_absent(error):
            yield Candidate(folder, tool, error.strerror or str(error))
        return
    if any(sign.partition("/")[0] in found and os.path.lexists(folder / sign) for sign in SIGNS):
        yield Candidate(folder, tool)
        return
    for name in sorted(found) if depth else ():
        if found[name]:
            yield from _below(folder / name, tool, depth - 1)


def _folders(tool: EnvironmentTool, environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Yield the folders in which a tool may keep environments, each once."""
    data, cache = [home / ".local" / "share"], [home / ".cache"]
    data += [Path(environ.get(name, "")) for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA")]
    cache += [Path(environ.get(name, "")) for name in ("XDG_CACHE_HOME", "LOCALAPPDATA")]
    if sys.platform == "darwin":
        data.append(home / "Library" / "Application Support")
        cache.append(home / "Library" / "Caches")
    named = [
        Path(folder) / tail
        for variable, tail in tool.variables
        for folder in environ.get(variable, "").split(os.pathsep)
        if folder
    ]
    folders = (([home], tool.home), (data, tool.data), (cache, tool.cache))
    usual = [folder / tail for above, tails in folders for folder in above for tail in tails]
    yield from [place for place in dict.fromkeys([*named, *usual]) if place.is_absolute()]


def _user_bases(environ: Mapping[str, str], home: Path) -> Iterator[str]:
    """Yield the prefixes below which `pip install --user` installs (`site.getuserbase`)."""
    yield environ.get("PYTHONUSERBASE", "")
    if sys.platform == "win32":
        yield f"{environ.get('APPDATA', '')}\\Python"
        return
    yield str(home / ".local")
    if sys.platform == "darwin":
        for folder in (home, Path("/")):
            yield from map(str, sorted(folder.glob("Library/Python/*")))
