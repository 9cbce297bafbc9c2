"""Files that poetry stores several times go together, each entry only while nobody holds its locks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cachetui.model import Inventory
from cachetui.removal.execute import execute
from cachetui.removal.in_use import PROTECTED
from cachetui.removal.locks import NO_LOCKS
from cachetui.removal.plan import BELONGS, STALE, Kept, Plan, plan_removal
from cachetui.removal.reasons_to_stay import staying
from cachetui.removal.recheck import CHANGED
from cachetui.services.removal import without
from tests.caches.poetry_writer import FILES, LONG_AGO, PoetryWriter
from tests.inventories import files
from tests.removal.plans import Opener

NOW = LONG_AGO + 10**15
URL = f"{FILES}/my_app-1.0-py3-none-any.whl"
HAS_LOCKS = pytest.mark.skipif(sys.platform == "win32", reason="there, what has locks stays")


class Stored:
    """A cache with a wheel that is stored twice, and its page."""

    def __init__(self, root: Path) -> None:
        self.cache = PoetryWriter(root)
        self.artifact = self.cache.artifact(URL, b"wheel")
        self.record = self.cache.answer("_default_cache", URL, b"wheel")
        self.page = self.cache.page("lab", "my-app", URL)
        self.others = files(root) - {self.artifact, *self.record}

    def plan(self, *paths: str, pips: tuple[int, ...] = (), protected: frozenset[str] = frozenset()) -> Plan:
        """Plan the removal of the entries at some paths."""
        inventory = self.cache.scan()
        return plan_removal(
            inventory,
            [inventory.by_path[path] for path in paths],
            now_ns=NOW,
            pips=pips,
            protected=protected,
            home=self.cache.root.parent / "home",
        )


@pytest.fixture
def stored(root: Path) -> Stored:
    return Stored(root)


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
    inventory = stored.cache.scan()
    stays = staying(inventory, now_ns=NOW, protected=frozenset({stored.record[0]}))
    assert stays == dict.fromkeys((stored.artifact, stored.record[0]), "protected")


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


def test_what_a_running_poetry_may_need_stays(stored: Stored) -> None:
    release = stored.cache.release("lab", "my-app", "1.0")
    plan = stored.plan(stored.artifact, stored.page, release, pips=(1,))
    assert [entry.path for entry in plan.entries] == [release]
    assert set(plan.kept) == {Kept(path, "poetry is running") for path in (stored.artifact, stored.page)}


@HAS_LOCKS
def test_the_files_go_in_order_and_the_directories_after_them(stored: Stored, opener: Opener) -> None:
    outcome = execute(stored.plan(stored.artifact), opener=opener)
    assert outcome.removed == (stored.artifact, *stored.record)
    assert files(stored.cache.root) == stored.others
    assert sorted(path.name for path in stored.cache.root.iterdir()) == ["artifacts", "cache"]
    assert [path.name for path in (stored.cache.root / "cache/repositories").iterdir()] == ["lab"]


@HAS_LOCKS
@pytest.mark.parametrize("number", [2, 3])
def test_an_entry_stays_while_somebody_holds_one_of_its_locks(stored: Stored, opener: Opener, number: int) -> None:
    import fcntl  # noqa: PLC0415 - there is none on Windows

    plan = stored.plan(stored.artifact)
    with (stored.cache.root / stored.record[number]).open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        outcome = execute(plan, opener=opener)
    assert outcome.removed == ()
    assert set(outcome.kept) == {Kept(path, "poetry is using it") for path in (stored.artifact, stored.record[0])}
    assert files(stored.cache.root) == stored.others | {stored.artifact, *stored.record}


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


@HAS_LOCKS
def test_the_locks_are_held_while_the_files_go(stored: Stored, opener: Opener) -> None:
    import fcntl  # noqa: PLC0415 - there is none on Windows

    free: list[bool] = []

    def take(directory: object, name: str) -> None:
        for path in stored.record[2:]:
            with (stored.cache.root / path).open("r+b") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    free.append(False)
                else:
                    free.append(True)

    execute(stored.plan(stored.record[0]), opener=opener, take=take)
    assert free == [False] * 8


@HAS_LOCKS
def test_an_entry_whose_locks_are_gone_goes_all_the_same(root: Path, opener: Opener) -> None:
    cache = PoetryWriter(root)
    path, body = cache.answer("lab", URL, b"wheel", locks=False)
    inventory = cache.scan()
    plan = plan_removal(inventory, inventory.entries, now_ns=NOW, home=root.parent / "home")
    assert execute(plan, opener=opener).removed == (path, body)


@HAS_LOCKS
def test_a_lock_that_was_replaced_keeps_the_entry(stored: Stored, opener: Opener) -> None:
    plan = stored.plan(stored.record[0])
    lock = stored.cache.root / stored.record[2]
    lock.unlink()
    lock.symlink_to(stored.cache.root / stored.page)
    outcome = execute(plan, opener=opener)
    assert outcome.removed == ()
    assert stored.record[0] in [kept.path for kept in outcome.kept]
    assert set(stored.record) <= files(stored.cache.root)


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere, locks can be held meanwhile")
def test_what_has_locks_stays_where_they_cannot_be_held(stored: Stored) -> None:
    outcome = execute(stored.plan(stored.artifact))
    assert set(outcome.kept) == {Kept(path, NO_LOCKS) for path in (stored.artifact, stored.record[0])}


def test_what_has_no_twins_is_planned_alone(stored: Stored) -> None:
    inventory = stored.cache.scan()
    assert inventory.twins_of([inventory.by_path[stored.page]]) == []
    assert Inventory("/nowhere").twins_of(inventory.entries) == []
