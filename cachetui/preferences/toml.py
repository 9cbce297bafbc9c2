"""The position of each key in a TOML document, which `tomllib` does not give.

Only documents that `tomllib` has read are looked at here, so nothing is judged again (https://toml.io/en/v1.0.0).
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The keys that lead to a value from the outermost table, and the places in arrays, counted from 0."""

BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
SPACE = re.compile(r"[ \t]*")
STRING = re.compile(
    r'"""(?:\\.|"{1,2}(?!")|[^"\\]++)*+"{3,5}'
    r"|'''(?:'{1,2}(?!')|[^']++)*+'{3,5}"
    r'|"(?:\\.|[^"\\]++)*+"'
    r"|'[^']*+'",
    re.DOTALL,
)
BARE = re.compile(r"[A-Za-z0-9_-]+")
PLAIN = re.compile(r"[^,\]}#\r\n]*")
"""A number, a date, true or false, with the blanks behind it."""
LINE_OF = re.compile(r"at line (\d+)")


class Place(NamedTuple):
    """A position in a document."""

    line: int
    """Its line, counted from 1: that of its key, or of the value in an array."""
    start: int
    """The index at which its value begins; that of the header of a table."""
    end: int
    """The index behind its value."""


class Places:
    """Everything in a document, by path."""

    def __init__(self, text: str) -> None:
        """Look at a document. Raises RecursionError for one that is too deep."""
        self._text = text
        self._at = 0
        self._lines = [0, *[found.end() for found in re.finditer("\n", text)]]
        self.found: dict[Path, Place] = {}
        """Where each key and each value in an array stands."""
        self.outermost = 0
        """The index behind the last key of the outermost table, before any header; 0 where there is none."""
        self._document()

    def line(self, path: Path) -> int | None:
        """Return the line of a path, or of the nearest that it lies in."""
        while path:
            if path in self.found:
                return self.found[path].line
            path = path[:-1]
        return None

    def _note(self, path: Path, start: int, end: int, at: int) -> None:
        """Keep where a path is seen first."""
        self.found.setdefault(path, Place(bisect_right(self._lines, at), start, end))

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            return ""
        self._at = found.end()
        return found[0]

    def _document(self) -> None:
        table: Path = ()
        arrays: dict[Path, int] = {}
        self._match(BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header(arrays)
            else:
                self._pair(table)
                if not table:
                    self.outermost = self._at
            self._match(BLANK)

    def _header(self, arrays: dict[Path, int]) -> Path:
        """Read `[table]` or `[[array of tables]]`; return its path."""
        start = self._at
        many = self._text.startswith("[[", start)
        self._at += 1 + many
        path: Path = ()
        keys = self._keys()
        for key in keys[:-1]:
            path = (*path, key)
            self._note(path, start, start, start)
            path = self._inner(path, arrays)
        path = (*path, keys[-1])
        self._at += 1 + many
        if many:
            self._note(path, start, self._at, start)
            arrays[path] = arrays.get(path, -1) + 1
        path = self._inner(path, arrays)
        self._note(path, start, self._at, start)
        return path

    @staticmethod
    def _inner(path: Path, arrays: Mapping[Path, int]) -> Path:
        """Go into the last table of an array of tables."""
        return (*path, arrays[path]) if path in arrays else path

    def _keys(self) -> list[str]:
        """Read a key with its dots."""
        keys = []
        while True:
            self._match(SPACE)
            written = self._match(STRING)
            keys.append(tomllib.loads(f"key = {written}")["key"] if written else self._match(BARE))
            self._match(SPACE)
            if self._text[self._at : self._at + 1] != ".":
                return keys
            self._at += 1

    def _pair(self, table: Path) -> None:
        """Read a key and its value."""
        begun = self._at
        keys = self._keys()
        self._at += 1  # the equals sign
        self._match(SPACE)
        path, start = (*table, *keys), self._at
        self._value(path)
        for depth in range(len(table) + 1, len(path) + 1):
            self._note(path[:depth], start, self._at, begun)

    def _value(self, path: Path) -> None:
        match self._text[self._at : self._at + 1]:
            case "[":
                self._listed("]", path)
            case "{":
                self._listed("}", path)
            case '"' | "'":
                self._match(STRING)
            case _:
                written = self._match(PLAIN)
                self._at -= len(written) - len(written.rstrip())

    def _listed(self, end: str, path: Path) -> None:
        """Read an array or an inline table."""
        self._at += 1
        index = 0
        self._match(BLANK)
        while self._text[self._at : self._at + 1] not in (end, ""):
            if end == "}":
                self._pair(path)
            else:
                start = self._at
                self._value((*path, index))
                self._note((*path, index), start, self._at, start)
            index += 1
            self._match(BLANK)
            if self._text[self._at : self._at + 1] == ",":
                self._at += 1
                self._match(BLANK)
        self._at += 1


def line_of_error(error: ValueError, text: str) -> int | None:
    """Return the line in which `tomllib` could not go on; None where it does not say."""
    found = LINE_OF.search(str(error))
    if found:
        return int(found[1])
    return text.rstrip().count("\n") + 1 if "at end of document" in str(error) else None
