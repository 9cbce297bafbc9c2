from __future__ import annotations

import os
import sys
import venv
from pathlib import Path

import pytest
from packaging.tags import parse_tag

from cachetui.interpreters.discovery import interpreters, pythons
from cachetui.interpreters.locations import CONDA_OF_ALL, executables
from cachetui.interpreters.lookup import Python, python_of
from cachetui.interpreters.store import StateFile
from cachetui.interpreters.supported_tags import may_support, reach_of, releases_of
from tests.interpreters.fakes import answering, posix, runs, script

LONG = 60.0
"""Seconds that a loaded machine may take to start something."""


def environ(home: Path, *path: Path, **others: str) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.pathsep.join(map(str, path))} | others


def found(environ: dict[str, str]) -> list[Path]:
    return [python.executable for python in pythons(environ, machine=False)]


def plain(folder: Path, *names: str) -> list[Path]:
    """Put Pythons that need not run into a folder."""
    places = [folder / name for name in names]
    folder.mkdir(parents=True, exist_ok=True)
    for place in places:
        place.write_bytes(b"\x7fELF" + str(place).encode())
        place.chmod(0o755)
    return places


@posix
def test_every_place_is_looked_at_and_the_active_environment_first(tmp_path: Path) -> None:
    home = tmp_path / "home"
    expected = [
        *plain(tmp_path / "active" / "bin", "python"),
        *plain(tmp_path / "conda" / "envs" / "on" / "bin", "python"),
        *plain(tmp_path / "first", "python3"),
        *plain(tmp_path / "first", "python3.9", "pypy3"),
        *plain(tmp_path / "second", "python2"),
        *plain(home / ".pyenv" / "versions" / "3.8.1" / "bin", "python3.8"),
        *plain(home / ".asdf" / "installs" / "python" / "3.7.1" / "bin", "python3.7"),
        *plain(home / ".local" / "share" / "uv" / "python" / "cpython-3.13" / "bin", "python3"),
        *plain(home / ".rye" / "py" / "cpython@3.12" / "bin", "python3"),
        *plain(home / "miniconda3" / "bin", "python"),
        *plain(home / "miniconda3" / "envs" / "work" / "bin", "python"),
        *plain(tmp_path / "work" / "bin", "python"),
    ]
    (tmp_path / "active" / "pyvenv.cfg").touch()
    (home / ".conda").mkdir()
    (home / ".conda" / "environments.txt").write_text(f"relative\n{tmp_path / 'work'}\n\n{home / 'gone'}\n")
    given = environ(home, tmp_path / "first", tmp_path / "second")
    given |= {"VIRTUAL_ENV": str(tmp_path / "active"), "CONDA_PREFIX": str(tmp_path / "conda" / "envs" / "on")}
    assert found(given) == expected


@posix
@pytest.mark.parametrize(
    "place",
    [
        ".local/share/mise/installs/python/3.12.1/bin/python3.12",
        ".local/share/rtx/installs/python/3.12.1/bin/python3",
        ".local/share/hatch/pythons/3.12/python/bin/python3",
        ".local/share/hatch/pythons/pypy3.10/pypy3.10-v7.3.12-linux64/bin/pypy3",
        ".local/share/pdm/python/cpython@3.12.1/bin/python3",
        ".local/share/pypoetry/python/cpython@3.12.1/bin/python3",
        ".local/share/pipx/py/3.12/bin/python3",
        ".local/share/uv/python/cpython-3.13.0+freethreaded-linux-x86_64-gnu/bin/python3.13t",
        ".local/share/uv/data/python/cpython-3.12.1-windows-x86_64-none/python.exe",
        ".proto/tools/python/3.12.0/install/bin/python3",
        ".rye/py/cpython@3.12.1/install/bin/python3",
        ".pyenv/pyenv-win/versions/3.12.1/python.exe",
        "anaconda3/envs/own/bin/python",
        "opt/miniconda3/bin/python",
        ".local/share/mamba/envs/own/bin/python",
        ".pixi/envs/tools/bin/python3",
        ".linuxbrew/opt/python@3.12/bin/python3.12",
    ],
)
def test_pythons_are_found_where_tools_install_them(tmp_path: Path, place: str) -> None:
    (python,) = plain((tmp_path / place).parent, (tmp_path / place).name)
    assert found(environ(tmp_path)) == [python]


