from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from cachetui.system import isolated
from cachetui.system.isolated import LIMIT, Reply, ask

ENVIRON = dict(os.environ)
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a script for an interpreter")


def script(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def gone(number: int) -> bool:
    try:
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_gone(number: int) -> None:
    try:
        psutil.Process(number).wait(10)
    except psutil.NoSuchProcess:
        return


def test_it_runs_isolated_in_an_empty_folder_that_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    code = "import json, os, sys; print(json.dumps([os.getcwd(), os.listdir(), sys.flags.isolated]))"
    reply = ask(Path(sys.executable), ("-c", code), ENVIRON | {"PYTHONPATH": str(tmp_path)}, timeout=60)
    escaped = reply.folder.replace("\\", "\\\\")
    assert reply == Reply(0, f'["{escaped}", [], 1]{os.linesep}', "", reply.folder)
    assert not Path(reply.folder).parents[isolated.DEPTH].exists()


def test_errors_and_exit_codes_come_back() -> None:
    reply = ask(Path(sys.executable), ("-c", "raise SystemExit('no')"), ENVIRON, timeout=60)
    assert (reply.code, reply.out, reply.err.strip(), reply.trouble) == (1, "", "no", "")


@posix
@pytest.mark.parametrize(
    ("make", "number"),
    [
        (lambda path: None, errno.ENOENT),
        (lambda path: path.mkdir(), errno.EACCES),
        (lambda path: path.touch(0o644), errno.EACCES),
        (lambda path: path.symlink_to("nowhere"), errno.ENOENT),
        (lambda path: (path.write_bytes(b"\x7fELF rubbish"), path.chmod(0o755)), errno.ENOEXEC),
    ],
)
def test_what_cannot_be_run_is_told(make: object, number: int, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / "python")
    trouble = f"cannot be run: {os.strerror(number)}"
    assert ask(tmp_path / "python", (), ENVIRON, timeout=60) == Reply(None, "", "", "", trouble)


def test_a_name_that_no_system_takes_is_told() -> None:
    assert ask(Path("a\0b"), (), ENVIRON, timeout=60).trouble.startswith("cannot be run: ")


@posix
def test_who_hangs_is_stopped_with_all_its_children(tmp_path: Path) -> None:
    path = script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child; echo hello; wait")
    started = time.monotonic()
    reply = ask(path, (), ENVIRON, timeout=0.5)
    assert (reply.code, reply.out) == (None, "hello\n")
    assert reply.trouble == "did not answer within 0.5 s and was stopped"
    assert time.monotonic() - started < 300  # half of what the child would have slept
    child = int((tmp_path / "child").read_text())
    wait_until_gone(child)
    assert gone(child)


@posix
def test_a_child_that_keeps_the_output_open_delays_nothing(tmp_path: Path) -> None:
    path = script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child; echo done")
    reply = ask(path, (), ENVIRON, timeout=60)
    assert (reply.code, reply.out, reply.trouble) == (0, "done\n", "")
    psutil.Process(int((tmp_path / "child").read_text())).kill()


@posix
def test_who_prints_without_end_is_stopped(tmp_path: Path) -> None:
    reply = ask(script(tmp_path, "exec yes"), (), ENVIRON, timeout=60)
    assert (reply.code, reply.trouble, len(reply.out)) == (None, "printed far too much", LIMIT)


@posix
def test_whoever_asks_may_give_up(tmp_path: Path) -> None:
    reply = ask(script(tmp_path, "sleep 600"), (), ENVIRON, timeout=60, stop=lambda: True)
    assert reply.trouble == "was stopped before it answered"


@posix
def test_bytes_that_are_no_text_come_back_as_file_names_do(tmp_path: Path) -> None:
    assert ask(script(tmp_path, "printf '\\377'"), (), ENVIRON, timeout=60).out == os.fsdecode(b"\xff")
