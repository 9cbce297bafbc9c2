"""`cachetui preferences`: the preferences file, the values in force, and the problems in it."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import click

from cachetui.cli.console import say
from cachetui.cli.exit_codes import DONE, FAILED
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of
from cachetui.preferences.browser_choices import protected_path
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import KEYS, Preferences
from cachetui.report.entries_json import clean
from cachetui.text.escape import escape_control
from cachetui.text.styled import styled

SCHEMA = 1
"""Version of the JSON schema, raised by changes that break readers."""
WIDTH, LABEL = 80, 14
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
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """Show the preferences file: its path, the values in force, and the problems in it.

    Conflicts of [keys] are shown by the browser only.
    """
    preferences, options = read_preferences(), options_of(context)
    by = options.said_by("read_only") if options.read_only else None
    if as_json:
        sys.stdout.write(f"{json.dumps(document(preferences, by), indent=1)}\n")
    else:
        for line in lines(preferences, by):
            say(line)
    return FAILED if preferences.problems else DONE


def document(preferences: Preferences, read_only_by: str | None) -> dict[str, Any]:
    """Return the preferences as values for JSON; `read_only_by` is the option or variable that forbids removals."""
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
        "fresh_hours": preferences.fresh_hours,
        "keys": dict(preferences.keys),
        "environments": list(preferences.environments),
        "protect": list(preferences.protection.written),
        "protected_projects": list(preferences.protection.chosen),
        "prune": None if policy is None else dict(policy.values),
        "read_only": preferences.read_only or read_only_by is not None,
        "read_only_by": "preferences" if preferences.read_only else read_only_by,
        "defaults": _defaults(preferences),
        "problems": [
            {"key": problem.key or None, "sentence": problem.sentence, "blocks": problem.blocks or None}
            for problem in preferences.problems
        ],
    }


def _defaults(preferences: Preferences) -> list[str]:
    """Return the keys that the file does not set, or sets to an invalid value."""
    return [key for key in KEYS if key not in preferences.given]


def lines(preferences: Preferences, read_only_by: str | None) -> Iterator[str]:
    """Yield the preferences as lines of text, at most 80 columns wide except for long paths.

    `read_only_by` is the option or variable that forbids removals.
    """
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
        "fresh-hours": ["off" if preferences.fresh_hours is None else str(preferences.fresh_hours)],
        "keys": [f"{name} = {keys}" for name, keys in preferences.keys.items()] or ["the browser's own"],
        "environments": [*preferences.environments] or ["those that are found"],
        "protect": [*preferences.protection.written, *chosen] or ["nothing"],
        "read-only": [_read_only(preferences, read_only_by)],
        "prune": [policy.options or "nothing" if policy else "no policy"],
    }
    for key, said in values.items():
        for index, value in enumerate(said):
            mark = " (default)" if key in defaults and value not in chosen else ""
            if key == "read-only" and read_only_by:
                mark = ""
            if key == "theme" and preferences.theme and mark:
                mark = " (chosen in the browser)"
            yield from _wrapped(f"{'' if index else key:<{LABEL}}", f"{value}{mark}")
    for problem in preferences.problems:
        for line in _wrapped(f"{'problem':<{LABEL}}", f"{problem}."):
            yield styled(("warning", line))
    if (blocking := preferences.blocking("removal")) is not None:
        what = "whether this is read-only" if blocking.is_about_read_only else "what is protected"
        yield f"Nothing is removed until this is fixed: {what} is not clear."
    elif preferences.blocking("prune"):
        yield "`cachetui prune` does not run the policy until this is fixed."


def _read_only(preferences: Preferences, read_only_by: str | None) -> str:
    """Return the value of `read-only` in words, and say if an option or variable forbids removals."""
    if preferences.read_only:
        return "true: nothing is removed, and no settings are changed, whatever the options"
    return f"false, but {read_only_by} forbids removals now" if read_only_by else "false"


def _wrapped(label: str, words: str) -> list[str]:
    """Return words wrapped into lines after a label, without breaking names or terms at hyphens."""
    wrapper = textwrap.TextWrapper(WIDTH, label, " " * LABEL, break_on_hyphens=False)
    return wrapper.wrap(escape_control(words)) or [label]
