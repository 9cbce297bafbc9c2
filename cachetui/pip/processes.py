"""The pips that are running on this machine."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence

COMMAND = re.compile(r"pip[0-9.]*(?:\.exe|\.pyz)?|__pip-runner__\.py", re.IGNORECASE).fullmatch
"""File names that run pip: a script, a zip application, a path in a wheel, or pip's own runner."""
INTERPRETER = re.compile(r"(?:python|pypy|graalpy|pyston)[0-9.]*t?w?d?(?:\.exe)?|py(?:\.exe)?", re.IGNORECASE).fullmatch
TAKES_A_VALUE = ("-W", "-X", "--check-hash-based-pycs")
"""Options of Python that take the next argument as their value."""
RUNS_MODULE = re.compile(r"-[a-zA-VYZ]*?m(.*)").fullmatch
"""Option `-m`: alone, after other letters (`-Im`), or directly before the module (`-mpip`)."""
RUNS_TEXT = re.compile(r"-[a-zA-VYZ]*?c.*", re.DOTALL).fullmatch


def running_pips() -> tuple[int, ...]:
    """Return the process ids of the pips that run, except those that this process has started itself.

    Raises OSError if the processes cannot be listed.
    """
    try:
        return _pips()
    except OSError:
        raise
    except Exception as error:  # psutil's own errors, and what it raises for a system that it does not understand
        raise OSError(f"the running processes cannot be listed ({type(error).__name__})") from error


def _pips() -> tuple[int, ...]:
    import psutil  # noqa: PLC0415 - takes as long to import as all else on the command line

    own, found = os.getpid(), []
    for process in psutil.process_iter():
        try:
            if not is_pip(process.cmdline()):
                continue
            if own != process.pid and own not in [parent.pid for parent in process.parents()]:
                found.append(process.pid)
        except psutil.AccessDenied:  # another user's process, on a system that hides its arguments
            with contextlib.suppress(psutil.Error):
                if COMMAND(process.name()):
                    found.append(process.pid)
        except psutil.Error:  # the process has ended
            continue
    return tuple(sorted(found))


def is_pip(arguments: Sequence[str]) -> bool:
    """Return whether a command line runs pip, however it is invoked."""
    if not arguments:
        return False
    program = _name(arguments[0])
    if COMMAND(program):
        return True
    if not INTERPRETER(program):
        return False
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in TAKES_A_VALUE:
            next(rest, None)
        elif found := RUNS_MODULE(argument):
            return (found[1] or next(rest, "")).partition(".")[0] == "pip"
        elif RUNS_TEXT(argument):
            return False
        elif not argument.startswith("-") or argument == "-":
            return COMMAND(_name(argument.removesuffix("/__main__.py"))) is not None
    return False


def _name(path: str) -> str:
    """Return the last part of a path, whose separators may be those of any system."""
    return re.split(r"[/\\]", path)[-1]
