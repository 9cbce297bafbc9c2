from __future__ import annotations

import getpass
import json
import os
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cachetui.interpreters.info import InterpreterInfo, interpreter_info
from cachetui.interpreters.lookup import Python
from cachetui.preferences.file import preferences_path
from cachetui.services.diagnostics import doctor
from tests.cli.conftest import Run
from tests.cli.test_preferences import prefer
from tests.report.schemas import closed, load

KEYS = ["schema", "created", "versions", "cache", "options", "preferences", "files", "terminal", "variables", "pythons"]


@pytest.fixture(autouse=True)
def few_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find no Python but the named one, so that no other one is run."""

    def find_pythons(named: Python | None, **_: object) -> list[InterpreterInfo]:
        return [] if named is None else [interpreter_info(named)]

    monkeypatch.setattr(doctor, "find_pythons", find_pythons)


def test_one_page_says_what_a_report_needs(run: Run, cache: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:hunter2@index.example/simple")
    monkeypatch.setenv("PIP_PROXY", "me:hunter2@proxy.example")
    monkeypatch.setenv("CACHETUI_NO_MEMORY", "1")
    monkeypatch.setenv("TERM", "xterm")
    prefer('protect = ["hidden-project"]\ncolums = 3\n')
    at = ("--cache-dir", cache, "--python", sys.executable)
    said = run("doctor", *at)
    assert (said.code, said.err) == (0, "")
    for words in (
        "cachetui",
        "textual",
        "--cache-dir",
        "colums",
        "TERM",
        "https://***@index.example",
    ):
        assert words in said.out
    found = json.loads(run("doctor", "--json", *at).out)
    assert list(found) == KEYS
    Draft202012Validator(closed(load("doctor"))).validate(found)
    assert found["cache"]["entries"] > 100
    assert found["cache"]["folders"]
    assert found["options"]["no_memory"] == {"value": True, "said_by": "CACHETUI_NO_MEMORY"}
    assert found["preferences"]["path"].startswith("~")
    assert [python["trouble"] for python in found["pythons"]] == [None]
    for secret in ("hunter2", "hidden-project", str(home), "torch-2"):
        assert secret not in said.out + json.dumps(found)
    name = getpass.getuser()
    assert name == "root" or f"/{name}/" not in said.out


@pytest.mark.parametrize("what", ["no cache", "a file", "no Python", "preferences", "no home"])
def test_it_works_if_something_is_broken(
    run: Run, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    arguments: list[object] = ["doctor"]
    if what == "no cache":
        arguments += ["--cache-dir", tmp_path / "none"]
    elif what == "a file":
        (tmp_path / "file").write_text("")
        arguments += ["--cache-dir", tmp_path / "file"]
    elif what == "no Python":
        arguments += ["--python", tmp_path / "none"]
    elif what == "preferences":
        preferences_path().parent.mkdir(parents=True)
        preferences_path().write_bytes(b"\xff")
    else:
        monkeypatch.setenv("HOME", "/nowhere/at/all")
        monkeypatch.setenv("PATH", os.devnull)
    said = run(*arguments)
    assert (said.code, said.err) == (0, "")
    assert "Terminal\n" in said.out
    found = json.loads(run(*arguments, "--json").out)
    assert list(found) == KEYS
    if what in ("a file", "no Python"):
        assert found["cache"]["error"]
    if what == "preferences":
        assert found["preferences"]["problems"]
