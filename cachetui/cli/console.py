"""Results on stdout, and notes, progress and questions on stderr; only this module writes colours."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, Self, TextIO, get_args

from cachetui.text.escape import escape_control
from cachetui.text.styled import Role, Styled, pieces

Colour = Literal["auto", "always", "never"]
"""Values of --color."""
COLOURS: tuple[Colour, ...] = get_args(Colour)
CODES: Mapping[Role, str] = {
    "heading": "1",
    "danger": "1;31",
    "warning": "33",
    "good": "32",
    "heavy": "36",
    "hint": "2",
}
"""For each role: the parameters of its SGR sequence (ECMA-48). All colours are from the terminal's own palette."""


@dataclass
class Output:
    """Output settings of this run."""

    quiet: bool = False
    """Whether notes and progress are left out (--quiet)."""
    debug: bool = False
    """Whether the log shows each step, and the trace of an unexpected error is printed (--debug)."""
    colour: Colour = "auto"
    """Value of --color."""
    held: list[str] | None = None
    """Log lines to print later; None if they are printed at once."""
    status: Status | None = None
    """The progress line that is on the terminal, if any."""

    def reset(self) -> None:
        """Return to the defaults: tests run several command lines in one process."""
        self.quiet, self.debug, self.colour, self.held, self.status = False, False, "auto", None, None


OUTPUT = Output()
"""The output settings of this run."""

PLAIN = {"→": "->", "…": "...", "·": "-"}
"""ASCII replacements for characters of cachetui that a stream may be unable to encode."""


def for_stream(text: str, stream: TextIO) -> str:
    """Return text; if a stream cannot encode it, replace the characters in `PLAIN`."""
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        for sign, plain in PLAIN.items():
            text = text.replace(sign, plain)
    return text


def has_colour(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether to write colours to a stream.

    The value of --color decides first, then NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE. If none of them is set, only
    a terminal gets colours, unless TERM is `dumb`.
    """
    if OUTPUT.colour != "auto":
        return OUTPUT.colour == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return environ.get("TERM") != "dumb" and stream.isatty() and _understands_colours(stream)


def _understands_colours(stream: TextIO) -> bool:
    """Return whether a terminal interprets escape sequences; switch that on in a Windows console."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only Windows needs these
        import msvcrt  # noqa: PLC0415

        kernel, mode = ctypes.windll.kernel32, ctypes.c_uint32()
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(stream.fileno()))
        return bool(kernel.GetConsoleMode(handle, ctypes.byref(mode)) and kernel.SetConsoleMode(handle, mode.value | 4))
    return True


def printable(text: str, stream: TextIO) -> str:
    """Return a line as it is written to a stream: control characters are escaped, because names may be hostile.

    Text with roles is coloured if the stream gets colours.
    """
    if not isinstance(text, Styled) or not has_colour(stream):
        return for_stream(escape_control(text), stream)
    return for_stream("".join([_coloured(role, escape_control(piece)) for role, piece in pieces(text)]), stream)


def _coloured(role: Role | None, text: str) -> str:
    return f"\x1b[{CODES[role]}m{text}\x1b[0m" if role and text else text


def say(sentence: str) -> None:
    """Write a line of the result on stdout with control characters escaped. Raises OSError."""
    sys.stdout.write(f"{printable(sentence, sys.stdout)}\n")


def note(sentence: str) -> None:
    """Print a note on stderr, unless --quiet is given; see `warn`."""
    if not OUTPUT.quiet:
        warn(sentence)


def warn(sentence: str) -> None:
    """Print a line on stderr, even with --quiet, such as why something was not done; control characters are escaped.

    Write errors are ignored: a removal must work on a full disk, and after the reader has closed the pipe.
    """
    if OUTPUT.status is not None:
        OUTPUT.status.clear()
    with suppress(OSError):  # the same error occurs again at the final flush
        sys.stdout.flush()
    with suppress(OSError):
        sys.stderr.write(f"{printable(sentence, sys.stderr)}\n")
        sys.stderr.flush()


def log_line(line: str) -> None:
    """Print a line of the log on stderr, or hold it back while the browser draws there."""
    if OUTPUT.held is None:
        warn(line)
    else:
        OUTPUT.held.append(line)
        del OUTPUT.held[:-MOST_HELD]


MOST_HELD = 10_000
"""Maximum number of log lines that are held back."""


@contextmanager
def log_held_back() -> Iterator[None]:
    """Hold back the log during a block, and print its last `MOST_HELD` lines after the block."""
    OUTPUT.held = []
    try:
        yield
    finally:
        held, OUTPUT.held = OUTPUT.held, None
        for line in held:
            warn(line)


class Status:
    """Progress line on stderr that overwrites itself; shown only on a terminal, and not with --quiet.

    When its `with` block ends, the line is cleared.
    """

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty() and not OUTPUT.quiet
        """Whether progress is shown: only if stderr is a terminal, and without --quiet."""
        self._length = 0

    def __enter__(self) -> Self:
        """Return this object."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the line."""
        self.clear()

    def note(self, sentence: str) -> None:
        """Clear the line, then print a note."""
        note(sentence)

    def show(self, words: str) -> None:
        """Show `words` as the progress, cut to the width of the terminal, if progress is shown."""
        if self.shown:
            import shutil  # noqa: PLC0415 - slow to load

            width = shutil.get_terminal_size().columns - 1
            line = escape_control(words)[:width]
            self._write(f"\r{line.ljust(self._length)}")
            self._length = len(line)
            OUTPUT.status = self

    def clear(self) -> None:
        """Clear the line."""
        if self._length:
            self._write(f"\r{' ' * self._length}\r")
            self._length = 0
            OUTPUT.status = None

    def _write(self, text: str) -> None:
        """Write to the terminal; ignore errors, because the terminal may be gone."""
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def ask(question: str) -> bool:
    """Ask a question on stderr; return whether the answer is "y" or "yes"."""
    with suppress(OSError):  # the same error occurs again at the final flush
        sys.stdout.flush()
    sys.stderr.write(f"{printable(question, sys.stderr)} [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):  # the input ended without a newline
        sys.stderr.write("\n")
    return answer.strip().lower() in ("y", "yes")


def can_ask() -> bool:
    """Return whether stdin and stderr are terminals, so that the user can answer a question."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())
