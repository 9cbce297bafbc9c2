"""Tests of the manners of all commands: suggestions, colours, --quiet and --verbose, variables, internal errors."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from cachetui import __version__
from cachetui.cli import console
from cachetui.cli.app import COMMANDS
from cachetui.cli.console import OUTPUT, has_colour, printable
from cachetui.cli.options import GLOBAL
from cachetui.pip.memory import default_path
from cachetui.preferences.file import preferences_path
from cachetui.services import cache as services
from cachetui.services.options import variable_of
from cachetui.text.styled import styled
from tests.cli.conftest import Run
from tests.cli.test_preferences import prefer

if sys.platform != "win32":
    from tests.cli.terminal import Terminal

ESCAPE = re.compile(r"\x1b\[[0-9;]*m|at [-0-9]{10} [:0-9]{5}")
"""Colours, and the time of an audit."""


def broken(*_: object, **__: object) -> NoReturn:
    raise LookupError("nobody foresaw https://me:secret@index.example")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("lst", "list"), ("remvoe", "remove"), ("doctr", "doctor"), ("rm", "remove"), ("clean", 'prune" or "purge')],
)
def test_a_command_is_suggested(run: Run, typed: str, meant: str) -> None:
    said = run(typed)
    assert (said.code, said.out) == (2, "")
    assert f"{typed}" in said.err
    assert f'(did you mean "{meant}"?)' in said.err
    assert "did you mean" not in run("zzzz\x1b").err
    assert "\x1b" not in run("zzzz\x1b").err


def test_a_project_is_suggested(run: Run, cache: Path, tmp_path: Path) -> None:
    near = "Nothing in the cache matches torhc. Did you mean torch?\n"
    at = ("--cache-dir", cache)
    for arguments in (["list"], ["audit"], ["verify"], ["export", "--to", tmp_path / "out"]):
        said = run(*arguments, "torhc", *at)
        assert said.code == 3
        assert said.err.endswith(near)
    assert run("remove", "torhc", "-y", *at).err == f"{near}Nothing was removed.\n"
    assert run("prune", "torhc", "-n", *at).err == f"{near}Nothing to remove.\n"
    assert run("why", "torhc==1.0", *at).err.endswith(near)
    assert "Did you mean" not in run("list", "zzzz", *at).err
    assert "Did you mean" not in run("list", "torhc-*", *at).err
    assert "Did you mean" not in run("list", "torch", "size>900GB", *at).err


@pytest.mark.parametrize(
    ("choice", "variables", "terminal", "colour"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1", "TERM": "dumb"}, False, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_when_there_are_colours(
    choice: console.Colour, variables: dict[str, str], terminal: bool, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OUTPUT, "colour", choice)
    monkeypatch.setattr(console, "_understands_colours", lambda _: True)
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    assert has_colour(stream, variables) is colour


def test_colours_change_nothing_but_the_colours(run: Run, cache: Path) -> None:
    for arguments in (
        ["list"],
        ["list", "--files"],
        ["info"],
        ["audit"],
        ["verify"],
        ["remove", "torch", "-n"],
        ["why", "psycopg2==2.4.1"],
        ["preferences"],
        ["list", "kind:whel"],
        ["nonsense"],
    ):
        at = () if arguments[0] in ("preferences", "nonsense") else ("--cache-dir", cache)
        plain, coloured = run(*arguments, *at), run("--color", "always", *arguments, *at)
        assert plain.code == coloured.code
        assert "\x1b" not in plain.out + plain.err
        assert [ESCAPE.sub("", text) for text in coloured[1:]] == [ESCAPE.sub("", text) for text in plain[1:]]
        if arguments[0] != "preferences":
            assert "\x1b[" in coloured.out + coloured.err
    for arguments in (["list", "--json"], ["audit", "--format", "csv"], ["info", "--json"]):
        assert "\x1b" not in run("--color", "always", *arguments, "--cache-dir", cache).out


def test_text_of_a_cache_steers_nothing_in_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OUTPUT, "colour", "always")
    assert printable(styled(("hint", "a\x1b[31m"), "\x1b]0;b"), sys.stdout) == "\x1b[2ma\\x1b[31m\x1b[0m\\x1b]0;b"


def test_quiet_leaves_results_and_errors(run: Run, cache: Path) -> None:
    at = ("--cache-dir", cache)
    said = run("list", "torch", *at)
    assert said.err.startswith("1 project")
    assert run("list", "torch", "-q", *at) == (0, said.out, "")
    assert run("-q", "list", "nonesuch", *at) == (3, "", "Nothing in the cache matches.\n")
    refused = run("remove", "torch", "-q", *at)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("Nothing was removed: there is no terminal")
    removed = run("remove", "torch", "-q", "-y", *at)
    assert removed.out.startswith("Removed ")
    assert (removed.code, removed.err) == (0, "")


def test_what_was_decided_is_said_on_demand(run: Run, cache: Path) -> None:
    at = ("--cache-dir", cache)
    plain, told, debug = run("list", *at), run("list", "-v", *at), run("--debug", "list", *at)
    assert plain.out == told.out == debug.out
    assert f"cache: {cache}, by --cache-dir; it is on\n" in told.err
    assert "Python: " in told.err
    assert "memory of earlier scans: used\n" in told.err
    assert not re.search(r"\d\.\d{3} s", told.err)
    assert re.search(r"^ +\d+\.\d{3} s  read the cache: \d+\.\d{3} s$", debug.err, re.M)
    assert run("list", *at) == plain


def test_the_log_holds_no_secret(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:hunter2@index.example/simple?token=hunter2")
    for arguments in (["list", "torch"], ["info"], ["remove", "torch", "-n"], ["doctor"], ["doctor", "--json"]):
        said = run(*arguments, "--debug", "--cache-dir", cache)
        assert "hunter2" not in said.out + said.err


def test_versions_are_short_or_complete(run: Run) -> None:
    assert run("--version") == (0, f"cachetui {__version__}\n", "")
    said = run("-V")
    lines = said.out.splitlines()
    assert (said.code, said.err, lines[0]) == (0, "", f"cachetui {__version__}")
    assert [line.split()[0] for line in lines[1:3]] == ["Python", "Platform"]
    assert {"click", "packaging", "platformdirs", "textual"} <= {line.split()[0] for line in lines}
    assert "pytest" not in said.out


def test_variables_give_the_global_options(run: Run, cache: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("--help").out
    for option in GLOBAL:
        assert variable_of(option.lstrip("-").replace("-", "_")) in shown
    monkeypatch.setenv("CACHETUI_CACHE_DIR", str(cache))
    assert run("dir").out == f"{cache}\n"
    assert "Named by     CACHETUI_CACHE_DIR\n" in run("info").out
    assert run("dir", "--cache-dir", "/other").out == run("--cache-dir", "/other", "dir").out == "/other\n"
    assert run("dir", "--demo").out != f"{cache}\n"
    monkeypatch.setenv("CACHETUI_QUIET", "1")
    monkeypatch.setenv("CACHETUI_COLOR", "always")
    assert run("list", "torch").err == ""
    assert "\x1b[" in run("list", "torch").out
    assert "\x1b[" not in run("list", "torch", "--color", "never").out
    monkeypatch.setenv("CACHETUI_NO_MEMORY", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "elsewhere"))
    run("list")
    assert not default_path().exists()


def test_a_variable_forbids_removals(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = ("--cache-dir", cache)
    monkeypatch.setenv("CACHETUI_READ_ONLY", "1")
    said = run("remove", "torch", "-y", *at)
    assert (said.code, said.out) == (1, "")
    assert "CACHETUI_READ_ONLY" in said.err
    assert "false, but CACHETUI_READ_ONLY forbids removals now" in run("preferences").out
    assert json.loads(run("preferences", "--json").out)["read_only_by"] == "CACHETUI_READ_ONLY"
    monkeypatch.setenv("CACHETUI_READ_ONLY", "0")
    assert run("remove", "torch", "-y", *at).code == 0


@pytest.mark.parametrize(("name", "value"), [("CACHETUI_READ_ONLY", "perhaps"), ("CACHETUI_COLOR", "green")])
def test_a_wrong_variable_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    said = run("list")
    assert (said.code, said.out) == (2, "")
    assert name in said.err


def test_a_variable_with_a_python_that_is_not_there_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHETUI_PYTHON", "/no/such/python")
    said = run("list")
    assert (said.code, said.out) == (1, "")
    assert "CACHETUI_PYTHON" in said.err


def test_read_only_preferences_forbid_every_removal(run: Run, cache: Path) -> None:
    path, at = prefer("read-only = true\n"), ("--cache-dir", cache)
    before = sorted(cache.rglob("*"))
    for arguments in (["remove", "torch"], ["prune", "--superseded"], ["purge"]):
        said = run(*arguments, "-y", *at)
        assert (said.code, said.out) == (1, "")
        assert f"{path} says read-only = true" in said.err
        assert run(*arguments, "-n", *at).code == 0
    assert sorted(cache.rglob("*")) == before
    assert "read-only     true: nothing is removed" in run("preferences").out
    known = json.loads(run("preferences", "--json", "--read-only").out)
    assert (known["read_only"], known["read_only_by"]) == (True, "preferences")


@pytest.mark.parametrize("text", ["read-only = 'yes'", "readonly = true", "[prune]\nread-only = true", "read-only ="])
def test_unclear_preferences_forbid_removals(run: Run, cache: Path, text: str) -> None:
    prefer(text)
    said = run("purge", "-y", "--cache-dir", cache)
    assert (said.code, said.out) == (1, "")
    assert str(preferences_path()) in said.err


def test_an_error_of_its_own_is_one_sentence(run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "read_cache", broken)
    said = run("list", "--cache-dir", cache)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    told = "cachetui hit an error of its own: LookupError: nobody foresaw https://***@index.example; "
    assert said.err.startswith(told)
    file = re.search(r"the details are in (\S+)\. Please report it\.$", said.err)
    assert file
    details = Path(file[1]).expanduser().read_text()
    assert "raise LookupError" in details
    assert "secret" not in details
    debug = run("list", "--debug", "--cache-dir", cache).err
    assert "raise LookupError" in debug
    assert "secret" not in debug


def test_without_a_place_for_details_they_are_on_stderr(
    run: Run, cache: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "read_cache", broken)
    for folder in (".local", "Library", "AppData"):
        (home / folder).write_text("")
    said = run("list", "--no-memory", "--cache-dir", cache)
    assert said.code == 1
    assert "Traceback" in said.err
    assert said.err.splitlines()[-1].endswith("the details are above. Please report it.")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_terminal_gets_colours_unless_it_is_dumb(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for term, coloured in (("xterm", True), ("dumb", False)):
        monkeypatch.setenv("TERM", term)
        with Terminal("list", "torch", "-q", "--cache-dir", str(cache)) as terminal:
            assert terminal.leave() == 0
            assert ("\x1b[1mProject" in terminal.seen) is coloured
            assert "entries, " not in terminal.seen


def test_every_command_takes_the_global_options(run: Run) -> None:
    for command in COMMANDS:
        assert run(command, "--color", "never", "-q", "-v", "--help").code == 0
