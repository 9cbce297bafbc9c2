"""`cachetui export`: write cached wheels and sdists as files under their true names."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from cachetui.cli.cache import matching, opened, warn_of_no_match, warn_of_unmatched
from cachetui.cli.console import Status, note, say, warn
from cachetui.cli.exit_codes import DONE, FAILED, NO_MATCH
from cachetui.cli.help_format import Command
from cachetui.cli.inputs import input_path
from cachetui.cli.options import global_options, options_of, suggest_terms
from cachetui.cli.signals import interruptible, stopped_code
from cachetui.export.export import ExportOutcome, ExportProgress
from cachetui.export.plan import UNPACKED, PlannedFile, check_room, plan_export
from cachetui.export.requirements_closure import NeededFiles
from cachetui.model import Entry, Inventory
from cachetui.pip.config.paths import place
from cachetui.report.export_json import export_json
from cachetui.report.export_text import export_lines, skipped_name, summary
from cachetui.services.export import export_files, find_needs, read_requirements, replace_damaged
from cachetui.services.options import GlobalOptions
from cachetui.terms import Predicate, parse_terms
from cachetui.text.format import disk_text


@click.command(
    "export",
    cls=Command,
    examples=[
        ("cachetui export 'torch>=2' --to wheels", "Files of these versions of torch, into the directory wheels."),
        ("cachetui export -r requirements.txt --to wheels", "What a requirements file or lock file needs."),
        ("pip install --no-index --find-links wheels torch", "Install from there, without a network."),
    ],
)
@click.argument("terms", metavar="[TERM]...", nargs=-1, shell_complete=suggest_terms)
@click.option(
    "--to",
    metavar="DIR",
    required=True,
    type=click.Path(file_okay=False),
    help="Directory to write to; it is created if needed.",
)
@click.option(
    "--requirement",
    "-r",
    "requirements",
    metavar="FILE",
    multiple=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Export what this requirements file or lock file needs; - is standard input. May be given several times.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@global_options
@click.pass_context
def command(
    context: click.Context, terms: tuple[str, ...], to: str, requirements: tuple[str, ...], dry_run: bool, as_json: bool
) -> int:
    """Write the wheels and sdists that TERMs match into a directory, under their real names.

    Each file is checked before it gets its name, and nothing is overwritten. TERMs: see cachetui help terms.

    With --requirement, the files that satisfy the requirements are written, for the Python of --python: for each
    project the newest file that fits, and then its dependencies. No choice is changed to make another one
    possible. Requirements without a cached file are listed.
    """
    if not terms and not requirements:
        raise click.UsageError("Say what to export: TERM..., or --requirement FILE.")
    predicate, folder = parse_terms(terms) if terms else None, place(to)
    options = options_of(context)
    asked = read_requirements(map(input_path, requirements), note=note) if requirements else None
    with opened(options) as (_, inventory):
        entries: tuple[Entry, ...] = ()
        if predicate:
            entries = _matching(inventory, predicate, options)
        needs = find_needs(inventory, asked, options) if asked else None
        chosen = {entry.path for entry in (*entries, *(needs.entries if needs else ()))}
        planned = plan_export([entry for entry in inventory.entries if entry.path in chosen])
        others = len(chosen) - len(planned)
        if others and planned:
            what = "entry is not a wheel or sdist" if others == 1 else "entries are not wheels or sdists"
            note(f"{others:,} more {what}: skipped.")
        outcome = None
        if planned and dry_run:
            check_room(planned, folder, Path(inventory.root))
            note("Nothing was written. Each file is checked when it is written.")
        elif planned:
            outcome = _carry_out(inventory, planned, folder)
        without: frozenset[str] = frozenset()
        if outcome and outcome.skipped and asked and needs:
            found = replace_damaged(
                inventory,
                planned,
                outcome,
                needs,
                find=partial(find_needs, inventory, asked, options),
                write=partial(_carry_out, inventory, folder=folder),
            )
            planned, outcome, needs, without = found
        if as_json:
            sys.stdout.write(export_json(planned, outcome, needs, asked))
        else:
            for line in export_lines(planned, outcome):
                say(line)
        _note_result(outcome, needs, folder)
        if outcome and outcome.stopped:
            return stopped_code()
        left_out = {one.entry.path for one in outcome.skipped} if outcome else set()
        if left_out - (without - {entry.path for entry in entries}) or (needs and needs.lacking) or inventory.errors:
            return FAILED
        if predicate and not plan_export(entries):
            _warn_of_nothing(predicate, entries, inventory, terms)
            return NO_MATCH
        return DONE


def _matching(inventory: Inventory, predicate: Predicate, options: GlobalOptions) -> tuple[Entry, ...]:
    """Return the entries that the terms match.

    If some of them can be exported, warn about each name and requirement without an entry to export.
    """
    entries = matching(inventory, predicate, options)
    exported = [one.entry for one in plan_export(entries)]
    if exported:
        warn_of_unmatched(predicate, exported, inventory, "No wheel or sdist in the cache")
    return entries


def _warn_of_nothing(
    predicate: Predicate, entries: Sequence[Entry], inventory: Inventory, terms: tuple[str, ...]
) -> None:
    """Warn that no file can be exported: nothing matches the terms, or only unpacked or other entries do."""
    if entries:
        warn(f"No wheel or sdist in the cache matches {' '.join(terms)}.")
        if any(entry.unpacked for entry in entries):
            warn(UNPACKED.format(inventory.conduct.tool))
    else:
        warn_of_no_match(predicate, inventory)


def _note_result(outcome: ExportOutcome | None, needs: NeededFiles | None, folder: Path) -> None:
    """Print the skipped files, the missing requirements and the summary of an export on stderr."""
    for skipped in outcome.skipped if outcome else ():
        warn(f"Left out: {skipped_name(skipped)}: {skipped.reason}.")
    for lacking in needs.lacking if needs else ():
        by = f", which {lacking.needed_by} needs" if lacking.needed_by else ""
        warn(f"The cache lacks {lacking.requirement}{by}: {lacking.reason}.")
    if outcome:
        (warn if outcome.stopped else note)(summary(outcome, folder))


def _carry_out(inventory: Inventory, planned: Sequence[PlannedFile], folder: Path) -> ExportOutcome:
    """Export the planned files; Ctrl+C stops the export between two pieces of a file."""

    def report(progress: ExportProgress) -> None:
        done = f"exporting {progress.done + 1:,} of {progress.of:,}, {disk_text(progress.written)}"
        status.show(f"{done}  {progress.filename or ''}")

    with interruptible() as stop, Status() as status:
        return export_files(inventory, planned, folder, stop=stop, report=report if status.shown else None)
