from __future__ import annotations

import json
from pathlib import Path

import pytest

from cachetui.insight.health.finding import Finding
from cachetui.insight.health.verification import Verified
from cachetui.model import NS, Inventory
from cachetui.report.health_json import health_json
from cachetui.report.health_text import findings_text
from tests.inventories import LONG_AGO, inventory_of, write_record

VERIFIED = Verified((), 3, 2, stopped=False, done=6, of=6)


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    for digit in "abc":
        write_record(tmp_path, digit)
    return inventory_of(tmp_path)


@pytest.fixture
def findings(inventory: Inventory) -> list[Finding]:
    return [Finding("archive", entry.path, "it is cut\x1b short", LONG_AGO) for entry in inventory.entries]


def test_entries_are_named_by_type_up_to_a_number(inventory: Inventory, findings: list[Finding]) -> None:
    lines = [*findings_text(inventory, findings, None, 2)]
    assert lines[0].startswith("DAMAGE: ")
    assert ": 3 entries, " in lines[0]
    assert [line.partition(": ")[2].partition(",")[0] for line in lines if line.startswith("  - ")] == [
        r"it is cut\x1b short",
        r"it is cut\x1b short",
    ]
    assert lines[-2:] == ["  … and 1 more; --all names them", ""]
    assert len([line for line in findings_text(inventory, findings, None, None) if line.startswith("  - ")]) == 3


def test_a_sound_cache_says_so_in_one_line(inventory: Inventory) -> None:
    assert [*findings_text(inventory, [], None, 10)] == [
        "Nothing is wrong, as far as the scan shows; --deep reads everything."
    ]
    assert [*findings_text(inventory, [], VERIFIED, 10)] == [
        "3 files match the hash that an index lists; 2 files without a known hash are intact.",
        "Nothing is wrong.",
    ]
    assert [*findings_text(inventory, [], VERIFIED._replace(stopped=True, done=4), 10)] == [
        "Stopped after 4 of 6 files: not everything was read. 3 files match the hash that an index lists; 2 files "
        "without a known hash are intact.",
        "Nothing is wrong in what was read.",
    ]


def test_the_document_names_the_files(inventory: Inventory, findings: list[Finding]) -> None:
    document = json.loads(health_json(inventory, findings[:1], None, now_ns=1_700_000_000 * NS))
    assert (document["root"], document["at"], document["deep"]) == (inventory.root, "2023-11-14T22:13:20Z", None)
    (told,) = document["findings"]
    assert (told["sort"], told["weight"], told["words"]) == ("archive", "damage", "it is cut\x1b short")
    assert told["paths"] == [file.path for file in inventory.entries[0].files]
    deep = json.loads(health_json(inventory, (), VERIFIED, now_ns=0))
    assert (deep["deep"], deep["findings"]) == (
        {"proven": 3, "sound": 2, "complete": True, "read": 6, "of": 6},
        [],
    )
