"""`cachetui info`: where the cache is, whether it is on, what is in it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from cachetui.cli.main import DONE, FAILED
from cachetui.cli.options import Settings, global_options

if TYPE_CHECKING:
    from cachetui.cli.cache import Cache
    from cachetui.model import Entry
    from cachetui.pip_settings.effective import PipSettings

AGES = ((7, "under a week"), (30, "a week to a month"), (90, "1 to 3 months"), (365, "3 to 12 months"))
"""Groups of age: days below which an entry falls into it, and its name."""
OLDEST = "over a year"
DAY_NS = 86_400 * 10**9


@click.command("info")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")
@click.option(
    "--pythons", "with_pythons", is_flag=True, help="Find the Pythons here, and show what each one's pip does."
)
@global_options
@click.pass_context
def command(context: click.Context, as_json: bool, with_pythons: bool) -> int:
    """Show where the cache is, whether pip uses it and why, and sizes by kind and age."""
    from cachetui.cli.cache import opened  # noqa: PLC0415 - the help page does without
    from cachetui.cli.notes import for_stream, note  # noqa: PLC0415
    from cachetui.text.redact import redact_urls  # noqa: PLC0415

    settings = Settings.of(context)
    with opened(settings) as cache:
        for sentence in cache.location.notes:
            note(redact_urls(sentence))
        if settings.python and not with_pythons:
            from cachetui.cli.pythons import named  # noqa: PLC0415 - runs it

            named(settings)
        if as_json:
            from cachetui.report.entries_json import info_json  # noqa: PLC0415

            known = figures(cache, time.time_ns())
            if with_pythons:
                from cachetui.cli.pythons import document  # noqa: PLC0415

                known["pythons"] = [document(one) for one in _pythons(settings)]
            sys.stdout.write(info_json(known, cache.inventory))
        else:
            for line in report(cache, time.time_ns()):
                sys.stdout.write(for_stream(f"{line}\n", sys.stdout))
            if with_pythons:
                from cachetui.cli.pythons import report as report_pythons  # noqa: PLC0415

                for line in report_pythons(_pythons(settings)):
                    sys.stdout.write(for_stream(f"{line}\n", sys.stdout))
    return FAILED if cache.inventory.errors else DONE


def _pythons(settings: Settings) -> Iterator[PipSettings]:
    """Yield what each Python's pip is told, as they are found."""
    from cachetui.cli.pythons import found  # noqa: PLC0415
    from cachetui.pip_settings.effective import settings_of  # noqa: PLC0415

    return map(settings_of, found(settings))


def figures(cache: Cache, now_ns: int) -> dict[str, Any]:
    """Return what there is to say, in the order and words of the JSON document."""
    from cachetui.model import KINDS  # noqa: PLC0415
    from cachetui.report.entries_json import clean  # noqa: PLC0415
    from cachetui.text.redact import redact_urls  # noqa: PLC0415

    location, inventory = cache
    entries = inventory.entries
    by_kind = {kind: [entry for entry in entries if entry.kind == kind] for kind in KINDS}
    bounds: list[int | None] = [0, *(days for days, _ in AGES), None]
    return {
        "root": clean(inventory.root),
        "said_by": clean(location.said_by),
        "enabled": location.enabled,
        "off_by": location.off_by and clean(redact_urls(location.off_by)),
        "notes": [clean(redact_urls(sentence)) for sentence in location.notes],
        "disk_usage": inventory.disk_usage,
        "apparent_size": inventory.apparent_size,
        "projects": len({entry.project for entry in entries if entry.project is not None}),
        "entries": len(entries),
        "files": sum([len(entry.files) for entry in entries]),
        "kinds": [{"kind": kind, **_sums(group)} for kind, group in by_kind.items() if group],
        "ages": [
            {"from_days": start, "to_days": end, **_sums(_between(entries, now_ns, start, end))}
            for start, end in pairwise(bounds)
        ],
    }


def _sums(entries: Sequence[Entry]) -> dict[str, int]:
    return {"entries": len(entries), "disk_usage": sum([entry.disk_usage for entry in entries])}


def _between(entries: Sequence[Entry], now_ns: int, start: int | None, end: int | None) -> list[Entry]:
    """Return the entries that came at least `start` and less than `end` days ago; the future counts as now."""
    days = [(max(0, now_ns - entry.downloaded) // DAY_NS, entry) for entry in entries]
    return [entry for age, entry in days if age >= (start or 0) and (end is None or age < end)]


def report(cache: Cache, now_ns: int) -> Iterator[str]:
    """Yield the lines of the text form."""
    from cachetui.text.escape import escape_control  # noqa: PLC0415
    from cachetui.text.format import count, disk_text  # noqa: PLC0415
    from cachetui.text.redact import redact_urls  # noqa: PLC0415

    location, inventory = cache
    known = figures(cache, now_ns)
    yield f"Cache        {escape_control(str(location.root))}"
    if inventory.root != str(location.root):
        yield f"Really       {escape_control(inventory.root)}"
    yield f"Named by     {escape_control(location.said_by)}"
    yield (
        "State        on"
        if location.enabled
        else f"State        off, by {escape_control(redact_urls(location.off_by or '?'))}"
    )
    size, length = disk_text(known["disk_usage"]), disk_text(known["apparent_size"])
    yield f"Disk usage   {size}, apparent size {length}"
    yield (
        f"Holds        {count(known['projects'], 'project')}, {count(known['entries'], 'entry')}, "
        f"{count(known['files'], 'file')}"
    )
    directories = inventory.directories
    yield f"Directories  {len(directories):,}, {disk_text(sum(directories.values()))}"
    foreign = sum([file.disk_usage for file in inventory.foreign])
    yield f"Not pip's    {count(len(inventory.foreign), 'file')}, {disk_text(foreign)}"
    if known["entries"]:
        names = [name for _, name in AGES] + [OLDEST]
        yield from _table("Kind", [(row["kind"], row) for row in known["kinds"]])
        yield from _table("Downloaded", list(zip(names, known["ages"], strict=True)))


def _table(title: str, rows: Sequence[tuple[str, dict[str, int]]]) -> Iterator[str]:
    from cachetui.text.format import disk_text  # noqa: PLC0415

    yield ""
    yield f"{title:<18}{'Disk':>9}{'Entries':>9}"
    for name, row in rows:
        yield f"{name:<18}{disk_text(row['disk_usage']):>9}{row['entries']:>9,}"
