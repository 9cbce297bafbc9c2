"""Tests that the help topics agree with the code."""

from __future__ import annotations

import json
import re
import shlex
from importlib import import_module
from pathlib import Path

import click
import pytest

from cachetui.cli.app import COMMANDS
from cachetui.cli.completion_scripts import SHELLS
from cachetui.cli.exit_codes import DONE, FAILED, INTERRUPTED, NO_MATCH, WRONG_USAGE
from cachetui.cli.options import removal_options
from cachetui.environments.store import default_path as environments_path
from cachetui.help import TOPICS, read_topic
from cachetui.help.document import parse, plain
from cachetui.insight.health.release_memory import default_path as releases_path
from cachetui.labels import LABELS
from cachetui.model import KINDS
from cachetui.pip.memory import default_path
from cachetui.preferences.browser_choices import protected_path, theme_path
from cachetui.preferences.file import preferences_path
from cachetui.preferences.model import KEYS, Preferences
from cachetui.preferences.parse_values import RULES
from cachetui.preferences.validate import validate
from cachetui.services.diagnostics.error_report import error_folder
from cachetui.terms import parse_terms
from cachetui.terms.parser import QUALIFIERS
from cachetui.ui.app import KEY_HOLDERS, TYPED_IN
from cachetui.ui.keymap import Keymap, bindings_of, ids_of, keymap

FOLDER = Path(__file__).parents[2] / "cachetui" / "help"


def table(topic: str, number: int = 0) -> dict[str, list[str]]:
    """Return the rows of a topic's table, with the text of the first cell of each row as its key."""
    rows = [block.rows for block in parse(read_topic(topic)) if block.kind == "table"][number][1:]
    return {plain(row[0]): [plain(cell) for cell in row[1:]] for row in rows}


def blocks_of_code(topic: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", read_topic(topic), re.M | re.S)


def test_each_topic_is_a_file_and_begins_with_a_title() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == {*TOPICS}
    for topic in TOPICS:
        assert parse(read_topic(topic))[0].level == 1
        assert read_topic(topic).isascii()  # any terminal can show it
        assert len(TOPICS[topic]) <= 50


def test_kinds_and_states_are_complete() -> None:
    sentence = re.split(r"\.\s", read_topic("terms").partition("`kind:` takes")[2])[0]
    assert {*re.findall(r"`(\w+)`", sentence)} == {*table("kinds")} == {*KINDS}
    assert {*table("terms", 1)} == {f"is:{label}" for label in (*LABELS, "marked")}


def test_every_kind_of_term_is_explained_by_a_term_that_is_valid() -> None:
    terms = [*table("terms"), *table("terms", 1)]
    for term in terms:
        parse_terms(shlex.split(term.replace("TERM", "torch")), loose=True)
    beginnings = [term.strip("'") for term in terms]
    for start in (*QUALIFIERS, "size>", "age>", "checked>", "read>"):
        assert any(term.startswith(start) for term in beginnings)


def test_every_rule_is_explained() -> None:
    shared = {one.name for one in removal_options(click.Command("")).params}
    prune: click.Command = import_module("cachetui.cli.commands.prune").command
    globals_ = {one.name for one in import_module("cachetui.cli.app").group.params}
    own = {one.opts[0] for one in prune.params if isinstance(one, click.Option) and one.name not in shared | globals_}
    assert {option.split()[0] for option in table("rules")} == own
    for one in shared:
        assert re.search(rf"--{one.replace('as_', '').replace('_', '-')}\b", read_topic("rules")) if one else True


def test_every_preference_is_explained_with_its_default() -> None:
    keys = table("preferences")
    defaults = Preferences()
    assert {key.strip("[]") for key in keys} == {*KEYS}
    for key in ("age", "notify", "columns"):
        value = getattr(defaults, key)
        assert json.loads(keys[key][0]) == (list(value) if isinstance(value, tuple) else value)
    assert (json.loads(keys["sort"][0]), json.loads(keys["protect"][0])) == (defaults.sort.by, [])
    named = read_topic("preferences").partition("The keys of `[prune]`")[2].partition("\n\n")[0]
    assert {*re.findall(r"`([a-z-]+)`", named)} == {*RULES}


@pytest.mark.parametrize("topic", ["preferences", "keys"])
def test_the_examples_of_preferences_are_valid(topic: str) -> None:
    (example,) = blocks_of_code(topic, "toml")
    found = validate(example.encode())
    assert found.problems == ()
    assert {*found.keys}
    assert keymap(found, bindings_of(*KEY_HOLDERS), ids_of(*TYPED_IN)) == Keymap(found.keys, ())


def test_every_key_that_can_be_changed_is_listed() -> None:
    listed = [name for number in range(6) for name in table("keys", number)]
    assert sorted(listed) == sorted(ids_of(*KEY_HOLDERS))


def test_commands_with_json_are_listed() -> None:
    modules = {name: import_module(f"cachetui.cli.commands.{name}") for name in COMMANDS}
    with_json = {name for name, one in modules.items() if any("--json" in option.opts for option in one.command.params)}
    listed = read_topic("json").partition("write JSON")[0]
    assert with_json <= {*re.findall(r"`([a-z]+)`", read_topic("json"))}
    assert {*re.findall(r"`([a-z]+)`", listed)} - with_json <= {"audit"}


def test_exit_codes_are_those_of_the_program() -> None:
    assert [int(code) for code in table("exit-codes")] == [
        DONE,
        FAILED,
        WRONG_USAGE,
        NO_MATCH,
        INTERRUPTED,
        143,
        129,
        149,
    ]


def test_files_are_where_the_reference_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    named = [Path(path).parts[1:] for path in table("environment", 1)]
    own = (preferences_path(), theme_path(), protected_path(), error_folder())
    places = (*own, default_path(), releases_path(), environments_path())
    assert [name[-1] for name in named] == [path.name for path in places]


def test_completion_is_explained_for_every_shell() -> None:
    for shell in SHELLS:
        assert f"cachetui completion {shell}" in read_topic("completion")
