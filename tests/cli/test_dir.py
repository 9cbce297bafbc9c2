from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_it_prints_the_root_whether_it_exists_or_not(run: Run, tmp_path: Path) -> None:
    assert run("dir", "--cache-dir", tmp_path / "absent") == (0, f"{tmp_path / 'absent'}\n", "")


def test_the_environment_names_it(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path))
    assert run("dir").out == f"{tmp_path}\n"
    assert run("--cache-dir", tmp_path / "x", "dir").out == f"{tmp_path / 'x'}\n"


def test_the_option_after_the_command_wins(run: Run, tmp_path: Path) -> None:
    assert run("--cache-dir", tmp_path / "a", "dir", "--cache-dir", tmp_path / "b").out == f"{tmp_path / 'b'}\n"


def test_an_empty_name_is_refused(run: Run) -> None:
    said = run("dir", "--cache-dir", "")
    assert said.code == 2
    assert "--cache-dir" in said.err and ": is empty" in said.err


def test_a_python_that_is_none_is_refused(run: Run) -> None:
    said = run("dir", "--python", "no-such-python")
    assert (said.code, said.out) == (1, "")
    assert "There is no Python called no-such-python" in said.err


def test_a_python_is_asked_for_its_settings(run: Run) -> None:
    assert run("dir", "--python", sys.executable).code == 0


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_script_gets_the_very_bytes(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\x1b[31m"
    with start("dir", "--cache-dir", os.fsdecode(name), errors="surrogateescape") as process:
        out, _ = process.communicate()
    assert os.fsencode(out) == name + b"\n"
