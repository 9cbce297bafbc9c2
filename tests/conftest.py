"""Fixtures for every test: a separate home, and no settings from the environment of the user who runs it."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import shutil
import signal
import tempfile
import time
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import cachetui
from tests.pips import NAMED_BY
from tests.temporary import disk, prefer_memory

FORGOTTEN = (
    *("PIP_", "UV_", "XDG_", "VIRTUAL_ENV", "CONDA_", "CACHETUI_"),
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLUMNS", "LINES", "TEXTUAL"),
)
"""Prefixes of variables that must not affect a test."""
SLOWING = ("PYTHONDONTWRITEBYTECODE",)
"""Variables under which each of the many processes would compile everything anew."""

LONGEST = ("real_pip", "cli", "ui", "pip_settings", "demo")
"""Folders with the tests that take longest, the longest first."""

UNTIMED = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
"""Property tests depend neither on how quick the machine is nor on earlier runs."""

settings.register_profile("steady", UNTIMED, derandomize=True)
settings.register_profile("fuzz", UNTIMED, derandomize=False, max_examples=500, print_blob=True)
settings.load_profile("steady")

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background begins with it ignored
gc.set_threshold(20_000, 20, 20)  # tests make many objects and end soon: frequent collections find little


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Return one worker more than there are processors: tests of screens wait for a third of their time."""
    return (yield) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Choose the place of temporary files and make the folder of the unpacked pips, once for all processes of a run."""
    if NAMED_BY not in os.environ:
        prefer_memory()
        os.environ[NAMED_BY] = tempfile.mkdtemp(prefix="cachetui-pips-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(NAMED_BY), ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what takes longest first: the many short modules at the end keep all processes busy."""
    places = {folder: place for place, folder in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.split("/")[1], len(places)))


def pytest_sessionstart() -> None:
    """Import all of cachetui: Hypothesis draws constants from the loaded modules, so import order would matter."""
    for module in pkgutil.walk_packages(cachetui.__path__, "cachetui."):
        importlib.import_module(module.name)


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """Yield an empty folder for a test that needs directories which take room, as they do on most disks."""
    with tempfile.TemporaryDirectory(prefix="cachetui-", dir=disk()) as folder:
        yield Path(folder).resolve()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the names of folders that do not exist yet, one for each test."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / f"home{number}" for number in count())


@pytest.fixture(autouse=True)
def home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a test an empty home and UTC; pip's files of settings are off, as by `PIP_CONFIG_FILE`."""
    home = next(homes)
    home.mkdir()
    for name in os.environ:
        if name.startswith(FORGOTTEN) or name in SLOWING:
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
    gc.unfreeze()  # a command that ran in this process has hidden objects from the collector; hypothesis looks for them


def _set_time_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()
