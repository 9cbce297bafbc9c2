"""The behaviour on which scripts and careful users may rely."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cachetui.cli.app import COMMANDS
from tests.cli.conftest import COLOURS, Run, Said
from tests.inventories import files

if sys.platform != "win32":
    from tests.cli.terminal import Terminal

Start = Callable[..., subprocess.Popen[str]]
TERMINALS = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
READING = ("list", "list --json", "list --files", "list --sort size", "list torch>=2", "info", "info --json")
REMOVING = (
    "remove Ruamel_Yaml",
    "remove psycopg2==2.4.4",
    "remove torch>=2,<2.3 kind:wheel",
    "remove is:leftover",
    "remove nvidia-* not:kind:index",
    "prune --superseded --legacy --leftovers --dead-weight",
    "prune --older-than 90d --keep-latest 1 --max-size 20MB",
    "prune --max-size 10MB --by checked",
    "prune size>1MB kind:wheel",
    "purge",
)


BASH = pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")


def bash(command: str, cache: Path, folder: Path) -> Said:
    """Run a command line in a folder; it is given without the command's name and the cache's."""
    lead, _, typed = command.rpartition("; ")
    found = subprocess.run(
        ["bash", "--norc", "-c", f'{lead or ":"}; "$0" -m cachetui --cache-dir "$1" {typed}', sys.executable, cache],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return Said(found.returncode, found.stdout, found.stderr)


def paths(entries: list[dict[str, Any]]) -> list[str]:
    return [path for entry in entries for path in entry["paths"]]


@pytest.mark.parametrize("command", REMOVING)
def test_dry_run_plan_and_removal_are_the_same(run: Run, cache: Path, command: str) -> None:
    before = files(cache)
    dry = run(*command.split(" "), "--dry-run", "--json", "--cache-dir", cache)
    planned = json.loads(dry.out)
    assert dry.code == 0
    assert files(cache) == before

    asked = run(*command.split(" "), "--json", "--cache-dir", cache)
    assert asked.code == 1
    assert json.loads(asked.out)["planned"] == planned["planned"]
    assert files(cache) == before

    said = run(*command.split(" "), "--yes", "--json", "--cache-dir", cache)
    done = json.loads(said.out)
    assert said.code == 0
    assert done["planned"] == planned["planned"]
    assert done["planned"]
    assert done["kept"] == planned["kept"]
    kept = {one["path"] for one in done["kept"]}
    removed = [path for path in done["removed"] if path in before]
    assert sorted(removed) == sorted(path for path in paths(done["planned"]) if path in before)
    assert not kept.intersection(removed)
    assert files(cache) == before - set(removed)


@pytest.mark.parametrize("command", REMOVING)
def test_the_plan_in_words_counts_what_goes(run: Run, cache: Path, command: str) -> None:
    planned = json.loads(run(*command.split(" "), "-n", "--json", "--cache-dir", cache).out)["planned"]
    plan = run(*command.split(" "), "-n", "--cache-dir", cache).out.splitlines()
    first = plan[0]
    gone = {path for path in paths(planned) if (cache / path).is_file()}
    releases = {(entry["project"], entry["version"]) for entry in planned}
    project, version = releases.pop() if len(releases) == 1 else (None, None)
    what = f"{len(planned)} entr" if project is None else f"{project} {version}: "
    assert first.startswith(f"Would remove {what}")
    assert f" {len(gone)} file" in first
    said = run(*command.split(" "), "--yes", "--cache-dir", cache)
    done = first.replace("Would remove", "Remove").replace("would free", "frees")
    assert said.err.splitlines()[: len(plan)] == [done, *plan[1:]]
    assert said.out.startswith(f"Removed {len(gone)} file")
    assert len(said.out.splitlines()) == 1


def test_a_name_takes_its_pages_and_no_neighbour(run: Run, cache: Path) -> None:
    planned = json.loads(run("remove", "Ruamel_Yaml", "-n", "--json", "--cache-dir", cache).out)["planned"]
    assert {entry["project"] for entry in planned} == {"ruamel-yaml"}
    assert {entry["version"] for entry in planned} == {"0.18.6", "0.17.21", None}
    assert "index" in {entry["kind"] for entry in planned}


def test_a_version_takes_neither_pages_nor_other_versions(run: Run, cache: Path) -> None:
    planned = json.loads(run("remove", "psycopg2==2.4.4", "-n", "--json", "--cache-dir", cache).out)["planned"]
    assert {(entry["project"], entry["version"]) for entry in planned} == {("psycopg2", "2.4.4")}
    planned = json.loads(run("remove", "torch>=2,<2.3", "kind:wheel", "-n", "--json", "--cache-dir", cache).out)[
        "planned"
    ]
    assert {(entry["kind"], entry["version"]) for entry in planned} == {
        ("wheel", "2.2.2+cu121"),
        ("wheel", "2.1.0+cu118"),
        ("wheel", "2.1.0+cpu"),
    }


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("remove nosuch", 3),
        ("remove torch>=99", 3),
        ("remove size>1e400", 2),
        ("remove torch\x1b", 2),
        ("remove torch\n2.3", 2),
        ("remove not:", 2),
        ("remove --\x1b[31m", 2),
        ("remove --nosuch\x9b", 2),
        ("--json\x1b remove torch", 2),
        ("remove --cache-dir", 2),
        ("prune --older-than soon", 2),
        ("prune --older-than -5d", 2),
        ("prune --max-size \x1b[31m", 2),
        ("prune --keep-latest many", 2),
        ("prune --by read", 2),
        ("prune nosuch", 0),
        ("purge torch", 2),
        ("purge --max-size 1GB", 2),
    ],
)
def test_what_cannot_be_meant_touches_nothing(run: Run, cache: Path, command: str, code: int) -> None:
    before = files(cache)
    said = (
        run("--cache-dir", cache, *command.split(" "), "--yes")
        if not command.endswith("dir")
        else run(*command.split())
    )
    assert said.code == code
    assert said.out == ""
    assert said.err
    assert not {"\x1b", "\x9b"} & {*said.err}
    assert files(cache) == before


@BASH
@pytest.mark.parametrize(
    "term", ["torch>=2", "torch>2", "torch>=2,<2.3", "torch>2.0rc1", "size>100MB", "torch<2", "not:age>90d"]
)
def test_what_a_real_bash_makes_of_unquoted_terms_removes_nothing(cache: Path, tmp_path: Path, term: str) -> None:
    before = files(cache)
    assert bash(f"remove {term} --yes", cache, tmp_path).code != 0
    assert files(cache) == before


def test_the_output_is_plain_and_the_same_each_time(cache: Path) -> None:
    asked = (
        "import sys; from cachetui.pip import processes; processes.running_programs = lambda _: ()\n"
        "from cachetui.cli.main import run\n"
        "for command in sys.argv[2:]:\n"
        "    for stream in (sys.stdout, sys.stderr): print(end='\\0', file=stream, flush=True)\n"
        "    run([*command.split(), '--cache-dir', sys.argv[1]])"
    )
    said = []
    for seed, variable, more in [("0", "NO_COLOR", " --no-memory"), ("1", "TERM_PROGRAM", ""), ("2", "COLUMNS", "")]:
        done = subprocess.run(
            [sys.executable, "-c", asked, str(cache), *[f"{command}{more}" for command in READING]],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONHASHSEED": seed, variable: "200"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        assert not {"\x1b", "\r"} & {*done.stdout, *done.stderr}
        said.append([*zip(READING, done.stdout.split("\0")[1:], done.stderr.split("\0")[1:], strict=True)])
        assert all(out for _, out, _ in said[-1])
    assert said[0] == said[1] == said[2]


@TERMINALS
@pytest.mark.parametrize(("command", "columns"), [("list", 60), ("list --files", 60), ("list --files", 132)])
def test_a_terminal_gets_no_line_longer_than_its_columns(cache: Path, command: str, columns: int) -> None:
    with Terminal(*command.split(), "--cache-dir", str(cache), columns=columns) as terminal:
        assert terminal.leave() == 0
    seen = COLOURS.sub("", terminal.seen)
    lines = [line.rpartition("\r")[2] for line in seen.splitlines()]
    assert columns - 5 <= max(map(len, lines)) <= columns
    assert "\x1b" not in seen


@BASH
@pytest.mark.parametrize("command", ["list --files", "list --json", "info", "dir", "completion bash", "--help"])
def test_head_takes_what_it_wants(cache: Path, tmp_path: Path, command: str) -> None:
    said = bash(f"set -o pipefail; {command} | head -n 1", cache, tmp_path)
    assert said.code == 0
    assert len(said.out.splitlines()) == 1
    assert "rror" not in said.err


@pytest.mark.parametrize(
    ("command", "code", "goes"),
    [
        ("remove torch --yes", 0, True),
        ("remove torch --yes --json", 0, True),
        ("remove torch", 1, False),
        ("remove --nosuch", 2, False),
        ("remove torch=2 --yes", 2, False),
        ("nosuch", 2, False),
        ("prune --max-size 0 --keep-latest 99 -n", 1, False),
        ("remove nosuch --yes", 3, False),
    ],
)
def test_that_nobody_reads_the_plan_changes_nothing_of_what_comes(
    start: Start, cache: Path, command: str, code: int, goes: bool
) -> None:
    before = files(cache)
    reading, writing = os.pipe()
    os.close(reading)
    with start(*command.split(), "--cache-dir", cache, stdout=writing, stderr=writing) as process:
        os.close(writing)
        assert process.wait() == code
    assert bool(before - files(cache)) == goes


def test_json_into_a_file_is_one_object(start: Start, cache: Path, tmp_path: Path) -> None:
    for command in (
        "list --json",
        "info --json",
        "remove torch -n --json",
        "purge -n --json",
        "prune --superseded -n --json",
    ):
        with (
            (tmp_path / "out.json").open("w") as out,
            start(*command.split(), "--cache-dir", cache, stdout=out) as process,
        ):
            process.communicate()
        assert process.returncode == 0
        assert json.loads((tmp_path / "out.json").read_bytes())["schema"] == 1


def test_no_command_imports_textual(cache: Path) -> None:
    more = {
        "prune": "--superseded",
        "completion": "bash",
        "why": "torch",
        "export": f"torch --to {cache.parent}/wheels",
        "offline": f"-- {sys.executable} -c pass",
        "check": "nosuch",
    }
    reading = [f"{name} {more.get(name, '')}" for name in COMMANDS if name != "remove"]
    commands = [*reading, "list torch", "purge --json", "remove torch --yes"]
    asked = (
        "import sys; from cachetui.pip import processes; processes.running_programs = lambda _: ()\n"
        "from cachetui.cli.main import run\n"
        "for command in sys.argv[2:]:\n"
        "    code = run(['--cache-dir', sys.argv[1], *command.split()]); run([command.split()[0], '--help'])\n"
        '    sys.stderr.write(f\'\\n>{code} {sorted({"textual", "rich"} & sys.modules.keys())}\\n\')'
    )
    found = subprocess.run(
        [sys.executable, "-c", asked, str(cache), *commands],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    results = [line for line in found.stderr.splitlines() if line.startswith(">")]
    unasked = ("prune", "purge", "verify")  # nobody is there to agree; damage is found
    assert dict(zip(commands, results, strict=True)) == {
        command: f">{1 if command.startswith(unasked) else 0} []" for command in commands
    }


def test_a_list_of_commands_imports_none() -> None:
    asked = "import sys; from cachetui.cli.main import run; run(['--help']); sys.stderr.write(' '.join(sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [name for name in found.stderr.split() if name.startswith("cachetui.cli.commands")] == []
