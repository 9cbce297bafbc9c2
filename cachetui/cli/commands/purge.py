"""`cachetui purge`: everything that pip keeps in the cache."""

from __future__ import annotations

import click

from cachetui.cli.main import DONE, FAILED
from cachetui.cli.options import Settings, global_options, removal_options


@click.command("purge")
@removal_options
@global_options
@click.pass_context
def command(context: click.Context, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Remove everything that pip keeps in the cache, after showing what that is. What is not pip's stays."""
    from cachetui.cli.cache import opened  # noqa: PLC0415 - the help page does without
    from cachetui.cli.choosing import preferred_for_removal  # noqa: PLC0415
    from cachetui.cli.notes import note  # noqa: PLC0415
    from cachetui.cli.removal_flow import RemovalRequest, remove  # noqa: PLC0415

    settings = Settings.of(context)
    wishes = RemovalRequest(dry_run=dry_run, yes=yes, as_json=as_json, read_only=settings.read_only)
    wishes.check()
    protection = preferred_for_removal().protection
    with opened(settings) as cache:
        inventory = cache.inventory
        if not inventory.entries:
            note("There is nothing of pip's in the cache: nothing was removed.")
            wishes.write(None, None)
            return FAILED if inventory.errors else DONE
        return remove(cache, inventory.entries, wishes, protection=protection, purge=True)
