"""`Rules.free` and `Rules.min_free` on real caches, compared with what plans free."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.demo import demo_cache
from cachetui.demo.target import DemoTarget
from cachetui.insight.copies import copies
from cachetui.insight.labelling import WHEELS, facts_of
from cachetui.labels import LABELS, Facts
from cachetui.model import AGE_FIELDS, AgeField, Entry, Inventory
from cachetui.pip.scan.scanner import scan
from cachetui.prune_rules import Rules, Selection, choose
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.in_use import running_words
from cachetui.removal.plan import Plan, plan_removal
from cachetui.removal.reasons_to_stay import staying
from cachetui.removal.recheck import CHANGED
from cachetui.terms import parse_terms
from tests.inventories import NOW, inventory_of, record, write, write_record
from tests.real_caches.test_real_caches import unpack

NOWHERE = Path("/nowhere")
REAL = ("built-pip-26.2.1", "republished-url", "pip-26.3")
BY = st.sampled_from(AGE_FIELDS)


class Cache(NamedTuple):
    """A cache with all facts about it."""

    inventory: Inventory
    facts: Facts

    @classmethod
    def at(cls, root: Path) -> Cache:
        return cls.of(scan(root))

    @classmethod
    def of(cls, inventory: Inventory) -> Cache:
        entries = inventory.entries
        facts = facts_of(entries, LABELS, now_ns=NOW, alike=partial(copies, root=inventory.root))
        wheels = [entry.path for entry in entries if entry.kind in WHEELS]
        return cls(inventory, replace(facts, usable={path: place % 3 > 0 for place, path in enumerate(wheels)}))

    def choose(self, rules: Rules, pips: tuple[int, ...] = (), available: int | None = None) -> Selection:
        stays = staying(self.inventory, now_ns=NOW, pips=pips, exact=True)
        return choose(self.inventory.entries, rules, self.facts, Outlook.of(self.inventory, stays, available))

    def plan(self, entries: tuple[Entry, ...] | list[Entry], pips: tuple[int, ...] = ()) -> Plan:
        return plan_removal(
            self.inventory, entries, now_ns=NOW, pips=pips, home=NOWHERE, protected=self.facts.protected
        )

    def order(self, entry: Entry, by: AgeField) -> tuple[int, int, str]:
        """Return the place of an entry by what is lost with it, then by age."""
        path, facts = entry.path, self.facts
        cheap = (entry.kind == "leftover", path in facts.dead_weight, facts.usable.get(path) is False)
        place = [*cheap, path in facts.superseded, True].index(True)
        moment = {"downloaded": entry.downloaded, "checked": entry.checked, "read": entry.read}[by]
        return 5 if entry.kind == "built" else place, entry.downloaded if moment is None else moment, path


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Cache]]:
    """Yield real caches, the demo's, and one in which files have several names."""
    folder = tmp_path_factory.mktemp("caches")
    linked = folder / "linked"
    for digit in "abcdef":
        write_record(linked, digit)
    for digit, other in ("ab", "cd"):
        os.link(linked / f"{record(digit)}.body", linked / "http-v2" / other / f"{digit}.body")
    os.link(linked / f"{record('e')}.body", folder / "mine")
    for path, name in ((f"{record('f')}.body", "first.tmp"), (f"{record('f')}.body", "second.tmp")):
        os.link(linked / path, linked / "http-v2/f" / name)
    found = [Cache.at(unpack(name, folder)) for name in REAL]
    with demo_cache(NOW, DemoTarget()) as root:
        yield [*found, Cache.at(root), Cache.of(inventory_of(linked))]


@given(st.floats(0, 1.1), BY, st.booleans(), st.integers(0, 4), st.booleans())
def test_what_is_chosen_frees_enough_and_with_one_less_it_would_not(
    caches: list[Cache], share: float, by: AgeField, built: bool, number: int, runs: bool
) -> None:
    cache, pips = caches[number], (1,) if runs else ()
    allowed = [entry for entry in cache.inventory.entries if built or entry.kind != "built"]
    most = cache.plan(allowed, pips)
    needed = round(most.frees * share)

    choice = cache.choose(Rules(by=by, built=built, free=needed), pips)

    plan = cache.plan(choice.entries, pips)
    assert choice.short == max(0, needed - plan.frees) == max(0, needed - most.frees)
    assert built or all(entry.kind != "built" for entry in choice.entries)
    if choice.short:
        assert plan.frees == most.frees
        return
    assert plan.kept == ()
    if not needed:
        assert choice.entries == ()
        return
    last = max(choice.entries, key=lambda entry: cache.order(entry, by))
    assert cache.plan([entry for entry in choice.entries if entry is not last], pips).frees < needed
    chosen = {entry.path for entry in choice.entries}
    spared = [entry for entry in allowed if entry.path not in chosen and cache.order(entry, by) < cache.order(last, by)]
    assert cache.plan([*choice.entries, *spared], pips).frees == plan.frees


