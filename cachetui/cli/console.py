"""Output beside the data, on stderr: notes, progress, questions."""

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
"""Replacements for characters that a stream cannot encode."""


def for_stream(text: str, stream: TextIO) -> str:
    """Return text with characters that a stream can encode."""
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        for sign, plain in PLAIN.items():
            text = text.replace(sign, plain)
    return text


def say(sentence: str) -> None:
    """Write a line of the result on stdout; names in it may be hostile. Raises OSError."""
    sys.stdout.write(for_stream(f"{escape_control(sentence)}\n", sys.stdout))


def note(sentence: str) -> None:
    """Print something on stderr; names in it may be hostile.

    A reader that has gone, or a full disk, stops nothing: a removal has to work on a full disk.
    """
    with suppress(OSError):  # which comes again when all is written
        sys.stdout.flush()
    with suppress(OSError):
        sys.stderr.write(for_stream(f"{escape_control(sentence)}\n", sys.stderr))
        sys.stderr.flush()


class Status:
    """A line of progress on stderr that overwrites itself; nothing where that is no terminal. A `with` wipes it."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        """Whether anything is shown at all."""
        self._length = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe the line."""
        self.clear()

    def note(self, sentence: str) -> None:
        """Wipe the line, then print a note."""
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
        """Wipe the line."""
        if self._length:
            self._write(f"\r{' ' * self._length}\r")
            self._length = 0

    def _write(self, text: str) -> None:
        """Write to a terminal, which may be gone by now."""
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def ask(question: str) -> bool:
    """Ask on stderr; only a clear yes is one."""
    with suppress(OSError):  # which comes again when all is written
        sys.stdout.flush()
    sys.stderr.write(for_stream(f"{escape_control(question)} [y/N] ", sys.stderr))
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):  # the input has ended in the middle of the line
        sys.stderr.write("\n")
    return answer.strip().lower() in ("y", "yes")


def can_ask() -> bool:
    """Return whether stdin and stderr are a terminal, where the user can answer a question."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())


def totals(entries: Sequence[Entry]) -> str:
    """Sum entries up in one line."""
    projects = len({entry.project for entry in entries if entry.project is not None})
    disk = sum([entry.disk_usage for entry in entries])
    return f"{count(projects, 'project')}, {count(len(entries), 'entry')}, {disk_text(disk)}"
