from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.version import Version

from cachetui.interpreters.lookup import Python
from cachetui.pip.config.location import Location, locate
from tests.pip.judged import CASES, SITE, VERSIONED, Case, ForkedPip, World
from tests.pips import WHEELHOUSE, unpacked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="made of links and of POSIX paths")

MINE = metadata.version("pip")
OTHERS = sorted({path.name.split("-")[1] for path in WHEELHOUSE.glob("pip-*.whl")} - {MINE}, key=Version)


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
    """Ask every pip that a chosen test needs, each beside the others."""
    folder = tmp_path_factory.mktemp("judged")
    parameters = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    questions = [found["question"] for found in parameters if isinstance(found.get("question"), Question)]
    versions = {question.pip for question in questions}

    def ask(version: str) -> Mapping[str, Verdict]:
        mine = [question for question in questions if question.pip == version]
        with ForkedPip(_package(version)) as pip:
            worlds = [World(one.case, folder / f"{version}-{number}") for number, one in enumerate(mine)]
            return {named(one): Verdict(world, *pip.verdict(world)) for one, world in zip(mine, worlds, strict=True)}

    with ThreadPoolExecutor(len(versions) or 1) as pool:
        return {name: verdict for found in pool.map(ask, versions) for name, verdict in found.items()}


def _package(version: str) -> Path:
    if version == MINE:
        return Path(str(metadata.distribution("pip").locate_file("pip")))
    return unpacked(version) / "pip"


@pytest.mark.parametrize("name", ["files all", "broken: rubbish"])
def test_a_pip_that_is_forked_says_what_it_says_when_started(name: str, tmp_path: Path) -> None:
    world = World(next(case for case in CASES if case.name == name), tmp_path / "world")
    package = _package(MINE)
    with ForkedPip(package) as pip:
        assert pip.verdict(world) == world.verdict(package)
        assert pip.verdict(world)[1] == (0 if SITE in world.case.files else 2)


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
