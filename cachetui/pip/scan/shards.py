"""List a root shard by shard."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cachetui.file_status import allocated
from cachetui.model import File, Unreadable
from cachetui.pip.scan.codec import DirectoryRow, PackedDirectories, pack_directories
from cachetui.pip.scan.draft import DraftRow, EntryDraft
from cachetui.pip.scan.layout import PIPS, Layout, build_folders, foreign_in
from cachetui.system.tree import GONE, DirectoryListing, LeftOut, Tree, unreadable

Signs = tuple[tuple[Any, ...], ...]
"""Identity of an entry's files: path, inode, modification time and size of each."""
NOTHING: Mapping[Signs, DraftRow] = {}


@dataclass(slots=True)
class Shard:
    """Content of one shard."""

    path: str
    """Path relative to the root."""
    listed_at: int = 0
    """Time when its listing began, in nanoseconds since the epoch."""
    directories: PackedDirectories = b""
    """Directories of the shard, parents first."""
    drafts: list[EntryDraft] = field(default_factory=list)
    """Drafts of its entries."""
    foreign: list[File] = field(default_factory=list)
    """Files that the cache's program does not write."""
    errors: list[Unreadable] = field(default_factory=list)
    """Files and directories that could not be read."""
    times_digest: int = 0
    """Digest of the times of its directories; see `digest_times`."""
    has_empty_dirs: bool = False
    """Whether any of its directories is empty."""
    is_remembered: bool = False
    """Whether the memory holds the same content."""


def outline(tree: Tree, stop: Callable[[], bool], layout: Layout = PIPS) -> tuple[Shard, list[tuple[str, int]] | None]:
    """List the directories above the shards; return their content, and the path and inode of each shard.

    The shards are sorted by path. If the root has neither entries nor directories of the program, None is returned
    instead of them. Raises OSError if the root itself cannot be listed.
    """
    top = Shard("", time.time_ns())
    directories: list[DirectoryRow] = []
    shards: list[tuple[str, int]] = []
    waiting: list[tuple[str, int | None]] = [("", None)]
    while waiting and not stop():
        path, inode = waiting.pop()
        try:
            listing = tree.list(path, inode)
        except OSError as error:
            if not path:
                raise
            _add_error(top, path, error)
            continue
        _add_listing(top, path, listing, directories, {}, layout)
        if not path and not top.drafts and not any(name in layout.tops for name, _ in listing.below):
            top.directories = pack_directories(directories)
            return top, None  # not such a cache: do not look into its other directories
        for name, below in listing.below:
            inner = f"{path}/{name}" if path else name
            if layout.holds_shards(inner):
                waiting.append((inner, below))
            elif inner not in layout.closed:
                shards.append((inner, below))
    top.directories = pack_directories(directories)
    return top, sorted(shards)


def list_shard(
    tree: Tree,
    path: str,
    inode: int,
    stop: Callable[[], bool],
    known: Mapping[Signs, DraftRow] = NOTHING,
    layout: Layout = PIPS,
) -> Shard:
    """List a shard. Entries whose files are unchanged since a row in `known` are restored from that row."""
    shard = Shard(path, time.time_ns())
    directories: list[DirectoryRow] = []
    building: dict[str, list[tuple[str, os.stat_result]]] = {}
    waiting: list[tuple[str, int]] = [(path, inode)]
    while waiting and not stop():
        here, number = waiting.pop()
        try:
            listing = tree.list(here, number)
        except OSError as error:
            _add_error(shard, here, error)
            continue
        _add_listing(shard, here, listing, directories, building, layout)
        for name, below in listing.below:
            waiting.append((f"{here}/{name}", below))
    shard.directories = pack_directories(directories)
    shard.drafts += build_folders(building)
    for draft in shard.drafts if known else ():
        row = known.get(tuple([file[:4] for file in draft.files]))
        if row is not None:
            draft.restore(row)
    return shard


def digest_times(before: int, found: os.stat_result) -> int:
    """Return a digest of one directory's times and of `before`, the digest of earlier directories."""
    return hash((before, found.st_mtime_ns, found.st_ctime_ns))


def _add_listing(
    shard: Shard,
    path: str,
    listing: DirectoryListing,
    directories: list[DirectoryRow],
    building: dict[str, list[tuple[str, os.stat_result]]],
    layout: Layout,
) -> None:
    directories.append((path, listing.own.st_ino, allocated(listing.own)))
    shard.times_digest = digest_times(shard.times_digest, listing.own)
    if not listing.files:
        shard.has_empty_dirs |= not listing.below
        return
    if pair := layout.pair_in(path, listing.files):
        shard.drafts.append(pair)
        return
    if folder := layout.build_folder_of(path):
        shard.foreign += foreign_in(path, listing)
        building.setdefault(folder, []).extend((f"{path}/{name}", found) for name, found in listing.files.items())
        return
    for found in layout.drafts_of(path, listing):
        if isinstance(found, EntryDraft):
            shard.drafts.append(found)
        else:
            shard.foreign.append(found)


def _add_error(shard: Shard, path: str, error: OSError) -> None:
    if isinstance(error, LeftOut) or error.errno not in GONE:
        shard.errors.append(unreadable(path, error))
