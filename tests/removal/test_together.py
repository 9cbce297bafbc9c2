"""Files that poetry stores several times go together or not at all."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.model import Inventory
from cachetui.removal.execute import execute
from cachetui.removal.in_use import PROTECTED
from cachetui.removal.plan import BELONGS, STALE, Kept, plan_removal
from cachetui.removal.recheck import CHANGED
from cachetui.removal.together import groups
from cachetui.services.removal import without
from tests.inventories import files
from tests.removal.plans import Opener
from tests.removal.stored import HAS_LOCKS, NOW, URL, Stored


def test_an_artifact_goes_with_its_records(stored: Stored) -> None:
    plan = stored.plan(stored.artifact)
    assert [entry.path for entry in plan.entries] == [stored.artifact, stored.record[0]]
    assert plan.files == 5
    inventory = stored.cache.scan()
    assert plan.frees == sum([inventory.by_path[path].disk_usage for path in (stored.artifact, stored.record[0])])


def test_a_record_can_go_alone(stored: Stored) -> None:
    assert [entry.path for entry in stored.plan(stored.record[0]).entries] == [stored.record[0]]


def test_the_records_of_an_artifact_that_stays_stay(stored: Stored) -> None:
    plan = stored.plan(stored.artifact, protected=frozenset({stored.artifact}))
    assert (plan.entries, plan.kept) == ((), (Kept(stored.artifact, "protected"),))


def test_an_artifact_stays_while_one_of_its_records_does(stored: Stored) -> None:
    plan = stored.plan(stored.artifact, protected=frozenset({stored.record[0]}))
    assert (plan.entries, plan.kept) == ((), (Kept(stored.artifact, "protected"),))


@pytest.mark.parametrize("protected", [0, 1, 2])
def test_what_goes_together_stays_together_if_all_is_asked_for(stored: Stored, protected: int) -> None:
    second = stored.cache.answer("other", URL, b"wheel")[0]
    paths = (stored.artifact, stored.record[0], second)
    plan = stored.plan(*paths, stored.page, protected=frozenset({paths[protected]}))
    assert [entry.path for entry in plan.entries] == [stored.page]
    assert set(plan.kept) == {Kept(path, "protected") for path in paths}


def test_what_was_protected_since_the_plan_keeps_its_twins(stored: Stored) -> None:
    plan = without(stored.plan(stored.artifact, stored.page), {stored.record[0]})
    assert [entry.path for entry in plan.entries] == [stored.page]
    assert set(plan.kept) == {Kept(path, PROTECTED) for path in (stored.artifact, stored.record[0])}


def test_a_record_of_another_form_keeps_its_artifact(stored: Stored) -> None:
    inventory = stored.cache.scan()
    record = inventory.by_path[stored.record[0]]
    asked = [inventory.by_path[stored.artifact], record._replace(files=record.files[:1])]
    plan = plan_removal(inventory, asked, now_ns=NOW, home=stored.cache.root.parent / "home")
    assert plan.entries == ()
    assert set(plan.kept) == {Kept(path, STALE) for path in (stored.artifact, stored.record[0])}


@HAS_LOCKS
def test_the_files_go_in_order_and_the_directories_after_them(stored: Stored, opener: Opener) -> None:
    outcome = execute(stored.plan(stored.artifact), opener=opener)
    assert outcome.removed == (stored.artifact, *stored.record)
    assert files(stored.cache.root) == stored.others
    assert sorted(path.name for path in stored.cache.root.iterdir()) == ["artifacts", "cache"]
    assert [path.name for path in (stored.cache.root / "cache/repositories").iterdir()] == ["lab"]


@HAS_LOCKS
@pytest.mark.parametrize("changed", [0, 1])
def test_what_changed_since_the_plan_keeps_its_twins(stored: Stored, opener: Opener, changed: int) -> None:
    plan = stored.plan(stored.artifact, stored.page)
    path = (stored.artifact, *stored.record)[changed]
    stored.cache.put(path, b"changed")
    outcome = execute(plan, opener=opener)
    assert files(stored.cache.root) >= {stored.artifact, *stored.record}
    assert (outcome.entries, outcome.removed[0]) == (1, stored.page)
    assert dict(outcome.kept) == dict.fromkeys((stored.artifact, *stored.record), BELONGS) | {path: CHANGED}


@HAS_LOCKS
def test_entries_that_share_a_record_go_or_stay_together(stored: Stored, opener: Opener) -> None:
    import fcntl  # noqa: PLC0415 - there is none on Windows

    mirror = stored.cache.artifact(URL.replace("files", "mirror"), b"wheel")
    release = stored.cache.release("lab", "my-app", "1.0")
    plan = stored.plan(stored.artifact, mirror, release)
    reports: list[tuple[int, int]] = []
    with (stored.cache.root / stored.record[2]).open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        outcome = execute(plan, opener=opener, report=lambda one: reports.append((one.entries, one.of)))
    assert {kept.path for kept in outcome.kept} == {stored.artifact, mirror, stored.record[0]}
    assert (outcome.entries, reports[-1]) == (1, (4, 4))
    outcome = execute(stored.plan(stored.artifact, mirror), opener=opener)
    assert set(outcome.removed) == {stored.artifact, mirror, *stored.record}
    assert (outcome.entries, outcome.kept) == (3, ())


def test_what_has_no_twins_is_planned_alone(stored: Stored) -> None:
    inventory = stored.cache.scan()
    assert inventory.twins_of([inventory.by_path[stored.page]]) == []
    assert Inventory("/nowhere").twins_of(inventory.entries) == []


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True),
    st.dictionaries(st.sampled_from("abcdefgh"), st.frozensets(st.sampled_from("abcdefgh"), max_size=3)),
)
def test_what_is_joined_by_a_chain_of_twins_is_one_group(paths: list[str], twins: dict[str, frozenset[str]]) -> None:
    joined = {(one, other) for one, some in twins.items() for other in some - {one} if {one, other} <= {*paths}}
    joined |= {(other, one) for one, other in joined}
    for between, one, other in product(paths, repeat=3):
        if (one, between) in joined and (between, other) in joined:
            joined.add((one, other))
    expected = {tuple(other for other in paths if (one, other) in joined) for one in paths} - {()}
    others = {one: some - {one} for one, some in twins.items()}
    assert sorted(map(tuple, groups(paths, others))) == sorted(expected)
