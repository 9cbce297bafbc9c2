"""Plan of a removal: what is removed, what stays and why, decided before anything is changed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import methodcaller
from pathlib import Path
from typing import NamedTuple

from cachetui.model import Entry, File, Inventory
from cachetui.removal.forbidden_roots import refuse
from cachetui.removal.in_use import build_times, costs_of_staying, reason_to_stay
from cachetui.removal.recheck import recheck, removable
from cachetui.removal.rights import DENIALS, denied

SERVES = "serves a wheel that stays as well"
"""Reason to keep an origin that several wheels share."""
BELONGS = "belongs to what stays"
"""Why the other files of an entry stay if one of them does."""
DEPTH = methodcaller("count", "/")
"""Function that returns the depth of a path."""
PROTECTED = "protected by the preferences"
"""Reason to keep an entry that the user has protected."""
AGAIN = "pip must build {} again when needed"
"""Cost of removing wheels that were built here."""


LAYERS = "the disk gets back only what was written here: what a container's image brought stays in the image"
"""The limit of what a removal frees on a file system made of layers."""


class Kept(NamedTuple):
    """An item that was requested for removal but stays."""

    path: str
    """Path of the file or entry, relative to the root."""
    reason: str
    """Reason why it stays, without a full stop."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The files and directories that a removal deletes, and the items that it keeps."""

    root: str
    """Resolved absolute path of the root."""
    device: int
    """Device number of the root at the time of the scan."""
    inode: int
    """Inode number of the root at the time of the scan."""
    entries: tuple[Entry, ...] = ()
    """Entries to remove, in the inventory's order; each has only the files to remove, in order of removal."""
    kept: tuple[Kept, ...] = ()
    """Files and entries that were requested for removal but stay, with the reasons."""
    directories: tuple[str, ...] = ()
    """Directories that this removal empties and deletes, relative to the root, deepest first."""
    frees: int = 0
    """Bytes to be freed: the blocks of inodes that lose their last link, and of the directories."""
    costs: tuple[str, ...] = ()
    """Costs that the user should know before agreeing: short sentences without a full stop."""
    by_length: bool = False
    """Whether the file system reports no blocks, so that lengths count."""
    layered: bool = False
    """Whether the file system is made of layers: what lies in a lower one is not given back."""
    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Files that are removed only after others. Each path maps to the paths that must be removed first."""

    @property
    def files(self) -> int:
        """Number of files to remove."""
        return sum([len(entry.files) for entry in self.entries])


def plan_removal(
    inventory: Inventory,
    entries: Iterable[Entry],
    *,
    now_ns: int,
    pips: tuple[int, ...] = (),
    named: bool = False,
    purge: bool = False,
    protected: Collection[str] = frozenset(),
    home: Path | None = None,
) -> Plan:
    """Decide which of `entries` can be removed from the cache that `inventory` describes.

    `now_ns` is the present time in nanoseconds since the epoch, and `pips` are the process ids of running
    pips. `named` says whether the user named the root explicitly, and `purge` whether everything is to be
    removed. `protected` holds the paths of entries that always stay. `home` replaces the user's home
    directory. Raises RefusedError for a root or an inventory from which nothing may be removed.
    """
    refuse(inventory, named=named, purge=purge, home=home)
    asked = {entry.path: entry for entry in entries}
    listed = [
        entry
        for entry in inventory.entries
        if (wish := asked.get(entry.path)) is entry or (wish and wish.files == entry.files)
    ]
    fine = {entry.path for entry in listed}
    kept = [Kept(path, "not as it was when the cache was read: read it again") for path in asked if path not in fine]
    unlike, seen = recheck(inventory, listed)
    newest = build_times(inventory.entries)
    newest |= {folder: max(at, newest[folder]) for folder, at in seen.items()}
    reasons: Counter[str] = Counter()
    changed = 0
    going = []
    for entry in listed:
        if entry.path in protected:
            kept.append(Kept(entry.path, PROTECTED))
        elif reason := reason_to_stay(entry, now_ns, pips, newest):
            kept.append(Kept(entry.path, reason))
            reasons[entry.kind] += 1
        elif entry.path in unlike:
            kept.append(Kept(entry.path, unlike[entry.path]))
            changed += unlike[entry.path] not in DENIALS
        else:
            going.append(entry)
    going, companions, shared = _place_companions(inventory, going)
    kept += shared
    directories = _emptied(inventory, going, companions)
    return Plan(
        root=inventory.root,
        device=inventory.device,
        inode=inventory.inode,
        entries=tuple(going),
        kept=tuple(kept),
        directories=directories,
        frees=_freed_by(going) + sum([inventory.directories[path] for path in directories]),
        costs=(
            *_costs(going, layered=inventory.layered),
            *costs_of_staying(pips, reasons, changed),
            *costs_of_rights(inventory.root, kept),
        ),
        by_length=inventory.by_length,
        layered=inventory.layered,
        companions=companions,
    )


def _place_companions(
    inventory: Inventory, going: list[Entry]
) -> tuple[list[Entry], Mapping[str, tuple[str, ...]], list[Kept]]:
    """Move each companion to the end of the last entry that it waits for; leave out those that must stay."""
    if not inventory.companions:
        return going, {}, []
    concerned = {*inventory.companions, *chain.from_iterable(inventory.companions.values())}
    owners = {file.path: index for index, entry in enumerate(going) for file in entry.files if file.path in concerned}
    known = {file.path: file for entry in inventory.entries for file in entry.files if file.path in concerned}
    companions: dict[str, tuple[str, ...]] = {}
    kept: list[Kept] = []
    gained: dict[int, list[File]] = {}
    lost: set[str] = set()
    for path, waits_for in inventory.companions.items():
        takers = [owners[other] for other in waits_for if other in owners]
        stays = len(takers) < len(waits_for)
        if path in owners and stays:
            kept.append(Kept(path, SERVES))
            lost.add(path)
        elif takers and not stays and path in known:
            companions[path] = waits_for
            lost.add(path)
            last = max(takers, key=lambda index: going[index].path)
            gained.setdefault(last, []).append(known[path])
    placed = list(going)
    for index in {*gained, *(owners[path] for path in lost if path in owners)}:
        own = [file for file in going[index].files if file.path not in lost]
        placed[index] = going[index]._replace(files=(*own, *gained.get(index, ())))
    return placed, companions, kept


def _emptied(inventory: Inventory, going: list[Entry], companions: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the directories that will be empty without `going`, deepest first, according to the scan."""
    directories = inventory.directories
    left: dict[str, None] = {}  # directories that lose files, and all above them
    full: dict[str, None] = {}  # directories that keep files, and all above them
    ordered: list[str] = []
    planned = {}
    for entry in going:
        planned[entry.path] = entry
        for file in entry.files:
            if (parent := file.path.rpartition("/")[0]) not in left:
                _climb(parent, left)
        if not entry.files and entry.path in directories:
            ordered = ordered or sorted(directories)
            left.update(dict.fromkeys(subtree(ordered, entry.path)))
            _climb(entry.path.rpartition("/")[0], left)
    for entry in inventory.entries:
        if (goes := planned.get(entry.path)) is not entry:
            for file in entry.files:
                stays = file.path not in companions and (goes is None or file not in goes.files)
                if stays and (parent := file.path.rpartition("/")[0]) in left:
                    _climb(parent, full)
    for path in (*[file.path for file in inventory.foreign], *(directories.keys() - left.keys())):
        if (parent := path.rpartition("/")[0]) in left:
            _climb(parent, full)
    for path in (*(left.keys() & inventory.kept_directories), *(left.keys() - directories.keys())):
        _climb(path, full)
    for unreadable in inventory.errors:  # an unreadable directory may not be empty
        _climb(unreadable.path, full)
    _keep_irremovable(inventory, left, full)
    return tuple(sorted([path for path in left if path not in full], key=DEPTH, reverse=True))


