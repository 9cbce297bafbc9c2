from __future__ import annotations

import errno
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from cachetui.report.entries_json import entries_json
from tests.cli.conftest import COLOURS, Nobody, Run, made_up_name
from tests.inventories import files, record, write
from tests.ui.cache import made

ENTRY_KEYS = [
    "kind",
    "project",
    "version",
    "filename",
    "paths",
    "disk_usage",
    "apparent_size",
    "downloaded",
    "checked",
    "read",
    "url",
    "identified_by",
]


def all_entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [*[entry for project in document["projects"] for entry in project["entries"]], *document["other"]]


def usage(root: Path) -> tuple[int, int]:
    """Return allocated bytes of the files and of the directories under a root, each inode once."""
    files: dict[int, int] = {}
    directories: dict[int, int] = {}
    for path in [root, *root.rglob("*")]:
        stat = path.lstat()
        (directories if path.is_dir() and not path.is_symlink() else files)[stat.st_ino] = stat.st_blocks * 512
    return sum(files.values()), sum(directories.values())


def test_json_keeps_the_contract(run: Run, cache: Path) -> None:
    said = run("list", "--json", "--cache-dir", cache)
    document = json.loads(said.out)
    assert (said.code, said.err) == (0, "")
    assert said.out.isascii()
    assert list(document) == [
        "schema",
        "root",
        "disk_usage",
        "apparent_size",
        "projects",
        "other",
        "directories",
        "foreign",
        "errors",
    ]
    assert document["schema"] == 1
    assert document["root"] == os.path.realpath(cache)
    assert document["errors"] == []
    for project in document["projects"]:
        assert list(project) == ["project", "disk_usage", "entries"]
        assert project["disk_usage"] == sum(entry["disk_usage"] for entry in project["entries"])
        assert {entry["project"] for entry in project["entries"]} == {project["project"]}
    for entry in all_entries(document):
        assert list(entry) == ENTRY_KEYS
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry["downloaded"])
    assert {entry["project"] for entry in document["other"]} == {None}
    names = [project["project"] for project in document["projects"]]
    assert names == sorted(names)


def test_json_accounts_for_every_file_once_and_for_every_block(run: Run, cache: Path) -> None:
    write(cache, "not-pips.txt", b"x" * 9000)
    document = json.loads(run("list", "--json", "--cache-dir", cache).out)
    paths = [path for entry in all_entries(document) for path in entry["paths"]]
    on_disk = files(cache)
    listed = {path for path in paths if not (cache / path).is_dir()}
    assert len(paths) == len(set(paths))
    assert listed <= on_disk
    assert len(on_disk - listed) == document["foreign"]["files"]
    in_files, in_directories = usage(cache)
    assert document["disk_usage"] + document["foreign"]["disk_usage"] == in_files
    assert document["disk_usage"] == sum(entry["disk_usage"] for entry in all_entries(document))
    assert document["apparent_size"] == sum(entry["apparent_size"] for entry in all_entries(document))
    assert document["directories"]["disk_usage"] == in_directories


def test_two_runs_say_the_same_the_second_from_memory(run: Run, cache: Path, home: Path) -> None:
    first = run("list", "--json", "--cache-dir", cache)
    assert [*home.rglob("memory.sqlite3")]
    assert run("list", "--json", "--cache-dir", cache) == first
    assert run("--no-memory", "list", "--json", "--cache-dir", cache) == first


def test_without_memory_none_is_made(run: Run, cache: Path, home: Path) -> None:
    run("list", "--no-memory", "--cache-dir", cache)
    assert not [*home.rglob("*.sqlite3")]


def test_terms_narrow_the_totals_but_not_what_is_said_of_the_root(run: Run, cache: Path) -> None:
    whole = json.loads(run("list", "--json", "--cache-dir", cache).out)
    some = json.loads(run("list", "--json", "--cache-dir", cache, "torch>=2.2").out)
    assert [project["project"] for project in some["projects"]] == ["torch"]
    assert {entry["version"] for entry in all_entries(some)} == {"2.3.0+cu121", "2.3.0", "2.2.2+cu121"}
    assert some["disk_usage"] == sum(entry["disk_usage"] for entry in all_entries(some))
    assert some["other"] == []
    assert (some["foreign"], some["directories"]) == (whole["foreign"], whole["directories"])


