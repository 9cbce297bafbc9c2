from __future__ import annotations

import os
from pathlib import Path

import pytest

from cachetui.caches.registry import IDS, PIP, source_at, source_of
from tests.inventories import write


def test_each_source_has_the_id_of_its_module_and_locates_and_scans_by_it(tmp_path: Path) -> None:
    assert IDS[0] == PIP == "pip"
    for id_ in IDS:
        source = source_of(id_)
        assert source.id == id_
        location = source.locate(str(tmp_path), python=None, environ=os.environ)
        assert (location.source, location.root, location.named) == (id_, tmp_path, True)
        inventory = source.scan(location, memory=False, stop=lambda: False, report=None, known={})
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
