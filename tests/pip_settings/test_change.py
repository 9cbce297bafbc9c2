from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.pip.config.location import DEFAULT
from cachetui.pip_settings.apply import Effect, apply
from cachetui.pip_settings.change import RequestedChange, plan_change
from cachetui.pip_settings.destination import DestinationError
from tests.pip_settings.world import World

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="made of links and of POSIX paths")

PIPS = ("23.2.1", "25.0.1", "26.3")
Make = Callable[[str], World]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda pip: World(tmp_path / pip, pip)


def fulfil(world: World, wish: RequestedChange, root: str | None = None) -> Effect:
    change = plan_change(world.settings, wish, root, world.environ)
    return apply(change, world.environ, cwd=world.cwd, timeout=120, etc=str(world.folder / "etc"))


@pytest.mark.parametrize("pip", (PIPS[0], PIPS[-1]))
def test_off_on_moved_and_back(pip: str, make: Make) -> None:
    world = make(pip)
    user, python = "home/.config/pip/pip.conf", world.prefix / "bin/python"
    change = plan_change(world.settings, "off", environ=world.environ)
    assert change.commands == (f"{python} -m pip config --user set global.no-cache-dir true",)
    assert (change.notes, change.level, change.file) == ((), "user", str(world.folder / user))
    assert world.files == {}
    off = fulfil(world, "off")
    assert (off.done, off.settings.location.enabled) == (True, False)
    assert "answers that its cache is off." in off.message
    assert world.files == {user: "[global]\nno-cache-dir = true\n\n"}

    on = fulfil(world, "on")
    assert (on.done, on.settings.location.enabled) == (True, True)
    assert on.message.endswith(f"answers {world.home}/.cache/pip.")
    assert world.files == {user: ""}

    moved = fulfil(world, "move", f"{world.folder}/new place")
    assert (moved.done, moved.settings.location.root) == (True, world.folder / "new place")
    assert world.files == {user: f"[global]\ncache-dir = {world.folder}/new place\n\n"}
    back = fulfil(world, "default")
    assert (back.done, back.settings.location.said_by) == (True, DEFAULT)


@pytest.mark.parametrize("pip", PIPS[1:])
def test_the_level_and_section_of_what_says_it_are_changed(pip: str, make: Make) -> None:
    world = make(pip)
    world.say("site", "[install]\nno-cache-dir = 1\ncache-dir = {}/here\ntimeout = 3\n")
    assert plan_change(world.settings, "on", environ=world.environ).steps == (
        ("config", "--site", "unset", "install.no-cache-dir"),
    )
    assert fulfil(world, "on").done
    moved = fulfil(world, "move", str(world.folder / "there"))
    assert moved.done
    assert world.files == {"venv/pip.conf": f"[install]\ncache-dir = {world.folder}/there\ntimeout = 3\n\n"}
    assert fulfil(world, "default").done
    assert world.files == {"venv/pip.conf": "[install]\ntimeout = 3\n\n"}


@pytest.mark.parametrize("pip", PIPS[1:])
def test_all_that_says_off_is_taken_back(pip: str, make: Make) -> None:
    world = make(pip)
    world.say("user", "[global]\nno-cache-dir = off\n[install]\nno-cache-dir = yes\n")
    world.say("site", "[global]\nno-cache-dir = 1\n")
    effect = fulfil(world, "on")
    assert (effect.done, effect.settings.location.enabled) == (True, True)
    assert not any("no-cache-dir" in text for text in world.files.values())


def test_the_machines_file_is_changed_where_pip_can(make: Make) -> None:
    world = make("26.3")
    world.say("global", "[global]\nno-cache-dir = 1\n")
    assert fulfil(world, "on").done
    assert world.files == {"machine/pip/pip.conf": ""}


@pytest.mark.parametrize("place", ["global", "legacy"])
def test_where_an_older_pip_does_not_reach_it_is_said(place: str, make: Make) -> None:
    world = make("25.0.1")
    path = world.say(place, "[global]\nno-cache-dir = 1\n")
    change = plan_change(world.settings, "on", environ=world.environ)
    assert change.steps == ()
    assert change.obstacles == (
        f"{path}:2 [global] no-cache-dir = 1 cannot be changed by `pip config`: remove it by hand.",
    )


def test_a_variable_is_told_with_how_to_unset_it(make: Make) -> None:
    world = make("26.3")
    world.environ |= {"PIP_NO_CACHE_DIR": "off", "PIP_CACHE_DIR": "/x"}
    on = plan_change(world.settings, "on", environ=world.environ)
    assert (on.steps, on.obstacles) == (
        (),
        (
            "PIP_NO_CACHE_DIR=off is a variable, which pip cannot change: run `unset PIP_NO_CACHE_DIR` in your shell, "
            "and remove it from where it is set, such as ~/.profile.",
        ),
    )
    moved = plan_change(world.settings, "move", str(world.folder / "y"), world.environ)
    assert moved.steps == ()
    assert moved.obstacles[0].startswith(
        "PIP_CACHE_DIR=/x is a variable, which overrides every file: run `unset PIP_CACHE"
    )


def test_that_something_stronger_says_otherwise_is_told(make: Make) -> None:
    world = make("26.3")
    world.say("user", "[global]\nno-cache-dir = 1\n")
    world.environ["PIP_NO_CACHE_DIR"] = "1"
    change = plan_change(world.settings, "on", environ=world.environ)
    assert (len(change.steps), len(change.obstacles)) == (1, 1)
    effect = fulfil(world, "on")
    assert (effect.done, effect.settings.location.enabled) == (False, False)
    assert effect.message == "pip ran without an error, but PIP_NO_CACHE_DIR=1 overrides it."
    assert world.files == {"home/.config/pip/pip.conf": ""}


