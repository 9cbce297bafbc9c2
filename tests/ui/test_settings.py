from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.message import Message
from textual.pilot import Pilot

from cachetui.errors import CachetuiError
from cachetui.interpreters.info import InterpreterInfo
from cachetui.pip.config.location import Location
from cachetui.pip_settings.apply import Effect
from cachetui.pip_settings.change import RequestedChange, SettingsChange
from cachetui.pip_settings.effective import PipSettings
from cachetui.ui import main_screen
from cachetui.ui.activity import Activity
from cachetui.ui.browse.details import Details
from cachetui.ui.dialogs.confirm import ConfirmQuestion
from cachetui.ui.operations.pythons import PythonFound, PythonSearch, SearchFinished
from cachetui.ui.settings.dialogs import Confirm, FolderBox, FolderDialog
from tests.pip_settings.world import World
from tests.ui.cache import everyday, inventory
from tests.ui.pythons import interpreter, pythons
from tests.ui.screens import PLACE, Stage, Still, StillServices, check, click, settled, until

posix = pytest.mark.skipif(sys.platform == "win32", reason="made of links and of POSIX paths")
WAIT = "pip is still saving its settings: wait a moment."


@pytest.fixture(autouse=True)
def user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `~` stand for the made-up home."""
    monkeypatch.setenv("HOME", "/home/user")
    monkeypatch.setenv("USERPROFILE", "/home/user")


def knowing(*, read_only: bool = False) -> Still:
    return Still(everyday(), read_only=read_only, find_pythons_here=True)


async def find(app: Still, pilot: Pilot[None], found: tuple[PipSettings, ...] | None = None) -> None:
    """Run a search that finds Pythons, by default the made-up ones."""
    app.stage.pythons = pythons() if found is None else found
    app.main.search_pythons()
    await until(pilot, lambda: app.main.pythons.state == "done")
    await pilot.pause()


def change() -> SettingsChange:
    return SettingsChange(pythons()[0], "off", None, (("config", "--user", "set", "global.no-cache-dir", "true"),))


class Hold:
    """Holds up a fake service: it has begun, and waits until it may go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def wait(self) -> None:
        """Say that it has begun, and wait."""
        self.begun.set()
        assert self.go_on.wait(60)


def held_change(app: Still, done: bool, message: str) -> Hold:
    """Make the switch propose a change that waits, then ends with this result."""
    hold = Hold()

    def carry_out(change: SettingsChange) -> Effect:
        hold.wait()
        return Effect(done, message, change.settings)

    app.stage.change, app.stage.effect = lambda *_: change(), carry_out
    return hold


async def begin_change(pilot: Pilot[None], hold: Hold) -> None:
    """Agree to that change, in the Settings view, and wait until it is being made."""
    await pilot.press("o")
    await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
    await settled(pilot)
    await pilot.press("y")
    await until(pilot, hold.begun.is_set)


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
    proposed = replace(
        change(),
        obstacles=("Something is in the way.",),
        notes=("These are your own settings: they count for every pip that you run, not this one alone.",),
    )
    app.stage.change = lambda *_: proposed
    async with app.run_test(size=size) as pilot:
        await find(app, pilot)
        await pilot.press("5", "o")
        await settled(pilot)
        assert app.focused is not None
        assert app.focused.id == "no"
        check(f"settings-confirm-{size[0]}x{size[1]}", app.text)
        await pilot.press("enter")
        assert len(app.screen_stack) == 1


def many(number: int) -> tuple[PipSettings, ...]:
    first = pythons()[0]
    names = [f"/opt/{index:02}/bin/python" for index in range(number)]
    return tuple([replace(first, interpreter=interpreter(name, "3.12.4", "26.3")) for name in names])


@posix
@pytest.mark.parametrize(
    ("size", "first", "last"),
    [((60, 16), "1 to 5 of 70 Pythons", "66 to 70 of 70"), ((200, 60), "1 to 53 of 70 Pythons", "18 to 70 of 70")],
)
async def test_what_does_not_fit_scrolls_and_is_counted(size: tuple[int, int], first: str, last: str) -> None:
    app = knowing()
    async with app.run_test(size=size) as pilot:
        await find(app, pilot, many(70))
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
        app.stage.pythons = many(4)
        await pilot.press("r")
        await until(pilot, lambda: len(app.main.pythons.settings) == 4 and app.main.pythons.state == "done")
        await pilot.pause()
        assert " 4 Pythons" in app.text


