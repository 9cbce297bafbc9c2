from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version

from cachetui.pip.config.location import DEFAULT
from cachetui.pip_settings.effective import PipSettings, settings_of
from tests.pip_settings.world import World

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="made of links and of POSIX paths")


def told(settings: PipSettings) -> list[tuple[str, str, str]]:
    return [(one.role, one.option, one.value) for one in settings.sayings]


def test_nobody_says_anything(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    found = settings_of(replace(world.interpreter, pip="25.0.1"), world.environ, cwd=world.cwd)
    assert found.location.enabled
    assert found.location.root == world.home / ".cache/pip"
    assert [(one.role, one.said_by, one.setting) for one in found.sayings] == [("counts", DEFAULT, None)]
    assert (found.pitfalls, found.pip) == ((), Version("25.0.1"))


def test_all_places_are_listed_the_weaker_before_the_stronger(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    world.interpreter = replace(world.interpreter, pip="26.3")
    world.say("global", "[global]\ncache-dir = {}/machine-wide\n[install]\ncache-dir = {}/installs\n")
    world.say("user", "# mine\n[global]\ncache-dir = {}/mine\nno-cache-dir =\n[cache]\ncache-dir = {}/other\n")
    world.say("site", "[global]\nno-cache-dir = false\n")
    world.environ["PIP_CACHE_DIR"] = "/variable"
    found = world.settings
    assert [(role, option, value.replace(str(world.folder), "")) for role, option, value in told(found)] == [
        ("overruled", "cache-dir", "/home/.cache/pip"),
        ("elsewhere", "cache-dir", "/other"),
        ("overruled", "cache-dir", "/machine-wide"),
        ("overruled", "cache-dir", "/mine"),
        ("empty", "no-cache-dir", ""),
        ("counts", "no-cache-dir", "false"),
        ("overruled", "cache-dir", "/installs"),
        ("counts", "cache-dir", "/variable"),
    ]
    assert [one.said_by for one in found.sayings][3:6] == [
        f"{world.path('user')}:3 [global]",
        f"{world.path('user')}:4 [global]",
        f"{world.path('site')}:2 [global]",
    ]
    assert not found.location.enabled
    assert found.location.off_by == f"{world.path('site')}:2 [global] no-cache-dir = false"
    assert [trap.rpartition("no-cache-dir = false ")[2] for trap in found.pitfalls[:1]] == [
        "switches the cache off, whatever its value: remove the setting to switch it on."
    ]


@pytest.mark.parametrize(
    ("text", "trap"),
    [
        ("[global]\nno-cache-dir = false\n", "no-cache-dir = false switches the cache off, whatever its value"),
        ("[global]\ncache-dir = false\n", "does not switch the cache on or off: it puts it into a folder of that name"),
        ("[cache]\ncache-dir = /x\n", "but `pip cache` uses /x (said by"),
        ("[global]\ncache-dir = x\n", "is relative: the cache is in another place for each folder"),
    ],
)
def test_traps_in_files(text: str, trap: str, tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    world.interpreter = replace(world.interpreter, pip="25.0.1")
    world.say("user", text)
    assert any(trap in one for one in world.settings.pitfalls), world.settings.pitfalls


@pytest.mark.parametrize(
    ("pip", "value", "trap"),
    [
        ("20.0.2", "", "pip 20.0.2 lacks the command `pip cache`"),
        ("18.1", "true", "makes pip 18.1 crash: before 19.0 only a no switched the cache off."),
        (None, "", "This Python has no pip, or only one in its user's own"),
    ],
)
def test_old_pips_and_none(pip: str | None, value: str, trap: str, tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    world.interpreter = replace(world.interpreter, pip=pip)
    world.environ["PIP_NO_CACHE_DIR"] = value
    assert any(trap in one for one in world.settings.pitfalls), world.settings.pitfalls


def test_sudo_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path / "w")
    world.environ["SUDO_USER"] = "ann"
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert any("This runs under sudo: pips run by ann may use another cache" in one for one in world.settings.pitfalls)


def test_a_root_of_another_user_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path / "w")
    world.interpreter = replace(world.interpreter, pip="25.0.1")
    (world.home / ".cache/pip").mkdir(parents=True)
    owner = (world.home / ".cache/pip").stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: owner + 4_711)
    found = world.settings
    assert any("new files there will not be theirs" in one for one in found.pitfalls), found


def test_one_that_does_not_work_is_told_as_such(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    broken = replace(world.interpreter, trouble="It is not there.")
    found = settings_of(broken, world.environ, cwd=world.cwd)
    assert (found.interpreter.trouble, found.sayings, found.pitfalls) == ("It is not there.", (), ())
