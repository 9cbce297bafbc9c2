"""The imports between modules, by contract and at run time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "cachetui"
DELETING = re.compile(
    r"\bos\.(unlink|remove|rmdir|removedirs|replace|renames?|f?truncate)\(|\.(unlink|rmdir|rename|truncate)\("
    r"|\brmtree\b|\bshutil\.move\b"
)
ALLOWED_TO_DELETE = {
    "removal/execute.py",
    "pip/memory.py",
    "system/files.py",
    "export/target_folder.py",
    "export/link_folder.py",
}
"""Modules that delete: beneath a root; files of ours; the damaged memory; the theme and reports that are written anew;
files that an export has begun outside the root and cannot finish; and folders of links outside a root."""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, env=environment
    )


def test_the_contracts_are_kept() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([str(lint), "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("--version", 0),
        ("--help", 0),
        ("list", 0),
        ("list --json", 0),
        ("list --files --demo", 0),
        ("dir", 0),
        ("preferences", 0),
        ("nonsense", 2),
    ],
)
def test_a_command_without_a_screen_imports_no_textual(arguments: str, code: int) -> None:
    asked = (
        "import sys; from cachetui.cli.main import run; code = run(sys.argv[1:]);"
        "sys.stderr.write(f'''\\n{code} {sorted({'textual', 'rich'} & sys.modules.keys())}''')"
    )
    assert run(asked, *arguments.split()).stderr.splitlines()[-1] == f"{code} []"


def test_the_version_needs_neither_pip_nor_model() -> None:
    asked = "import sys; from cachetui.cli.main import run; run(['--version']); sys.stderr.write(' '.join(sys.modules))"
    loaded = run(asked).stderr.split()
    assert not {"packaging", "humanize", "msgpack", "psutil", "platformdirs", "sqlite3", "cachetui.model"} & {*loaded}


def test_only_the_removal_deletes() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if DELETING.search(path.read_text(encoding="utf-8"))
    }
    assert found == ALLOWED_TO_DELETE