def test_what_is_cheap_to_lose_goes_before_what_is_old(caches: list[Cache]) -> None:
    demo = caches[3]
    whole = demo.plan(demo.inventory.entries).frees
    losses = [
        {demo.order(entry, "downloaded")[0] for entry in demo.choose(Rules(free=needed, built=True)).entries}
        for needed in (1, whole // 8, whole // 4, whole // 2, whole)
    ]
    assert losses[0] == {0}
    assert losses == sorted(losses, key=max)
    assert losses[-1] >= {0, 3, 4, 5}
    assert max(demo.order(entry, "read")[0] for entry in demo.choose(Rules(free=whole)).entries) == 4


def test_what_restricts_says_what_may_go(caches: list[Cache]) -> None:
    demo = caches[3]
    for rules in (
        Rules(frozenset({"superseded"})),
        Rules(terms=parse_terms(["torch kind:wheel"])),
        Rules(terms=parse_terms(["kind:built"])),
        Rules(older_than=0, larger_than=10**6),
        Rules(keep_latest=2, older_than=0),
    ):
        alone = demo.plan(demo.choose(rules).entries)
        for restricted in (replace(rules, free=10**15), replace(rules, min_free=10**15)):
            choice = demo.choose(restricted, available=0)
            plan = demo.plan(choice.entries)
            assert {entry.path for entry in plan.entries} <= {entry.path for entry in alone.entries}
            assert 0 < plan.frees == alone.frees == 10**15 - choice.short
    newest = {entry.path for project in demo.inventory.projects for entry in project.versions[0].entries}
    kept = demo.choose(Rules(keep_latest=1, free=10**6))
    assert kept.entries
    assert all(entry.path not in newest or entry.version is None for entry in kept.entries)


def test_what_another_limit_chooses_counts(caches: list[Cache]) -> None:
    demo = caches[3]
    shrunk = demo.choose(Rules(max_size=demo.inventory.disk_usage // 2))
    enough = demo.plan(shrunk.entries).frees
    assert demo.choose(Rules(max_size=demo.inventory.disk_usage // 2, free=enough)) == shrunk
    more = demo.choose(Rules(max_size=demo.inventory.disk_usage // 2, free=enough + 1))
    assert {entry.path for entry in shrunk.entries} < {entry.path for entry in more.entries}


def test_what_the_disk_lacks_is_freed(caches: list[Cache]) -> None:
    demo, needed = caches[3], 10**7
    asked = demo.choose(Rules(free=needed))
    assert asked.entries
    assert demo.choose(Rules(min_free=needed), available=needed) == Selection(())
    assert demo.choose(Rules(min_free=3 * needed), available=2 * needed) == asked
    assert demo.choose(Rules(min_free=needed, free=9), available=0) == asked
    assert demo.choose(Rules(min_free=9, free=needed), available=0) == asked
    assert demo.choose(Rules(min_free=needed)) == Selection(())  # it is not known what is free
    assert (Rules(free=0).to_free(None), Rules(min_free=9).to_free(2), Rules().to_free(2)) == (0, 7, 0)


def test_what_stays_is_passed_over_and_told_if_too_little_is_freed(tmp_path: Path) -> None:
    for digit in "abc":
        write_record(tmp_path, digit)
    cache = Cache.of(inventory_of(tmp_path, kinds={record("b"): "index"}))
    write(tmp_path, f"{record('a')}.body", b"changed")
    (one,) = cache.choose(Rules(free=1), pips=(1,)).entries
    assert one.path == record("c")
    choice = cache.choose(Rules(free=10**9), pips=(1,))
    plan = cache.plan(choice.entries, pips=(1,))
    assert choice.short == 10**9 - plan.frees
    assert plan.kept == ((record("a"), CHANGED), (record("b"), running_words()))


def test_only_what_orders_the_choice_may_be_unknown() -> None:
    assert Rules(free=1).words == {"protected", "leftover", "dead-weight", "unusable", "superseded"}
    assert Rules(free=1).deciding == {"protected"}
    assert Rules(frozenset({"legacy"})).words == Rules(frozenset({"legacy"})).deciding == {"legacy", "protected"}
    assert Rules(free=0)
    assert Rules(min_free=0)
