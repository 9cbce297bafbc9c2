"""The browser as a user has it: a process in a terminal, real files, keys, and what is left at the end."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from cachetui.demo.contents import write_contents
from cachetui.demo.target import DemoTarget
from cachetui.demo.writer import CacheWriter
from cachetui.pip.scan.scanner import scan
from cachetui.preferences.file import preferences_path

pty = pytest.importorskip("pty", reason="no pseudo-terminals")

from tests.cli.terminal import Terminal  # noqa: E402 - only where there is a pty
from tests.inventories import files  # noqa: E402 - as above

DOWN, UP, SPACE, ENTER = "j", "k", " ", "\r"


class Window(Terminal):
    """A terminal of some size with the browser in it."""

    def __init__(self, root: Path, size: tuple[int, int]) -> None:
        self._written = b""
        self._process, self._screen = pty.fork()
        if self._process == 0:
            columns, lines = map(str, size)
            environment = {
                **os.environ,
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "TERM": "xterm-256color",
                "COLUMNS": columns,
                "LINES": lines,
            }
            command = [sys.executable, "-m", "tests.cli.alone", "--no-memory", "--cache-dir", str(root)]
            os.execve(sys.executable, command, environment)

    def press(self, keys: str, words: str) -> None:
        """Press keys and wait for words that nothing drawn before may hold."""
        self._written = b""
        self.type(keys)
        self.wait_for(words)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_contents(CacheWriter(tmp_path / "pip"), time.time_ns(), DemoTarget())
    return tmp_path / "pip"


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_from_the_first_screen_to_the_last_line(root: Path, size: tuple[int, int]) -> None:
    before = files(root)
    versions = {entry.version for entry in scan(root).entries if entry.project == "torch" and entry.kind == "wheel"}
    with Window(root, size) as window:
        window.wait_for("projects")
        window.press("/torch", " of ")
        window.press(f"{ENTER}l{DOWN}{SPACE}", "2 marked")
        window.press("d", "Yes, remove")
        window.press(f"n{SPACE}", "4 marked")
        assert files(root) == before
        window.press(f"{UP}{SPACE}", "2 marked")
        preferences_path().parent.mkdir(parents=True)
        preferences_path().write_text("protect = [")
        window.press("d", "What is protected cannot be told")
        preferences_path().unlink()
        window.press("d", "Yes, remove")
        window.press("y", "2 entries, freed ")
        window.type("q")
        code = window.leave()
        said = window.seen
    gone = before - files(root)
    assert code == 0
    assert files(root) < before
    after = {entry.version for entry in scan(root).entries if entry.project == "torch" and entry.kind == "wheel"}
    assert len(versions - after) == 1
    assert f"Removed {len(gone)} files of " in said.splitlines()[-1]
