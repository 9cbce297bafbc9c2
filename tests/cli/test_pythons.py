from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from cachetui.interpreters import discovery
from cachetui.services import pythons
from tests.cli.conftest import Run
from tests.interpreters.fakes import answering, posix, runs, script

LONG = 60.0
"""Seconds that a loaded machine may take to run a script."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a Python and one that is broken as the only ones of the machine."""
    folder = tmp_path / "here/bin"
    answering(folder / "python3")
    script(folder / "python3.9", "exit 3")
    monkeypatch.setenv("PATH", str(folder))
    for variable in ("PYENV_ROOT", "ASDF_DATA_DIR", "UV_PYTHON_INSTALL_DIR", "RYE_PY_ROOT", "MAMBA_ROOT_PREFIX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(discovery, "interpreters", partial(discovery.interpreters, machine=False))
    return folder


@posix
def test_info_lists_them_only_when_asked(run: Run, cache: Path, here: Path) -> None:
    assert "pythons" not in json.loads(run("info", "--json", "--cache-dir", cache).out)
    assert runs(here / "python3") == 0
    said = run("info", "--json", "--pythons", "--cache-dir", cache)
    found = json.loads(said.out)["pythons"]
    assert said.err == ""
    assert [(one["python"], one["pip"], one["trouble"]) for one in found] == [
        (str(here / "python3"), "24.0", None),
        (str(here / "python3.9"), None, "It failed with exit code 3."),
    ]
    assert runs(here / "python3") == 1
    lines = run("info", "--pythons", "--cache-dir", cache).out.splitlines()
    assert f"{here / 'python3'}  CPython 3.12.1, pip 24.0" in lines
    assert f"{here / 'python3.9'}  It failed with exit code 3." in lines


@posix
@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("kill -SEGV $$", "It crashed with signal 11."),
        ("exit 3", "It failed with exit code 3."),
        ("echo rubbish", "It answered, but not as a Python does."),
        ("kill -STOP $$", "It did not answer within 0.3 s and was stopped."),
    ],
)
def test_info_tells_why_the_python_that_was_named_does_not_work(
    text: str, trouble: str, run: Run, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pythons, "PATIENCE", 0.3 if "STOP" in text else LONG)
    place = script(tmp_path / "bin/python", text)
    said = run("info", "--cache-dir", cache, "--python", place)
    assert (said.code, said.err) == (0, f"{place} does not work. {trouble}\n")
    assert said.out == run("info", "--cache-dir", cache).out


@posix
def test_info_asks_the_python_that_was_named_once(run: Run, cache: Path, tmp_path: Path) -> None:
    place = answering(tmp_path / "bin/python")
    assert run("info", "--json", "--cache-dir", cache, "--python", place).err == ""
    assert runs(place) == 1
    assert run("info", "--cache-dir", cache).err == ""
    assert runs(place) == 1


@posix
def test_what_is_unusable_is_told_by_all_of_them_or_by_the_one_that_is_named(
    run: Run, cache: Path, here: Path, tmp_path: Path
) -> None:
    said = run("list", "is:unusable", "--json", "--cache-dir", cache)
    names = {entry["filename"] for project in json.loads(said.out)["projects"] for entry in project["entries"]}
    spared = f"{here}/python3.9 does not report its supported tags, so no wheel for Python 3.9 counts as unusable"
    assert (said.code, said.err.splitlines()) == (
        0,
        [f"{spared}. It failed with exit code 3. Choose the Python with --python."],
    )
    assert any("cp38" in name for name in names)
    assert not any(name.endswith("-any.whl") for name in names)
    other = answering(tmp_path / "other/python3", tags={"groups": [["py3-none", 0]], "platforms": [["any"]]})
    more = run("list", "is:unusable", "--json", "--cache-dir", cache, "--python", other)
    assert json.loads(more.out)["disk_usage"] >= json.loads(said.out)["disk_usage"]
    assert runs(other) == 1


@posix
def test_prune_asks_about_them_but_does_not_go_without_asking(run: Run, cache: Path, here: Path) -> None:
    dry = json.loads(run("prune", "--unusable", "-n", "--json", "--cache-dir", cache).out)
    listed = json.loads(run("list", "is:unusable", "not:kind:built", "--json", "--cache-dir", cache).out)
    entries = [entry for project in listed["projects"] for entry in project["entries"]]
    assert sorted(entry["paths"] for entry in dry["planned"]) == sorted(entry["paths"] for entry in entries)
    assert dry["planned"]
    for rule in ("--unusable", "is:unusable"):
        said = run("prune", rule, "--yes", "--cache-dir", cache)
        assert said.code == 2
        assert "With --yes, what is unusable needs --python PYTHON" in said.err
    assert run("prune", "--unusable", "--yes", "--python", here / "python3", "--cache-dir", cache).code == 0


@posix
def test_what_a_python_that_does_not_answer_may_use_is_not_unusable(run: Run, cache: Path, here: Path) -> None:
    before = json.loads(run("prune", "--unusable", "-n", "--json", "--cache-dir", cache).out)["planned"]
    script(here / "python3.8", "kill -9 $$")
    said = run("prune", "--unusable", "-n", "--json", "--cache-dir", cache)
    planned = [entry["filename"] for entry in json.loads(said.out)["planned"]]
    assert planned == [entry["filename"] for entry in before if "cp38" not in entry["filename"]]
    assert len(planned) < len(before)
    assert "so no wheel for Python 3.8 counts as unusable. " in said.err
    script(here / "python", "exit 1")
    said = run("prune", "--unusable", "-n", "--json", "--cache-dir", cache)
    assert json.loads(said.out)["planned"] == []
    assert f"{here}/python does not report its supported tags, so nothing counts as unusable. " in said.err


@posix
def test_where_no_python_answers_nothing_is_unusable(run: Run, cache: Path, here: Path) -> None:
    (here / "python3").unlink()
    said = run("list", "is:unusable", "--cache-dir", cache)
    assert said.code == 3
    assert "No Python found here reports its supported tags, so nothing counts as unusable." in said.err
