"""The browser as a user has it: a process in a terminal, real files, keys, and what is left at the end."""

from __future__ import annotations

import os
import signal
import subprocess
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

from tests.cli.terminal import PATIENCE, Terminal  # noqa: E402 - only where there is a pty
from tests.inventories import files  # noqa: E402 - as above

AGAIN = 2.0
"""Seconds after which a key is pressed again."""
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

    def forget(self) -> None:
        """Forget all that was written so far."""
        self._written = b""

    def wait_until_stopped(self) -> None:
        """Wait until the program has been suspended."""
        _, status = os.waitpid(self._process, os.WUNTRACED)
        assert os.WIFSTOPPED(status)

    def insist(self, key: str, words: str) -> None:
        """Press a key until words come: while a removal is planned, keys are dropped."""
        self.forget()
        end = time.monotonic() + PATIENCE
        while words not in self.seen and time.monotonic() < end:
            self.type(key)
            until = time.monotonic() + AGAIN
            while words not in self.seen and self._read(until - time.monotonic()):
                pass
        self.wait_for(words)

    def press(self, keys: str, words: str) -> None:
        """Press keys and wait for words that nothing drawn before may hold."""
        self.forget()
        self.type(keys)
        self.wait_for(words)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_contents(CacheWriter(tmp_path / "pip"), time.time_ns(), DemoTarget())
    return tmp_path / "pip"


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
def test_from_the_first_screen_to_the_last_line(root: Path, size: tuple[int, int]) -> None:
    before = files(root)
    inventory = scan(root)
    versions = {entry.version for entry in inventory.entries if entry.project == "torch" and entry.kind == "wheel"}
    marked = "entries marked" if size[0] > 100 else "marked"
    with Window(root, size) as window:
        window.wait_for("projects")
        window.press("/torch", f" of {len(inventory.projects)} projects")  # said once all entries are identified
        window.press(f"{ENTER}l{DOWN}{SPACE}", f"2 {marked}")
        window.press("d", "Yes, remove")
        window.press(f"n{SPACE}", f"4 {marked}")
        assert files(root) == before
        window.press(f"{UP}{SPACE}", f"2 {marked}")
        preferences_path().parent.mkdir(parents=True)
        preferences_path().write_text("protect = [")
        window.press("d", "What is protected is not clear")
        preferences_path().unlink()
        window.insist("d", "Yes, remove")
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


def test_the_title_is_shown_and_restored_also_around_ctrl_z(root: Path) -> None:
    if not hasattr(signal, "SIGTSTP"):
        pytest.skip("nothing is suspended here")
    with Window(root, (80, 24)) as window:
        window.wait_for("projects")
        assert f"\x1b[22;2t\x1b]2;cachetui: {root}\a" in window.seen
        window.press("?", "Rows")
        window.press("\x1a", "\x1b[23;2t")  # in a dialog, too
        window.wait_until_stopped()
        window.forget()
        window.send(signal.SIGCONT)
        window.wait_for("\x1b]2;cachetui")
        window.wait_for("Rows")
        window.press(f"{ENTER}q", "\x1b[23;2t")
        assert window.leave() == 0


def test_a_web_browser_may_be_the_terminal(root: Path) -> None:
    driver = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver", "COLUMNS": "80", "ROWS": "24"}
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **driver}
    command = [sys.executable, "-m", "tests.cli.alone", "--no-memory", "--cache-dir", str(root)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout is not None
        assert process.stdout.readline() == b"__GANGLION__\n"
        process.terminate()
        _, error = process.communicate()
    assert process.returncode == 0  # Textual's driver ends in order at this signal
    assert error == b""
