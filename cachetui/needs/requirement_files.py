"""Read requirements files and lock files, as far as a cache can satisfy them.

Sources: the requirements file format of pip's user guide; pip's `_internal/req/req_file.py`
(`join_lines`, `COMMENT_RE`, `SUPPORTED_OPTIONS_REQ`) and `_internal/utils/encoding.py`. Lock files: `locks.py`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from cachetui.needs.locks import read_lock
from cachetui.needs.requirement import read_requirement
from cachetui.needs.values import (
    DirectReference,
    Ignored,
    RequirementFile,
    RequirementFileError,
    RequirementLine,
    direct_reference,
)
from cachetui.system.streams import STANDARD_INPUT, read_input
from cachetui.system.tree import reason

COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")
"""Pattern of a comment, as pip finds it (`COMMENT_RE`), without the blanks before it."""
NESTED = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|(?<=-[rc]))(.+)")
"""Pattern of a line that names another file."""
OPTION = re.compile(r"\s(--?[A-Za-z])")
"""Pattern of the first option after a requirement."""
HASH = re.compile(r"--hash[=\s]\s*(sha256|sha384|sha512):([0-9a-fA-F]+)")
"""Pattern of an option `--hash`, which gives a hash that pip demands of a file."""
ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|[./\\~])|.*\.(?:whl|zip|tar\.\w+|tgz)(?:\[.*\])?$", re.IGNORECASE)
"""Pattern of a line with a URL or a path instead of a requirement."""
REFERENCE = re.compile(r"(?:([A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?\s*@\s*)?(\S+)")
"""Pattern of a URL, and of the name of a project before it."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks with their encodings; PowerShell writes UTF-16."""
DESCRIPTOR = re.compile(r"/dev/(stdin|fd/\d+)|/proc/\w+/fd/\d+")
"""Pattern of the path of an open file, which is in no folder, such as `/dev/fd/63` for a process substitution."""
LONGEST_FILE = 16 << 20
"""Maximum size of a requirements file in bytes."""
DEEPEST = 100
"""Maximum length of a chain of requirements files, of which each includes the next."""


def read_requirement_files(
    paths: Iterable[Path | None],
    read: Callable[[Path | None, int], bytes] = read_input,
    wrong: Callable[[RequirementFileError], None] | None = None,
) -> RequirementFile:
    """Read requirements files, the files that they name, and lock files. Raises RequirementFileError.

    None stands for the standard input. Paths in the standard input, or in a file such as `/dev/stdin`, are relative to
    the current folder. `read` returns the content of a file, as `read_input` does. If `wrong` is given, it gets the
    error for each line that is not a requirement, and all other lines are read.
    """
    reader = _Reader(read, wrong)
    for path in paths:
        reader.read(path, constraint=False)
    return RequirementFile(
        tuple(reader.asked), tuple(reader.ignored), reader.pre, tuple(reader.direct), reader.kinds == {True}
    )


class _Reader:
    def __init__(
        self,
        read: Callable[[Path | None, int], bytes],
        wrong: Callable[[RequirementFileError], None] | None,
    ) -> None:
        self.asked: list[RequirementLine] = []
        self.ignored: list[Ignored] = []
        self.direct: list[DirectReference] = []
        self.pre = False
        self.kinds = set[bool]()
        """Kinds of the files that ask for something: True for lock files, False for requirements files."""
        self._seen: set[tuple[Path | None, bool]] = set()
        self._depth = 0
        self._read, self._wrong = read, wrong

    def read(self, path: Path | None, *, constraint: bool) -> None:
        """Read a file, or the standard input if `path` is None, unless it was read before with the same `constraint`.

        `constraint` says whether its requirements are constraints. Raises RequirementFileError.
        """
        name = STANDARD_INPUT if path is None else str(path)
        try:
            whole = path and path.resolve()
            if (whole, constraint) in self._seen:
                return
            self._seen.add((whole, constraint))
            text = _text(self._read(path, LONGEST_FILE))
        except UnicodeDecodeError as error:
            raise RequirementFileError(name, f"cannot be read: it is not text in {error.encoding}.") from error
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, or a NUL
            raise RequirementFileError(name, f"cannot be read: {reason(error)}.") from error
        if self._depth == DEEPEST:
            raise RequirementFileError(name, f"is the end of a chain of more than {DEEPEST} files: include fewer.")
        lock = read_lock(text, name)
        if lock is not None:
            self.kinds.add(True)
            self.asked += [replace(one, constraint=constraint) for one in lock.asked]
            self.ignored += lock.ignored
            self.direct += lock.direct
            return
        self._depth += 1
        folder = Path() if path is None or DESCRIPTOR.fullmatch(str(path)) else path.parent
        for number, line in _lines(text):
            self._take(line, folder, f"{name}, line {number}", constraint)
        self._depth -= 1

    def _take(self, line: str, folder: Path, place: str, constraint: bool) -> None:
        if nested := NESTED.fullmatch(line):
            named = nested[2].strip("\"'")
            if "://" in named:
                self.ignored.append(Ignored(place, line))
            else:
                self.read(folder / named, constraint=constraint or nested[1] in ("-c", "--constraint"))
        elif line == "--pre":
            self.pre = True
        elif line.startswith("-") or ELSEWHERE.match(line):
            self.ignored.append(Ignored(place, line))
            if not line.startswith("-"):
                self._refer(line)
        else:
            options = OPTION.search(line)
            text = line[: options.start()] if options else line
            try:
                requirement = read_requirement(text)
            except ValueError as error:
                wrong = RequirementFileError(place, f"is not a requirement: {error}.", text)
                if self._wrong is None:
                    raise wrong from error
                self._wrong(wrong)
                return
            if requirement.url:
                self.ignored.append(Ignored(place, line))
                self._refer(line)
                return
            found = frozenset([(name, value.lower()) for name, value in HASH.findall(line)])
            self.asked.append(RequirementLine(requirement, found, constraint))
            self.kinds.add(False)

    def _refer(self, line: str) -> None:
        """Add a reference to the URL in a line; a path is left out, because nothing from it is in a cache."""
        name, url = found.groups() if (found := REFERENCE.match(line)) else (None, "")
        if reference := direct_reference(canonicalize_name(name) if name else None, url):
            self.direct.append(reference)
            self.kinds.add(False)


def _text(content: bytes) -> str:
    encoding = next((name for mark, name in BOMS if content.startswith(mark)), "utf-8")
    return content.decode(encoding)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield non-empty lines with their numbers, without comments.

    A line that ends in a backslash is joined with the next; both get the number of the first.
    """
    begun, start = "", 0
    for number, line in enumerate((*text.splitlines(), ""), start=1):
        start = start or number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            begun += line[:-1] + " "
            continue
        if whole := COMMENT.sub("", begun + line).strip():
            yield start, whole
        begun, start = "", 0
