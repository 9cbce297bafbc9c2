from __future__ import annotations

import pytest
from textual.app import App

STAYS = 3_600.0
"""Seconds: longer than any test takes, however slow the machine."""


@pytest.fixture(autouse=True)
def notices_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what an app tells stay until the test has seen it."""
    notify = App.notify

    def notify_for_long(self: App[object], message: str, **options: object) -> None:
        notify(self, message, **{**options, "timeout": STAYS})  # type: ignore[arg-type]

    monkeypatch.setattr(App, "notify", notify_for_long)