@posix
async def test_what_is_known_before_the_view_is_shown_is_there_then() -> None:
    app = knowing()
    hold = held_change(app, True, "It is so.")
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot)
        await pilot.press("5")
        await pilot.pause()
        assert "5 Pythons" in app.text
        await begin_change(pilot, hold)
        await pilot.press("1")
        hold.go_on.set()
        await settled(pilot)
        assert "It is so." not in app.text
        await pilot.press("5")
        await pilot.pause()
        assert "It is so." in app.text
        assert not app.told


@posix
async def test_before_they_are_found_it_says_so() -> None:
    app = knowing()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5")
        await pilot.pause()
        assert "The search for Pythons begins once the cache has been read" in app.text
        await pilot.press("o", "t")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        app.main.post_message(PythonFound(pythons()[0]))
        await pilot.pause()
        assert "searching for Pythons, 1 so far" in app.text
        await pilot.press("1")
        await pilot.pause()
        assert "filter: torch" in app.text


@posix
async def test_read_only_changes_no_settings() -> None:
    app = knowing(read_only=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot)
        await pilot.press("5", "o", "t")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert set(app.told) == {
            "Read-only: no settings are changed here. Start cachetui without --read-only to change them."
        }


@posix
async def test_only_one_change_is_asked_about_and_never_over_another_dialog() -> None:
    app, go_on, asked = knowing(), threading.Event(), list[RequestedChange]()

    def plan(python: InterpreterInfo, wish: RequestedChange, root: str | None) -> SettingsChange:
        asked.append(wish)
        assert go_on.wait(60)
        if root is not None:
            raise CachetuiError("It will not do.")
        return change()

    async def plan_another(pilot: Pilot[None], *keys: str) -> None:
        """Press keys that plan a change, and wait until the planning has begun."""
        asked.clear()
        await pilot.press(*keys)
        await until(pilot, lambda: bool(asked))

    def planning() -> bool:
        return any(worker.is_running and worker.node is app.main.settings_view for worker in app.workers)

    app.stage.change = plan
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot)
        await plan_another(pilot, "5", "o")
        await plan_another(pilot, "o")
        go_on.set()
        await settled(pilot)
        assert [type(screen) for screen in app.screen_stack[1:]] == [Confirm]
        await pilot.press("n")
        await until(pilot, lambda: not planning())
        assert len(app.screen_stack) == 1

        go_on.clear()
        await plan_another(pilot, "o")
        await pilot.press("1", "space", "q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmQuestion))
        go_on.set()
        await until(pilot, lambda: not planning())
        assert [type(screen) for screen in app.screen_stack[1:]] == [ConfirmQuestion]
        await pilot.press("escape")

        go_on.clear()
        await pilot.press("5", "t")
        await until(pilot, lambda: isinstance(app.screen, FolderDialog))
        await plan_another(pilot, *"~/x", "enter")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        go_on.set()
        await until(pilot, lambda: not planning())
        assert len(app.screen_stack) == 1


@posix
async def test_a_change_is_not_begun_while_another_is_made_and_that_one_goes_on() -> None:
    app = knowing()
    hold = held_change(app, True, "Done: it is off.")
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await find(app, pilot)
        await pilot.press("5")
        await begin_change(pilot, hold)
        await pilot.pause()
        assert "! pip is changing its settings." in app.text
        for asked, key in enumerate("ot", 1):
            await pilot.press(key)
            await pilot.pause()
            assert app.told == [WAIT] * asked
            assert len(app.screen_stack) == 1
        app.stage.inventory = None  # another scan would go on
        await pilot.press("r")
        assert app.main.pythons.state == "done"
        assert not app.main.is_doing(Activity.SCANNING)
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmQuestion))
        assert "A pip is changing its settings. It will finish first." in app.text
        await pilot.press("n")
        await pilot.pause()
        hold.go_on.set()
        await settled(pilot)
        assert "✓ Done: it is off." in app.text
        await pilot.press("q")
        await pilot.pause()
        assert app.return_code == 0


