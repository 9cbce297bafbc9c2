"""An entry goes only while nobody holds its locks, and they are held while it goes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cachetui.removal.execute import execute
from cachetui.removal.locks import NO_LOCKS, locked
from cachetui.removal.plan import Kept, plan_removal
from cachetui.removal.recheck import KeptError
from cachetui.removal.rooted import PathCursor
from tests.caches.poetry_writer import PoetryWriter
from tests.inventories import files, inventory_of, write
from tests.removal.plans import Opener
from tests.removal.stored import HAS_LOCKS, NOW, URL, Stored


@HAS_LOCKS
@pytest.mark.parametrize("number", [2, 3])
def test_an_entry_stays_while_somebody_holds_one_of_its_locks(stored: Stored, opener: Opener, number: int) -> None:
    import fcntl  # noqa: PLC0415 - there is none on Windows

    plan = stored.plan(stored.artifact)
    with (stored.cache.root / stored.record[number]).open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        outcome = execute(plan, opener=opener)
    assert outcome.removed == ()
    assert set(outcome.kept) == {Kept(path, "poetry is using it") for path in (stored.artifact, stored.record[0])}
    assert files(stored.cache.root) == stored.others | {stored.artifact, *stored.record}


@HAS_LOCKS
def test_the_locks_are_held_while_the_files_go(stored: Stored, opener: Opener) -> None:
    import fcntl  # noqa: PLC0415 - there is none on Windows

    free: list[bool] = []

    def take(directory: object, name: str) -> None:
        for path in stored.record[2:]:
            with (stored.cache.root / path).open("r+b") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    free.append(False)
                else:
                    free.append(True)

    execute(stored.plan(stored.record[0]), opener=opener, take=take)
    assert free == [False] * 8


@HAS_LOCKS
def test_an_entry_whose_locks_are_gone_goes_all_the_same(root: Path, opener: Opener) -> None:
    cache = PoetryWriter(root)
    path, body = cache.answer("lab", URL, b"wheel", locks=False)
    inventory = cache.scan()
    plan = plan_removal(inventory, inventory.entries, now_ns=NOW, home=root.parent / "home")
    assert execute(plan, opener=opener).removed == (path, body)


@HAS_LOCKS
def test_a_lock_that_was_replaced_keeps_the_entry(stored: Stored, opener: Opener) -> None:
    plan = stored.plan(stored.record[0])
    lock = stored.cache.root / stored.record[2]
    lock.unlink()
    lock.symlink_to(stored.cache.root / stored.page)
    outcome = execute(plan, opener=opener)
    assert outcome.removed == ()
    assert stored.record[0] in [kept.path for kept in outcome.kept]
    assert set(stored.record) <= files(stored.cache.root)


@HAS_LOCKS
def test_a_lock_that_is_gone_is_left_out_and_a_link_in_its_place_is_not_followed(root: Path, opener: Opener) -> None:
    for name in ("a.lock", "b.lock", "elsewhere"):
        write(root, f"folder/{name}")
    locks = [entry.files[0] for entry in inventory_of(root).entries]
    assert [file.path for file in locks] == ["folder/a.lock", "folder/b.lock"]
    way = PathCursor(opener(str(root)), lambda *_: None)
    try:
        (root / "folder/a.lock").unlink()
        for _ in range(2):  # they are free again at the end
            with locked(way, locks, "poetry"):
                pass
        (root / "folder/a.lock").symlink_to("elsewhere")
        with pytest.raises(KeptError), locked(way, locks, "poetry"):
            raise AssertionError("the link was followed")
    finally:
        way.close()


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere, locks can be held meanwhile")
def test_what_has_locks_stays_where_they_cannot_be_held(stored: Stored) -> None:
    outcome = execute(stored.plan(stored.artifact))
    assert set(outcome.kept) == {Kept(path, NO_LOCKS) for path in (stored.artifact, stored.record[0])}
