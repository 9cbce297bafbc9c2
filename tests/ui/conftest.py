from __future__ import annotations

import pytest
from textual.app import App

from cachetui.ui import main_screen
from cachetui.ui.health import view as health_view

LONG = 3_600.0
"""Seconds: longer than any test takes, however slow the machine."""


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
def no_pip_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tests independent of whether a pip happens to run on their machine."""
    monkeypatch.setattr("cachetui.services.removal.running_pips", lambda: ())
