from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cachetui.caches.folders import cache_folder
from cachetui.caches.registry import source_of
from cachetui.caches.source import ScanOptions
from cachetui.demo.artifacts import wheel
from cachetui.demo.writer import CacheWriter, plain_headers
from cachetui.insight.health.checks import check
from cachetui.insight.health.verification import verify
from cachetui.model import NS, Entry, Inventory
from cachetui.pip.config.location import DEFAULT
from tests.inventories import LONG_AGO, NOW, write

AT = 1_700_000_000 * NS
SOURCE = source_of("pipenv")
INDEX = "ab" * 32
MANIFESTS = "pipenv-manifests/manifests-v1"
METADATA = f"pipenv-manifests/metadata-v1/{'c' * 64}.json"
RESPONSE = f"1/2/3/4/5/12345{'6' * 51}"


def located(cache_dir: str | None = None, **variables: str) -> tuple[Path, str]:
    location = SOURCE.locate(cache_dir, python=None, environ={**os.environ, **variables})
    return location.root, location.said_by


def read(root: Path, known: dict[str, Entry] | None = None, stop: Callable[[], bool] = lambda: False) -> Inventory:
    location = SOURCE.locate(str(root), python=None, environ=os.environ)
    return SOURCE.scan(location, ScanOptions(stop=stop, known=known or {}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a download, and everything that pipenv keeps beside pip's files."""
    root = tmp_path / "pipenv"
    body = wheel("six", "1.16.0", "py3-none-any")
    headers = plain_headers("application/octet-stream", size=len(body), at_ns=AT)
    CacheWriter(root).answer("https://files.example/six-1.16.0-py3-none-any.whl", body, headers, AT)
    write(root, f"{MANIFESTS}/{INDEX}/alpha-one.json", b'{"schema_version":1,"candidates":[]}')
    write(root, METADATA, json.dumps({"schema_version": 1, "name": "Beta.Two", "version": "2.0"}).encode())
    write(root, f"{MANIFESTS}/{INDEX}/alpha-one.json.k3_x9abc.tmp")
    write(root, RESPONSE, b"cc=4,")
    write(root, f"{RESPONSE}.body", b"{}")
    return root


def test_the_default_is_the_users_cache_folder() -> None:
    assert located() == (cache_folder("pipenv", os.environ), DEFAULT)


def test_a_variable_and_the_option_name_another_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert located(PIPENV_CACHE_DIR="~/own") == (home / "own", "PIPENV_CACHE_DIR=~/own")
    assert located(PIPENV_CACHE_DIR="own") == (tmp_path / "own", "PIPENV_CACHE_DIR=own")
    assert located(PIPENV_CACHE_DIR="") == located()
    assert located("~/other", PIPENV_CACHE_DIR="own") == (home / "other", "--cache-dir")


def test_pips_index_and_pipenvs_mirror_are_known() -> None:
    environ = {**os.environ, "PIP_INDEX_URL": "https://index.example/simple"}
    assert SOURCE.locate(None, python=None, environ=environ).indexes == ("https://index.example/simple",)
    environ["PIPENV_PYPI_MIRROR"] = "https://mirror.example/simple"
    found = SOURCE.locate(None, python=None, environ=environ)
    assert found.indexes == ("https://mirror.example/simple", "https://index.example/simple")


def test_its_own_files_are_entries(root: Path) -> None:
    inventory = read(root)
    assert {(one.kind, one.project, one.version, one.path) for one in inventory.entries if one.kind != "wheel"} == {
        ("index", "alpha-one", None, f"{MANIFESTS}/{INDEX}/alpha-one.json"),
        ("metadata", "beta-two", "2.0", METADATA),
        ("leftover", None, None, f"{MANIFESTS}/{INDEX}/alpha-one.json.k3_x9abc.tmp"),
        ("response", None, None, RESPONSE),
    }
    assert [one.project for one in inventory.entries if one.kind == "wheel"] == ["six"]
    assert [file.path for file in inventory.by_path[RESPONSE].files] == [RESPONSE, f"{RESPONSE}.body"]
    assert {one.downloaded for one in inventory.entries if one.kind != "wheel"} == {LONG_AGO}
    assert inventory.foreign == ()
    assert inventory.conduct.programs == ("pip", "pipenv")


def test_a_record_of_its_own_is_no_body(root: Path) -> None:
    with_body = read(root).by_path[RESPONSE]
    assert with_body.body == with_body.files[1]
    (root / f"{RESPONSE}.body").unlink()
    assert read(root).by_path[RESPONSE].body is None


def test_its_own_files_alone_make_a_cache(tmp_path: Path) -> None:
    write(tmp_path / "own", METADATA, json.dumps({"name": "beta", "version": "2.0"}).encode())
    inventory = read(tmp_path / "own")
    assert inventory.recognised
    assert [(one.project, one.version) for one in inventory.entries] == [("beta", "2.0")]


def test_a_folder_with_the_name_of_its_own_proves_nothing(tmp_path: Path) -> None:
    write(tmp_path / "other", "pipenv-manifests/notes.txt")
    (tmp_path / "other/pipenv-manifests/manifests-v1/empty").mkdir(parents=True)
    inventory = read(tmp_path / "other")
    assert (inventory.recognised, inventory.entries) == (False, ())


def test_only_what_is_recognised_is_an_entry(root: Path) -> None:
    before = read(root)
    strange = [
        "depcache-py3.7.json",
        "hash-cache/1/2/3/4/5/" + "1" * 56,
        "pkgs/six-1.16.0.tar.gz",
        f"pipenv-manifests/manifests-v1/{INDEX}/Not Canonical.json",
        f"pipenv-manifests/manifests-v1/{'z' * 64}/alpha.json",
        f"pipenv-manifests/metadata-v1/{'c' * 63}.json",
        "pipenv-manifests/notes.json",
        f"1/2/3/4/5/99999{'6' * 51}",
        f"1/2/3/4/5/12345{'7' * 51}.body",
    ]
    for path in strange:
        write(root, path)
    inventory = read(root)
    assert inventory.entries == before.entries
    assert [file.path for file in inventory.foreign] == sorted(strange)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff\xfe", b"{" * 100_000, b'{"name": 3, "version": "1"}', b'{"name": "\\ud800", "version": "1"}'],
)
def test_metadata_that_makes_no_sense_has_no_name(root: Path, content: bytes) -> None:
    write(root, METADATA, content)
    one = read(root).by_path[METADATA]
    assert (one.kind, one.project, one.version) == ("metadata", None, None)


def test_another_scan_takes_over_what_is_unchanged(root: Path) -> None:
    first = read(root)
    again = read(root, dict(first.by_path))
    assert again.entries == first.entries
    assert again.by_path[METADATA] is first.by_path[METADATA]
    write(root, METADATA, json.dumps({"name": "gamma", "version": "3"}).encode(), mtime_ns=NOW)
    assert read(root, dict(first.by_path)).by_path[METADATA].project == "gamma"


def test_a_stopped_scan_is_not_complete(root: Path) -> None:
    assert not read(root, stop=lambda: True).complete


@pytest.mark.skipif(sys.platform == "win32", reason="it makes symbolic links")
def test_links_lead_nowhere(root: Path, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", f"{INDEX}/alpha.json")
    (root / "pipenv-manifests/manifests-v2").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert not [one for one in read(root).entries if "manifests-v2" in one.path]


def test_its_own_formats_are_not_taken_for_damage(root: Path) -> None:
    inventory = read(root)
    assert [one.sort for one in check(inventory, now_ns=NOW)] == ["leftover"]
    found = verify(inventory, inventory.entries)
    assert (found.findings, found.of) == ((), 1)
