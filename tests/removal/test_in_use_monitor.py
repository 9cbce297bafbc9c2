from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.model import Entry, Inventory
from cachetui.removal import in_use_monitor
from cachetui.removal.execute import execute, unlink
from cachetui.removal.in_use import BUILT_LATELY, running_words
from cachetui.removal.plan import Kept
from cachetui.removal.recheck import MORE
from cachetui.removal.rooted import OpenDirectory
from tests.inventories import LONG_AGO, age_directories, inventory_of, write, write_record
from tests.removal.plans import (
    CHANGED,
    FOLDER,
    LATER,
    Opener,
    plan_all,
    plan_later,
    plan_some,
)


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

    def take(directory: OpenDirectory, name: str) -> None:
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
        Kept(page[0], running_words()),
        Kept(response[0], running_words()),
        Kept(paths[0], running_words()),
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
    reason = "it is not known which pips are running: Too many open files"
    assert outcome.kept == (Kept(page[0], reason), Kept(response[0], reason), Kept(paths[0], reason))
    assert outcome.failed == 3
    assert asked == [1]


def test_an_empty_build_folder_stays_if_it_cannot_be_told_which_pips_run(root: Path, opener: Opener) -> None:
    (root / FOLDER).mkdir(parents=True)
    age_directories(root)

    def pips() -> tuple[int, ...]:
        raise OSError(24, "Too many open files")

    outcome = execute(plan_later(inventory_of(root)), clock=lambda: LATER, opener=opener, pips=pips)
    assert [reason for _, reason in outcome.kept] == ["it is not known which pips are running: Too many open files"]
    assert (root / FOLDER).is_dir()
