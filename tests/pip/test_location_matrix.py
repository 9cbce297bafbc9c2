from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.version import Version

from cachetui.interpreters.named import Python
from cachetui.pip.location import Location, locate
from tests.pip.judged import CASES, VERSIONED, Case, World

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="made of links and of POSIX paths")

WHEELHOUSE = Path(__file__).parent.parent / "wheelhouse"
MINE = metadata.version("pip")
OTHERS = sorted({path.name.split("-")[1] for path in WHEELHOUSE.glob("pip-*.whl")} - {MINE}, key=Version)
AT_ONCE = 3
"""Pips that run side by side."""


class Question(NamedTuple):
    pip: str
    case: Case


class Verdict(NamedTuple):
    world: World
    root: str | None
    code: int


QUESTIONS = [
    *[Question(MINE, case) for case in CASES],
    *[Question(version, case) for version in OTHERS for case in VERSIONED],
]


def named(question: Question) -> str:
    return f"{question.pip}-{question.case.name}"


@pytest.fixture(scope="module")
def verdicts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    """Ask every pip that a chosen test needs, several at a time."""
    folder = tmp_path_factory.mktemp("judged")
    parameters = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    questions = [found["question"] for found in parameters if isinstance(found.get("question"), Question)]
    pips = {version: _package(version, folder) for version in {question.pip for question in questions}}

    def ask(number: int) -> Verdict:
        question = questions[number]
        world = World(question.case, folder / str(number))
        return Verdict(world, *world.verdict(pips[question.pip]))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(map(named, questions), pool.map(ask, range(len(questions))), strict=True))


def _package(version: str, folder: Path) -> Path:
    if version == MINE:
        return Path(str(metadata.distribution("pip").locate_file("pip")))
    with zipfile.ZipFile(WHEELHOUSE / f"pip-{version}-py3-none-any.whl") as wheel:
        wheel.extractall(folder / version)
    return folder / version / "pip"


def told(location: Location) -> tuple[str | None, int]:
    """Say what `pip cache dir` would say if the location is right: its answer and exit code."""
    if not location.works:
        return None, 2
    return (os.path.realpath(location.root), 0) if location.enabled else (None, 1)


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_a_real_pip_says_the_same(question: Question, verdicts: Mapping[str, Verdict]) -> None:
    world, root, code = verdicts[named(question)]
    location = locate(
        world.cache_dir,
        python=Python(world.python, world.prefix),
        environ=world.environ,
        cwd=world.cwd,
        command="cache",
        pip=Version(question.pip),
    )
    assert told(location) == (root, code), location


def test_the_cases_differ_from_one_another_and_cover_every_outcome(verdicts: Mapping[str, Verdict]) -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 100
    codes = [verdict.code for verdict in verdicts.values()]
    assert set(codes) == {0, 1, 2}