@posix
@pytest.mark.parametrize(
    ("variable", "place"),
    [
        ("MISE_DATA_DIR", "installs/python/3.12.1/bin/python3"),
        ("HATCH_DATA_DIR", "pythons/3.12/python/bin/python3"),
        ("XDG_DATA_HOME", "pdm/python/cpython@3.12.1/bin/python3"),
        ("PIPX_HOME", "py/3.12/bin/python3"),
        ("CONDA_ENVS_PATH", "work/bin/python"),
        ("HOMEBREW_PREFIX", "opt/python@3.11/bin/python3.11"),
        ("MAMBA_ROOT_PREFIX", "envs/own/bin/python"),
    ],
)
def test_variables_say_where_tools_install_pythons(tmp_path: Path, variable: str, place: str) -> None:
    (python,) = plain((tmp_path / "else" / place).parent, Path(place).name)
    assert found(environ(tmp_path / "home", **{variable: str(tmp_path / "else")})) == [python]


def represented(environ: dict[str, str]) -> list[Path]:
    told = list(interpreters(environ, machine=False, timeout=LONG))
    return [one.python.executable for one in told if one.trouble and one.trouble.startswith("It shows")]


@posix
def test_a_stand_in_spares_its_version_unless_that_python_was_found(tmp_path: Path) -> None:
    shims = tmp_path / "shims"
    answering(tmp_path / ".local/share/mise/installs/python/3.12.1/bin/python3")
    for name in ("python3.12", "python3.9", "python3.12t", "pypy3.12", "pypy3.12-c"):
        script(shims / name, "exit 127")
    unmet = [shims / name for name in ("pypy3.12", "python3.12t", "python3.9")]
    assert represented(environ(tmp_path, shims)) == unmet
    told = list(interpreters(environ(tmp_path, shims), machine=False, timeout=LONG))
    reach = reach_of(told)
    wheels = {"cp312-cp312-linux_x86_64": True, "cp39-cp39-linux_x86_64": True, "cp38-cp38-linux_x86_64": False}
    for tag, spared in wheels.items():
        parsed = parse_tag(tag)
        assert any(not parsed.isdisjoint(tags) or may_support(parsed, tags) for tags in reach.tags) is spared
    assert not any(runs(shims / name) for name in ("python3.9", "python3.12"))


@posix
@pytest.mark.parametrize("name", ["3.9.2", "cpython@3.9.2", "cpython-3.9.2-linux-x86_64-gnu", "pypy3.9-7.3"])
def test_the_folder_of_a_python_spares_its_version_if_no_interpreter_is_in_it(tmp_path: Path, name: str) -> None:
    answering(tmp_path / "bin" / "python3")
    folder = tmp_path / ".local/share/mise/installs/python" / name
    (folder / "lib").mkdir(parents=True)
    assert represented(environ(tmp_path, tmp_path / "bin")) == [folder]
    told = list(interpreters(environ(tmp_path, tmp_path / "bin"), machine=False, timeout=LONG))
    assert releases_of(told[-1]) == ((3, 9),)
    assert len(reach_of(told).tags) == 2


@posix
def test_a_folder_without_version_and_interpreter_may_be_of_any_python(tmp_path: Path) -> None:
    answering(tmp_path / "bin" / "python3")
    folder = tmp_path / ".local/share/uv/python/something"
    folder.mkdir(parents=True)
    told = list(interpreters(environ(tmp_path, tmp_path / "bin"), machine=False, timeout=LONG))
    assert reach_of(told).tags == ()


