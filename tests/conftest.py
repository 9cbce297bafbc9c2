"""What holds for every test: a home of its own, and nothing from the environment of whoever runs it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

FORGOTTEN = ("PIP_", "XDG_", "VIRTUAL_ENV", "CONDA_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TEXTUAL")
"""How the variables begin that must not decide what a test sees."""


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a test an empty home and UTC; pip's files of settings are off, as by `PIP_CONFIG_FILE`."""
    home = tmp_path_factory.mktemp("home")
    for name in os.environ:
        if name.startswith(FORGOTTEN):
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name, folder in (("LOCALAPPDATA", "Local"), ("APPDATA", "Roaming")):
        monkeypatch.setenv(name, str(home / "AppData" / folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("TZ", "UTC")
    _set_time_zone()
    yield home
    monkeypatch.undo()
    _set_time_zone()


def _set_time_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()
