"""The Pythons whose pips are meant: the active environment's, the first on the path, one that was named."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cachetui.errors import CachetuiError

ACTIVE = ("VIRTUAL_ENV", "CONDA_PREFIX")
"""Variables that hold the active environment's folder, the more telling first."""
COMMANDS = ("python3", "python")
"""Names of a Python on the path, in the order of preference."""
INSIDE = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
"""Places of the interpreter within an environment (venv and conda, POSIX and Windows)."""
DEVELOPER_TOOLS = ("/Library/Developer/CommandLineTools", "/Applications/Xcode.app")
"""Developer tools of macOS, one of which must be installed for its own `python3` to work."""
STORE = "PythonSoftwareFoundation.Python."
"""The beginning of the folder's name of a Python from Windows' shop."""
VERSIONED = re.compile(r"\d\.\d")
"""The version in a name: what only opens the shop has none."""
NAME_ANOTHER = "name an interpreter, an environment's folder or a command"
"""Advice for a user who named no Python."""
STANDARD_LIBRARY = ("lib/python*/os.py", "lib64/python*/os.py", "lib/pypy*/os.py", "Lib/os.py")
"""Files by which a Python finds its own prefix (CPython's `Modules/getpath.py`)."""


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter; it need not work."""

    executable: Path
    """Its absolute path, links unresolved: by its link an environment's interpreter knows where it belongs."""
    prefix: Path
    """Its `sys.prefix` as far as the file system tells. For a script that starts one (pyenv's stand-ins) it cannot
    be told without running it: then it is the folder above the script's own, which holds no settings of pip's."""


def default_python(environ: Mapping[str, str] = os.environ) -> Python | None:
    """Return the active environment's Python, else the first `python3` or `python` on the path, else None."""
    for variable in ACTIVE:
        folder = Path(environ.get(variable, ""))
        if folder.is_absolute() and (found := interpreter_in(folder)):  # else it would be the current folder's
            return python_of(found)
    for command in COMMANDS:
        if found := _on_path(command, environ):
            return python_of(found)
    return None


def python_at(path: str, environ: Mapping[str, str] = os.environ) -> Python:
    """Return the Python that a user names: a command on the path, an interpreter's file or an environment's folder.

    Raises CachetuiError when there is none; does not run it.
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
    except (OSError, RuntimeError, ValueError):  # no such user's home, a NUL, a name that is too long
        there = False
    if not there:
        raise CachetuiError(f"There is no Python called {path or 'nothing'}: {NAME_ANOTHER}.")
    if hindrance := obstacle(place):
        raise CachetuiError(f"{path} {hindrance}: {NAME_ANOTHER}.")
    return python_of(place)


def obstacle(executable: Path) -> str | None:
    """Return why a path cannot even be run, as in "is a directory"; None where it may be run."""
    try:
        if executable.is_dir():
            return "is a directory"
        if executable.is_symlink() and not executable.exists():
            return "is a link to something that is not there"
        if not executable.exists():
            return "is not there"
        if not executable.is_file():
            return "is not a file"
        if not os.access(executable, os.X_OK):
            return "is not executable"
    except (OSError, ValueError):  # a loop of links, a NUL, a name that is too long
        return "cannot be looked at"
    return None


def prefix_of(executable: Path) -> Path:
    """Return an interpreter's `sys.prefix` without running it (CPython's `Modules/getpath.py`).

    An environment's is marked by `pyvenv.cfg`; any other Python's is where, upwards from its resolved self, its
    standard library lies.
    """
    for folder in (executable.parent, executable.parent.parent):
        if (folder / "pyvenv.cfg").is_file():
            return executable.parent.parent if executable.parent.name in ("bin", "Scripts") else folder
    if not _is_script(executable):
        real = Path(os.path.realpath(executable))
        for folder in real.parents[:-1]:  # "/lib" is a link to "/usr/lib" and belongs to no Python of its own
            if any(True for landmark in STANDARD_LIBRARY for _ in folder.glob(landmark)):
                return folder
        return real.parent.parent
    return executable.parent.parent


def python_of(executable: Path) -> Python:
    """Return the `Python` for an interpreter's path; the file may not exist."""
    absolute = Path(os.path.abspath(executable))  # noqa: PTH100 - Path.absolute() keeps "..", which prefixes do not
    return Python(absolute, prefix_of(absolute))


def interpreter_in(environment: Path) -> Path | None:
    """Return the interpreter of an environment's folder, if there is one that can be run."""
    return next((place for name in INSIDE if obstacle(place := environment / name) is None), None)


def broken_in(environment: Path) -> Path | None:
    """Return the broken interpreter of an environment in which none can be run; None if there is none."""
    return next((place for name in INSIDE if os.path.lexists(place := environment / name)), None)


def is_stand_in(executable: Path) -> bool:
    """Return whether an executable named Python only opens a window that offers to install it."""
    if sys.platform == "win32":  # both are of no length: what opens the shop, and what starts a Python from there
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
    """Find a command on the path, but never in the current folder: anybody may have put it there."""
    folders = [folder for folder in _folders(environ) if os.path.isabs(folder)]  # noqa: PTH117 - asked of text
    found = shutil.which(command, path=os.pathsep.join(folders)) if folders else None
    if found is None or not os.path.isabs(found):  # noqa: PTH117 - asked of text
        return None
    return None if is_stand_in(Path(found)) else Path(found)


def _folders(environ: Mapping[str, str]) -> Iterable[str]:
    return environ.get("PATH", os.defpath).split(os.pathsep)


def _is_script(executable: Path) -> bool:
    """Return whether an interpreter's file is a script that starts one."""
    try:
        if not executable.is_file():  # a pipe would not even open
            return False
        with executable.open("rb") as start:
            return start.read(2) == b"#!" or executable.suffix.lower() in (".bat", ".cmd")
    except OSError:
        return False
