from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cachetui.removal.execute import RemovalOutcome, RemovalProgress, execute
from cachetui.removal.plan import Kept
from cachetui.removal.rights import NOT_WRITABLE
from cachetui.removal.rooted import OpenDirectory
from tests.inventories import HOUR, LONG_AGO, NOW, age_directories, record, write, write_record
from tests.removal.nobody import as_a_nobody
from tests.removal.plans import (
    BELONGS,
    CHANGED,
    WHEELS,
    Opener,
    blocks,
    plan_all,
    plan_some,
    remaining,
)


def test_the_record_goes_before_its_body_and_the_emptied_shards_after_both(root: Path, opener: Opener) -> None:
    path, body = write_record(root, "a")
    write_record(root, "b")
    before = blocks(root)
    plan = plan_some(root, path)
    outcome = execute(plan, opener=opener)
    assert outcome == RemovalOutcome(
        removed=(path, body), freed=plan.frees, freed_directories=plan.frees_directories, directories=5, entries=1
    )
    assert outcome.freed + outcome.freed_directories == before - blocks(root)
    assert not (root / "http-v2/a").exists()
    assert (root / f"{record('b')}.body").exists()


def test_the_root_and_the_directories_that_pip_expects_stay(root: Path, opener: Opener) -> None:
    write_record(root, "a")
    write(root, f"{WHEELS}/x-1-py3-none-any.whl")
    execute(plan_all(root), opener=opener)
    assert remaining(root) == {"http-v2", "wheels"}


def test_a_directory_with_something_foreign_stays(root: Path, opener: Opener) -> None:
    _path, _ = write_record(root, "a")
    write(root, "http-v2/a/a/README.txt")
    outcome = execute(plan_all(root), opener=opener)
    assert remaining(root) == {"http-v2", "http-v2/a", "http-v2/a/a", "http-v2/a/a/README.txt"}
    assert outcome.directories == 3


def test_what_appeared_since_stays_with_its_directories(root: Path, opener: Opener) -> None:
    path, _body = write_record(root, "a")
    plan = plan_all(root)
    write(root, f"{path}new.tmp")
    outcome = execute(plan, opener=opener)
    assert outcome.kept == ()
    assert (root / f"{path}new.tmp").exists()


def test_what_has_gone_already_is_done_but_not_freed(root: Path, opener: Opener) -> None:
    path, body = write_record(root, "a")
    gone, gone_body = write_record(root, "b")
    plan = plan_all(root)
    size = sum([(root / name).lstat().st_blocks * 512 for name in (path, body)])
    shutil.rmtree(root / "http-v2/b")
    outcome = execute(plan, opener=opener)
    assert outcome.vanished == (gone, gone_body)
    assert outcome.removed == (path, body)
    assert outcome.entries == 2
    assert outcome.failed == 0
    assert 0 < size <= outcome.freed


def test_a_body_whose_record_has_gone_still_goes(root: Path, opener: Opener) -> None:
    path, body = write_record(root, "a")
    plan = plan_all(root)
    (root / path).unlink()
    outcome = execute(plan, opener=opener)
    assert (outcome.vanished, outcome.removed) == ((path,), (body,))


def test_directories_that_somebody_else_emptied_stay(root: Path, opener: Opener) -> None:
    path, body = write_record(root, "a")
    plan = plan_all(root)
    (root / path).unlink()
    (root / body).unlink()
    outcome = execute(plan, opener=opener)
    assert outcome.directories == 0
    assert (root / path).parent.is_dir()


def test_a_root_that_has_gone_is_done(root: Path, opener: Opener) -> None:
    path, body = write_record(root, "a")
    plan = plan_all(root)
    shutil.rmtree(root)
    assert execute(plan, opener=opener) == RemovalOutcome(vanished=(path, body), entries=1)


def test_a_hard_linked_inode_is_freed_with_its_last_name(root: Path, opener: Opener) -> None:
    path, body = write_record(root, "a", size=50_000)
    other = write(root, record("b"))
    (root / f"{record('b')}.body").hardlink_to(root / body)
    before = blocks(root)
    first = plan_some(root, path)
    outcome = execute(first, opener=opener)
    assert outcome.freed == first.frees == before - blocks(root) - outcome.freed_directories
    assert other.exists()
    before = blocks(root)
    second = plan_all(root)
    outcome = execute(second, opener=opener)
    assert outcome.freed == second.frees == before - blocks(root) - outcome.freed_directories
    assert outcome.freed > 50_000


