"""The console blocks of the README and the reference, run by a shell on the demo's cache, without a network."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cachetui.cli.app import COMMANDS
from cachetui.help import TOPICS, read_topic
from tests.environments import environment

PROJECT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
SEPARATOR = re.compile(r"[^<>]*[();|&]+|<\(")
"""Sign after which a shell expects a program; the others redirect."""
INSTALLING = {"install", "download", "tox", "venv", "uv", "uvx", "pipx"}
"""Words of a command that installs something: it is not run."""
NETWORK = {"ssh", "scp", "rsync", "curl", "wget", "git"}
"""Programs that may use a network: they are not run."""
SERVICES = {"systemctl", "launchctl", "loginctl"}
"""Programs that change what the machine runs: they are not run."""
BASH = shutil.which("bash") if os.name != "nt" else None


def lines_of(block: str) -> Iterator[str]:
    """Yield the commands of a block: its lines, or only those after a prompt, if there is one."""
    lines = block.replace("\\\n", "").splitlines()
    prompted = any(line.startswith("$ ") for line in lines)
    for line in lines:
        if line.startswith("$ ") or (not prompted and line.strip() and not line.startswith("#")):
            yield line.removeprefix("$ ")


def programs_of(line: str) -> list[list[str]]:
    """Return the programs that a line starts, each with its arguments."""
    found: list[list[str]] = [[]]
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    for word in words:
        if SEPARATOR.fullmatch(word):
            found.append([])
        else:
            found[-1].append(word)
    return [words for words in found if words]


def is_run(line: str) -> bool:
    """Return whether a line uses cachetui, installs and starts nothing, and uses no network."""
    foreign = [words for words in programs_of(line) if words[0] != "cachetui" or {"offline", "--"} <= {*words}]
    return "cachetui" in line and not any(
        INSTALLING.intersection(words) or words[0] in NETWORK | SERVICES for words in foreign
    )


def expected(line: str) -> set[int]:
    """Return the exit codes that are right for a line. Without a terminal, no question and no browser is possible."""
    program, *arguments = programs_of(line)[-1]
    if program != "cachetui":
        return {0}
    command = next((word for word in arguments if word in COMMANDS), None)
    if command in ("verify", "check"):  # something may be found
        return {0, 1}
    if {"--free", "--min-free"}.intersection(arguments):  # the files of this cache may be too small
        return {0, 1}
    if any(word.startswith("size") for word in arguments):  # the files of this cache are small
        return {0, 3}
    asks = command in ("remove", "prune", "purge") and not {"-n", "--dry-run", "-y", "-yq", "--yes"}.intersection(
        arguments
    )
    return {1} if command is None or asks else {0}


TEXTS = [(PROJECT / "README.md").read_text("utf-8"), *map(read_topic, TOPICS)]
BLOCKS = [[*filter(is_run, lines_of(block))] for text in TEXTS for block in BLOCK.findall(text)]


@pytest.fixture
def folder(cache: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with what a user has there; in it, `cachetui` finds the demo's cache."""
    folder, programs = tmp_path / "here", tmp_path / "bin"
    for place in (folder, programs, tmp_path / "tmp"):
        place.mkdir()
    (programs / "cachetui").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tests.cli.alone "$@"\n')
    (programs / "cachetui").chmod(0o755)
    (folder / "uv.lock").write_text(
        'version = 1\n[[package]]\nname = "six"\nversion = "1.16.0"\nsource = { registry = "https://index.example" }\n'
    )
    for name in ("requirements.txt", "incident.txt"):
        (folder / name).write_text("six\n")
    (folder / "advisories").mkdir()
    for name in ("MAL-2026-1.json", "advisories/a.json"):
        (folder / name).write_text('{"id": "MAL-2026-1", "affected": []}')
    environment(folder / ".venv")
    for name, value in (
        ("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}"),
        ("PYTHONPATH", str(PROJECT)),
        ("PIP_CACHE_DIR", str(cache)),
        ("TMPDIR", str(tmp_path / "tmp")),
    ):
        monkeypatch.setenv(name, value)
    return folder


@pytest.mark.skipif(BASH is None, reason="the lines are for a shell such as bash")
@pytest.mark.parametrize("lines", [lines for lines in BLOCKS if lines], ids=lambda lines: lines[0])
def test_the_lines_do_what_they_say(lines: list[str], folder: Path) -> None:
    for line in lines:
        if any(shutil.which(program) is None for program, *_ in programs_of(line)):
            continue  # a program that is not installed here, such as jq
        found = subprocess.run(
            [str(BASH), "-c", line],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert found.returncode in expected(line), f"{line}\n{found.stdout}{found.stderr}"
        assert "Traceback" not in found.stderr


def test_the_lines_are_found() -> None:
    block = (
        "pip install torch\npython3 -m venv .venv && .venv/bin/cachetui\n# nothing\n\n"
        "cachetui list 'a|b' | jq . > x  # and so on\ncachetui why 'pip install six'\nssh a cachetui list\n"
        "cachetui offline -- pip install six\n"
        "cachetui audit --since <(ssh a cachetui audit)\ncachetui \\\nlist\necho 'cachetui list' >> ~/.bashrc\ndu -sh\n"
    )
    assert [*filter(is_run, lines_of(block))] == [
        "cachetui list 'a|b' | jq . > x  # and so on",
        "cachetui why 'pip install six'",
        "cachetui list",
        "echo 'cachetui list' >> ~/.bashrc",
    ]
    assert programs_of("cachetui list 'a|b' | jq . 2>&1 > x  # and") == [
        ["cachetui", "list", "a|b"],
        ["jq", ".", "2", ">&", "1", ">", "x"],
    ]
    assert [*lines_of("$ cachetui list\ntorch\n$ cachetui dir\n")] == ["cachetui list", "cachetui dir"]
    assert [
        expected(f"cachetui {line}") for line in ("--demo", "remove a", "prune -y", "verify", "list 'size>1MB'")
    ] == [
        {1},
        {1},
        {0},
        {0, 1},
        {0, 3},
    ]
    assert sum(len(lines) for lines in BLOCKS) > 10
