from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cachetui.interpreters.info import InterpreterInfo
from cachetui.pip.config.location import Location
from cachetui.pip_settings.change import Change
from cachetui.pip_settings.effective import PipSettings
from cachetui.ui.browse.details import Details
from cachetui.ui.dialogs.confirm import Question
from cachetui.ui.settings import worker
from cachetui.ui.settings.dialogs import Confirm, Folder, FolderBox
from cachetui.ui.settings.layout import Told
from cachetui.ui.settings.search import Finished, Found, Search, used_by
from cachetui.ui.settings.worker import Proposed, Refused
from tests.pip_settings.world import World
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


def many(number: int) -> list[PipSettings]:
    first = pythons()[0]
    return [
        replace(first, portrait=portrait(f"/opt/{index:02}/bin/python", "3.12.4", "26.3")) for index in range(number)
    ]


@posix
@pytest.mark.parametrize(
    ("size", "first", "last"),
    [((60, 16), "1 to 5 of 70 Pythons", "66 to 70 of 70"), ((200, 60), "1 to 53 of 70 Pythons", "18 to 70 of 70")],
)
async def test_what_does_not_fit_scrolls_and_is_counted(size: tuple[int, int], first: str, last: str) -> None:
    app = knowing()
    async with app.run_test(size=size) as pilot:
        app.settings_view.show(many(70), "done")
        await pilot.press("5")
        await pilot.pause()
        assert first in app.text
        assert "/opt/00/bin" in app.text
        await pilot.press("G")
        await pilot.pause()
        assert last in app.text
        assert "▌ /opt/69/bin/python" in app.text
        await pilot.press("g", "j")
        await pilot.pause()
        assert "▌ /opt/01/bin/python" in app.text
        app.settings_view.show(many(4), "done")
        await pilot.pause()
        assert " 4 Pythons" in app.text


@posix
async def test_what_is_known_before_the_view_is_there_is_shown_then() -> None:
    app = knowing()
    app.settings_view.show(pythons(), "done")
    app.settings_view.tell(pythons()[0], Told(True, "It is so."))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("5")
        await pilot.pause()
        assert "5 Pythons" in app.text
        assert "It is so." in app.text


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


def change() -> Change:
    return Change(pythons()[0], "off", None, (("config", "--user", "set", "global.no-cache-dir", "true"),))


@posix
async def test_only_one_change_is_asked_about_and_never_over_another_dialog() -> None:
    app = knowing()
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot)
        await pilot.press("5")
        app.post_message(Proposed(change()))
        app.post_message(Proposed(change()))
        await pilot.pause()
        assert [type(screen) for screen in app.screen_stack[1:]] == [Confirm]
        await pilot.press("n", "1", "space", "q")
        await pilot.pause()
        app.post_message(Proposed(change()))
        app.post_message(Refused(pythons()[0], "~/x", "It will not do."))
        await pilot.pause()
        assert [type(screen) for screen in app.screen_stack[1:]] == [Question]


@posix
async def test_a_change_is_not_begun_while_another_is_made() -> None:
    app = knowing()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await find(app, pilot)
        app.post_message(Proposed(change()))
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        app._changing = True
        await pilot.press("y")
        await pilot.pause()
        assert [one.message for one in app._notifications] == ["A pip is changing its settings: wait for it."]


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
async def test_a_folder_that_will_not_do_is_asked_for_again_with_the_reason(tmp_path: Path) -> None:
    app = knowing()
    app.environ = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path)}
    async with app.run_test(size=(96, 30)) as pilot:
        await find(app, pilot)
        await pilot.press("5", "t")
        await until(pilot, lambda: isinstance(app.screen, Folder))
        assert f"~standsfor{tmp_path}." in "".join(app.text.split())  # wrapped anywhere
        app.screen.query_one(FolderBox).value = "~nobody-at-all"
        await pilot.press("enter")
        await until(pilot, lambda: "there is no user called nobody-at-all." in app.text)
        assert "Folder ~nobody-at-all" in app.text
        app.screen.query_one(FolderBox).value = "~/new"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert f"config--usersetglobal.cache-dir{tmp_path}/new" in "".join(app.text.split())
        assert not (tmp_path / "new").exists()


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
async def test_a_cache_is_switched_off_and_moved_by_its_own_pip_which_could_put_it_back(tmp_path: Path) -> None:
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
        app.screen.query_one(FolderBox).value = str(tmp_path / "new")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: app.known[0].location.root == tmp_path / "new")
        await until(pilot, lambda: not app._changing)
        await pilot.press("t", "enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert "config --user unset global.cache-dir" in " ".join(app.text.split())


@posix
async def test_all_that_is_found_is_posted_and_a_search_that_is_stopped_posts_nothing_more() -> None:
    posted: list[object] = []
    working = [one.portrait for one in pythons()]
    search = Search(lambda stop: iter(working), posted.append, {"HOME": "/home/user"})
    search._thread.join(60)
    assert [type(one) for one in posted] == [Found] * 5 + [Finished]
    finished = posted[-1]
    assert isinstance(finished, Finished)
    assert (len(finished.portraits), len(finished.tags), len(finished.doubts)) == (4, 5, 2)
    assert not search.running

    known = threading.Event()

    def stopping(stop: Callable[[], bool]) -> Iterator[InterpreterInfo]:
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
async def test_they_are_looked_for_only_once_the_cache_has_been_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SETTLED", 0.01)
    asked: list[bool] = []

    def finding(stop: Callable[[], bool]) -> Iterator[InterpreterInfo]:
        asked.append(app.inventory is not None)
        yield from [one.portrait for one in pythons()]

    app = Still(everyday(), location=Location(PLACE, "--cache-dir", True, True))
    app.finding = finding
    async with app.run_test(size=(100, 30)) as pilot:
        assert asked == []
        await until(pilot, lambda: len(app.known) == 5)
        assert asked == [True]