@posix
async def test_a_change_that_failed_is_told() -> None:
    app = knowing()
    hold = held_change(app, False, "pip failed.")
    hold.go_on.set()
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot)
        await pilot.press("5")
        await begin_change(pilot, hold)
        await settled(pilot)
        assert "! pip failed." in app.text
        assert app.told == ["pip failed."]


@posix
async def test_pythons_that_are_found_during_a_change_stay() -> None:
    app, search = knowing(), Hold()
    hold = held_change(app, True, "Done: it is off.")
    first, second = pythons()[:2]
    now = replace(first, location=replace(first.location, enabled=False))

    def finding(stop: Callable[[], bool]) -> Iterator[InterpreterInfo]:
        yield first.interpreter
        search.wait()
        yield second.interpreter

    app.stage.pythons, app.stage.search = (first, second), finding
    async with app.run_test(size=(100, 30)) as pilot:
        app.main.search_pythons()
        await until(pilot, lambda: app.main.pythons.settings == (first,))
        await pilot.press("5")
        await begin_change(pilot, hold)
        search.go_on.set()
        await until(pilot, lambda: app.main.pythons.state == "done")
        app.stage.pythons = now, second
        hold.go_on.set()
        await settled(pilot)
        assert app.main.pythons.settings == (now, second)
        assert app.main.pythons.state == "done"


@posix
async def test_what_does_not_work_can_neither_be_switched_nor_moved() -> None:
    app = knowing()
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot)
        await pilot.press("5", "G", "o", "t")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert "o on/off" not in app.text


@posix
async def test_a_folder_that_will_not_do_is_asked_for_again_with_the_reason(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path)}
    app = Still(everyday(), find_pythons_here=True, environ=environ)
    async with app.run_test(size=(96, 30)) as pilot:
        await find(app, pilot)
        await pilot.press("5", "t")
        await until(pilot, lambda: isinstance(app.screen, FolderDialog))
        await pilot.pause()
        assert f"~standsfor{tmp_path}." in "".join(app.text.split())  # wrapped anywhere
        app.screen.query_one(FolderBox).value = "~nobody-at-all"
        await pilot.press("enter")
        await until(pilot, lambda: "there is no user named nobody-at-all." in app.text)
        assert "Folder ▏~nobody-at-all" in app.text
        app.screen.query_one(FolderBox).value = "~/new"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.pause()
        assert f"config--usersetglobal.cache-dir{tmp_path}/new" in "".join(app.text.split())
        assert not (tmp_path / "new").exists()
        await settled(pilot)
        await click(pilot, "Esc no")
        await until(pilot, lambda: isinstance(app.screen, FolderDialog))
        await pilot.pause()
        assert "Folder ▏~/new" in app.text
        await click(pilot, "Enter continue")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await settled(pilot)
        await pilot.press("n", "escape")
        assert len(app.screen_stack) == 1


@posix
async def test_the_details_say_who_can_use_a_wheel() -> None:
    app = knowing()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("l", "j", "j", "l", "j")
        assert "usable      …" in app.text
        await find(app, pilot)
        assert "usable      yes, CPython 3.11 (python3)" in app.text
        assert len(app.query_one(Details).pythons or ()) == 4


@posix
async def test_a_cache_is_switched_off_and_moved_by_its_own_pip_which_could_put_it_back(tmp_path: Path) -> None:
    world = World(tmp_path / "w", "26.3")
    location = Location(world.home / ".cache/pip", "", False, True)
    app = Still(inventory([]), location=location, find_pythons_here=True, environ=world.environ)
    app.stage.search = lambda stop: iter([world.interpreter])
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot, ())
        await pilot.press("5", "o")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert world.files == {}
        await settled(pilot)
        await pilot.press("down", "y")
        await until(pilot, lambda: "Done: the cache of pip 26.3 is off" in app.text)
        assert world.files == {"home/.config/pip/pip.conf": "[global]\nno-cache-dir = true\n\n"}
        assert " off " in app.text
        assert "Changed in 1 Python: " in " ".join(app.text.split())
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await settled(pilot)
        assert "Turn pip's cache on " in app.text
        await pilot.press("n")
        assert app.main.pythons.settings[0].location.enabled is False
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, FolderDialog))
        app.screen.query_one(FolderBox).value = str(tmp_path / "new")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await settled(pilot)
        await pilot.press("y")
        await settled(pilot)
        assert app.main.pythons.settings[0].location.root == tmp_path / "new"
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, FolderDialog))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await settled(pilot)
        assert "config --site unset global.cache-dir" in " ".join(app.text.split())


