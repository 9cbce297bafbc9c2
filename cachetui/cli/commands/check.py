"""`cachetui check`: whether releases that a list names are, or were, in the cache or in environments here."""

from __future__ import annotations

import sys
import time

import click

from cachetui.cli.cache import opened
from cachetui.cli.console import note, say, warn
from cachetui.cli.exit_codes import DONE, FAILED, WRONG_USAGE
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of, suggest_listed
from cachetui.preferences.file import read_preferences
from cachetui.report.check.check_json import check_json
from cachetui.report.check.check_text import check_lines, check_notes
from cachetui.services.cache import cache_option
from cachetui.services.check import check_list, read_check_list
from cachetui.services.facts.environments import usage_here
from cachetui.text.styled import styled


@click.command(
    "check",
    cls=Command,
    examples=[
        ("cachetui check 'left-pad==1.0.1' 'evil-*'", "Is or was one of these releases here?"),
        ("cachetui check advisories/", "The same for a folder of OSV records."),
        ("cachetui check incident.txt --json", "A list like a requirements file, as JSON."),
    ],
)
@click.argument("terms", metavar="TERM|FILE...", nargs=-1, required=True, shell_complete=suggest_listed)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@global_options
@click.pass_context
def command(context: click.Context, terms: tuple[str, ...], as_json: bool) -> int:
    """Look for releases that a warning names, in the cache and in the environments on this machine.

    Each TERM is a name, a requirement or a pattern. Each FILE is a list like a requirements file, OSV records as JSON,
    or a folder of them; - is standard input. The network is not used.

    The exit code is 1 if a release is here, 0 if not, and 2 if a list cannot be read. More: cachetui help check.
    """
    options = options_of(context)
    listed = read_check_list(terms)
    for sentence in listed.ignored:
        note(sentence)
    for sentence in listed.unreadable:
        warn(styled(("danger", "Error:"), f" {sentence}"))
    if listed.unreadable and not listed.items:
        return WRONG_USAGE
    with opened(options) as (location, inventory):
        entries, root, memory = inventory.entries, inventory.root, options.scan_memory
        usage = usage_here(entries, root, read_preferences(), memory=memory, demo=location.made_up)
        result = check_list(listed, inventory, usage)
        if as_json:
            sys.stdout.write(check_json(inventory, listed, result, now_ns=time.time_ns()))
        else:
            for line in check_lines(result, cache_option(location, options)):
                say(line)
        for sentence in check_notes(listed, result):
            note(sentence)
    if listed.unreadable:
        return WRONG_USAGE
    return FAILED if result.is_found or inventory.errors else DONE
