from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from cachetui.errors import CachetuiError
from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python, python_at
from cachetui.services.options import GlobalOptions
from cachetui.services.pythons import (
    ask_named,
    find_pythons,
    named_python,
    recall_or_ask,
    remembered_tags,
    supported_tags,
    tags_of,
    used_by,
)
from tests.interpreters.fakes import posix, runs, script
from tests.services.conftest import python_312
from tests.ui.pythons import interpreter, pythons


def info(name: str, *tags: str) -> InterpreterInfo:
    python = Python(Path(f"/opt/{name}/bin/python"), Path(f"/opt/{name}"))
    return InterpreterInfo(python, version="3.12.1", implementation="CPython", tags=tags)


def test_the_named_python_has_to_be_there() -> None:
    assert named_python(GlobalOptions()) is None
    with pytest.raises(CachetuiError, match="/nowhere/python"):
        named_python(GlobalOptions(python="/nowhere/python"))


@posix
def test_the_named_one_is_found_first_and_progress_is_told(here: Path, tmp_path: Path) -> None:
    other, progress = python_312(tmp_path / "other/bin/python"), list[str]()
    found = [one.python.executable for one in find_pythons(python_at(str(other)), memory=False, report=progress.append)]
    assert found == [other, here]
    assert progress == [
        "Looking for Pythons",
        f"Looking for Pythons  1 Python so far, {other}",
        f"Looking for Pythons  2 Pythons so far, {here}",
    ]


@posix
def test_a_search_can_be_stopped(here: Path) -> None:
    assert list(find_pythons(None, memory=False, stop=lambda: True)) == []
    assert runs(here) == 0


@posix
def test_a_python_that_has_not_changed_is_asked_once(here: Path) -> None:
    asked: list[str] = []
    ask = partial(recall_or_ask, python_at(str(here)), memory=True, asking=lambda: asked.append("asked"))
    assert ask() == ask()
    assert (asked, runs(here)) == (["asked"], 1)
    recall_or_ask(python_at(str(here)), memory=False)
    assert runs(here) == 2


@posix
def test_a_note_says_that_the_named_one_does_not_work(tmp_path: Path, notes: list[str]) -> None:
    broken = script(tmp_path / "bin/python", "exit 3")
    assert ask_named(GlobalOptions(), note=notes.append) is None
    found = ask_named(GlobalOptions(python=str(broken)), note=notes.append)
    assert found is not None
    assert notes == [f"{broken} does not work. It failed with exit code 3."]


@posix
def test_tags_are_those_of_the_named_one_or_of_all(here: Path, tmp_path: Path, notes: list[str]) -> None:
    tags = {"groups": [["py3-none", 0]], "platforms": [["any"]]}
    other = python_312(tmp_path / "other/bin/python", tags=tags)
    (own,) = supported_tags(GlobalOptions(python=str(other)), note=notes.append)
    assert {str(tag) for tag in own} == {"py3-none-any"}
    found = supported_tags(GlobalOptions(no_memory=True), note=notes.append)
    assert [("cp312" in {tag.interpreter for tag in some}) for some in found] == [True]
    assert notes == []


@posix
def test_a_note_says_that_nothing_counts_as_unusable(here: Path, tmp_path: Path, notes: list[str]) -> None:
    broken = script(tmp_path / "bin/python", "exit 3")
    assert supported_tags(GlobalOptions(python=str(broken)), note=notes.append) == ()
    here.unlink()
    assert supported_tags(GlobalOptions(), note=notes.append) == ()
    assert notes[1:] == [
        f"{broken} does not report its supported tags, so nothing counts as unusable.",
        "No Python found here reports its supported tags, so nothing counts as unusable. Choose one with --python.",
    ]


@posix
def test_tags_are_remembered_and_asked_of_one(here: Path) -> None:
    assert remembered_tags() == []
    list(find_pythons(None, memory=True))
    (tags,) = remembered_tags()
    assert runs(here) == 1
    assert [*tags_of(python_at(str(here)))] == [tags]
    assert runs(here) == 2


def test_a_wheel_is_of_use_to_some_or_to_none() -> None:
    first, second = info("a", "py3-none-any"), info("b", "py3-none-any", "cp312-cp312-linux_x86_64")
    assert used_by([first, second], "py3-none-any") == "yes, CPython 3.12 (python) and 1 more"
    assert used_by([first, second], "cp312-cp312-linux_x86_64") == "yes, CPython 3.12 (python)"
    assert used_by([first], "cp38-cp38-linux_x86_64") == "no, built for CPython 3.8, for Linux"
    assert used_by([info("c")], "py3-none-any") is None


def test_who_can_use_a_wheel() -> None:
    known = [one.interpreter for one in pythons()]
    assert used_by(known, "cp312-cp312-linux_x86_64") == "yes, CPython 3.12 (python)"
    two = [known[1], interpreter("/opt/b/bin/python3", "3.11.9", "24.0", tag="cp311")]
    assert used_by(two, "cp311-cp311-linux_x86_64") == "yes, CPython 3.11 (python3) and 1 more"
    assert used_by(two, "cp38-cp38-linux_x86_64") == "no, built for CPython 3.8"
    assert used_by([known[4]], "cp38-cp38-linux_x86_64") is None
