"""Messages on stderr, separate from the data on stdout: notes, progress, questions."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Self, TextIO

from cachetui.model import Entry
from cachetui.text.escape import escape_control
from cachetui.text.format import count, disk_text

PLAIN = {"→": "->", "…": "...", "·": "-"}
"""ASCII replacements for characters that a stream cannot encode."""


def for_stream(text: str, stream: TextIO) -> str:
    """Return text, with replacements for characters that a stream cannot encode."""
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        for sign, plain in PLAIN.items():
            text = text.replace(sign, plain)
    return text


def say(sentence: str) -> None:
    """Write a line of the result on stdout with control characters escaped. Raises OSError."""
    sys.stdout.write(for_stream(f"{escape_control(sentence)}\n", sys.stdout))


def note(sentence: str) -> None:
    """Print a note on stderr with control characters escaped, because names may be hostile.

    Write errors are ignored: a removal must work on a full disk, and after the reader has closed the pipe.
    """
    with suppress(OSError):  # the same error occurs again at the final flush
        sys.stdout.flush()
    with suppress(OSError):
        sys.stderr.write(for_stream(f"{escape_control(sentence)}\n", sys.stderr))
        sys.stderr.flush()


class Status:
    """Progress line on stderr that overwrites itself; shown only on a terminal.

    The end of a `with` block clears the line.
    """

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        """Whether progress is shown: only if stderr is a terminal."""
        self._length = 0

    def __enter__(self) -> Self:
        """Return this object."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the line."""
        self.clear()

    def note(self, sentence: str) -> None:
        """Clear the line, then print a note."""
        self.clear()
        note(sentence)

    def show(self, words: str) -> None:
        """Show the progress."""
        if self.shown:
            width = shutil.get_terminal_size().columns - 1
            line = escape_control(words)[:width]
            self._write(f"\r{line.ljust(self._length)}")
            self._length = len(line)

    def clear(self) -> None:
        """Clear the line."""
        if self._length:
            self._write(f"\r{' ' * self._length}\r")
            self._length = 0

    def _write(self, text: str) -> None:
        """Write to the terminal; ignore errors, because the terminal may be gone."""
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def ask(question: str) -> bool:
    """Ask a question on stderr; return whether the answer is "y" or "yes"."""
    with suppress(OSError):  # the same error occurs again at the final flush
        sys.stdout.flush()
    sys.stderr.write(for_stream(f"{escape_control(question)} [y/N] ", sys.stderr))
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):  # the input ended without a newline
        sys.stderr.write("\n")
    return answer.strip().lower() in ("y", "yes")


def can_ask() -> bool:
    """Return whether stdin and stderr are terminals, so that the user can answer a question."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())


def totals(entries: Sequence[Entry]) -> str:
    """Return the totals of entries in one line."""
    projects = len({entry.project for entry in entries if entry.project is not None})
    disk = sum([entry.disk_usage for entry in entries])
    return f"{count(projects, 'project')}, {count(len(entries), 'entry')}, {disk_text(disk)}"
