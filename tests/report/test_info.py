from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.model import Inventory
from cachetui.pip.config.location import Location, locate
from cachetui.report.entries_json import info_json
from cachetui.report.info import info_figures, info_text
from tests.inventories import HOUR, LONG_AGO, inventory_of, write, write_record

NOW = LONG_AGO + 40 * 24 * HOUR


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    write_record(tmp_path, "a")
    write(tmp_path, "notes.txt")
    return inventory_of(tmp_path)


@pytest.fixture
def location(inventory: Inventory) -> Location:
    return locate(inventory.root)


def test_kinds_and_ages_add_up(inventory: Inventory, location: Location) -> None:
    found = info_figures(location, inventory, NOW)
    assert (found["root"], found["said_by"], found["enabled"], found["off_by"]) == (
        inventory.root,
        "--cache-dir",
        True,
        None,
    )
    assert [(row["kind"], row["entries"]) for row in found["kinds"]] == [("wheel", 1)]
    assert [(row["from_days"], row["to_days"], row["entries"]) for row in found["ages"]] == [
        (0, 7, 0),
        (7, 30, 0),
        (30, 90, 1),
        (90, 365, 0),
        (365, None, 0),
    ]
    for rows in (found["kinds"], found["ages"]):
        assert sum([row["disk_usage"] for row in rows]) == found["disk_usage"] == inventory.disk_usage
    assert json.loads(info_json(found, inventory))["foreign"]["files"] == 1


def test_the_text_tells_the_same(inventory: Inventory, location: Location) -> None:
    off = replace(location, enabled=False, off_by="PIP_NO_CACHE_DIR=https://me:secret@index.example")
    lines = [*info_text(off, inventory, NOW)]
    assert lines[:3] == [
        f"Cache        {inventory.root}",
        "Named by     --cache-dir",
        "State        off, by PIP_NO_CACHE_DIR=https://***@index.example",
    ]
    assert "Not pip's    1 file" in "\n".join(lines)
    assert [line.split()[-1] for line in lines if line.startswith(("wheel", "1 to 3 months"))] == ["1", "1"]
