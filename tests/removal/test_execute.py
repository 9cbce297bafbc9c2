from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from cachetui.errors import RefusedError
from cachetui.model import Entry, Inventory
from cachetui.removal import in_use_monitor
from cachetui.removal.execute import RemovalOutcome, RemovalProgress, execute, unlink
from cachetui.removal.in_use import BUILT_LATELY
from cachetui.removal.plan import Kept, Plan, plan_removal
from cachetui.removal.recheck import MORE
from cachetui.removal.rights import NOT_WRITABLE
from cachetui.removal.rooted import BY_DESCRIPTOR, Directory
from tests.inventories import HOUR, LONG_AGO, NOW, age_directories, inventory_of, record, write, write_record
from tests.removal.nobody import as_a_nobody

Opener = Callable[[str], Directory]
CHANGED = "changed since the cache was read"
BELONGS = "belongs to what stays"
WHEELS = f"wheels/aa/bb/cc/{'d' * 50}"
FOLDER = f"{WHEELS}/tmpabcdefgh"
LATER = NOW + 25 * HOUR
"""When a folder that a test made is old enough: the time of a folder's last change cannot be set back."""


@pytest.fixture(params=[True, False] if BY_DESCRIPTOR else [False], ids=lambda way: "descriptors" if way else "paths")
def opener(request: pytest.FixtureRequest) -> Opener:
    """Both ways to reach files, wherever the tests run."""
    return partial(Directory, by_descriptor=request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "pip"
    root.mkdir()
    return root


def plan_all(root: Path, inventory: Inventory | None = None) -> Plan:
    inventory = inventory or inventory_of(root)
    return plan_removal(inventory, inventory.entries, now_ns=NOW, home=root.parent / "home")


def plan_later(inventory: Inventory) -> Plan:
    return plan_removal(inventory, inventory.entries, now_ns=LATER, home=Path(inventory.root).parent / "home")


def plan_some(root: Path, *paths: str) -> Plan:
    inventory = inventory_of(root)
    return plan_removal(inventory, [inventory.by_path[path] for path in paths], now_ns=NOW, home=root.parent / "home")


def remaining(root: Path) -> set[str]:
    """Return every path that is left under a root."""
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def blocks(root: Path) -> int:
    """Sum up allocated bytes as `du` does: everything under a root, each inode once."""
    stats = [path.lstat() for path in [root, *root.rglob("*")]]
    return sum({(stat.st_dev, stat.st_ino): stat.st_blocks * 512 for stat in stats}.values())


def test_the_record_goes_before_its_body_and_the_emptied_shards_after_both(root: Path, opener: Opener) -> None:
    path, body = write_record(root, "a")
    write_record(root, "b")
    before = blocks(root)
    plan = plan_some(root, path)
    outcome = execute(plan, opener=opener)
    assert outcome == RemovalOutcome(removed=(path, body), freed=before - blocks(root), directories=5, entries=1)
    assert outcome.freed == plan.frees
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


@pytest.mark.parametrize("level", ["http-v2", "http-v2/a", "http-v2/a/a/a/a/a"])
def test_a_directory_swapped_for_a_link_to_itself_elsewhere_is_not_followed(
    root: Path, opener: Opener, level: str
) -> None:
    path, body = write_record(root, "a")
    plan = plan_all(root)
    (root / level).rename(root.parent / "moved")
    (root / level).symlink_to(root.parent / "moved", target_is_directory=True)
    outcome = execute(plan, opener=opener)
    assert outcome.removed == outcome.vanished == ()
    assert outcome.kept == (Kept(path, "something else stands where its directory was"), Kept(body, BELONGS))
    assert len([item for item in (root.parent / "moved").rglob("*") if item.is_file()]) == 2


def test_a_directory_swapped_for_a_link_under_way_is_not_followed(root: Path, opener: Opener) -> None:
    for name in ("a" * 56, f"{'a' * 55}b"):
        write(root, f"http-v2/a/a/a/a/a/{name}")
        write(root, f"http-v2/a/a/a/a/a/{name}.body")
    plan = plan_all(root)
    folder = root / "http-v2/a/a/a/a/a"
    elsewhere = root.parent / "elsewhere"
    asked = 0

    def swap() -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            shutil.copytree(folder, elsewhere, copy_function=os.link)
            folder.rename(root.parent / "moved")
            folder.symlink_to(elsewhere, target_is_directory=True)
        return False

    execute(plan, stop=swap, opener=opener)
    assert {item.name for item in elsewhere.iterdir()} == {f"{'a' * 55}b", f"{'a' * 55}b.body"}


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


def test_another_directory_in_place_of_the_root_is_refused(root: Path, opener: Opener) -> None:
    write_record(root, "a")
    plan = plan_all(root)
    shutil.copytree(root, root.parent / "copy")
    root.rename(root.parent / "old")
    (root.parent / "copy").rename(root)
    with pytest.raises(RefusedError, match="is not the directory that was read"):
        execute(plan, opener=opener)
    shutil.rmtree(root)
    root.symlink_to(root.parent / "old", target_is_directory=True)
    with pytest.raises(RefusedError, match="cannot be opened any more"):
        execute(plan, opener=opener)
    assert len([path for path in (root.parent / "old").rglob("*") if path.is_file()]) == 2


def test_a_hard_linked_inode_is_freed_with_its_last_name(root: Path, opener: Opener) -> None:
    path, body = write_record(root, "a", size=50_000)
    other = write(root, record("b"))
    (root / f"{record('b')}.body").hardlink_to(root / body)
    before = blocks(root)
    first = plan_some(root, path)
    outcome = execute(first, opener=opener)
    assert outcome.freed == first.frees == before - blocks(root)
    assert other.exists()
    before = blocks(root)
    second = plan_all(root)
    outcome = execute(second, opener=opener)
    assert outcome.freed == second.frees == before - blocks(root)
    assert outcome.freed > 50_000


def test_both_names_of_an_inode_within_one_entry_free_it(root: Path, opener: Opener) -> None:
    path = write(root, record("a"), b"x" * 20_000)
    (root / f"{record('a')}.body").hardlink_to(path)
    before = blocks(root)
    plan = plan_all(root)
    outcome = execute(plan, opener=opener)
    assert outcome.freed == plan.frees == before - blocks(root)


def test_the_origin_goes_with_the_last_wheel_of_its_folder(root: Path, opener: Opener) -> None:
    first, second = (f"{WHEELS}/x-1-cp{minor}-none-any.whl" for minor in (310, 311))
    origin = f"{WHEELS}/origin.json"
    for path in (first, second, origin):
        write(root, path)
    plan = plan_some(root, first)
    assert plan.kept == (Kept(origin, "serves a wheel that stays as well"),)
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
    assert outcome.kept == (Kept(first, CHANGED), Kept(origin, "serves a wheel that stays as well"))


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
    assert outcome == RemovalOutcome(freed=before - blocks(root), directories=6, entries=1)
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


def build_folder(root: Path, *more: str) -> tuple[Inventory, list[str]]:
    """Leave two files or more in a folder that a wheel is built in; return one leftover of all, and their paths."""
    paths = [f"{FOLDER}/one.whl", f"{FOLDER}/sub/two.txt", *more]
    for path in paths:
        write(root, path)
    inventory = inventory_of(root)
    files = tuple([file for path in paths for file in inventory.by_path[path].files])
    entries = (Entry("leftover", files, paths[0], LONG_AGO),)
    return replace(inventory, entries=entries), paths


def test_an_abandoned_build_folder_goes_whole(root: Path, opener: Opener) -> None:
    inventory, paths = build_folder(root)
    outcome = execute(plan_later(inventory), clock=lambda: LATER, opener=opener)
    assert set(outcome.removed) == {*paths}
    assert not (root / FOLDER).exists()


def test_a_file_of_a_build_folder_that_changes_meanwhile_stays(root: Path, opener: Opener) -> None:
    last = f"{FOLDER}/zzz.o"
    inventory, paths = build_folder(root, last)
    taken: list[str] = []

    def take(directory: Directory, name: str) -> None:
        if not taken:
            write(root, last, b"another length")
        taken.append(name)
        unlink(directory, name)

    outcome = execute(plan_later(inventory), clock=lambda: LATER, take=take, opener=opener)

    assert outcome.removed == tuple(paths[:2])
    assert [kept.path for kept in outcome.kept] == [last]
    assert (root / last).read_bytes() == b"another length"


def rewrite(root: Path) -> None:
    write(root, f"{FOLDER}/sub/two.txt", b"changed")


def add(root: Path) -> None:
    write(root, f"{FOLDER}/sub/three.txt")


def link(root: Path) -> None:
    (root / FOLDER / "link").symlink_to("one.whl")


@pytest.mark.parametrize(
    ("change", "reason"),
    [(rewrite, CHANGED), (add, MORE), (link, MORE)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_build_folder_in_use_stays_whole(
    root: Path, opener: Opener, change: Callable[[Path], None], reason: str
) -> None:
    inventory, paths = build_folder(root)
    plan = plan_later(inventory)
    change(root)
    outcome = execute(plan, clock=lambda: LATER, opener=opener)
    assert outcome.removed == ()
    assert outcome.kept == (Kept(paths[0], reason),)
    assert all((root / path).exists() for path in paths)
    assert plan_later(inventory).kept == (Kept(paths[0], reason),)


def test_a_build_folder_made_lately_stays_however_old_its_files(root: Path, opener: Opener) -> None:
    inventory, paths = build_folder(root)
    age_directories(root)
    plan = plan_later(inventory)
    outcome = execute(plan, opener=opener)
    assert outcome.kept == (Kept(paths[0], BUILT_LATELY),)
    assert outcome.removed == ()


def test_a_pip_that_starts_keeps_what_it_may_wait_for(root: Path, opener: Opener) -> None:
    page, wheel, response = (write_record(root, digit) for digit in "abc")
    folder, paths = build_folder(root)
    inventory = inventory_of(root, kinds={page[0]: "index", response[0]: "response"})
    records = [entry for entry in inventory.entries if entry.path.startswith("http-v2/")]
    inventory = replace(inventory, entries=(*records, *folder.entries))
    outcome = execute(plan_later(inventory), clock=lambda: LATER, opener=opener, pips=lambda: (4121,))
    assert outcome.removed == wheel
    assert outcome.kept == (
        Kept(page[0], "a pip is running (4121) and may be waiting for this page"),
        Kept(response[0], "a pip is running (4121) and may be waiting for this response"),
        Kept(paths[0], "a pip is running (4121) and may be building a wheel here"),
    )


def test_pips_are_asked_for_again_during_a_removal(root: Path, opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [write_record(root, digit) for digit in "abc"]
    inventory = inventory_of(root, kinds={path: "index" for path, _ in pages})
    monkeypatch.setattr(in_use_monitor, "PIPS_SECONDS", 0)
    answers = iter([(), (4121,), (4121,)])
    outcome = execute(plan_all(root, inventory), opener=opener, pips=lambda: next(answers))
    assert outcome.removed == pages[0]
    assert outcome.failed == 2


def test_pips_are_not_asked_for_without_need_or_all_the_time(root: Path, opener: Opener) -> None:
    paths = [write_record(root, digit)[0] for digit in "abc"]
    asked: list[int] = []

    def pips() -> tuple[int, ...]:
        asked.append(1)
        return ()

    plan = plan_some(root, paths[0])
    execute(plan, opener=opener, pips=pips)
    assert asked == []
    inventory = inventory_of(root, kinds=dict.fromkeys(paths, "index"))
    assert len(execute(plan_all(root, inventory), opener=opener, pips=pips).removed) == 4
    assert asked == [1]


def test_an_empty_build_folder_stays_while_a_pip_runs(root: Path, opener: Opener) -> None:
    (root / FOLDER / "sub").mkdir(parents=True)
    age_directories(root)
    plan = plan_later(inventory_of(root))
    assert plan.entries
    assert execute(plan, clock=lambda: LATER, opener=opener, pips=lambda: (7,)).directories == 0
    assert (root / FOLDER / "sub").is_dir()
    assert execute(plan, clock=lambda: LATER, opener=opener).failed == 0
    assert not (root / FOLDER).exists()


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

    def take(directory: Directory, name: str) -> None:
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
        freed=before - blocks(root),
        directories=5,
        entries=1,
    )
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


def test_what_a_pip_may_need_stays_if_it_cannot_be_told_which_run(root: Path, opener: Opener) -> None:
    page, wheel, response = (write_record(root, digit) for digit in "abc")
    folder, paths = build_folder(root)
    inventory = inventory_of(root, kinds={page[0]: "index", response[0]: "response"})
    records = [entry for entry in inventory.entries if entry.path.startswith("http-v2/")]
    inventory = replace(inventory, entries=(*records, *folder.entries))
    asked: list[int] = []

    def pips() -> tuple[int, ...]:
        asked.append(1)
        raise OSError(24, "Too many open files")

    outcome = execute(plan_later(inventory), clock=lambda: LATER, opener=opener, pips=pips)
    assert outcome.removed == wheel
    reason = "which pips run cannot be told: Too many open files"
    assert outcome.kept == (Kept(page[0], reason), Kept(response[0], reason), Kept(paths[0], reason))
    assert outcome.failed == 3
    assert asked == [1]


def test_an_empty_build_folder_stays_if_it_cannot_be_told_which_pips_run(root: Path, opener: Opener) -> None:
    (root / FOLDER).mkdir(parents=True)
    age_directories(root)

    def pips() -> tuple[int, ...]:
        raise OSError(24, "Too many open files")

    outcome = execute(plan_later(inventory_of(root)), clock=lambda: LATER, opener=opener, pips=pips)
    assert [reason for _, reason in outcome.kept] == ["which pips run cannot be told: Too many open files"]
    assert (root / FOLDER).is_dir()


@pytest.mark.skipif(not BY_DESCRIPTOR, reason="nothing is held open there")
def test_a_directory_that_cannot_be_closed_loses_nothing(root: Path) -> None:
    path, body = write_record(root, "a")

    def take(directory: Directory, name: str) -> None:
        os.unlink(name, dir_fd=directory.descriptor)
        if name.endswith(".body") and directory.descriptor is not None:
            os.close(directory.descriptor)

    outcome = execute(plan_all(root), take=take)
    assert outcome.removed == (path, body)
    assert (outcome.directories, outcome.failed) == (5, 0)
    assert remaining(root) == {"http-v2"}


def test_a_file_in_use_is_skipped(root: Path, opener: Opener) -> None:
    path, _body = write_record(root, "a")

    def take(directory: Directory, name: str) -> None:
        raise OSError(16, "Device or resource busy")

    outcome = execute(plan_all(root), take=take, opener=opener)
    assert outcome.kept[0] == Kept(path, "in use, skipped")


def test_names_that_are_no_text_go_like_others(root: Path) -> None:
    write(root, "http-v2/a/a/a/a/a/x", b"")
    name = os.fsdecode(b"http-v2/a/a/a/a/a/\xff\xfe.tmp")
    write(root, name)
    assert execute(plan_some(root, name)).removed == (name,)


def test_other_file_systems_are_not_entered(root: Path) -> None:
    _path, _body = write_record(root, "a")
    other = Path("/dev/shm")  # a file system of its own on Linux
    if not other.is_dir() or other.stat().st_dev == root.stat().st_dev:
        pytest.skip("no second file system here")
    inventory = inventory_of(root)
    plan = plan_all(root, inventory)

    def opener(_: str) -> Directory:
        directory = Directory(str(root))
        directory.close()
        directory.descriptor = os.open("/dev", os.O_RDONLY)
        return directory

    entry = plan.entries[0]
    files = tuple([file._replace(path=f"shm/{file.path.rpartition('/')[2]}") for file in entry.files])
    moved = Plan(plan.root, plan.device, plan.inode, (entry._replace(files=files),))
    outcome = execute(moved, opener=opener)
    assert outcome.kept[0] == Kept(files[0].path, "lies on another file system")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes deny nothing here")
@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_a_directory_without_permission_keeps_what_is_in_it(root: Path, mode: int) -> None:
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
