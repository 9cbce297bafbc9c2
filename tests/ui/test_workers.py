from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import WorkerCancelled, WorkerFailed

from cachetui.ui.workers import start_worker


class Noted(App[None]):
    """Keeps what it is to notify."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def notify(self, message: str, **options: Any) -> None:
        self.told.append(message)


class Shown(Screen[None]):
    """A screen that is left while a worker draws on it."""

    def compose(self) -> ComposeResult:
        yield Static()

    async def leave_and_draw(self) -> None:
        self.app.pop_screen()
        while True:
            self.query_one(Static)
            await asyncio.sleep(0)


async def test_a_worker_that_outlives_its_screen_ends_quietly() -> None:
    app = Noted()
    async with app.run_test():
        screen = Shown()
        await app.push_screen(screen)
        with suppress(WorkerCancelled):
            await start_worker(screen, screen.leave_and_draw, group="test").wait()
        assert app.screen is not screen
        assert app.told == []


async def test_a_widget_missing_on_the_screen_that_is_shown_is_an_error() -> None:
    app = Noted()

    async def draw() -> None:
        app.screen.query_one("#widget")

    with pytest.raises(WorkerFailed) as failed:
        async with app.run_test():
            with pytest.raises(WorkerFailed):
                await start_worker(app.screen, draw, group="test").wait()
    assert isinstance(failed.value.error, NoMatches)


async def test_an_error_of_the_system_is_shown() -> None:
    app = Noted()
    async with app.run_test():

        async def read() -> None:
            Path("missing").joinpath("file").read_bytes()

        await start_worker(app.screen, read, group="test").wait()
        assert len(app.told) == 1
        assert "missing" in app.told[0]
