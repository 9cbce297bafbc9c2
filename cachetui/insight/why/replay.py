"""Ask a Python's own pip what it would do, without a network and without letting it change anything.

The Python runs the folder `sealed`, and this module reads its answer.
"""

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
"""Maximum time in seconds that pip may take; comparing the hash of a wheel of several gigabytes takes long."""
LONGEST = 64 << 20
"""Maximum size of an answer in bytes; a page with thousands of files takes several megabytes."""
NO_VERSION = "0"
"""Stand-in for the version of a distribution whose file is not known, or whose URL does not contain a version."""
BEGIN, END = "<cachetui>", "</cachetui>"
"""Marks around the answer, because the start-up files of an environment may print, too."""

BROKEN = re.compile(
    r"Connection broken|failed to decode|is invalid|not a zip file|BadZipFile|IncompleteRead|CRC|zlib|JSONDecodeError|"
    r"UnicodeDecodeError|Metadata(?:Inconsistent|Invalid)|BadMetadata|invalid metadata|InvalidWheel|IPv6|"
    r"does not appear to be an IPv|characters under NFKC|Cannot determine archive format|ReadError|EOFError"
)
"""Pattern of errors that come from a damaged file or response, or from one that pip cannot read."""

NOT_FOUND = re.compile(r"No matching distribution found for ([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([^(;]*)")
"""Pattern of pip's error for a requirement that no file satisfies (`_internal/resolution/resolvelib/factory.py`)."""
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
"""Source of a file.

`installed`: the distribution is installed, and nothing is fetched. `built`: a wheel that pip built here. `cache`: a
file in the cache, used without a request. `checked`: a file in the cache, used after asking whether it has changed.
`download`: a file that is downloaded. `build`: a wheel is built from an sdist in the cache. `download-build`: a wheel
is built from an sdist that is downloaded. `clone`: a wheel is built from a repository that is cloned. `local`: a file
of this machine. `local-build`: a wheel is built from a folder or an sdist of this machine. `unknown`: the file is not
known, because no cached index page lists one. `pip download` stores an sdist as it is and builds no wheel from it.
"""
How = Literal["cache", "checked", "assumed", "unknown", "download"]
"""Result of a request.

`cache`: pip used its cached response. `checked`: pip asked whether that response changed, and was told
that it did not. `assumed`: pip would fetch it, and was given the cached response, or the metadata in the cached
wheel. `unknown`: no response is in the cache. `download`: pip would download a file, which is not in the cache or
of which pip does not use the cached copy.
"""
MissReason = Literal["", "absent", "stale", "cut", "vary", "layout", "off", "insecure"]
"""Reason why pip did not use a cached response.

`absent`: there is none. `stale`: it is out of date, and nothing in it lets pip ask whether it changed.
`cut`: its body is shorter than its headers say. `vary`: it was stored for a request with other headers.
`layout`: it is stored in a layout that this pip does not read. `off`: the cache is off. `insecure`: its
URL is plain http and its host is not trusted, so pip does not cache it.
"""


@dataclass(frozen=True, slots=True)
class RequestedRequirement:
    """Requirement as pip read it."""

    name: str
    """Canonical name of the project; "" if only a build would show it."""
    specifier: str
    """Version specifier (PEP 440)."""
    marker: str
    """Environment marker (PEP 508); "" for none."""
    matches: bool
    """Whether the marker is true for this Python, or there is none."""
    url: str
    """URL that is asked for; "" for a project from an index."""
    text: str
    """Requirement as pip writes it."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """Constraint that pip was given."""

    name: str
    """Canonical name of the project."""
    specifier: str
    """Versions that the constraint allows (PEP 440)."""
    source: str
    """Origin of the constraint in pip's words, such as "-c c.txt (line 1)"."""


@dataclass(frozen=True, slots=True)
class Request:
    """Request that pip made."""

    url: str
    how: How
    why: MissReason
    is_page: bool
    """Whether the request was for a list of files."""
    project: str | None
    """Project whose files pip looked for; None if unknown."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """File that pip may take."""

    filename: str
    version: str
    yanked: bool
    page: str
    """URL of the page that lists the file."""
    url: str
    """URL of the file; its fragment is the hash that the page lists."""


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """Listed file that pip may not take."""

    filename: str
    kind: str
    """Reason in pip's terms, such as "platform_mismatch"; "refused" before pip 22.3."""
    detail: str
    """Reason in pip's words; may be empty."""
    page: str
    url: str


@dataclass(frozen=True, slots=True)
class TriedDistribution:
    """Distribution whose metadata pip examined."""

    name: str
    version: str
    url: str
    needs: tuple[str, ...]
    """Requirements of the distribution; empty if there are none, or if they are not known."""
    python: str
    """Requires-Python of the distribution; "" for none."""


