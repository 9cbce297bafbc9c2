"""What a removal will take, what stays and why: decided from an inventory, before anything is touched."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cachetui.model import Entry, File, Inventory
from cachetui.removal.quiet import build_times, costs_of_staying, reason_to_stay
from cachetui.removal.refusal import refuse
from cachetui.removal.survey import survey

SERVES = "serves a wheel that stays as well"
"""Why the origin of several wheels stays."""
AGAIN = "pip must build {} again when needed"
"""What the loss of wheels built here costs."""


class Kept(NamedTuple):
    """Something that was asked for and stays."""

    path: str
    """The path of the file, or of the entry, relative to the root."""
    reason: str
    """Why it stays: words without a full stop."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will go and nothing else."""

    root: str
    """The root's resolved absolute path."""
    device: int
    """The device the root lay on when it was read."""
    inode: int
    """The root's inode number when it was read."""
    entries: tuple[Entry, ...] = ()
    """What will go, in the inventory's order; the `files` of each are exactly those that will go, in that order."""
    kept: tuple[Kept, ...] = ()
    """Of what was asked for: what stays, and why."""
    directories: tuple[str, ...] = ()
    """Directories that this removal will empty and take along, relative to the root, deepest first."""
    frees: int = 0
    """Bytes: allocated blocks of inodes whose last link goes, plus those of the directories."""
    costs: tuple[str, ...] = ()
    """What the user should know before saying yes: short sentences without a full stop."""
    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Files that go only when others have really gone: their paths, by path."""

    @property
    def files(self) -> int:
        """How many files will go."""
        return sum([len(entry.files) for entry in self.entries])


def plan_removal(
    inventory: Inventory,
    entries: Iterable[Entry],
    *,
    now_ns: int,
    pips: tuple[int, ...] = (),
    named: bool = False,
    purge: bool = False,
    home: Path | None = None,
) -> Plan:
    """Decide what of `entries` can go from the cache that `inventory` describes.

    `now_ns` is the present in nanoseconds since the epoch, `pips` the process ids of running pips, `named` whether
    the user named the root explicitly, `purge` whether everything is meant, `home` the home directory in place of the
    user's. Raises RefusedError for a root or an inventory from which nothing may be removed.
    """
    refuse(inventory, named=named, purge=purge, home=home)
    asked = {entry.path: entry for entry in entries}
    known, kept, going = inventory.by_path, [], []
    changed = 0
    for path, entry in asked.items():
        if path not in known or known[path].files != entry.files:
            kept.append(Kept(path, "not as it was when the cache was read: read it again"))
    listed = [entry for entry in inventory.entries if entry.path in asked and asked[entry.path].files == entry.files]
    unlike, seen = survey(inventory, listed)
    newest = build_times(inventory.entries)
    newest |= {folder: max(at, newest[folder]) for folder, at in seen.items()}
    reasons: Counter[str] = Counter()
    for entry in listed:
        if reason := reason_to_stay(entry, now_ns, pips, newest):
            kept.append(Kept(entry.path, reason))
            reasons[entry.kind] += 1
        elif entry.path in unlike:
            kept.append(Kept(entry.path, unlike[entry.path]))
            changed += 1
        else:
            going.append(entry)
    going, companions, shared = _place_companions(inventory, going)
    kept += shared
    directories = _emptied(inventory, going)
    return Plan(
        root=inventory.root,
        device=inventory.device,
        inode=inventory.inode,
        entries=tuple(going),
        kept=tuple(kept),
        directories=directories,
        frees=_freed_by(going) + sum([inventory.directories[path] for path in directories]),
        costs=(*_costs(going), *costs_of_staying(pips, reasons, changed)),
        companions=companions,
    )


def _place_companions(
    inventory: Inventory, going: list[Entry]
) -> tuple[list[Entry], Mapping[str, tuple[str, ...]], list[Kept]]:
    """Move each companion to the end of the last entry that it waits for; leave out those that must stay."""
    if not inventory.companions:
        return going, {}, []
    owners = {file.path: index for index, entry in enumerate(going) for file in entry.files}
    companions: dict[str, tuple[str, ...]] = {}
    kept: list[Kept] = []
    gained: dict[int, list[File]] = {}
    lost: set[str] = set()
    by_path: dict[str, File] = {}
    for path, waits_for in inventory.companions.items():
        takers = [owners[other] for other in waits_for if other in owners]
        stays = len(takers) < len(waits_for)
        if path in owners and stays:
            kept.append(Kept(path, SERVES))
            lost.add(path)
        elif takers and not stays:
            if not by_path:
                by_path = {file.path: file for entry in inventory.entries for file in entry.files}
            if path in by_path:
                companions[path] = waits_for
                lost.add(path)
                last = max(takers, key=lambda index: going[index].path)
                gained.setdefault(last, []).append(by_path[path])
    placed = []
    for index, entry in enumerate(going):
        if index in gained or any(file.path in lost for file in entry.files):
            own = [file for file in entry.files if file.path not in lost]
            entry = entry._replace(files=(*own, *gained.get(index, ())))  # noqa: PLW2901 - the entry as it will go
        placed.append(entry)
    return placed, companions, kept


def _emptied(inventory: Inventory, going: list[Entry]) -> tuple[str, ...]:
    """Return the directories in which nothing that the scan saw will be left because of `going`, deepest first."""
    directories, stay = inventory.directories, inventory.kept_directories | {""}
    inside = Counter([path.rpartition("/")[0] for path in directories if path])
    inside.update([file[0].rpartition("/")[0] for entry in inventory.entries for file in entry[1]])
    inside.update([file[0].rpartition("/")[0] for file in inventory.foreign])
    for unreadable in inventory.errors:  # what could not be read is not empty
        inside.update([unreadable.path, unreadable.path.rpartition("/")[0]])
    found: list[str] = []
    leaving = Counter([file[0].rpartition("/")[0] for entry in going for file in entry[1]])
    empty = [entry.path for entry in going if not entry.files and entry.path in directories]
    ordered = sorted(directories) if empty else []
    for path in empty:
        found += subtree(ordered, path)
        leaving[path.rpartition("/")[0]] += 1
    for place, number in leaving.items():
        path, count = place, number
        while True:
            inside[path] -= count
            if inside[path] or path in stay or path not in directories:
                break
            found.append(path)
            path, count = path.rpartition("/")[0], 1
    found.sort()
    found.sort(key=_depth, reverse=True)
    return tuple(found)


def _depth(path: str) -> int:
    return path.count("/")


def subtree(ordered: Sequence[str], top: str) -> list[str]:
    """Return `top` and the paths below it, of sorted paths."""
    start = bisect_left(ordered, f"{top}/")
    return [top, *ordered[start : bisect_left(ordered, f"{top}0", start)]]  # "0" comes right after "/"


def _freed_by(going: list[Entry]) -> int:
    """Return the allocated bytes of inodes that lose their last link."""
    links: Counter[int] = Counter()
    usage: Counter[int] = Counter()
    freed = 0
    for entry in going:
        for file in entry.files:
            if file.links > 1:
                links[file.inode] += 1
                usage[file.inode] += file.disk_usage
                if links[file.inode] == file.links:
                    freed += usage[file.inode]
            else:
                freed += file.disk_usage
    return freed


def _costs(going: list[Entry]) -> Iterator[str]:
    """Yield what the removal costs, a line each."""
    built = sum([entry.kind == "built" for entry in going])
    if built:
        yield (
            f"1 built wheel: {AGAIN.format('it')}" if built == 1 else f"{built:,} built wheels: {AGAIN.format('them')}"
        )
    linked = sum([file.links > 1 for entry in going for file in entry.files])
    if linked:
        yield f"{'1 file has' if linked == 1 else f'{linked:,} files have'} further names: space is freed with the last"
