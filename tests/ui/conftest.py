from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import count

import pytest
from textual.app import App

from cachetui.ui import main_screen
from cachetui.ui.health import view as health_view
from cachetui.ui.operations import scan
from tests.ui.idle import draws_at_once
from tests.ui.stylesheets import parses_once

LONG = 3_600.0
"""Seconds: longer than any test takes, however slow the machine."""
TIDIED_EVERY = 40
"""Number of tests between full garbage collections: an app that ran has kept Python from collecting."""
TESTS = count(1)
"""Numbers the tests of screens in this process."""


@pytest.fixture(autouse=True)
def nothing_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep notifications on the screen until the test has seen them, and start nothing by timer meanwhile."""
    notify = App.notify

    def notify_for_long(self: App[object], message: str, **options: object) -> None:
        notify(self, message, **{**options, "timeout": LONG})  # type: ignore[arg-type]

    monkeypatch.setattr(App, "notify", notify_for_long)
    for module in (health_view, main_screen):
        monkeypatch.setattr(module, "SETTLED", LONG)


@pytest.fixture(autouse=True)
def no_fixed_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the fixed pauses of pilots by waits that end as soon as the app is idle."""
    draws_at_once(monkeypatch)


@pytest.fixture(autouse=True)
def stylesheets_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse stylesheets only once for all apps."""
    parses_once(monkeypatch)


@pytest.fixture(autouse=True)
def no_full_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collect no garbage after scans and keys: with all that the tests have loaded, it takes longer than most tests."""
    for name in ("delay_collections", "settle_memory"):
        monkeypatch.setattr(scan, name, lambda: None)


@pytest.fixture(autouse=True)
def no_pip_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tests independent of whether a pip happens to run on their machine."""
    monkeypatch.setattr("cachetui.services.removal.running_programs", lambda _: ())


@pytest.fixture(autouse=True)
def tidied(home: object) -> Iterator[None]:
    """Collect garbage now and then. Not beside other tests: it takes half a second, and finds nothing of theirs."""
    yield
    if next(TESTS) % TIDIED_EVERY == 0:
        gc.collect()
