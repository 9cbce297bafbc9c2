from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Nobody, Run
from tests.interpreters.fakes import posix


def test_what_is_found_is_told_by_weight(run: Run, cache: Path) -> None:
    said = run("verify", "--cache-dir", cache)
    titles = [line for line in said.out.splitlines() if line.startswith(("DANGER", "DAMAGE", "WASTE"))]
    assert (said.code, said.err) == (1, "")
    assert [title.partition(": ")[2].partition(": ")[0] for title in titles] == [
        "wrong length",
        "an unreadable record",
        "left behind",
        "from a deleted environment",
        "in the format of older pips",
        "in the format of pip 6.0",
    ]
    assert "llvmlite 0.42.0: its headers announce" in said.out


def test_deep_reads_everything(run: Run, cache: Path) -> None:
    said = run("verify", "--deep", "--json", "--cache-dir", cache)
    told = json.loads(said.out)
    assert said.code == 1
    assert told["schema"] == 1
    assert told["deep"]["complete"] is True
    assert told["deep"]["proven"] > 100 > told["deep"]["sound"] > 10
    assert [one["version"] for one in told["findings"] if one["sort"] == "archive"] == ["0.42.0"]
    assert {one["weight"] for one in told["findings"]} == {"damage", "waste"}


def test_terms_narrow_it(run: Run, cache: Path) -> None:
    assert run("verify", "numpy>=2", "--deep", "--cache-dir", cache).code == 0
    assert run("verify", "llvmlite", "--cache-dir", cache).code == 1
    said = run("verify", "nosuchproject", "--cache-dir", cache)
    assert (said.code, said.out, said.err) == (3, "", "Nothing in the cache matches.\n")
    said = run("verify", "nosuchproject", "--json", "--cache-dir", cache)
    assert (said.code, said.err) == (3, "Nothing in the cache matches.\n")
    assert json.loads(said.out)["findings"] == []


def test_tampering_is_told_first_and_loudly(run: Run, cache: Path) -> None:
    (entry,) = json.loads(run("list", "numpy==2.0.0", "kind:wheel", "--json", "--cache-dir", cache).out)["projects"][0][
        "entries"
    ]
    body = cache / entry["paths"][-1]
    content = bytearray(body.read_bytes())
    content[1_000] ^= 1
    body.write_bytes(content)
    said = run("verify", "--deep", "--cache-dir", cache)
    assert said.code == 1
    first = said.out.splitlines()
    assert first[0].startswith("DANGER: not what its index lists: 1 entry")
    assert entry["filename"] in said.out


def test_a_sound_cache_says_so(run: Run, cache: Path) -> None:
    said = run("verify", "numpy==2.0.0", "--deep", "--cache-dir", cache)
    assert said.out.splitlines()[-1] == "Nothing is wrong."
    assert "2 files match" in said.out or "1 file matches" in said.out


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes deny nothing here")
@pytest.mark.parametrize("deep", [(), ("--deep",)])
def test_what_the_user_may_not_read_is_no_damage_and_told_once(nobody: Nobody, deep: tuple[str, ...]) -> None:
    for path in nobody.cache.glob("http*/**/*"):
        if path.is_file():
            path.chmod(0)
    said = nobody.run("verify", *deep, "--cache-dir", nobody.cache)
    assert said.code == 1
    assert len([line for line in said.err.splitlines() if line.startswith("Not readable: ")]) == 1
    assert "DAMAGE" not in said.out
    assert "RIGHTS: wrong owner, or not readable" in said.out


@posix
def test_a_folder_that_others_may_write_is_told_by_its_path(run: Run, cache: Path) -> None:
    (cache / "wheels").chmod(0o777)
    said = run("verify", "--cache-dir", cache, "--json")
    (found,) = [one for one in json.loads(said.out)["findings"] if one["sort"] == "folder"]
    assert (said.code, found["paths"], found["kind"], found["command"]) == (1, ["wheels"], None, None)
    assert "  - wheels: its mode is 0777" in run("verify", "--cache-dir", cache).out


def test_the_command_that_removes_damage_is_told_and_does(run: Run, cache: Path) -> None:
    (built,) = (cache / "wheels").rglob("psycopg2-2.4.4-*.whl")
    built.write_bytes(built.read_bytes()[:-100])
    said = run("verify", "--cache-dir", cache)
    (line,) = [line for line in said.out.splitlines() if line.startswith("    $ ") and "kind:built" in line]
    command = shlex.split(line.removeprefix("    $ cachetui "))
    assert run(*command, "--yes").code == 0
    assert not built.exists()
    found = json.loads(run("verify", "--cache-dir", cache, "--json").out)["findings"]
    assert "archive" not in {one["sort"] for one in found}
