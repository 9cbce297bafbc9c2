from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from cachetui.cli.exit_codes import DONE
from tests.caches.poetry_writer import FILES, LONG_AGO, PoetryWriter
from tests.cli.conftest import Run
from tests.inventories import files

SIX, SEVEN = "six-1.0-py3-none-any.whl", "seven-7.0-py3-none-any.whl"


@pytest.fixture
def cache(tmp_path: Path) -> PoetryWriter:
    return PoetryWriter(tmp_path.resolve() / "pypoetry")


def test_a_file_that_is_stored_several_times_is_listed_so(run: Run, cache: PoetryWriter) -> None:
    artifact, record, *_ = cache.store(f"{FILES}/{SIX}", b"wheel")
    cache.artifact(f"{FILES}/{SEVEN}", b"another wheel")
    options = "--json", "--cache-dir", cache.root
    assert json.loads(run("list", *options).out)["copies"] == [[artifact, record]]
    assert json.loads(run("list", "seven", *options).out)["copies"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="there, what has locks stays")
def test_a_removal_takes_the_copies_of_an_artifact_and_leaves_the_rest(run: Run, cache: PoetryWriter) -> None:
    stored = cache.store(f"{FILES}/{SIX}", b"wheel")
    cache.put("virtualenvs/one/bin/python")
    release, other = cache.release("lab", "six", "2.0"), cache.artifact(f"{FILES}/{SEVEN}", b"another wheel")
    page = files(cache.root) - {*stored, release, other}
    (cache.root / stored[2]).touch()  # the record's body: only the artifact is old
    said = run("remove", "age>1y", "six", "kind:wheel", "--yes", "--json", "--cache-dir", cache.root)
    document = json.loads(said.out)
    assert said.code == DONE
    assert document["removed"] == [*stored]
    assert [entry["paths"] for entry in document["planned"]] == [[stored[0]], [*stored[1:]]]
    assert document["frees"] == document["freed"]
    assert files(cache.root) == {release, other, *page}


def test_a_limit_counts_the_records_that_an_artifact_takes_along(run: Run, cache: PoetryWriter) -> None:
    for name in (SIX, SEVEN):
        cache.store(f"{FILES}/{name}", b"wheel" * 2000)
    cache.page("lab", "project", *[f"{FILES}/{name}" for name in (SIX, SEVEN)])
    inventory = cache.scan()
    artifact = min(inventory.twins)
    limit = inventory.disk_usage - inventory.by_path[artifact].disk_usage - 1
    said = run("prune", "--max-size", f"{limit}B", "--dry-run", "--json", "--cache-dir", cache.root)
    planned = [entry["paths"][0] for entry in json.loads(said.out)["planned"]]
    assert planned == [artifact, *inventory.twins[artifact]]


def test_a_project_with_folders_of_the_same_names_is_refused(run: Run, tmp_path: Path) -> None:
    project = PoetryWriter(tmp_path / "project")
    project.put("src/a.py")
    project.put("cache/other/f")
    (project.root / "artifacts/ab/cd").mkdir(parents=True)
    for path in ("artifacts/ab/cd", "artifacts/ab"):
        os.utime(project.root / path, ns=(LONG_AGO, LONG_AGO))
    said = run("purge", "--yes", "--of", "poetry", "--cache-dir", project.root)
    assert said.code != DONE
    assert "contains nothing that poetry writes: it is not a poetry cache." in said.err
    assert (project.root / "artifacts/ab/cd").is_dir()


def test_environments_are_said_not_to_be_counted(run: Run, cache: PoetryWriter) -> None:
    cache.artifact(f"{FILES}/{SIX}", b"wheel")
    options = "--cache-dir", cache.root
    assert "together, as du counts" in run("audit", *options).out
    assert "virtualenvs" not in run("info", *options).out
    cache.put("virtualenvs/one/bin/python")
    assert "virtualenvs/ not opened, not counted" in run("info", *options).out
    audit = run("audit", *options).out.splitlines()
    assert "virtualenvs/: not opened, not counted" in audit
    assert [line.split("  ")[0] for line in audit if line.startswith("together")] == ["together"]
    for command in ("info", "audit"):
        assert json.loads(run(command, "--json", *options).out)["closed"] == ["virtualenvs"]


def test_what_only_old_pips_read_is_no_rule_for_poetrys_cache(run: Run, cache: PoetryWriter) -> None:
    cache.artifact(f"{FILES}/{SIX}", b"wheel")
    audit = run("audit", "--cache-dir", cache.root).out
    assert "leftovers" in audit
    assert "for old pips only" not in audit


def test_poetrys_cache_cannot_be_read_as_pips(run: Run, cache: PoetryWriter) -> None:
    cache.artifact(f"{FILES}/{SIX}", b"wheel")
    said = run("why", "six", "--cache-dir", cache.root)
    assert said.code == 2
    assert said.err.endswith(f"{cache.root} is poetry's.\n")