def test_both_names_of_an_inode_within_one_entry_free_it(root: Path, opener: Opener) -> None:
    path = write(root, record("a"), b"x" * 20_000)
    (root / f"{record('a')}.body").hardlink_to(path)
    before = blocks(root)
    plan = plan_all(root)
    outcome = execute(plan, opener=opener)
    assert outcome.freed == plan.frees == before - blocks(root) - outcome.freed_directories


def test_the_origin_goes_with_the_last_wheel_of_its_folder(root: Path, opener: Opener) -> None:
    first, second = (f"{WHEELS}/x-1-cp{minor}-none-any.whl" for minor in (310, 311))
    origin = f"{WHEELS}/origin.json"
    for path in (first, second, origin):
        write(root, path)
    plan = plan_some(root, first)
    assert plan.kept == (Kept(origin, "also belongs to a wheel that is kept"),)
    assert execute(plan, opener=opener).removed == (first,)
    write(root, first)
    plan = plan_all(root)
    assert plan.kept == ()
    assert execute(plan, opener=opener).removed == (first, second, origin)
    assert remaining(root) == {"wheels"}


def test_the_origin_stays_with_a_wheel_that_could_not_go(root: Path, opener: Opener) -> None:
    first, second = (f"{WHEELS}/x-1-cp{minor}-none-any.whl" for minor in (310, 311))
    origin = f"{WHEELS}/origin.json"
    for path in (first, second, origin):
        write(root, path)
    plan = plan_all(root)
    write(root, first, b"built anew", mtime_ns=NOW)
    outcome = execute(plan, opener=opener)
    assert outcome.removed == (second,)
    assert outcome.kept == (Kept(first, CHANGED), Kept(origin, "also belongs to a wheel that is kept"))


def test_the_origin_stays_with_a_wheel_that_has_come(root: Path, opener: Opener) -> None:
    first, second = (f"{WHEELS}/x-1-cp{minor}-none-any.whl" for minor in (310, 311))
    origin = f"{WHEELS}/origin.json"
    for path in (first, second, origin):
        write(root, path)
    plan = plan_all(root)
    write(root, f"{WHEELS}/x-1-cp312-none-any.whl")
    assert execute(plan, opener=opener).removed == (first, second)
    assert (root / origin).exists()


def test_empty_shards_go_bottom_up_and_take_emptied_parents_along(root: Path, opener: Opener) -> None:
    (root / "http-v2/a/b/c/d/e").mkdir(parents=True)
    (root / "http-v2/a/b/f").mkdir(parents=True)
    write_record(root, "b")
    age_directories(root)
    before = blocks(root)
    plan = plan_some(root, "http-v2/a")
    assert plan.directories[0] == "http-v2/a/b/c/d/e"
    outcome = execute(plan, opener=opener)
    assert outcome == RemovalOutcome(freed_directories=before - blocks(root), directories=6, entries=1)
    assert not (root / "http-v2/a").exists()


def test_an_empty_shard_that_somebody_touched_stays(root: Path, opener: Opener) -> None:
    (root / "http-v2/a/b/c/d/e").mkdir(parents=True)
    age_directories(root)
    plan = plan_all(root)
    (root / "http-v2/a/b/c/d/f").mkdir()
    outcome = execute(plan, opener=opener)
    assert outcome.kept == (Kept("http-v2/a", CHANGED),)
    assert (root / "http-v2/a/b/c/d/e").is_dir()


def test_empty_shards_that_are_gone_in_part_or_whole_are_done(root: Path, opener: Opener) -> None:
    (root / "http-v2/a/b").mkdir(parents=True)
    (root / "http-v2/c/d").mkdir(parents=True)
    age_directories(root)
    plan = plan_all(root)
    shutil.rmtree(root / "http-v2/a")
    shutil.rmtree(root / "http-v2/c/d")
    os.utime(root / "http-v2/c", ns=(LONG_AGO, LONG_AGO))
    outcome = execute(plan, opener=opener)
    assert outcome.vanished == ("http-v2/a",)
    assert (outcome.directories, outcome.entries) == (1, 2)


def test_it_stops_between_two_entries_at_once(root: Path, opener: Opener) -> None:
    for digit in "abc":
        write_record(root, digit)
    answers = iter([False, True])
    outcome = execute(plan_all(root), stop=lambda: next(answers), opener=opener)
    assert outcome.stopped
    assert outcome.removed == (record("a"), f"{record('a')}.body")
    assert not (root / "http-v2/a").exists()
    assert (root / record("b")).exists()


