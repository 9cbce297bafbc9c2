"""Ask a Python's own pip what it would do, on a sealed view of its cache: run the folder `sealed`, read its answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_type_hints

from cachetui.interpreters.lookup import Python, obstacle
from cachetui.system.isolated import ask, current_folder
from cachetui.system.tree import never

SCRIPT = Path(__file__).with_name("sealed")
PATIENCE = 120.0
"""Seconds that a pip may take: it reads a wheel of gigabytes to its end to compare its hash."""
LONGEST = 64 << 20
"""Bytes of an answer: a page with thousands of files makes some megabytes."""
NO_VERSION = "0"
"""The version of a distribution whose URL does not contain it."""
BEGIN, END = "<cachetui>", "</cachetui>"
"""Marks around the answer: start-up files of an environment may print, too."""

BROKEN = re.compile(
    r"Connection broken|failed to decode|is invalid|not a zip file|BadZipFile|IncompleteRead|CRC|zlib|JSONDecodeError|"
    r"UnicodeDecodeError|Metadata(?:Inconsistent|Invalid)|BadMetadata|invalid metadata|InvalidWheel|IPv6|"
    r"does not appear to be an IPv|characters under NFKC|Cannot determine archive format|ReadError|EOFError"
)
"""Words and types of errors that come from a damaged answer, or from one that pip cannot read."""

NOT_FOUND = re.compile(r"No matching distribution found for ([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([^(;]*)")
"""pip's error for a requirement that no file satisfies (its `_internal/resolution/resolvelib/factory.py`)."""
Way = Literal[
    "installed",
    "built",
    "cache",
    "checked",
    "download",
    "build",
    "download-build",
    "clone",
    "local",
    "local-build",
    "unknown",
]
"""Source of a file. `installed`: it is there, nothing is fetched. `built`: a wheel that pip built here. `cache`:
the cache, no request. `checked`: the cache, after a request whether it changed. `download`. `build`: a wheel is built
from an sdist in the cache. `download-build`: from a downloaded one. `clone`: a repository. `local`: a file of this
machine. `local-build`: a folder or an sdist of this machine. `unknown`: no index page in the cache tells."""
How = Literal["cache", "checked", "assumed", "unknown", "download"]
"""Answer to a request. `cache`: pip used its cached answer. `checked`: pip asked whether that answer changed,
and was told no. `assumed`: pip would fetch it anew, and was given the cached answer. `unknown`: not in the cache.
`download`: a file that is not in the cache."""
Why = Literal["", "absent", "stale", "cut", "vary", "layout", "off", "insecure"]
"""Why pip did not use a cached answer. `stale`: out of date, and nothing to ask its server by. `cut`: its body is
shorter than its headers say. `vary`: stored for a request with other headers. `layout`: it lies where this pip does not
look. `off`: the cache is off. `insecure`: plain http, which pip does not cache."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A requirement as pip read it."""

    name: str
    """Canonical name of its project; "" if only a build would show it."""
    specifier: str
    """Version specifier (PEP 440)."""
    marker: str
    """Environment marker (PEP 508); "" for none."""
    matches: bool
    """Whether the marker is true for this Python."""
    url: str
    """The address that is asked for; "" for a project of an index."""
    text: str
    """The requirement as pip writes it."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint that pip was given."""

    name: str
    """Canonical name of its project."""
    specifier: str
    """The versions that it allows (PEP 440)."""
    source: str
    """Its place in pip's words, such as "-c c.txt (line 1)"."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that pip made."""

    url: str
    how: How
    why: Why
    is_page: bool
    """Whether it was for a list of files."""
    project: str | None
    """The project whose files were looked for."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file that pip may take."""

    filename: str
    version: str
    yanked: bool
    page: str
    """Address of the page that lists it."""
    url: str
    """Its address, with the hash that the page lists as fragment."""


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A listed file that pip may not take."""

    filename: str
    kind: str
    """pip's own word, such as "platform_mismatch"; "refused" before pip 22.3."""
    detail: str
    """pip's reason; may be empty."""
    page: str
    url: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A distribution whose metadata pip looked at."""

    name: str
    version: str
    url: str
    needs: tuple[str, ...]
    """Its requirements; empty, too, where they are not known."""
    python: str
    """Its Requires-Python; "" for none."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A distribution that pip decided for."""

    name: str
    version: str
    url: str
    """Its address with fragment; "" for what is installed."""
    page: str
    """Address of the page that lists it; "" for none."""
    yanked: str
    """The reason why it was yanked; "" if it was not."""
    built: str
    """Path of the wheel built here that pip takes in its place; "" for none."""
    way: Way
    needs_known: bool
    """Whether its metadata was there; else pip may still find that it needs something that changes the choice."""
    why: Why
    """Why the cached file is not used, where it is downloaded."""

    @property
    def known_version(self) -> str | None:
        """Its version; None if only an index or a build would show it."""
        return None if self.version == NO_VERSION and self.way != "installed" else self.version

    @property
    def label(self) -> str:
        """Its name and version, as far as the version is known."""
        return self.name if self.version == NO_VERSION or self.way == "unknown" else f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class PipError:
    """The error with which pip stops."""

    type: str
    """Name of its class."""
    words: str
    url: str
    """Address of the file that it is about; "" for none."""

    @property
    def is_broken(self) -> bool:
        """Whether it comes of a damaged file or answer, or of one that pip cannot read."""
        return bool(BROKEN.search(self.words) or BROKEN.search(self.type))


