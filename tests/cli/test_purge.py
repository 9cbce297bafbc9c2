from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.test_preferences import prefer
from tests.inventories import NOW, age_directories, files, record, write


def test_everything_of_pips_goes_and_what_is_not_stays(run: Run, cache: Path) -> None:
    write(cache, "http-v2/0/notes.txt")
    said = run("purge", "--yes", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 0
    left = files(cache)
    assert "http-v2/0/notes.txt" in left
    assert left == {kept["path"] for kept in document["kept"]} | {"http-v2/0/notes.txt", *foreign(run, cache)}
    assert {"http", "http-v2", "wheels"} <= {path.name for path in cache.iterdir()}


def foreign(run: Run, cache: Path) -> set[str]:
    lines = run("list", "--files", "--cache-dir", cache).out.partition("Not pip's")[2].splitlines()
    return {line.split("  ")[-1].strip() for line in lines if line.strip()}


def test_an_empty_or_absent_cache_is_purged_already(run: Run, tmp_path: Path) -> None:
    assert run("purge", "--yes").code == 0
    (tmp_path / "http-v2").mkdir()
    said = run("purge", "--cache-dir", tmp_path)
    assert (said.code, said.out) == (0, "")
    assert said.err == "There is nothing of pip's in the cache: nothing was removed.\n"
    assert json.loads(run("purge", "--json", "--cache-dir", tmp_path).out)["planned"] == []


def test_empty_shards_go(run: Run, tmp_path: Path) -> None:
    (tmp_path / "http-v2/a/b/c/d/e").mkdir(parents=True)
    age_directories(tmp_path)
    said = run("purge", "--yes", "--cache-dir", tmp_path)
    assert said.code == 0
    assert [path.name for path in tmp_path.rglob("*")] == ["http-v2"]
    assert said.out.startswith("Removed 0 files of 1 entry, freed ")


def test_a_dry_run_shows_all_and_touches_nothing(run: Run, cache: Path) -> None:
    before = sorted(cache.rglob("*"))
    said = run("purge", "--dry-run", "--cache-dir", cache)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Would remove ")
    assert sorted(cache.rglob("*")) == before


def test_a_second_purge_has_nothing_left_to_do_but_what_had_to_stay(run: Run, cache: Path) -> None:
    run("purge", "--yes", "--cache-dir", cache)
    said = run("purge", "--yes", "--json", "--cache-dir", cache)
    assert json.loads(said.out)["removed"] == []


def test_a_purge_of_which_all_stays_is_a_failure(run: Run, tmp_path: Path) -> None:
    path = f"{record('a')}abcdefgh.tmp"
    write(tmp_path, path, mtime_ns=NOW)
    said = run("purge", "--yes", "--cache-dir", tmp_path)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Nothing here can be removed.\n")
    assert (tmp_path / path).exists()


def test_a_directory_that_is_no_cache_is_refused(run: Run, tmp_path: Path) -> None:
    write(tmp_path, "src/main.py")
    said = run("purge", "--yes", "--cache-dir", tmp_path)
    assert (said.code, said.out) == (1, "")
    assert "contains nothing that pip writes" in said.err
    assert (tmp_path / "src/main.py").exists()


def test_what_is_protected_stays_and_is_named(run: Run, cache: Path) -> None:
    prefer('protect = ["torch", "kind:built"]')
    pinned = json.loads(run("list", "is:protected", "--json", "--cache-dir", cache).out)["projects"]
    paths = {path for project in pinned for one in project["entries"] for path in one["paths"]}
    firsts = {one["paths"][0] for project in pinned for one in project["entries"]}
    document = json.loads(run("purge", "--yes", "--json", "--cache-dir", cache).out)
    assert all((cache / path).exists() for path in paths)
    assert paths.isdisjoint(document["removed"])
    assert {one["path"] for one in document["kept"] if one["reason"] == "protected"} == firsts
    left = json.loads(run("list", "--json", "--cache-dir", cache).out)["projects"]
    assert {path for project in left for one in project["entries"] for path in one["paths"]} == paths
