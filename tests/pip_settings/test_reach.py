from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.pip_settings.apply import apply
from cachetui.pip_settings.change import RequestedChange, SettingsChange, plan_change
from cachetui.pip_settings.effective import PipSettings, settings_of
from cachetui.pip_settings.reach import affected, changed
from tests.pip_settings.world import World

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="made of links and of POSIX paths")

OFF = "[global]\nno-cache-dir = 1\n"


def neighbours(world: World) -> tuple[PipSettings, ...]:
    """Return the present settings of a world's Python, and of two others of the same user."""
    prefixes = (world.prefix, world.folder / "second", world.folder / "third")
    return tuple([of(world, prefix) for prefix in prefixes])


def of(world: World, prefix: Path) -> PipSettings:
    python = replace(world.interpreter.python, executable=prefix / "bin/python", prefix=prefix)
    interpreter = replace(world.interpreter, python=python, prefix=prefix)
    return settings_of(interpreter, world.environ, cwd=world.cwd, etc=str(world.folder / "etc"))


def plan(world: World, wish: RequestedChange, root: str | None = None) -> SettingsChange:
    return plan_change(world.settings, wish, root, world.environ)


@pytest.mark.parametrize(
    ("files", "wish", "predicted"),
    [
        ({}, "off", (0, 1, 2)),
        ({"second/pip.conf": OFF}, "off", (0, 2)),
        ({"home/.config/pip/pip.conf": OFF}, "on", (0, 1, 2)),
        ({"home/.config/pip/pip.conf": OFF, "third/pip.conf": OFF}, "on", (0, 1)),
        ({"venv/pip.conf": OFF}, "on", (0,)),
        ({"third/pip.conf": "[install]\ncache-dir = /srv/pip\n"}, "move", (0, 1)),
        ({"home/.config/pip/pip.conf": "[global]\ncache-dir = /srv/pip\n"}, "default", (0, 1, 2)),
    ],
)
def test_the_pythons_that_a_change_affects_are_known_before(
    files: dict[str, str], wish: RequestedChange, predicted: tuple[int, ...], tmp_path: Path
) -> None:
    world = World(tmp_path / "w", "26.3")
    for name, text in files.items():
        path = world.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    before = neighbours(world)
    change = plan(world, wish, str(tmp_path / "new") if wish == "move" else None)
    expected = [before[index].interpreter.python.executable for index in predicted]
    assert [one.interpreter.python.executable for one in affected(change, before)] == expected
    assert apply(change, world.environ, cwd=world.cwd, timeout=120, etc=str(world.folder / "etc")).done
    assert [one.interpreter.python.executable for one in changed(before, neighbours(world))] == expected


@pytest.mark.parametrize("wish", ["off", "move"])
def test_an_environment_alone_can_be_changed(wish: RequestedChange, tmp_path: Path) -> None:
    world = World(tmp_path / "w", "26.3")
    before = neighbours(world)
    only = plan(world, wish, str(tmp_path / "new") if wish == "move" else None).alternative
    assert only is not None
    assert (only.level, only.file) == ("site", str(world.prefix / "pip.conf"))
    assert affected(only, before) == before[:1]
    assert apply(only, world.environ, cwd=world.cwd, timeout=120, etc=str(world.folder / "etc")).done
    assert [*world.files] == ["venv/pip.conf"]
    assert [one.interpreter.python.executable for one in changed(before, neighbours(world))] == [
        world.prefix / "bin/python"
    ]
    again = plan(world, "on" if wish == "off" else "default")
    assert (again.level, again.alternative) == ("site", None)
    assert affected(again, neighbours(world)) == neighbours(world)[:1]


def test_no_scope_is_offered_that_would_have_no_effect(tmp_path: Path) -> None:
    world = World(tmp_path / "w", "26.3")
    world.environ["PIP_CACHE_DIR"] = "/srv/pip"
    moved = plan(world, "move", str(tmp_path / "new"))
    assert (moved.steps, moved.alternative) == ((), None)
    assert plan(world, "off").alternative is not None
    old = replace(world.settings, interpreter=replace(world.interpreter, pip="18.1"))
    assert plan_change(old, "off", environ=world.environ).alternative is None
