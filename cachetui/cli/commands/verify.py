"""`cachetui verify`: find problems in the cache."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import click

from cachetui.cli.cache import matching, opened, warn_of_no_match, warn_of_unmatched
from cachetui.cli.console import Status, say, warn
from cachetui.cli.exit_codes import DONE, FAILED, NO_MATCH
from cachetui.cli.help_format import Command
from cachetui.cli.options import global_options, options_of, suggest_terms
from cachetui.cli.signals import interruptible, stopped_code
from cachetui.insight.health.finding import Finding, in_order
from cachetui.insight.health.verification import VerificationProgress, Verified
from cachetui.model import Entry, Inventory
from cachetui.preferences.file import read_preferences
from cachetui.report.health_json import health_json
from cachetui.report.health_text import findings_text
from cachetui.services.cache import cache_option
from cachetui.services.verification import find_problems, verify_entries
from cachetui.terms import parse_terms
from cachetui.text.format import disk_text

MOST_SHOWN = 10
"""Maximum number of entries that the text names for each type of finding, without --all."""


@click.command(
    "verify",
    cls=Command,
    examples=[
        ("cachetui verify", "What can be seen without reading the files."),
        ("cachetui verify --deep torch", "Read all of torch, and compare it with known hashes."),
        ("cachetui verify --json > health.json", "Every finding with every entry."),
    ],
)
@click.argument("terms", metavar="[TERM]...", nargs=-1, shell_complete=suggest_terms)
@click.option("--deep", is_flag=True, help="Read all files, and compare them with known hashes.")
@click.option("--all", "every", is_flag=True, help=f"Name every entry, not the first {MOST_SHOWN} of each finding.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@global_options
@click.pass_context
def command(context: click.Context, terms: tuple[str, ...], deep: bool, every: bool, as_json: bool) -> int:
    """Look for what is damaged, left behind or not what it should be, in all of the cache or in what TERMs match.

    Without --deep, whole archives are not read: only what is quick is checked, such as lengths, owners, missing
    files, and what cached index pages say. The exit code is 1 if anything is found, apart from notices. More:
    cachetui help verify.
    """
    predicate = parse_terms(terms) if terms else None
    options = options_of(context)
    with opened(options) as (location, inventory):
        entries, cache = inventory.entries, cache_option(location, options)
        if predicate:
            entries = matching(inventory, predicate, options)
        if predicate and not entries and not inventory.errors:
            if as_json:
                sys.stdout.write(health_json(inventory, (), None, now_ns=time.time_ns()))
            warn_of_no_match(predicate, inventory)
            return NO_MATCH
        if predicate and entries:
            warn_of_unmatched(predicate, entries, inventory)
        checked = None if predicate is None else entries
        findings: tuple[Finding, ...] = ()
        verified = None
        if inventory.directories or inventory.links or inventory.conduct.unpacked:  # the last is refused
            findings = find_problems(
                inventory,
                checked,
                now_ns=time.time_ns(),
                pip=location.pip,
                fresh_hours=read_preferences().fresh_hours,
                memory=options.scan_memory,
            )
        if deep and entries:
            verified = _verified(inventory, entries)
            findings = in_order([*findings, *verified.findings])
        if as_json:
            sys.stdout.write(health_json(inventory, findings, verified, now_ns=time.time_ns(), cache=cache))
        else:
            for line in findings_text(inventory, findings, verified, None if every else MOST_SHOWN, cache):
                say(line)
    if verified and verified.stopped:
        warn("Stopped: not everything was read.")
        return stopped_code()
    wrong = any(one.meaning.severity != "notice" for one in findings)
    return FAILED if wrong or inventory.errors else DONE


def _verified(inventory: Inventory, entries: Sequence[Entry]) -> Verified:
    """Verify entries, showing progress; Ctrl+C stops the verification."""

    def report(progress: VerificationProgress) -> None:
        size = f"{disk_text(progress.read)} of {disk_text(progress.of_bytes)}"
        status.show(f"Verifying {progress.entries:,} of {progress.of:,}, {size}")

    with interruptible() as stop, Status() as status:
        return verify_entries(inventory, entries, stop=stop, report=report)