def test_that_another_command_has_its_own_place_does_not_deceive(make: Make) -> None:
    world = make("25.0.1")
    world.say("user", "[cache]\ncache-dir = {}/other\n")
    moved = fulfil(world, "move", str(world.folder / "there"))
    assert (moved.done, moved.settings.location.root) == (True, world.folder / "there")
    assert moved.message.endswith(f"answers {world.folder / 'other'}.")


def test_what_pip_cannot_find_is_told_with_where_it_stands(make: Make) -> None:
    world = make("25.0.1")
    path = world.say("user", "[global]\nno_cache_dir = 1\n")
    effect = fulfil(world, "on")
    assert not effect.done
    assert effect.message.startswith("pip failed: ")
    assert effect.message.endswith(f"You can change it by hand in {path}:2.")


def test_comments_that_would_be_lost_are_told(make: Make) -> None:
    world = make("26.3")
    path = world.say("user", "[global]\n# slow here\ntimeout = 9\n")
    change = plan_change(world.settings, "off", environ=world.environ)
    assert change.notes == (f"pip rewrites {path}, and the comments in it will be lost.",)


@pytest.mark.parametrize(
    ("pip", "variables", "text", "obstacle"),
    [
        (None, {}, "", "has no pip that could change its settings."),
        ("9.0.3", {}, "", "pip 9.0.3 has no `pip config`: change its settings by hand."),
        ("26.3", {"PIP_CONFIG_FILE": os.devnull}, "", f"PIP_CONFIG_FILE={os.devnull} replaces your own"),
        ("26.3", {}, "rubbish\n", "pip refuses to run because of"),
        ("26.3", {"PIP_NO_CACHE_DIR": "maybe"}, "", "pip refuses to run because of PIP_NO_CACHE_DIR=maybe"),
    ],
)
@pytest.mark.parametrize("wish", ["on", "off", "move", "default"])
def test_where_nothing_can_be_changed_it_is_said_why(
    wish: RequestedChange, pip: str | None, variables: dict[str, str], text: str, obstacle: str, tmp_path: Path
) -> None:
    world = World(tmp_path / "w")
    world.interpreter = replace(world.interpreter, pip=pip)
    world.environ |= variables
    if text:
        world.say("user", text)
    change = plan_change(world.settings, wish, "/x", world.environ)
    assert (change.steps, change.commands) == ((), ())
    assert obstacle in change.obstacles[0]


def test_a_python_that_cannot_be_run_isolated_is_not_run(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    world.interpreter = replace(world.interpreter, version="2.7.18", pip="19.2.3")
    change = plan_change(world.settings, "off", environ=world.environ)
    assert change.steps == ()
    assert change.obstacles == (
        "Python 2.7.18 cannot be run in isolation, so cachetui does not run it. Run "
        f"`{world.prefix}/bin/python -m pip config --user set global.no-cache-dir true` yourself.",
    )


def test_a_folder_that_will_not_do_is_refused_and_nothing_that_was_not_said_is_taken_back(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    world.interpreter = replace(world.interpreter, pip="26.3")
    with pytest.raises(DestinationError, match="Type a folder"):
        plan_change(world.settings, "move", "", world.environ)
    with pytest.raises(DestinationError, match="is inside the present cache"):
        plan_change(world.settings, "move", "~/.cache/pip/http-v2", world.environ)
    assert plan_change(world.settings, "move", "~/x", world.environ).root == world.home / "x"
    assert plan_change(world.settings, "default", environ=world.environ).obstacles == (
        "cache-dir is not set, so there is nothing to undo.",
    )


def test_that_something_cached_stays_is_told_where_something_is_cached(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    world.interpreter = replace(world.interpreter, pip="26.3")

    def notes() -> tuple[str, ...]:
        return plan_change(world.settings, "move", str(tmp_path / "x"), world.environ).notes

    only = "Only the setting changes: nothing is moved or removed."
    assert notes() == (only,)
    folder = world.home / ".cache/pip/http-v2/a"
    folder.mkdir(parents=True)
    assert notes() == (only,)
    (folder / "a").touch()
    assert notes() == (
        f"{only} Cached files stay in {world.home}/.cache/pip; pip will not look there, and downloads again.",
    )


@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_file_of_somebody_else_is_told_with_the_command(tmp_path: Path) -> None:
    world = World(tmp_path / "w")
    world.interpreter = replace(world.interpreter, pip="26.3")
    path = world.say("global", "[global]\nno-cache-dir = 1\n")
    path.chmod(0o400)
    change = plan_change(world.settings, "on", environ=world.environ)
    assert change.steps == ()
    assert change.obstacles[0].startswith(f"{path} is not yours to write. Its owner can run `")


def test_a_pip_that_hangs_is_stopped(make: Make) -> None:
    world = make("26.3")
    script = world.folder / "hanging"
    script.write_text("#!/bin/sh\nsleep 600\n")
    script.chmod(0o755)
    world.interpreter = replace(world.interpreter, python=replace(world.interpreter.python, executable=script))
    change = plan_change(world.settings, "off", environ=world.environ)
    effect = apply(change, world.environ, cwd=world.cwd, timeout=0.2)
    assert (effect.done, effect.message) == (False, "pip did not answer within 0.2 s and was stopped.")
