from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cachetui.cli.app import COMMANDS
from cachetui.cli.complete_terms import AGES, MEASURES, QUALIFIERS, SIZES, VALUES
from cachetui.cli.completion_scripts import SHELLS, take_apart
from cachetui.pip.memory import Memory, default_path
from cachetui.pip.scan.codec import pack_shard
from cachetui.terms import parse_terms, parser
from tests.cli.conftest import Run

Complete = Callable[..., list[str]]
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def complete(run: Run, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """Complete a line as a shell asks for it; return the candidates as it gets them, without what they mean."""

    def complete(line: str, shell: str = "zsh") -> list[str]:
        with monkeypatch.context() as asking:
            asking.setenv("_CACHETUI_COMPLETE", f"{shell}_complete")
            asking.setenv("COMP_WORDS", line)
            said = run()
        assert (said.code, said.err) == (0, "")
        lines = said.out.removesuffix("\n").split("\n") if said.out != "\n" else []
        if shell == "zsh":
            return lines[1::3]
        if shell == "powershell":
            return [line.split("\t")[1] for line in lines if line]
        return [line.partition(",")[2].partition("\t")[0] for line in lines]

    return complete


@pytest.fixture
def learned(run: Run, cache: Path) -> Path:
    """Give a test a cache that was read before."""
    assert run("list", "--cache-dir", cache).code == 0
    return cache


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_commands_options_and_their_values(complete: Complete, shell: str) -> None:
    assert complete("cachetui ", shell) == [*COMMANDS]
    assert complete("cachetui re", shell) == ["remove"]
    assert complete("cachetui list --so", shell) == ["--sort"]
    assert complete("cachetui list --sort ", shell) == ["size", "name", "age", "count"]
    assert complete("cachetui prune --by r", shell) == ["read"]
    assert complete("cachetui completion z", shell) == ["zsh"]
    assert "--older-than" in complete("cachetui prune --", shell)


def test_a_value_stands_with_its_option_where_the_shell_does_not_part_them(complete: Complete) -> None:
    assert complete("cachetui list --sort=s", "zsh") == ["--sort=size"]
    assert complete("cachetui list --sort=s", "fish") == ["--sort=size"]
    assert complete("cachetui list --sort=s", "bash") == ["size"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("cachetui --cache-dir /tm", "dir"),
        ("cachetui list --cache-dir=/tm", "dir"),
        ("cachetui dir --python /us", "file"),
        ("cachetui list > /tm", "file"),
    ],
)
def test_names_of_files_are_left_to_the_shell(
    run: Run, monkeypatch: pytest.MonkeyPatch, shell: str, line: str, kind: str
) -> None:
    monkeypatch.setenv("_CACHETUI_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    assert re.split("[\n\t,]", run().out)[:2] == [kind, line[-3:]]


@pytest.mark.parametrize("command", ["list", "remove", "prune"])
def test_terms_are_completed(complete: Complete, learned: Path, command: str) -> None:
    def offered(begun: str) -> list[str]:
        return complete(f"cachetui {command} --cache-dir '{learned}' {begun}")

    assert offered("ruam") == offered("Ruam") == ["ruamel-yaml", "ruamel-yaml-clib"]
    assert offered("Ruamel_Yaml.c") == ["ruamel-yaml-clib"]
    assert offered("ki") == ["kind:"]
    assert offered("kind:s") == ["kind:sdist", "kind:selfcheck"]
    assert offered("is:su") == ["is:superseded"]
    assert offered("not:not:is:su") == ["not:not:is:superseded"]
    assert offered("not:numb") == ["not:numba"]
    assert offered("python:3.1")[0] == "python:3.10"
    assert offered("'size>") == ["size>10MB", "size>100MB", "size>500MB", "size>1GB"]
    assert offered("check") == ["checked>30d", "checked>90d", "checked>180d", "checked>1y"]
    assert offered("'torch kind:wh") == ["torch kind:wheel"]
    assert offered("torch 'numpy<2' pand") == ["pandas"]
    assert offered("'torch numpy<2 pand") == ["torch numpy<2 pandas"]
    assert offered("numpy==") == ["numpy==2.0.0", "numpy==1.26.4", "numpy==1.24.4", "numpy==1.21.6"]
    assert offered("'NumPy>=1.21,<2") == ["NumPy>=1.21,<2.0.0"]
    assert offered("'numpy[extra] == 1.21'") == []
    assert offered("nosuch") == offered("from:x") == offered("nosuch==") == []


def test_the_line_says_which_cache_is_meant(
    complete: Complete, learned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    assert complete("cachetui list torchv") == []
    assert complete(f"cachetui --cache-dir '{learned}' list torchv") == ["torchvision"]
    assert complete(f"cachetui list --cache-dir='{tmp_path}/other' torchv") == []
    assert complete(f"cachetui list --cache-dir='{tmp_path}/absent' torchv") == []
    for more in ("--no-memory", "--demo", "--python /nowhere"):
        assert complete(f"cachetui list --cache-dir '{learned}' {more} torchv") == []
    monkeypatch.setenv("PIP_CACHE_DIR", str(learned))
    assert complete("cachetui list torchv") == ["torchvision"]
    monkeypatch.setenv("PIP_CACHE_DIR", "elsewhere")
    monkeypatch.setenv("CACHES", str(learned.parent))
    assert complete("cachetui list --cache-dir $CACHES/cache torchv") == ["torchvision"]
    monkeypatch.delenv("PIP_CACHE_DIR", raising=False)
    monkeypatch.setenv("PIPENV_CACHE_DIR", str(learned))
    assert complete("cachetui list torchv") == []
    assert complete("cachetui list --of pipenv torchv") == ["torchvision"]


def test_memory_that_is_of_no_use_offers_nothing(complete: Complete, learned: Path) -> None:
    line = f"cachetui list --cache-dir '{learned}' torchv"
    memory = default_path()
    assert complete(line) == ["torchvision"]
    db = sqlite3.connect(memory, isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    assert complete(line) == []
    db.execute("ROLLBACK")
    assert complete(line) == ["torchvision"]
    db.execute("PRAGMA user_version = 1")
    db.close()
    assert complete(line) == []
    for content in (b"", b"garbage" * 1000):
        memory.write_bytes(content)
        assert complete(line) == []
        assert memory.read_bytes() == content
    memory.unlink()
    assert complete(line) == []
    assert [*memory.parent.iterdir()] == []
    memory.mkdir()
    assert complete(line) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_names_that_a_shell_could_take_for_more_are_not_offered(complete: Complete, cache: Path, shell: str) -> None:
    hostile = [
        "torch\x1b[31m",
        "torch$(id)",
        "torch`id`",
        "torch;id",
        "torch id",
        "torch\nplain,x",
        "torch\udcff",
        "-torch",
    ]
    releases = [(name, "1.0") for name in hostile] + [
        ("torch", f"1.{sign}") for sign in ("$(id)", "`id`", "0\n1", " 2")
    ]
    rows = [(0, "", "wheel", (), 0, 0, 0, *release, None, None, None, None) for release in [*releases, ("torch", "3")]]
    with Memory() as memory:
        found = cache.stat()
        memory.learn(found.st_dev, found.st_ino, "pip", [("http-v2/a/b", 1, pack_shard(b"", rows, [], 0, False))])

    assert complete(f"cachetui list --cache-dir '{cache}' torch", shell) == ["torch"]
    (version,) = complete(f"cachetui list --cache-dir '{cache}' 'torch==", shell)
    assert version.strip("'") == "torch==3"


def test_it_neither_reads_the_cache_nor_writes_nor_imports_what_is_slow(learned: Path) -> None:
    before = default_path().stat()
    code = (
        "import atexit, os, sys\n"
        "def seen(event, arguments):\n"
        "    if event in ('os.scandir', 'os.listdir') and str(arguments[0]).startswith(os.environ['ROOT']):\n"
        "        sys.stderr.write('read')\n"
        "sys.addaudithook(seen)\n"
        "from cachetui.cli.main import run\n"
        "run([])\n"
        "slow = {'textual', 'rich', 'humanize', 'psutil', 'cachetui.pip.scan.scanner', 'cachetui.terms.parser'}\n"
        "sys.stderr.write(' '.join(slow & sys.modules.keys()))"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "_CACHETUI_COMPLETE": "bash_complete",
        "COMP_WORDS": f"cachetui remove --cache-dir '{learned}' torchv",
        "ROOT": str(learned),
    }
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("plain,torchvision\n", "")
    after = default_path().stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_size) == (before.st_ino, before.st_mtime_ns, before.st_size)


def test_what_is_offered_is_what_terms_know() -> None:
    assert {*QUALIFIERS} == {*parser.QUALIFIERS}
    assert {*VALUES} == {"kind:", "is:", "python:"}
    offered = [f"{qualifier}{value}" for qualifier, values in VALUES.items() for value in values]
    offered += [f"{measure}>{value}" for measure in MEASURES for value in (SIZES if measure == "size" else AGES)]
    for term in offered:
        assert parse_terms([term]).terms[0].condition.text == term


@pytest.mark.parametrize(
    ("text", "words", "last"),
    [
        ("cachetui ", ["cachetui"], ""),
        ("cachetui remove 'torch>=2,<2.3' kind:", ["cachetui", "remove", "torch>=2,<2.3"], "kind:"),
        (r"cachetui a\ b\>c", ["cachetui"], "a b>c"),
        ('cachetui "a \\" \\n', ["cachetui"], 'a " \\n'),
        (r"cachetui 'a\ ", ["cachetui"], "a\\ "),
        ("cachetui '' x", ["cachetui", ""], "x"),
        ("cachetui list 2>x >>y <z --f", ["cachetui", "list"], "--f"),
        ("cachetui list &>x --f", ["cachetui", "list"], "--f"),
        ("cachetui 2 >x --f", ["cachetui", "2"], "--f"),
        ("", [], ""),
    ],
)
def test_a_line_is_taken_apart(text: str, words: list[str], last: str) -> None:
    line = take_apart(text)
    assert (line.words, line.last, line.redirected) == (words, last, False)


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("kind:wh", "wheel"),
        ("'kind:wh", "kind:wheel"),
        (r"kind\:wh", "kind:wheel"),
        ("not:is:su", "superseded"),
        ("'not:'is:su", "superseded"),
        ("torchvision==", "0.18.0+cu121"),
        ("pytz==1", r"1\!2020.1"),
        ("--sort=s", "size"),
    ],
)
def test_bash_gets_what_its_readline_replaces(complete: Complete, learned: Path, begun: str, offered: str) -> None:
    assert complete(f"cachetui list --cache-dir '{learned}' {begun}", "bash") == [offered]


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("kind:wh", ["kind:wheel"]),
        ("'kind:wh", ["'kind:wheel'"]),
        ('"not:is:su', ["'not:is:superseded'"]),
        ("size", ["'size>10MB'", "'size>100MB'", "'size>500MB'", "'size>1GB'"]),
        ("torchvision==", ["torchvision==0.18.0+cu121"]),
        ("size`>50", ["'size>500MB'"]),
        ("--sort=s", ["--sort=size"]),
        (r"--cache-dir C:\Users\x", [r"C:\Users\x"]),
        ("nosuch", []),
    ],
)
def test_powershell_gets_words_quoted_as_it_quotes(
    complete: Complete, learned: Path, begun: str, offered: list[str]
) -> None:
    assert complete(f"cachetui list --cache-dir '{learned}' {begun}", "powershell") == offered


