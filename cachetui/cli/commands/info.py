"""`cachetui info`: the location of the cache, whether it is enabled, and its totals."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator

import click

from cachetui.cli.cache import opened
from cachetui.cli.console import Status, note, say
from cachetui.cli.exit_codes import DONE, FAILED
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of
from cachetui.pip.config.location import Location
from cachetui.pip_settings.effective import PipSettings
from cachetui.report.entries_json import info_json
from cachetui.report.info import info_figures, info_text
from cachetui.report.pythons import python_json, pythons_text
from cachetui.services.options import GlobalOptions
from cachetui.services.other_caches import SHORTLY, other_caches
from cachetui.services.pythons import ask_named, find_pythons, named_python, pip_settings
from cachetui.text.redact import redact_urls


@click.command(
    "info",
    cls=Command,
    examples=[
        ("cachetui info", "The cache of the Python here."),
        ("cachetui info --pythons", "Also the settings of the pip of each Python here."),
        ("cachetui info --python /usr/bin/python3", "The cache that the pip of this Python uses."),
    ],
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@click.option(
    "--pythons", "with_pythons", is_flag=True, help="Find the Pythons here, and show what each one's pip does."
)
@global_options
@click.pass_context
def command(context: click.Context, as_json: bool, with_pythons: bool) -> int:
    """Show where the cache is, whether pip uses it and why, and sizes by kind and age."""
    options = options_of(context)
    with opened(options, only_pips="--pythons" if with_pythons else None) as (location, inventory):
        for sentence in location.notes:
            note(redact_urls(sentence))
        if not with_pythons:
            with Status() as status:
                ask_named(options, note=status.note, report=status.show)
        others = other_caches(os.environ, location, python=named_python(options), seconds=SHORTLY)
        if as_json:
            known = info_figures(location, inventory, time.time_ns(), others)
            if with_pythons:
                known["pythons"] = [python_json(one) for one in _pythons(options, location)]
            sys.stdout.write(info_json(known, inventory))
        else:
            _write(info_text(location, inventory, time.time_ns(), others))
            if with_pythons:
                _write(pythons_text(_pythons(options, location)))
    return FAILED if inventory.errors else DONE


def _pythons(options: GlobalOptions, location: Location) -> Iterator[PipSettings]:
    """Yield the settings of the pip of each Python, as soon as the Python is found."""
    with Status() as status:
        named, memory = named_python(options), not options.no_memory
        for python in find_pythons(named, memory=memory, demo=options.demo, report=status.show):
            yield pip_settings(python, location)


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)
