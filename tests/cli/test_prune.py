from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Nobody, Run
from tests.cli.test_preferences import prefer
from tests.inventories import files
from tests.used_by.laid_out import by_hand, install


def test_what_the_rules_choose_goes_and_nothing_else(run: Run, cache: Path) -> None:
    before = files(cache)
    planned = json.loads(run("prune", "--superseded", "-n", "--json", "--cache-dir", cache).out)
    assert planned["planned"]
    assert files(cache) == before

    said = run("prune", "--superseded", "--yes", "--json", "--cache-dir", cache)

    document = json.loads(said.out)
    assert said.code == 0
    assert document["planned"] == planned["planned"]
    assert sorted(document["removed"]) == sorted(path for one in planned["planned"] for path in one["paths"])
    assert files(cache) == before - set(document["removed"])


def test_what_an_environment_has_installed_is_never_unused(run: Run, cache: Path, home: Path) -> None:
    whole = json.loads(run("list", "--json", "--cache-dir", cache).out)["projects"]
    entries = [one for project in whole for one in project["entries"] if one["version"]]
    used = entries[0]
    install(by_hand(home / "projects" / "a" / ".venv", home="/nowhere/bin"), used["project"], used["version"])
    prefer('environments = ["~/projects/*"]\n')

    said = run("prune", "--unused", "--built", "-n", "--json", "--cache-dir", cache)

    planned = json.loads(said.out)["planned"]
    assert said.code == 0
    assert "Looked at " in said.err
    held = [one for one in entries if (one["project"], one["version"]) == (used["project"], used["version"])]
    assert not [one for one in planned if one in held]
    assert all(one["kind"] in ("wheel", "sdist", "built", "metadata") for one in planned)
    listed = json.loads(run("list", "is:used", "--json", "--cache-dir", cache).out)["projects"]
    assert [one for one in held if one["kind"] != "index"] == [
        one for project in listed for one in project["entries"] if one in held
    ]
    prefer("environments = 'x'\n")
    said = run("prune", "--unused", "-n", "--json", "--cache-dir", cache)
    assert json.loads(said.out)["planned"] == []
    assert "Nothing counts as unused until this is fixed" in said.err


def test_age_newest_versions_and_a_budget_combine(run: Run, cache: Path) -> None:
    said = run(
        "prune", "--older-than", "180d", "--keep-latest", "1", "--max-size", "2GB", "-n", "--json", "--cache-dir", cache
    )

    planned = json.loads(said.out)["planned"]
    newest = json.loads(run("list", "--json", "--cache-dir", cache).out)["projects"]
    first = {project["project"]: project["entries"][0]["version"] for project in newest}
    assert said.code == 0
    assert planned
    assert all(one["version"] != first[one["project"]] for one in planned if one["project"] and one["version"])
    assert all(one["kind"] != "built" for one in planned)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--older-than", "soon"),
        ("--older-than", "3m"),
        ("--max-size", "2XB"),
        ("--free", "2"),
        ("--free", "-1MB"),
        ("--min-free", "all"),
        ("--min-free", "\u0661MB"),
        ("--keep-latest", "-1"),
        ("--keep-latest", "1_0"),
        ("--keep-latest", "\u0661"),
        ("--keep-latest", "9" * 5_000),
        ("--older-than", "\u0669d"),
        ("--max-size", "\u0661MB"),
        ("kind:whel",),
        ("--unusable", "--yes"),
        (),
    ],
)
def test_what_makes_no_sense_touches_nothing(arguments: tuple[str, ...], run: Run, cache: Path) -> None:
    before = files(cache)
    said = run("prune", *arguments, "--yes", "--cache-dir", cache)
    assert said.code == 2
    assert said.err
    assert files(cache) == before


def test_nothing_to_do_is_done(run: Run, cache: Path) -> None:
    said = run("prune", "size>900GB", "--yes", "--cache-dir", cache)
    assert (said.code, said.err) == (0, "Nothing to remove.\n")


def test_a_budget_that_cannot_be_met_fails(run: Run, cache: Path) -> None:
    said = run("prune", "--max-size", "0", "--keep-latest", "99", "-n", "--cache-dir", cache)
    assert said.code == 1
    assert "more than --max-size" in said.err


