from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.demo import demo_cache
from cachetui.demo.target import DemoTarget
from cachetui.model import Entry, File, Inventory, Unreadable
from cachetui.pip.scan.scanner import scan
from cachetui.removal.emptied import DirectoryCounts
from cachetui.removal.freed_bytes import Freeing, Outlook
from cachetui.removal.in_use import PROTECTED
from cachetui.removal.plan import place_companions, plan_removal
from cachetui.removal.reasons_to_stay import staying
from tests.inventories import HOUR, LONG_AGO, NOW, inventory_of, write, write_record

NOWHERE = Path("/nowhere")
WHEELS = f"wheels/aa/bb/cc/{'d' * 50}"


def planned(inventory: Inventory, choices: Sequence[Collection[Entry]], now_ns: int = NOW) -> list[tuple[int, int]]:
    """Return the files and directories in bytes that a plan would free for each choice."""
    plans = [plan_removal(inventory, chosen, now_ns=now_ns, home=NOWHERE) for chosen in choices]
    return [(plan.frees, plan.frees_directories) for plan in plans]


def freed(inventory: Inventory, choices: Sequence[Collection[Entry]], now_ns: int = NOW) -> list[tuple[int, int]]:
    """Return the same, from the outlook."""
    outlook, directories = Outlook.of(inventory, staying(inventory, now_ns=now_ns)), DirectoryCounts(inventory)
    return [
        (
            outlook.frees(tuple(chosen)),
            directories.disk_usage(directories.emptied(place_companions(inventory, outlook.going(chosen))[0])),
        )
        for chosen in choices
    ]


def choices_of(inventory: Inventory) -> list[Collection[Entry]]:
    """Choose everything, nothing, all but one entry, and some at random."""
    entries, random = inventory.entries, Random(7)
    others = [entry for entry in entries if random.random() < 0.5]
    return [entries, (), entries[1:], entries[:-1], others, *[[entry] for entry in entries[:20]]]


def check(inventory: Inventory, now_ns: int = NOW) -> None:
    """Check that plans say the same of any choice."""
    choices = choices_of(inventory)
    assert freed(inventory, choices, now_ns) == planned(inventory, choices, now_ns)


def test_plans_of_the_demo_say_the_same() -> None:
    with demo_cache(NOW, DemoTarget()) as root:
        check(scan(root))


def test_plans_say_the_same_where_files_serve_several_wheels(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path, f"{WHEELS}/six-1.0-py3-none-{name}.whl", b"x" * 9_000)
        write(tmp_path, f"wheels/aa/bb/ee/{'e' * 50}/six-2.0-py3-none-{name}.whl", b"x" * 9_000)
    write(tmp_path, f"{WHEELS}/origin.json", b"{}" * 4_000)
    inventory = inventory_of(tmp_path)
    assert inventory.companions
    check(inventory)


def test_plans_say_the_same_of_what_is_empty_not_pips_or_written_to(tmp_path: Path) -> None:
    for digit in "abc":
        write_record(tmp_path, digit)
    write(tmp_path, "http-v2/a/a/a/mine.txt")
    write(tmp_path, "http-v2/b/b/old.tmp")
    write(tmp_path, "http-v2/c/c/new.tmp", mtime_ns=NOW - HOUR // 2)
    write(tmp_path, "wheels/tmpabc/six.whl", mtime_ns=LONG_AGO)
    (tmp_path / "http-v2/d/d/d").mkdir(parents=True)
    (tmp_path / "http-v2/a/b").mkdir(parents=True)
    inventory = inventory_of(tmp_path)
    check(inventory)
    check(replace(inventory, errors=(Unreadable("http-v2/b/b/x", "Permission denied"),)))
    check(inventory, NOW + 48 * HOUR)


def test_a_name_of_a_folder_may_go_on_where_another_ends(tmp_path: Path) -> None:
    for path in ("http/a/old.tmp", "http-v2/a/old.tmp", "http-v2/a-/old.tmp", "http-v2/a/b/old.tmp"):
        write(tmp_path, path)
    inventory = inventory_of(tmp_path)
    choices = [[entry for entry in inventory.entries if entry.path.startswith(start)] for start in ("http/", "http-v")]
    assert freed(inventory, choices) == planned(inventory, choices)


def test_an_inode_is_free_once_its_last_name_goes(tmp_path: Path) -> None:
    one = Entry("built", (File("a", 7, 0, 9, 4_096, links=2),), "a", 0)
    other = Entry("built", (File("b", 7, 0, 9, 0, links=2),), "b", 0)
    inventory = Inventory("/root", entries=(one, other))
    assert freed(inventory, [[one], [other], [one, other]]) == [(0, 0), (0, 0), (4_096, 0)]
    path, _ = write_record(tmp_path, "a")
    write_record(tmp_path, "b")
    os.link(tmp_path / path, tmp_path / "http-v2/b/b/b/b/b" / ("c" * 56))
    os.link(tmp_path / path, tmp_path / "mine")
    check(inventory_of(tmp_path))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("+-*"), st.sets(st.integers(0, 7))), max_size=8), st.sets(st.integers(0, 7)))
def test_entries_taken_in_and_out_count_as_if_counted_at_once(
    steps: list[tuple[str, set[int]]], stay: set[int]
) -> None:
    shared = File("origin.json", 9, 0, 9, 4_096)
    entries = [
        Entry("built", (File("0", 1, 0, 9, 512), shared), "0", 0),
        Entry("built", (File("1", 2, 0, 9, 1_024),), "1", 0),
        *[Entry("wheel", (File(f"{n}", 3, 0, 9, 2_048 * (n == 2), links=2),), f"{n}", 0) for n in (2, 3)],
        *[Entry("wheel", (File(f"{n}", 4, 0, 9, 8_192 * (n == 4), links=3),), f"{n}", 0) for n in (4, 5)],
        *[Entry("index", (File(f"{n}", n, 0, 9, 16_384 * n),), f"{n}", 0) for n in (6, 7)],
    ]
    inventory = Inventory("/root", entries=tuple(entries), companions={"origin.json": ("0", "1")})
    outlook = Outlook.of(inventory, {str(number): PROTECTED for number in stay})
    freeing, counted = Freeing(outlook), set[int]()
    for sign, numbers in steps:
        new = counted | numbers if sign == "+" else counted - numbers if sign == "-" else numbers
        freeing.count([entries[number] for number in counted - new], -1)
        freeing.count([entries[number] for number in new - counted])
        counted = new
        going = [entries[number] for number in counted - stay]
        plan = plan_removal(inventory, going, now_ns=NOW, home=NOWHERE)
        assert freeing.disk == outlook.frees([entries[number] for number in counted]) == plan.frees
        assert freeing.protected == len(counted & stay)
