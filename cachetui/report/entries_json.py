"""Entries as JSON, for scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import groupby
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import TYPE_CHECKING, Any, get_args

from cachetui.model import NS, Entry, Inventory, Rung
from cachetui.text.redact import PLAIN_ADDRESS, masked

if TYPE_CHECKING:  # a list does not need it
    from cachetui.removal.execute import RemovalOutcome
    from cachetui.removal.plan import Plan

SCHEMA = 1
"""Version of the format, increased with each change that breaks readers."""
DAY = 86_400
"""Number of seconds in a day."""
EPOCH = date(1970, 1, 1).toordinal()
MINUTES = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(1440)]
SECONDS = [f"{second:02}Z" for second in range(60)]
RUNGS = {None: "null"} | {rung: f'"{rung}"' for rung in get_args(Rung)}
project_of = attrgetter("project")
SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Return text with surrogates escaped, such as `\xNN` for a byte that was not UTF-8."""
    return SURROGATE.sub(_spell, text)


def _spell(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def quoted(text: str) -> str:
    """Return text as a JSON string in ASCII, with surrogates escaped as by `clean`."""
    return encode_basestring_ascii(clean(text))


def moment(ns: int | None) -> str:
    """Return a time in nanoseconds since the epoch as JSON: ISO 8601 in UTC, or null."""
    if ns is None:
        return "null"
    day, second = divmod(ns // NS, DAY)
    return f'"{_date(day)}T{MINUTES[second // 60]}{SECONDS[second % 60]}"'


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    """Return the date that is `day` days after the epoch, as ISO 8601; limited to the years 1 to 9999."""
    ordinal = min(max(day + EPOCH, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(ordinal).isoformat()


def entries_json(entries: Iterable[Entry], indent: str) -> str:
    """Return entries as JSON objects, each on its own line; each line after the first begins with `indent`."""
    entries, glue = tuple(entries), f",\n{indent}"
    written = glue.join([_entry(entry, encode_basestring_ascii) for entry in entries])
    if "\\" in written and r"\ud" in written:  # perhaps an unpaired surrogate
        written = glue.join([_entry(entry, quoted) for entry in entries])
    return written


def _entry(entry: Entry, quote: Callable[[str], str]) -> str:
    kind, files, path, downloaded, checked, read, project, version, filename, url, identified_by, *_ = entry
    if url is not None and not PLAIN_ADDRESS(url):
        url = masked(url)
    if len(files) == 2:  # the most common case
        (first, _, _, size, disk_usage, _, _), (second, _, _, more, more_disk_usage, _, _) = files
        paths = f"{quote(first)}, {quote(second)}"
        size += more
        disk_usage += more_disk_usage
    else:
        paths = ", ".join([quote(file[0]) for file in files]) if files else quote(path)
        size, disk_usage = entry.apparent_size, entry.disk_usage
    came = moment(downloaded)
    return (
        f'{{"kind": "{kind}", "project": {"null" if project is None else quote(project)}, '
        f'"version": {"null" if version is None else quote(version)}, '
        f'"filename": {"null" if filename is None else quote(filename)}, "paths": [{paths}], '
        f'"disk_usage": {disk_usage}, "apparent_size": {size}, '
        f'"downloaded": {came}, "checked": {came if checked == downloaded else moment(checked)}, '
        f'"read": {moment(read)}, "url": {"null" if url is None else quote(url)}, '
        f'"identified_by": {RUNGS[identified_by]}}}'
    )


def list_json(inventory: Inventory, entries: tuple[Entry, ...]) -> Iterator[str]:
    """Yield the parts of the JSON document that lists `entries`, which are in the inventory's order."""
    groups = [(name, [*own]) for name, own in groupby(entries, key=project_of)]
    sums = [_sums(own) for _, own in groups]
    disk, length = sum([one for one, _ in sums]), sum([one for _, one in sums])
    yield f'{{"schema": {SCHEMA}, "root": {quoted(inventory.root)}, "disk_usage": {disk}, "apparent_size": {length},\n'
    yield ' "projects": ['
    comma = other = ""
    for (name, own), (disk_usage, _) in zip(groups, sums, strict=True):
        if name is None:
            other = entries_json(own, "  ")
            continue
        yield f'{comma}\n  {{"project": {quoted(name)}, "disk_usage": {disk_usage}, "entries": [\n   '
        yield entries_json(own, "   ")
        yield "]}"
        comma = ","
    yield f'],\n "other": [{other}],\n "directories": {_directories(inventory)},\n "foreign": {_foreign(inventory)},\n'
    if inventory.copies:
        yield f' "copies": {json.dumps([*_copies(inventory, entries)])},\n'
    yield f' "errors": {_errors(inventory)}}}\n'


def _copies(inventory: Inventory, entries: Iterable[Entry]) -> Iterator[list[str]]:
    """Yield, for each file of `entries` that is stored several times, the paths of all entries that hold it."""
    told: set[str] = set()
    for entry in entries:
        if entry.path not in told and (others := inventory.copies.get(entry.path)):
            told.update((entry.path, *others))
            yield [clean(path) for path in (entry.path, *others)]


def _sums(entries: Iterable[Entry]) -> tuple[int, int]:
    """Return the allocated bytes and the total length of the files of entries; fields are read by index, for speed."""
    files = [file for entry in entries for file in entry[1]]
    return sum([file[4] for file in files]), sum([file[3] for file in files])


def removal_json(
    plan: Plan | None, outcome: RemovalOutcome | None, costs: Iterable[str] = (), to_free: int | None = None
) -> str:
    """Return a removal as a JSON document; `plan` is None if nothing was planned, `outcome` if nothing was carried out.

    `costs` are sentences that the user should know before agreeing. `to_free` is how many bytes the removal
    should free; None if the user gave no number.
    """
    frees = outcome.freed if outcome else plan.frees if plan else 0
    kept = outcome.kept if outcome else plan.kept if plan else ()
    document = {
        "removed": [clean(path) for path in outcome.removed] if outcome else [],
        "kept": [{"path": clean(path), "reason": clean(reason)} for path, reason in kept],
        "freed": outcome.freed + outcome.freed_directories if outcome else 0,
        "freed_files": outcome.freed if outcome else 0,
        "freed_directories": outcome.freed_directories if outcome else 0,
        "vanished": [clean(path) for path in outcome.vanished] if outcome else [],
        "frees": plan.frees + plan.frees_directories if plan else 0,
        "frees_files": plan.frees if plan else 0,
        "frees_directories": plan.frees_directories if plan else 0,
        "costs": [clean(sentence) for sentence in costs],
        "stopped": bool(outcome and outcome.stopped),
        "to_free": to_free,
        "short": None if to_free is None else max(0, to_free - frees),
    }
    planned = entries_json(plan.entries, "  ") if plan else ""
    return f'{{"schema": {SCHEMA}, "planned": [{planned}],\n {json.dumps(document)[1:]}\n'


def info_json(figures: dict[str, Any], inventory: Inventory) -> str:
    """Return the figures of `info` as a JSON document."""
    start = json.dumps({"schema": SCHEMA, **figures})[:-1]
    return (
        f'{start}, "directories": {_directories(inventory)}, "foreign": {_foreign(inventory)}, '
        f'"errors": {_errors(inventory)}}}\n'
    )


def _directories(inventory: Inventory) -> str:
    return json.dumps({"count": len(inventory.directories), "disk_usage": sum(inventory.directories.values())})


def _foreign(inventory: Inventory) -> str:
    return json.dumps({"files": len(inventory.foreign), "disk_usage": _usage(inventory)})


def _usage(inventory: Inventory) -> int:
    return sum([file.disk_usage for file in inventory.foreign])


def _errors(inventory: Inventory) -> str:
    return json.dumps([{"path": clean(error.path), "reason": clean(error.reason)} for error in inventory.errors])
