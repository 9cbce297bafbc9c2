"""`cachetui list`: the entries of the cache, or only those that terms match."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence

import click

from cachetui.cli.cache import matching, opened, warn_of_no_match, warn_of_unmatched
from cachetui.cli.console import note, say
from cachetui.cli.exit_codes import DONE, FAILED, NO_MATCH
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of, suggest_terms
from cachetui.model import Entry
from cachetui.report.entries_json import list_json
from cachetui.report.entries_text import table, tree
from cachetui.text.format import count, disk_text


@click.command(
    "list",
    cls=Command,
    examples=[
        ("cachetui list --sort size", "The largest projects first, and of each the largest versions."),
        ("cachetui list torch 'numpy<2' 'age>90d'", "torch, and old versions of numpy, if older than 90 days."),
        ("cachetui list --json | jq '.projects[].project'", "The names of the projects."),
    ],
)
@click.argument("terms", metavar="[TERM]...", nargs=-1, shell_complete=suggest_terms)
@click.option("--files", is_flag=True, help="Also list the entries and their files.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@click.option(
    "--sort",
    type=click.Choice(["size", "name", "age", "count"]),
    default="name",
    show_default=True,
    help="Order of the text. JSON is always by name.",
)
@global_options
@click.pass_context
def command(context: click.Context, terms: tuple[str, ...], files: bool, as_json: bool, sort: str) -> int:
    """List projects and versions with sizes and ages.

    With TERMs, list only what they match. Each name or requirement adds entries, all other TERMs are
    conditions: see cachetui help terms.
    """
    predicate = None
    if terms:
        from cachetui.terms import parse_terms  # noqa: PLC0415 - a list of everything does without, and is quicker

        predicate = parse_terms(terms)
    options = options_of(context)
    with opened(options) as (_, inventory):
        entries = inventory.entries if predicate is None else matching(inventory, predicate, options)
        if as_json:
            for part in list_json(inventory, entries):
                sys.stdout.write(part)
        else:
            foreign = inventory.foreign if predicate is None else ()
            form, tool = tree if files else table, inventory.conduct.tool
            for line in form(entries, foreign, tool, sort=sort, now_ns=time.time_ns(), width=_width()):
                say(line)
            if entries:
                note(_totals(entries))
    if predicate and entries:
        warn_of_unmatched(predicate, entries, inventory)
    elif predicate and not inventory.errors:
        warn_of_no_match(predicate, inventory)
        return NO_MATCH
    return FAILED if inventory.errors else DONE


def _width() -> int | None:
    """Return the width of the terminal in columns; None if the output is not a terminal."""
    if not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns


def _totals(entries: Sequence[Entry]) -> str:
    """Return the totals of entries in one line."""
    projects = len({entry.project for entry in entries if entry.project is not None})
    disk = sum([entry.disk_usage for entry in entries])
    return f"{count(projects, 'project')}, {count(len(entries), 'entry')}, {disk_text(disk)}"
