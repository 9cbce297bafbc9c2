"""Find the Python to examine: the active environment's, the first on PATH, or a named one."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cachetui.errors import CachetuiError
from cachetui.pip.config.paths import STORE

ACTIVE = ("VIRTUAL_ENV", "CONDA_PREFIX")
"""Environment variables that hold the active environment's folder; the more specific one comes first."""
COMMANDS = ("python3", "python")
"""Commands for a Python on PATH, in order of preference."""
INSIDE = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
"""Locations of the interpreter in an environment (venv and conda, POSIX and Windows)."""
DEVELOPER_TOOLS = ("/Library/Developer/CommandLineTools", "/Applications/Xcode.app")
"""Folders of Apple's developer tools; the `python3` of macOS only works if one of them is installed."""
VERSIONED = re.compile(r"\d\.\d")
"""Pattern of the version in a command's name; a command that only opens the Microsoft Store has none."""
NAME_ANOTHER = "name an interpreter, an environment's folder or a command"
"""Advice to a user whose argument does not name a Python."""
STANDARD_LIBRARY = ("lib/python*/os.py", "lib64/python*/os.py", "lib/pypy*/os.py", "Lib/os.py")
"""Patterns of the file with which a Python finds its own prefix (CPython's `Modules/getpath.py`)."""


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter, which need not work."""

    executable: Path
    """Absolute path, with links unresolved, because a link's own path shows to which environment it belongs."""
    prefix: Path
    """Value of `sys.prefix`, derived from the file system.

    The prefix behind a script that starts an interpreter, such as a shim of pyenv, is not known without
    running it. In that case, this is the folder above the script's folder, which holds no pip settings.
    """


def default_python(environ: Mapping[str, str] = os.environ) -> Python | None:
    """Return the active environment's Python, else `python3` on PATH, else `python` on PATH, else None."""
    for variable in ACTIVE:
        folder = Path(environ.get(variable, ""))
        if folder.is_absolute() and (found := interpreter_in(folder)):  # not relative to the current folder
            return python_of(found)
    for command in COMMANDS:
        if found := _on_path(command, environ):
            return python_of(found)
    return None


def python_at(path: str, environ: Mapping[str, str] = os.environ) -> Python:
    """Return the Python that a user names: a command on PATH, an interpreter or an environment.

    Does not run the Python. Raises CachetuiError if there is none.
    """
    plain = os.sep not in path and (os.altsep is None or os.altsep not in path)
    if path and plain and (found := _on_path(path, environ)):
        return python_of(found)
    try:
        place = Path(path).expanduser()
        if path and place.is_dir():
            if inside := interpreter_in(place):
                return python_of(inside)
            if broken := broken_in(place):
                raise CachetuiError(f"{broken} {obstacle(broken)}: {NAME_ANOTHER}.")
            raise CachetuiError(f"There is no Python in the folder {path}: name an interpreter or an environment.")
        there = bool(path) and os.path.lexists(place)
    except (OSError, RuntimeError, ValueError):  # an unknown user's home, a NUL, or a name that is too long
        there = False
    if not there:
        raise CachetuiError(f"There is no Python called {path or 'nothing'}: {NAME_ANOTHER}.")
    if hindrance := obstacle(place):
        raise CachetuiError(f"{path} {hindrance}: {NAME_ANOTHER}.")
    return python_of(place)


def obstacle(executable: Path) -> str | None:
    """Return why a path cannot be run, such as "is a directory"; None if it may be run."""
    try:
        if executable.is_dir():
            return "is a directory"
        if executable.is_symlink() and not executable.exists():
            return "is a broken link"
        if not executable.exists():
            return "does not exist"
        if not executable.is_file():
            return "is not a file"
        if not os.access(executable, os.X_OK):
            return "is not executable"
    except (OSError, ValueError):  # a loop of links, a NUL, or a name that is too long
        return "cannot be read"
    return None


def prefix_of(executable: Path) -> Path:
    """Return an interpreter's `sys.prefix` without running it (CPython's `Modules/getpath.py`).

    The prefix of an environment contains `pyvenv.cfg`. Any other prefix is the nearest folder above the resolved
    interpreter that contains the standard library. Without such a folder, and for a script, return the folder above the
    interpreter's folder.
    """
    for folder in (executable.parent, executable.parent.parent):
        if (folder / "pyvenv.cfg").is_file():
            return executable.parent.parent if executable.parent.name in ("bin", "Scripts") else folder
    if not _is_script(executable):
        real = Path(os.path.realpath(executable))
        for folder in real.parents[:-1]:  # not the root, which is not a prefix even if "/lib" links to "/usr/lib"
            if any(True for landmark in STANDARD_LIBRARY for _ in folder.glob(landmark)):
                return folder
        return real.parent.parent
    return executable.parent.parent


def python_of(executable: Path) -> Python:
    """Return the `Python` object for an interpreter's path; the file need not exist."""
    absolute = Path(os.path.abspath(executable))  # noqa: PTH100 - Path.absolute() keeps "..", which prefixes do not
    return Python(absolute, prefix_of(absolute))


def interpreter_in(environment: Path) -> Path | None:
    """Return the interpreter in an environment's folder; None if none there can be run."""
    return next((place for name in INSIDE if obstacle(place := environment / name) is None), None)


def broken_in(environment: Path) -> Path | None:
    """Return the broken interpreter of an environment without a working one; None if there is none."""
    return next((place for name in INSIDE if os.path.lexists(place := environment / name)), None)


def is_stand_in(executable: Path) -> bool:
    """Return whether an executable with the name of an interpreter is only a stub that offers to install Python."""
    if sys.platform == "win32":  # both are empty: one opens the store, one starts a Python from there
        if "WindowsApps" not in executable.parts or executable.lstat().st_size:
            return False
        folder = executable.parent
        if folder.name.startswith(STORE) or VERSIONED.search(executable.stem):
            return False
        return not any(place.name.startswith(STORE) for place in folder.iterdir())
    if sys.platform == "darwin":
        return executable.parent == Path("/usr/bin") and not any(Path(tools).exists() for tools in DEVELOPER_TOOLS)
    return False


def _on_path(command: str, environ: Mapping[str, str]) -> Path | None:
    """Find a command in the folders of PATH, except relative ones: anybody may have put it into the current folder."""
    folders = [folder for folder in _folders(environ) if os.path.isabs(folder)]  # noqa: PTH117 - the path is text
    found = shutil.which(command, path=os.pathsep.join(folders)) if folders else None
    if found is None or not os.path.isabs(found):  # noqa: PTH117 - the path is text
        return None
    return None if is_stand_in(Path(found)) else Path(found)


def _folders(environ: Mapping[str, str]) -> Iterable[str]:
    return environ.get("PATH", os.defpath).split(os.pathsep)


def _is_script(executable: Path) -> bool:
    """Return whether an interpreter's file is a script that starts the interpreter."""
    try:
        if not executable.is_file():  # opening a pipe would block
            return False
        with executable.open("rb") as start:
            return start.read(2) == b"#!" or executable.suffix.lower() in (".bat", ".cmd")
    except OSError:
        return False