def test_a_number_of_bytes_is_freed_and_no_more(run: Run, cache: Path) -> None:
    before = files(cache)
    planned = json.loads(run("prune", "--free", "20MB", "-n", "--json", "--cache-dir", cache).out)
    said = run("prune", "--free", "20MB", "--yes", "--json", "--cache-dir", cache)

    document = json.loads(said.out)
    assert (said.code, document["to_free"], document["short"]) == (0, 20_000_000, 0)
    assert document["planned"] == planned["planned"]
    assert document["kept"] == []
    assert document["freed_files"] == planned["frees_files"] >= 20_000_000
    assert files(cache) == before - set(document["removed"])
    largest = max(one["disk_usage"] for one in planned["planned"])
    assert planned["frees_files"] - largest < 20_000_000


def test_what_falls_short_fails_and_says_by_how_much(run: Run, cache: Path) -> None:
    said = run("prune", "--free", "900TB", "-n", "--cache-dir", cache)
    assert "short of --free, but no more may be removed. --built would also remove" in said.err
    said = run("prune", "--superseded", "kind:wheel", "--free", "900TB", "--yes", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert said.code == 1
    assert "short of --free, but no more may be removed.\n" in said.err
    assert document["short"] == document["to_free"] - document["freed_files"] > 0
    assert {one["kind"] for one in document["planned"]} == {"wheel"}
    said = run("prune", "--min-free", "900TB", "--free", "1MB", "size>900GB", "--built", "-n", "--cache-dir", cache)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("short of --min-free, but no more may be removed.\nNothing to remove.\n")


def test_nothing_to_free_is_done(run: Run, cache: Path) -> None:
    said = run("prune", "--min-free", "0kB", "--yes", "--json", "--cache-dir", cache)
    assert (said.code, said.err) == (0, "Nothing to remove.\n")
    document = json.loads(said.out)
    assert (document["planned"], document["to_free"], document["short"]) == ([], 0, 0)
    assert json.loads(run("prune", "--leftovers", "-n", "--json", "--cache-dir", cache).out)["to_free"] is None


def test_what_may_not_be_removed_does_not_count_as_freed(nobody: Nobody) -> None:
    folders = [nobody.cache, *[path for path in nobody.cache.rglob("*") if path.is_dir()]]
    body = max((nobody.cache / "http-v2").rglob("*.body"), key=lambda path: path.stat().st_blocks)
    for path in folders:
        path.chmod(0o755 if path == body.parent else 0o555)
    try:
        said = nobody.run("prune", "--free", "1kB", "--dry-run", "--json", "--cache-dir", nobody.cache)
        assert said.code == 0, said.err
        some = json.loads(said.out)
        assert some["kept"] == []
        assert {path for one in some["planned"] for path in one["paths"]} <= {
            str(path.relative_to(nobody.cache)) for path in body.parent.iterdir()
        }
        said = nobody.run("prune", "--free", "9TB", "--dry-run", "--cache-dir", nobody.cache)
        assert said.code == 1
        assert "you may not change its folder" in said.out
    finally:
        for path in folders:
            path.chmod(0o755)


def test_terms_choose_on_the_command_line(run: Run, cache: Path) -> None:
    before = files(cache)
    listed = json.loads(run("list", "--json", "kind:index", "age>1d", "--cache-dir", cache).out)
    assert {one["kind"] for project in listed["projects"] for one in project["entries"]} == {"index"}

    assert run("remove", "nosuch", "--yes", "--cache-dir", cache).code == 3
    assert run("remove", "not:size>=0", "--yes", "--cache-dir", cache).code == 3
    assert run("remove", "torch", "kind:whel", "--yes", "--cache-dir", cache).code == 2
    assert files(cache) == before

    assert run("remove", "torch>=2,<2.3", "kind:wheel", "--yes", "--cache-dir", cache).code == 0
    assert before - files(cache)
    assert all("http" in path for path in before - files(cache))


def test_what_is_protected_is_never_chosen(run: Run, cache: Path) -> None:
    prefer('protect = ["torch"]')
    said = run("prune", "size>0", "--built", "--max-size", "0", "--yes", "--json", "--cache-dir", cache)
    planned = json.loads(said.out)["planned"]
    assert planned
    assert all(one["project"] != "torch" for one in planned)
    left = json.loads(run("list", "torch", "--json", "--cache-dir", cache).out)
    assert {one["kind"] for one in left["projects"][0]["entries"]} >= {"wheel", "index"}


def test_without_a_word_the_policy_is_run_and_told(run: Run, cache: Path) -> None:
    path = prefer('[prune]\nsuperseded = true\nolder-than = "30d"\nterms = ["kind:wheel"]\n')
    policy = run("prune", "-n", "--json", "--cache-dir", cache)
    said = run("prune", "--superseded", "--older-than", "30d", "kind:wheel", "-n", "--json", "--cache-dir", cache)
    assert policy.code == said.code == 0
    assert policy.out == said.out
    assert policy.err == f"The policy in {path}: prune --superseded --older-than 30d kind:wheel\n{said.err}"
    assert run("prune", "size>900GB", "-n", "--cache-dir", cache).err == "Nothing to remove.\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No rule was given"),
        ("[prune]\n", "chooses nothing"),
        ("[prune]\nsuperseded = false\nbuilt = true\n", "chooses nothing"),
        ("[prune]\nsuperseded = true\nolder-than = 90\n", "fixed: prune.older-than: expected a string"),
        ("[prune]\nsuperseded = true\nkep-latest = 2\n", "fixed: prune.kep-latest: unknown key"),
        ("[prune]\nterms = ['torch', 'kind:whel']\n", "fixed: prune.terms: unknown kind whel"),
        ("[prune]\nunusable = true\n", "--python"),
    ],
)
def test_a_policy_that_cannot_be_run_touches_nothing(text: str, words: str, run: Run, cache: Path) -> None:
    prefer(text)
    before = files(cache)
    said = run("prune", "--yes", "--cache-dir", cache)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert files(cache) == before