def test_it_reports_the_first_and_the_last_entry(root: Path, opener: Opener) -> None:
    for digit in "abc":
        write_record(root, digit)
    seen: list[RemovalProgress] = []
    outcome = execute(plan_all(root), report=seen.append, opener=opener)
    assert [progress.entries for progress in seen][:1] == [1]
    assert seen[-1][:2] == (3, 3)
    assert 0 < seen[-1].freed <= outcome.freed


def test_one_failure_stops_nothing_else(root: Path, opener: Opener) -> None:
    paths = [write_record(root, digit) for digit in "abc"]

    def take(directory: OpenDirectory, name: str) -> None:
        if name == "b" * 56:
            raise PermissionError(13, "Permission denied")
        os.unlink(directory.prefix + name, dir_fd=directory.descriptor)

    outcome = execute(plan_all(root), take=take, opener=opener)
    assert outcome.removed == (*paths[0], *paths[2])
    assert outcome.kept == (Kept(paths[1][0], NOT_WRITABLE), Kept(paths[1][1], BELONGS))
    assert outcome.entries == 2


def test_what_has_gone_is_told_even_if_the_report_breaks_it_off(root: Path, opener: Opener) -> None:
    paths = [write_record(root, digit) for digit in "abc"]

    def report(progress: RemovalProgress) -> None:
        raise OSError(5, "Input/output error")

    before = blocks(root)
    outcome = execute(plan_all(root), report=report, opener=opener)
    reason = "the removal broke off: Input/output error"
    assert outcome == RemovalOutcome(
        removed=paths[0],
        kept=(Kept(paths[1][0], reason), Kept(paths[2][0], reason)),
        failed=2,
        freed=outcome.freed,
        freed_directories=before - blocks(root) - outcome.freed,
        directories=5,
        entries=1,
    )
    assert outcome.freed > 0
    assert remaining(root) >= {*paths[1], *paths[2]}
    assert not (root / "http-v2/a").exists()


def test_what_has_gone_is_told_even_if_it_cannot_be_told_whether_to_stop(root: Path, opener: Opener) -> None:
    paths = [write_record(root, digit) for digit in "abc"]
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        if len(asked) > 2:
            raise PermissionError(13, "Permission denied")
        return False

    outcome = execute(plan_all(root), stop=stop, opener=opener)
    assert outcome.removed == (*paths[0], *paths[1])
    assert outcome.kept == (Kept(paths[2][0], f"the removal broke off: {NOT_WRITABLE}"),)
    assert (outcome.entries, outcome.failed, outcome.stopped) == (2, 1, False)


def test_a_file_in_use_is_skipped(root: Path, opener: Opener) -> None:
    path, _body = write_record(root, "a")

    def take(directory: OpenDirectory, name: str) -> None:
        raise OSError(16, "Device or resource busy")

    outcome = execute(plan_all(root), take=take, opener=opener)
    assert outcome.kept[0] == Kept(path, "in use, skipped")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes deny nothing here")
@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_a_directory_without_permission_keeps_what_is_in_it(open_root: Path, mode: int) -> None:
    root = open_root
    path, body = write_record(root, "a")
    write_record(root, "b")
    said = as_a_nobody(
        root,
        f"""
        from pathlib import Path
        from cachetui.removal.execute import execute
        from cachetui.removal.plan import plan_removal
        from tests.inventories import NOW, inventory_of
        inventory = inventory_of(Path(root))
        plan = plan_removal(inventory, inventory.entries, now_ns=NOW, home=Path("/nowhere"))
        folder = Path(root, {path!r}).parent
        folder.chmod({mode})
        outcome = execute(plan)
        folder.chmod(0o700)
        print(outcome.removed == {(record("b"), f"{record('b')}.body")!r}, [reason for _, reason in outcome.kept])
        """,
    )
    assert said == f"True {[NOT_WRITABLE, BELONGS]}\n"
    assert (root / path).exists()
    assert (root / body).exists()
    assert not (root / "http-v2/b").exists()


def test_a_fresh_tmp_stays_and_is_named(root: Path) -> None:
    fresh, old = f"{record('a')}abcdefgh.tmp", f"{record('b')}abcdefgh.tmp"
    write(root, fresh, mtime_ns=NOW - HOUR // 2)
    write(root, old, mtime_ns=NOW - 2 * HOUR)
    outcome = execute(plan_all(root))
    assert outcome.removed == (old,)
    assert [kept.path for kept in outcome.kept] == [fresh]
    assert outcome.failed == 0
