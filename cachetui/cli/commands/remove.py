"""`cachetui remove`: remove the entries that terms match."""

from __future__ import annotations

import click

from cachetui.cli.exit_codes import FAILED, NO_MATCH
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of, removal_options, suggest_terms


@click.command(
    "remove",
    cls=Command,
    examples=[
        ("cachetui remove torch -n", "Show what would be removed of torch."),
        ("cachetui remove torch 'psycopg2==2.4.4'", "Remove a project and a version of another one, after asking."),
        ("cachetui remove 'nvidia-*' 'age>90d' --yes", "Remove old downloads of several projects, without asking."),
    ],
)
@click.argument("terms", metavar="TERM...", nargs=-1, required=True, shell_complete=suggest_terms)
@removal_options
@global_options
@click.pass_context
def command(context: click.Context, terms: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool) -> int:
    """Remove what TERMs match, after showing what that is.

    A TERM is a name such as torch, a requirement such as 'torch<2', or a condition such as 'age>90d'. Each name
    or requirement adds entries, conditions restrict them: see cachetui help terms.
    """
    from cachetui.cli.cache import (  # noqa: PLC0415 - Tab after a term does without all of these
        matching,
        opened,
        warn_of_no_match,
        warn_of_unmatched,
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
        warn_of_unmatched(predicate, entries, cache.inventory)
        return remove(cache, entries, wishes, preferences=preferences, notes=predicate.notes(entries))
