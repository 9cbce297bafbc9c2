"""Read requirements files, as far as a cache has an answer to them.

Sources: the requirements file format of pip's user guide; pip's `_internal/req/req_file.py` (`join_lines`,
`COMMENT_RE`, `SUPPORTED_OPTIONS_REQ`) and `_internal/utils/encoding.py`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

from cachetui.errors import CachetuiError
from cachetui.insight.requirement import read_requirement
from cachetui.system.tree import reason

COMMENT = re.compile(r"(^|\s+)#.*$")
"""A comment, as pip finds it (`COMMENT_RE`)."""
NESTED = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|(?<=-[rc]))(.+)")
"""A line that names another file."""
OPTION = re.compile(r"\s(--?[A-Za-z])")
"""The beginning of a requirement's options."""
HASH = re.compile(r"--hash[=\s]\s*(sha256|sha384|sha512):([0-9a-fA-F]+)")
"""A hash that pip would demand."""
ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|[./\\~])|.*\.(?:whl|zip|tar\.\w+|tgz)(?:\[.*\])?$", re.IGNORECASE)
"""A URL or a path: pip would not take these from the cache."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks with their encodings; PowerShell writes UTF-16."""
LONGEST_FILE = 16 << 20
"""Bytes of the largest file that counts as a requirements file."""


class RequirementFileError(CachetuiError):
    """A requirements file that cannot be read; the message names file and line, and may quote the line.

    What is quoted may hold secrets and anything else: show it as such.
    """

    def __init__(self, place: str, complaint: str, quoted: str = "") -> None:
        super().__init__(" ".join(filter(None, (f"{place}:" if quoted else place, quoted, complaint))))
        self.place = place
        """The file, with the line number if the message is about a line."""
        self.quoted = quoted
        """The text of the line; empty if the message is about the file."""
        self.complaint = complaint
        """The rest of the message."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A requirement of a file."""

    requirement: Requirement
    """The requirement."""
    hashes: frozenset[tuple[str, str]] = frozenset()
    """Name and value, in lower case, of the hashes of which a file must have one; none if any file will do."""
    constraint: bool = False
    """Whether it only narrows what others ask for (`-c`)."""


class Ignored(NamedTuple):
    """A line that was not looked at."""

    place: str
    """File and number of the line."""
    text: str
    """The text of the line. May hold secrets."""


@dataclass(frozen=True, slots=True)
class RequirementFile:
    """The content of requirements files."""

    asked: tuple[Asked, ...]
    ignored: tuple[Ignored, ...]
    """Options of pip, URLs, paths and editable requirements."""
    pre: bool
    """Whether pre-releases are admitted anyway (`--pre`)."""


def read_requirement_files(paths: Iterable[Path]) -> RequirementFile:
    """Read requirements files, and those that they name. Raises RequirementFileError."""
    reader = _Reader()
    for path in paths:
        reader.read(path, constraint=False)
    return RequirementFile(tuple(reader.asked), tuple(reader.ignored), reader.pre)


class _Reader:
    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.ignored: list[Ignored] = []
        self.pre = False
        self._seen: set[tuple[Path, bool]] = set()

    def read(self, path: Path, *, constraint: bool) -> None:
        """Take in a file, once."""
        try:
            whole = path.resolve()
            if (whole, constraint) in self._seen:
                return
            self._seen.add((whole, constraint))
            with path.open("rb") as file:
                text = _text(file.read(LONGEST_FILE + 1))
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL, an encoding that is another
            raise RequirementFileError(str(path), f"cannot be read: {reason(error)}.") from error
        for number, line in _lines(text):
            self._take(line, path, f"{path}, line {number}", constraint)

    def _take(self, line: str, path: Path, place: str, constraint: bool) -> None:
        if nested := NESTED.fullmatch(line):
            named = nested[2].strip("\"'")
            if "://" in named:
                self.ignored.append(Ignored(place, line))
            else:
                self.read(path.parent / named, constraint=constraint or nested[1] in ("-c", "--constraint"))
        elif line == "--pre":
            self.pre = True
        elif line.startswith("-") or ELSEWHERE.match(line):
            self.ignored.append(Ignored(place, line))
        else:
            options = OPTION.search(line)
            text = line[: options.start()] if options else line
            try:
                requirement = read_requirement(text)
            except ValueError as error:
                raise RequirementFileError(place, f"is no requirement: {error}.", text) from error
            if requirement.url:
                self.ignored.append(Ignored(place, line))
                return
            found = frozenset([(name, value.lower()) for name, value in HASH.findall(line)])
            self.asked.append(Asked(requirement, found, constraint))


def _text(content: bytes) -> str:
    if len(content) > LONGEST_FILE:
        raise ValueError("it is too long for a requirements file")
    encoding = next((name for mark, name in BOMS if content.startswith(mark)), "utf-8")
    return content.decode(encoding)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that have content, with their numbers; those that end in a backslash are joined with the next."""
    begun, start = "", 0
    for number, line in enumerate((*text.splitlines(), ""), start=1):
        start = start or number
        if line.endswith("\\") and not COMMENT.match(line):
            begun += line[:-1] + " "
            continue
        if whole := COMMENT.sub("", begun + line).strip():
            yield start, whole
        begun, start = "", 0
