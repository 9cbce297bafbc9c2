from __future__ import annotations

from pathlib import Path
from shutil import rmtree

import pytest

from cachetui.removal.execute import execute
from cachetui.removal.plan import Kept
from cachetui.removal.recheck import GONE, MORE, REPLACED, recheck, removable
from tests.inventories import NOW, age_directories, inventory_of, write, write_record
from tests.removal.plans import (
    BELONGS,
    CHANGED,
    Opener,
    plan_all,
)


@pytest.mark.parametrize("part", [0, 1])
def test_an_entry_of_which_one_file_changed_stays_whole(root: Path, opener: Opener, part: int) -> None:
    paths = write_record(root, "a")
    plan = plan_all(root)
    write(root, paths[part], b"something else", mtime_ns=NOW)
    outcome = execute(plan, opener=opener)
    assert outcome.removed == ()
    assert outcome.entries == outcome.freed == 0
    assert outcome.failed == 2
    assert set(outcome.kept) == {Kept(paths[part], CHANGED), Kept(paths[1 - part], BELONGS)}
    assert all((root / path).exists() for path in paths)


def test_a_file_replaced_by_a_twin_of_same_size_and_time_stays(root: Path, opener: Opener) -> None:
    _path, body = write_record(root, "a")
    plan = plan_all(root)
    write(root, "twin", (root / body).read_bytes())
    (root / "twin").replace(root / body)
    assert Kept(body, CHANGED) in execute(plan, opener=opener).kept
    assert (root / body).exists()


def test_a_file_replaced_by_a_link_stays_and_so_does_what_the_link_shows(root: Path, opener: Opener) -> None:
    _path, body = write_record(root, "a")
    plan = plan_all(root)
    (root / body).rename(root.parent / "treasure")
    (root / body).symlink_to(root.parent / "treasure")
    assert execute(plan, opener=opener).removed == ()
    assert (root.parent / "treasure").exists()
    assert (root / body).is_symlink()


def test_nothing_is_compared_where_the_root_is_gone_or_another(root: Path) -> None:
    write_record(root, "a")
    inventory = inventory_of(root)
    root.rename(root.with_name("moved"))
    assert recheck(inventory, inventory.entries) == ({}, {})
    assert removable(inventory, ["http-v2"]) == set()
    root.mkdir()
    assert recheck(inventory, inventory.entries) == ({}, {})


def test_what_is_gone_or_has_become_something_else_differs(root: Path) -> None:
    gone, gone_body = write_record(root, "a")
    half, _ = write_record(root, "b")
    in_file, _ = write_record(root, "c")
    (root / "http-v2/d").mkdir()
    (root / "http-v2/e").mkdir()
    (root / "http-v2/f").mkdir()
    age_directories(root)
    write(root, "wheels/tmpgone/x.whl")
    write(root, "wheels/tmpmore/x.whl")
    inventory = inventory_of(root)
    (root / gone).unlink()
    (root / gone_body).unlink()
    (root / half).unlink()
    rmtree((root / in_file).parent)
    (root / in_file).parent.write_bytes(b"")
    (root / "http-v2/d").rmdir()
    (root / "http-v2/e").rmdir()
    (root / "http-v2/e").write_bytes(b"")
    rmtree(root / "wheels/tmpgone")
    write(root, "wheels/tmpmore/y.whl")
    unlike, times = recheck(inventory, inventory.entries)
    assert unlike == {
        gone: GONE,
        half: CHANGED,
        in_file: REPLACED,
        "http-v2/d": GONE,
        "http-v2/e": CHANGED,
        "wheels/tmpgone/x.whl": GONE,
        "wheels/tmpmore/x.whl": MORE,
    }
    assert times == {}