@dataclass(frozen=True, slots=True)
class Halt:
    """The point at which the replay ended, as pip would have acted."""

    what: str
    """`download`, `build`, `clone`."""
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """The record of one run of pip."""

    resolved: bool = False
    """Whether pip came to a decision."""
    code: int | None = None
    cache_dir: str | None = None
    """pip's cache directory; None when its cache is off."""
    requests: tuple[Request, ...] = ()
    unseen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Addresses of index pages that are not in the cache, by project."""
    listed: Mapping[str, tuple[ListedFile, ...]] = field(default_factory=dict)
    refused: Mapping[str, tuple[RefusedFile, ...]] = field(default_factory=dict)
    tried: tuple[Tried, ...] = ()
    roots: tuple[Asked, ...] = ()
    chosen: tuple[Chosen, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    externally_managed: bool = False
    """Whether pip refuses to install here, for the system manages this Python (PEP 668); the rest is as if it did."""
    words: tuple[tuple[str, str], ...] = ()
    """pip's messages, each with its level."""
    error: PipError | None = None
    halt: Halt | None = None

    def choice(self, name: str) -> Chosen | None:
        """Return the distribution that was chosen for a project."""
        return next((one for one in self.chosen if one.name == name), None)

    def pages(self, name: str) -> tuple[Request, ...]:
        """Return the requests for index pages of a project."""
        return tuple([one for one in self.requests if one.is_page and one.project == name])


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer of a pip, or why there is none."""

    pip: str | None = None
    """Its version; None where that is not known."""
    trouble: str = ""
    """Why this pip cannot be asked, as a sentence; "" where it answered."""
    pypi: str = ""
    """Address of PyPI's index, as this pip has it built in."""
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One question to pip."""

    arguments: tuple[str, ...]
    """pip's arguments, the command first."""
    lines: tuple[str, ...] = ()
    """Lines of a requirements file."""
    root: str = ""
    """The cache in which answers are looked for that pip itself does not use."""
    hidden: tuple[str, ...] = ()
    """Files, relative to the root, that are to be taken for removed."""


