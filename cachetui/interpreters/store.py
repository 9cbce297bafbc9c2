"""Earlier reports of Pythons, in a file that belongs to the user. A report that may be outdated is not returned.

A report is trusted only while nothing that it depends on has changed: the interpreter's file, its environment's
`pyvenv.cfg`, the folders that it imports from, the system, and cachetui's probe script and `packaging`.
"""

from __future__ import annotations

import os
import platform
import time
import zlib
from pathlib import Path

import packaging
import platformdirs

from cachetui.interpreters.info import InterpreterInfo, portrait_from
from cachetui.interpreters.lookup import Python
from cachetui.interpreters.probe_output import index_in
from cachetui.interpreters.probe_script import TELL
from cachetui.system.remembered import read_remembered, write_remembered

MOST = 300
"""Maximum number of remembered Pythons; the most recently learned ones are kept."""
RECENT_NS = 6_000_000_000
"""Nanoseconds after a change within which a report is not remembered, because it may be older than the change."""


def default_path() -> Path:
    """Return the path of the file with this user's reports, in the user's cache directory."""
    return Path(platformdirs.user_cache_path("cachetui", appauthor=False)) / "pythons.json"


class StateFile:
    """Remembered reports, kept in a file.

    If the file is missing, damaged or another user's, it counts as empty. If it cannot be written, nothing new is
    remembered.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read the file. Never raises if something is wrong with it."""
        self._path = path or default_path()
        self._known = read_remembered(self._path)
        self._changed = False

    def known(self) -> tuple[Python, ...]:
        """Return the remembered Pythons whose files have not changed."""
        found = []
        for executable, one in self._known.items():
            prefix = one.get("prefix")
            if isinstance(prefix, str) and os.path.isabs(executable):  # noqa: PTH117 - the path is text
                python = Python(Path(executable), Path(prefix))
                if one.get("identity") == _identity(python):
                    found.append(python)
        return tuple(found)

    def indexes(self) -> tuple[str, ...]:
        """Return the URLs of PyPI that are built into the remembered pips, each once; they may be outdated."""
        found = [index_in(one.get("index")) for one in self._known.values()]
        return tuple(dict.fromkeys(filter(None, found)))

    def recall(self, python: Python) -> InterpreterInfo | None:
        """Return a Python's remembered report if it is still valid; None otherwise."""
        one = self._known.get(str(python.executable), {})
        told = one.get("told")
        if not isinstance(told, str) or one.get("prefix") != str(python.prefix):
            return None
        if one.get("identity") != _identity(python):
            return None
        interpreter = portrait_from(python, told)
        return interpreter if interpreter and one.get("state") == _state(interpreter) else None

    def learn(self, interpreter: InterpreterInfo) -> None:
        """Remember a Python's report, unless its files changed so recently that the report may be outdated.

        Reports about failures are not remembered, nor are those of scripts that start another Python.
        """
        python = interpreter.python
        if interpreter.trouble or interpreter.real != Path(os.path.realpath(python.executable)):
            return
        one: dict[str, object] = {
            "prefix": str(python.prefix),
            "identity": _identity(python),
            "state": _state(interpreter),
            "told": interpreter.told,
            "index": interpreter.pypi,
        }
        if self._known.get(str(python.executable)) == one or _is_recent(interpreter):
            return
        self._known.pop(str(python.executable), None)
        self._known[str(python.executable)] = one
        self._changed = True

    def save(self) -> None:
        """Write the file without Pythons that no longer exist, if anything has changed. Never raises."""
        there = {name: one for name, one in self._known.items() if os.path.lexists(name)}
        if not self._changed and len(there) == len(self._known):
            return
        self._known = dict([*there.items()][-MOST:])
        self._changed = False
        write_remembered(self._path, self._known)


def _identity(python: Python) -> list[object]:
    """Return the real path of an interpreter and the `_stamp` of each of its files, as JSON-compatible values."""
    real = os.path.realpath(python.executable)
    return [
        real,
        _stamp(python.executable, follow=False),
        _stamp(Path(real)),
        _stamp(python.prefix / "pyvenv.cfg"),
    ]


def _state(interpreter: InterpreterInfo) -> list[object]:
    """Return the state that a report depends on: system, probe script, packaging and import folders."""
    libc = os.confstr("CS_GNU_LIBC_VERSION") if "CS_GNU_LIBC_VERSION" in getattr(os, "confstr_names", {}) else None
    system = [platform.system(), platform.release(), platform.version(), platform.machine(), libc]
    return [
        system,
        zlib.crc32(TELL.encode()),
        packaging.__version__,
        [_stamp(Path(place)) for place in interpreter.path],
    ]


def _stamp(place: Path, *, follow: bool = True) -> list[int] | None:
    """Return the inode, size, modification time in ns and owner of a path; None if it cannot be read."""
    try:
        found = place.stat(follow_symlinks=follow)
    except (OSError, ValueError):
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_uid]


def _is_recent(interpreter: InterpreterInfo) -> bool:
    """Return whether a file or folder that the report depends on changed within the last `RECENT_NS`."""
    stamps = [_stamp(Path(place)) for place in (str(interpreter.real), *interpreter.path)]
    newest = max((stamp[2] for stamp in stamps if stamp), default=0)
    return newest > time.time_ns() - RECENT_NS
