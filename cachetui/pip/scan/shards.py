"""List a root shard by shard."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cachetui.model import File, Unreadable, allocated
from cachetui.pip.scan import layout
from cachetui.pip.scan.codec import Directories, Directory, pack_directories
from cachetui.pip.scan.draft import EntryDraft, Row
from cachetui.system.tree import GONE, DirectoryListing, LeftOut, Tree, unreadable

Signs = tuple[tuple[Any, ...], ...]
"""By which the files of an entry are known again: of each its path, inode, modification time and size."""
NOTHING: Mapping[Signs, Row] = {}


@dataclass(slots=True)
class Shard:
    """The content of one shard."""

    path: str
    """Relative to the root."""
    listed_at: int = 0
    """When its listing began, in nanoseconds since the epoch."""
    directories: Directories = b""
    """Its directories, parents first."""
    candidates: list[EntryDraft] = field(default_factory=list)
    """Entries, as far as they are identified."""
    foreign: list[File] = field(default_factory=list)
    """Files that no pip writes."""
    errors: list[Unreadable] = field(default_factory=list)
    """What could not be read."""
    stamp: int = 0
    """Stands for the times of its directories; see `stamped`."""
    hollow: bool = False
    """Whether there are directories in it without anything in them."""
    recalled: bool = False
    """Whether it stands in the memory just so."""


def outline(tree: Tree, stop: Callable[[], bool]) -> tuple[Shard, list[tuple[str, int]]]:
    """List what lies above the shards; return it, and the shards' paths and inodes in order.

    Raises OSError where the root itself cannot be listed.
    """
    top = Shard("", time.time_ns())
    directories: list[Directory] = []
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
        _take(top, path, listing, directories, {})
        if not path and not top.candidates and not layout.TOPS.intersection(name for name, _ in listing.below):
            break  # not a cache of pip's: what else may lie below is nobody's business
        for name, below in listing.below:
            inner = f"{path}/{name}" if path else name
            deeper = levels - 1 if path else layout.SHARD_DEPTH.get(inner, 0)
            if deeper:
                waiting.append((inner, below, deeper))
            else:
                shards.append((inner, below))
    top.directories = pack_directories(directories)
    return top, sorted(shards)


def list_shard(
    tree: Tree, path: str, inode: int, stop: Callable[[], bool], known: Mapping[Signs, Row] = NOTHING
) -> Shard:
    """List a shard; its entries are as the rows of the same files tell, else to be identified yet."""
    shard = Shard(path, time.time_ns())
    directories: list[Directory] = []
    building: dict[str, list[tuple[str, os.stat_result]]] = {}
    waiting: list[tuple[str, int]] = [(path, inode)]
    while waiting and not stop():
        here, number = waiting.pop()
        try:
            listing = tree.list(here, number)
        except OSError as error:
            _note(shard, here, error)
            continue
        _take(shard, here, listing, directories, building)
        for name, below in listing.below:
            waiting.append((f"{here}/{name}", below))
    shard.directories = pack_directories(directories)
    shard.candidates += layout.build_folders(building)
    for candidate in shard.candidates if known else ():
        row = known.get(tuple([file[:4] for file in candidate.files]))
        if row is not None:
            candidate.recall(row)
    return shard


def stamped(stamp: int, found: os.stat_result) -> int:
    """Return a stamp that stands for one directory's times more: another one if these were others."""
    return hash((stamp, found.st_mtime_ns, found.st_ctime_ns))


def _take(
    shard: Shard,
    path: str,
    listing: DirectoryListing,
    directories: list[Directory],
    building: dict[str, list[tuple[str, os.stat_result]]],
) -> None:
    directories.append((path, listing.own.st_ino, allocated(listing.own)))
    shard.stamp = stamped(shard.stamp, listing.own)
    if not listing.files:
        shard.hollow |= not listing.below
        return
    if pair := layout.pair_in(path, listing.files):
        shard.candidates.append(pair)
        return
    if folder := layout.build_folder_of(path):
        shard.foreign += layout.foreign_in(path, listing)
        building.setdefault(folder, []).extend((f"{path}/{name}", found) for name, found in listing.files.items())
        return
    for found in layout.candidates_of(path, listing):
        if isinstance(found, EntryDraft):
            shard.candidates.append(found)
        else:
            shard.foreign.append(found)


def _note(shard: Shard, path: str, error: OSError) -> None:
    if isinstance(error, LeftOut) or error.errno not in GONE:
        shard.errors.append(unreadable(path, error))
