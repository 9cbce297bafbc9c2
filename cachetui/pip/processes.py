"""Find the running processes of pip and of other programs that use a cache."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Sequence
from functools import cache

PIP_RUNNER = "__pip-runner__.py"
"""File name of pip's own runner, which it starts for builds."""
INTERPRETER = re.compile(r"(?:python|pypy|graalpy|pyston)[0-9.]*t?w?d?(?:\.exe)?|py(?:\.exe)?", re.IGNORECASE).fullmatch
TAKES_A_VALUE = ("-W", "-X", "--check-hash-based-pycs")
"""Options of Python that take the next argument as their value."""
RUNS_MODULE = re.compile(r"-[a-zA-VYZ]*?m(.*)").fullmatch
"""Function that matches the option `-m`: alone, after other letters (`-Im`), or before the module (`-mpip`)."""
RUNS_TEXT = re.compile(r"-[a-zA-VYZ]*?c.*", re.DOTALL).fullmatch


def running_programs(programs: Sequence[str] = ("pip",)) -> tuple[int, ...]:
    """Return the ids of all processes that run one of `programs`, sorted, except this process and those it started.

    Raises OSError if the processes cannot be listed.
    """
    try:
        return _found(programs)
    except OSError:
        raise
    except Exception as error:  # psutil's own errors, and what it raises for a system that it does not understand
        raise OSError(f"the running processes cannot be listed ({type(error).__name__})") from error


def _found(programs: Sequence[str]) -> tuple[int, ...]:
    import psutil  # noqa: PLC0415 - takes as long to import as all else on the command line

    own, found = os.getpid(), []
    for process in psutil.process_iter():
        try:
            if not runs(process.cmdline(), programs):
                continue
            if own != process.pid and own not in [parent.pid for parent in process.parents()]:
                found.append(process.pid)
        except psutil.AccessDenied:  # another user's process, on a system that hides its arguments
            with contextlib.suppress(psutil.Error):
                if is_command(process.name(), programs):
                    found.append(process.pid)
        except psutil.Error:  # the process has ended
            continue
    return tuple(sorted(found))


def runs(arguments: Sequence[str], programs: Sequence[str] = ("pip",)) -> bool:
    """Return whether a command line runs one of `programs`, directly or with a Python."""
    if not arguments:
        return False
    program = _name(arguments[0])
    if is_command(program, programs):
        return True
    if not INTERPRETER(program):
        return False
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in TAKES_A_VALUE:
            next(rest, None)
        elif found := RUNS_MODULE(argument):
            return (found[1] or next(rest, "")).partition(".")[0] in programs
        elif RUNS_TEXT(argument):
            return False
        elif not argument.startswith("-") or argument == "-":
            return is_command(_name(argument.removesuffix("/__main__.py")), programs)
    return False


@cache
def _commands(programs: tuple[str, ...]) -> Callable[[str], re.Match[str] | None]:
    """Return a function that matches the file names of programs: scripts, zip applications, and folders in wheels.

    Users and installers may add a suffix to a program's name, as in `poetry@preview` and `poetry-1.8`. Another command
    with such a name is taken for the program, too: this only makes removal more careful. No such suffix is allowed
    after `pip`, because many other commands have such names, such as `pip-audit`.
    """
    names = "|".join([re.escape(name) + ("" if name == "pip" else r"(?:[@_-][\w.+-]*)?") for name in programs])
    return re.compile(rf"(?:{names})[0-9.]*(?:\.exe|\.pyz)?", re.IGNORECASE).fullmatch


def is_command(name: str, programs: Sequence[str]) -> bool:
    """Return whether a file with the name `name` runs one of `programs`; pip's own runner counts as pip."""
    return bool(_commands(tuple(programs))(name)) or ("pip" in programs and name.lower() == PIP_RUNNER)


def _name(path: str) -> str:
    """Return the last part of a path, whose separators may be those of any system."""
    return re.split(r"[/\\]", path)[-1]
