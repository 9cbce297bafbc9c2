"""`cachetui prune`: remove the entries that rules choose; `cachetui/prune_rules.py` applies the rules."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cachetui.cli.cache import opened, warn_of_unmatched
from cachetui.cli.console import Status, note, warn
from cachetui.cli.exit_codes import DONE, FAILED
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of, removal_options, suggest_terms
from cachetui.cli.removal_flow import RemovalRequest, refuse_redirection, remove
from cachetui.errors import CachetuiError
from cachetui.model import AGE_FIELDS
from cachetui.preferences.model import Preferences
from cachetui.prune_rules import CHOOSERS, Rules, choose
from cachetui.removal.freed_bytes import Outlook
from cachetui.services.facts.labels import facts_for
from cachetui.services.preferences import preferred_for_removal
from cachetui.services.removal import available, outlook_for
from cachetui.terms import parse_terms
from cachetui.terms.quantities import parse_age, parse_count, parse_size
from cachetui.text.escape import escape_control
from cachetui.text.format import disk_text
from cachetui.text.redact import redact_input

if TYPE_CHECKING:
    from cachetui.services.facts.needs import Needs


def _reading(parse: Callable[[str], int]) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """Return a callback that parses an option's value as terms do: bytes, nanoseconds or a count."""

    def read(context: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
        try:
            return None if value is None else parse(value)
        except ValueError as error:
            raise click.BadParameter(f"{escape_control(str(error))}.", context, parameter) from None

    return read


@click.command(
    "prune",
    cls=Command,
    examples=[
        ("cachetui prune --superseded --unusable -n", "Show what is outdated or fits no Python here."),
        ("cachetui prune --older-than 180d --keep-latest 1", "Remove old versions, but the newest of each project."),
        ("cachetui prune --free 2GB", "Free 2 GB: what is cheapest to lose, then the oldest."),
        ("cachetui prune --not-needed-by uv.lock --ci --yes", "Before a CI job saves the cache."),
    ],
    sections={
        "Rules that add entries": ("superseded", "unusable", "legacy", "leftovers", "dead_weight", "unused"),
        "Limits": (
            *("older_than", "by", "larger_than", "keep_latest", "max_size", "min_free", "free"),
            *("not_needed_by", "ci", "built"),
        ),
    },
)
@click.argument("terms", metavar="[TERM]...", nargs=-1, shell_complete=suggest_terms)
@click.option("--superseded", is_flag=True, help="What has a newer version for the same Pythons and platform.")
@click.option("--unusable", is_flag=True, help="Wheels that no Python here can use, or not that of --python.")
@click.option("--legacy", is_flag=True, help="What only a pip before 23.3 reads.")
@click.option("--leftovers", is_flag=True, help="Files left behind by crashed or old pips.")
@click.option("--dead-weight", is_flag=True, help="What is stored twice, or what pip will never ask for again.")
@click.option("--unused", is_flag=True, help="What no environment here has installed.")
@click.option(
    "--older-than", callback=_reading(parse_age), metavar="AGE", help="Only what is older, such as 90d or 1y."
)
@click.option(
    "--by",
    type=click.Choice(AGE_FIELDS),
    default="downloaded",
    show_default=True,
    help="Which age --older-than, --max-size, --min-free and --free use.",
)
@click.option(
    "--larger-than", callback=_reading(parse_size), metavar="SIZE", help="Only what is larger, such as 100MB."
)
@click.option(
    "--keep-latest",
    callback=_reading(parse_count),
    metavar="N",
    help="Keep the newest N versions of each project. Alone, remove all others.",
)
@click.option(
    "--max-size",
    callback=_reading(parse_size),
    metavar="SIZE",
    help="Then remove the oldest entries until at most SIZE remains.",
)
@click.option(
    "--min-free",
    callback=_reading(parse_size),
    metavar="SIZE",
    help="Free what the disk of the cache lacks to have SIZE free, as --free does.",
)
@click.option(
    "--free",
    callback=_reading(parse_size),
    metavar="SIZE",
    help="Free SIZE and no more: first what is cheapest to lose, then the oldest.",
)
@click.option(
    "--not-needed-by",
    metavar="FILE",
    multiple=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Keep what this lock file or requirements file needs. Alone, remove all else. May be given several times.",
)
@click.option("--ci", is_flag=True, help="With --not-needed-by, keep only what pip installs from, for a CI cache.")
@click.option("--built", is_flag=True, help="Also remove wheels that pip built here.")
@removal_options
@global_options
@click.pass_context
def command(
    context: click.Context, /, terms: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool, **rule: Any
) -> int:
    """Remove what rules choose, after showing what that is.

    Limits and TERMs restrict what the rules choose; without a rule, they choose by themselves. Without any
    option or TERM, the policy in the preferences file runs. More: cachetui help rules, cachetui help terms.
    """
    refuse_redirection("prune", terms)
    options = options_of(context)
    wishes = RemovalRequest(dry_run=dry_run, yes=yes, as_json=as_json, options=options)
    wishes.check()
    choosers = frozenset([chooser for chooser in CHOOSERS if rule.pop(chooser.replace("-", "_"))])
    rules = Rules(choosers, terms=parse_terms(terms) if terms else None, **rule)
    preferences = preferred_for_removal(note, dry_run=dry_run)
    if not rules and not _is_said(context):
        rules = _policy(preferences)
    if rules.ci and not rules.not_needed_by:
        raise click.UsageError("--ci needs --not-needed-by FILE, which says what to keep.")
    if not rules:
        raise click.UsageError("prune needs a rule or a term, such as --superseded or --older-than 90d.")
    wishes.want_python(rules.deciding, options, policy=not _is_said(context))
    kept = _needs(rules)
    with opened(options) as cache:
        inventory, now_ns = cache.inventory, time.time_ns()
        if kept and inventory.conduct.unpacked:
            raise click.UsageError(f"--not-needed-by does not work on {inventory.conduct.tool}'s cache.")
        entries, free_now = inventory.entries, available(inventory.root)
        needed = rules.to_free(free_now)
        if rules.is_to_free:
            wishes = replace(wishes, to_free=needed)
        with Status() as status:
            facts = facts_for(
                entries,
                rules.words if needed else rules.deciding,
                options,
                preferences.protection,
                root=inventory.root,
                now_ns=now_ns,
                note=status.note,
                report=status.show,
            )
        notes: list[str] = []
        if kept:
            facts = replace(facts, needed=kept.found_in(inventory, ci=rules.ci, note=notes.append))
            if entries and not facts.needed:
                warn(f"Nothing that {', '.join(map(redact_input, kept.names))} needs is in this cache.")
        matched = [entry for entry in entries if rules.terms(entry, facts)] if rules.terms else []
        if terms and rules.terms:
            warn_of_unmatched(rules.terms, matched, inventory)
        outlook = outlook_for(inventory, facts.protected, now_ns, exact=True) if needed else Outlook()
        choice = choose(entries, rules, facts, replace(outlook, inventory=inventory, available=free_now))
        more = not rules.built and any(entry.kind == "built" for entry in (matched if rules.terms else entries))
        built = "" if not more else f" --built would also remove wheels that {inventory.conduct.tool} built here."
        if choice.over:
            warn(f"The rest takes {disk_text(choice.over)} more than --max-size, but is kept.{built}")
        if choice.short:
            limit = "--free" if needed == rules.free else "--min-free"
            warn(f"This falls {disk_text(choice.short)} short of {limit}, but no more may be removed.{built}")
        code = FAILED if choice.over or choice.short or inventory.errors else DONE
        if not choice.entries:
            note("Nothing to remove.")
            wishes.write(None, None)
            return code
        notes += rules.terms.notes(choice.entries) if rules.terms else ()
        return remove(cache, choice.entries, wishes, preferences=preferences, notes=notes) or code


def _needs(rules: Rules) -> Needs | None:
    """Read the files of --not-needed-by, if there are any. Raises click.UsageError."""
    if not rules.not_needed_by:
        return None
    from cachetui.services.facts.needs import read_needs  # noqa: PLC0415 - few rules need it

    try:
        return read_needs(rules.not_needed_by, note=note)
    except CachetuiError as error:
        raise click.UsageError(str(error)) from error


def _is_said(context: click.Context) -> bool:
    """Return whether the command line gives a TERM or an option of a rule."""
    return any(
        context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        for name in context.params
        if name not in ("dry_run", "yes", "as_json")
    )


def _policy(preferences: Preferences) -> Rules:
    """Return the rules of the policy, and print a note about them.

    Raises click.UsageError if there is no policy to run.
    """
    policy = preferences.policy
    if policy is None or not policy.rules:
        problem = preferences.blocking("prune")
        why = f"the policy in {preferences.path} is not run until this is fixed: {problem}"
        if problem is None:
            why = f"{preferences.path} has no policy under [prune]"
            if policy is not None:
                why = f"the policy in {preferences.path} chooses nothing: it has no rule of its own"
        raise click.UsageError(escape_control(f"No rule was given, and {why}. Try: prune --older-than 90d"))
    note(f"The policy in {preferences.path}: prune {policy.options}")
    return policy.rules
