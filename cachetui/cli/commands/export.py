"""`cachetui export`: cached wheels and sdists as files under their true names."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cachetui.cli.main import DONE, FAILED, INTERRUPTED, NO_MATCH
from cachetui.cli.options import Settings, global_options, suggest_terms

if TYPE_CHECKING:
    from cachetui.cli.cache import Cache
    from cachetui.export.export import Outcome
    from cachetui.export.plan import Planned
    from cachetui.export.requirement_files import RequirementFile
    from cachetui.export.requirements_closure import Needs


@click.command("export")
@click.argument("terms", metavar="[TERM]...", nargs=-1, shell_complete=suggest_terms)
@click.option(
    "--to",
    metavar="DIR",
    required=True,
    type=click.Path(file_okay=False),
    help="Where to write; made if absent.",
)
@click.option(
    "--requirement",
    "-r",
    "requirements",
    metavar="FILE",
    multiple=True,
    type=click.Path(dir_okay=False),
    help="What this requirements file needs; may be given several times.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@global_options
@click.pass_context
def command(
    context: click.Context, terms: tuple[str, ...], to: str, requirements: tuple[str, ...], dry_run: bool, as_json: bool
) -> int:
    """Write the wheels and sdists that the terms match into a folder, under their true names.

    Each is proven before it gets its name, and nothing is overwritten. Then this works without a network:

    pip install --no-index --find-links DIR NAME

    With --requirement, what the file asks for is written, for the Python of --python: of each project the newest file
    that fits, and what that needs in turn. No choice is taken back to make another one fit; what the cache lacks is
    listed.
    """
    if not terms and not requirements:
        raise click.UsageError("Say what to export: TERM..., or --requirement FILE.")
    from cachetui.cli.cache import opened  # noqa: PLC0415 - the help page does without
    from cachetui.cli.choosing import matching  # noqa: PLC0415
    from cachetui.cli.notes import note  # noqa: PLC0415
    from cachetui.export.plan import check_room, plan_export  # noqa: PLC0415
    from cachetui.pip.config.paths import place  # noqa: PLC0415
    from cachetui.terms import parse_terms  # noqa: PLC0415

    predicate, folder = parse_terms(terms) if terms else None, place(to)
    settings = Settings.of(context)
    asked = read_files(requirements) if requirements else None
    with opened(settings) as cache:
        entries = matching(cache.inventory.entries, predicate, settings) if predicate else ()
        needs = find_needs(cache, settings, asked) if asked else None
        chosen = {entry.path for entry in (*entries, *(needs.entries if needs else ()))}
        planned = plan_export([entry for entry in cache.inventory.entries if entry.path in chosen])
        others = len(chosen) - len(planned)
        if others and planned:
            verb = "is no wheel or sdist" if others == 1 else "are no wheels or sdists"
            note(f"{others:,} more of what matches {verb}: passed over.")
        outcome = None
        if planned and dry_run:
            check_room(planned, folder, Path(cache.inventory.root))
            note("Nothing is written now; each file is proven when it is.")
        elif planned:
            outcome = _carry_out(cache, planned, folder)
        if as_json:
            sys.stdout.write(document(planned, outcome, needs, asked))
        else:
            tell(planned, outcome)
        _tell(outcome, needs, folder)
        if outcome and outcome.stopped:
            return INTERRUPTED
        if (outcome and outcome.skipped) or (needs and needs.lacking) or cache.inventory.errors:
            return FAILED
        if predicate and not plan_export(entries):
            note(f"No wheel or sdist in the cache matches {' '.join(terms)}.")
            return NO_MATCH
        return DONE


def read_files(paths: Sequence[str]) -> RequirementFile:
    """Read requirements files; tell on stderr which lines were not looked at. Raises CachetuiError."""
    from cachetui.cli.notes import note  # noqa: PLC0415
    from cachetui.errors import CachetuiError  # noqa: PLC0415
    from cachetui.export.requirement_files import (  # noqa: PLC0415
        RequirementFileError,
        read_requirement_files,
    )
    from cachetui.pip.config.paths import place  # noqa: PLC0415
    from cachetui.text.redact import quote_input, redact_input  # noqa: PLC0415

    try:
        found = read_requirement_files([place(path) for path in paths])
    except RequirementFileError as error:
        quoted = f": {quote_input(error.quoted)}" if error.quoted else ""
        raise CachetuiError(f"{redact_input(error.place)}{quoted} {redact_input(error.complaint)}") from None
    for ignored in found.ignored:
        note(f"Not looked at: {redact_input(ignored.place)}: {quote_input(ignored.text)}")
    return found


def find_needs(cache: Cache, settings: Settings, file: RequirementFile) -> Needs:
    """Choose what requirements need, for the Python that is meant. Raises CachetuiError where there is none."""
    from cachetui.errors import CachetuiError  # noqa: PLC0415
    from cachetui.export.requirements_closure import needs_of  # noqa: PLC0415
    from cachetui.interpreters.info import interpreter_info  # noqa: PLC0415
    from cachetui.interpreters.lookup import default_python, python_at  # noqa: PLC0415

    named = settings.python or (sys.executable if settings.demo else None)  # for which the demo was made
    python = python_at(named) if named else default_python()
    if python is None:
        raise CachetuiError("There is no Python here to choose files for: name one with --python.")
    portrait = interpreter_info(python)
    if portrait.trouble or not portrait.tags:
        trouble = portrait.trouble or "It does not say what it can use."
        raise CachetuiError(f"What {python.executable} needs cannot be told: {trouble} Name another with --python.")
    return needs_of(file.asked, cache.inventory, portrait, pre=file.pre)


def _tell(outcome: Outcome | None, needs: Needs | None, folder: Path) -> None:
    """Print on stderr the result of an export beside the files: what was left out, what lacks."""
    from cachetui.cli.notes import note  # noqa: PLC0415
    from cachetui.report.export_text import skipped_name, summary  # noqa: PLC0415

    for skipped in outcome.skipped if outcome else ():
        note(f"Left out: {skipped_name(skipped)}: {skipped.reason}.")
    for lacking in needs.lacking if needs else ():
        by = f", which {lacking.needed_by} needs" if lacking.needed_by else ""
        note(f"The cache lacks {lacking.requirement}{by}: {lacking.reason}.")
    if outcome:
        note(summary(outcome, folder))


def _carry_out(cache: Cache, planned: Sequence[Planned], folder: Path) -> Outcome:
    """Export; Ctrl+C stops it between two pieces of a file."""
    from cachetui.cli.notes import Status  # noqa: PLC0415
    from cachetui.cli.removal_flow import interruptible  # noqa: PLC0415
    from cachetui.export.export import Progress, export  # noqa: PLC0415
    from cachetui.text.format import disk_text  # noqa: PLC0415

    status = Status(sys.stderr)

    def report(progress: Progress) -> None:
        done = f"exporting {progress.done + 1:,} of {progress.of:,}, {disk_text(progress.written)}"
        status.show(f"{done}  {progress.filename or ''}")

    with interruptible() as stop:
        try:
            return export(cache.inventory, planned, folder, stop=stop, report=report if status.shown else None)
        finally:
            status.clear()


def tell(planned: Sequence[Planned], outcome: Outcome | None) -> None:
    """Write what was exported, or what is planned where nothing was, a line each."""
    from cachetui.cli.notes import for_stream  # noqa: PLC0415
    from cachetui.report.export_text import entry_words  # noqa: PLC0415
    from cachetui.text.escape import escape_control  # noqa: PLC0415
    from cachetui.text.format import disk_text  # noqa: PLC0415

    lines = (
        [(one.size, f"{one.filename}{'' if one.written else '  (there already)'}") for one in outcome.exported]
        if outcome
        else [(one.size, one.filename or f"{entry_words(one.entry)}  (named when it is written)") for one in planned]
    )
    for size, words in lines:
        sys.stdout.write(for_stream(f"{disk_text(size):>9}  {escape_control(words)}\n", sys.stdout))


def document(
    planned: Sequence[Planned], outcome: Outcome | None, needs: Needs | None, asked: RequirementFile | None
) -> str:
    """Return what came of an export as JSON."""
    import json  # noqa: PLC0415 - seldom wanted

    from cachetui.report.entries_json import SCHEMA, clean  # noqa: PLC0415
    from cachetui.text.redact import redact_input  # noqa: PLC0415

    def named(filename: str | None) -> str | None:
        return None if filename is None else clean(filename)

    parts: dict[str, Any] = {
        "schema": SCHEMA,
        "planned": [
            {"filename": named(one.filename), "path": clean(one.entry.path), "size": one.size} for one in planned
        ],
        "exported": [
            {
                "filename": one.filename,
                "path": clean(one.entry.path),
                "size": one.size,
                "sha256": one.sha256,
                "verified_by": list(one.verified_by),
                "written": one.written,
            }
            for one in (outcome.exported if outcome else ())
        ],
        "skipped": [
            {"path": clean(one.entry.path), "filename": named(one.filename), "reason": clean(one.reason)}
            for one in (outcome.skipped if outcome else ())
        ],
        "stopped": bool(outcome and outcome.stopped),
    }
    if needs is not None:
        parts["lacking"] = [
            {"requirement": clean(one.requirement), "needed_by": named(one.needed_by), "reason": clean(one.reason)}
            for one in needs.lacking
        ]
    if asked is not None:
        parts["not_looked_at"] = [
            {"place": clean(redact_input(one.place)), "text": clean(redact_input(one.text))} for one in asked.ignored
        ]
    return f"{json.dumps(parts, indent=1)}\n"
