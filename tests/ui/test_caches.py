"""Other caches than pip's in the browser: found, opened in place of the open one, and named."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from weakref import ref

import pytest
from textual.pilot import Pilot

from cachetui.caches.registry import source_of
from cachetui.demo import demo_cache
from cachetui.demo.writer import CacheWriter
from cachetui.pip.config.location import Location
from cachetui.preferences.model import Preferences
from cachetui.services.services import Services
from cachetui.text.format import home_short
from cachetui.ui.activity import Activity
from cachetui.ui.cache_notices import notice_sentences
from cachetui.ui.operations import scan
from cachetui.ui.operations.memory import LATEST, delay_collections
from cachetui.ui.palette import commands_of
from cachetui.ui.widgets.footer import footer_keys
from tests.inventories import write
from tests.ui.cache import NOW, everyday
from tests.ui.screens import Recorded, Still, settled, text_of, until

SIZE = (120, 36)
ALSO = "Also on this machine:"
"""Start of Audit's line about other caches."""


def location(id_: str, cache_dir: Path | None = None) -> Location:
    return source_of(id_).locate(str(cache_dir) if cache_dir else None, python=None, environ=os.environ)


def write_cache(root: Path, *projects: str) -> None:
    """Write a cache with one wheel of each project, built a while ago."""
    writer = CacheWriter(root)
    for project in projects:
        address = f"https://files.example/{project}-1.0.tar.gz"
        writer.built(address, None, f"{project}-1.0-py3-none-any.whl", b"w" * 9000, NOW - 10**15)


@pytest.fixture(autouse=True)
def both() -> None:
    """Write a cache of pip and one of pipenv where they are by default."""
    write_cache(location("pip").root, "six", "attrs")
    write_cache(location("pipenv").root, "flask")
    write(location("pipenv").root, "depcache3.14.json", b"{}")


def app_of(id_: str = "pip", cache_dir: Path | None = None, *, demo: bool = False) -> Recorded:
    """Make an app over a real cache, without a search for Pythons."""
    return Recorded(Services(location(id_, cache_dir), memory=False, demo=demo))


@asynccontextmanager
async def running(app: Recorded, size: tuple[int, int] = SIZE) -> AsyncIterator[Pilot[None]]:
    """Run an app, and begin once it has read its cache."""
    async with app.run_test(size=size) as pilot:
        await read(pilot, app)
        yield pilot


async def read(pilot: Pilot[None], app: Recorded) -> None:
    """Wait until the app has read its cache and shows it."""
    await until(pilot, lambda: app.screen is app.main and app.main.inventory is not None)
    await settled(pilot)


async def go_to(pilot: Pilot[None], app: Recorded, tool: str) -> None:
    """Open another cache by the dialog; it is the only other one."""
    before = app.main
    await pilot.press("O")
    await settled(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: app.main is not before)
    await read(pilot, app)
    assert app.services.tool == tool


def header_of(app: Recorded) -> str:
    return text_of(app).splitlines()[0]


def titles(app: Recorded) -> set[str]:
    return {command.title for command in commands_of(app)}


async def test_a_key_lists_the_caches_here_and_opens_the_chosen_one() -> None:
    app = app_of()
    async with running(app, (80, 24)) as pilot:
        assert "pipenv" not in header_of(app)
        await pilot.press("O")
        await settled(pilot)
        lines = [line.strip("▌ ") for line in text_of(app).splitlines()]
        (pips,) = [line for line in lines if line.startswith("pip ")]
        (pipenvs,) = [line for line in lines if line.startswith("pipenv ")]
        assert pips.split()[1:3] == [home_short(str(location("pip").root)), "open"]
        assert pipenvs.split()[1] == home_short(str(location("pipenv").root))
        assert pipenvs.endswith("kB")
        await pilot.press("enter")
        await until(pilot, lambda: app.services.tool == "pipenv")
        await read(pilot, app)
        assert [project.name for project in app.main.inventory.projects] == ["flask"]  # type: ignore[union-attr]
        assert " pipenv " in header_of(app)
        assert app.focused is app.main.browse.cache_tree


async def test_escape_and_the_dialog_lead_back() -> None:
    app = app_of()
    async with running(app) as pilot:
        await go_to(pilot, app, "pipenv")
        assert "Esc back" in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.services.is_pips)
        await read(pilot, app)
        assert [project.name for project in app.main.inventory.projects] == ["attrs", "six"]  # type: ignore[union-attr]
        await pilot.press("escape")
        await settled(pilot)
        assert app.services.is_pips
        await go_to(pilot, app, "pipenv")
        await go_to(pilot, app, "pip")
        assert not app.main.check_action("back", ())


