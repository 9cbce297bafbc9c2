from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cachetui.insight.settings.change import Change
from cachetui.interpreters.portrait import Portrait
from cachetui.pip.location import Location
from cachetui.ui.details import Details
from cachetui.ui.pythons import Finished, Found, Search, used_by
from cachetui.ui.settings_dialogs import Confirm, Folder
from cachetui.ui.settler import Proposed
from tests.insight.settings.world import World
from tests.ui.cache import everyday, inventory
from tests.ui.pythons import portrait, pythons
from tests.ui.screens import PLACE, Still, check

posix = pytest.mark.skipif(sys.platform == "win32", reason="made of links and of POSIX paths")


@pytest.fixture(autouse=True)
def user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the made-up home be the one that `~` stands for."""
    monkeypatch.setenv("HOME", "/home/user")
    monkeypatch.setenv("USERPROFILE", "/home/user")


def knowing(*, read_only: bool = False) -> Still:
    return Still(everyday(), read_only=read_only)


async def find(app: Still, pilot: Pilot[None]) -> None:
    """Have the made-up Pythons found."""
    for one in pythons():
        app.post_message(Found(one))
    working = tuple([one.portrait for one in pythons() if one.portrait.trouble is None])
    app.post_message(Finished(working, tuple([portrait.wheel_tags() for portrait in working])))
    await pilot.pause()


@posix
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36), (200, 60)])
async def test_the_view(size: tuple[int, int]) -> None:
    app = knowing()
    async with app.run_test(size=size) as pilot:
        await find(app, pilot)
        await pilot.press("5", "j", "j")
        await pilot.pause()
        check(f"settings-{size[0]}x{size[1]}", app.text)


@posix
@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_the_command_is_shown_before_it_is_run_and_no_has_the_focus(size: tuple[int, int]) -> None:
    app = knowing()
    async with app.run_test(size=size) as pilot:
        await find(app, pilot)
        await pilot.press("5")
        app.post_message(
            Proposed(
                Change(
                    pythons()[0],
                    "off",
                    None,
                    (("config", "--user", "set", "global.no-cache-dir", "true"),),
                    ("Something is in the way.",),
                    ("These are your own settings: they count for every pip that you run, not this one alone.",),
                )
            )
        )
        await pilot.pause()
        assert app.focused is not None
        assert app.focused.id == "no"
        check(f"settings-confirm-{size[0]}x{size[1]}", app.text)
        await pilot.press("enter")
        assert len(app.screen_stack) == 1


@posix
async def test_before_they_are_found_it_says_so() -> None:
    app = knowing()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5")
        await pilot.pause()
        assert "Pythons are looked for once the cache has been read" in app.text
        await pilot.press("o", "t")
        assert len(app.screen_stack) == 1
        await pilot.press("1")
        await pilot.pause()
        assert "filter: torch" in app.text


@posix
async def test_read_only_changes_no_settings() -> None:
    app = knowing(read_only=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot)
        await pilot.press("5", "o", "t")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        told = {one.message for one in app._notifications}
        assert told == {"Read-only: no settings are changed here. Start cachetui without --read-only to change them."}


@posix
async def test_what_does_not_work_can_neither_be_switched_nor_moved() -> None:
    app = knowing()
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot)
        await pilot.press("5", "G", "o", "t")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert "o on/off" not in app.text


@posix
async def test_the_details_say_who_can_use_a_wheel() -> None:
    app = knowing()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("l", "j", "l", "j")
        assert "usable" not in app.text
        await find(app, pilot)
        assert "usable      yes, CPython 3.11 (python3)" in app.text
        assert len(app.query_one(Details).pythons) == 4


def test_who_can_use_a_wheel() -> None:
    known = [one.portrait for one in pythons()]
    assert used_by(known, "cp312-cp312-linux_x86_64") == "yes, CPython 3.12 (python)"
    two = [known[1], portrait("/opt/b/bin/python3", "3.11.9", "24.0", tag="cp311")]
    assert used_by(two, "cp311-cp311-linux_x86_64") == "yes, CPython 3.11 (python3) and 1 more"
    assert used_by(two, "cp38-cp38-linux_x86_64") == "no, built for CPython 3.8"
    assert used_by([known[4]], "cp38-cp38-linux_x86_64") is None


class Living(Still):
    """The app with a real pip, whose cache it shows, and the variables that this one sees."""

    def __init__(self, world: World) -> None:
        super().__init__(inventory([]), location=Location(world.home / ".cache/pip", "", False, True))
        self.environ = world.environ
        self.finding = lambda stop: iter([world.portrait])


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait until something is so, for as long as the test may take."""
    async with asyncio.timeout(120):
        while not true():
            await pilot.pause(0.02)


@posix
async def test_a_cache_is_switched_off_moved_and_put_back_by_its_own_pip(tmp_path: Path) -> None:
    world = World(tmp_path / "w", "26.3")
    app = Living(world)
    async with app.run_test(size=(100, 30)) as pilot:
        app._find_pythons()
        await until(pilot, lambda: "1 Python" in app.text or app.settings_view._state == "done")
        await pilot.press("5", "o")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert world.files == {}
        await pilot.press("y")
        await until(pilot, lambda: "Done: the cache of pip 26.3 is off" in app.text)
        assert world.files == {"home/.config/pip/pip.conf": "[global]\nno-cache-dir = true\n\n"}
        assert " off " in app.text
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("n")
        assert app.known[0].location.enabled is False
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, Folder))
        await pilot.press(*str(tmp_path / "new"), "enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: app.known[0].location.root == tmp_path / "new")
        await until(pilot, lambda: not app._changing)
        await pilot.press("t", "enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: app.known[0].location.root != tmp_path / "new")
        assert "cache-dir = " + str(tmp_path) not in world.path("user").read_text()


@posix
async def test_all_that_is_found_is_posted_and_a_search_that_is_stopped_posts_nothing_more() -> None:
    posted: list[object] = []
    working = [one.portrait for one in pythons()]
    search = Search(lambda stop: iter(working), posted.append, {"HOME": "/home/user"})
    search._thread.join(60)
    assert [type(one) for one in posted] == [Found] * 5 + [Finished]
    finished = posted[-1]
    assert isinstance(finished, Finished)
    assert (len(finished.portraits), len(finished.tags)) == (4, 3)
    assert not search.running

    known = threading.Event()

    def stopping(stop: Callable[[], bool]) -> Iterator[Portrait]:
        yield working[0]
        known.wait(60)
        stopped.stop()
        yield working[1]

    posted.clear()
    stopped = Search(stopping, posted.append, {"HOME": "/home/user"})
    known.set()
    stopped._thread.join(60)
    assert [type(one) for one in posted] == [Found]


@posix
async def test_they_are_looked_for_only_once_the_cache_has_been_read() -> None:
    asked: list[bool] = []

    def finding(stop: Callable[[], bool]) -> Iterator[Portrait]:
        asked.append(app.inventory is not None)
        yield from [one.portrait for one in pythons()]

    app = Still(everyday(), location=Location(PLACE, "--cache-dir", True, True))
    app.finding = finding
    async with app.run_test(size=(100, 30)) as pilot:
        assert asked == []
        await until(pilot, lambda: len(app.known) == 5)
        assert asked == [True]
