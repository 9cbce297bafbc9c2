"""`cachetui doctor`: one page to paste into a bug report."""

from __future__ import annotations

import json
import sys

import click

from cachetui.cli.cache import uncollected
from cachetui.cli.console import Status, say
from cachetui.cli.exit_codes import DONE
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of
from cachetui.report.doctor import doctor_text
from cachetui.services.diagnostics.doctor import doctor


@click.command(
    "doctor",
    cls=Command,
    examples=[
        ("cachetui doctor", "The page, to paste into a bug report."),
        ("cachetui doctor --json | jq .versions", "A part of it, for a script."),
    ],
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@global_options
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """Show one page for a bug report, without secrets.

    It has the versions, the cache, the settings, the Pythons, the files of cachetui itself, and the terminal.
    Passwords in addresses are masked, the home directory is written as ~, and no cached project is named.
    """
    with uncollected(), Status() as status:
        found = doctor(options_of(context), report=status.show)
    if as_json:
        sys.stdout.write(f"{json.dumps(found, indent=1)}\n")
    else:
        for line in doctor_text(found):
            say(line)
    return DONE
