"""A terminal with a command in it."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 60.0
"""Seconds until something must have been written."""


class Terminal:
    """Runs cachetui as the only program of a terminal of 80 columns, unless it has others; no pip runs beside it."""

    def __init__(self, *arguments: str, columns: int = 80) -> None:
        self._written = b""
        self._process, self._screen = pty.fork()
        if self._process == 0:
            size = {"COLUMNS": str(columns), "LINES": "24"}
            environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **size}
            os.execve(sys.executable, [sys.executable, "-m", "tests.cli.alone", *arguments], environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._screen)

    @property
    def seen(self) -> str:
        """All that was written so far."""
        return self._written.decode(errors="replace").replace("\r\n", "\n")

    def wait_for(self, words: str) -> None:
        """Read until some words were written."""
        end = time.monotonic() + PATIENCE
        while words not in self.seen:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"{words!r} never came, but {self.seen!r}")

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._screen, keys.encode())

    def send(self, number: int) -> None:
        """Send the command a signal."""
        os.kill(self._process, number)

    def leave(self) -> int:
        """Wait for the end; return the exit code."""
        end = time.monotonic() + PATIENCE
        while self._read(end - time.monotonic()):
            pass
        _, status = os.waitpid(self._process, 0)
        return os.waitstatus_to_exitcode(status)

    def _read(self, patience: float) -> bool:
        ready, _, _ = select.select([self._screen], [], [], max(0.0, patience))
        try:
            data = os.read(self._screen, 65_536) if ready else b""
        except OSError:  # Linux's way to say that the other end was closed
            data = b""
        self._written += data
        return bool(data)