async def test_a_cache_that_was_named_at_the_start_is_opened_again(tmp_path: Path) -> None:
    write_cache(tmp_path / "named", "idna")
    app = app_of("pip", tmp_path / "named")
    async with running(app) as pilot:
        first = app.services
        (pipenvs,) = [one for one in app.services.other_caches() if one.id == "pipenv"]
        app.main.open_cache(pipenvs)
        await until(pilot, lambda: app.services.tool == "pipenv")
        await read(pilot, app)
        await go_to(pilot, app, "pip")
        assert app.services is first


async def test_marks_are_lost_only_if_the_user_agrees() -> None:
    app = app_of()
    async with running(app) as pilot:
        await pilot.press("space", "O")
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "is marked" in text_of(app))
        assert "Open pipenv's cache?" in text_of(app)
        assert "1 entry is marked, and not removed." in text_of(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.services.is_pips
        assert len(app.main.model.marks) == 1
        await pilot.press("O")
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "is marked" in text_of(app))
        await pilot.press("y")
        await until(pilot, lambda: app.services.tool == "pipenv")
        await read(pilot, app)
        assert not app.main.model.marks


async def test_the_left_cache_is_freed_with_its_screen_and_workers() -> None:
    app = app_of()
    async with running(app) as pilot:
        for view in "2341":
            await pilot.press(view)
            await settled(pilot)
        inventory, screen = ref(app.main.inventory), ref(app.main)
        await go_to(pilot, app, "pipenv")
        await pilot.press("2")
        await settled(pilot)
        gc.collect()
        assert inventory() is None
        assert screen() is None
        assert [node for worker in app.workers if (node := worker.node) and node.screen is not app.main] == []
        assert app.screen_stack == [app.main]


async def test_garbage_is_still_collected_in_pauses_after_another_cache_was_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scan, "delay_collections", delay_collections)
    app, thresholds = app_of(), gc.get_threshold()
    async with running(app) as pilot:
        await go_to(pilot, app, "pipenv")
        assert gc.get_threshold() == (*thresholds[:2], LATEST)
    assert gc.get_threshold() == thresholds


async def test_a_running_scan_is_stopped() -> None:
    app = Still(None)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.main.is_doing(Activity.SCANNING))
        before = app.main
        (worker,) = [worker for worker in before.workers if worker.group == "scan"]
        app.main.open_cache(app.services.other_caches()[-1])
        await until(pilot, lambda: app.main is not before)
        await until(pilot, lambda: app.main.is_doing(Activity.SCANNING))
        assert worker.is_cancelled
        assert not before.is_running


@pytest.mark.parametrize("activity", [Activity.REMOVING, Activity.EXPORTING])
async def test_a_cache_that_is_written_to_or_exported_is_not_left(activity: Activity) -> None:
    app = Still(everyday())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        with app.main.doing(activity):
            await pilot.press("O")
            await settled(pilot)
            assert app.screen is app.main
            assert app.told[-1].endswith("then open another cache.")


async def test_the_palette_opens_each_cache_that_was_found() -> None:
    app = app_of()
    async with running(app) as pilot:
        assert "Open another cache" in titles(app)
        await pilot.press("O")
        await settled(pilot)
        await pilot.press("escape")
        (command,) = [command for command in commands_of(app) if command.title == "Open pipenv"]
        command.run()
        await until(pilot, lambda: app.services.tool == "pipenv")
        await read(pilot, app)
        assert {"Open another cache", "Back to the first cache"} <= titles(app)
        assert not [command for command in commands_of(app) if command.sentence.startswith("Ask why pip")]


async def test_audit_names_the_other_caches() -> None:
    app = app_of()
    async with running(app) as pilot:
        await pilot.press("2")
        await settled(pilot)
        assert ALSO not in text_of(app)
        app.main.others = app.services.other_caches()
        await settled(pilot)
        (line,) = [line for line in text_of(app).splitlines() if ALSO in line]
        assert line.strip().startswith(f"{ALSO} pipenv ")
        assert line.endswith("O opens one")
        app.main.others = tuple([other._replace(is_whole=False) for other in app.main.others])
        await settled(pilot)
        assert f"{ALSO} pipenv more than " in text_of(app)


async def test_the_views_about_pip_say_so_while_another_cache_is_open() -> None:
    app = app_of("pipenv")
    async with running(app, (80, 24)) as pilot:
        assert "why" not in [key.does for key in footer_keys(app.screen, is_marked=False)]
        await pilot.press("w")
        await settled(pilot)
        assert app.main.tab == "browse"
        for key, title in (("4", "Why explains what pip takes"), ("5", "These settings are those of pip")):
            await pilot.press(key)
            await settled(pilot)
            screen = text_of(app)
            assert title in screen
            assert "The cache that is open is pipenv's." in screen
            assert "O   open pip's cache" in screen
            shown = {one.name for one in footer_keys(app.screen, is_marked=False)}
            assert not {"o", "t", "y", "b", "Enter", "Space"} & shown
            await pilot.press("o", "t", "r", "y", "b", "space", "enter", "x")
            await read(pilot, app)
            assert app.told == []
        assert not app.main.check_action("back", ())


