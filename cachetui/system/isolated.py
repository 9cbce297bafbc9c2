"""Run an interpreter in isolation, with limits on its time and its output."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LIMIT = 65_536
"""Default maximum size of an answer in bytes; an interpreter that prints more is stopped."""
RELAY = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
"""Script that our own interpreter runs to start an interpreter that lacks `-I` (before 3.4)."""
ISOLATED = ("-B", "-E", "-s")
"""Options for an interpreter that lacks `-I`."""
TOO_OLD = "is too old to be asked: it must be Python 2.7 or newer"
"""Value of `trouble` for an interpreter that starts neither with `-I` nor without it."""
STEP = 0.05
"""Seconds between two checks of a running interpreter."""
TOO_MUCH = "printed far too much"
"""Value of `trouble` for an interpreter whose output is longer than any answer, whether or not it was stopped."""
GRACE = 1.0
"""Maximum number of seconds to wait for a killed interpreter to end."""
DEPTH = 8
"""Number of nested folders around the interpreter's working folder; a path such as `../..` stays inside them."""


class Reply(NamedTuple):
    """The reply of an interpreter."""

    code: int | None
    """The exit code, negative for the signal that ended it; None if `trouble` says why there is no answer."""
    out: str
    """Standard output of the interpreter; untrusted text."""
    err: str
    """Standard error of the interpreter; untrusted text."""
    folder: str
    """The resolved path of the empty folder that it ran in, and that has been removed since; "" if it did not run."""
    trouble: str = ""
    """The reason why there is no answer, as the end of a sentence; "" if there may be one."""


def ask(
    executable: Path,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    timeout: float,
    stop: Callable[[], bool] = lambda: False,
    limit: int = LIMIT,
    data: bytes = b"",
    any_version: bool = False,
) -> Reply:
    """Run an interpreter with `-I` and `-B` from an empty private folder; return its reply. Never raises.

    The interpreter and the processes that it started are killed after `timeout` seconds, when it prints
    more than `limit` bytes, or when `stop()` returns True. It gets `data` as its standard input. Its output
    goes to files, because a pipe would stay open as long as any descendant process holds it. With
    `any_version`, an interpreter that lacks `-I` is started a second time, by our own interpreter.
    """
    deadline = time.monotonic() + timeout
    environ = dict(environ)
    if any_version:
        environ.setdefault("PYENV_DIR", current_folder())  # pyenv's shims choose a Python by the current folder

    def run(seconds: float, *command: str) -> Reply:
        try:
            with tempfile.TemporaryDirectory(prefix="cachetui-", ignore_cleanup_errors=True) as private:
                return _run(command, environ, Path(private).resolve(), seconds, stop, limit, data)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            return Reply(None, "", "", "", f"cannot be run: {getattr(error, 'strerror', None) or error}")

    reply = run(timeout, str(executable), "-I", "-B", *arguments)
    if not (any_version and reply.code and "Unknown option: -I" in reply.err and sys.executable):
        return reply
    left = max(0.0, deadline - time.monotonic())
    reply = run(left, sys.executable, "-I", "-B", "-c", RELAY, str(executable), *ISOLATED, *arguments)
    return reply._replace(code=None, trouble=TOO_OLD) if reply.code else reply


def current_folder() -> str:
    """Return the current folder, or the root of the file system if the current folder is gone."""
    try:
        return str(Path.cwd())
    except OSError:
        return os.sep


def _run(
    command: Sequence[str],
    environ: Mapping[str, str],
    private: Path,
    timeout: float,
    stop: Callable[[], bool],
    limit: int,
    data: bytes,
) -> Reply:
    folder = Path(private, "empty", *["folder"] * DEPTH)
    folder.mkdir(parents=True)
    paths = (private / "out", private / "err")
    given = private / "in"
    given.write_bytes(data)
    with given.open("rb") as typed, paths[0].open("wb") as out, paths[1].open("wb") as err:
        process = subprocess.Popen(
            command,
            stdin=typed,
            stdout=out,
            stderr=err,
            cwd=folder,
            env=dict(environ),
            start_new_session=True,
        )
    try:
        trouble = _watch(process, paths, time.monotonic() + timeout, timeout, stop, limit)
    finally:
        if process.poll() is None:
            _kill(process)
    code = None if trouble else process.returncode
    return Reply(code, _decoded(paths[0], limit), _decoded(paths[1], limit), str(folder), trouble)


def _watch(
    process: subprocess.Popen[bytes],
    paths: Sequence[Path],
    deadline: float,
    timeout: float,
    stop: Callable[[], bool],
    limit: int,
) -> str:
    """Wait for a process to end; return why it gave no answer, or an empty string if it may have given one."""
    while True:
        try:
            process.wait(max(0.0, min(STEP, deadline - time.monotonic())))
            return TOO_MUCH if _is_too_long(paths, limit) else ""
        except subprocess.TimeoutExpired:
            if stop():
                return "was stopped before it answered"
            if _is_too_long(paths, limit):
                return TOO_MUCH
            if time.monotonic() >= deadline:
                return f"did not answer within {timeout:g} s and was stopped"


def _is_too_long(paths: Sequence[Path], limit: int) -> bool:
    return any(path.stat().st_size > limit for path in paths)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill an interpreter and the processes that it started."""
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415 - slow to load, and of no use elsewhere

        family: list[psutil.Process] = []
        with suppress(psutil.Error):
            family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
        for member in family:
            with suppress(psutil.Error):
                member.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):  # a process of another user cannot be killed
        process.wait(GRACE)


def _decoded(path: Path, limit: int) -> str:
    """Return at most the first `limit` bytes of a file, decoded like a file name."""
    with path.open("rb") as printed:
        return printed.read(limit).decode(sys.getfilesystemencoding(), "surrogateescape")
