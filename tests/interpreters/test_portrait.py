from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.tags import sys_tags

from cachetui.interpreters.info import InterpreterInfo, interpreter_info
from cachetui.interpreters.lookup import Python, python_at, python_of
from cachetui.interpreters.probe_script import BEGIN, END, TELL
from cachetui.pip.versions import pip_index
from cachetui.system.isolated import ISOLATED
from tests.interpreters.fakes import MARKERS, answering, posix, script, told

LONG = 60.0
"""Seconds that a loaded machine may take to start this Python."""


def test_this_python_tells_what_it_is() -> None:
    found = interpreter_info(python_at(sys.executable), timeout=LONG)
    assert found.trouble is None
    assert found.version == platform.python_version()
    assert found.implementation == platform.python_implementation()
    assert found.markers == dict(default_environment()) | {"implementation_version": found.version}
    assert (found.prefix, found.base_prefix) == (Path(sys.prefix), Path(sys.base_prefix))
    assert found.real == Path(sys.executable).resolve()
    assert found.wheel_tags() == frozenset(sys_tags())
    assert found.is_environment == (sys.prefix != sys.base_prefix)


def test_the_tags_are_those_that_its_pip_goes_by_in_their_order() -> None:
    asked = "from pip._internal.utils.compatibility_tags import get_supported; print(*get_supported(), sep='\\n')"
    done = subprocess.run([sys.executable, "-I", "-c", asked], capture_output=True, text=True, check=True)
    found = interpreter_info(python_at(sys.executable), timeout=LONG)
    assert list(found.tags) == done.stdout.split()
    said = subprocess.run([sys.executable, "-I", "-m", "pip", "--version"], capture_output=True, text=True, check=True)
    assert found.pip == said.stdout.split()[1]
    asked = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    done = subprocess.run([sys.executable, "-I", "-c", asked], capture_output=True, text=True, check=True)
    assert found.pypi == pip_index(Path(sys.prefix)) == done.stdout.strip()


