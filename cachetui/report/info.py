"""Location and totals of a cache, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from cachetui.caches.source import OtherCache
from cachetui.model import KINDS, Entry, Inventory
from cachetui.pip.config.location import Location
from cachetui.report.cache_notes import cache_notes
from cachetui.report.entries_json import clean
from cachetui.report.other_caches import other_cache_lines, other_caches_json
from cachetui.text.escape import escape_control
from cachetui.text.format import count, disk_text
from cachetui.text.redact import redact_urls
from cachetui.text.styled import heading, styled

AGES = ((7, "under a week"), (30, "a week to a month"), (90, "1 to 3 months"), (365, "3 to 12 months"))
"""Age groups, each with its upper limit in days (exclusive) and its name."""
OLDEST = "over a year"
NOT_COUNTED = "not opened, not counted"
"""Text in place of the figures of a directory in the root that is no part of the cache."""
DAY_NS = 86_400 * 10**9


def info_figures(
    location: Location, inventory: Inventory, now_ns: int, others: Iterable[OtherCache] = ()
) -> dict[str, Any]:
    """Return the location and the totals of a cache, with the keys of the JSON document and in its order.

    `others` are the other caches on this machine.
    """
    entries = inventory.entries
    by_kind = {kind: [entry for entry in entries if entry.kind == kind] for kind in KINDS}
    bounds: list[int | None] = [0, *(days for days, _ in AGES), None]
    return {
        "root": clean(inventory.root),
        "said_by": clean(location.said_by),
        "enabled": location.enabled,
        "off_by": location.off_by and clean(redact_urls(location.off_by)),
        "notes": [clean(redact_urls(sentence)) for sentence in (*location.notes, *cache_notes(inventory))],
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
        "other_caches": other_caches_json(others),
        "closed": [clean(name) for name in inventory.closed],
    }


def _sums(entries: Sequence[Entry]) -> dict[str, int]:
    return {"entries": len(entries), "disk_usage": sum([entry.disk_usage for entry in entries])}


def _between(entries: Sequence[Entry], now_ns: int, start: int | None, end: int | None) -> list[Entry]:
    """Return the entries that are at least `start` and less than `end` days old; a time in the future counts as now.

    None stands for no limit.
    """
    days = [(max(0, now_ns - entry.downloaded) // DAY_NS, entry) for entry in entries]
    return [entry for age, entry in days if age >= (start or 0) and (end is None or age < end)]


def info_text(
    location: Location, inventory: Inventory, now_ns: int, others: Sequence[OtherCache] = ()
) -> Iterator[str]:
    """Yield the location and the totals of a cache as lines of text; `others` are the other caches on this machine."""
    known = info_figures(location, inventory, now_ns)
    yield f"Cache        {escape_control(location.name)}"
    if inventory.root != str(location.root) and not inventory.made_up:
        yield f"Really       {escape_control(inventory.root)}"
    yield f"Named by     {escape_control(location.said_by)}"
    yield (
        "State        on"
        if location.enabled
        else styled("State        ", ("warning", "off"), f", by {escape_control(redact_urls(location.off_by or '?'))}")
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
    not_its = f"Not {inventory.conduct.tool}'s"
    yield f"{not_its:<13}{count(len(inventory.foreign), 'file')}, {disk_text(foreign)}"
    for name in inventory.closed:
        yield f"{f'{name}/':<13}{NOT_COUNTED}"
    if known["entries"]:
        names = [name for _, name in AGES] + [OLDEST]
        yield from _table("Kind", [(row["kind"], row) for row in known["kinds"]])
        yield from _table("Downloaded", list(zip(names, known["ages"], strict=True)))
    if others:
        yield ""
        yield from other_cache_lines(others)


def _table(title: str, rows: Sequence[tuple[str, dict[str, int]]]) -> Iterator[str]:
    yield ""
    yield heading(f"{title:<18}{'Disk':>9}{'Entries':>9}")
    for name, row in rows:
        yield f"{name:<18}{disk_text(row['disk_usage']):>9}{row['entries']:>9,}"
