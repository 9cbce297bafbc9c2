from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.removal.execute import execute
from cachetui.removal.plan import Kept
from tests.inventories import NOW, write, write_record
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
