"""The demo as it is shown: in true sizes, with Pythons that are made up, and apart from this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from packaging.tags import parse_tag

from cachetui.caches.source import ScanOptions
from cachetui.demo.contents import releases
from cachetui.demo.target import DemoTarget
from cachetui.errors import CachetuiError
from cachetui.insight.health.verification import verify
from cachetui.interpreters import discovery
from cachetui.labels import Facts
from cachetui.model import Batch, Entry
from cachetui.preferences.model import Preferences
from cachetui.services import removal
from cachetui.services.cache import Cache, located, open_cache, read_cache
from cachetui.services.options import GlobalOptions
from cachetui.services.pythons import find_pythons, pip_settings, supported_tags, used_by
from cachetui.terms import parse_terms
from tests.inventories import files

DEMO = GlobalOptions(demo=True)


@contextmanager
def opened() -> Iterator[Cache]:
    notes: list[str] = []
    with located(DEMO, note=notes.append) as location:
        inventory = open_cache(location, memory=False, note=notes.append)
        assert notes == []
        if inventory.disk_usage < 1_000_000_000:
            pytest.skip("the file system of temporary folders makes no holes")
        yield Cache(location, inventory)


@pytest.fixture(scope="module")
def demo() -> Iterator[Cache]:
    with opened() as cache:
        yield cache


def found_by(cache: Cache, term: str) -> list[Entry]:
    predicate = parse_terms([term])
    return [entry for entry in cache.inventory.entries if predicate(entry, Facts())]


def test_it_has_the_sizes_of_real_projects_and_takes_little(demo: Cache) -> None:
    inventory, biggest = demo.inventory, max(demo.inventory.entries, key=lambda entry: entry.disk_usage)
    assert 11_000_000_000 < inventory.disk_usage < 12_000_000_000
    assert inventory.disk_usage == inventory.apparent_size
    assert biggest.filename is not None
    assert biggest.filename.startswith("torch-2.1.0+cu118-")
    assert 2_200_000_000 < biggest.disk_usage < 2_300_000_000
    assert 10 < len(found_by(demo, "size>100MB")) < 50
    assert sum([path.lstat().st_blocks * 512 for path in demo.location.root.rglob("*")]) < 40_000_000


def test_its_figures_are_the_same_while_it_is_read(demo: Cache) -> None:
    batches: list[Batch] = []
    found = read_cache(demo.location, ScanOptions(report=batches.append))
    assert found == demo.inventory
    told = {entry.path: entry for batch in batches for entry in batch.entries}
    assert told == {path: entry for path, entry in found.by_path.items() if entry.files}
    assert batches[-1].disk_usage == found.disk_usage + sum([file.disk_usage for file in found.foreign])


def test_its_archives_with_holes_are_as_sound_as_others(demo: Cache) -> None:
    inventory = demo.inventory
    known = {release.filename for release in releases(DemoTarget.running()) if release.what != "metadata"}
    assert known <= {entry.filename for entry in inventory.entries}
    found = verify(inventory, inventory.entries)
    assert {inventory.by_path[one.path].version for one in found.findings} == {"0.42.0"}
    assert found.proven > 50
    assert found.sound > 50


def test_no_pip_uses_it_and_its_lengths_are_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    def list_processes(_: object) -> tuple[int, ...]:
        raise AssertionError("processes of this machine were listed")

    monkeypatch.setattr(removal, "running_programs", list_processes)
    with opened() as demo:
        old = found_by(demo, "pyspark") + found_by(demo, "tensorflow==2.13.0")
        before = files(demo.location.root)
        agreed = removal.plan(demo.inventory, old, Preferences(), named=True, now_ns=time.time_ns())
        outcome = removal.remove(agreed, demo.inventory, Preferences(), now_ns=time.time_ns())
        assert outcome.freed == agreed.frees > 1_000_000_000
        assert (agreed.kept, outcome.failed) == ((), 0)
        assert files(demo.location.root) == before - {file.path for entry in old for file in entry.files}


def test_its_pythons_are_made_up(demo: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_around(*_: object, **__: object) -> Iterator[object]:
        raise AssertionError("this machine was searched")

    monkeypatch.setattr(discovery, "interpreters", look_around)
    notes: list[str] = []
    pythons = tuple(find_pythons(None, memory=True, demo=True))
    settings = [pip_settings(python, demo.location, {"PIP_NO_CACHE_DIR": "1"}) for python in pythons]
    assert [(one.location.name, one.location.enabled) for one in settings] == [
        ("made-up cache", True),
        ("made-up cache", True),
        ("/srv/pip-cache", True),
        ("made-up cache", False),
    ]
    assert [[source.role for source in one.sayings] for one in settings[2:]] == [
        ["overruled", "counts"],
        ["counts", "counts"],
    ]
    assert "switches the cache off, whatever its value" in settings[3].pitfalls[0]
    tags = supported_tags(DEMO, note=notes.append)
    assert (len(tags), notes) == (4, [])
    here = DemoTarget.running()
    for written in (release.what.removeprefix("built:") for release in releases(DemoTarget()) if "-" in release.what):
        able = [parse_tag(here.tag(written)) & each != frozenset() for each in tags]
        assert able[0] is not written.startswith(("cp38-cp38", "cp39-cp39", "cp310-"))
        assert not written.startswith("cp38-cp38") or able[3]
    assert used_by(pythons, here.tag("cp310-cp310-linux_x86_64")) is not None


def test_a_python_that_is_not_there_is_an_error_in_the_demo_too() -> None:
    with (
        pytest.raises(CachetuiError, match="/nowhere/python"),
        located(GlobalOptions(demo=True, python="/nowhere/python"), note=print),
    ):
        pass
