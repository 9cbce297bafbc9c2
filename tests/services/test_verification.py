from __future__ import annotations

from pathlib import Path

from cachetui.insight.health.verification import VerificationProgress
from cachetui.model import Inventory
from cachetui.pip.scan.scanner import scan
from cachetui.services.verification import find_problems, verify_entries
from tests.inventories import record, write
from tests.services.conftest import AT, NOW, names


def test_a_sound_cache_has_no_problems(inventory: Inventory) -> None:
    progress: list[VerificationProgress] = []
    found = verify_entries(inventory, inventory.entries, report=progress.append)
    assert find_problems(inventory, now_ns=NOW) == ()
    assert (found.findings, found.sound, found.stopped) == ((), 4, False)
    assert progress[-1].entries == progress[-1].of == 5


def test_problems_are_those_of_the_entries_that_are_meant(root: Path) -> None:
    write(root, f"{record('a')}abcd1234.tmp", mtime_ns=AT)
    inventory = scan(root)
    (found,) = find_problems(inventory, now_ns=NOW)
    assert inventory.by_path[found.path].kind == "leftover"
    wheels = [entry for entry in inventory.entries if entry.kind == "wheel"]
    assert find_problems(inventory, wheels, now_ns=NOW) == ()


def test_damage_inside_a_file_shows_when_it_is_read(root: Path, inventory: Inventory) -> None:
    (wheel,) = [entry for entry in inventory.entries if entry.project == "six" and entry.kind == "wheel"]
    body = root / wheel.files[-1].path
    content = bytearray(body.read_bytes())
    content[60] ^= 1
    body.write_bytes(content)
    damaged = scan(root)
    (found,) = verify_entries(damaged, damaged.entries).findings
    assert names([damaged.by_path[found.path]]) == ["six 1.16.0"]


def test_it_can_be_stopped(inventory: Inventory) -> None:
    assert verify_entries(inventory, inventory.entries, stop=lambda: True).stopped
