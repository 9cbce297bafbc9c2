from __future__ import annotations

import gc
import time
import weakref

import pytest

from cachetui.ui import tidy
from cachetui.ui.tidy import LONG_QUIET, QUIET, STAYS_QUIET, WORTH, Tidy, give_back

HOUR = 3_600.0
"""In seconds."""


class Cycle:
    """Garbage that only a collector finds, once nobody else has it."""

    def __init__(self) -> None:
        self.itself = self


def dropped() -> weakref.ref[Cycle]:
    return weakref.ref(Cycle())


class Busy(Tidy):
    """An app that has something going on."""

    @property
    def resting(self) -> bool:
        """Never."""
        return False


async def test_python_collects_nothing_by_itself_while_the_app_runs() -> None:
    before = gc.get_threshold()
    async with Tidy().run_test():
        gc.enable()  # as something that switched it off meanwhile does
        found = dropped()
        made = [[number] for number in range(2 * before[0])]
        assert found() is not None, made
    assert gc.get_threshold() == before
    gc.collect()


async def test_garbage_waits_for_a_quiet_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy, "QUIET", HOUR)  # a press may take longer than what is quiet otherwise
    app = Tidy()
    async with app.run_test() as pilot:
        found = dropped()
        made = [[number] for number in range(WORTH)]
        await pilot.press("x")
        app.tidy_up()
        assert found() is not None, made
        app._touched_at = time.monotonic() - HOUR
        app.tidy_up()
        assert found() is None


async def test_what_has_grown_old_waits_for_a_long_quiet() -> None:
    app = Tidy()
    async with app.run_test():
        cycle = Cycle()
        found = weakref.ref(cycle)
        made = [[number] for number in range(WORTH)]
        app._touched_at = time.monotonic() - QUIET
        app.tidy_up()
        del cycle
        app.tidy_up()
        assert found() is not None, made
        app._touched_at = time.monotonic() - LONG_QUIET
        app.tidy_up()
        assert found() is None


async def test_nothing_is_tidied_up_while_something_goes_on() -> None:
    app = Busy()
    async with app.run_test():
        found = dropped()
        app._touched_at = -LONG_QUIET
        app.freed_much = True
        app.tidy_up()
        assert found() is not None
        assert app.freed_much
    gc.collect()


async def test_what_came_is_set_apart_once_it_stays_quiet_and_garbage_before_that() -> None:
    app = Tidy()
    async with app.run_test():
        app.take_in_much()
        found, before = dropped(), gc.get_freeze_count()
        app._touched_at = time.monotonic() - QUIET
        app.tidy_up()
        assert found() is not None
        app._touched_at = time.monotonic() - STAYS_QUIET
        app.tidy_up()
        assert found() is None
        assert gc.get_freeze_count() > before
    assert gc.get_freeze_count() == 0


async def test_what_has_just_come_is_not_taken_for_quiet() -> None:
    app = Tidy()
    async with app.run_test():
        app._touched_at = -LONG_QUIET
        app.take_in_much()
        found = dropped()
        app.tidy_up()
        assert found() is not None
    gc.collect()


def test_memory_is_given_back_where_the_system_can_take_it() -> None:
    give_back()