@posix
async def test_a_cache_is_turned_off_for_one_environment(tmp_path: Path) -> None:
    world = World(tmp_path / "w", "26.3")
    app = Still(inventory([]), find_pythons_here=True, environ=world.environ)
    app.stage.search = lambda stop: iter([world.interpreter])
    async with app.run_test(size=(100, 30)) as pilot:
        await find(app, pilot, ())
        await pilot.press("5", "o")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await settled(pilot)
        assert "Turn pip's cache off in this environment only?" in app.text  # what reaches least comes first
        assert "no other pip reads it" in app.text
        assert f"writes {world.folder / 'home/.config/pip/pip.conf'}"[-40:] in app.text
        await pilot.press("down")
        assert "Turn pip's cache off for you, in every Python?" in app.text
        assert "each pip that you run reads it" in app.text
        await pilot.press("up")
        assert "in this environment only?" in app.text
        await pilot.press("down")
        await click(pilot, "this environment only")
        await pilot.pause()
        assert "config --site set global.no-cache-dir true" in " ".join(app.text.split())
        await pilot.press("y")
        await until(pilot, lambda: "Done: the cache of pip 26.3 is off" in app.text)
        assert [*world.files] == ["venv/pip.conf"]


def run_search(begin: Callable[[StillServices], object], found: Callable[[], Iterator[InterpreterInfo]]) -> None:
    """Begin a search that finds something, and wait until its thread has ended."""
    stage, begun, threads = Stage(None), threading.Event(), list[threading.Thread]()

    def finding(stop: Callable[[], bool]) -> Iterator[InterpreterInfo]:
        threads.append(threading.current_thread())
        begun.set()
        yield from found()

    stage.search = finding
    begin(StillServices(Location(PLACE, "", False, True), environ={"HOME": "/home/user"}, stage=stage))
    assert begun.wait(60)
    threads[0].join(60)
    assert not threads[0].is_alive()


@posix
def test_all_that_is_found_is_posted() -> None:
    posted = list[Message]()
    run_search(
        lambda services: PythonSearch(services, posted.append), lambda: iter([one.interpreter for one in pythons()])
    )
    assert [type(one) for one in posted] == [PythonFound] * 5 + [SearchFinished]
    finished = posted[-1]
    assert isinstance(finished, SearchFinished)
    assert len(finished.working) == 4
    assert (len(finished.supported.tags), len(finished.supported.notes)) == (5, 2)


@posix
def test_a_search_that_is_stopped_posts_nothing_more() -> None:
    posted, searches, known = list[Message](), list[PythonSearch](), threading.Event()

    def begin(services: StillServices) -> None:
        searches.append(PythonSearch(services, posted.append))
        known.set()

    def found() -> Iterator[InterpreterInfo]:
        yield pythons()[0].interpreter
        assert known.wait(60)
        searches[0].stop()
        yield pythons()[1].interpreter

    run_search(begin, found)
    assert [type(one) for one in posted] == [PythonFound]


@posix
async def test_they_are_looked_for_only_once_the_cache_has_been_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_screen, "SETTLED", 0.01)
    asked = list[bool]()
    app = Still(None, find_pythons_here=True)

    def finding(stop: Callable[[], bool]) -> Iterator[InterpreterInfo]:
        asked.append(app.main.inventory is not None)
        yield from [one.interpreter for one in pythons()]

    app.stage.search = finding
    async with app.run_test(size=(100, 30)) as pilot:
        assert (asked, app.main.pythons.state) == ([], "waiting")
        app.stage.inventory = everyday()
        await until(pilot, lambda: len(app.main.pythons.settings) == 5)
        assert asked == [True]
