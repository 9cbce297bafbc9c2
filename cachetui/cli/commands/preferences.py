"""`cachetui preferences`: where the user's own settings are, what counts, and what is wrong in them."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from cachetui.cli.main import DONE, FAILED
from cachetui.cli.options import global_options

if TYPE_CHECKING:  # the help page does without
    from cachetui.preferences.model import Preferences

SCHEMA = 1
"""Counts changes that break readers."""
WIDTH, LABEL = 80, 10
"""Cells of a line, and of what stands before a value."""


@click.command("preferences")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@global_options
def command(as_json: bool) -> int:
    """Show the file of preferences: its place, what counts, and what is wrong in it.

    Whether a key is free for what it is to do, the browser alone knows, and tells.
    """
    from cachetui.cli.notes import for_stream  # noqa: PLC0415 - the help page does without
    from cachetui.preferences.file import read_preferences  # noqa: PLC0415

    preferences = read_preferences()
    if as_json:
        sys.stdout.write(f"{json.dumps(document(preferences), indent=1)}\n")
    else:
        for line in lines(preferences):
            sys.stdout.write(for_stream(f"{line}\n", sys.stdout))
    return FAILED if preferences.complaints else DONE


def document(preferences: Preferences) -> dict[str, Any]:
    """Return everything as what JSON can hold."""
    from cachetui.report.entries_json import clean  # noqa: PLC0415

    policy = preferences.policy
    return {
        "schema": SCHEMA,
        "path": clean(str(preferences.path)),
        "exists": preferences.exists,
        "theme": preferences.theme,
        "columns": list(preferences.columns),
        "sort": {"by": preferences.sort.by, "reverse": preferences.sort.reverse},
        "age": preferences.age,
        "keys": dict(preferences.keys),
        "protect": list(preferences.protection.written),
        "prune": None if policy is None else dict(policy.values),
        "defaults": _defaults(preferences),
        "complaints": [
            {"key": complaint.key or None, "sentence": complaint.sentence, "stops": complaint.stops or None}
            for complaint in preferences.complaints
        ],
    }


def _defaults(preferences: Preferences) -> list[str]:
    """Return the keys that the file does not set, or not validly."""
    from cachetui.preferences.model import KEYS  # noqa: PLC0415

    return [key for key in KEYS if key not in preferences.given]


def lines(preferences: Preferences) -> Iterator[str]:
    """Yield everything as text, which fits 80 columns but for a path that does not."""
    from cachetui.text.escape import escape_control  # noqa: PLC0415

    defaults = _defaults(preferences)
    policy = preferences.policy
    yield f"{'file':<{LABEL}}{escape_control(str(preferences.path))}"
    yield f"{'':<{LABEL}}{'is there' if preferences.exists else 'is not there: everything is at its default'}"
    sort = f"{preferences.sort.by} reverse" if preferences.sort.reverse else preferences.sort.by
    values: dict[str, list[str]] = {
        "theme": [preferences.theme or "the browser's own"],
        "columns": [", ".join(preferences.columns) or "none but names and sizes"],
        "sort": [sort],
        "age": [preferences.age],
        "keys": [f"{name} = {keys}" for name, keys in preferences.keys.items()] or ["the browser's own"],
        "protect": list(preferences.protection.written) or ["nothing"],
        "prune": [policy.options or "nothing" if policy else "no policy"],
    }
    for key, said in values.items():
        for index, value in enumerate(said):
            mark = " (default)" if key in defaults else ""
            if key == "theme" and preferences.theme and mark:
                mark = " (chosen in the browser)"
            yield from _wrapped(f"{'' if index else key:<{LABEL}}", f"{value}{mark}")
    for complaint in preferences.complaints:
        yield from _wrapped(f"{'problem':<{LABEL}}", f"{complaint}.")
    if preferences.stopping("removal"):
        yield "Nothing is removed until what is protected can be told."
    elif preferences.stopping("prune"):
        yield "The policy is not run until all of it counts."


def _wrapped(label: str, words: str) -> list[str]:
    """Break words, but no name or term, into lines behind a label."""
    from cachetui.text.escape import escape_control  # noqa: PLC0415

    wrapper = textwrap.TextWrapper(WIDTH, label, " " * LABEL, break_on_hyphens=False)
    return wrapper.wrap(escape_control(words)) or [label]
