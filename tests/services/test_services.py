from __future__ import annotations

import json
from pathlib import Path

import pytest

from cachetui.errors import RefusedError
from cachetui.export.plan import plan_export
from cachetui.insight.audit.audit import LABELS
from cachetui.insight.why.pip_command import QuestionError
from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python, python_at
from cachetui.model import Batch
from cachetui.pip.config.location import locate
from cachetui.pip.memory import default_path
from cachetui.pip_settings.change import SettingsChange
from cachetui.pip_settings.effective import PipSettings
from cachetui.services.services import Services
from tests.cli.test_preferences import prefer
from tests.interpreters.fakes import answering, posix, runs
from tests.inventories import files, record, write
from tests.services.conftest import AT, NOW, names


@pytest.fixture
def services(root: Path) -> Services:
    return Services(locate(str(root)), memory=False, clock=lambda: NOW)


def test_a_scan_takes_over_what_is_known(services: Services) -> None:
    batches: list[Batch] = []
    first = services.scan({}, report=batches.append)
    again = services.scan(first.by_path)
    assert names(first.entries) == ["old 1.0", "six 1.16.0", "six", "torch 2.3.0", "torch 2.2.0"]
    assert all(one is other for one, other in zip(first.entries, again.entries, strict=True))
    assert batches
    assert not default_path().exists()


@posix
def test_facts_are_those_of_the_clock_and_of_the_python(root: Path, tmp_path: Path) -> None:
    python = answering(tmp_path / "env/bin/python")
    services = Services(locate(str(root)), python_at(str(python)), memory=False, clock=lambda: NOW)
    entries = services.scan({}).entries
    facts = services.facts(entries, LABELS, protect=lambda entry, _: entry.project == "six")
    by_path = {entry.path: entry for entry in entries}
    assert facts.now_ns == NOW
    assert names([by_path[path] for path, usable in facts.usable.items() if not usable]) == ["old 1.0"]
    assert {by_path[path].project for path in facts.protected} == {"six"}
    assert services.facts(entries, ["superseded"], protect=lambda *_: True).protected == frozenset()
    assert runs(python) == 1


def test_protection_is_kept_in_plan_and_removal(services: Services, root: Path) -> None:
    prefer('protect = ["torch==2.3.0"]\n')
    inventory, preferences = services.scan({}), services.read_preferences()
    assert len(services.protected(inventory.entries, preferences.protection)) == 1
    plan = services.plan_removal(inventory, inventory.entries, preferences, purge=True)
    outcome = services.remove(plan, inventory, preferences)
    assert names(services.scan({}).entries) == ["torch 2.3.0"]
    assert (outcome.entries, outcome.failed) == (4, 0)


def test_an_audit_is_made_and_saved(services: Services, tmp_path: Path) -> None:
    inventory = services.scan({})
    audit = services.audit(inventory, None)
    services.save_report(audit, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["root"] == inventory.root


def test_problems_are_found_by_a_look_or_by_reading(services: Services, root: Path) -> None:
    write(root, f"{record('a')}abcd1234.tmp", mtime_ns=AT)
    inventory = services.scan({})
    assert [one.sort for one in services.check(inventory)] == ["leftover"]
    assert services.verify(inventory).sound == 4


def test_files_are_exported(services: Services, root: Path, tmp_path: Path) -> None:
    inventory, before = services.scan({}), files(root)
    outcome = services.export(inventory, plan_export(inventory.entries), tmp_path / "out")
    assert len(outcome.exported) == len(files(tmp_path / "out")) == 4
    assert files(root) == before


@pytest.mark.parametrize(
    ("text", "words"),
    [("read-only = true", "Read-only: "), ("readonly = true", "is not clear"), ("read-only", "is not clear")],
)
def test_preferences_forbid_to_change_settings(services: Services, tmp_path: Path, text: str, words: str) -> None:
    prefer(text)
    python = Python(tmp_path / "python", tmp_path)
    info = InterpreterInfo(python, prefix=tmp_path, base_prefix=tmp_path, real=python.executable)
    with pytest.raises(RefusedError, match=words):
        services.change_settings(SettingsChange(PipSettings(info, services.location), "off"))


def test_a_text_that_is_no_question_is_an_error(services: Services) -> None:
    with pytest.raises(QuestionError):
        services.explain("rm -rf /", services.scan({}))


@posix
def test_pythons_are_found_with_their_settings(services: Services, here: Path) -> None:
    (found,) = services.find_pythons()
    assert found.python.executable == here
    assert services.pip_settings(found).interpreter == found
