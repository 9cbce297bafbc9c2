"""uv's own commands that remove entries, and what each removes.

Source: what `uv cache clean` and `uv cache prune` of uv 0.13 removed from caches that uv 0.4, 0.9 and 0.13 filled.
`clean NAME` removes all versions of a project from the newest buckets, but leaves editable builds. `prune` removes
buckets of older formats, every cached environment, and the archives that nothing leads to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from packaging.utils import is_normalized_name

from cachetui.caches.source import ToolCommand
from cachetui.caches.uv_layout import Bucket, buckets_of
from cachetui.model import Entry, Inventory

CLEAN, PRUNE = ("uv", "cache", "clean"), ("uv", "cache", "prune")


def commands(inventory: Inventory, chosen: Collection[Entry]) -> list[ToolCommand]:
    """Return the fewest commands that remove the chosen entries; they may remove other entries, too.

    If none are chosen, return the command that removes what uv does not use. If an entry is removed only by
    `uv cache clean` without a name, which removes everything, no command for it is returned unless every entry is
    chosen.
    """
    entries = inventory.entries
    if chosen and len(chosen) == len(entries):
        return [ToolCommand(CLEAN, entries)]
    buckets = buckets_of({path.partition("/")[0] for path in inventory.directories})
    names = sorted({entry.project for entry in chosen if entry.project and is_cleaned(entry, buckets)})
    found = []
    if names:
        wanted = frozenset(names)
        taken = tuple([entry for entry in entries if entry.project in wanted and is_cleaned(entry, buckets)])
        found.append(ToolCommand((*CLEAN, *names), taken))
    if not chosen or any(is_pruned(entry, buckets) for entry in chosen):
        found.append(ToolCommand(PRUNE, tuple([entry for entry in entries if is_pruned(entry, buckets)])))
    return found


def is_pruned(entry: Entry, buckets: Mapping[str, Bucket]) -> bool:
    """Return whether `uv cache prune` removes an entry."""
    bucket = buckets.get(entry.path.partition("/")[0])
    return entry.kind in ("environment", "leftover") or (bucket is not None and bucket.is_stale)


def is_cleaned(entry: Entry, buckets: Mapping[str, Bucket]) -> bool:
    """Return whether `uv cache clean` with the name of the entry's project removes the entry.

    False for an invalid name, such as that of a folder that somebody made: it must not get into a command.
    """
    if entry.project is None or not is_normalized_name(entry.project):
        return False
    return not is_pruned(entry, buckets) and entry.path.split("/")[1:2] != ["editable"]
