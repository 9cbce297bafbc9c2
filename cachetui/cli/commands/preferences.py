"""`cachetui preferences`: the preferences file, the values in force, and the problems in it."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import click

from cachetui.cli.console import for_stream
from cachetui.cli.help_format import Command
from cachetui.cli.main import DONE, FAILED
from cachetui.cli.options import global_options
from cachetui.preferences.file import protected_path, read_preferences
from cachetui.preferences.model import KEYS, Preferences
from cachetui.report.entries_json import clean
from cachetui.text.escape import escape_control

SCHEMA = 1
"""Version of the JSON schema, raised by changes that break readers."""
WIDTH, LABEL = 80, 10
"""Width of a line, and of the label before a value, in terminal cells."""


@click.command(
    "preferences",
    cls=Command,
    examples=[
        ("cachetui preferences", "The path of the file, and what is in force."),
        ("cachetui help preferences", "All keys, with an example of a file."),
    ],
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@global_options
def command(as_json: bool) -> int:
    """Show the preferences file: its path, the values in force, and the problems in it.

    Conflicts of [keys] are shown by the browser only.
    """
    preferences = read_preferences()
    if as_json:
        sys.stdout.write(f"{json.dumps(document(preferences), indent=1)}\n")
    else:
        for line in lines(preferences):
            sys.stdout.write(for_stream(f"{line}\n", sys.stdout))
    return FAILED if preferences.problems else DONE


def document(preferences: Preferences) -> dict[str, Any]:
    """Return the preferences as values for JSON."""
    policy = preferences.policy
    return {
        "schema": SCHEMA,
        "path": clean(str(preferences.path)),
        "exists": preferences.exists,
        "theme": preferences.theme,
        "columns": list(preferences.columns),
        "sort": {"by": preferences.sort.by, "reverse": preferences.sort.reverse},
        "age": preferences.age,
        "notify": preferences.notify,
        "keys": dict(preferences.keys),
        "protect": list(preferences.protection.written),
        "protected_projects": list(preferences.protection.chosen),
        "prune": None if policy is None else dict(policy.values),
        "defaults": _defaults(preferences),
        "problems": [
            {"key": problem.key or None, "sentence": problem.sentence, "blocks": problem.blocks or None}
            for problem in preferences.problems
        ],
    }


def _defaults(preferences: Preferences) -> list[str]:
    """Return the keys that the file does not set, or sets to an invalid value."""
    return [key for key in KEYS if key not in preferences.given]


def lines(preferences: Preferences) -> Iterator[str]:
    """Yield the preferences as lines of text, at most 80 columns wide except for long paths."""
    defaults = _defaults(preferences)
    policy = preferences.policy
    yield f"{'file':<{LABEL}}{escape_control(str(preferences.path))}"
    yield f"{'':<{LABEL}}{'exists' if preferences.exists else 'does not exist: everything is at its default'}"
    chosen = [f"{name} (p in the browser)" for name in preferences.protection.chosen]
    if chosen:
        yield f"{'':<{LABEL}}{escape_control(str(protected_path()))}"
        yield f"{'':<{LABEL}}holds the projects that p protects in the browser"
    sort = f"{preferences.sort.by} reverse" if preferences.sort.reverse else preferences.sort.by
    values: dict[str, list[str]] = {
        "theme": [preferences.theme or "the browser's own"],
        "columns": [", ".join(preferences.columns) or "none but names and sizes"],
        "sort": [sort],
        "age": [preferences.age],
        "notify": [preferences.notify],
        "keys": [f"{name} = {keys}" for name, keys in preferences.keys.items()] or ["the browser's own"],
        "protect": [*preferences.protection.written, *chosen] or ["nothing"],
        "prune": [policy.options or "nothing" if policy else "no policy"],
    }
    for key, said in values.items():
        for index, value in enumerate(said):
            mark = " (default)" if key in defaults and value not in chosen else ""
            if key == "theme" and preferences.theme and mark:
                mark = " (chosen in the browser)"
            yield from _wrapped(f"{'' if index else key:<{LABEL}}", f"{value}{mark}")
    for problem in preferences.problems:
        yield from _wrapped(f"{'problem':<{LABEL}}", f"{problem}.")
    if preferences.blocking("removal"):
        yield "Nothing is removed until this is fixed: what is protected is not clear."
    elif preferences.blocking("prune"):
        yield "`cachetui prune` does not run the policy until this is fixed."


def _wrapped(label: str, words: str) -> list[str]:
    """Return words wrapped into lines after a label, without breaking names or terms at hyphens."""
    wrapper = textwrap.TextWrapper(WIDTH, label, " " * LABEL, break_on_hyphens=False)
    return wrapper.wrap(escape_control(words)) or [label]
