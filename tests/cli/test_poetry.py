from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cachetui.cli.exit_codes import DONE
from tests.caches.poetry_writer import FILES, PoetryWriter
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
