"""`cachetui dir`: print the cache's directory."""

from __future__ import annotations

import os
import sys

import click

from cachetui.cli.cache import located
from cachetui.cli.console import note
from cachetui.cli.exit_codes import DONE
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of
from cachetui.text.escape import escape_control


@click.command(
    "dir",
    cls=Command,
    examples=[
        ("cachetui dir", "The directory of the cache."),
        ('du -sh "$(cachetui dir)"', "What du says about it."),
    ],
)
@global_options
@click.pass_context
def command(context: click.Context) -> int:
    """Print the cache's directory, whether it exists or not."""
    with located(options_of(context)) as location:
        for sentence in location.notes:
            note(sentence)
        if sys.stdout.isatty():
            sys.stdout.write(f"{escape_control(str(location.root))}\n")
        else:  # a script needs the exact bytes
            sys.stdout.flush()
            sys.stdout.buffer.write(os.fsencode(f"{location.root}\n"))
            sys.stdout.buffer.flush()
    return DONE
