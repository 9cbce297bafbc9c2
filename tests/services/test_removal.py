from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.errors import RefusedError
from cachetui.model import Entry, Inventory
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Preferences, Protection
from cachetui.removal.execute import RemovalProgress
from cachetui.removal.in_use import PROTECTED
from cachetui.services import removal
from cachetui.services.removal import available, plan, remove, without
from cachetui.terms import parse_terms
from tests.cli.test_preferences import prefer
from tests.inventories import files
from tests.services.conftest import NOW, names

ANYTHING = Preferences()


def protecting(term: str) -> Preferences:
    return Preferences(protection=Protection((parse_terms([term]),), (term,)))


def of(inventory: Inventory, project: str) -> list[Entry]:
    return [entry for entry in inventory.entries if entry.project == project]


def test_the_entries_of_a_plan_go_and_nothing_else(root: Path, inventory: Inventory) -> None:
    before, torch = files(root), of(inventory, "torch")
    agreed = plan(inventory, torch, ANYTHING, named=True, now_ns=NOW)
    progress: list[RemovalProgress] = []
    outcome = remove(agreed, inventory, ANYTHING, now_ns=NOW, report=progress.append)
    assert set(outcome.removed) == {file.path for entry in torch for file in entry.files}
    assert files(root) == before - {*outcome.removed}
    assert (outcome.failed, outcome.entries, progress[-1].of) == (0, 2, 2)


def test_what_is_protected_stays(root: Path, inventory: Inventory) -> None:
    torch = protecting("torch==2.3.0")
    agreed = plan(inventory, inventory.entries, torch, named=True, now_ns=NOW, purge=True)
    assert names(agreed.entries) == ["old 1.0", "six 1.16.0", "six", "torch 2.2.0"]
    (kept,) = [path for path, reason in agreed.kept if reason == PROTECTED]
    assert names([inventory.by_path[kept]]) == ["torch 2.3.0"]
    remove(agreed, inventory, torch, now_ns=NOW)
    assert files(root) == {file.path for file in inventory.by_path[kept].files}


def test_what_came_to_be_protected_after_the_plan_stays(root: Path, inventory: Inventory) -> None:
    six = of(inventory, "six")
    agreed = plan(inventory, six, ANYTHING, named=True, now_ns=NOW)
    before = files(root)
    outcome = remove(agreed, inventory, protecting("six"), now_ns=NOW)
    assert (outcome.removed, files(root)) == ((), before)
    assert {path for path, reason in outcome.kept if reason == PROTECTED} == {entry.path for entry in six}


def test_a_plan_without_something_protected_is_the_same(inventory: Inventory) -> None:
    agreed = plan(inventory, inventory.entries, ANYTHING, named=True, now_ns=NOW)
    assert without(agreed, {"elsewhere"}) is agreed
    first = agreed.entries[0]
    spared = without(agreed, {first.path})
    assert spared.entries == agreed.entries[1:]
    assert spared.kept == (*agreed.kept, (first.path, PROTECTED))


def test_while_protection_is_not_clear_nothing_is_planned_or_removed(root: Path, inventory: Inventory) -> None:
    agreed = plan(inventory, inventory.entries, ANYTHING, named=True, now_ns=NOW)
    prefer('protect = ["kind:whel"]\n')
    unclear, before = read_preferences(), files(root)
    for action in (
        lambda: plan(inventory, inventory.entries, unclear, named=True, now_ns=NOW),
        lambda: remove(agreed, inventory, unclear, now_ns=NOW),
    ):
        with pytest.raises(RefusedError) as caught:
            action()
        assert str(caught.value) == unclear.refusal
    assert files(root) == before


def test_read_only_preferences_allow_a_plan_but_no_removal(root: Path, inventory: Inventory) -> None:
    prefer("read-only = true\n")
    before, preferences = files(root), read_preferences()
    agreed = plan(inventory, inventory.entries, preferences, named=True, now_ns=NOW)
    assert agreed.entries
    with pytest.raises(RefusedError):
        remove(agreed, inventory, preferences, now_ns=NOW)
    assert files(root) == before


def test_a_running_pip_keeps_its_pages(root: Path, inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    six, before = of(inventory, "six"), files(root)
    agreed = plan(inventory, six, ANYTHING, named=True, now_ns=NOW)
    monkeypatch.setattr(removal, "running_programs", lambda _: (4121,))
    assert names(plan(inventory, six, ANYTHING, named=True, now_ns=NOW).entries) == ["six 1.16.0"]
    outcome = remove(agreed, inventory, ANYTHING, now_ns=NOW)
    (page,) = [entry for entry in six if entry.kind == "index"]
    assert {file.path for file in page.files} <= files(root) < before
    assert outcome.failed


def test_a_removal_can_be_stopped(root: Path, inventory: Inventory) -> None:
    before = files(root)
    agreed = plan(inventory, inventory.entries, ANYTHING, named=True, now_ns=NOW)
    assert remove(agreed, inventory, ANYTHING, now_ns=NOW, stop=lambda: True).stopped
    assert files(root) == before


def test_the_free_space_is_unknown_where_the_system_does_not_say(tmp_path: Path) -> None:
    assert available(str(tmp_path / "not" / "there")) is not None
    (tmp_path / "loop").symlink_to("loop")
    assert available(str(tmp_path / "loop" / "pip")) is None
