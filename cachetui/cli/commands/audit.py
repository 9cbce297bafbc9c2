"""`cachetui audit`: disk usage as text, JSON or CSV, and the differences from an earlier report."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator

import click
from click.core import ParameterSource

from cachetui.cli.cache import opened, warn_of_no_match, warn_of_unmatched
from cachetui.cli.console import Status, note, printable
from cachetui.cli.exit_codes import DONE, FAILED, NO_MATCH
from cachetui.cli.help_format import Command
from cachetui.cli.inputs import input_path
from cachetui.cli.options import global_options, options_of, suggest_terms
from cachetui.insight.audit.audit import Audit, EntryRows, listed_of
from cachetui.insight.audit.comparison import compare
from cachetui.model import Inventory
from cachetui.report.audit.audit_csv import audit_csv, comparison_csv
from cachetui.report.audit.audit_earlier import EarlierAudit, read_piped_report
from cachetui.report.audit.audit_json import audit_json, comparison_json
from cachetui.report.audit.audit_rows import head, rows
from cachetui.report.audit.audit_text import audit_text, comparison_text
from cachetui.services.audit import facts_for_audit, make_audit, other_cache
from cachetui.services.options import GlobalOptions
from cachetui.services.other_caches import SHORTLY, other_caches
from cachetui.services.preferences import preferred
from cachetui.services.pythons import named_python
from cachetui.terms import Predicate, parse_terms
from cachetui.text.escape import escape_control


@click.command(
    "audit",
    cls=Command,
    examples=[
        ("cachetui audit", "A report of 80 columns, to paste into an issue."),
        ("cachetui audit --json > before.json", "Every figure and every entry, to compare with later."),
        ("cachetui audit --since before.json", "What came, went and grew since then."),
    ],
)
@click.argument("terms", metavar="[TERM]...", nargs=-1, shell_complete=suggest_terms)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    show_default="text",
    help="Form of the report. Text fits 80 columns; CSV has a row for each entry.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--since",
    metavar="REPORT",
    type=click.Path(),
    help="Show what came, went and grew since an earlier report, written with --json; - is standard input.",
)
@global_options
@click.pass_context
def command(context: click.Context, terms: tuple[str, ...], form: str, as_json: bool, since: str | None) -> int:
    """Show where the space is: by kind, project, age, Python, platform, index and use, and what each rule would free.

    With TERMs, only matching entries count (see cachetui help terms); directories and files that are not the program's
    are always counted for the whole cache.
    """
    if as_json:
        if form != "json" and context.get_parameter_source("form") is not ParameterSource.DEFAULT:
            raise click.UsageError(f"--json and --format {form} contradict each other: give one of them.")
        form = "json"
    predicate = parse_terms(terms) if terms else None
    earlier = _earlier(since, terms) if since is not None else None
    options = options_of(context)
    with opened(options) as (location, inventory):
        figures = earlier is None and form != "csv"  # other output needs only the entries
        found = _audit(inventory, predicate, options, figures=figures)
        if isinstance(found, Audit):
            others = other_caches(os.environ, location, python=named_python(options), seconds=SHORTLY)
            parts = audit_json(found, terms, others) if form == "json" else _lines(audit_text(found, terms, others))
            _write(parts, form)
        elif earlier is None:
            _write(audit_csv(found), form)
        else:
            for sentence in other_cache(earlier, found):
                note(sentence)
            _write(_comparison(found, earlier, form), form)
    if predicate and found.entries:
        warn_of_unmatched(predicate, found.entries, inventory)
    elif predicate and not inventory.errors:
        warn_of_no_match(predicate, inventory)
        return NO_MATCH
    return FAILED if inventory.errors else DONE


def _earlier(since: str, terms: tuple[str, ...]) -> EarlierAudit:
    """Read an earlier report. Raises click.UsageError if it is about other terms."""
    earlier = read_piped_report(input_path(since))
    if earlier.terms != terms:
        of = " ".join(earlier.terms) or "everything"
        same = "the same terms" if earlier.terms else "no terms"
        raise click.UsageError(escape_control(f"The earlier report covers {of}. Give {same} to compare."))
    return earlier


def _audit(inventory: Inventory, predicate: Predicate | None, options: GlobalOptions, *, figures: bool) -> EntryRows:
    """Return the audit if `figures` is true, else only the rows of the audited entries."""
    preferences = preferred(note)
    if preferences.refusal:
        note(preferences.refusal)
    if problem := preferences.blocking("prune"):
        note(f"{preferences.path}: the policy is left out until this is fixed: {problem}.")
    with Status() as status:
        facts = facts_for_audit(
            inventory.entries,
            options,
            preferences.protection,
            search=predicate is not None and "unusable" in predicate.words,
            root=inventory.root,
            now_ns=time.time_ns(),
            note=status.note,
            report=status.show,
        )
    only = None if predicate is None else [entry for entry in inventory.entries if predicate(entry, facts)]
    return make_audit(inventory, facts, preferences.policy, only) if figures else listed_of(inventory, facts, only)


def _comparison(listed: EntryRows, earlier: EarlierAudit, form: str) -> Iterable[str]:
    """Return the parts of a report on what has changed since an earlier audit."""
    found = compare(earlier.lines, [row.line for row in rows(listed)])
    shared = head(listed)
    if form == "json":
        return [comparison_json(found, shared, earlier.at)]
    if form == "csv":
        return comparison_csv(found, shared, earlier.at)
    return _lines(comparison_text(found, listed.name, earlier.at, shared.audited, earlier.terms))


def _lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{printable(line, sys.stdout)}\n"


def _write(parts: Iterable[str], form: str) -> None:
    if form == "csv" and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(newline="")  # CSV has its own line ends on every system
    for part in parts:
        sys.stdout.write(part)
