from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.version import Version

from cachetui.interpreters.lookup import Python, python_at
from cachetui.pip.config.ask_pip import PipAnswer, ask_pip, compare
from cachetui.pip.config.location import DEFAULT, Location, locate

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a script for an interpreter")


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    folder = tmp_path / "cwd"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(home: Path, tmp_path: Path) -> dict[str, str]:
    """An environment whose only files of settings are the test's own."""
    mine = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    mine |= {"HOME": str(home), "USERPROFILE": str(home), "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    return mine | {"XDG_CONFIG_DIRS": str(tmp_path / "nothing")}


def say(tmp_path: Path, text: str) -> str:
    """Write the file of settings; return its name."""
    path = tmp_path / "pip.conf"
    path.write_text(text)
    return str(path)


def notes(location: Location) -> str:
    return "\n".join(location.notes)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="other places are usual there")
def test_the_default(environ: dict[str, str], home: Path, cwd: Path) -> None:
    assert locate(environ=environ, cwd=cwd) == Location(home / ".cache/pip", DEFAULT, named=False, enabled=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells its folders itself")
def test_the_cache_of_a_python_from_the_microsoft_store_is_found_and_explained(tmp_path: Path) -> None:
    package = "PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0"
    local = f"{tmp_path}\\Local"
    known = {"LOCALAPPDATA": local, "APPDATA": f"{tmp_path}\\Roaming", "USERPROFILE": str(tmp_path)}
    root, usual = Path(f"{local}\\Packages\\{package}\\LocalCache\\Local\\pip\\Cache"), f"{local}\\pip\\Cache"
    root.mkdir()
    python = Python(Path(f"{local}\\Microsoft\\WindowsApps\\{package}\\python.exe"), tmp_path)
    found = locate(python=python, environ=known, platform="win32")
    assert (found.root, found.said_by) == (root, DEFAULT)
    words = "Windows keeps the cache of a Python from the Microsoft Store apart from"
    assert found.notes == (f"{words} {usual}.",)
    known["PIP_CACHE_DIR"] = usual
    named = locate(python=python, environ=known, platform="win32")
    assert (named.root, named.notes) == (Path(usual), ())


def test_flag_variable_and_file_are_named(environ: dict[str, str], tmp_path: Path, cwd: Path) -> None:
    path = say(tmp_path, f"[global]\ncache-dir = {tmp_path / 'file'}\n")
    found = locate(environ=environ, cwd=cwd)
    assert (found.root, found.said_by, found.named) == (tmp_path / "file", f"{path}:2 [global]", False)
    environ["PIP_CACHE_DIR"] = str(tmp_path / "variable")
    found = locate(environ=environ, cwd=cwd)
    assert (found.root, found.said_by, found.named) == (tmp_path / "variable", "PIP_CACHE_DIR", False)
    found = locate("../flag", environ=environ, cwd=cwd)
    assert (found.root, found.said_by, found.named) == (cwd / "../flag", "--cache-dir", True)


def test_links_are_not_resolved(environ: dict[str, str], tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "away", target_is_directory=True)
    assert locate(str(link), environ=environ).root == link


@pytest.mark.parametrize("value", ["1", "off", "False"])
def test_switched_off_says_by_what_and_where_it_would_be(
    value: str, environ: dict[str, str], tmp_path: Path, cwd: Path
) -> None:
    environ |= {"PIP_NO_CACHE_DIR": value, "PIP_CACHE_DIR": str(tmp_path / "variable")}
    found = locate(environ=environ, cwd=cwd)
    assert (found.root, found.enabled) == (tmp_path / "variable", False)
    assert found.off_by == f"PIP_NO_CACHE_DIR={value}"
    assert "does not switch the cache on again: only --cache-dir" in notes(found)
    assert ("switches the cache off, whatever its value" in notes(found)) == (value != "1")
    assert locate(str(tmp_path / "flag"), environ=environ, cwd=cwd).enabled


def test_switched_off_by_a_file(environ: dict[str, str], tmp_path: Path, cwd: Path) -> None:
    path = say(tmp_path, "[install]\nno-cache-dir = false\n")
    found = locate(environ=environ, cwd=cwd)
    assert not found.enabled
    assert found.off_by == f"{path}:2 [install] no-cache-dir = false"
    assert f"`pip install` has its cache off ({found.off_by}), but `pip cache` uses {found.root}" in notes(found)


def test_an_empty_flag_switches_off(environ: dict[str, str], cwd: Path) -> None:
    found = locate("", environ=environ, cwd=cwd)
    assert (found.enabled, found.named, found.said_by) == (False, False, DEFAULT)
    assert found.off_by == "--cache-dir with nothing after it"


def test_a_value_that_is_neither_yes_nor_no_stops_pip(environ: dict[str, str], cwd: Path) -> None:
    found = locate(environ=environ | {"PIP_NO_CACHE_DIR": "maybe"}, cwd=cwd)
    assert not found.works
    assert found.notes == ("pip refuses to run because of PIP_NO_CACHE_DIR=maybe, which is neither yes nor no.",)


def test_a_broken_file_stops_pip_but_not_us(environ: dict[str, str], tmp_path: Path, cwd: Path) -> None:
    path = say(tmp_path, "rubbish\n")
    found = locate(environ=environ | {"PIP_CACHE_DIR": str(tmp_path / "x")}, cwd=cwd)
    assert (found.works, found.root) == (False, tmp_path / "x")
    assert found.notes == (f"pip refuses to run because of {path}: line 1 is not under a [section].",)


@pytest.mark.parametrize(
    ("variables", "note"),
    [
        (
            {"PIP_CACHE_DIR": "false"},
            "PIP_CACHE_DIR=false does not switch the cache on or off: it puts it into a folder",
        ),
        ({"PIP_CACHE_DIR": "here"}, "PIP_CACHE_DIR=here is relative: the cache is in another place for each folder"),
        ({"PIP_CACHE_DIR": "'/a b'"}, "runs in. pip takes the quotes for a part of its name: write it without them."),
        ({"PIP_CACHE_DIR": "$HOME/x"}, "runs in. pip replaces no variables in it: write the whole path."),
        ({"PIP_CACHE_DIR": ""}, "PIP_CACHE_DIR is set but empty: pip treats it as unset."),
        ({"PIP_PYTHON": "/other"}, "PIP_PYTHON=/other makes every pip act for that Python"),
    ],
)
def test_traps_are_named(variables: Mapping[str, str], note: str, environ: dict[str, str], cwd: Path) -> None:
    assert note in notes(locate(environ=environ | dict(variables), cwd=cwd))


def test_commands_with_other_caches_are_named(environ: dict[str, str], tmp_path: Path, cwd: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    path = say(tmp_path, f"[install]\ncache-dir = {one}\n[wheel]\ncache-dir = {one}\n[cache]\ncache-dir = {two}\n")
    found = locate(environ=environ | {"PIP_CACHE_DIR": ""}, cwd=cwd)
    assert found.root == one
    assert f"`pip install` uses {one}, but `pip cache` uses {two} (said by {path}:6 [cache])." in found.notes
    assert "`pip wheel`" not in notes(found)
    assert locate(environ=environ, cwd=cwd, command="cache").root == two
    assert locate("flag", environ=environ, cwd=cwd).notes == ()


def test_commands_whose_caches_are_off_do_not_differ(environ: dict[str, str], tmp_path: Path, cwd: Path) -> None:
    path = say(tmp_path, f"[global]\nno-cache-dir = 1\n[cache]\ncache-dir = {tmp_path / 'two'}\n")
    found = locate(environ=environ, cwd=cwd)
    assert (found.off_by, found.notes) == (f"{path}:2 [global] no-cache-dir = 1", ())


def test_the_environment_of_the_python_counts(environ: dict[str, str], tmp_path: Path, cwd: Path) -> None:
    (tmp_path / "env").mkdir()
    basename = "pip.ini" if sys.platform == "win32" else "pip.conf"
    (tmp_path / "env" / basename).write_text(f"[global]\ncache-dir = {tmp_path / 'site'}\n")
    python = Python(tmp_path / "env/bin/python", tmp_path / "env")
    found = locate(python=python, environ=environ, cwd=cwd)
    assert (found.root, found.said_by) == (tmp_path / "site", f"{tmp_path / 'env' / basename}:2 [global]")


def test_the_version_of_the_pythons_pip_counts(environ: dict[str, str], tmp_path: Path, cwd: Path) -> None:
    (tmp_path / "lib/python3.9/site-packages/pip-26.1.dist-info").mkdir(parents=True)
    environ = {"HOME": "/home/u", "XDG_CACHE_HOME": "relative"}
    old = locate(python=Python(tmp_path / "x", tmp_path), environ=environ, cwd=cwd, platform="linux")
    assert old.root == cwd / "relative/pip"
    new = locate(
        python=Python(tmp_path / "x", tmp_path), environ=environ, cwd=cwd, platform="linux", pip=Version("26.3")
    )
    assert new.root == Path("/home/u/.cache/pip")


def test_other_platforms(cwd: Path) -> None:
    mac = locate(environ={"HOME": "/Users/u", "XDG_CACHE_HOME": "/x"}, cwd=cwd, platform="darwin")
    assert (str(mac.root), mac.notes) == (
        "/x/pip" if sys.platform != "win32" else "\\x\\pip",
        ("pip before 26.2 ignores XDG_CACHE_HOME on macOS.",),
    )
    if sys.platform != "win32":
        windows = locate(environ={"USERPROFILE": "C:\\Users\\u"}, cwd=cwd, platform="win32")
        assert str(windows.root) == "C:\\Users\\u\\AppData\\Local\\pip\\Cache"


def test_indexes_come_along(environ: dict[str, str], cwd: Path) -> None:
    found = locate(environ=environ | {"PIP_INDEX_URL": "https://u:p@index.example/simple"}, cwd=cwd)
    assert found.indexes == ("https://index.example/simple",)


@posix
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_is_not_used(environ: dict[str, str], tmp_path: Path, cwd: Path) -> None:
    (tmp_path / "shut").mkdir(0o500)
    found = locate(str(tmp_path / "shut/x"), environ=environ, cwd=cwd)
    assert (found.enabled, found.off_by) == (False, f"{tmp_path / 'shut'} is not writable for the user running")


def test_a_folder_that_is_gone_is_no_obstacle(
    environ: dict[str, str], cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "win32":
        pytest.skip("a folder in use cannot go")
    monkeypatch.chdir(cwd)
    cwd.rmdir()
    assert locate("x", environ=environ).root == Path("/x")
    assert ask_pip(python_at(sys.executable), environ).enabled


def real(environ: Mapping[str, str], cwd: Path) -> PipAnswer:
    return ask_pip(python_at(sys.executable), environ, 60, cwd=cwd)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"PIP_CACHE_DIR": "relative/x"},
        {"PIP_CACHE_DIR": "../../x"},
        {"PIP_CONFIG_FILE": "../pip.conf", "PIP_QUIET": "3", "PIP_VERBOSE": "2", "PIP_PYTHON": "/nowhere"},
        {"FORCE_COLOR": "1", "PIP_AUTO_COMPLETE": "1", "COMP_WORDS": "pip", "COMP_CWORD": "1"},
    ],
)
def test_pip_is_asked_and_agrees(
    variables: Mapping[str, str], environ: dict[str, str], tmp_path: Path, cwd: Path
) -> None:
    if "PIP_CONFIG_FILE" in variables:
        say(tmp_path, "[global]\ncache-dir = named/x\nverbose = 1\n")
    (cwd / "pip.py").write_text("raise SystemExit('the wrong pip')")
    environ |= variables
    answer = real(environ, cwd)
    location = locate(python=python_at(sys.executable), environ=environ, cwd=cwd)
    assert answer.enabled
    assert answer.root == Path(os.path.realpath(location.root))
    assert answer.message == f"`{sys.executable} -m pip cache dir` answers {answer.root}."
    assert compare(location, answer) is None