async def test_another_programs_cache_is_not_called_pips() -> None:
    app = app_of("pipenv")
    async with running(app) as pilot:
        await pilot.press("G")
        await settled(pilot)
        assert "Not pipenv's" in text_of(app)
        await pilot.press("space", "d")
        await settled(pilot)
        words = "These are not pipenv's files: cachetui counts them and never removes them."
        assert app.told == [words, words]
        assert words in text_of(app)
        await pilot.press("X")
        await settled(pilot)
        assert "pipenv never asks for it again" in text_of(app)
        assert "also wheels that pipenv built here" in text_of(app)


@pytest.mark.parametrize("id_", ["pip", "pipenv"])
async def test_health_advises_for_the_program_whose_cache_is_open(id_: str) -> None:
    app = app_of(id_)
    async with running(app) as pilot:
        await pilot.press("3")
        await settled(pilot)
        assert f"Mark and remove it: {id_} builds it again when it is needed." in text_of(app)


@pytest.mark.parametrize("id_", ["pip", "pipenv"])
async def test_an_empty_cache_says_whose_it_is(id_: str) -> None:
    root = location(id_).root
    rmtree(root)
    root.mkdir()
    app = app_of(id_)
    async with running(app):
        assert f" {id_} has stored nothing in {home_short(str(root))} yet." in text_of(app)


async def test_a_folder_of_something_else_is_not_taken_for_the_programs(tmp_path: Path) -> None:
    write(tmp_path, "else/notes.txt")
    app = app_of("pipenv", tmp_path / "else")
    async with running(app):
        (sentence,) = app.main.notices.sentences
        assert sentence.endswith(" contains nothing that pipenv writes: it may not be a pipenv cache.")


async def test_without_other_caches_the_dialog_says_so() -> None:
    app = app_of("pipenv")
    pip = location("pip").root
    pip.rename(pip.with_name("gone"))
    async with running(app) as pilot:
        await pilot.press("O")
        await settled(pilot)
        assert "No other cache was found here." in text_of(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen is app.main
        assert app.services.tool == "pipenv"


async def test_the_demo_offers_no_other_cache() -> None:
    with demo_cache() as root:
        app = Recorded(Services(Location(root, "--demo", True, True, made_up=True), memory=False, demo=True))
        async with running(app) as pilot:
            await pilot.press("O", "2")
            await settled(pilot)
            assert app.screen is app.main
            assert ALSO not in text_of(app)
            assert not {"Open another cache", "Open pipenv"} & titles(app)


async def test_the_summary_at_the_end_tells_the_removals_in_each_cache() -> None:
    app = app_of()
    async with running(app) as pilot:
        for tool in ("pipenv", "pip"):
            await pilot.press("space", "d")
            await until(pilot, lambda: "Yes, remove" in text_of(app))
            await pilot.press("y")
            await until(pilot, lambda: bool(app.main.outcomes) and app.screen is app.main)
            await settled(pilot)
            if tool == "pipenv":
                await go_to(pilot, app, tool)
    first, second = (app.caches.exit_summary or "").splitlines()
    assert first.startswith("Removed 2 files of 1 entry")
    assert second.startswith("pipenv: Removed 2 files of 1 entry")


def test_a_notice_says_whose_cache_is_switched_off() -> None:
    off = replace(location("uv"), enabled=False, off_by="UV_NO_CACHE=1")
    first, *_ = notice_sentences(off, None, None, Preferences(), (), "r", demo=False)
    assert first.startswith("uv's cache is switched off: UV_NO_CACHE=1. ")


@pytest.mark.parametrize(("id_", "is_offered"), [("pipenv", True), ("poetry", False)])
async def test_what_only_old_pips_read_is_a_rule_where_pips_run(id_: str, is_offered: bool) -> None:
    write(location("poetry").root, "artifacts/ab/cd/ef/" + "0" * 58 + "/six-1.0-py3-none-any.whl", b"w")
    app = app_of(id_)
    async with running(app) as pilot:
        await pilot.press("X")
        await until(pilot, lambda: "leftovers" in text_of(app))
        assert ("pip before 23.3" in text_of(app)) == is_offered


async def test_what_was_said_of_one_cache_is_not_shown_over_another() -> None:
    app = app_of()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await read(pilot, app)
        await go_to(pilot, app, "pipenv")
        app.notify("Nothing is verified here.")
        await until(pilot, lambda: len(app.screen.query("Toast")) == 1)
        await pilot.press("escape")
        await until(pilot, lambda: app.services.tool == "pip")
        await read(pilot, app)
        await until(pilot, lambda: not app.screen.query("Toast"))