def test_powershell_gets_nothing_empty_for_its_menu(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CACHETUI_COMPLETE", "powershell_complete")
    monkeypatch.setenv("COMP_WORDS", "cachetui prune --by ")
    assert run().out.splitlines()[0] == "plain\tdownloaded\tdownloaded\tdownloaded"
    monkeypatch.setenv("COMP_WORDS", "cachetui list --cache-dir=/tm")
    assert run().out == "dir\t/tm\t--cache-dir=\t\n"


def test_bash_without_breaks_at_signs_gets_whole_words(complete: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDBREAKS", " \t\n\"'")
    assert complete("cachetui list kind:wh", "bash") == ["kind:wheel"]


def test_an_unknown_shell_or_wish_gets_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for instruction in ("csh_complete", "bash_dance", "nonsense"):
        monkeypatch.setenv("_CACHETUI_COMPLETE", instruction)
        assert run("list") == (1, "", "")
    monkeypatch.setenv("_CACHETUI_COMPLETE", "")
    assert run("--version").code == 0


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed(run: Run, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    said = run("completion", shell)
    assert (said.code, said.err) == (0, "")
    assert f"completion for {shell}" in said.out.lower()
    monkeypatch.setenv("_CACHETUI_COMPLETE", f"{shell}_source")
    assert run().out.strip() == said.out.strip()


def test_its_help_says_how_to_install_it(run: Run) -> None:
    words = " ".join(run("completion", "--help").out.split())
    for line in (
        'eval "$(cachetui completion bash)"',
        "~/.bashrc",
        "~/.zshrc",
        "~/.config/fish/completions",
        "$PROFILE",
    ):
        assert line in words
    assert run("completion", "csh").code == 2


@pytest.fixture
def shims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a command named cachetui on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    shim = folder / "cachetui"
    shim.write_text(f"#!/bin/sh\nPYTHONPATH='{PROJECT}' exec '{sys.executable}' -m cachetui \"$@\"\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def said_by(*command: str) -> str:
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.stderr == ""
    return found.stdout


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("re", ["remove"]),
        ("remove --no-m", ["--no-memory"]),
        ("list --sort=si", ["size"]),
        ("list kind:wh", ["wheel"]),
        ("list 'kind:wh", ["kind:wheel"]),
        ("list si", [r"size\>10MB", r"size\>100MB", r"size\>500MB", r"size\>1GB"]),
        ("list --cache-dir 'CACHE' torchv", ["torchvision"]),
        ("list --cache-dir 'CACHE' torchvision==", ["0.18.0+cu121"]),
        ("list --cache-dir 'CACHE' 'torchvision>=0,<", ["torchvision>=0,<0.18.0+cu121"]),
        ("list nosuch", []),
    ],
)
@pytest.mark.usefixtures("shims")
def test_a_real_bash_offers_it(learned: Path, begun: str, offered: list[str]) -> None:
    script = (
        'eval "$(cachetui completion bash)"; COMP_LINE=$1 COMP_POINT=${#1} COMP_CWORD=1\n'
        'complete -p cachetui >/dev/null; _cachetui_completion cachetui; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    line = f"cachetui {begun.replace('CACHE', str(learned))}"
    assert said_by("bash", "--norc", "-c", script, "bash", line).split() == offered


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_a_real_bash_prints_no_errors(tmp_path: Path, shims: Path) -> None:
    script = 'eval "$(cachetui completion bash)"; COMP_LINE="x re" COMP_POINT=4; _cachetui_completion "$1"'
    (shims / "broken").write_text("#!/bin/sh\necho wrong >&2\nexit 1\n")
    (shims / "broken").chmod(0o755)
    for command in (str(shims / "broken"), str(tmp_path / "absent")):
        assert said_by("bash", "--norc", "-c", script, "bash", command) == ""


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish")
@pytest.mark.usefixtures("shims")
def test_a_real_fish_offers_it(learned: Path) -> None:
    for begun, offered in [
        ("re", ["remove"]),
        ("list --sort=si", ["--sort=size"]),
        ("list kind:wh", ["kind:wheel"]),
        (f"list --cache-dir '{learned}' torchv", ["torchvision"]),
        (f"list --cache-dir '{learned.parent}/cach", [f"{learned}/"]),
        (f"list --cache-dir={learned.parent}/cach", [f"--cache-dir={learned}/"]),
    ]:
        script = "cachetui completion fish | source; complete --do-complete $argv[1]"
        found = said_by("fish", "--no-config", "-c", script, f"cachetui {begun}").splitlines()
        assert [line.partition("\t")[0] for line in found] == offered


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
@pytest.mark.usefixtures("shims")
def test_a_real_zsh_takes_the_script() -> None:
    script = 'compdef() { print -r -- "$@" }; eval "$(cachetui completion zsh)"'
    assert said_by("zsh", "-f", "-c", script) == "_cachetui_completion cachetui\n"


@pytest.mark.skipif(not shutil.which("pwsh"), reason="there is no PowerShell")
@pytest.mark.usefixtures("shims")
def test_a_real_powershell_offers_it(learned: Path) -> None:
    script = (
        "cachetui completion powershell | Out-String | Invoke-Expression\n"
        "$line = $env:LINE; [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)"
        ".CompletionMatches | ForEach-Object CompletionText"
    )
    for begun, offered in [("re", ["remove"]), ("list kind:wh", ["kind:wheel"]), ("list --sort=si", ["--sort=size"])]:
        with pytest.MonkeyPatch.context() as asking:
            asking.setenv("LINE", f"cachetui {begun}")
            assert said_by("pwsh", "-NoProfile", "-Command", script).split() == offered
