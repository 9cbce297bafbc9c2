"""Caches that real pips wrote, from 6.0 to 26.3, and what is in them by the knowledge of the index that filled them.

`truth.json` has a row for each entry of each archive beside it: the path of the record or wheel, what it is, its
address where known, and the bytes of record and body (of a wheel built here: without its `origin.json`). A new archive
is a `.tar.gz` with the cache in a folder of the archive's name, and its rows.
"""

from __future__ import annotations

import json
import pickle
import tarfile
from pathlib import Path
from typing import TypedDict

import pytest

from cachetui.model import Entry, Inventory
from cachetui.pip.memory import Memory
from cachetui.pip.scan.scanner import scan

HERE = Path(__file__).parent


class Row(TypedDict, total=False):
    path: str
    kind: str
    project: str | None
    version: str | None
    filename: str | None
    url: str
    size: int


TRUTH: dict[str, list[Row]] = json.loads((HERE / "truth.json").read_text(encoding="utf-8"))


def unpack(name: str, folder: Path) -> Path:
    with tarfile.open(HERE / f"{name}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / name


def entries_with_files(inventory: Inventory) -> list[Entry]:
    """Leave out directories that hold nothing: an archive's making may have emptied them."""
    return [entry for entry in inventory.entries if entry.files]


def test_every_archive_has_its_rows() -> None:
    assert sorted(TRUTH) == sorted(path.name.removesuffix(".tar.gz") for path in HERE.glob("*.tar.gz"))


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_each_entry_is_what_it_is(name: str, tmp_path: Path) -> None:
    inventory = scan(unpack(name, tmp_path))

    found = {
        entry.path: (entry.kind, entry.project, entry.version, entry.filename)
        for entry in entries_with_files(inventory)
    }
    assert found == {
        row["path"]: (row["kind"], row.get("project"), row.get("version"), row.get("filename")) for row in TRUTH[name]
    }
    assert inventory.recognised
    assert inventory.errors == ()


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_each_file_is_listed_once(name: str, tmp_path: Path) -> None:
    root = unpack(name, tmp_path)

    inventory = scan(root)

    listed = sorted(file.path for entry in inventory.entries for file in entry.files)
    assert listed == sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    assert inventory.foreign == ()
    sizes = {
        entry.path: sum(file.size for file in entry.files if not file.path.endswith("origin.json"))
        for entry in entries_with_files(inventory)
    }
    assert sizes == {row["path"]: row["size"] for row in TRUTH[name]}


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_nothing_is_guessed(name: str, tmp_path: Path) -> None:
    inventory = scan(unpack(name, tmp_path))

    addresses = {row["path"]: row.get("url") for row in TRUTH[name]}
    for entry in entries_with_files(inventory):
        assert (entry.project is None) == (entry.identified_by is None), entry
        if entry.kind in ("wheel", "sdist", "metadata", "index"):
            assert entry.url in (None, addresses[entry.path]), entry


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_memory_changes_no_answer(name: str, tmp_path: Path) -> None:
    root = unpack(name, tmp_path)
    inventories = [scan(root)]

    for _ in range(2):
        with Memory(tmp_path / "memory") as memory:
            inventories.append(scan(root, memory=memory))

    assert inventories == [inventories[0]] * 3


def test_a_known_index_gives_relative_links_their_addresses(tmp_path: Path) -> None:
    inventory = scan(unpack("pip-26.3", tmp_path), indexes=("https://localhost:8443/plain",))

    (torchy,) = [entry for entry in inventory.entries if entry.project == "torchy" and entry.kind == "wheel"]
    assert torchy.url == "https://localhost:8443/plain-files/torchy-2.3.0%2Bcu121-py2.py3-none-any.whl"
    assert torchy.identified_by == "url"


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.trace,))


def test_pickles_of_the_first_pips_are_never_loaded(tmp_path: Path) -> None:
    root = unpack("pip-6.0", tmp_path)
    (record,) = (path for path in root.rglob("*") if path.is_file())
    trace = tmp_path / "trace"
    record.write_bytes(b"cc=1," + pickle.dumps(Bomb(trace)))

    (entry,) = entries_with_files(scan(root))

    assert entry.kind == "unknown"
    assert not trace.exists()
