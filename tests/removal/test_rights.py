"""Tests that a plan promises only what the removal can do, for users without the right to remove everything."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cachetui.removal.execute import execute
from cachetui.removal.plan import Kept, plan_removal
from cachetui.removal.rights import NOT_OWNER, NOT_PERMITTED, NOT_WRITABLE, READ_ONLY, Rights, denied, remedy
from cachetui.removal.rooted import OpenDirectory
from tests.inventories import NOW, age_directories, inventory_of, record, write_record
from tests.removal.nobody import NOBODY, give_to_nobody, run_as_nobody

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes deny nothing here")
superuser = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser can try")


@pytest.fixture
def root(open_root: Path) -> Path:
    return open_root


def planned_and_removed(root: Path, before: str = "", after: str = "") -> dict[str, Any]:
    """Plan and remove everything as a nobody, who does something before and after; plan and outcome must agree."""
    said = run_as_nobody(
        root,
        f"""
        import json
        from pathlib import Path
        from cachetui.removal.execute import execute
        from cachetui.removal.plan import plan_removal
        from tests.inventories import NOW, inventory_of
        inventory = inventory_of(Path(root))
        {before}
        plan = plan_removal(inventory, inventory.entries, now_ns=NOW, home=Path("/nowhere"))
        outcome = execute(plan)
        {after}
        promised = plan.frees, plan.frees_directories, len(plan.entries), len(plan.directories)
        done = outcome.freed, outcome.freed_directories, outcome.entries, outcome.directories
        print(json.dumps({{"same": promised == done and not outcome.failed, "kept": plan.kept, "costs": plan.costs}}))
        """,
    )
    found: dict[str, Any] = json.loads(said)
    assert found["same"]
    return found


def test_nothing_is_promised_of_a_folder_without_permission(root: Path) -> None:
    path, _ = write_record(root, "a")
    write_record(root, "b")
    give_to_nobody(root)
    folder = f"Path(root, {path!r}).parent"
    found = planned_and_removed(root, f"{folder}.chmod(0o500)", f"{folder}.chmod(0o700)")
    assert found["kept"] == [[path, NOT_WRITABLE]]
    assert found["costs"] == [f"Kept 1 entry: {NOT_WRITABLE}; chmod -R u+rwX {shlex.quote(str(root))} allows it"]
    assert not (root / "http-v2/b").exists()


def test_folders_that_cannot_go_are_not_promised(root: Path) -> None:
    path, _ = write_record(root, "a")
    give_to_nobody(root)
    above = "Path(root, 'http-v2/a/a')"
    found = planned_and_removed(root, f"{above}.chmod(0o500)", f"{above}.chmod(0o700)")
    assert found["kept"] == []
    assert (root / "http-v2/a/a/a").is_dir()
    assert not (root / path).parents[1].exists()


@superuser
def test_nothing_is_promised_of_what_belongs_to_somebody_else_and_each_reason_is_told_once(root: Path) -> None:
    paths = [write_record(root, digit)[0] for digit in "abc"]
    (root / "http-v2/d").mkdir()
    age_directories(root)
    give_to_nobody(root)
    for place in (root, *root.rglob("*")):
        os.chown(place, 0, 0)
    for own in (root / "http-v2/c").rglob("*"):
        os.chown(own, 65_534, 65_534)
    found = planned_and_removed(root)
    assert found["kept"] == [[path, NOT_WRITABLE] for path in (*paths[:2], "http-v2/d")]
    remedy = f"it belongs to root: sudo chown -R $USER {shlex.quote(str(root))} makes it yours"
    assert found["costs"] == [f"Kept 3 entries: {NOT_WRITABLE}; {remedy}"]
    assert [path.exists() for path in (root / "http-v2/c/c", root / "http-v2/c/c/c")] == [True, False]


@superuser
def test_of_a_sticky_folder_only_what_is_the_users_own_is_promised(root: Path) -> None:
    paths = [write_record(root, digit)[0] for digit in "abc"]
    give_to_nobody(root)
    for digit in "ab":
        folder = root / record(digit)
        os.chown(folder.parent, 0, 0)
        folder.parent.chmod(0o1777)
    for other in (root / record("b")).parent.iterdir():
        os.chown(other, 0, 0)
    found = planned_and_removed(root)
    assert found["kept"] == [[paths[1], NOT_OWNER]]
    assert "makes it yours" in found["costs"][0]
    assert not (root / "http-v2/a").exists()


@pytest.fixture
def attribute(root: Path) -> Iterator[None]:
    """Take the attributes back afterwards."""
    yield
    subprocess.run(["chattr", "-R", "-f", "-i", root], check=False)


@superuser
@pytest.mark.usefixtures("attribute")
@pytest.mark.parametrize("place", [record("a"), f"{record('a')}.body", "http-v2/a/a/a/a/a"])
def test_nothing_is_promised_of_what_is_immutable(root: Path, place: str) -> None:
    path, _ = write_record(root, "a")
    write_record(root, "b")
    inventory = inventory_of(root)
    if subprocess.run(["chattr", "+i", root / place], capture_output=True, check=False).returncode:
        pytest.skip("this file system has no such attribute")
    plan = plan_removal(inventory, inventory.entries, now_ns=NOW, home=Path("/nowhere"))
    outcome = execute(plan)
    assert plan.kept == (Kept(path, NOT_PERMITTED),)
    assert (outcome.freed, outcome.entries, outcome.failed) == (plan.frees, 1, 0)
    assert "chattr -R -ia" in plan.costs[0]


@superuser
def test_nothing_is_promised_on_a_read_only_file_system(root: Path) -> None:
    paths = [write_record(root, digit)[0] for digit in "ab"]
    script = f"""
        mount --bind {root} {root} && mount -o remount,ro,bind {root} || exit 77
        exec "$0" -c "$1"
    """
    code = f"""
