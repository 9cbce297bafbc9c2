"""`cachetui offline`: run a command with the files of the cache at hand, and no index."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Collection, Sequence

import click

from cachetui.cli.cache import matching, opened, warn_of_no_match, warn_of_unmatched
from cachetui.cli.console import Status, note, say, warn
from cachetui.cli.exit_codes import DONE, FAILED, NO_MATCH
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of, suggest_terms
from cachetui.export.export import SkippedEntry
from cachetui.export.offline_files import OfflineFiles
from cachetui.model import Inventory
from cachetui.report.offline import nameless_words, offline_json, offline_lines, offline_summary
from cachetui.services.offline import find_offline_files, run_offline
from cachetui.text.redact import quote_input, redact_input

ONLY = "--only"
END = "--"
"""Word that separates the options of `cachetui offline` from the command that it runs."""


class OfflineCommand(Command):
    """Command that runs another command, and whose option --only takes several TERMs if `--` follows."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `--only` before each of its TERMs, and parse the words of the command line."""
        options = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        return super().parse_args(
            ctx, _with_each_term(args, {name for one in options if not one.is_flag for name in one.opts})
        )


def _with_each_term(words: Sequence[str], taking: Collection[str]) -> list[str]:
    """Return the words with `--only` before each TERM that follows another one; unchanged if `--` is missing.

    `taking` holds the options that take a value.
    """
    found: list[str] = []
    is_value = is_term = False
    for at, word in enumerate(words):
        if is_value:
            is_value = False
            found.append(word)
        elif word == END:
            return [*found, *words[at:]]
        elif word.startswith("-"):
            name, equals, _ = word.partition("=")
            is_value, is_term = name in taking and not equals, name == ONLY
            found.append(word)
        elif is_term:
            found += [ONLY, word]
        else:  # the command, without `--` before it
            break
    return [*words]


@click.command(
    "offline",
    cls=OfflineCommand,
    context_settings={"allow_interspersed_args": False},
    examples=[
        ("cachetui offline -- pip install -r requirements.txt", "Install from the cache alone, without an index."),
        ("cachetui offline --only torch 'numpy<2' -- uv pip install torch", "Offer no other files."),
        ("cachetui offline -n", "List the files that a command would find."),
    ],
)
@click.argument("words", metavar="[--] COMMAND...", nargs=-1, type=click.UNPROCESSED)
@click.option(
    ONLY,
    metavar="TERM...",
    multiple=True,
    shell_complete=suggest_terms,
    help="Offer only files that TERMs match; may be given several times.",
)
@click.option("-n", "--dry-run", is_flag=True, help="List the files, and run nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run, write JSON, for scripts.")
@global_options
@click.pass_context
def command(context: click.Context, words: tuple[str, ...], only: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Run a command that finds the wheels and sdists of the cache, and no index.

    pip and uv get a private folder with the files under their real names, through environment variables. Damaged
    files are left out and named. The exit code is the command's. Nothing is left of the folder, and the cache
    stays as it is. TERMs: see cachetui help terms.
    """
    options = options_of(context)
    if not dry_run:
        if not words:
            raise click.UsageError("Say which command to run: cachetui offline -- COMMAND...")
        if as_json:
            raise click.UsageError("--json needs --dry-run, for the output is the command's.")
        if options.demo:
            raise click.UsageError("The demo's files are made up, and not for installing: add --dry-run.")
    predicate = None
    if only:
        from cachetui.terms import parse_terms  # noqa: PLC0415 - all files do without, and the command starts sooner

        predicate = parse_terms(only)
    with opened(options) as (_, inventory):
        entries = matching(inventory, predicate, options) if predicate else inventory.entries
        found = find_offline_files(inventory, entries)
        if as_json:
            sys.stdout.write(offline_json(found))
        if predicate and not found.files and not found.damaged:
            warn_of_no_match(predicate, inventory)
            return NO_MATCH
        if predicate:
            chosen = [one.entry for one in found.files] + [one.entry for one in found.damaged]
            warn_of_unmatched(predicate, chosen, inventory, "No wheel or sdist in the cache")
        if nameless := nameless_words(found):
            note(nameless)
        _warn_of(found.damaged)
        if not dry_run:
            return _run(inventory, found, words)
        _show(found, words, as_json=as_json)
        return FAILED if inventory.errors else DONE


def _show(found: OfflineFiles, words: Sequence[str], *, as_json: bool) -> None:
    """Print the files that the command would find, unless they were written as JSON, and the summary."""
    if not as_json:
        for line in offline_lines(found):
            say(line)
    note(offline_summary(found))
    if words:
        note(f"Not run: {redact_input(shlex.join(words))}")


def _run(inventory: Inventory, found: OfflineFiles, words: Sequence[str]) -> int:
    """Run the command; return its exit code, or that of a shell that cannot run it."""

    def before(skipped: Sequence[SkippedEntry]) -> None:
        status.clear()
        _warn_of(skipped)

    with Status() as status:
        done = run_offline(
            inventory,
            found.files,
            words,
            os.environ,
            report=lambda name: status.show(f"Writing {name}"),
            before=before,
        )
    if done.trouble:
        warn(f"Error: {quote_input(words[0])} cannot be run: {done.trouble}.")
    for name in done.changed:
        warn(f"The command changed {name} in the cache. Check it: cachetui verify --deep")
    return done.code


def _warn_of(damaged: Sequence[SkippedEntry]) -> None:
    for one in damaged:
        from cachetui.report.export_text import skipped_name  # noqa: PLC0415 - seldom needed

        warn(f"Left out: {skipped_name(one)}: {one.reason}.")
