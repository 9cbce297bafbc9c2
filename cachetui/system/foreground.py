"""Run a command in the foreground: it uses this program's streams and gets its signals."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any, Self

NAMES = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGBREAK")
"""Signals that are passed on, on the systems that have them."""
FROM_KEYS = ("SIGINT", "SIGQUIT", "SIGBREAK")
"""Signals that a terminal sends to all of its foreground processes when a key is pressed."""
NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit codes of shells, `env` and `nice` for a command that does not exist, or cannot be run."""


class Foreground:
    """Keeps signals from ending this process in a `with` block, and passes them on while a command runs."""

    def __init__(self) -> None:
        self.came: list[int] = []
        """Signals that arrived so far and that the command did not get."""
        self._process: subprocess.Popen[bytes] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for name in NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # the command ignores it, too
                self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def run(self, command: Sequence[str], environ: Mapping[str, str], inherited: Sequence[int] = ()) -> int:
        """Run a command to its end; return its exit code, as a shell gives it.

        On POSIX, the command also inherits the open files `inherited`. Raises OSError if it cannot be run;
        `start_code` returns the exit code for that.
        """
        more: dict[str, Any] = {"pass_fds": inherited} if os.name == "posix" else {}
        name = command[0] if os.name == "posix" else shutil.which(command[0]) or command[0]  # also .cmd and .bat
        self._process = subprocess.Popen([name, *command[1:]], env=environ, **more)
        while self.came:
            self._pass(self.came.pop())
        return shell_code(self._process.wait())

    def _take(self, number: int, _: FrameType | None) -> None:
        if self._process is None:
            self.came.append(number)
        else:
            self._pass(number)

    def _pass(self, number: int) -> None:
        if self._process and not (signal.Signals(number).name in FROM_KEYS and _is_in_foreground()):
            self._process.send_signal(number)


def start_code(error: OSError) -> int:
    """Return the exit code for a command that could not be run."""
    return NOT_FOUND if error.errno == errno.ENOENT else NOT_EXECUTABLE


def shell_code(code: int) -> int:
    """Return the exit code that a shell gives for a process's return code: for a signal, 128 plus its number.

    Large Windows exit codes become negative, as Windows functions expect.
    """
    return 128 - code if code < 0 else code - (1 << 32) if code >= 1 << 31 else code


def _is_in_foreground() -> bool:
    """Return whether this process belongs to the foreground processes of its terminal, which get a key's signal."""
    if os.name != "posix":
        return True  # a Windows console sends it to all of its processes
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:  # there is none
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