@posix
def test_variables_say_where_else(tmp_path: Path) -> None:
    expected = [
        *plain(tmp_path / "pyenv" / "versions" / "3.8.1" / "bin", "python"),
        *plain(tmp_path / "asdf" / "installs" / "python" / "3.7.1" / "bin", "python"),
        *plain(tmp_path / "uv" / "cpython-3.13" / "bin", "python3"),
        *plain(tmp_path / "conda" / "bin", "python"),
    ]
    assert (
        found(
            environ(
                tmp_path,
                PYENV_ROOT=str(tmp_path / "pyenv"),
                ASDF_DATA_DIR=str(tmp_path / "asdf"),
                UV_PYTHON_INSTALL_DIR=str(tmp_path / "uv"),
                CONDA_EXE=str(tmp_path / "conda" / "bin" / "conda"),
            )
        )
        == expected
    )


@posix
def test_of_several_names_of_one_the_shortest_counts(tmp_path: Path) -> None:
    plain(tmp_path / "bin", "python3.11")
    (tmp_path / "bin" / "python3").symlink_to("python3.11")
    (tmp_path / "bin" / "python").symlink_to("python3")
    os.link(tmp_path / "bin" / "python3.11", tmp_path / "bin" / "python3.11t")
    (tmp_path / "other").symlink_to(tmp_path / "bin")
    assert found(environ(tmp_path, tmp_path / "bin", tmp_path / "other")) == [tmp_path / "bin" / "python3"]
    (tmp_path / "bin" / "python3").unlink()
    (tmp_path / "bin" / "python").unlink()
    (tmp_path / "bin" / "python").symlink_to("python3.11")
    assert found(environ(tmp_path, tmp_path / "bin", tmp_path / "other")) == [tmp_path / "bin" / "python"]


def test_an_environment_is_another_python_than_its_base(tmp_path: Path) -> None:
    for name in ("one", "two"):
        venv.create(tmp_path / name, with_pip=False)
    bins = [tmp_path / name / ("Scripts" if sys.platform == "win32" else "bin") for name in ("one", "two")]
    assert [place.parent for place in found(environ(tmp_path, *bins))] == bins


@posix
def test_nothing_in_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(tmp_path / "bin", "python3")
    plain(tmp_path, "python3")
    plain(tmp_path / "versions" / "3.8" / "bin", "python")
    monkeypatch.chdir(tmp_path)
    relative = {"HOME": ".", "VIRTUAL_ENV": ".", "PYENV_ROOT": ".", "CONDA_EXE": "bin/conda", "PATH": ".::bin:"}
    assert found(relative) == []


@posix
def test_folders_of_another_system_are_not_looked_for_in_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in CONDA_OF_ALL:
        if not Path(folder).is_absolute():
            plain(tmp_path / folder / "bin", "python")
            plain(tmp_path / folder / "envs" / "one" / "bin", "python")
    assert [*tmp_path.iterdir()] != []
    monkeypatch.chdir(tmp_path)
    places = list(executables({"HOME": "/nowhere", "PATH": ""}))
    assert [place for place in places if not place.is_absolute() or place.is_relative_to(tmp_path)] == []


@posix
def test_other_commands_whose_names_begin_alike_are_none(tmp_path: Path) -> None:
    names = ("python3-config", "python3.11-gdb.py", "anaconda", "python.sh", "pythonw", "python3.6m", "ironpython")
    plain(tmp_path / "bin", *names)
    assert found(environ(tmp_path, tmp_path / "bin")) == []


@posix
def test_broken_ones_are_found_too_once_each(tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    (bin_ / "python3.9").mkdir(parents=True)
    (bin_ / "python3").symlink_to("nowhere")
    (bin_ / "python").symlink_to("python3")
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "python").symlink_to("gone")
    os.mkfifo(bin_ / "pypy")
    given = environ(tmp_path, bin_, tmp_path / "absent", VIRTUAL_ENV=str(tmp_path / "env"))
    assert {one.python.executable: one.trouble for one in interpreters(given, machine=False)} == {
        tmp_path / "env" / "bin" / "python": "It is a broken link.",
        bin_ / "python": "It is a broken link.",
        bin_ / "pypy": "It is not a file.",
        bin_ / "python3.9": "It is a directory.",
    }


