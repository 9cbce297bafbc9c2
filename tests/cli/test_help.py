from __future__ import annotations

import json
import re
import shlex
import sys
from importlib import import_module
from itertools import takewhile

import pytest

from cachetui.cli.app import COMMANDS, EXAMPLES, group
from cachetui.cli.help_format import GLOBAL, Command
from cachetui.help import TOPICS
from cachetui.report.schemas import read_schema, schema_names
from tests.cli.conftest import Run

LONGEST_SUMMARY = 45


def command_of(name: str) -> Command:
    found = import_module(f"cachetui.cli.commands.{name}").command
    assert isinstance(found, Command)
    return found


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_summaries_are_short_and_never_cut(run: Run) -> None:
    out = run("--help").out
    for name, summary in {**COMMANDS, **TOPICS}.items():
        assert re.search(rf"^  {name} +{re.escape(summary)}$", out, re.M), name
    assert max(map(len, COMMANDS.values())) <= LONGEST_SUMMARY
    assert max(map(len, out.splitlines())) <= 80
    assert run("help") == run("--help")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_examples_and_explains_the_global_options_in_one_line(run: Run, name: str) -> None:
    command = command_of(name)
    out = run(name, "--help").out
    assert command.name == name
    assert out.count(GLOBAL) == 1
    assert not re.search(r"^  (--cache-dir|--python|--demo|--read-only|--no-memory|--color|--debug|-q|-v) ", out, re.M)
    assert 2 <= len(command.examples) <= 4
    for line, meaning in command.examples:
        assert f"\n  {line}\n" in out
        assert meaning[-1] in ".?"
    assert max(map(len, out.splitlines())) <= 80
    assert run("help", name).out.startswith(out)


@pytest.mark.parametrize("name", COMMANDS)
def test_sections_name_options_that_there_are(name: str) -> None:
    command = command_of(name)
    named = [option for options in command.sections.values() for option in options]
    assert {*named} <= {parameter.name for parameter in command.params}
    assert len(named) == len({*named})


@pytest.mark.parametrize(
    "line", [line for name in COMMANDS for line, _ in command_of(name).examples] + [line for line, _ in EXAMPLES]
)
def test_examples_are_valid_command_lines(line: str) -> None:
    commands = commands_in(line)
    assert commands or line.startswith("pip ")
    for arguments in commands:
        with group.make_context("cachetui", arguments, resilient_parsing=True) as context:
            rest = [*context._protected_args, *context.args]
            if rest:
                command_of(rest[0]).make_context(rest[0], rest[1:], parent=context)


def commands_in(line: str) -> list[list[str]]:
    """Return the arguments of each cachetui in a line of a shell."""
    found = []
    for part in (line, *re.findall(r"\$\(([^)]*)\)", line)):
        lexer = shlex.shlex(part, posix=True, punctuation_chars=True)
        words = [*takewhile(lambda word: word not in ("|", ">", ">>"), lexer)]
        if words[0] == "cachetui":
            found.append(words[1:])
    return found


def test_help_follows_the_width_up_to_a_limit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = {}
    for columns in (60, 90, 300):
        monkeypatch.setenv("COLUMNS", str(columns))
        longest[columns] = [
            max(map(len, run(*words).out.splitlines())) for words in (("prune", "-h"), ("help", "exit-codes"))
        ]
        assert max(longest[columns]) <= min(columns, 100)
    assert longest[60] < longest[90] < longest[300]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_plain_text_if_nobody_sees_it_on_a_terminal(run: Run, topic: str) -> None:
    said = run("help", topic)
    assert (said.code, said.err) == (0, "")
    assert not re.search(r"\x1b|`|\*\*|^#", said.out, re.M)
    assert len(said.out.splitlines()) > 5


def test_a_command_that_is_a_topic_is_shown_with_it(run: Run) -> None:
    out = run("help", "audit").out
    assert out.startswith(run("audit", "--help").out)
    assert "\nReports\n" in out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("lst", "list"), ("Terms", "terms"), ("keyes", "keys"), ("exit", "exit-codes"), ("rm", "remove"), ("qqq", "")],
)
def test_an_unknown_name_gets_a_suggestion(run: Run, typed: str, meant: str) -> None:
    said = run("help", typed)
    assert (said.code, said.out) == (2, "")
    assert f"Did you mean '{meant}'?" in said.err if meant else "terms, kinds" in said.err


def test_help_prints_each_schema(run: Run) -> None:
    assert ", ".join(schema_names()) in " ".join(run("help", "json").out.split())
    for name in schema_names():
        said = run("help", "json", name)
        assert (said.code, said.out, said.err) == (0, read_schema(name), "")
        assert json.loads(said.out)["$schema"]
    wrong = run("help", "json", "lst")
    assert (wrong.code, wrong.out) == (2, "")
    assert "Did you mean 'list'?" in wrong.err


def test_help_takes_one_name(run: Run) -> None:
    assert run("help", "list", "terms").code == run("help", "json", "list", "info").code == 2


@pytest.mark.parametrize("arguments", [["completion"], ["completion", "csh"], ["list", "--sort", "x"]])
def test_no_error_has_escaped_tabs(run: Run, arguments: list[str]) -> None:
    said = run(*arguments)
    assert said.code == 2
    assert "\\x" not in said.err
    assert "bash, zsh, fish" in said.err.replace("'", "") or "size" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal")
def test_a_terminal_shows_a_topic_by_its_pager(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.cli.terminal import Terminal  # noqa: PLC0415 - it imports what only POSIX has

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("PAGER", "cat")
    with Terminal("help", "exit-codes") as terminal:
        assert terminal.leave() == 0
    assert "stopped by Ctrl+C" in terminal.seen


def test_completion_offers_commands_and_topics(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CACHETUI_COMPLETE", "zsh_complete")

    def offered(line: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", line)
        return run().out.splitlines()[1::3]

    assert offered("cachetui help ") == [*{**COMMANDS, **TOPICS}]
    assert offered("cachetui help ke") == ["keys"]
    assert offered("cachetui help keys ") in ([], [""])
    assert offered("cachetui help json ") == [*schema_names()]
