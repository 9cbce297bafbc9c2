from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cachetui.cli.exit_codes import NO_MATCH
from tests.caches.uv_cache import UvCache, three_generations
from tests.cli.conftest import Run
from tests.cli.test_preferences import prefer
from tests.untouched import state_of

REFUSED = "Error: cachetui removes nothing from uv's cache.\n"


@pytest.fixture
def cache(tmp_path: Path) -> UvCache:
    cache = three_generations(tmp_path / "uv")
    cache.wheel("Alpha_One", "1.1")
    return cache


@pytest.fixture
def uv(run: Run, cache: UvCache) -> Run:
    """Run a command on uv's cache."""
    return lambda command, *words: run(command, "--cache-dir", str(cache.root), *words)


def test_the_list_names_everything(uv: Run, cache: UvCache) -> None:
    found = uv("list", "--json")

    document = json.loads(found.out)
    kinds = {entry["kind"] for project in document["projects"] for entry in project["entries"]}
    assert found.code == 0
    assert [project["project"] for project in document["projects"]] == ["alpha-one", "epsilon", "gamma"]
    assert kinds == {"wheel", "built", "index"}
    assert {entry["kind"] for entry in document["other"]} == {"environment"}


def test_of_names_the_cache(run: Run, cache: UvCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(cache.root))

    assert run("dir", "--of", "uv").out == f"{cache.root}\n"
    assert "uv cache clean alpha-one\n" in run("remove", "--of", "uv", "alpha-one", "-n").out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("remove", ("alpha-one==1.1", "--yes")),
        ("remove", ("alpha-one",)),
        ("prune", ("--superseded", "--yes")),
        ("purge", ("--yes",)),
    ],
)
def test_nothing_is_removed(uv: Run, cache: UvCache, command: str, words: tuple[str, ...]) -> None:
    before = {path: state_of(path) for path in [cache.root, *cache.root.rglob("*")]}

    found = uv(command, *words)

    assert (found.code, found.out) == (1, "")
    assert found.err.endswith(REFUSED)
    assert "\nuv cache " in found.err
    assert {path: state_of(path) for path in [cache.root, *cache.root.rglob("*")]} == before


def test_a_refusal_shows_the_command_and_what_it_takes(uv: Run, cache: UvCache) -> None:
    lines = uv("remove", "alpha-one==1.1").err.splitlines()

    at = lines.index(f"uv cache clean alpha-one --cache-dir {cache.root}")
    assert lines[at - 1] == "Run this instead:"
    assert lines[at + 1].startswith("  It removes 3 entries, ")
    assert lines[at + 2] == "  This includes 2 entries that you did not choose: alpha-one 1.0."


def test_what_the_user_has_protected_is_named(uv: Run) -> None:
    prefer('protect = ["alpha-one==1.1"]')
    words = "It also removes 1 entry that you have protected: alpha-one 1.1."
    assert words in uv("remove", "alpha-one", "--dry-run").out
    assert words in uv("purge", "--yes").err
    assert "protected" not in uv("remove", "gamma", "--dry-run").out


def test_what_environments_share_is_not_given_back(uv: Run, cache: UvCache, tmp_path: Path) -> None:
    for code in (cache.root / "archive-v0").rglob("alpha_one/__init__.py"):
        os.link(code, tmp_path / f"{code.parent.parent.name}.py")

    said = uv("remove", "alpha-one", "-n").out

    assert " stay in use: other files, as in environments, share them.\n" in said


def test_a_dry_run_lists_what_is_concerned(uv: Run, cache: UvCache) -> None:
    found = uv("remove", "epsilon==0.5", "-n")

    assert found.code == 0
    assert "epsilon-0.5-py3-none-any.whl (built)" in found.out
    assert f"uv cache prune --cache-dir {cache.root}\n" in found.out
    costs = json.loads(uv("remove", "epsilon==0.5", "-n", "--json").out)["costs"]
    assert f"uv cache clean epsilon --cache-dir {cache.root}" in costs


def test_what_does_not_work_on_unpacked_wheels(uv: Run, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("gamma\n")

    assert "Nothing is verified here: uv keeps wheels unpacked" in uv("verify").err
    assert "It installs from its own cache with uv --offline." in uv("offline", "--", "true").err
    assert (
        "uv keeps downloads unpacked, so there is no file to export."
        in uv("export", "gamma", "--to", str(tmp_path / "out")).err
    )
    needed = uv("prune", "--not-needed-by", str(tmp_path / "requirements.txt"), "-n")
    assert (needed.code, "does not work on uv's cache" in needed.err) == (2, True)


@pytest.mark.parametrize("command", ["list", "info", "audit", "check"])
def test_reading_changes_nothing(uv: Run, cache: UvCache, command: str) -> None:
    before = {path: state_of(path) for path in [cache.root, *cache.root.rglob("*")]}

    found = uv(command, *(("gamma==0.1+local.1",) if command == "check" else ()))

    assert "gamma" in found.out or command == "info"
    assert {path: state_of(path) for path in [cache.root, *cache.root.rglob("*")]} == before


def test_a_read_only_root_works(uv: Run, cache: UvCache) -> None:
    folders = [cache.root, *[path for path in cache.root.rglob("*") if path.is_dir() and not path.is_symlink()]]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert uv("list").code == 0
        assert uv("remove", "gamma", "-n").code == 0
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_terms_and_labels(uv: Run) -> None:
    assert "1.0" in uv("list", "is:superseded").out
    assert "Environments" in uv("list", "kind:environment").out
    assert uv("list", "is:dead-weight").code == NO_MATCH
