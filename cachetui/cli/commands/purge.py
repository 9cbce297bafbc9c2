"""`cachetui purge`: remove everything that pip keeps in the cache."""

from __future__ import annotations

import click

from cachetui.cli.cache import opened
from cachetui.cli.console import note
from cachetui.cli.exit_codes import DONE, FAILED
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of, removal_options
from cachetui.cli.removal_flow import RemovalRequest, remove
from cachetui.services.preferences import preferred_for_removal


@click.command(
    "purge",
    cls=Command,
    examples=[
        ("cachetui purge -n", "Show what would be removed."),
        ("cachetui purge --cache-dir /mnt/old/pip --yes", "Remove all of another cache, without asking."),
    ],
)
@removal_options
@global_options
@click.pass_context
def command(context: click.Context, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Remove everything that pip keeps in the cache, after showing what that is.

    Files that are not pip's, and what your preferences protect, are kept.
    """
    options = options_of(context)
    wishes = RemovalRequest(dry_run=dry_run, yes=yes, as_json=as_json, options=options)
    wishes.check()
    preferences = preferred_for_removal(note, dry_run=dry_run)
    with opened(options) as cache:
        inventory = cache.inventory
        if not inventory.entries:
            note(f"There is nothing of {inventory.conduct.tool}'s in the cache: nothing was removed.")
            wishes.write(None, None)
            return FAILED if inventory.errors else DONE
        return remove(cache, inventory.entries, wishes, preferences=preferences, purge=True)