def test_a_name_takes_its_pages_too(run: Run, cache: Path) -> None:
    kinds = {
        entry["kind"] for entry in all_entries(json.loads(run("list", "torch", "--json", "--cache-dir", cache).out))
    }
    assert {"wheel", "index", "metadata"} <= kinds


def test_bytes_that_are_no_text_are_spelt_out(run: Run, cache: Path) -> None:
    for name in (rb"http-v2/\xff", rb"\xc3\xa9", b"\x1b[31m"):
        path = os.fsdecode(name.decode("unicode_escape").encode("latin-1") + b".txt")
        write(cache, path)
    folder = record("a").rpartition("/")[0]
    write(cache, os.fsdecode(f"{folder}/".encode() + b"\xff-1.1a"))
    said = run("list", "--json", "--cache-dir", cache)
    json.loads(said.out.encode().decode("ascii"))
    assert "\\ud" not in said.out
    text = run("list", "--files", "--cache-dir", cache).out
    assert "\x1b" not in text
    assert "\\x1b[31m.txt" in text
    assert "\\xff.txt" in text


def test_nothing_that_matches_is_told_by_the_exit_code(run: Run, cache: Path) -> None:
    said = run("list", "no-such-project", "--cache-dir", cache)
    assert said == (3, "", "Nothing in the cache matches.\n")
    said = run("list", "no-such-project", "--json", "--cache-dir", cache)
    assert (said.code, json.loads(said.out)["projects"]) == (3, [])


def test_a_term_that_does_not_parse_is_pointed_at(run: Run, cache: Path) -> None:
    said = run("list", "torch=2", "--cache-dir", cache)
    assert said == (2, "", "Error: a version is compared with ==, not with =.\n  torch=2\n       ^\n")
    said = run("list", "to\x1b[31mrch", "--cache-dir", cache)
    assert said.code == 2
    assert "\x1b" not in said.err


def test_an_absent_default_root_is_an_empty_cache(run: Run, home: Path) -> None:
    said = run("list")
    assert (said.code, said.out) == (0, "")
    assert "There is no cache at" in said.err
    said = run("list", "--json")
    assert (said.code, json.loads(said.out)["disk_usage"]) == (0, 0)


def test_a_named_root_that_is_absent_or_a_file_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("absent", "file", "dangling"):
        said = run("list", "--cache-dir", tmp_path / name)
        assert (said.code, said.out, said.err[:7]) == (1, "", "Error: ")


def test_a_root_that_is_a_link_is_fine(run: Run, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(cache, target_is_directory=True)
    assert json.loads(run("list", "--json", "--cache-dir", tmp_path / "link").out)["root"] == os.path.realpath(cache)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes deny nothing here")
def test_what_cannot_be_read_is_named_and_the_rest_is_shown(nobody: Nobody) -> None:
    (nobody.cache / "http-v2/0").chmod(0)
    said = nobody.run("list", "--json", "--cache-dir", nobody.cache)
    (nobody.cache / "http-v2/0").chmod(0o700)
    document = json.loads(said.out)
    assert said.code == 1
    assert [error["path"] for error in document["errors"]] == ["http-v2/0"]
    assert document["projects"]
    allowed = f"chmod -R u+rwX {nobody.cache} allows it"
    assert said.err == f"Not readable: http-v2/0: {os.strerror(errno.EACCES)}; {allowed}.\n"


def test_the_table_has_a_line_for_every_version(run: Run, cache: Path) -> None:
    said = run("list", "torch", "--cache-dir", cache)
    lines = said.out.splitlines()
    assert lines[0].split() == ["Project", "Version", "Disk", "Entries", "Downloaded"]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["torch", "2.3.0+cu121"],
        ["torch", "2.3.0"],
        ["torch", "2.2.2+cu121"],
        ["torch", "2.1.0+cu118"],
        ["torch", "2.1.0+cpu"],
        ["torch", "-"],
    ]
    assert said.err == "1 project, 11 entries, 13 MB\n"


