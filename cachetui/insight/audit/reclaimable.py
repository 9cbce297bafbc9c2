"""Disk space that a removal would free: files, and directories left empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from cachetui.model import Entry, File, Inventory
from cachetui.removal.in_use import folder_of
from cachetui.removal.leftovers import leftovers_in_use

EVERY = -1
"""Set of all choices. A set of choices is an integer with one bit for each choice."""


class Freed(NamedTuple):
    """Allocated bytes that a removal would free."""

    files: int
    """Allocated bytes of inodes that lose their last name."""
    directories: int
    """Allocated bytes of directories left empty."""


def freed(inventory: Inventory, choices: Sequence[Collection[Entry]], now_ns: int) -> list[Freed]:
    """Return what the removal of each choice would free, judged by the scan.

    `now_ns` is the current time in nanoseconds since the epoch: entries that may still be in use stay and do
    not count. Folders in which pip builds wheels are checked on the disk; running pips are not considered.
    One pass over all entries serves all choices, because a removal plan for each choice would take long.
    """
    goes = _goes(inventory, choices, now_ns)
    shared = _shared(inventory, goes)
    files: Counter[int] = Counter()
    folders: dict[str, int] = {}
    linked: dict[int, list[tuple[File, int]]] = {}
    for entry in inventory.entries:
        own = goes.get(entry[2], 0)
        for file in entry[1]:  # by index: faster for many entries
            path = file[0]
            mask = shared.get(path, own) if shared else own
            folder = path.rpartition("/")[0]
            folders[folder] = folders.get(folder, EVERY) & mask
            if file[5] == 1:
                files[mask] += file[4]
            else:
                linked.setdefault(file[1], []).append((file, mask))
    for names in linked.values():
        together = EVERY if len(names) == names[0][0].links else 0
        for _, mask in names:
            together &= mask
        files[together] += sum([file.disk_usage for file, _ in names])
    directories = _emptied(inventory, folders, goes)
    return [Freed(_sum(files, number), _sum(directories, number)) for number in range(len(choices))]


def _sum(amounts: Mapping[int, int], number: int) -> int:
    """Return the sum of all amounts that belong to a choice."""
    return sum([amount for mask, amount in amounts.items() if mask >> number & 1])


def _goes(inventory: Inventory, choices: Sequence[Collection[Entry]], now_ns: int) -> dict[str, int]:
    """Return the set of choices that remove each entry; a folder for builds is removed as a whole."""
    goes: dict[str, int] = {}
    for number, chosen in enumerate(choices):
        bit = 1 << number
        for entry in chosen:
            goes[entry[2]] = goes.get(entry[2], 0) | bit
    stay = leftovers_in_use(inventory, now_ns)
    leftovers = [entry for entry in inventory.entries if entry[0] == "leftover"]
    whole: dict[str | None, int] = {}
    for entry in leftovers:
        if folder := folder_of(entry):
            whole[folder] = whole.get(folder, EVERY) & goes.get(entry.path, 0)
    for entry in leftovers:
        if entry.path in stay:
            goes[entry.path] = 0
        elif folder := folder_of(entry):
            goes[entry.path] = whole[folder]
    return goes


def _shared(inventory: Inventory, goes: Mapping[str, int]) -> dict[str, int]:
    """Return the set of choices that remove each shared file: it is removed with the last of its entries."""
    if not inventory.companions:
        return {}
    waited_for = {path for waits_for in inventory.companions.values() for path in waits_for}
    owners = {
        file.path: goes.get(entry.path, 0)
        for entry in inventory.entries
        for file in entry.files
        if file.path in waited_for
    }
    shared = {}
    for path, waits_for in inventory.companions.items():
        shared[path] = EVERY if waits_for else 0
        for other in waits_for:
            shared[path] &= owners.get(other, 0)
    return shared


def _emptied(inventory: Inventory, folders: Mapping[str, int], goes: Mapping[str, int]) -> Mapping[int, int]:
    """Return the allocated bytes of directories left empty, by the set of choices that empty them.

    `folders` holds the set of choices that remove all files directly in a directory.
    """
    empties = {entry.path: goes.get(entry.path, 0) for entry in inventory.entries if not entry[1]}
    stay = {*inventory.kept_directories, *[error.path for error in inventory.errors]}
    for path in (*[file.path for file in inventory.foreign], *[error.path for error in inventory.errors]):
        stay.add(path.rpartition("/")[0])
    index, above = _tree(inventory.directories)
    goes_there = [folders.get(path, EVERY) for path in index]
    found: dict[int, int] = {}
    for path, place in reversed(index.items()):
        mask = goes_there[place]
        if mask and path in stay:
            mask = 0
        elif mask == EVERY:  # the directory was empty before
            mask = _of_empty(path, empties)
        if mask:
            found[mask] = found.get(mask, 0) + inventory.directories[path]
        goes_there[above[place]] &= mask
    return found


def _tree(directories: Iterable[str]) -> tuple[dict[str, int], list[int]]:
    """Return a number for each directory, and a list of the parents' numbers in the same order.

    A parent has a smaller number than its children. A directory without a parent counts as its own parent.
    """
    index = {path: number for number, path in enumerate(directories)}
    above = [index.get(path.rpartition("/")[0], number) for number, path in enumerate(index)]
    in_order = all(parent <= number for number, parent in enumerate(above))  # the order of a scan
    return (index, above) if in_order else _tree(sorted(directories))


def _of_empty(path: str, empties: Mapping[str, int]) -> int:
    """Return the set of choices that remove an empty directory: those that remove its entry."""
    while path and path not in empties:
        path = path.rpartition("/")[0]
    return empties.get(path, 0)
