"""`cachetui audit`: where the space is, as text, JSON or CSV, and how that differs from an earlier report."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cachetui.cli.main import DONE, FAILED, NO_MATCH
from cachetui.cli.options import Settings, global_options, suggest_terms

if TYPE_CHECKING:  # the help page does without
    from cachetui.insight.audit.audit import Listed
    from cachetui.labels import Facts
    from cachetui.model import Inventory
    from cachetui.preferences.model import Protection
    from cachetui.report.audit_earlier import Earlier
    from cachetui.terms import Predicate


@click.command("audit")
@click.argument("terms", metavar="[TERM]...", nargs=-1, shell_complete=suggest_terms)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="Text fits 80 columns; CSV has a row for each entry.",
)
@click.option(
    "--since",
    metavar="REPORT",
    type=click.Path(),
    help="Tell what came, went and grew since an earlier report, written with --format json.",
)
@global_options
@click.pass_context
def command(context: click.Context, terms: tuple[str, ...], form: str, since: str | None) -> int:
    """Show where the space is: by kind, project, age, Python, platform and index, and what each rule would free.

    With TERMs, of what these match; directories and files that are not pip's are counted of the whole cache.
    """
    from cachetui.cli.cache import opened  # noqa: PLC0415 - the help page does without
    from cachetui.cli.notes import note  # noqa: PLC0415
    from cachetui.terms import parse_terms  # noqa: PLC0415

    predicate = parse_terms(terms) if terms else None
    settings = Settings.of(context)
    earlier = _earlier(since, terms) if since is not None else None
    with opened(settings) as (_, inventory):
        figures = earlier is None and form != "csv"  # all else tells of the entries alone
        found = _audit(inventory, predicate, settings, figures=figures)
        if earlier is None:
            _write(_report(found, form, terms), form)
        else:
            if earlier.root != found.root:
                note(f"The earlier report is about another cache, {earlier.root}; this one is {found.root}.")
            _write(_comparison(found, earlier, form), form)
    if predicate and not found.entries and not inventory.errors:
        note("Nothing in the cache matches.")
        return NO_MATCH
    return FAILED if inventory.errors else DONE


def _earlier(since: str, terms: tuple[str, ...]) -> Earlier:
    """Read an earlier report; raise UsageError if it is about other terms."""
    from cachetui.report.audit_earlier import read_report  # noqa: PLC0415
    from cachetui.text.escape import escape_control  # noqa: PLC0415

    earlier = read_report(since)
    if earlier.terms != terms:
        of = f"of {' '.join(earlier.terms)}" if earlier.terms else "of everything, without terms"
        raise click.UsageError(escape_control(f"The earlier report is {of}: the same must be asked for to compare."))
    return earlier


def _audit(inventory: Inventory, predicate: Predicate | None, settings: Settings, *, figures: bool) -> Listed:
    """Return an audit; or, where no `figures` are wanted, only what it tells of the entries."""
    from cachetui.cli.choosing import preferred  # noqa: PLC0415
    from cachetui.cli.notes import note  # noqa: PLC0415
    from cachetui.insight.audit.audit import audit_of, listed_of  # noqa: PLC0415
    from cachetui.services.audit_rules import rules_of  # noqa: PLC0415

    preferences = preferred()
    if preferences.refusal:
        note(preferences.refusal)
    if complaint := preferences.stopping("prune"):
        note(f"{preferences.path}: the policy is left out until this is mended: {complaint}.")
    words = frozenset() if predicate is None else predicate.words
    facts = _facts(inventory, settings, preferences.protection, demanded="unusable" in words)
    only = None if predicate is None else [entry for entry in inventory.entries if predicate(entry, facts)]
    if not figures:
        return listed_of(inventory, facts, only)
    return audit_of(inventory, facts, rules=rules_of(preferences.policy), only=only)


def _facts(inventory: Inventory, settings: Settings, protection: Protection, *, demanded: bool) -> Facts:
    """Return what is known of the entries.

    Pythons are not looked for, which takes long, unless a term asks what is unusable: else those count that are
    remembered, or the one that is named.
    """
    from cachetui.cli.choosing import facts_for  # noqa: PLC0415
    from cachetui.insight.audit.audit import WORDS  # noqa: PLC0415
    from cachetui.insight.labelling import usable  # noqa: PLC0415

    if demanded or settings.python:
        return facts_for(inventory.entries, WORDS, settings, protection)
    facts = facts_for(inventory.entries, WORDS - {"unusable"}, settings, protection)
    if settings.no_memory:
        return facts
    from cachetui.interpreters.store import Remembered  # noqa: PLC0415

    remembered = Remembered()
    portraits = [remembered.recall(python) for python in remembered.known()]
    tags = [taken for portrait in portraits if portrait and (taken := portrait.wheel_tags())]
    return replace(facts, usable=usable(inventory.entries, tags)) if tags else facts


def _report(found: Listed, form: str, terms: tuple[str, ...]) -> Iterable[str]:
    """Yield the parts of a report."""
    from cachetui.insight.audit.audit import Audit  # noqa: PLC0415

    if not isinstance(found, Audit):
        from cachetui.report.audit_csv import audit_csv  # noqa: PLC0415

        return audit_csv(found)
    if form == "json":
        from cachetui.report.audit_json import audit_json  # noqa: PLC0415

        return audit_json(found, terms)
    from cachetui.report.audit_text import audit_text  # noqa: PLC0415

    return _lines(audit_text(found, terms))


def _comparison(listed: Listed, earlier: Earlier, form: str) -> Iterable[str]:
    """Yield the parts of what tells how two audits differ."""
    from cachetui.insight.audit.comparison import compare  # noqa: PLC0415
    from cachetui.model import NS  # noqa: PLC0415
    from cachetui.report.audit_rows import characters, moment, rows  # noqa: PLC0415

    found = compare(earlier.lines, [row.line for row in rows(listed)])
    now = moment(listed.now_ns // NS)
    if form == "json":
        from cachetui.report.audit_json import comparison_json  # noqa: PLC0415

        return [comparison_json(found, characters(listed.root), earlier.at, now)]
    if form == "csv":
        from cachetui.report.audit_csv import comparison_csv  # noqa: PLC0415

        return comparison_csv(found)
    from cachetui.report.audit_text import comparison_text  # noqa: PLC0415

    return _lines(comparison_text(found, listed.root, earlier.at, now, earlier.terms))


def _lines(lines: Iterable[str]) -> Iterator[str]:
    from cachetui.cli.notes import for_stream  # noqa: PLC0415

    for line in lines:
        yield for_stream(f"{line}\n", sys.stdout)


def _write(parts: Iterable[str], form: str) -> None:
    if form == "csv" and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(newline="")  # the lines of CSV end in their own way on every system
    for part in parts:
        sys.stdout.write(part)