@dataclass(frozen=True, slots=True)
class ChosenDistribution:
    """Distribution that pip chose."""

    name: str
    version: str
    url: str
    """URL with its fragment; "" for an installed distribution, and for a file that no cached page lists."""
    page: str
    """URL of the page that lists the file; "" for none."""
    yanked: str
    """Reason why the file was yanked; "" if it was not."""
    built: str
    """Path of the wheel built here that pip takes in place of the file; "" for none."""
    way: Way
    needs_known: bool
    """Whether the metadata was available.

    If it was not, it may contain requirements that would change pip's choice.
    """
    why: MissReason
    """Reason why the cached file is not used, if the file is downloaded."""

    @property
    def known_version(self) -> str | None:
        """Version; None if only an index or a build would show it."""
        return None if self.version == NO_VERSION and self.way != "installed" else self.version

    @property
    def label(self) -> str:
        """Name, followed by the version if it is known."""
        return self.name if self.version == NO_VERSION or self.way == "unknown" else f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class PipError:
    """Error with which pip stops."""

    type: str
    """Name of the exception's class."""
    words: str
    url: str
    """URL of the file that the error is about; "" for none."""

    @property
    def is_broken(self) -> bool:
        """Whether the error comes from a damaged file or response, or from one that pip cannot read."""
        return bool(BROKEN.search(self.words) or BROKEN.search(self.type))


@dataclass(frozen=True, slots=True)
class ReplayHalt:
    """Point at which the replay ended, because pip would have changed something or used the network."""

    what: str
    """Action of pip: `download`, `build`, `clone` or `write`."""
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """Record of one run of pip."""

    resolved: bool = False
    """Whether pip's resolver found a solution."""
    code: int | None = None
    cache_dir: str | None = None
    """Cache directory of pip; None if its cache is off."""
    requests: tuple[Request, ...] = ()
    unseen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """URLs of requested index and find-links pages that are not in the cache, by project."""
    listed: Mapping[str, tuple[ListedFile, ...]] = field(default_factory=dict)
    refused: Mapping[str, tuple[RefusedFile, ...]] = field(default_factory=dict)
    tried: tuple[TriedDistribution, ...] = ()
    roots: tuple[RequestedRequirement, ...] = ()
    chosen: tuple[ChosenDistribution, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    externally_managed: bool = False
    """Whether pip refuses to install here, because the system manages this Python (PEP 668).

    All other fields are as if pip did not refuse.
    """
    words: tuple[tuple[str, str], ...] = ()
    """Messages of pip: the level of each, such as "ERROR", and its text."""
    error: PipError | None = None
    halt: ReplayHalt | None = None

    def choice(self, name: str) -> ChosenDistribution | None:
        """Return the distribution that was chosen for a project; None if there is none."""
        return next((one for one in self.chosen if one.name == name), None)

    def pages(self, name: str) -> tuple[Request, ...]:
        """Return the requests for index and find-links pages of a project."""
        return tuple([one for one in self.requests if one.is_page and one.project == name])


@dataclass(frozen=True, slots=True)
class Replay:
    """pip's answer, or the reason why there is none."""

    pip: str | None = None
    """Version of pip; None if unknown."""
    trouble: str = ""
    """Reason why the Python's pip cannot be asked (a sentence); "" if it answered."""
    pypi: str = ""
    """URL of PyPI's index, as built into this pip."""
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A single question to pip."""

    arguments: tuple[str, ...]
    """Arguments of pip, its command first."""
    lines: tuple[str, ...] = ()
    """Lines of a requirements file."""
    root: str = ""
    """Root of the cache of the question; it is searched for responses if pip's own cache is off."""
    hidden: tuple[str, ...] = ()
    """Files, relative to the root, that are treated as removed."""


def replay(
    python: Python, scenarios: Sequence[Scenario], environ: Mapping[str, str], *, stop: Callable[[], bool] = never
) -> Replay:
    """Ask a Python's pip one or more questions, one after the other, in one process. Never raises."""
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
    """Parse the answer that the code in `sealed` has printed.

    Raises ValueError, TypeError, LookupError or AttributeError if it is not as expected.
    """
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
    if error is None and not told["resolved"] and not told["halt"]:  # `pip install` only logs an OSError
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
        tried=_all(TriedDistribution, told["tried"]),
        roots=_all(RequestedRequirement, told["roots"]),
        chosen=_all(ChosenDistribution, told["chosen"]),
        constraints=_all(Constraint, told["constraints"]),
        externally_managed=bool(told["externally_managed"]),
        words=words,
        error=error,
        halt=_one(ReplayHalt, told["halt"]) if told["halt"] else None,
    )


Parsed = TypeVar("Parsed")


def _all(kind: type[Parsed], rows: Sequence[Mapping[str, Any]]) -> tuple[Parsed, ...]:
    return tuple([_one(kind, row) for row in rows])


def _one(kind: type[Parsed], row: Mapping[str, Any]) -> Parsed:
    """Build an object from a row. Values become bool, str or tuples of str, because a pip may return other types."""
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
