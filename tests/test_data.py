"""Tests of the files that are installed beside the package: the man page and completion scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
DATA = PROJECT / ".ci" / "data"
PAGE = DATA / "share" / "man" / "man1" / "cachetui.1"
INSTALLED = {
    "share/man/man1/cachetui.1",
    "share/bash-completion/completions/cachetui",
    "share/zsh/site-functions/_cachetui",
    "share/fish/vendor_completions.d/cachetui.fish",
}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_what_is_made_is_up_to_date() -> None:
    found = run(sys.executable, PROJECT / ".ci" / "make_data.py", "--check")
    assert (found.returncode, found.stderr) == (0, "")
    assert {path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file()} == INSTALLED


def test_a_wheel_installs_it(tmp_path: Path) -> None:
    wheels = pytest.importorskip("flit_core.wheel", reason="flit_core is not in this environment")
    wheel = wheels.make_wheel_in(PROJECT / "pyproject.toml", tmp_path)
    with zipfile.ZipFile(wheel.file) as archive:
        names = {name.partition(".data/data/")[2]: name for name in archive.namelist() if ".data/data/" in name}
        assert {*names} == INSTALLED
        for name, member in names.items():
            assert archive.read(member) == (DATA / name).read_bytes()
        assert "cachetui/help/terms.md" in archive.namelist()


@pytest.mark.skipif(not shutil.which("groff"), reason="there is no groff")
def test_groff_formats_the_man_page_without_warnings() -> None:
    found = run("groff", "-man", "-ww", "-Tutf8", PAGE)
    assert (found.returncode, found.stderr) == (0, "")
    assert "--keep-latest N" in re.sub(".\b|\x1b\\[[0-9;]*m", "", found.stdout)


@pytest.mark.skipif(not shutil.which("mandoc"), reason="there is no mandoc")
def test_mandoc_finds_nothing_wrong_but_the_date_that_is_left_out() -> None:
    found = run("mandoc", "-Tlint", PAGE).stdout.splitlines()
    assert [line for line in found if "missing date" not in line] == []


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_bash_takes_the_installed_script() -> None:
    script = DATA / "share/bash-completion/completions/cachetui"
    found = run("bash", "--norc", "-c", f"source '{script}' && complete -p cachetui")
    assert found.stdout.endswith("-F _cachetui_completion cachetui\n")
    assert found.stderr == ""


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
def test_zsh_finds_the_installed_script() -> None:
    script = f"fpath=('{DATA / 'share/zsh/site-functions'}'); autoload -Uz +X _cachetui && whence -w _cachetui"
    found = run("zsh", "-f", "-c", script)
    assert (found.stdout, found.stderr) == ("_cachetui: function\n", "")
    assert (DATA / "share/zsh/site-functions/_cachetui").read_text().startswith("#compdef cachetui\n")
