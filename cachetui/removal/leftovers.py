"""Leftovers that somebody may still be using: no count of leftovers has them, and no removal takes them."""

from __future__ import annotations

from cachetui.model import Inventory
from cachetui.removal.in_use import build_times, folder_of, reason_to_stay
from cachetui.removal.recheck import recheck


def leftovers_in_use(inventory: Inventory, now_ns: int) -> frozenset[str]:
    """Return the paths of the leftovers that a removal would leave now, whether or not a pip runs.

    `now_ns` is the present in nanoseconds since the epoch. Folders that wheels are built in are looked at on the disk.
    """
    leftovers = [entry for entry in inventory.entries if entry[0] == "leftover"]
    building = [entry for entry in leftovers if folder_of(entry)]
    unlike, seen = recheck(inventory, building) if building else ({}, {})
    times = build_times(building) | seen
    return frozenset(
        [entry.path for entry in leftovers if entry.path in unlike or reason_to_stay(entry, now_ns, (), times)]
    )
