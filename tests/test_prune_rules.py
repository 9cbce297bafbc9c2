"""The choices of rules, compared with a plain implementation of their meaning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.labels import Facts
from cachetui.model import NS, Entry, File, Inventory
from cachetui.prune_rules import CHOOSERS, Chooser, Rules, choose
from cachetui.removal.freed_bytes import Outlook
from cachetui.terms import parse_terms

NOW = 1_793_000_000 * NS
DAY = 86_400 * NS


def entry(
    path: str,
    project: str | None = "pkg",
    version: str | None = "1.0",
    *,
    days: int = 10,
    size: int = 100,
    kind: str = "wheel",
) -> Entry:
    return Entry(kind, (File(path, 1, NOW, size, size),), path, NOW - days * DAY, project=project, version=version)  # type: ignore[arg-type]


def chosen(found: list[Entry], rules: Rules, facts: Facts | None = None) -> set[str]:
    return {one.path for one in choose(found, rules, facts or Facts(NOW)).entries}


THREE = [entry("a", version="1.0", days=30), entry("b", version="2.0", days=20), entry("c", version="3.0", days=10)]


def test_without_a_rule_nothing_goes() -> None:
    assert chosen(THREE, Rules()) == set()


def test_choosers_add_up_and_others_narrow() -> None:
    facts = Facts(NOW, superseded=frozenset("ab"), legacy=frozenset("c"))
    assert chosen(THREE, Rules(frozenset({"superseded"})), facts) == {"a", "b"}
    assert chosen(THREE, Rules(frozenset({"superseded", "legacy"})), facts) == {"a", "b", "c"}
    assert chosen(THREE, Rules(frozenset({"superseded", "legacy"}), older_than=25 * DAY), facts) == {"a"}
    assert chosen(THREE, Rules(frozenset({"legacy"}), terms=parse_terms(["pkg<3"])), facts) == set()


def test_what_narrows_chooses_alone() -> None:
    assert chosen(THREE, Rules(older_than=15 * DAY)) == {"a", "b"}
    assert chosen(THREE, Rules(larger_than=100)) == set()
    assert chosen(THREE, Rules(larger_than=99)) == {"a", "b", "c"}
    assert chosen(THREE, Rules(terms=parse_terms(["pkg<2"]))) == {"a"}


def test_the_newest_versions_stay_and_alone_the_others_go() -> None:
    assert chosen(THREE, Rules(keep_latest=1)) == {"a", "b"}
    assert chosen(THREE, Rules(keep_latest=2, older_than=0)) == {"a"}
    assert chosen([*THREE, entry("page", version=None, kind="index")], Rules(keep_latest=1)) == {"a", "b"}


def test_the_oldest_go_until_there_is_room() -> None:
    assert chosen(THREE, Rules(max_size=250)) == {"a"}
    assert chosen(THREE, Rules(max_size=100)) == {"a", "b"}
    assert chosen(THREE, Rules(max_size=300)) == set()


def test_a_budget_that_cannot_be_met_says_by_how_much() -> None:
    choice = choose(THREE, Rules(keep_latest=2, max_size=50), Facts(NOW))
    assert {one.path for one in choice.entries} == {"a"}
    assert choice.over == 150


def test_what_is_cheap_to_lose_goes_first_and_then_the_oldest() -> None:
    found = [
        entry("built", kind="built", days=99),
        entry("new", days=3),
        entry("old", days=50),
        entry("superseded", days=4),
        entry("unusable", days=5),
        entry("dead", days=6),
        entry("left", kind="leftover", days=7),
    ]
    facts = Facts(
        NOW,
        superseded=frozenset({"superseded", "built"}),
        dead_weight=frozenset({"dead"}),
        usable={"unusable": False, "dead": False, "old": True},
    )
    order = ["left", "dead", "unusable", "superseded", "old", "new", "built"]
    for number in range(1, 8):
        for needed in (100 * number, 100 * number - 99):
            assert chosen(found, Rules(free=needed, built=True), facts) == {*order[:number]}
    unknown = replace(facts, usable={})
    assert chosen(found, Rules(free=400), unknown) == {"left", "dead", "superseded", "old"}
    choice = choose(found, Rules(free=1_000), facts)
    assert ({one.path for one in choice.entries}, choice.short) == ({*order[:-1]}, 400)


@pytest.mark.parametrize("rules", [Rules(older_than=0), Rules(max_size=0), Rules(keep_latest=0)])
def test_what_was_built_here_stays_unless_it_is_named(rules: Rules) -> None:
    built = entry("b", kind="built")
    assert chosen([built], rules) == set()
    assert chosen([built], Rules(older_than=0, built=True)) == {"b"}
    assert chosen([built], Rules(terms=parse_terms(["kind:built"]))) == {"b"}


def test_what_is_needed_stays_and_alone_all_else_goes() -> None:
    found = [*THREE, entry("d", kind="built"), entry("e", None, None, kind="leftover")]
    facts, rules = Facts(NOW, needed=frozenset("ab"), legacy=frozenset("ac")), Rules(not_needed_by=("uv.lock",))
    assert rules
    assert chosen(found, rules, facts) == {"c", "e"}
    assert chosen(found, replace(rules, built=True), facts) == {"c", "d", "e"}
    assert chosen(found, replace(rules, ci=True), facts) == {"c", "d", "e"}
    assert chosen(found, replace(rules, choosers=frozenset({"legacy"})), facts) == {"c"}
    assert chosen(found, replace(rules, older_than=5 * DAY, terms=parse_terms(["pkg"])), facts) == {"c"}
    assert chosen(found, replace(rules, keep_latest=0), facts) == {"c"}
    assert chosen(found, replace(rules, max_size=450), facts) == {"c"}
    assert chosen(found, replace(rules, max_size=500), facts) == set()
    assert choose(found, replace(rules, max_size=0), facts).over == 300
    assert chosen(found, replace(rules, ci=True)) == set()  # the files were not read


def test_what_no_python_is_known_for_is_not_unusable() -> None:
    rules = Rules(frozenset({"unusable"}))
    assert chosen(THREE, rules) == set()
    assert chosen(THREE, rules, Facts(NOW, usable={"a": False, "b": True})) == {"a"}


ENTRIES = st.lists(
    st.builds(
        lambda project, version, days, size, kind: (project, version, days, size, kind),
        st.sampled_from(("one", "two", None)),
        st.sampled_from(("1.0", "1.1", "2.0", None)),
        st.integers(0, 100),
        st.integers(0, 50),
        st.sampled_from(("wheel", "built", "leftover", "index")),
    ),
    max_size=10,
)
NUMBERS = st.frozensets(st.integers(0, 9).map(str))


@settings(max_examples=200, deadline=None)
@given(
    ENTRIES,
    st.frozensets(st.sampled_from(CHOOSERS)),
    st.one_of(st.none(), st.integers(0, 100)),
    st.one_of(st.none(), st.integers(0, 50)),
    st.one_of(st.none(), st.integers(0, 3)),
    st.one_of(st.none(), st.integers(0, 300)),
    st.booleans(),
    NUMBERS,
    NUMBERS,
)
def test_rules_combine_as_they_say(
    drawn: list[tuple[str | None, str | None, int, int, str]],
    choosers: frozenset[Chooser],
    days: int | None,
    size: int | None,
    newest: int | None,
    most: int | None,
    built: bool,
    superseded: frozenset[str],
    protected: frozenset[str],
) -> None:
    found = [
        entry(str(number), project, version, days=age, size=length, kind=kind)
        for number, (project, version, age, length, kind) in enumerate(drawn)
    ]
    facts = Facts(NOW, superseded=superseded, legacy=superseded, dead_weight=superseded, protected=protected)
    older_than = None if days is None else days * DAY
    rules = Rules(choosers, older_than, "downloaded", size, None, newest, most, built)

    choice = choose(found, rules, facts)

    going = {one.path for one in choice.entries}
    assert going.isdisjoint(protected)
    assert built or all(one.kind != "built" for one in choice.entries)
    for project in ("one", "two"):
        versions = sorted({one.version for one in found if one.project == project and one.version}, reverse=True)
        for one in found:
            if newest is not None and one.project == project and one.version in versions[:newest]:
                assert one.path not in going
    left = sum(one.disk_usage for one in found if one.path not in going)
    if most is not None:
        assert left <= most or choice.over == left - most
    else:
        assert choice.over == 0
        for one in choice.entries:
            assert days is None or NOW - one.downloaded > days * DAY
            assert size is None or one.disk_usage > size


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(max_size=350), {"a", "c"}),
        (Rules(max_size=250), {"a", "c"}),
        (Rules(max_size=150), {"a", "b", "c", "d"}),
        (Rules(free=150), {"a", "c"}),
        (Rules(free=250), {"a", "b", "c", "d"}),
        (Rules(older_than=25 * DAY), {"a", "c"}),
        (Rules(older_than=25 * DAY, free=50), {"a", "c"}),
        (Rules(older_than=25 * DAY, max_size=200), {"a", "c"}),
    ],
)
def test_what_a_removal_takes_along_is_counted(rules: Rules, expected: set[str]) -> None:
    found = [entry("a", days=30), entry("b", days=20), entry("c", days=10), entry("d", days=9)]
    outlook = Outlook.of(Inventory("/nowhere", entries=tuple(found), twins={"a": ("c",), "b": ("c", "d")}))
    choice = choose(found, rules, Facts(NOW), outlook)
    assert ({one.path for one in choice.entries}, choice.over, choice.short) == (expected, 0, 0)


def test_what_would_take_along_something_exempt_is_not_chosen() -> None:
    found = [entry("a", days=30), entry("b", days=20), entry("c", days=10)]
    outlook = Outlook.of(Inventory("/nowhere", entries=tuple(found), twins={"a": ("c",)}))
    choice = choose(found, Rules(max_size=100), Facts(NOW, protected=frozenset({"c"})), outlook)
    assert ([one.path for one in choice.entries], choice.over) == (["b"], 100)
