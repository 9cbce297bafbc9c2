from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cachetui.interpreters.info import InterpreterInfo, interpreter_info
from cachetui.interpreters.lookup import Python, python_of
from cachetui.interpreters.store import StateFile, default_path
from tests.interpreters.fakes import answering, posix, script
from tests.untouched import state_of

pytestmark = posix

LONG = 60.0


def settle(folder: Path) -> None:
    """Make everything in a folder look as if nobody had touched it for long."""
    for place in (folder, *folder.rglob("*")):
        os.utime(place, (1, 1), follow_symlinks=False)


@pytest.fixture
def python(tmp_path: Path) -> Python:
    """Return a Python that answers, with a folder that it imports from."""
    place = answering(tmp_path / "py" / "bin" / "python")
    (tmp_path / "py" / "lib").mkdir()
    (tmp_path / "py" / "pyvenv.cfg").write_text("home = /nowhere\n")
    settle(tmp_path / "py")
    return python_of(place)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "cachetui" / "pythons.json"


def taught(file: Path, *pythons: Python) -> list[InterpreterInfo]:
    """Ask Pythons and remember what they say."""
    memory = StateFile(file)
    told = [interpreter_info(python, timeout=LONG) for python in pythons]
    for interpreter in told:
        memory.learn(interpreter)
    memory.save()
    return told


def test_what_was_said_is_remembered_whole(python: Python, file: Path) -> None:
    (told,) = taught(file, python)
    memory = StateFile(file)
    recalled = memory.recall(python)
    assert recalled == told
    assert recalled is not None
    assert recalled.told == told.told
    assert memory.known() == (python,)
    assert memory.indexes() == ("https://built-in.example/simple",)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [place.name for place in file.parent.iterdir()] == [file.name]


def test_it_lies_in_the_users_own_cache_directory(home: Path) -> None:
    assert default_path().is_relative_to(home)


def append(path: Path) -> None:
    with path.open("a") as end:
        end.write("\n")
    os.utime(path, (1, 1))


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda folder: append(folder / "bin" / "python"), False),
        (lambda folder: os.utime(folder / "bin" / "python", (2, 2)), False),
        (lambda folder: append(folder / "pyvenv.cfg"), False),
        (lambda folder: (folder / "pyvenv.cfg").unlink(), False),
        (lambda folder: (folder / "lib" / "pip-99.dist-info").mkdir(), True),
        (lambda folder: (folder / "lib").rmdir(), True),
    ],
)
def test_what_changed_is_asked_again(change: Callable[[Path], object], same: bool, python: Python, file: Path) -> None:
    taught(file, python)
    change(python.executable.parent.parent)
    memory = StateFile(file)
    assert memory.recall(python) is None
    assert memory.known() == ((python,) if same else ())


def test_what_changed_just_now_is_not_remembered(python: Python, file: Path) -> None:
    os.utime(python.prefix / "lib")
    taught(file, python)
    assert StateFile(file).recall(python) is None


def test_failures_and_stand_ins_are_not_remembered(tmp_path: Path, python: Python, file: Path) -> None:
    failing = script(tmp_path / "py" / "bin" / "python3", "exit 1")
    shim = answering(tmp_path / "py" / "bin" / "python2", python.prefix, python.executable)
    settle(tmp_path / "py")
    taught(file, python_of(failing), python_of(shim))
    assert StateFile(file).known() == ()


def test_what_is_gone_is_forgotten(tmp_path: Path, python: Python, file: Path) -> None:
    shutil.copytree(tmp_path / "py", tmp_path / "other")
    other = python_of(answering(tmp_path / "other" / "bin" / "python"))
    settle(tmp_path / "other")
    taught(file, python, other)
    assert StateFile(file).known() == (python, other)
    shutil.rmtree(tmp_path / "py")
    memory = StateFile(file)
    assert memory.known() == (other,)
    memory.save()
    assert str(python.executable) not in file.read_text()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-20],
        lambda content: content.replace(b"3.12.1", b"3.99.1"),
        lambda content: b"rubbish\n" + content,
        lambda content: b"a3a6bf43\n{}",
        lambda content: b"4c2f32b8\n[1]",
        lambda content: b"\xff" * 100,
        lambda content: b"[" * 100_000,
    ],
)
def test_damage_costs_time_alone(damage: Callable[[bytes], bytes], python: Python, file: Path) -> None:
    (told,) = taught(file, python)
    file.write_bytes(damage(file.read_bytes()))
    memory = StateFile(file)
    assert (memory.recall(python), memory.known()) == (None, ())
    taught(file, python)
    assert StateFile(file).recall(python) == told


@pytest.mark.parametrize("make", [lambda file: file.mkdir(), lambda file: file.symlink_to("/dev/zero")])
def test_what_is_no_file_is_left_alone(make: Callable[[Path], object], python: Python, file: Path) -> None:
    file.parent.mkdir(parents=True)
    make(file)
    before = state_of(file)
    assert StateFile(file).recall(python) is None
    assert state_of(file) == before


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="the superuser may write anywhere")
def test_where_nothing_can_be_written_nothing_is_remembered(python: Python, file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.parent.chmod(0o500)
    taught(file, python)
    file.parent.chmod(0o700)
    assert StateFile(file).recall(python) is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser gives files away")
def test_nothing_is_believed_or_left_that_is_another_users(python: Python, file: Path) -> None:
    taught(file, python)
    os.chown(file, 12345, -1)
    assert StateFile(file).known() == ()
    file.unlink()
    os.chown(file.parent, 12345, -1)
    taught(file, python)
    assert not file.exists()


@posix
@pytest.mark.parametrize("trap", ["fifo", "link", "symlink", "folder"])
def test_nothing_that_lies_in_the_way_is_waited_for_or_written_to(tmp_path: Path, trap: str) -> None:
    python = answering(tmp_path / "a" / "bin" / "python")
    os.utime(python, (1, 1))
    precious = tmp_path / "precious"
    precious.write_text("mine")
    folder = tmp_path / "state"
    folder.mkdir()
    for name in ("pythons.new", "pythons.json"):
        place = folder / name
        if trap == "fifo":
            os.mkfifo(place)
        elif trap == "link":
            os.link(precious, place)
        elif trap == "symlink":
            place.symlink_to(precious)
        else:
            place.mkdir()
    memory = StateFile(folder / "pythons.json")
    memory.learn(interpreter_info(python_of(python), timeout=60))
    memory.save()
    assert precious.read_text() == "mine"