def test_half_a_rule_runs_no_policy(run: Run, cache: Path) -> None:
    prefer("[prune]\nsuperseded = true\n")
    assert run("prune", "--built", "-n", "--cache-dir", cache).code == 2
    assert run("prune", "--by", "downloaded", "-n", "--cache-dir", cache).code == 2


def test_what_a_lock_needs_stays_and_all_else_goes(run: Run, cache: Path, tmp_path: Path) -> None:
    needs = tmp_path / "needs.txt"
    needs.write_text("-e .\nsix==1.16.0\n")
    arguments = ("prune", "--not-needed-by", needs, "--ci", "--json", "--cache-dir", cache)
    planned = run(*arguments, "-n")
    assert planned.code == 0
    assert planned.err == f"Not looked at: {needs}, line 1: -e .\n"
    document = json.loads(planned.out)
    assert any("is no lock file: all that it allows is kept" in cost for cost in document["costs"])

    assert run(*arguments, "--yes").code == 0

    left = json.loads(run("list", "--json", "--cache-dir", cache).out)["projects"]
    found = {(one["project"], entry["version"], entry["kind"]) for one in left for entry in one["entries"]}
    assert found >= {("six", "1.16.0", "wheel")}
    assert {(project, version) for project, version, _ in found if project} == {("six", "1.16.0")}
    assert json.loads(run(*arguments, "--yes").out)["planned"] == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "needs nothing from a cache, so everything would be removed"),
        ("version = 1\n[[package]]\nname = 'mine'\nsource = { editable = '.' }\n", "needs nothing from a cache"),
        ("[[package]]\nname = \n", "is not valid TOML"),
        ("version = 1\n[[package]]\nname = 3\n", "package[0].name must be a string."),
        ("six 1.16\n", "line 1: six 1.16 is not a requirement"),
        ("six\n-rhttps://me:secret@h.example/all.txt\n", "line 2: -rhttps://***@h.example/all.txt is on a server"),
        ("six\n--requirement = https://h.example/all.txt\n", "all.txt is on a server, where cachetui reads nothing"),
        (None, "cannot be read"),
    ],
)
def test_a_lock_that_says_nothing_removes_nothing(
    text: str | None, complaint: str, run: Run, cache: Path, tmp_path: Path
) -> None:
    before, needs = files(cache), tmp_path / "uv.lock"
    if text is not None:
        needs.write_text(text)
    said = run("prune", "--not-needed-by", needs, "--yes", "--cache-dir", cache)
    assert said.code == 2
    assert complaint in said.err
    assert files(cache) == before


def test_a_policy_names_files_and_one_that_is_gone_stops_it(run: Run, cache: Path, tmp_path: Path) -> None:
    needs = tmp_path / "my needs.txt"
    prefer(f"[prune]\nnot-needed-by = ['{needs.as_posix()}']\nci = true\n")
    before = files(cache)
    assert run("prune", "--yes", "--cache-dir", cache).code == 2
    assert files(cache) == before

    needs.write_text("six==1.16.0\n")
    said = run("prune", "-n", "--json", "--cache-dir", cache)

    assert said.code == 0
    assert f"prune --not-needed-by '{needs.as_posix()}' --ci" in said.err
    planned = {(one["project"], one["version"], one["kind"]) for one in json.loads(said.out)["planned"]}
    assert ("six", "1.16.0", "wheel") not in planned
    assert ("six", None, "index") in planned
    assert run("audit", "--cache-dir", cache).code == 0
