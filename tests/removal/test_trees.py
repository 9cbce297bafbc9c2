"""Random trees: exactly what was planned goes, and what is freed is what `du` misses afterwards."""

from __future__ import annotations

import os
import random
import tempfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.removal.execute import execute
from cachetui.removal.plan import plan_removal
from cachetui.removal.rooted import BY_DESCRIPTOR, OpenDirectory
from tests.inventories import LONG_AGO, NOW, age_directories, inventory_of, write
from tests.temporary import disk

DIRECTORIES = st.lists(st.sampled_from("ab"), min_size=0, max_size=4).map("/".join)
NAMES = st.sampled_from(
    ["a" * 56, f"{'a' * 56}.body", "b" * 56, f"{'b' * 56}.body", "c.tmp", "x-1.whl", "y-1.whl", "origin.json", "README"]
)
TOPS = st.sampled_from(["http-v2", "wheels", "http", "other"])
FILES = st.dictionaries(
    st.tuples(TOPS, DIRECTORIES, NAMES).map(lambda parts: "/".join(part for part in parts if part)),
    st.integers(0, 20_000),
    min_size=1,
    max_size=25,
)


def state(root: Path) -> dict[str, bytes | None]:
    """Return everything under a root: contents of files, None for directories."""
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


def usage(root: Path) -> int:
    """Return what `du` counts."""
    stats = [path.lstat() for path in [root, *root.rglob("*")]]
    return sum({stat.st_ino: stat.st_blocks * 512 for stat in stats}.values())


@pytest.mark.parametrize("by_descriptor", [True, False] if BY_DESCRIPTOR else [False])
@settings(max_examples=60, deadline=None)
@given(files=FILES, empty=st.sets(DIRECTORIES, max_size=4), links=st.integers(0, 4), seed=st.integers(0, 2**32))
def test_exactly_what_is_planned_goes(
    by_descriptor: bool, files: dict[str, int], empty: set[str], links: int, seed: int
) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=disk()) as folder:
        root = Path(folder).resolve() / "pip"
        root.mkdir()
        for path, size in files.items():
            write(root, path, chance.randbytes(size))
        for place in empty:
            (root / "http-v2" / place).mkdir(parents=True, exist_ok=True)
        for number in range(links):
            target = chance.choice(sorted(files))
            (root / target).with_name(f"{'d' * 55}{number}").hardlink_to(root / target)
            os.utime(root / target, ns=(LONG_AGO, LONG_AGO))
        age_directories(root)
        inventory = inventory_of(root)
        chosen = [entry for entry in inventory.entries if chance.random() < 0.6]
        before, used = state(root), usage(root)

        plan = plan_removal(inventory, chosen, now_ns=NOW, home=Path(folder, "home"))
        outcome = execute(plan, opener=partial(OpenDirectory, by_descriptor=by_descriptor))

        after = state(root)
        planned = {file.path for entry in plan.entries for file in entry.files}
        asked = {file.path for entry in chosen for file in entry.files}
        assert planned | {path for path, _ in plan.kept} >= asked
        assert set(outcome.removed) == planned
        assert after == {
            path: content for path, content in before.items() if path not in planned and path not in plan.directories
        }
        assert outcome.directories == len(plan.directories)
        assert outcome.failed == 0
        assert outcome.entries == len(plan.entries)
        assert (outcome.freed, outcome.freed_directories) == (plan.frees, plan.frees_directories)
        assert outcome.freed + outcome.freed_directories == used - usage(root)