@posix
def test_of_stand_ins_only_those_are_asked_that_one_types(tmp_path: Path) -> None:
    shims = tmp_path / ".pyenv" / "shims"
    for name in ("python", "python3", "python3.8", "python3.9"):
        script(shims / name, "exit 1")
    assert found(environ(tmp_path, shims)) == [shims / "python3", shims / "python"]


@posix
def test_whom_a_stand_in_starts_is_shown_once_and_by_the_first_name(tmp_path: Path) -> None:
    versions = tmp_path / ".pyenv" / "versions"
    real = answering(versions / "3.12.1" / "bin" / "python")
    other = answering(versions / "3.13.0" / "bin" / "python", version="3.13.0")
    shim = answering(tmp_path / ".pyenv" / "shims" / "python3", versions / "3.12.1", real)
    given = environ(tmp_path, shim.parent)
    told = list(interpreters(given, machine=False, timeout=LONG))
    assert [(one.python.executable, one.version, one.real) for one in told] == [
        (shim, "3.12.1", real),
        (other, "3.13.0", other),
    ]


@posix
def test_they_come_in_their_order_however_long_each_takes(tmp_path: Path) -> None:
    hanging = script(tmp_path / "a" / "python3", "/bin/sleep 600")
    crashing = script(tmp_path / "b" / "python", "kill -ABRT $$")
    fine = answering(tmp_path / "c" / "bin" / "python")
    given = environ(tmp_path, hanging.parent, crashing.parent, fine.parent)
    told = list(interpreters(given, machine=False, timeout=2))
    assert [(one.python.executable, one.trouble) for one in told] == [
        (hanging, "It did not answer within 2 s and was stopped."),
        (crashing, "It crashed with signal 6."),
        (fine, None),
    ]


@posix
def test_those_named_come_first_and_once(tmp_path: Path) -> None:
    one, two = answering(tmp_path / "a" / "bin" / "python"), answering(tmp_path / "b" / "bin" / "python")
    given = environ(tmp_path, one.parent, two.parent)
    told = interpreters(given, named=[python_of(two)], machine=False, timeout=LONG)
    assert [each.python.executable for each in told] == [two, one]


@posix
def test_whoever_has_seen_enough_waits_for_nobody(tmp_path: Path) -> None:
    fine = answering(tmp_path / "a" / "bin" / "python")
    hanging = script(tmp_path / "b" / "python", "/bin/sleep 600")
    told = interpreters(environ(tmp_path, fine.parent, hanging.parent), machine=False, timeout=LONG)
    assert next(told).python == Python(fine, tmp_path / "a")
    told.close()  # type: ignore[attr-defined]


@posix
def test_it_stops_when_told_to(tmp_path: Path) -> None:
    hanging = script(tmp_path / "b" / "python", "/bin/sleep 600")
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 20

    assert list(interpreters(environ(tmp_path, hanging.parent), machine=False, timeout=LONG, stop=stop)) == []
    assert list(pythons(environ(tmp_path, hanging.parent), machine=False, stop=lambda: True)) == []


@posix
def test_what_is_remembered_is_not_asked_again_and_comes_last_when_it_is_found_no_more(tmp_path: Path) -> None:
    one, two = answering(tmp_path / "a" / "bin" / "python"), answering(tmp_path / "b" / "bin" / "python")
    for place in (one, two):
        os.utime(place, (1, 1))
    file = tmp_path / "pythons.json"
    both, only = environ(tmp_path, one.parent, two.parent), environ(tmp_path, two.parent)
    first = list(interpreters(both, memory=StateFile(file), machine=False, timeout=LONG))
    assert [each.python.executable for each in first] == [one, two]
    second = list(interpreters(only, memory=StateFile(file), machine=False, timeout=LONG))
    assert [each.python.executable for each in second] == [two, one]
    assert sorted(second, key=str) == sorted(first, key=str)
    assert (runs(one), runs(two)) == (1, 1)
    assert len(list(interpreters(only, machine=False, timeout=LONG))) == 1
    assert (runs(one), runs(two)) == (1, 2)
