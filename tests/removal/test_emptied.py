"""Directories that a removal empties, told from what the scan has seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cachetui.model import Unreadable
from cachetui.removal.emptied import DirectoryCounts
from tests.inventories import inventory_of, write, write_record

SHARDS = ("http-v2/a/a/a/a/a", "http-v2/a/a/a/a", "http-v2/a/a/a", "http-v2/a/a", "http-v2/a")


def test_directories_come_before_those_that_they_lie_in(root: Path) -> None:
    write_record(root, "a")
    inventory = inventory_of(root)
    assert DirectoryCounts(inventory).emptied(inventory.entries) == SHARDS


def test_a_directory_that_could_not_be_read_is_not_counted_as_emptied(root: Path) -> None:
    write_record(root, "a")
    (root / "http-v2/a/a/b").mkdir()
    inventory = inventory_of(root)
    entries = tuple(entry for entry in inventory.entries if entry.files)
    directories = {path: size for path, size in inventory.directories.items() if path != "http-v2/a/a/b"}
    errors = (Unreadable("http-v2/a/a/b", "Permission denied"),)
    unread = replace(inventory, entries=entries, directories=directories, errors=errors)
    assert DirectoryCounts(unread).emptied(entries) == SHARDS[:3]


def test_a_directory_stays_while_anything_is_left_in_it(root: Path) -> None:
    path, _ = write_record(root, "a")
    write(root, "http-v2/a/a/mine.txt")
    write(root, "http-v2/a/a/a/a/old.tmp")
    inventory = inventory_of(root)
    assert [file.path for file in inventory.foreign] == ["http-v2/a/a/mine.txt"]
    counts = DirectoryCounts(inventory)
    assert counts.emptied([]) == ()
    assert counts.emptied([inventory.by_path[path]]) == SHARDS[:1]
    assert counts.emptied(inventory.entries) == SHARDS[:3]


def test_an_empty_directory_goes_with_those_in_it_and_without_those_that_are_called_alike(root: Path) -> None:
    for path in ("wheels/a/b/c", "wheels/a/b-", "wheels/a-/b", "wheels/a0", "wheels/ab"):
        (root / path).mkdir(parents=True)
    inventory = inventory_of(root)
    found = DirectoryCounts(inventory).emptied([inventory.by_path["wheels/a"]])
    assert found[0] == "wheels/a/b/c"
    assert {*found[1:-1]} == {"wheels/a/b", "wheels/a/b-"}
    assert found[-1] == "wheels/a"


def test_their_blocks_are_added_up(root: Path) -> None:
    write_record(root, "a")
    write_record(root, "b")
    inventory = inventory_of(root)
    blocks = sum([(root / path).stat().st_blocks * 512 for path in SHARDS])
    assert DirectoryCounts(inventory).disk_usage(SHARDS) == blocks
