"""Why entries of a whole cache would stay, before anything is planned."""

from __future__ import annotations

from pathlib import Path

from cachetui.removal.in_use import BUILT_LATELY, PROTECTED, WRITTEN_LATELY, build_times, reason_to_stay
from cachetui.removal.plan import Kept
from cachetui.removal.reasons_to_stay import staying
from cachetui.removal.recheck import CHANGED
from tests.inventories import NOW, inventory_of, record, write, write_record
from tests.removal.plans import FOLDER, LATER
from tests.removal.stored import NOW as STORED_NOW
from tests.removal.stored import Stored


def test_what_changed_since_the_scan_is_told_only_if_all_is_looked_at(root: Path) -> None:
    path, body = write_record(root, "a")
    write_record(root, "b")
    inventory = inventory_of(root)
    write(root, body, b"changed")
    assert staying(inventory, now_ns=NOW) == {}
    assert staying(inventory, now_ns=NOW, exact=True) == {path: CHANGED}


def test_a_build_folder_is_looked_at_again_in_any_case(root: Path) -> None:
    write(root, f"{FOLDER}/six.whl")
    inventory = inventory_of(root)
    (entry,) = inventory.entries
    assert reason_to_stay(entry, NOW, (), build_times(inventory.entries)) is None  # by the times of its files
    assert staying(inventory, now_ns=NOW) == {entry.path: BUILT_LATELY}
    assert staying(inventory, now_ns=LATER) == {}


def test_each_reason_belongs_to_its_entry_and_protection_comes_first(root: Path) -> None:
    for digit in "abc":
        write_record(root, digit)
    write(root, "http-v2/new.tmp", mtime_ns=NOW)
    write(root, "http-v2/old.tmp")
    inventory = inventory_of(root, kinds={record("a"): "index", record("b"): "index"})
    fresh = {"http-v2/new.tmp": WRITTEN_LATELY.format("a pip")}
    assert staying(inventory, now_ns=NOW) == fresh
    awaited = {record("a"): "a pip is running", record("b"): "a pip is running"}
    assert staying(inventory, now_ns=NOW, pips=(1,)) == fresh | awaited
    protected = {record("b"), record("c"), "http-v2/new.tmp"}
    assert staying(inventory, now_ns=NOW, pips=(1,), protected=protected) == {
        record("a"): "a pip is running",
        **dict.fromkeys(protected, PROTECTED),
    }


def test_what_a_running_poetry_may_need_stays(stored: Stored) -> None:
    release = stored.cache.release("lab", "my-app", "1.0")
    plan = stored.plan(stored.artifact, stored.page, release, pips=(1,))
    assert [entry.path for entry in plan.entries] == [release]
    assert set(plan.kept) == {Kept(path, "poetry is running") for path in (stored.artifact, stored.page)}


def test_what_goes_only_with_a_protected_entry_stays_for_the_same_reason(stored: Stored) -> None:
    stays = staying(stored.cache.scan(), now_ns=STORED_NOW, protected=frozenset({stored.record[0]}))
    assert stays == dict.fromkeys((stored.artifact, stored.record[0]), "protected")
