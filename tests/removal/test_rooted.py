from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cachetui.errors import RefusedError
from cachetui.removal.execute import execute
from cachetui.removal.plan import Kept, Plan
from cachetui.removal.rooted import BY_DESCRIPTOR, OpenDirectory
from tests.inventories import inventory_of, write, write_record
from tests.removal.plans import (
    BELONGS,
    Opener,
    plan_all,
    plan_some,
    remaining,
)


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
    assert outcome.kept == (Kept(path, "its directory was replaced by something else"), Kept(body, BELONGS))
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


@pytest.mark.skipif(not BY_DESCRIPTOR, reason="nothing is held open there")
def test_a_directory_that_cannot_be_closed_loses_nothing(root: Path) -> None:
    path, body = write_record(root, "a")

    def take(directory: OpenDirectory, name: str) -> None:
        os.unlink(name, dir_fd=directory.descriptor)
        if name.endswith(".body") and directory.descriptor is not None:
            os.close(directory.descriptor)

    outcome = execute(plan_all(root), take=take)
    assert outcome.removed == (path, body)
    assert (outcome.directories, outcome.failed) == (5, 0)
    assert remaining(root) == {"http-v2"}


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

    def opener(_: str) -> OpenDirectory:
        directory = OpenDirectory(str(root))
        directory.close()
        directory.descriptor = os.open("/dev", os.O_RDONLY)
        return directory

    entry = plan.entries[0]
    files = tuple([file._replace(path=f"shm/{file.path.rpartition('/')[2]}") for file in entry.files])
    moved = Plan(plan.root, plan.device, plan.inode, (entry._replace(files=files),))
    outcome = execute(moved, opener=opener)
    assert outcome.kept[0] == Kept(files[0].path, "lies on another file system")
