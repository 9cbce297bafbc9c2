"""Several names on the command line: they add up, conditions narrow, and what matches nothing is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.test_preferences import prefer
from tests.inventories import files

TERMS = ("torch", "numpy<2", "nosuch-*", "kind:wheel")
MISSING = "Nothing in the cache matches nosuch-* kind:wheel.\n"


def paths(document: Any) -> set[str]:
    """Return the first path of each entry in a document, wherever it stands there."""
    if isinstance(document, list):
        return set().union(*map(paths, document))
    if not isinstance(document, dict):
        return set()
    own = [document["path"]] if "path" in document else document.get("paths", [])[:1]
    return set(own).union(*map(paths, document.values()))


def listed(run: Run, cache: Path, *terms: str) -> set[str]:
    return paths(json.loads(run("list", "--json", *terms, "--cache-dir", cache).out))


def test_they_choose_the_same_with_every_command_in_protect_and_in_a_policy(
    run: Run, made_up: Path, tmp_path: Path
) -> None:
    chosen = listed(run, made_up, "torch", "kind:wheel") | listed(run, made_up, "numpy<2", "kind:wheel")
    assert chosen < listed(run, made_up, "torch") | listed(run, made_up, "numpy")
    for command in (
        ["list", "--json"],
        ["remove", "-n", "--json"],
        ["prune", "-n", "--json", "--built"],
        ["audit", "--format", "json"],
    ):
        said = run(*command, *TERMS, "--cache-dir", made_up)
        assert (said.code, said.err) == (0, MISSING)
        assert paths(json.loads(said.out)) == chosen
    said = run("verify", *TERMS, "--cache-dir", made_up)
    assert said.err == MISSING
    said = run("export", *TERMS, "-n", "--json", "--to", tmp_path / "out", "--cache-dir", made_up)
    assert (said.code, said.err.splitlines()[0]) == (0, f"No wheel or sdist in the cache matches{MISSING[28:-1]}")
    assert paths(json.loads(said.out)) <= chosen

    prefer(f"protect = [{json.dumps(' '.join(TERMS))}]")
    assert listed(run, made_up, "is:protected") == chosen
    prefer(f"[prune]\nbuilt = true\nterms = {json.dumps(TERMS)}")
    said = run("prune", "-n", "--json", "--cache-dir", made_up)
    assert paths(json.loads(said.out)) == chosen
    assert "matches" not in said.err


def test_the_names_that_match_are_removed_and_the_others_are_named(run: Run, cache: Path) -> None:
    before, chosen = files(cache), listed(run, cache, "torch", "numpy")
    said = run("remove", "torch", "nosuch", "numpy", "--yes", "--json", "--cache-dir", cache)
    assert said.code == 0
    assert said.err.startswith("Nothing in the cache matches nosuch.\nRemoved ")
    document = json.loads(said.out)
    assert paths(document["planned"]) == chosen
    assert files(cache) == before - {*document["removed"]}


@pytest.mark.parametrize("command", ["list", "remove", "audit", "verify", "export"])
def test_names_that_all_match_nothing_end_with_3(run: Run, made_up: Path, tmp_path: Path, command: str) -> None:
    more = ("--to", tmp_path) if command == "export" else ()
    said = run(command, "nosuch", "nothing>=2", *more, "--cache-dir", made_up)
    assert said.code == 3
    assert len(said.err.splitlines()) == 1


def test_prune_names_what_matches_nothing_even_if_nothing_is_left(run: Run, made_up: Path) -> None:
    said = run("prune", "nosuch", "nothing>=2", "torch", "size>1TB", "--cache-dir", made_up)
    assert (said.code, said.out) == (0, "")
    assert said.err.splitlines() == [
        *[f"Nothing in the cache matches {name} size>1TB." for name in ("nosuch", "nothing>=2", "torch")],
        "Nothing to remove.",
    ]


def test_a_name_of_which_only_a_page_is_cached_is_named_by_export(run: Run, cache: Path, tmp_path: Path) -> None:
    assert run("remove", "numpy", "not:kind:index", "--yes", "--cache-dir", cache).code == 0
    said = run("export", "numpy", "torch==2.3.0", "kind:wheel", "--to", tmp_path / "out", "--cache-dir", cache)
    assert (said.code, said.err.splitlines()[0]) == (0, "No wheel or sdist in the cache matches numpy kind:wheel.")


def test_two_requirements_for_a_project_add_up_and_the_plan_says_how_to_narrow(run: Run, made_up: Path) -> None:
    said = run("remove", "numpy>=1.22", "numpy<2", "-n", "--cache-dir", made_up)
    assert (
        "! numpy>=1.22 and numpy<2: each adds what it matches; numpy>=1.22,<2 matches what satisfies both\n" in said.out
    )
    assert (
        "numpy>=2 and numpy<1.22: each adds"
        in run("remove", "numpy>=2", "numpy<1.22", "-n", "--cache-dir", made_up).out
    )
    assert "add up" not in run("remove", "numpy==2.0.0", "numpy==1.26.4", "-n", "--cache-dir", made_up).out
