from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cachetui.insight.why.environment import DEMO_SETTINGS, TargetEnvironment, resolve_environment
from cachetui.insight.why.question import read_question
from cachetui.interpreters.lookup import python_at
from cachetui.pip.config.location import locate

INDEX = "https://index.example/simple"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return the variables of a user who has the Python of the tests on the path, under the name python3."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python3").symlink_to(sys.executable)
    return {"HOME": str(tmp_path), "PATH": str(folder), "PIP_CONFIG_FILE": os.devnull}


def asked(typed: str, environ: dict[str, str], named: str | None = None) -> TargetEnvironment:
    python = python_at(named, environ) if named else None
    return resolve_environment(read_question(typed), locate(environ=environ), python, environ)


def test_the_python_that_the_command_calls_is_asked(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bin/python3.1").symlink_to(sys.executable)
    asker = asked("pip3.1 install six", environ)
    assert (asker.command, asker.notes) == ("python3.1", ())
    assert asker.python is not None and asker.python.executable.name == "python3.1"
    assert asker.interpreter is not None and asker.interpreter.trouble is None


def test_where_it_is_not_here_another_is_asked_and_that_is_said(environ: dict[str, str]) -> None:
    asker = asked("python3.8 -m pip install six", environ)
    assert asker.command == "python3"
    assert asker.notes == ("python3.8 was not found here, so another Python was asked.",)
    assert asker.python is not None and asker.python.executable.name == "python3"


def test_the_python_that_was_named_comes_before_the_one_of_the_command(environ: dict[str, str]) -> None:
    asker = asked("python3.8 -m pip install six", environ, named="python3")
    words = "--python decides which Python is asked; python3.8 was ignored."
    assert (asker.command, asker.notes) == (str(Path(environ["PATH"], "python3")), (words,))


def test_without_a_python_there_is_nobody_to_ask(environ: dict[str, str]) -> None:
    asker = asked("six", environ | {"PATH": ""})
    assert (asker.command, asker.python, asker.interpreter) == ("python3", None, None)


def test_variables_that_a_command_sets_come_before_the_users(environ: dict[str, str]) -> None:
    environ |= {"PIP_PRE": "0", "PIP_NO_INDEX": "0"}
    asker = asked("PIP_PRE=1 pip install six", environ)
    assert asker.environ == environ | {"PIP_PRE": "1"}


def test_the_demo_is_as_settings_of_nobody_left_it(environ: dict[str, str], tmp_path: Path) -> None:
    environ |= {"PIP_INDEX_URL": "https://elsewhere.example/simple", "PIP_NO_CACHE_DIR": "banana", "PIP_PRE": "1"}
    location = locate(str(tmp_path / "demo"), environ=environ)
    asker = resolve_environment(read_question("PIP_PRE=1 pip install six"), location, None, environ, demo_index=INDEX)
    assert asker.arguments == ("--cache-dir", str(tmp_path / "demo"), "--index-url", INDEX)
    pips = {name: value for name, value in asker.environ.items() if name.startswith("PIP_")}
    assert pips == {**DEMO_SETTINGS, "PIP_PRE": "1"}
    assert pips["PIP_CONFIG_FILE"] == os.devnull


def test_the_demo_says_that_a_real_pip_answers_for_its_made_up_pythons(environ: dict[str, str], tmp_path: Path) -> None:
    location = locate(str(tmp_path / "demo"), environ=environ)
    question = read_question("/home/ana/lab/.venv/bin/python -m pip install six")
    asker = resolve_environment(question, location, None, environ, demo_index=INDEX)
    assert asker.command == "python3"
    assert asker.interpreter is not None
    assert asker.notes == (
        f"The demo's Pythons are made up: your own pip {asker.interpreter.pip} answered, as if nothing were installed.",
    )


def test_it_is_known_how_to_come_to_the_same_cache_again(environ: dict[str, str], tmp_path: Path) -> None:
    question, python = read_question("six"), python_at(sys.executable, environ)
    usual, named = locate(environ=environ), locate(str(tmp_path / "a cache"), environ=environ)
    cache = ("--cache-dir", str(tmp_path / "a cache"))
    for found, of_it in ((None, ()), (python, ("--python", str(python.executable)))):
        asker = resolve_environment(question, usual, found, environ)
        assert (asker.cache, asker.arguments) == (of_it, ())
        asker = resolve_environment(question, named, found, environ)
        assert (asker.cache, asker.arguments) == (cache, cache)
        assert resolve_environment(question, named, found, environ, demo_index=INDEX).cache == ("--demo",)
