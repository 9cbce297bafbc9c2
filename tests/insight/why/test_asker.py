from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cachetui.insight.why.asker import Asker, asker_of
from cachetui.insight.why.question import read_question
from cachetui.interpreters.named import python_at
from cachetui.pip.location import locate


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return the variables of a user who has the Python of the tests on the path, under the name python3."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python3").symlink_to(sys.executable)
    return {"HOME": str(tmp_path), "PATH": str(folder), "PIP_CONFIG_FILE": os.devnull}


def asked(typed: str, environ: dict[str, str], named: str | None = None) -> Asker:
    python = python_at(named, environ) if named else None
    return asker_of(read_question(typed), locate(environ=environ), python, environ)


def test_the_python_that_the_command_calls_is_asked(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bin/python3.1").symlink_to(sys.executable)
    asker = asked("pip3.1 install six", environ)
    assert (asker.command, asker.notes) == ("python3.1", ())
    assert asker.python is not None and asker.python.python.executable.name == "python3.1"


def test_one_that_is_not_here_is_worked_out_and_that_is_said(environ: dict[str, str]) -> None:
    asker = asked("python3.8 -m pip install six", environ)
    assert asker.command == "python3"
    assert asker.notes == (
        "python3.8 is not found here: another Python is asked in its place.",
        "What it could use was worked out for Python 3.8 on this machine.",
    )
    assert asker.python is not None
    assert asker.python.version == "3.8.0"
    assert asker.python.markers["python_version"] == "3.8"
    assert asker.python.tags[0].startswith("cp38-cp38-")


def test_settings_that_stop_pip_are_told(environ: dict[str, str]) -> None:
    assert asked("six", environ).stops is None
    environ["PIP_NO_CACHE_DIR"] = "banana"
    told = "pip refuses to run because of PIP_NO_CACHE_DIR=banana, which is neither yes nor no."
    assert asked("six", environ).stops == told


def test_the_demo_is_as_settings_of_nobody_left_it(environ: dict[str, str]) -> None:
    environ |= {"PIP_INDEX_URL": "https://index.example/simple", "PIP_NO_CACHE_DIR": "banana", "PIP_PRE": "1"}
    asker = asker_of(read_question("six"), locate(environ=environ), None, environ, demo=True)
    assert (asker.indexes, asker.standard, asker.told, asker.stops) == ((), True, (), None)


def test_one_that_fails_is_replaced_and_why_is_said(environ: dict[str, str], tmp_path: Path) -> None:
    broken = tmp_path / "bin/python3.8"
    broken.write_text("#!/bin/sh\necho not installed >&2\nexit 127\n", encoding="utf-8")
    broken.chmod(0o755)
    asker = asked("pip3.8 install six", environ)
    assert asker.notes[0] == (
        "python3.8 could not be asked, and another Python is asked in its place: it failed with exit code 127: "
        "not installed."
    )
    assert asker.python is not None
    assert (asker.command, asker.python.version) == ("python3", "3.8.0")


def test_the_python_that_was_named_comes_before_the_one_of_the_command(environ: dict[str, str]) -> None:
    asker = asked("python3.8 -m pip install six", environ, named="python3")
    words = "--python names the Python that counts here; python3.8 was not taken into account."
    assert asker.notes == (words,)
    assert asker.python is not None and asker.python.version != "3.8.0"


def test_pip_may_be_told_to_go_by_another_version(environ: dict[str, str]) -> None:
    asker = asked("pip install six --python-version 3.8", environ)
    assert asker.python is not None
    assert (asker.python.version, asker.notes) == ("3.8.0", ())
    assert asker.python.markers["python_version"] != "3.8"
    assert asked("pip install six --python-version new", environ).notes == (
        "--python-version was not taken into account.",
    )


def test_settings_tell_what_options_tell(environ: dict[str, str], tmp_path: Path) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nfind-links = ~/a\n    ~/b\n[install]\nonly-binary = :all:\n", encoding="utf-8")
    environ |= {"PIP_CONFIG_FILE": str(settings), "PIP_NO_INDEX": "1", "PIP_PRE": "0"}
    assert asked("six", environ).told == (
        ("--no-index", ""),
        ("--find-links", "~/a"),
        ("--find-links", "~/b"),
        ("--only-binary", ":all:"),
    )
    assert asked("pip download six", environ).told[-1] == ("--find-links", "~/b")


def test_another_cache_of_the_python_that_is_called_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    prefix = tmp_path / "venv"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin/python").symlink_to(sys.executable)
    (prefix / "pyvenv.cfg").write_text("", encoding="utf-8")
    (prefix / "pip.conf").write_text("[global]\ncache-dir = /else\n", encoding="utf-8")
    del environ["PIP_CONFIG_FILE"]
    called = prefix / "bin/python"
    assert asked(f"{called} -m pip install six", environ).notes == (
        f"The pip of {called} has its cache at /else; this is about {tmp_path}/.cache/pip. "
        "Name another cache with --cache-dir.",
    )


def test_it_is_known_how_to_come_to_the_same_cache_again(environ: dict[str, str], tmp_path: Path) -> None:
    question, python = read_question("python3.1 -m pip install six"), python_at(sys.executable, environ)
    usual, named = locate(environ=environ), locate(str(tmp_path / "a cache"), environ=environ)
    nobody = {"HOME": str(tmp_path), "PATH": "", "PIP_CONFIG_FILE": os.devnull}
    for env in (environ, nobody):
        assert asker_of(question, usual, None, env).cache == ()
        assert asker_of(question, named, None, env).cache == ("--cache-dir", str(tmp_path / "a cache"))
        assert asker_of(question, named, python, env, demo=True).cache == ("--demo",)
    assert asker_of(question, named, python, environ).cache == ("--cache-dir", str(tmp_path / "a cache"))
    assert asker_of(question, usual, python, environ).cache == ("--python", str(python.executable))