def test_the_table_ends_with_what_has_no_name(run: Run, cache: Path) -> None:
    lines = run("list", "--cache-dir", cache).out.splitlines()
    assert [re.split(r"\s{2,}", line)[0] for line in lines[-4:]] == [
        "Unidentified",
        "Leftovers",
        "pip's own checks",
        "Not pip's",
    ]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("size", "2.1.0+cu118"), ("name", "2.3.0+cu121"), ("age", "2.1.0+cu118"), ("count", "2.3.0+cu121")],
)
def test_the_table_is_sorted_as_asked(run: Run, cache: Path, sort: str, first: str) -> None:
    lines = run("list", "torch", "--sort", sort, "--cache-dir", cache).out.splitlines()
    assert lines[1].split()[1] == first


@pytest.mark.parametrize("sort", ["size", "age", "count", "name"])
def test_versions_stand_together_in_the_order_of_their_projects_as_in_the_tree(
    run: Run, cache: Path, sort: str
) -> None:
    table = [
        line.split()[0] for line in run("list", "--sort", sort, "kind:wheel", "--cache-dir", cache).out.splitlines()
    ]
    tree = run("list", "--sort", sort, "kind:wheel", "--files", "--cache-dir", cache).out.splitlines()[1:]
    projects = [line[22:] for line in tree if line[22:23].strip()]
    assert [*dict.fromkeys(table[1:])] == projects


def test_the_tree_goes_down_to_the_files(run: Run, cache: Path) -> None:
    lines = run("list", "psycopg2===2.4.1", "--files", "--cache-dir", cache).out.splitlines()
    names = [re.sub(r"^.{22}", "", line) for line in lines]
    assert names[0].strip() == "Name"
    assert [name.strip() for name in names[1:4]] == [
        "psycopg2",
        "2.4.1",
        f"{made_up_name('psycopg2-2.4.1-cp38-cp38-linux_x86_64.whl')} (built)",
    ]
    assert names[4].strip().startswith("wheels/")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_terminal_of_80_columns_is_enough(cache: Path) -> None:
    from tests.cli.terminal import Terminal  # noqa: PLC0415 - its pty exists on POSIX alone

    for more in ([], ["--files"]):
        with Terminal("list", *more, "--cache-dir", str(cache)) as terminal:
            assert terminal.leave() == 0
            seen = COLOURS.sub("", terminal.seen)
            assert [line for line in seen.splitlines() if len(line) > 80] == []
            assert "\x1b" not in seen


@pytest.mark.parametrize("address", ["/pkgs;token=SECRET/x.whl", "/x.whl?token=SECRET", ":SECRET/x.whl"])
def test_no_secret_of_an_address_is_listed(address: str) -> None:
    listed = entries_json([made("wheel", "x", 1, 1, url=f"https://files.example{address}")], "")
    assert "***" in json.loads(listed)["url"]
    assert "SECRET" not in listed


def test_names_are_whole_where_there_is_no_terminal(run: Run, cache: Path) -> None:
    name = made_up_name("opencv_python-4.9.0.80-cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")
    assert name in run("list", "--files", "--cache-dir", cache).out


@pytest.mark.parametrize("command", ["list", "info"])
def test_a_directory_that_is_no_cache_is_said_to_be_none(command: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("x")
    said = run(command, "--cache-dir", tmp_path)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("is not a pip cache. Name one with --cache-dir.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="the current folder cannot be removed")
def test_a_relative_name_means_nothing_in_a_folder_that_is_gone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    said = run("list", "--cache-dir", ".")

    assert (said.code, said.out) == (1, "")
    assert said.err == "Error: The current folder no longer exists: give the full path of the cache.\n"