def _keep_irremovable(inventory: Inventory, left: Mapping[str, None], full: dict[str, None]) -> None:
    """Add directories that the user may not remove to `full`, which holds those that stay and all above them."""
    emptied = [path for path in left if path not in full]
    allowed = removable(inventory, emptied)
    for path in emptied:
        if path not in allowed:
            _climb(path, full)


def _climb(path: str, places: dict[str, None]) -> None:
    """Add a path and all paths above it to `places`.

    If a path is in `places`, all paths above it must be there, too.
    """
    while path not in places:
        places[path] = None
        path = path.rpartition("/")[0]


def subtree(ordered: Sequence[str], top: str) -> list[str]:
    """Return `top` and the paths below it, from sorted paths."""
    start = bisect_left(ordered, f"{top}/")
    return [top, *ordered[start : bisect_left(ordered, f"{top}0", start)]]  # "0" comes right after "/"


def _freed_by(going: list[Entry]) -> int:
    """Return the allocated bytes of inodes that lose their last link."""
    links: Counter[tuple[int, int]] = Counter()
    usage: Counter[tuple[int, int]] = Counter()
    freed = 0
    for entry in going:
        for file in entry.files:
            if file.links > 1:
                inode = file.device, file.inode
                links[inode] += 1
                usage[inode] += file.disk_usage
                if links[inode] == file.links:
                    freed += usage[inode]
            else:
                freed += file.disk_usage
    return freed


def costs_of_rights(root: str, kept: Iterable[Kept]) -> Iterator[str]:
    """Yield a line on each reason for which the user may not remove something, with the way out."""
    for reason, number, remedy in denied(root, kept):
        yield f"{'1 thing stays' if number == 1 else f'{number:,} things stay'}: {reason}; {remedy}"


def _costs(going: list[Entry], *, layered: bool) -> Iterator[str]:
    """Yield the costs of the removal, one line each."""
    if going and layered:
        yield LAYERS
    built = sum([entry.kind == "built" for entry in going])
    if built:
        yield (
            f"1 built wheel: {AGAIN.format('it')}" if built == 1 else f"{built:,} built wheels: {AGAIN.format('them')}"
        )
    linked = len([file for entry in going for file in entry.files if file.links > 1])
    if linked:
        yield f"{'1 file has' if linked == 1 else f'{linked:,} files have'} further names: space is freed with the last"
