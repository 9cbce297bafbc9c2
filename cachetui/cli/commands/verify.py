"""`cachetui verify`: what is wrong in the cache."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from cachetui.cli.main import DONE, FAILED, INTERRUPTED, NO_MATCH
from cachetui.cli.options import Settings, global_options, suggest_terms

if TYPE_CHECKING:
    from cachetui.cli.cache import Cache
    from cachetui.insight.health.finding import Finding
    from cachetui.insight.health.verification import Verified
    from cachetui.model import Entry, Inventory
    from cachetui.terms import Predicate

MOST_SHOWN = 10
"""Entries that the text names for each sort of finding, unless all are asked for."""


@click.command("verify")
@click.argument("terms", metavar="[TERM]...", nargs=-1, shell_complete=suggest_terms)
@click.option("--deep", is_flag=True, help="Read everything, and compare it with the hashes that index pages list.")
@click.option("--all", "every", is_flag=True, help=f"Name every entry, not the first {MOST_SHOWN} of a sort.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@global_options
@click.pass_context
def command(context: click.Context, terms: tuple[str, ...], deep: bool, every: bool, as_json: bool) -> int:
    """Look for what is damaged, left behind or not what it should be, in all of the cache or in what TERMs match.

    Without --deep what the scan sees is judged: records without bodies and the other way round, lengths, what cannot
    be read, environments that are gone, owners and modes. With --deep each download is compared with the hash that a
    cached index page or an origin.json lists, and what no hash is known for is read to its end. The exit code is 1
    when anything is found.
    """
    from cachetui.cli.cache import opened  # noqa: PLC0415 - the help page does without
    from cachetui.cli.notes import for_stream, note  # noqa: PLC0415
    from cachetui.insight.health.checks import check  # noqa: PLC0415
    from cachetui.insight.health.finding import in_order  # noqa: PLC0415

    predicate = None
    if terms:
        from cachetui.terms import parse_terms  # noqa: PLC0415

        predicate = parse_terms(terms)
    settings = Settings.of(context)
    with opened(settings) as cache:
        inventory = cache.inventory
        entries = inventory.entries if predicate is None else _matching(cache, predicate, settings)
        if predicate and not entries and not inventory.errors:
            if as_json:
                sys.stdout.write(document(inventory, (), None))
            note("Nothing in the cache matches.")
            return NO_MATCH
        findings, verified = (check(inventory, entries, now_ns=time.time_ns()) if entries else ()), None
        if deep and entries:
            verified = _verified(inventory, entries)
            findings = in_order([*findings, *verified.findings])
        if as_json:
            sys.stdout.write(document(inventory, findings, verified))
        else:
            for line in report(inventory, findings, verified, None if every else MOST_SHOWN):
                sys.stdout.write(for_stream(f"{line}\n", sys.stdout))
    if verified and verified.stopped:
        note("Stopped: not everything was read.")
        return INTERRUPTED
    return FAILED if findings or inventory.errors else DONE


def _matching(cache: Cache, predicate: Predicate, settings: Settings) -> tuple[Entry, ...]:
    from cachetui.cli.choosing import matching  # noqa: PLC0415

    return matching(cache.inventory.entries, predicate, settings)


def _verified(inventory: Inventory, entries: Sequence[Entry]) -> Verified:
    """Read everything, showing how far it is; Ctrl+C stops it."""
    from cachetui.cli.notes import Status  # noqa: PLC0415
    from cachetui.cli.removal_flow import interruptible  # noqa: PLC0415
    from cachetui.insight.health.verification import Progress, verify  # noqa: PLC0415
    from cachetui.text.format import disk_text  # noqa: PLC0415

    status = Status(sys.stderr)

    def report(progress: Progress) -> None:
        size = f"{disk_text(progress.read)} of {disk_text(progress.of_bytes)}"
        status.show(f"Verifying {progress.entries:,} of {progress.of:,}, {size}")

    with interruptible() as stop:
        try:
            return verify(inventory, entries, stop=stop, report=report)
        finally:
            status.clear()


def named(entry: Entry) -> str:
    """Return what an entry is called."""
    name = entry.filename or " ".join(filter(None, (entry.project, entry.version))) or entry.path
    return f"{name} ({entry.kind})" if entry.kind in ("metadata", "index") else name


def report(
    inventory: Inventory, findings: Sequence[Finding], verified: Verified | None, most: int | None
) -> Iterator[str]:
    """Yield the lines of the text form."""
    from textwrap import wrap  # noqa: PLC0415

    from cachetui.text.escape import escape_control  # noqa: PLC0415
    from cachetui.text.format import count, date, disk_text  # noqa: PLC0415

    for _, group in groupby(findings, key=lambda one: one.sort):
        same = list(group)
        meaning = same[0].meaning
        size = sum([inventory.by_path[one.path].disk_usage for one in same])
        yield f"{meaning.weight.upper()}: {meaning.title}: {count(len(same), 'entry')}, {disk_text(size)}"
        yield from wrap(f"{meaning.consequence} {meaning.way_out}", 78, initial_indent="  ", subsequent_indent="  ")
        for finding in same[:most]:
            entry = inventory.by_path[finding.path]
            yield f"  - {escape_control(named(entry))}: {escape_control(finding.words)}, {date(finding.since)}"
            if entry.filename or entry.project:
                yield f"    {escape_control(finding.path)}"
        if most is not None and len(same) > most:
            yield f"  … and {len(same) - most:,} more; --all names them"
        yield ""
    if verified:
        yield (
            f"{count(verified.proven, 'file')} proven by the hash that an index lists, "
            f"{verified.sound:,} without a known hash hold together."
        )
    if not findings:
        yield "Nothing is wrong." if verified else "Nothing is wrong, as far as can be seen; --deep reads everything."


def document(inventory: Inventory, findings: Sequence[Finding], verified: Verified | None) -> str:
    """Return the findings as JSON."""
    import json  # noqa: PLC0415 - seldom wanted

    from cachetui.report.entries_json import SCHEMA, clean  # noqa: PLC0415
    from cachetui.text.format import timestamp  # noqa: PLC0415

    told = {
        "schema": SCHEMA,
        "root": clean(inventory.root),
        "at": timestamp(time.time_ns()),
        "deep": None
        if verified is None
        else {"proven": verified.proven, "sound": verified.sound, "complete": not verified.stopped},
        "findings": [
            {
                "sort": one.sort,
                "weight": one.meaning.weight,
                "words": clean(one.words),
                "consequence": one.meaning.consequence,
                "way_out": one.meaning.way_out,
                "since": timestamp(one.since),
                "kind": entry.kind,
                "project": entry.project and clean(entry.project),
                "version": entry.version and clean(entry.version),
                "filename": entry.filename and clean(entry.filename),
                "paths": [clean(file.path) for file in entry.files] or [clean(entry.path)],
                "disk_usage": entry.disk_usage,
            }
            for one in findings
            for entry in [inventory.by_path[one.path]]
        ],
    }
    return f"{json.dumps(told, indent=1)}\n"
