"""Plan of a removal: what is removed, what stays and why, decided before anything is changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from cachetui.conduct import PIP, Conduct
from cachetui.model import Entry, File, Inventory
from cachetui.removal.emptied import DirectoryCounts
from cachetui.removal.forbidden_roots import refuse
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.in_use import running_words
from cachetui.removal.reasons_to_stay import reasons
from cachetui.removal.recheck import recheck, removable
from cachetui.removal.rights import denied
from cachetui.removal.together import groups

SERVES = "also belongs to a wheel that is kept"
"""Reason to keep an origin that several wheels share."""
BELONGS = "belongs to something that is kept"
"""Reason to keep the remaining files of an entry and its twins if one of the files stays."""
STALE = "changed since the cache was read: read it again"
"""Reason to keep an entry that the inventory does not contain, or contains with other files."""
AGAIN = "{} must build {} again when needed"
"""Cost of removing wheels that were built here."""
TOOL_RUNS = "{}, and may be using the cache"
"""Note about a removal while a program that uses the cache is running."""
LAYERS = "the disk gets back only what was written here: what a container's image brought stays in the image"
"""Note about what a removal frees on a file system with layers."""


class Kept(NamedTuple):
    """An item that was to be removed but stays."""

    path: str
    """Path of the file, entry or directory, relative to the root."""
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
    """Bytes of files to be freed: the blocks of inodes that lose their last link."""
    frees_directories: int = 0
    """Allocated bytes of `directories`, which are freed in addition to `frees`."""
    costs: tuple[str, ...] = ()
    """Costs that the user should know before agreeing: short sentences without a full stop."""
    by_length: bool = False
    """Whether sizes are the lengths of files, because the file system reports no blocks or the cache is made up."""
    layered: bool = False
    """Whether the file system has layers: space used in a lower layer is not freed."""
    conduct: Conduct = PIP
    """How the program that fills the cache uses it."""
    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Files that are removed only after others. Each path maps to the paths that must be removed first."""
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Entries that all go or all stay: an entry's path maps to its twins' paths, even if they are not in the plan."""

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
    """Decide which of `entries`, and of their twins, can be removed from the cache that `inventory` describes.

    `now_ns` is the current time in nanoseconds since the epoch, and `pips` are the process ids of running
    programs that use the cache. `named` says whether the user named the root explicitly, and `purge` whether
    everything is to be removed. `protected` holds the paths of entries that always stay. `home` replaces the user's
    home directories. Raises RefusedError for a root or an inventory from which nothing may be removed.
    """
    refuse(inventory, named=named, purge=purge, home=home)
    asked = {entry.path: entry for entry in entries}
    twins = {twin.path: twin for twin in inventory.twins_of(asked.values())}
    asked |= twins
    listed = [
        entry
        for entry in inventory.entries
        if (wish := asked.get(entry.path)) is entry or (wish and wish.files == entry.files)
    ]
    fine = {entry.path for entry in listed}
    kept = [Kept(path, STALE) for path in asked if path not in fine]
    unlike, seen = recheck(inventory, listed)
    stays = reasons(inventory, listed, unlike, seen, now_ns=now_ns, pips=pips, protected=protected)
    for group in groups(asked, inventory.twins):
        reason = next((reason for path in group if (reason := stays.get(path, STALE))), None)
        stays |= {path: stays.get(path) or reason for path in group}
    if twins:  # twins are removed only with an entry that is removed
        sure = [one for one in listed if one.path not in twins and stays[one.path] is None]
        taken = {twin.path for twin in inventory.twins_of(sure)}
        listed = [entry for entry in listed if entry.path not in twins or entry.path in taken]
    kept += [Kept(entry.path, reason) for entry in listed if (reason := stays[entry.path]) is not None]
    going = [entry for entry in listed if stays[entry.path] is None]
    frees = Outlook.of(inventory).frees(going)
    going, companions, shared = place_companions(inventory, going)
    kept += shared
    contents = DirectoryCounts(inventory)
    directories = _without_irremovable(inventory, contents.emptied(going))
    is_unsaid = bool(pips) and all(one.reason != running_words(inventory.conduct) for one in kept)
    return Plan(
        root=inventory.root,
        device=inventory.device,
        inode=inventory.inode,
        entries=tuple(going),
        kept=tuple(kept),
        directories=directories,
        frees=frees,
        frees_directories=contents.disk_usage(directories),
        costs=(*_costs(inventory, going, runs=is_unsaid), *costs_of_rights(inventory.root, kept)),
        by_length=inventory.by_length,
        layered=inventory.layered,
        conduct=inventory.conduct,
        companions=companions,
        twins=inventory.twins,
    )


def place_companions(
    inventory: Inventory, going: list[Entry]
) -> tuple[list[Entry], Mapping[str, tuple[str, ...]], list[Kept]]:
    """Move each shared file that can be removed to the last of the entries that must be removed before it.

    Return the entries with these files last, the paths that must be removed before each moved file, and the shared
    files that must stay because something that is kept needs them; no returned entry has these files.
    """
    if not inventory.companions:
        return going, {}, []
    concerned = {*inventory.companions, *chain.from_iterable(inventory.companions.values())}
    owners = {file.path: index for index, entry in enumerate(going) for file in entry.files if file.path in concerned}
    if not owners:
        return going, {}, []
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


def _without_irremovable(inventory: Inventory, emptied: Sequence[str]) -> tuple[str, ...]:
    """Return those of `emptied` that the user may remove with all directories in them.

    Both `emptied` and the result are sorted deepest first.
    """
    allowed = removable(inventory, emptied)
    stay: set[str] = set()
    for path in emptied:
        if path not in allowed or path in stay:
            stay.update((path, path.rpartition("/")[0]))
    return tuple([path for path in emptied if path not in stay])


def costs_of_rights(root: str, kept: Iterable[Kept]) -> Iterator[str]:
    """Yield a line about each reason why the user may not remove something, with a remedy."""
    for reason, number, remedy in denied(root, kept):
        yield f"Kept {'1 entry' if number == 1 else f'{number:,} entries'}: {reason}; {remedy}"


def _costs(inventory: Inventory, going: list[Entry], *, runs: bool) -> Iterator[str]:
    """Yield the costs of the removal, one line each; `runs` says whether to mention that a program is running."""
    if going and runs:
        yield TOOL_RUNS.format(running_words(inventory.conduct))
    if going and inventory.layered:
        yield LAYERS
    built = sum([entry.kind == "built" for entry in going])
    if built:
        what, them = ("1 built wheel", "it") if built == 1 else (f"{built:,} built wheels", "them")
        yield f"{what}: {AGAIN.format(inventory.conduct.tool, them)}"
    linked = len([file for entry in going for file in entry.files if file.links > 1])
    if linked:
        files = "1 file has" if linked == 1 else f"{linked:,} files have"
        yield f"{files} other hard links: the space is freed with the last one"