def test_pip_says_that_it_is_off(environ: dict[str, str], cwd: Path) -> None:
    environ["PIP_NO_CACHE_DIR"] = "off"
    answer = real(environ, cwd)
    assert answer == PipAnswer(None, f"`{sys.executable} -m pip cache dir` answers that its cache is off.", False)
    assert compare(locate(environ=environ, cwd=cwd), answer) is None
    assert "pip itself says that its cache is off" in str(compare(locate(str(cwd), environ=environ, cwd=cwd), answer))


def test_pip_that_refuses_its_settings_is_quoted(environ: dict[str, str], cwd: Path) -> None:
    answer = real(environ | {"PIP_NO_CACHE_DIR": "maybe"}, cwd)
    assert (answer.root, answer.enabled) == (None, None)
    assert "failed with exit code 2" in answer.message
    assert "maybe" in answer.message


def script(tmp_path: Path, text: str) -> Python:
    """Make an interpreter of a few lines of shell."""
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Python(path, tmp_path)


@posix
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo /there", "`{}/python -m pip cache dir` answers /there."),
        ("echo there", "{}/python did not answer with the location of its cache."),
        ("", "{}/python did not answer with the location of its cache."),
        ("echo /there; echo /here", "{}/python did not answer with the location of its cache."),
        ("printf '\\033[2J\\377\\n'", "{}/python did not answer with the location of its cache."),
        ("kill -SEGV $$", "{}/python crashed with signal 11."),
        ("echo 'No module named pip' >&2; exit 1", "{}/python has no pip, or only one that its user installed for"),
        ("echo 'ERROR: unknown command \"cache\"' >&2; exit 1", "The pip of {}/python is older than 20.1: it has no"),
        ("echo 'Unknown option: -I' >&2; exit 2", "{}/python is too old to be asked."),
        ("exit 7", "`{}/python -m pip cache dir` failed with exit code 7."),
        ("echo a >&2; echo b. >&2; exit 7", "`{}/python -m pip cache dir` failed with exit code 7: a b."),
        (
            "for i in Traceback 2 3 4 E; do echo $i >&2; done; exit 7",
            "`{}/python -m pip cache dir` failed with exit code 7: E.",
        ),
        (
            "for i in 1 2 3 4 E; do echo $i >&2; done; exit 7",
            "`{}/python -m pip cache dir` failed with exit code 7: 1.",
        ),
        ("sleep 600", "{}/python did not answer within 0.3 s and was stopped."),
    ],
)
def test_whatever_answers_gets_one_sentence(text: str, message: str, tmp_path: Path) -> None:
    answer = ask_pip(script(tmp_path, text), {"PATH": os.environ["PATH"]}, 0.3 if "sleep" in text else 30)
    assert answer.message.startswith(message.replace("{}", str(tmp_path)))
    assert "\n" not in answer.message
    assert (answer.root, answer.enabled) == ((Path("/there"), True) if text == "echo /there" else (None, None))
    assert answer.enabled or compare(Location(tmp_path, DEFAULT, False, True), answer) is None


def test_a_difference_is_told() -> None:
    location = Location(Path("/here"), "PIP_CACHE_DIR", False, True)
    answer = PipAnswer(Path("/there"), "", True)
    assert compare(location, answer) == "What is shown is /here (said by PIP_CACHE_DIR), but pip itself answers /there."
    off = Location(Path("/here"), DEFAULT, False, False, "PIP_NO_CACHE_DIR=1")
    assert compare(off, PipAnswer(Path("/here"), "", True)) == (
        "By the settings the cache at /here (said by the platform's default) is off (PIP_NO_CACHE_DIR=1), "
        "but pip itself uses it."
    )


def test_the_same_folder_by_another_name_is_no_difference(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    location = Location(tmp_path / "link", DEFAULT, False, True)
    assert compare(location, PipAnswer(tmp_path / "real", "", True)) is None