def replay(
    python: Python, scenarios: Sequence[Scenario], environ: Mapping[str, str], *, stop: Callable[[], bool] = never
) -> Replay:
    """Ask a Python's pip the questions, one after the other, in one process; raise nothing."""
    if hindrance := obstacle(python.executable):
        return Replay(trouble=f"{python.executable} {hindrance}.")
    request = {
        "folder": current_folder(),
        "seconds": int(PATIENCE) + 10,
        "runs": [
            {"arguments": [*one.arguments], "lines": [*one.lines], "root": one.root, "hidden": [*one.hidden]}
            for one in scenarios
        ],
    }
    data = json.dumps(request).encode()
    reply = ask(
        python.executable,
        (str(SCRIPT),),
        environ,
        timeout=PATIENCE,
        stop=stop,
        limit=LONGEST,
        data=data,
        any_version=True,
    )
    _, _, rest = reply.out.partition(BEGIN)
    told, end, _ = rest.partition(END)
    if reply.trouble:
        return Replay(trouble=f"This pip {reply.trouble}.")
    if not end:
        lines = reply.err.strip().splitlines() or reply.out.strip().splitlines() or [""]
        said = lines[-1 if lines[0].startswith(("Traceback", "Usage")) else 0].partition("{")[0][:200].strip()
        return Replay(trouble=f"This pip could not be asked{': ' if said else ''}{said.rstrip('.')}.")
    try:
        return read_answer(json.loads(told))
    except (ValueError, RecursionError, TypeError, LookupError, AttributeError):
        return Replay(trouble="This pip gave an answer that makes no sense.")


def read_answer(told: Any) -> Replay:
    """Return the answer of the script as values. Raises ValueError, TypeError, KeyError."""
    pip = told["pip"] if told["pip"] is None else str(told["pip"])
    match told.get("cannot"):
        case "old":
            return Replay(pip, f"pip {pip} cannot be asked what it would do: only pip 20.3 and newer can.")
        case "none":
            return Replay(pip, "This Python has no pip that could be asked.")
        case "changed":
            return Replay(pip, f"pip {pip} is not built like the pips that can be asked: {str(told['words'])[:200]}.")
    return Replay(pip, "", str(told["pypi"]), tuple([_run(one) for one in told["runs"]]))


def _run(told: Mapping[str, Any]) -> Run:
    words = tuple([(str(level), str(words)) for level, words in told["words"]])
    error = _one(PipError, told["error"]) if told["error"] else None
    if error is None and not told["resolved"] and not told["halt"]:  # `pip install` logs an OSError, and raises none
        said = [PipError("OSError", text, "") for level, text in words if level == "ERROR"]
        error = next((one for one in said if one.is_broken), None)
    return Run(
        resolved=bool(told["resolved"]),
        code=told["code"],
        cache_dir=told["cache_dir"],
        requests=_all(Request, told["requests"]),
        unseen={str(name): tuple(map(str, some)) for name, some in told["unseen"].items()},
        listed={name: tuple([ListedFile(*row) for row in some]) for name, some in told["listed"].items()},
        refused={name: tuple([RefusedFile(*row) for row in some]) for name, some in told["refused"].items()},
        tried=_all(Tried, told["tried"]),
        roots=_all(Asked, told["roots"]),
        chosen=_all(Chosen, told["chosen"]),
        constraints=_all(Constraint, told["constraints"]),
        externally_managed=bool(told["externally_managed"]),
        words=words,
        error=error,
        halt=_one(Halt, told["halt"]) if told["halt"] else None,
    )


Row = TypeVar("Row")


def _all(kind: type[Row], rows: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    return tuple([_one(kind, row) for row in rows])


def _one(kind: type[Row], row: Mapping[str, Any]) -> Row:
    """Make a value of a row: text where text belongs, whatever the script was given by a strange pip."""
    values: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for one in fields(kind):  # type: ignore[arg-type]
        value = row[one.name]
        if hints[one.name] is bool:
            value = bool(value)
        elif isinstance(value, list):
            value = tuple(map(str, value))
        elif value is None:
            value = () if one.name == "needs" else None if one.name == "project" else ""
        else:
            value = str(value)
        values[one.name] = value
    return kind(**values)
