"""From the files to the screen and back: a real cache, read and removed from by the real engine."""

from __future__ import annotations

import asyncio
import errno
import gc
import math
import sys
import weakref
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import pytest

from cachetui.browsing.catalog import GroupKey, GroupKind
from cachetui.demo.writer import CacheWriter
from cachetui.pip.config.location import Location
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.plan import Plan
from cachetui.services.services import Services
from cachetui.ui import app as ui
from cachetui.ui.activity import Activity
from cachetui.ui.app import CachetuiApp
from cachetui.ui.dialogs.confirm import ConfirmQuestion, ResultDialog
from cachetui.ui.dialogs.modal import DialogButton
from cachetui.ui.dialogs.review import PurgeReview, Review
from cachetui.ui.messages import MarksChanged
from cachetui.ui.operations import outlook, scan
from cachetui.ui.operations.memory import LATEST, delay_collections, is_collection_due, settle_memory
from tests.ui.cache import DAY, NOW, everyday
from tests.ui.screens import PATIENCE, PLACE, Still, settled, text_of, until

SIZE = (100, 30)


class Cycle:
    """An object that refers to itself."""

    def __init__(self) -> None:
        self.itself = self


WHEELS = ("six-1.16.0-py3-none-any.whl", "six-1.15.0-py3-none-any.whl", "numpy-2.0.0-cp311-cp311-linux_x86_64.whl")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a cache of wheels that were built here."""
    root = tmp_path / "pip"
    writer = CacheWriter(root)
    for number, name in enumerate(WHEELS):
        writer.built(
            f"https://files.example/{name}.tar.gz", "0" * 64, name, bytes(20_000 * (number + 1)), NOW - 90 * DAY
        )
    return root


def app_on(root: Path, *, named: bool = True, demo: bool = True) -> CachetuiApp:
    location = Location(root, "--cache-dir", named=named, enabled=True)
    return CachetuiApp(Services(location, memory=False, demo=demo, clock=lambda: NOW))


def wheels(root: Path) -> set[str]:
    return {path.name for path in root.rglob("*.whl")}


async def test_what_was_reviewed_goes_and_nothing_else(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"six 1.15", "enter", "space", "d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert wheels(root) == set(WHEELS)
        await pilot.press("y")
        await settled(pilot)
        assert wheels(root) == {WHEELS[0], WHEELS[2]}
        assert not app.main.model.marks
        await pilot.press("escape")
        assert "six  1.16.0 " in text_of(app)
        await pilot.press("q")
    assert app.caches.exit_summary is not None
    assert app.caches.exit_summary.startswith("Removed 2 files of 1 entry, freed ")


async def test_a_refused_review_leaves_files_and_marks(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        await pilot.press("escape")
        assert wheels(root) == set(WHEELS)
        assert len(app.main.model.marks) == 3
    assert app.caches.exit_summary is None


async def test_a_purge_empties_the_cache_once_the_word_is_typed(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("P")
        await settled(pilot)
        assert isinstance(app.screen, PurgeReview)
        await pilot.press(*"purge", "enter")
        await settled(pilot)
        assert wheels(root) == set()
        assert "The cache is empty" in text_of(app)


async def test_a_rescan_shows_what_has_come_and_drops_marks_of_what_is_gone(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a")
        next(root.rglob(WHEELS[2])).unlink()
        CacheWriter(root).built("https://files.example/new", None, "new-1.0-py3-none-any.whl", bytes(9_000), NOW)
        await pilot.press("r")
        await settled(pilot)
        assert {entry.project for entry in app.main.model.marks} == {"six"}
        assert any(row.key == GroupKey(GroupKind.PROJECT, "new") for row in app.main.browse.cache_tree.table.rows)


async def test_the_answer_with_the_focus_is_the_one_that_stands_out(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        seen = []
        for key in ("", "right", "left", "tab"):
            await pilot.press(*[key] if key else [])
            await pilot.pause()
            yes, no = (app.screen.query_one(f"#{name}", DialogButton) for name in ("yes", "no"))
            plain = (no if yes.has_focus else yes).styles.background
            assert (yes if yes.has_focus else no).styles.background != plain
            seen.append((yes.has_focus, plain))
        assert [focused for focused, _ in seen] == [False, True, False, True]
        assert len({plain for _, plain in seen}) == 1


async def test_what_was_read_before_is_let_go(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "settle_memory", settle_memory)
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        read = []
        for _ in range(3):
            assert app.main.inventory is not None
            read.append(weakref.ref(app.main.inventory))
            await pilot.press("r")
            await settled(pilot)
        await pilot.press("down")  # so that no message of before is the last one
        assert [inventory() for inventory in read] == [None] * len(read)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python collects garbage in small steps")
async def test_garbage_is_collected_in_a_pause_between_keys(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "delay_collections", delay_collections)
    thresholds, app = gc.get_threshold(), app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert gc.get_threshold() == (*thresholds[:2], LATEST)
        gone, cycle = asyncio.Event(), Cycle()
        weakref.finalize(cycle, gone.set)
        while not is_collection_due():
            gc.collect(1)
        del cycle
        assert not gone.is_set()
        await pilot.press("down")
        await asyncio.wait_for(gone.wait(), PATIENCE)
        assert not is_collection_due()
    assert gc.get_threshold() == thresholds


async def test_the_mark_of_a_row_is_drawn_with_the_cursor_below_it(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        with app.main.browse.prevent(MarksChanged):
            app.main.browse.action_mark()
        await pilot.pause()
        assert text_of(app).count("[x]") == 1
        assert app.main.browse.cache_tree.cursor == 1


async def test_the_outlook_is_found_once_marks_have_not_changed_for_a_while(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, find = [], Services.outlook

    def counted(*arguments: Any) -> Outlook:
        found.append(arguments)
        return find(*arguments)

    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        monkeypatch.setattr(Services, "outlook", counted)
        monkeypatch.setattr(outlook, "PAUSE", 2 * PATIENCE)
        for key in ("space", "space", "a"):
            app.main.outlook_at = -math.inf
            await pilot.press(key)
            waiting = [worker for worker in app.workers if worker.group == "outlook" and not worker.is_finished]
            assert len(waiting) == 1
            assert not found
        monkeypatch.setattr(outlook, "PAUSE", 0)
        await pilot.press("U")
        await settled(pilot)
        assert len(found) == 1
        await pilot.press("a")  # the outlook is new
        await settled(pilot)
        assert len(found) == 1


def test_the_app_runs_with_one_heap(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(ui, "share_heap", lambda: done.append("share"))
    monkeypatch.setattr(CachetuiApp, "run", lambda _: done.append("run"))
    location = Location(root, "--cache-dir", named=True, enabled=True)
    assert isinstance(ui.run_app(Services(location, memory=False)), CachetuiApp)
    assert done == ["share", "run"]


async def test_what_vanished_meanwhile_does_no_harm(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        next(root.rglob(WHEELS[1])).unlink()
        await pilot.press("y")
        await settled(pilot)
        assert wheels(root) == set()


async def test_what_changed_meanwhile_stays_and_is_named(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        next(root.rglob(WHEELS[1])).write_bytes(b"another")
        await pilot.press("y")
        await settled(pilot)
        assert wheels(root) == {WHEELS[1]}
        assert "changed since the cache was read" in text_of(app)
        await pilot.press("enter")
        assert [entry.filename for entry in app.main.model.marks] == [WHEELS[1]]


async def test_a_named_root_that_is_missing_is_an_error_that_r_gets_over(tmp_path: Path) -> None:
    root = tmp_path / "pip"
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "The cache cannot be read" in text_of(app)
        CacheWriter(root).built("https://files.example/new", None, "new-1.0-py3-none-any.whl", bytes(9_000), NOW)
        await pilot.press("r")
        await settled(pilot)
        assert " new  1.0" in text_of(app)


async def test_a_missing_default_root_is_empty(tmp_path: Path) -> None:
    app = app_on(tmp_path / "pip", named=False)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "The cache is empty" in text_of(app)


async def test_a_root_that_is_not_pips_is_shown_and_refused(tmp_path: Path) -> None:
    (tmp_path / "work.txt").write_text("mine")
    app = app_on(tmp_path)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settled(pilot)
        await pilot.press("P")
        await settled(pilot)
        assert len(app.screen_stack) == 1
        assert "contains nothing that pip writes" in " ".join(text_of(app).split())
        assert (tmp_path / "work.txt").exists()


async def test_quitting_at_once_leaves_no_thread_behind(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("q")
    assert not any(worker.is_running for worker in app.workers)


async def test_quitting_during_a_removal_asks_and_tells_what_was_done(root: Path) -> None:
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        app.screen.dismiss(True)
        app.main.quit()
        await pilot.pause()
        if isinstance(app.screen, ConfirmQuestion):  # else the removal was faster
            await pilot.press("y")
        await app.workers.wait_for_complete()
        await pilot.pause()
    assert app.caches.exit_summary is not None
    assert app.caches.exit_summary.startswith("Removed ")


async def test_what_has_to_stay_after_all_is_named_with_its_reason(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Content-Type": "text/html"}
    CacheWriter(root).answer("https://index.example/simple/six/", b"<!DOCTYPE html>", headers, NOW - DAY)
    app = app_on(root)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("a", "d")
        await settled(pilot)
        assert isinstance(app.screen, Review)
        assert app.screen.plan.kept == ()
        monkeypatch.setattr("cachetui.services.removal.running_programs", lambda _: (4121,))
        await pilot.press("y")
        await settled(pilot)
        assert isinstance(app.screen, ResultDialog)
        assert "Kept 3 built wheels and 1 response: a pip is running" in text_of(app)
        stays = {path for path, _ in app.screen.outcome.kept}
        await pilot.press("enter")
        assert {entry.path for entry in app.main.model.marks} == stays


async def test_a_root_reached_by_another_name_is_shown_with_both(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    app = app_on(link, demo=False)
    async with app.run_test(size=(200, 30)) as pilot:
        await settled(pilot)
        assert f"{link} leads to {root.resolve()}." in " ".join(text_of(app).split())


async def test_what_the_system_refuses_is_told_and_ends_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")

    app = app_on(root)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settled(pilot)
        with monkeypatch.context() as patched:
            patched.setattr("cachetui.services.removal.plan_removal", broken)
            await pilot.press("a", "d")
            await settled(pilot)
            assert "The removal cannot be planned: Input/output error." in " ".join(text_of(app).split())
        with monkeypatch.context() as patched:
            patched.setattr("cachetui.services.removal.execute", broken)
            await pilot.press("d")
            await settled(pilot)
            await pilot.press("y")
            await settled(pilot)
            assert "The removal broke off: Input/output error." in " ".join(text_of(app).split())
        with monkeypatch.context() as patched:
            patched.setattr("cachetui.pip.scan.scanner.scan", broken)
            await pilot.press("r")
            await settled(pilot)
            assert "cannot be read: Input/output error." in " ".join(text_of(app).split())
    assert wheels(root) == set(WHEELS)


async def test_a_plan_that_is_given_up_is_shown_no_more() -> None:
    app, planning, goes_on = Still(everyday()), Event(), Event()

    def plan() -> Plan:
        planning.set()
        goes_on.wait()
        return Plan(str(PLACE), 1, 2)

    app.stage.planning = plan
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "d")
        await until(pilot, planning.is_set)
        await pilot.press("y", "space", "escape")
        goes_on.set()
        await settled(pilot)
        assert not app.main.is_doing(Activity.PLANNING)
        assert len(app.screen_stack) == 1
        assert app.main.browse.cache_tree.cursor == 1
