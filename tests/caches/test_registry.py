from __future__ import annotations

import os
from pathlib import Path

import pytest

from cachetui.caches.registry import IDS, PIP, source_at, source_of
from cachetui.caches.source import ScanOptions
from tests.interpreters.fakes import posix
from tests.inventories import write


def test_each_source_has_the_id_of_its_module_and_locates_and_scans_by_it(tmp_path: Path) -> None:
    assert IDS[0] == PIP == "pip"
    for id_ in IDS:
        source = source_of(id_)
        assert source.id == id_
        location = source.locate(str(tmp_path), python=None, environ=os.environ)
        assert (location.source, location.root, location.named) == (id_, tmp_path, True)
        inventory = source.scan(location, ScanOptions())
        assert (inventory.root, inventory.entries) == (os.path.realpath(tmp_path), ())
        assert inventory.conduct.tool == source.title
        assert source.locate(None, python=None, environ=os.environ).named is False


@pytest.mark.parametrize(
    ("folder", "file", "id_"),
    [
        ("anything", "http-v2/a/b/c/d/e/record", "pip"),
        ("anything", "http/a/b/c/d/e/record", "pip"),
        ("anything", "wheels/a/b/c/d/one.whl", "pip"),
        ("anything", "selfcheck/one", "pip"),
        ("pipenv", "http-v2/a/b/c/d/e/record", "pipenv"),
        ("pipenv", "wheels/a/b/c/d/one.whl", "pipenv"),
        ("moved", "pipenv-manifests/manifests-v1/one.json", "pipenv"),
        ("pipenv", "photo.jpg", "pip"),
        ("anything", "photo.jpg", "pip"),
    ],
)
def test_a_layout_tells_whose_cache_it_is_and_pips_is_assumed(tmp_path: Path, folder: str, file: str, id_: str) -> None:
    write(tmp_path / folder, file)
    assert source_at(tmp_path / folder).id == id_


def test_what_cannot_be_listed_is_taken_for_pips(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "pipenv").mkdir()
    for name in ("file", "missing", "pipenv"):
        assert source_at(tmp_path / name).id == "pip"


@posix
def test_a_link_and_its_target_tell_whose_cache_it_is_by_their_names(tmp_path: Path) -> None:
    write(tmp_path / "pipenv", "http-v2/a/b/c/d/e/record")
    write(tmp_path / "anything", "http-v2/a/b/c/d/e/record")
    (tmp_path / "short").symlink_to(tmp_path / "pipenv")
    (tmp_path / "of").mkdir()
    (tmp_path / "of/pipenv").symlink_to(tmp_path / "anything")
    for name in ("short", "of/pipenv"):
        assert source_at(tmp_path / name).id == "pipenv"


@posix
def test_poetrys_folder_is_known_by_its_name_from_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "pypoetry", "artifacts/ab/cd/ef/one.whl")
    monkeypatch.chdir(tmp_path / "pypoetry")
    assert source_at(Path()).id == "poetry"


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_nobody_may_enter_is_no_reason_to_fail(tmp_path: Path) -> None:
    write(tmp_path, "cache/repositories/lab/one")
    (tmp_path / "cache").chmod(0)
    try:
        assert source_at(tmp_path).id == "pip"
    finally:
        (tmp_path / "cache").chmod(0o700)
