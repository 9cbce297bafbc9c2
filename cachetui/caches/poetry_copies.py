"""Files that poetry's cache stores several times: as an artifact, and in the HTTP records of repositories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from cachetui.model import Entry, Inventory

LONGEST_HEADERS = 65_536
"""Maximum number of bytes by which a record with its body inside is longer than the body."""


def with_copies(inventory: Inventory) -> Inventory:
    """Return the inventory with `copies` and `twins`.

    The twins of an artifact are the HTTP records that hold the same file. The artifact also gets the URL of one of
    them, if any is known.
    """
    named: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in inventory.entries:
        if entry.kind in ("wheel", "sdist") and entry.project and entry.filename:
            named[entry.project, entry.filename].append(entry)
    copies: dict[str, tuple[str, ...]] = {}
    twins: dict[str, tuple[str, ...]] = {}
    urls: dict[str, str] = {}
    for some in named.values():
        for same in _groups(some) if len(some) > 1 else ():
            paths = [entry.path for entry in same]
            downloads = [entry for entry in same if entry.checked is not None]
            for entry in same:
                copies[entry.path] = tuple([path for path in paths if path != entry.path])
                if entry.checked is None and downloads:
                    twins[entry.path] = tuple([one.path for one in downloads])
                    if url := next((one.url for one in downloads if one.url), None):
                        urls[entry.path] = url
    entries = [entry._replace(url=urls[entry.path]) if entry.path in urls else entry for entry in inventory.entries]
    return replace(inventory, entries=tuple(entries), copies=copies, twins=twins)


def _groups(some: Iterable[Entry]) -> list[list[Entry]]:
    """Group entries, all of the same file name, by the length of their bodies; groups of one are left out.

    The length of a body inside a record is not known: its entry joins the group of the longest body that fits into the
    record. If none fits, it joins other records of the same length.
    """
    by_length: dict[int, list[Entry]] = defaultdict(list)
    inside = []
    for entry in some:
        if entry.body:
            by_length[entry.body.size].append(entry)
        else:
            inside.append(entry)
    for entry in inside:
        size = entry.content.size
        fitting = [length for length in by_length if 0 <= length < size <= length + LONGEST_HEADERS]
        by_length[max(fitting, default=-size)].append(entry)
    return [same for same in by_length.values() if len(same) > 1]
