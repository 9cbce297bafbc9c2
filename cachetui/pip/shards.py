"""List a root shard by shard, or recall a shard that has not changed since it was last listed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cachetui.model import File, Unreadable, allocated
from cachetui.pip import layout
from cachetui.pip.candidate import Candidate
from cachetui.pip.memory import Directory, Remembered, index_rows, recall_row
from cachetui.pip.tree import GONE, LeftOut, Listing, Tree, file_at, unreadable

RACY_NS = 2_000_000_000
"""A change this close before a listing proves nothing: the coarsest clock, FAT's, ticks in two seconds."""


@dataclass(slots=True)
class Shard:
    """What lies in one shard."""

    path: str
    """Relative to the root."""
    listed_at: int = 0
    """When its listing began, in nanoseconds since the epoch."""
    directories: list[Directory] = field(default_factory=list)
    """Its directories, parents first."""
    candidates: list[Candidate] = field(default_factory=list)
    """Entries, as far as they are identified."""
    foreign: list[File] = field(default_factory=list)
    """Files that no pip writes."""
    errors: list[Unreadable] = field(default_factory=list)
    """What could not be read."""
    recalled: bool = False
    """Whether it stands in the memory just so."""


def outline(tree: Tree, stop: Callable[[], bool]) -> tuple[Shard, list[tuple[str, int]]]:
    """List what lies above the shards; return it, and the shards' paths and inodes in order.

    Raises OSError where the root itself cannot be listed.
    """
    top = Shard("", time.time_ns())
    shards: list[tuple[str, int]] = []
    waiting: list[tuple[str, int | None, int]] = [("", None, 1)]
    while waiting and not stop():
        path, inode, levels = waiting.pop()
        try:
            listing = tree.list(path, inode)
        except OSError as error:
            if not path:
                raise
            _note(top, path, error)
            continue
        _take(top, path, listing, {})
        if not path and not top.candidates and not layout.TOPS.intersection(name for name, _ in listing.below):
            break  # not a cache of pip's: what else may lie below is nobody's business
        for name, below in listing.below:
            inner = f"{path}/{name}" if path else name
            deeper = levels - 1 if path else layout.SHARD_DEPTH.get(inner, 0)
            if deeper:
                waiting.append((inner, below, deeper))
            else:
                shards.append((inner, below))
    return top, sorted(shards)


def list_shard(tree: Tree, path: str, inode: int, stop: Callable[[], bool], known: Remembered | None = None) -> Shard:
    """List a shard; its entries are taken from what is known of the same files, else to be identified yet."""
    shard = Shard(path, time.time_ns())
    rows = index_rows(known) if known else {}
    building: dict[str, list[tuple[str, os.stat_result]]] = {}
    waiting: list[tuple[str, int]] = [(path, inode)]
    while waiting and not stop():
        here, number = waiting.pop()
        try:
            listing = tree.list(here, number)
        except OSError as error:
            _note(shard, here, error)
            continue
        _take(shard, here, listing, building)
        for name, below in listing.below:
            waiting.append((f"{here}/{name}", below))
    shard.candidates += layout.build_folders(building)
    if rows:
        for candidate in shard.candidates:
            row = rows.get(tuple([(file.path, file.inode, file.mtime_ns, file.size) for file in candidate.files]))
            if row is not None:
                candidate.recall(*row[2])
    return shard


def _take(shard: Shard, path: str, listing: Listing, building: dict[str, list[tuple[str, os.stat_result]]]) -> None:
    shard.directories.append((path, listing.own.st_ino, allocated(listing.own)))
    if not listing.files:
        return
    if folder := layout.build_folder_of(path):
        shard.foreign += layout.foreign_in(path, listing)
        building.setdefault(folder, []).extend((f"{path}/{name}", found) for name, found in listing.files.items())
        return
    for found in layout.candidates_of(path, listing):
        if isinstance(found, Candidate):
            shard.candidates.append(found)
        else:
            shard.foreign.append(found)


def _note(shard: Shard, path: str, error: OSError) -> None:
    if isinstance(error, LeftOut) or error.errno not in GONE:
        shard.errors.append(unreadable(path, error))


def recall_shard(tree: Tree, path: str, known: Remembered, stop: Callable[[], bool]) -> Shard | None:
    """Return a shard as it is remembered, with sizes and times of now; None where anything in it changed.

    A directory that was not touched since holds the same names, for pip replaces files by renaming; as in git's
    index, a change at or just before the listing proves nothing. Each file is looked at all the same.
    """
    limit = known.listed_at - RACY_NS
    lstat, device = tree.lstat, tree.device
    shard = Shard(path, known.listed_at, recalled=True)
    try:
        for where, inode, _ in known.directories:
            found = lstat(where)
            if found.st_ctime_ns >= limit or found.st_mtime_ns >= limit or found.st_ino != inode:
                return None
            if found.st_dev != device:
                return None
            shard.directories.append((where, inode, allocated(found)))
        if stop():
            return None
        for row in known.rows:
            files = []
            for where, inode, mtime_ns, size in row[1]:
                found = lstat(where)
                if (found.st_ino, found.st_mtime_ns, found.st_size, found.st_dev) != (inode, mtime_ns, size, device):
                    return None
                files.append((where, found))
            shard.candidates.append(recall_row(row, files))
        for where, inode, mtime_ns, size in known.foreign:
            found = lstat(where)
            if (found.st_ino, found.st_mtime_ns, found.st_size, found.st_dev) != (inode, mtime_ns, size, device):
                return None
            shard.foreign.append(file_at(where, found))
    except (OSError, ValueError, TypeError, IndexError):
        return None
    return shard
