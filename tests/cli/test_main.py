from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from cachetui import __version__
from cachetui.pip.scan import scanner
from tests.cli.conftest import Run

if sys.platform != "win32":
    from tests.cli.terminal import Terminal

Start = Callable[..., subprocess.Popen[str]]


def test_it_tells_its_version(run: Run) -> None:
    assert run("--version") == (0, f"cachetui {__version__}\n", "")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_it_explains_itself(run: Run, option: str) -> None:
    said = run(option)
    assert said.code == 0
    assert " cachetui " in said.out.splitlines()[0]
    for command in ("list", "info", "dir", "remove", "purge"):
        assert f"  {command} " in said.out
        assert f" cachetui {command} " in run(command, option).out.splitlines()[0]


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["list", "--sort", "colour"], ["remove"]])
def test_wrong_usage_is_told(run: Run, arguments: list[str]) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert " cachetui " in said.err.splitlines()[0]


def test_a_long_term_is_shown_around_the_place(run: Run) -> None:
    said = run("list", f"{'x' * 5_000} kind:wh\x1bl {'y' * 5_000}")
    sentence, shown, mark = said.err.splitlines()
    assert said.code == 2
    assert sentence == 'Error: unknown kind wh\\x1bl (did you mean "wheel"?).'
    assert len(shown) <= 80
    assert shown[mark.index("^") :].startswith("wh\\x1bl yyy")


def test_a_sign_of_two_cells_does_not_shift_the_mark(run: Run) -> None:
    _, shown, mark = run("list", "from:\u6771\u4eac kind:whel").err.splitlines()
    assert (shown, mark) == ("  from:\u6771\u4eac kind:whel", f"  {' ' * 15}^")


def test_demo_and_a_directory_exclude_each_other(run: Run, tmp_path: Path) -> None:
    assert run("list", "--demo", "--cache-dir", tmp_path).code == 2


def test_the_demo_leaves_nothing_behind(run: Run) -> None:
    root = Path(run("dir", "--demo").out.strip())
    assert not root.parent.exists()


def test_the_browser_needs_a_terminal(start: Start) -> None:
    with start() as process:
        out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert err.startswith("The browser needs a terminal")


def test_a_reader_that_has_seen_enough_is_no_error(start: Start, cache: Path) -> None:
    with start("list", "--json", "--cache-dir", cache) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk at hand")
def test_a_full_disk_is_told(start: Start, cache: Path) -> None:
    with Path("/dev/full").open("w") as full, start("list", "--json", "--cache-dir", cache, stdout=full) as process:
        _, err = process.communicate()
    assert (process.returncode, err) == (1, f"Error: {os.strerror(errno.ENOSPC)}.\n")


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes the streams")
def test_only_a_closed_stdout_is_an_error(cache: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for streams, words, code in (
        (">&-", "list", 1),
        (">&-", "--version", 1),
        (">&-", "list --nosuch", 2),
        (">&-", "remove numpy --yes --quiet -n", 1),
        ("<&- 2>&-", "list", 0),
        (">&- 2>&-", "list", 1),
        ("<&- >&- 2>&-", "remove numpy", 1),
        ("2>&-", "list --nosuch", 2),
        ("2>&-", "list kind:whel", 2),
        ("<&-", "", 1),
    ):
        command = f'"$0" -m cachetui {words} --cache-dir "$1" {streams}'
        found = subprocess.run(
            ["sh", "-c", command, sys.executable, str(cache)], env=environment, check=False, stderr=subprocess.PIPE
        )
        assert found.returncode == code
        assert (b"Error: stdout is closed.\n" in found.stderr) == (code == 1 and streams == ">&-")


def test_ctrl_c_while_reading_is_told_by_the_exit_code(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> NoReturn:
        signal.raise_signal(signal.SIGINT)
        raise AssertionError

    monkeypatch.setattr(scanner, "scan", interrupted)
    assert run("list", "--cache-dir", cache) == (130, "", "Stopped.\n")


def test_an_old_terminal_gets_what_it_can_show(start: Start, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with start("remove", "torch==2.1.0+cpu", "--yes", "--cache-dir", cache) as process:
        out, _ = process.communicate()
    assert process.returncode == 0
    assert " -> " in out


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_completion_names_the_commands() -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "_CACHETUI_COMPLETE": "bash_complete",
        "COMP_WORDS": "cachetui re",
        "COMP_CWORD": "1",
    }
    found = subprocess.run(
        [sys.executable, "-m", "cachetui"], capture_output=True, text=True, env=environment, check=False
    )
    assert "remove" in found.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_progress_leaves_no_trace(cache: Path) -> None:
    with Terminal("list", "torch", "--cache-dir", str(cache)) as terminal:
        assert terminal.leave() == 0
        assert terminal.seen.splitlines()[-1] == "1 project, 11 entries, 13 MB"


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT"])
def test_the_demo_leaves_nothing_behind_when_it_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    number = signal.Signals[name]
    with Terminal("remove", "torch", "--demo") as terminal:
        terminal.wait_for("[y/N]")
        assert [*tmp_path.iterdir()]
        terminal.send(number)
        assert terminal.leave() == 128 + number
    assert [*tmp_path.iterdir()] == []