if True:
    from pathlib import Path
    from cachetui.removal.plan import plan_removal
    from tests.inventories import NOW, inventory_of
    inventory = inventory_of(Path({str(root)!r}))
    plan = plan_removal(inventory, inventory.entries, now_ns=NOW, home=Path("/nowhere"))
    print([tuple(one) for one in plan.kept], plan.frees, plan.costs)
"""

    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, sys.executable, code], capture_output=True, text=True, check=False
    )
    if done.returncode in (1, 77, 127):
        pytest.skip("nothing can be mounted here")
    kept = [(path, READ_ONLY) for path in paths]
    assert done.stdout == f"{kept} 0 {(f'Kept 2 entries: {READ_ONLY}; mount it for writing',)}\n"


def test_reasons_are_told_once_each(root: Path) -> None:
    kept = [
        *[Kept(f"http-v2/{n}", NOT_PERMITTED) for n in range(10_000)],
        Kept("wheels/x", READ_ONLY),
        Kept("y", "in use"),
    ]
    assert [(one.reason, one.number) for one in denied(str(root), kept)] == [(NOT_PERMITTED, 10_000), (READ_ONLY, 1)]


@pytest.fixture
def as_another_user() -> Iterator[None]:
    """Run the test as an ordinary user, in the same process."""
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def others(root: Path) -> Path:
    """Give a folder that everybody may write to, with a file and a folder of each user, and their own of a nobody."""
    folder = root / "wheels"
    for name in ("theirs", "own", "own/closed"):
        (folder / name).mkdir(parents=True)
    for place in (folder / "x", folder / "y", folder / "theirs/x", folder / "own/closed/x"):
        place.touch()
    for place in (folder / "y", folder / "own", folder / "own/closed", folder / "own/closed/x"):
        os.chown(place, NOBODY, NOBODY)
    (folder / "own/closed").chmod(0o500)
    folder.chmod(0o1777)
    return folder


@superuser
def test_rights_are_those_of_the_user_who_runs_it(root: Path, others: Path, as_another_user: None) -> None:
    with closing(OpenDirectory(str(root))) as top:
        rights = Rights(top)
        reasons = {
            path: rights.reason_to_stay(f"wheels/{path}", (others / path).lstat())
            for path in ("x", "y", "theirs/x", "own/closed/x")
        }
        assert reasons == {"x": NOT_OWNER, "y": None, "theirs/x": NOT_WRITABLE, "own/closed/x": NOT_WRITABLE}
        directories = {path: rights.may_remove_directory(f"wheels/{path}") for path in ("theirs", "own", "own/closed")}
        assert directories == {"theirs": False, "own": True, "own/closed": True}
        assert rights.may_remove_directory("wheels/gone") and not rights.may_remove_directory("wheels/theirs/x")
        assert rights.reason_to_stay("gone/x", (others / "y").lstat()) == NOT_WRITABLE
    assert remedy(str(root), others / "y") == f"chmod -R u+rwX {shlex.quote(str(root))} allows it"
    makes_it_yours = f"it belongs to root: sudo chown -R $USER {shlex.quote(str(root))} makes it yours"
    assert remedy(str(root), others / "x") == makes_it_yours
    assert remedy(str(root), root / "gone") == makes_it_yours  # then the owner of the root counts


@superuser
def test_the_superuser_may_remove_everything_and_is_told_whose_it_is(root: Path, others: Path) -> None:
    with closing(OpenDirectory(str(root))) as top:
        rights = Rights(top)
        assert {rights.reason_to_stay(f"wheels/{name}", (others / name).lstat()) for name in "xy"} == {None}
        assert rights.may_remove_directory("wheels/own/closed")
    os.chown(others / "x", 4_294_000_000, 0)
    assert remedy(str(root), others / "x") == "it belongs to user 4294000000: run cachetui as that user"


def test_a_remedy_needs_no_file_to_be_there(root: Path) -> None:
    quoted = shlex.quote(str(root))
    assert remedy(str(root), root / "gone") == f"chmod -R u+rwX {quoted} allows it"
    assert remedy(str(root / "no"), root / "no/gone") == "give it back to its owner"
    assert remedy(str(root), root, READ_ONLY) == "mount it for writing"
    assert remedy(str(root), root, NOT_PERMITTED).startswith("the superuser can allow it with ch")
