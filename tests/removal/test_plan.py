from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.errors import RefusedError
from cachetui.model import Entry, Inventory
from cachetui.removal.in_use import BUILT_LATELY, PROTECTED, running_words
from cachetui.removal.plan import SERVES, Kept, Plan, plan_removal
from tests.inventories import HOUR, NOW, age_directories, inventory_of, record, write, write_record

WHEELS = f"wheels/aa/bb/cc/{'d' * 50}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "pip"
    root.mkdir()
    return root


def plan(inventory: Inventory, *paths: str, pips: tuple[int, ...] = (), now_ns: int = NOW) -> Plan:
    entries = [inventory.by_path[path] for path in paths] if paths else inventory.entries
    return plan_removal(inventory, entries, now_ns=now_ns, pips=pips, home=Path("/nowhere"))


def test_it_keeps_the_order_of_the_inventory_and_names_nothing_twice(root: Path) -> None:
    paths = [write_record(root, digit)[0] for digit in "abc"]
    inventory = inventory_of(root)
    entries = [inventory.by_path[path] for path in (*reversed(paths), paths[0])]
    found = plan_removal(inventory, entries, now_ns=NOW, home=Path("/nowhere"))
    assert [entry.path for entry in found.entries] == paths
    assert found.files == 6


def test_what_is_not_as_the_scan_saw_it_stays(root: Path) -> None:
    path, _ = write_record(root, "a")
    inventory = inventory_of(root)
    known = inventory.by_path[path]
    stale = known._replace(files=(known.files[0]._replace(size=1), known.files[1]))
    stranger = Entry("wheel", known.files, "elsewhere", 0)
    found = plan_removal(inventory, [stale, stranger], now_ns=NOW, home=Path("/nowhere"))
    assert found.entries == ()
    assert {kept.path for kept in found.kept} == {path, "elsewhere"}


def test_index_pages_stay_while_a_pip_runs_and_are_named(root: Path) -> None:
    page, _ = write_record(root, "a")
    wheel, _ = write_record(root, "b")
    inventory = inventory_of(root, kinds={page: "index"})
    assert [entry.path for entry in plan(inventory).entries] == [page, wheel]
    found = plan(inventory, pips=(4121,))
    assert [entry.path for entry in found.entries] == [wheel]
    assert found.kept == (Kept(page, running_words()),)
    assert found.costs == ()
    assert plan_removal(inventory, inventory.entries[-1:], now_ns=NOW, pips=(4121,), home=Path("/nowhere")).costs


def test_build_folders_stay_for_a_day_and_while_a_pip_runs(root: Path) -> None:
    old, fresh = f"{WHEELS}/tmpold_____/x-1.whl", f"{WHEELS}/tmpfresh___/x-1.whl"
    later = NOW + 30 * HOUR  # the time of a folder's last change cannot be set back
    write(root, old)
    write(root, fresh, mtime_ns=later - 23 * HOUR)
    inventory = inventory_of(root)
    found = plan(inventory, now_ns=later)
    assert [entry.path for entry in found.entries] == [old]
    assert [kept.path for kept in found.kept] == [fresh]
    assert found.directories == (f"{WHEELS}/tmpold_____",)
    assert plan(inventory, now_ns=later, pips=(1,)).entries == ()


def test_a_build_folder_made_lately_stays_however_old_its_files(root: Path) -> None:
    path = f"{WHEELS}/tmpabcdefgh/x-1.whl"
    write(root, path)
    assert plan(inventory_of(root)).kept == (Kept(path, BUILT_LATELY),)
    (root / f"{WHEELS}/tmpabcdefgh/sub").mkdir()
    age_directories(root)
    assert plan(inventory_of(root), path).kept == (Kept(path, BUILT_LATELY),)


