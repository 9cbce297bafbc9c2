from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.caches.source import ScanOptions
from cachetui.demo.artifacts import json_page
from cachetui.demo.writer import CacheWriter, page_headers
from cachetui.errors import CachetuiError, RootError, UsageError
from cachetui.model import NS, Batch, Inventory
from cachetui.pip.config.location import Location, locate
from cachetui.pip.memory import default_path
from cachetui.services.cache import is_absent, located, open_cache, read_cache
from cachetui.services.options import GlobalOptions
from tests.services.conftest import names


def test_it_lies_where_the_options_say(root: Path, notes: list[str]) -> None:
    with located(GlobalOptions(cache_dir=str(root)), note=notes.append) as location:
        assert (location.root, location.named, location.said_by, notes) == (root, True, "--cache-dir", [])


def test_the_demo_is_written_and_removed(notes: list[str]) -> None:
    with located(GlobalOptions(demo=True), note=notes.append) as location:
        assert location.said_by == "--demo"
        assert {"http-v2", "wheels"} <= {path.name for path in location.root.iterdir()}
    assert not location.root.exists()
    assert notes == []


def test_the_demo_lies_at_no_place_of_the_users(root: Path, notes: list[str]) -> None:
    with (
        pytest.raises(UsageError, match="--demo and --cache-dir exclude each other"),
        located(GlobalOptions(cache_dir=str(root), demo=True), note=notes.append),
    ):
        pass


def test_a_python_that_is_not_there_is_an_error(notes: list[str]) -> None:
    with pytest.raises(CachetuiError), located(GlobalOptions(python="/nowhere/python"), note=notes.append):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="there a folder in use cannot be removed")
def test_a_relative_place_needs_a_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notes: list[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(RootError, match="full path"), located(GlobalOptions(cache_dir="here"), note=notes.append):
        pass


def test_a_note_says_that_the_cache_is_off(monkeypatch: pytest.MonkeyPatch, notes: list[str]) -> None:
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with located(GlobalOptions(), note=notes.append) as location:
        assert notes == [f"pip's cache is switched off: PIP_NO_CACHE_DIR=1. This is what is in {location.root}."]


def test_a_cache_is_read_with_its_progress(root: Path, notes: list[str]) -> None:
    batches: list[Batch] = []
    found = open_cache(locate(str(root)), memory=False, note=notes.append, report=batches.append)
    assert names(found.entries) == ["old 1.0", "six 1.16.0", "six", "torch 2.3.0", "torch 2.2.0"]
    assert (notes, batches[-1].files) == ([], 10)
    assert not default_path().exists()


def test_a_scan_is_remembered_only_if_it_may_be(root: Path) -> None:
    first = read_cache(locate(str(root)), ScanOptions(memory=True))
    assert default_path().exists()
    assert read_cache(locate(str(root)), ScanOptions(memory=True)).entries == first.entries


def test_a_scan_can_be_stopped(root: Path) -> None:
    assert read_cache(locate(str(root)), ScanOptions(stop=lambda: True)).entries == ()


def test_where_nobody_named_a_cache_there_may_be_none_yet(notes: list[str]) -> None:
    location = locate()
    assert is_absent(location)
    assert open_cache(location, memory=True, note=notes.append) == Inventory(str(location.root))
    assert notes == [f"There is no cache at {location.root}: pip makes it when it downloads something."]
    location.root.mkdir(parents=True)
    assert not is_absent(location)


def test_a_cache_that_was_named_has_to_be_there(tmp_path: Path, notes: list[str]) -> None:
    location = locate(str(tmp_path / "none"))
    assert not is_absent(location)
    with pytest.raises(RootError):
        open_cache(location, memory=False, note=notes.append)


def test_another_folder_is_no_cache(tmp_path: Path, notes: list[str]) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ann")
    with pytest.raises(RootError, match="it is not a pip cache"):
        open_cache(locate(str(tmp_path)), memory=False, note=notes.append)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_note_names_each_folder_that_cannot_be_read(root: Path, notes: list[str]) -> None:
    folder = root / "http-v2/a"
    folder.mkdir(exist_ok=True)
    folder.chmod(0)
    open_cache(locate(str(root)), memory=False, note=notes.append)
    folder.chmod(0o755)
    assert len(notes) == 1
    assert notes[0].startswith("Not readable: http-v2/a: ")


@pytest.mark.parametrize("folder", ["", "versions/3.12.1/"])
def test_the_index_that_pip_has_built_in_names_pages(folder: str, tmp_path: Path) -> None:
    (source := tmp_path / f"env/{folder}lib/python3.12/site-packages/pip/_internal/models").mkdir(parents=True)
    source.joinpath("index.py").write_text('PyPI = PackageIndex(\n    "https://built-in.example/", file="f"\n)\n')
    writer, page = CacheWriter(tmp_path / "cache"), json_page("pkg", [])
    headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=NS, gzipped=False)
    writer.answer("https://built-in.example/simple/pkg/", page, headers, NS)
    location = Location(tmp_path / "cache", "--cache-dir", named=True, enabled=True)

    (unknown,) = read_cache(location, ScanOptions()).entries
    (named,) = read_cache(replace(location, prefix=tmp_path / "env"), ScanOptions()).entries

    assert (unknown.url, named.url) == (None, "https://built-in.example/simple/pkg/")
