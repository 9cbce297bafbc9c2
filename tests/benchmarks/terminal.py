"""A terminal with a program in it, whose screen can be read back frame by frame; POSIX only.

Textual brackets each frame as a synchronized update, if the terminal says that it knows those; this one does.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import struct
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import psutil

from tests.benchmarks.timing import RSS_UNIT

if sys.platform != "win32":
    import fcntl
    import pty
    import termios

COLUMNS, LINES = 120, 36
"""The size of the screen, in cells."""
PATIENCE = 120.0
"""Seconds to wait for something to appear."""
QUIET = 0.12
"""Seconds without a frame after which the response to a key counts as complete."""
ASKED, ANSWER, FRAME_END = b"\x1b[?2026$p", b"\x1b[?2026;2$y", b"\x1b[?2026l"
"""The query for synchronized updates; the answer yes; and the end of an update."""
SEQUENCE = re.compile(
    r"\x1b\[(?P<line>\d*)(?:;(?P<column>\d*))?H"  # go somewhere
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[^\[\]]"  # colours, modes, titles
    r"|(?P<end>[\r\n])|(?P<words>[^\x1b\r\n]+)"
)
Screen = list[str]
"""The lines of a screen."""
Sign = Callable[[Screen], bool]
"""Returns whether something is on a screen."""
Change = Callable[[Screen, Screen], bool]
"""Returns, from the screens before and after, whether a key has worked."""


class Frame(NamedTuple):
    """A frame that was drawn."""

    at: float
    """Time of its last byte, by `time.perf_counter`."""
    screen: Screen
    """The screen after it."""
    waited: float = 0.0
    """Seconds that the program has waited for a processor so far, while others had them all; 0 where not known."""


class Answer(NamedTuple):
    """The response to a key."""

    pressed: float
    """Time of the key press, by `time.perf_counter`."""
    before: Screen
    """The screen at that time."""
    waited: float
    """Seconds that the program had waited for a processor until then."""
    frames: list[Frame]
    """The frames drawn since, until nothing more was drawn."""


class Glass:
    """Contents of a terminal, without colours; every character takes one cell."""

    def __init__(self) -> None:
        self._cells = [[" "] * COLUMNS for _ in range(LINES)]
        self._line = self._column = 0

    def draw(self, written: str) -> None:
        """Apply the output of a program."""
        for found in SEQUENCE.finditer(written):
            if words := found["words"]:
                row = self._cells[min(self._line, LINES - 1)]
                row[self._column : self._column + len(words)] = words
                del row[COLUMNS:]
                self._column += len(words)
            elif found["end"] == "\n":
                self._line += 1
            elif found["end"]:
                self._column = 0
            elif found["line"] is not None:
                self._line, self._column = int(found["line"] or 1) - 1, int(found["column"] or 1) - 1

    @property
    def screen(self) -> Screen:
        """The lines."""
        return ["".join(row) for row in self._cells]


class Terminal:
    """Runs a program as the only one of a terminal."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.began = time.perf_counter()
        """Time of its start."""
        self.peak = 0
        """The largest resident set of the program, in bytes, once it has ended."""
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
                os.execvpe(command[0], list(command), dict(environ))
            finally:
                os._exit(127)  # as shells do if a program cannot be started
        self._glass = Glass()
        self._written = b""
        self._frames: list[Frame] = []
        self.last = Frame(self.began, self._glass.screen)
        """The last frame that was looked at."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process, signal.SIGKILL)
        _, _, usage = os.wait4(self.process, 0)
        self.peak = usage.ru_maxrss * RSS_UNIT
        os.close(self._terminal)

    def frame(self, until: float) -> Frame | None:
        """Return the next frame; None if none is complete by `until` (`time.perf_counter`). Raises RuntimeError."""
        while not self._frames:
            left = until - time.perf_counter()
            if left <= 0 or not select.select([self._terminal], [], [], left)[0]:
                return None
            self._read()
        self.last = self._frames.pop(0)
        return self.last

    def _read(self) -> None:
        try:
            data = os.read(self._terminal, 1 << 16)
        except OSError as error:  # Linux reports in this way that the other end was closed
            raise RuntimeError("the browser ended:\n" + "\n".join(self.last.screen)) from error
        now = time.perf_counter()
        self._written += data
        if ASKED in self._written:
            self._written = self._written.replace(ASKED, b"")
            os.write(self._terminal, ANSWER)
        waited = self._waited() if FRAME_END in self._written else 0.0
        while (end := self._written.find(FRAME_END)) >= 0:
            self._glass.draw(self._written[:end].decode(errors="replace"))
            self._frames.append(Frame(now, self._glass.screen, waited))
            self._written = self._written[end + len(FRAME_END) :]

    def wait(self, sign: Sign) -> float:
        """Return when the first frame with a sign, from the last on, was complete. Raises RuntimeError if none is."""
        until = time.perf_counter() + PATIENCE
        found: Frame | None = self.last
        while found is not None:
            if sign(found.screen):
                return found.at
            found = self.frame(until)
        raise RuntimeError("not seen in time:\n" + "\n".join(self.last.screen))

    def settle(self) -> list[Frame]:
        """Return the frames until nothing more is drawn."""
        frames = []
        while (found := self.frame(time.perf_counter() + QUIET)) is not None:
            frames.append(found)
        return frames

    def press(self, key: bytes, shows: Change, patience: float = PATIENCE) -> Answer:
        """Press a key; wait until it has worked and nothing more is drawn. Raises RuntimeError if it never works."""
        self.settle()
        before, waited, frames = self.last.screen, self._waited(), list[Frame]()
        pressed = time.perf_counter()
        os.write(self._terminal, key)
        while not frames or not shows(before, frames[-1].screen):
            found = self.frame(pressed + patience)
            if found is None:
                raise RuntimeError(f"{key!r} was not seen to work:\n" + "\n".join(self.last.screen))
            frames.append(found)
        return Answer(pressed, before, waited, frames + self.settle())

    def _waited(self) -> float:
        """Return how long the program's first thread, which draws, was ready but did not run, in seconds (Linux)."""
        try:
            return int(Path(f"/proc/{self.process}/schedstat").read_text("ascii").split()[1]) / 1e9
        except (OSError, IndexError, ValueError):
            return 0.0

    @property
    def resident(self) -> int:
        """The resident set of the program now, in bytes."""
        return psutil.Process(self.process).memory_info().rss
