"""Made-up cases: the actions of a pip 26.3, and the contents of its cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cachetui.insight.why.environment import TargetEnvironment
from cachetui.insight.why.evidence import Evidence
from cachetui.insight.why.question import read_question
from cachetui.insight.why.replay import (
    ChosenDistribution,
    How,
    ListedFile,
    MissReason,
    PipError,
    RefusedFile,
    Replay,
    Request,
    RequestedRequirement,
    Run,
    TriedDistribution,
    Way,
)
from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python
from cachetui.model import NS, Entry, Inventory, Kind
from cachetui.pip.reader import CachedResponse, digest_of

NOW = 1_780_000_000
"""Time of all questions, in seconds since the epoch: 2026-05-28 20:26:40 UTC."""
DAY = 86_400
ROOT = "/home/user/.cache/pip"
PYTHON = InterpreterInfo(
    Python(Path("/usr/bin/python3"), Path("/usr")),
    "3.11.7",
    "CPython",
    ("cp311-cp311-linux_x86_64", "py3-none-any"),
    {"python_version": "3.11", "python_full_version": "3.11.7", "sys_platform": "linux"},
)
ASKER = TargetEnvironment("python3", PYTHON.python, PYTHON)
INDEX = "https://index.example/simple"
OTHER = "https://other.example/simple"
FILES = "https://files.example"
PYPI = "https://main.example/simple"
"""Address of this pip's own index."""


def page(how: How = "cache", why: MissReason = "", project: str = "six", index: str = INDEX) -> Request:
    """Return a request for a project's page."""
    return Request(f"{index}/{project}/", how, why, True, project)


def chosen(
    filename: str, way: Way = "cache", index: str = INDEX, why: MissReason = "", **others: object
) -> ChosenDistribution:
    """Return a decision for a file of an index."""
    name, version = filename.removesuffix(".tar.gz").split("-")[:2]
    page = f"{index}/{name}/" if index else ""
    found = ChosenDistribution(canonicalize_name(name), version, f"{FILES}/{filename}", page, "", "", way, True, why)
    return replace(found, **others)  # type: ignore[arg-type]


def installed(name: str, version: str) -> ChosenDistribution:
    """Return a decision for what is installed."""
    return ChosenDistribution(name, version, "", "", "", "", "installed", True, "")


def listed(*filenames: str, index: str = INDEX, yanked: bool = False) -> tuple[ListedFile, ...]:
    """Return files that pip may take."""
    return tuple(
        [
            ListedFile(
                one,
                one.removesuffix(".tar.gz").split("-")[1],
                yanked,
                f"{index}/{one.partition('-')[0]}/",
                f"{FILES}/{one}",
            )
            for one in filenames
        ]
    )


def refused(filename: str, kind: str = "platform_mismatch", detail: str = "") -> RefusedFile:
    """Return a file that pip may not take."""
    return RefusedFile(filename, kind, detail, f"{INDEX}/{filename.partition('-')[0]}/", f"{FILES}/{filename}")


def tried(name: str, version: str, *needs: str, python: str = "") -> TriedDistribution:
    """Return a distribution whose metadata pip looked at."""
    return TriedDistribution(name, version, f"{FILES}/{name}-{version}.tar.gz", needs, python)


def not_found(requirement: str) -> PipError:
    """Return pip's error for a requirement that no file satisfies."""
    return PipError("DistributionNotFound", f"No matching distribution found for {requirement}", "")


def download(filename: str, days: float = 10, *, kind: Kind | None = None, layout: str = "http-v2") -> Entry:
    """Return the entry of a file of the index."""
    name, version = filename.removesuffix(".tar.gz").split("-")[:2]
    kind = kind or ("wheel" if filename.endswith(".whl") else "sdist")
    url = f"{FILES}/{filename}"
    path = f"{layout}/a/b/c/d/e/{digest_of(url)}"
    return Entry(
        kind,
        (),
        path,
        int((NOW - days * DAY) * NS),
        project=canonicalize_name(name),
        version=version,
        filename=filename,
        url=url,
    )


def built(filename: str, days: float = 10) -> Entry:
    """Return the entry of a wheel that pip built here."""
    return download(filename, days, kind="built")._replace(path=f"wheels/aa/bb/cc/{filename}", url=None)


def index_page(project: str = "six", minutes: float = 5, index: str = INDEX) -> Entry:
    """Return the entry of an index page."""
    url = f"{index}/{project}/"
    path = f"http-v2/a/b/c/d/e/{digest_of(url)}"
    return Entry("index", (), path, int((NOW - minutes * 60) * NS), project=project, url=url)


def headers(minutes: float = 5, *, stored: int = 100) -> CachedResponse:
    """Return the headers of an answer that is 100 bytes long and may be used for ten minutes."""
    return CachedResponse(200, int(NOW - minutes * 60), 600, True, 100, stored, False)


def case(
    typed: str,
    run: Run | None,
    *entries: Entry,
    pip: str = "26.3",
    trouble: str = "",
    answers: Mapping[str, CachedResponse] | None = None,
    asker: TargetEnvironment = ASKER,
    cache_dir: str | None = ROOT,
) -> Evidence:
    """Return a case; its requirements are read from the text, unless the run has roots. Without a run pip is silent."""
    question = read_question(typed)
    if run is not None and not run.roots:
        run = replace(run, roots=tuple([_asked(word) for word in question.asked_for()]))
    run = replace(run, cache_dir=cache_dir) if run else None
    replay = Replay(pip, trouble, PYPI, (run,) if run else ())
    return Evidence(question, asker, replay, run or Run(), Inventory(ROOT, entries=entries), answers or {}, {}, NOW)


def _asked(word: str) -> RequestedRequirement:
    if "://" in word and " @ " not in word:
        return RequestedRequirement("", "", "", True, word, word)
    found = Requirement(word)
    marker = str(found.marker or "")
    matches = found.marker is None or found.marker.evaluate()
    return RequestedRequirement(
        canonicalize_name(found.name), str(found.specifier), marker, matches, found.url or "", word
    )
