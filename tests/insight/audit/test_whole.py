from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.demo import demo_cache
from cachetui.demo.target import DemoTarget
from cachetui.insight.audit.audit import LABELS, Audit, audit_of
from cachetui.insight.audit.figures import Figure
from cachetui.insight.labelling import facts_of
from cachetui.model import KINDS, NS, Entry, File, Inventory, in_order
from cachetui.pip.scan.scanner import scan
from cachetui.prune_rules import CHOOSERS, Rules, choose
from cachetui.removal.plan import plan_removal
from cachetui.services.audit_rules import STANDARD
from tests.inventories import inventory_of, write, write_record
from tests.real_caches.test_real_caches import TRUTH, unpack

NOW = 1_793_000_000 * NS
DAY = 86_400 * NS
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(KINDS),
        st.builds(
            lambda inode, size, blocks: (File("", inode, 0, 10, 512), File("", inode + 1, 0, size, blocks * 512)),
            st.integers(0, 10**6),
            st.integers(0, 10**9),
            st.integers(0, 10**6),
        ),
        st.just(""),
        st.integers(NOW - 2_000 * DAY, NOW + DAY),
        st.none() | st.integers(NOW - 2_000 * DAY, NOW),
        st.none() | st.integers(-(10**18), 10**19),
        st.sampled_from([None, "torch", "six", "=evil"]),
        st.sampled_from([None, "1.0", "2.0", "2.0+cu121", "2004d"]),
        st.sampled_from(
            [
                None,
                "torch-1.0-cp311-cp311-linux_x86_64.whl",
                "six-1.0-py2.py3-none-any.whl",
                "six-1.0.tar.gz",
                "a-b.whl",
                "x" * 30,
            ]
        ),
        st.sampled_from(
            [None, "https://u:p@files.example/x.whl?sig=1", "http://[", "file:///x", "https://h.example/a"]
        ),
    ),
    max_size=12,
)


def audit(inventory: Inventory, now_ns: int = NOW) -> Audit:
    return audit_of(inventory, facts_of(inventory.entries, LABELS, now_ns=now_ns), rules=STANDARD)


def check_sums(found: Audit) -> None:
    """Check that every section is made of each entry once, and each figure of its entries."""
    sections: list[list[Figure]] = [
        list(found.kinds),
        list(found.projects),
        list(found.pythons),
        list(found.platforms),
        list(found.origins),
        *[[age.figure for age in ages] for ages in found.ages.values()],
    ]
    for section in sections:
        assert sorted(path for one in section for path in one.paths) == sorted(found.total.paths)
        assert sum(one.disk_usage for one in section) == found.total.disk_usage
        assert sum(one.apparent_size for one in section) == found.total.apparent_size
    others = [found.superseded, found.dead_weight, found.already_built, found.linked, *found.copies]
    others += [rule.figure for rule in found.rules]
    for one in [*others, *[figure for section in sections for figure in section]]:
        assert one.disk_usage == sum(entry.disk_usage for entry in one.entries)
        assert one.apparent_size == sum(entry.apparent_size for entry in one.entries)


def du(root: Path) -> int:
    """Count as `du -s` does: each inode once."""
    inodes = {}
    for path, _, names in os.walk(root):
        for place in (path, *[os.path.join(path, name) for name in names]):  # noqa: PTH118
            found = os.lstat(place)
            inodes[found.st_ino] = found.st_blocks * 512
    return sum(inodes.values())


def test_the_demo_adds_up_to_what_du_counts() -> None:
    with demo_cache(NOW, DemoTarget()) as root:
        found = audit(scan(root))
        assert found.disk_usage == du(root)
    check_sums(found)
    assert found.total.disk_usage == sum(one.disk_usage for one in found.kinds)


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_real_caches_add_up_to_what_du_counts(name: str, tmp_path: Path) -> None:
    root = unpack(name, tmp_path)
    inventory = scan(root)
    found = audit(inventory)
    assert found.disk_usage == du(root)
    check_sums(found)
    for rule in found.rules:
        assert rule.frees == plan_removal(inventory, rule.figure.entries, now_ns=NOW, home=Path("/nowhere")).frees


def test_hard_links_foreign_files_and_empty_directories_count_once(tmp_path: Path) -> None:
    path, body = write_record(tmp_path, "a", 50_000)
    write_record(tmp_path, "b")
    write(tmp_path, "notes/mine.txt", b"x" * 9_000)
    target = tmp_path / "http-v2/c/c/c/c/c"
    target.mkdir(parents=True)
    os.link(tmp_path / path, target / ("c" * 56))
    os.link(tmp_path / body, target / f"{'c' * 56}.body")
    (tmp_path / "http-v2/d/d").mkdir(parents=True)
    found = audit(scan(tmp_path))
    assert found.disk_usage == du(tmp_path)
    assert {len(one.entries) for one in [found.linked]} == {2}
    assert found.foreign_files == 1
    assert found.directories == len([None for _ in os.walk(tmp_path)])
    check_sums(found)


@settings(max_examples=40, deadline=None)
@given(ENTRIES)
def test_any_inventory_adds_up(entries: list[Entry]) -> None:
    named = [
        entry._replace(path=f"http-v2/{number}", files=tuple([file._replace(path=f"{number}") for file in entry.files]))
        for number, entry in enumerate(entries)
    ]
    check_sums(audit(Inventory("/root", entries=tuple(in_order(named)))))


@settings(max_examples=40, deadline=None)
@given(ENTRIES, st.sets(st.integers(0, 11)))
def test_each_rule_chooses_what_prune_does(entries: list[Entry], protected: set[int]) -> None:
    named = [
        entry._replace(path=f"{'http' if number % 3 else 'http-v2'}/{number}") for number, entry in enumerate(entries)
    ]
    inventory = Inventory("/root", entries=tuple(in_order(named)))
    kept = {entry.path for number, entry in enumerate(named) if number in protected}
    usable = {entry.path: bool(number % 2) for number, entry in enumerate(named)}
    facts = facts_of(inventory.entries, LABELS, now_ns=NOW, protect=lambda one, _: one.path in kept)
    object.__setattr__(facts, "usable", usable)
    found = audit_of(inventory, facts, rules=STANDARD)
    rules = {f"--{chooser}": Rules(frozenset({chooser})) for chooser in CHOOSERS}
    rules |= {"--older-than 90d": Rules(older_than=90 * DAY), "--older-than 1y": Rules(older_than=365 * DAY)}
    rules["--keep-latest 1"] = Rules(keep_latest=1)
    assert {rule.options: rule.figure.entries for rule in found.rules} == {
        options: choose(inventory.entries, one, facts).entries for options, one in rules.items()
    }


def test_terms_leave_directories_and_rules_as_they_are(tmp_path: Path) -> None:
    path, _ = write_record(tmp_path, "a")
    write_record(tmp_path, "b")
    inventory = inventory_of(tmp_path, projects={path: "six"})
    facts = facts_of(inventory.entries, LABELS, now_ns=NOW)
    whole = audit_of(inventory, facts, rules=STANDARD)
    found = audit_of(inventory, facts, rules=STANDARD, only=[inventory.by_path[path]])
    assert found.total.paths == (path,)
    assert [one.name for one in found.projects] == ["six"]
    assert found.shards == whole.shards
    assert all(set(one.figure.paths) <= {path} for one in found.rules)


def test_what_is_unusable_is_not_known_without_a_python(tmp_path: Path) -> None:
    inventory = inventory_of(tmp_path)
    known = {rule.options: rule.known for rule in audit(inventory).rules}
    assert known["--unusable"] is False
    assert known["--superseded"] is True
