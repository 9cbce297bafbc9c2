"""`cachetui remove`: remove the entries that terms match."""

from __future__ import annotations

import click

from cachetui.cli.main import FAILED, NO_MATCH
from cachetui.cli.options import global_options, options_of, removal_options, suggest_terms


@click.command("remove")
@click.argument("terms", metavar="TERM...", nargs=-1, required=True, shell_complete=suggest_terms)
@removal_options
@global_options
@click.pass_context
def command(context: click.Context, terms: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool) -> int:
    """Remove what the terms match, after showing what that is.

    A TERM is a name such as torch or nvidia-*, or in quotes a requirement such as 'torch>=2,<2.3',
    'size>100MB', 'age>90d' (or checked, read), kind:built, python:3.8, from:TEXT, is:superseded. not: before
    a term negates it. With several TERMs, an entry must match all of them.
    """
    from cachetui.cli.cache import (  # noqa: PLC0415 - Tab after a term does without all of these
        matching,
        opened,
        warn_of_no_match,
    )
    from cachetui.cli.console import note  # noqa: PLC0415
    from cachetui.cli.removal_flow import RemovalRequest, refuse_redirection, remove  # noqa: PLC0415
    from cachetui.services.preferences import preferred_for_removal  # noqa: PLC0415
    from cachetui.terms import parse_terms  # noqa: PLC0415

    refuse_redirection("remove", terms)
    options = options_of(context)
    wishes = RemovalRequest(dry_run=dry_run, yes=yes, as_json=as_json, options=options)
    wishes.check()
    predicate = parse_terms(terms)
    wishes.want_python(predicate.words, options)
    preferences = preferred_for_removal(note, dry_run=dry_run)
    with opened(options) as cache:
        entries = matching(cache.inventory, predicate, options, preferences.protection)
        if not entries:
            warn_of_no_match(predicate, cache.inventory, removing=True)
            wishes.write(None, None)
            return FAILED if cache.inventory.errors else NO_MATCH
        return remove(cache, entries, wishes, preferences=preferences, notes=predicate.notes(entries))
