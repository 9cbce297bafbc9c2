from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import pytest

from cachetui.export.target_folder import TargetError
from cachetui.insight.audit.audit import LABELS, Audit
from cachetui.insight.labelling import facts_of
from cachetui.model import Inventory
from cachetui.preferences.model import Policy, Protection
from cachetui.prune_rules import Rules
from cachetui.services.audit import FormatError, facts_for_audit, make_audit, report_parts, save_report
from cachetui.services.audit_rules import STANDARD
from cachetui.services.options import GlobalOptions
from cachetui.services.pythons import find_pythons
from tests.interpreters.fakes import posix, runs
from tests.services.conftest import NOW, names


@pytest.fixture
def audit(inventory: Inventory) -> Audit:
    return make_audit(inventory, facts_of(inventory.entries, LABELS, now_ns=NOW), None)


def test_it_counts_everything_and_tries_each_rule(inventory: Inventory) -> None:
    facts = facts_of(inventory.entries, LABELS, now_ns=NOW)
    policy = Policy(Rules(frozenset({"superseded"})), {"superseded": True})
    found = make_audit(inventory, facts, policy)
    assert names(found.entries) == names(inventory.entries)
    assert len(found.rules) == len(STANDARD) + 1
    assert names(found.rules[0].figure.entries) == ["torch 2.2.0"]
    torch = [entry for entry in inventory.entries if entry.project == "torch"]
    assert names(make_audit(inventory, facts, policy, torch).entries) == ["torch 2.3.0", "torch 2.2.0"]


@posix
def test_pythons_are_searched_only_on_demand(inventory: Inventory, here: Path, notes: list[str]) -> None:
    facts = partial(
        facts_for_audit,
        inventory.entries,
        root=inventory.root,
        now_ns=NOW,
        note=notes.append,
        protection=Protection(),
    )
    assert facts(GlobalOptions(), search=False).usable == {}
    assert runs(here) == 0
    searched = facts(GlobalOptions(), search=True).usable
    assert runs(here) == 1
    (old,) = [path for path, usable in searched.items() if not usable]
    assert names([inventory.by_path[old]]) == ["old 1.0"]
    assert facts(GlobalOptions(), search=False).usable == searched
    assert facts(GlobalOptions(no_memory=True), search=False).usable == {}
    assert facts(GlobalOptions(python=str(here)), search=False).usable == searched
    assert (runs(here), notes) == (1, [])
    assert len(list(find_pythons(None, memory=True))) == 1


def test_the_name_of_a_file_says_its_format(audit: Audit, tmp_path: Path) -> None:
    assert json.loads("".join(report_parts(audit, tmp_path / "a.JSON")))["root"] == audit.root
    assert "".join(report_parts(audit, tmp_path / "a.csv")).count("torch-2.3.0-py3-none-any.whl") == 1
    assert "".join(report_parts(audit, tmp_path / "a.txt")).startswith("Audit of ")
    for name in ("a.xls", "a.md", "a"):
        with pytest.raises(FormatError, match=r"must end with \.json, \.csv or \.txt\."):
            report_parts(audit, tmp_path / name)


def test_a_report_is_written_over_only_if_that_is_agreed(audit: Audit, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    save_report(audit, path, root)
    written = path.read_text()
    with pytest.raises(FileExistsError):
        save_report(audit, path, root)
    path.write_text("mine")
    save_report(audit, path, root, overwrite=True)
    assert path.read_text() == written


def test_a_report_lies_outside_the_cache(audit: Audit, root: Path) -> None:
    with pytest.raises(TargetError):
        save_report(audit, root / "a.json", root)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_not_written_over(audit: Audit, root: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "a.txt").symlink_to(tmp_path / "mine.txt")
    with pytest.raises(TargetError, match="not a regular file"):
        save_report(audit, tmp_path / "a.txt", root, overwrite=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"
