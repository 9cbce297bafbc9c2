from __future__ import annotations

from pathlib import Path

import pytest
from packaging.tags import parse_tag

from cachetui.interpreters.info import InterpreterInfo, interpreter_info
from cachetui.interpreters.lookup import Python, python_of
from cachetui.interpreters.supported_tags import PythonRelease, may_support, may_take, reach_of, releases_of
from tests.interpreters.fakes import posix, script

SILENT = "It did not answer within 3 s and was stopped."


def interpreter(name: str, *, real: str = "", version: str = "", tag: str = "", starts: bool = True) -> InterpreterInfo:
    return InterpreterInfo(
        Python(Path("/opt/here/bin", name), Path("/opt/here")),
        version,
        tags=(tag,) if tag else (),
        real=Path("/opt/here/bin", real or name),
        trouble=None if version else SILENT,
        starts=starts,
    )


TELLS = interpreter("python3", version="3.12.1", tag="cp312-cp312-linux_x86_64")


@pytest.mark.parametrize(
    ("found", "releases"),
    [
        (interpreter("python3.8"), [(3, 8)]),
        (interpreter("python3", real="python3.11"), [(3, 11)]),
        (interpreter("python3.9", real="python3.11"), [(3, 9), (3, 11)]),
        (interpreter("python3.13t.exe"), [(3, 13)]),
        (interpreter("pypy3"), [(3, None)]),
        (interpreter("python2", real="python3.11"), [(2, None), (3, 11)]),
        (interpreter("python"), []),
        (interpreter("python", version="3.8.19"), [(3, 8)]),
    ],
)
def test_of_which_version_a_python_is_that_does_not_tell(found: InterpreterInfo, releases: list[PythonRelease]) -> None:
    assert [*releases_of(found)] == releases


@pytest.mark.parametrize("line", ["version = 3.8.10", "home = /usr\nversion_info = 3.8.10.final.0"])
def test_an_environment_tells_its_version_in_its_settings(tmp_path: Path, line: str) -> None:
    (tmp_path / "pyvenv.cfg").write_text(f"{line}\n")
    assert releases_of(InterpreterInfo(Python(tmp_path / "bin/python", tmp_path), trouble=SILENT)) == ((3, 8),)


@pytest.mark.parametrize(
    ("tag", "takes"),
    [
        ("cp38-cp38-win_amd64", True),
        ("cp38-cp38d-linux_x86_64", True),
        ("pp38-pypy38_pp73-any", True),
        ("cp36-abi3-any", True),
        ("cp39.cp38-cp39.cp38-any", True),
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("py36-none-any", True),
        ("cp36-cp36m-any", False),
        ("cp39-abi3-any", False),
        ("py39-none-any", False),
        ("cp27-cp27mu-any", False),
        ("py2-none-any", False),
    ],
)
def test_what_a_python_of_a_version_may_take(tag: str, takes: bool) -> None:
    assert may_support(parse_tag(tag), may_take((3, 8))) is takes
    assert may_support(parse_tag(tag), may_take((3, None))) is (not tag.startswith(("cp27", "py2-")))


def test_what_does_not_tell_is_named_with_what_follows() -> None:
    reach = reach_of([TELLS, interpreter("python3.8")])
    assert [*reach.tags] == [TELLS.wheel_tags(), may_take((3, 8))]
    assert reach.notes == (
        "/opt/here/bin/python3.8 does not report its supported tags, so no wheel for Python 3.8 counts as unusable. "
        f"{SILENT} Choose the Python with --python.",
    )


def test_where_not_even_the_version_is_known_nothing_is_said() -> None:
    reach = reach_of([TELLS, interpreter("python"), interpreter("python3.8")])
    assert reach.tags == ()
    assert "/opt/here/bin/python does not report its supported tags, so nothing counts as unusable" in reach.notes[0]


def test_where_none_tells_there_is_nothing_to_go_by() -> None:
    assert reach_of([interpreter("python3.8")]) == ((), ())
    assert reach_of([]) == ((), ())


@posix
def test_what_is_no_program_does_not_count_but_is_named(tmp_path: Path) -> None:
    (tmp_path / "python3.8").mkdir()
    (tmp_path / "python3").symlink_to(tmp_path / "gone")
    script(tmp_path / "python", "").chmod(0o644)
    found = [interpreter_info(python_of(tmp_path / name)) for name in ("python3.8", "python3", "python")]
    reach = reach_of([TELLS, *found])
    assert reach.tags == (TELLS.wheel_tags(),)
    assert reach.notes == (
        f"{tmp_path}/python3.8 is not counted as a Python. It is a directory.",
        f"{tmp_path}/python3 is not counted as a Python. It is a broken link.",
        f"{tmp_path}/python is not counted as a Python. It is not executable.",
    )


@posix
def test_a_python_that_fails_may_be_one(tmp_path: Path) -> None:
    found = interpreter_info(python_of(script(tmp_path / "bin/python3.8", "exit 3")))
    assert [*reach_of([TELLS, found]).tags] == [TELLS.wheel_tags(), may_take((3, 8))]