def test_an_environment_without_pip_and_packaging_still_tells_its_tags(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    found = interpreter_info(python_at(str(tmp_path / "env")), timeout=LONG)
    assert (found.trouble, found.pip, found.prefix) == (None, None, tmp_path / "env")
    assert found.is_environment
    assert found.wheel_tags() == frozenset(sys_tags())


def test_nothing_is_written_where_it_lies(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    before = sorted(tmp_path.rglob("*"))
    assert interpreter_info(python_at(str(tmp_path / "env")), timeout=LONG).trouble is None
    assert sorted(tmp_path.rglob("*")) == before


@posix
def test_it_is_asked_isolated_and_what_else_it_prints_does_not_count(tmp_path: Path) -> None:
    answer = json.dumps(told(Path("/x/bin/python"), Path("/x")))
    place = script(
        tmp_path / "python", f"echo \"$1\" > {tmp_path}/first; echo hello; echo '{BEGIN}{answer}{END}'; echo"
    )
    assert interpreter_info(python_of(place), timeout=LONG) == InterpreterInfo(
        python_of(place),
        version="3.12.1",
        implementation="CPython",
        tags=(
            "cp312-cp312-manylinux_2_17_x86_64",
            "cp312-cp312-linux_x86_64",
            "cp312-none-manylinux_2_17_x86_64",
            "cp312-none-linux_x86_64",
            "py3-none-any",
        ),
        markers=MARKERS,
        pip="24.0",
        pypi="https://built-in.example/simple",
        prefix=Path("/x"),
        base_prefix=Path("/x"),
        platform="linux-x86_64",
        real=Path("/x/bin/python"),
        path=("/x/lib",),
    )
    assert (tmp_path / "first").read_text() == "-I\n"


@posix
def test_one_that_knows_no_isolation_is_asked_without_it(tmp_path: Path) -> None:
    answer = json.dumps(told(Path("/x/bin/python"), Path("/x"), version="2.7.18"))
    place = script(
        tmp_path / "python2",
        f"""if [ "$1" = -I ]; then echo "Unknown option: -I" >&2; exit 2; fi
echo "$1 $2 $3 $4" > {tmp_path}/first; echo '{BEGIN}{answer}{END}'""",
    )
    found = interpreter_info(python_of(place), timeout=LONG)
    assert (found.trouble, found.version) == (None, "2.7.18")
    assert (tmp_path / "first").read_text() == f"{' '.join(ISOLATED)} -c\n"


def make_loop(place: Path) -> None:
    place.symlink_to(place)


def make_pipe(place: Path) -> None:
    os.mkfifo(place)


def make_rubbish(place: Path) -> None:
    place.write_bytes(b"\x7fELF rubbish")
    place.chmod(0o755)


@posix
@pytest.mark.parametrize(
    ("make", "trouble"),
    [
        (lambda place: None, "It does not exist."),
        (lambda place: place.mkdir(), "It is a directory."),
        (lambda place: place.touch(0o644), "It is not executable."),
        (lambda place: place.symlink_to("nowhere"), "It is a broken link."),
        (make_pipe, "It is not a file."),
        (make_rubbish, "It is not a program that this machine can run."),
        (lambda place: script(place, "exit 0"), "It answered, but not as a Python does."),
        (lambda place: script(place, "echo 3.11"), "It answered, but not as a Python does."),
        (lambda place: script(place, f"echo '{BEGIN}{{}}{END}'"), "It answered, but not as a Python does."),
        (lambda place: script(place, f"echo '{BEGIN}'"), "It answered, but not as a Python does."),
        (lambda place: script(place, "exit 3"), "It failed with exit code 3."),
        (lambda place: script(place, "kill -SEGV $$"), "It crashed with signal 11."),
        (lambda place: script(place, "exec yes"), "It printed far too much."),
        (lambda place: script(place, "head -c 100000000 /dev/zero"), "It printed far too much."),
        (
            lambda place: script(place, "printf 'pyenv: \\033[31mno such version\\nmore\\n' >&2; exit 127"),
            "It failed with exit code 127: pyenv: ?[31mno such version.",
        ),
        (
            lambda place: script(place, "printf 'Traceback (most recent call last):\\nValueError: x.\\n' >&2; exit 1"),
            "It failed with exit code 1: ValueError: x.",
        ),
        (
            lambda place: script(place, "echo 'Unknown option: -I' >&2; exit 2"),
            "It is too old to be asked: it must be Python 2.7 or newer.",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence(make: Callable[[Path], object], trouble: str, tmp_path: Path) -> None:
    place = tmp_path / "bin" / "python"
    place.parent.mkdir()
    make(place)
    python = python_of(place)
    found = interpreter_info(python, timeout=LONG)
    assert (found.trouble, found.python, found.prefix, found.tags) == (trouble, python, python.prefix, ())


@posix
def test_a_loop_of_links_is_told(tmp_path: Path) -> None:
    make_loop(tmp_path / "python")
    found = interpreter_info(Python(tmp_path / "python", tmp_path), timeout=LONG)
    assert found.trouble in ("It cannot be read.", "It is a broken link.")


def test_a_name_that_no_system_takes_is_told(tmp_path: Path) -> None:
    assert interpreter_info(Python(Path("a\0b"), tmp_path), timeout=LONG).trouble is not None


@posix
def test_one_that_hangs_costs_no_more_than_its_time(tmp_path: Path) -> None:
    found = interpreter_info(python_of(script(tmp_path / "python", "/bin/sleep 600")), timeout=0.2)
    assert found.trouble == "It did not answer within 0.2 s and was stopped."


@posix
def test_one_that_knows_no_isolation_and_hangs_costs_no_more_either(tmp_path: Path) -> None:
    place = script(tmp_path / "python", '[ "$1" = -I ] && { echo "Unknown option: -I" >&2; exit 2; }; /bin/sleep 600')
    found = interpreter_info(python_of(place), timeout=1)
    assert found.trouble is not None
    assert found.trouble.startswith("It did not answer within ")


@posix
def test_whoever_asks_may_give_up(tmp_path: Path) -> None:
    found = interpreter_info(python_of(script(tmp_path / "python", "/bin/sleep 600")), timeout=LONG, stop=lambda: True)
    assert found.trouble == "It was stopped before it answered."


@posix
def test_a_stand_in_of_pyenv_chooses_by_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = answering(tmp_path / "shims" / "python")
    place.write_text(place.read_text().replace("echo run", 'echo "$PYENV_DIR"'))
    interpreter_info(python_of(place), {"PATH": os.environ["PATH"]}, timeout=LONG)
    assert Path(f"{place}.runs").read_text() == f"{tmp_path}\n"


def test_the_script_is_one_for_python_2_too() -> None:
    assert not [line for line in TELL.splitlines() if 'f"' in line or "nonlocal" in line or " -> " in line]
