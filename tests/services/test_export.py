from __future__ import annotations

import json
from pathlib import Path

import pytest

from cachetui.errors import CachetuiError
from cachetui.export.export import ExportProgress
from cachetui.export.plan import plan_export
from cachetui.export.target_folder import TargetError
from cachetui.model import Inventory
from cachetui.services.export import export_files, find_needs, read_requirements
from cachetui.services.options import GlobalOptions
from tests.interpreters.fakes import answering, posix, script
from tests.services.conftest import names


def asked(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text(text)
    return path


def test_a_note_names_each_line_that_is_not_looked_at(tmp_path: Path, notes: list[str]) -> None:
    path = asked(tmp_path, "six\n--index-url https://me:secret@index.example/simple\n")
    found = read_requirements([path], note=notes.append)
    assert [str(one.requirement) for one in found.asked] == ["six"]
    assert len(notes) == 1
    assert notes[0].startswith(f"Not looked at: {path}")
    assert "secret" not in notes[0]


def test_a_line_that_is_no_requirement_is_an_error_without_its_secrets(tmp_path: Path, notes: list[str]) -> None:
    path = asked(tmp_path, "six == https://me:secret@index.example\n")
    with pytest.raises(CachetuiError) as caught:
        read_requirements([path], note=notes.append)
    assert type(caught.value) is CachetuiError
    assert str(path) in str(caught.value)
    assert "secret" not in str(caught.value)
    path.write_text(json.dumps({"_meta": {}, "default": {"x\nError:\x1b[31m https://me:secret@x": 3}}))
    with pytest.raises(CachetuiError, match=r"default\.x\\x0aError:\\x1b\[31m https://\*\*\*@x must be an object\.$"):
        read_requirements([path], note=notes.append)


@posix
def test_files_are_chosen_for_the_python_that_is_named(inventory: Inventory, tmp_path: Path, notes: list[str]) -> None:
    file = read_requirements([asked(tmp_path, "torch<2.3\nsix\nold\n")], note=notes.append)
    python = answering(tmp_path / "env/bin/python")
    needs = find_needs(inventory, file, GlobalOptions(python=str(python)))
    assert sorted(names(needs.entries)) == ["six 1.16.0", "torch 2.2.0"]
    assert [one.requirement for one in needs.lacking] == ["old"]


@posix
def test_without_a_python_that_works_nothing_is_chosen(
    inventory: Inventory, tmp_path: Path, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = read_requirements([asked(tmp_path, "six\n")], note=notes.append)
    broken = script(tmp_path / "bin/python", "exit 3")
    with pytest.raises(CachetuiError, match="cannot be told: It failed with exit code 3"):
        find_needs(inventory, file, GlobalOptions(python=str(broken)))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CachetuiError, match="There is no Python here to choose files for"):
        find_needs(inventory, file, GlobalOptions())


def test_files_are_written_under_their_names(inventory: Inventory, tmp_path: Path) -> None:
    progress: list[ExportProgress] = []
    planned = plan_export([entry for entry in inventory.entries if entry.project == "torch"])
    outcome = export_files(inventory, planned, tmp_path / "out", report=progress.append)
    written = ["torch-2.3.0-py3-none-any.whl", "torch-2.2.0-py3-none-any.whl"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*written}
    assert ([one.filename for one in outcome.exported], outcome.skipped) == (written, ())
    assert progress[-1].of == 2


def test_nothing_is_written_into_the_cache(inventory: Inventory, root: Path) -> None:
    with pytest.raises(TargetError):
        export_files(inventory, plan_export(inventory.entries), root / "out")


@posix
def test_a_lock_file_names_all_that_is_exported(inventory: Inventory, tmp_path: Path, notes: list[str]) -> None:
    path = tmp_path / "uv.lock"
    pin = '[[package]]\nname = "%s"\nversion = "%s"\nsource = { registry = "https://index.example" }\n'
    root = "[[package]]\nname = 'mine'\nsource = { virtual = '.' }\ndependencies = [{ name = 'six' }, %s]\n"
    edge = "{ name = 'winonly', marker = \"sys_platform == 'win32'\" }"
    path.write_text("version = 1\n" + root % edge + pin % ("six", "1.16.0") + pin % ("winonly", "1.0"))
    file = read_requirements([path], note=notes.append)
    python = answering(tmp_path / "env/bin/python")
    needs = find_needs(inventory, file, GlobalOptions(python=str(python)))
    assert (names(needs.entries), needs.lacking, notes) == (["six 1.16.0"], (), [])