@pytest.mark.parametrize("path", [record("a"), f"{record('a')}.body"])
def test_halves_of_a_record_stay_for_an_hour(root: Path, path: str) -> None:
    write(root, path, mtime_ns=NOW - HOUR // 2)
    inventory = inventory_of(root, kinds={path: "leftover"})
    inventory = replace(inventory, entries=tuple([entry for entry in inventory.entries if entry.files]))
    assert plan(inventory).entries == ()
    assert len(plan(inventory, now_ns=NOW + 30 * HOUR).entries) == len(inventory.entries)


def test_responses_stay_while_a_pip_runs(root: Path) -> None:
    page, response, other = (write_record(root, digit)[0] for digit in "abc")
    inventory = inventory_of(root, kinds={page: "index", response: "response", other: "response"})
    found = plan(inventory, pips=(7,))
    assert found.entries == ()
    assert found.kept == tuple([Kept(path, running_words()) for path in (page, response, other)])
    assert found.costs == ()


def test_what_changed_or_went_since_the_scan_stays_and_is_told(root: Path) -> None:
    changed, gone, half, fine = (write_record(root, digit) for digit in "abcd")
    inventory = inventory_of(root)
    write(root, changed[1], b"other")
    for path in (*gone, half[0]):
        (root / path).unlink()
    found = plan(inventory)
    assert [entry.path for entry in found.entries] == [fine[0]]
    assert found.kept == (
        Kept(changed[0], "changed since the cache was read"),
        Kept(gone[0], "gone since the cache was read"),
        Kept(half[0], "changed since the cache was read"),
    )


def test_a_root_that_is_gone_or_another_is_left_to_the_removal(root: Path) -> None:
    write_record(root, "a")
    inventory = inventory_of(root)
    root.rename(root.parent / "old")
    assert len(plan(inventory).entries) == 1
    root.mkdir()
    assert len(plan(inventory).entries) == 1


def test_one_fresh_file_keeps_its_whole_build_folder(root: Path) -> None:
    paths = [f"{WHEELS}/tmpabcdefgh/{name}" for name in ("a.whl", "b.whl")]
    write(root, paths[0], mtime_ns=NOW - 99 * HOUR)
    write(root, paths[1], mtime_ns=NOW - HOUR)
    assert plan(inventory_of(root), paths[0]).entries == ()


def test_tmp_files_stay_for_an_hour_and_so_do_those_from_the_future(root: Path) -> None:
    ages = {"a": 2 * HOUR, "b": HOUR // 2, "c": -HOUR}
    paths = {digit: f"{record(digit)}abcdefgh.tmp" for digit in ages}
    for digit, age in ages.items():
        write(root, paths[digit], mtime_ns=NOW - age)
    found = plan(inventory_of(root))
    assert [entry.path for entry in found.entries] == [paths["a"]]
    assert {kept.path for kept in found.kept} == {paths["b"], paths["c"]}
    assert found.costs == ()


def test_directories_that_were_emptied_lately_stay(root: Path) -> None:
    (root / "http-v2/a").mkdir(parents=True)
    assert plan(inventory_of(root)).kept == (Kept("http-v2/a", "emptied less than an hour ago"),)
    age_directories(root)
    assert plan(inventory_of(root)).directories == ("http-v2/a",)


def test_wheels_that_were_built_here_are_told_as_a_cost(root: Path) -> None:
    for name in ("x", "y"):
        write(root, f"wheels/aa/bb/cc/{name * 50}/{name}-1-py3-none-any.whl")
    inventory = inventory_of(root)
    assert plan(inventory, inventory.entries[0].path).costs == ("1 built wheel: pip must build it again when needed",)
    assert plan(inventory).costs == ("2 built wheels: pip must build them again when needed",)


def test_further_names_of_a_file_are_told_as_a_cost(root: Path) -> None:
    _, body = write_record(root, "a")
    (root.parent / "elsewhere").hardlink_to(root / body)
    found = plan(inventory_of(root))
    assert found.costs == ("1 file has other hard links: the space is freed with the last one",)
    assert found.frees < 5 * 4096 + 10_000


def test_a_purge_needs_a_whole_reading_but_a_removal_does_not(root: Path) -> None:
    write_record(root, "a")
    inventory = inventory_of(root)
    partial = Inventory(
        inventory.root,
        inventory.device,
        inventory.inode,
        inventory.entries,
        complete=False,
        kept_directories=frozenset(),
    )
    assert len(plan(partial).entries) == 1
    with pytest.raises(RefusedError, match="has not been read to its end"):
        plan_removal(partial, partial.entries, now_ns=NOW, purge=True, home=Path("/nowhere"))


def test_it_touches_nothing(root: Path) -> None:
    write_record(root, "a")
    before = [(path, path.lstat().st_mtime_ns) for path in sorted(root.rglob("*"))]
    plan(inventory_of(root))
    assert [(path, path.lstat().st_mtime_ns) for path in sorted(root.rglob("*"))] == before


def test_bytes_that_are_no_text_do_no_harm(root: Path) -> None:
    name = os.fsdecode(b"http-v2/a/a/a/a/a/\xff.tmp")
    write(root, name)
    assert [entry.path for entry in plan(inventory_of(root)).entries] == [name]


def test_what_is_protected_stays_with_all_it_needs(root: Path) -> None:
    mine, _ = write_record(root, "a")
    other, _ = write_record(root, "b")
    for name in ("one-1-py3-none-any.whl", "two-1-py3-none-any.whl", "origin.json"):
        write(root, f"{WHEELS}/{name}")
    age_directories(root)
    inventory = inventory_of(root)
    built = f"{WHEELS}/two-1-py3-none-any.whl"
    found = plan_removal(
        inventory, inventory.entries, now_ns=NOW, protected={mine, built}, purge=True, home=Path("/nowhere")
    )
    assert [entry.path for entry in found.entries] == [other, f"{WHEELS}/one-1-py3-none-any.whl"]
    assert {(kept.path, kept.reason) for kept in found.kept} == {
        (mine, PROTECTED),
        (built, PROTECTED),
        (f"{WHEELS}/origin.json", SERVES),
    }
    assert not any(mine.startswith(folder) or built.startswith(folder) for folder in found.directories)


def test_what_is_protected_and_not_asked_for_is_not_named(root: Path) -> None:
    mine, _ = write_record(root, "a")
    other, _ = write_record(root, "b")
    inventory = inventory_of(root)
    found = plan_removal(inventory, [inventory.by_path[other]], now_ns=NOW, protected={mine}, home=Path("/nowhere"))
    assert [entry.path for entry in found.entries] == [other]
    assert found.kept == ()
