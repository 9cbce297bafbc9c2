"""Reuse a remembered shard: compare it with the disk, and make entries from its rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cachetui.file_status import allocated
from cachetui.model import Entry, File
from cachetui.pip.scan.codec import RememberedShard, unpack_directories
from cachetui.pip.scan.draft import DraftRow, EntryDraft
from cachetui.pip.scan.shards import Shard, digest_times
from cachetui.system.tree import Tree

RACY_NS = 2_000_000_000
"""Nanoseconds before a listing within which a change can go unnoticed: FAT stores times in steps of two seconds."""


@dataclass(slots=True)
class ReusedShard:
    """Content of an unchanged shard."""

    known: RememberedShard
    """Remembered content, without the entries."""
    entries: list[Entry]
    """Entries of the shard, with their current access times."""
    traits: list[tuple[int, str, bool]]
    """Values of `dating_file`, `content_hint` and `has_record` for the `EntryDraft` of each entry."""
    foreign: list[File]
    """Files that the cache's program does not write."""

    def shard(self) -> Shard:
        """Return the content as a listed shard, so that its entries can be identified further."""
        return Shard(
            self.known.path,
            self.known.listed_at,
            self.known.directories,
            [EntryDraft.of_entry(entry, *trait) for entry, trait in zip(self.entries, self.traits, strict=True)],
            self.foreign,
            times_digest=self.known.times_digest,
            has_empty_dirs=self.known.has_empty_dirs,
            is_remembered=True,
        )


def last_reads(tree: Tree, known: RememberedShard, stop: Callable[[], bool]) -> list[int] | None:
    """Return when each entry of a shard was last read, in nanoseconds since the epoch.

    Return None if anything changed, or if `stop` returns true. A directory with the same times has the same names. As
    in git's index, a time shortly before the listing, or later, is taken as a change. Each file is compared, too.
    """
    limit = known.listed_at - RACY_NS
    look_at, device, times_digest = tree.look_at, tree.device, 0
    reads = []
    try:
        directories = unpack_directories(known.directories)
        if not directories or directories[0][0] != known.path:  # it vanished during its listing
            return None
        for path, inode, disk_usage in directories:
            found = look_at(path)
            if found.st_ctime_ns >= limit or found.st_mtime_ns >= limit or found.st_ino != inode:
                return None
            if found.st_dev != device or allocated(found) != disk_usage:
                return None
            times_digest = digest_times(times_digest, found)
        if times_digest != known.times_digest or stop():
            return None
        for row in known.rows:
            for number, file in enumerate(row[3]):
                found = look_at(file[0])
                if not is_still(found, file) or found.st_ctime_ns >= limit:  # its permissions may have changed
                    return None
                if number == row[0]:
                    reads.append(found.st_atime_ns)
        if not all(is_still(look_at(file[0]), file) for file in known.foreign):
            return None
    except (OSError, ValueError, TypeError, IndexError):
        return None
    return reads if len(reads) == len(known.rows) else None


def is_still(found: os.stat_result, file: Sequence[Any]) -> bool:
    """Return whether a file's status matches the values of a `File`."""
    _, inode, mtime_ns, size, disk_usage, links, device = file
    return bool(
        found.st_ino == inode
        and found.st_mtime_ns == mtime_ns
        and found.st_size == size
        and found.st_dev == device
        and found.st_nlink == links
        and allocated(found) == disk_usage
    )


def reuse_shard(
    known: RememberedShard, reads: Sequence[int], same: dict[Any, Any], before: Mapping[str, Entry]
) -> ReusedShard | None:
    """Return a shard made from remembered rows and the times from `last_reads`; None if a row is invalid.

    `same` holds one copy of each value that many entries share. `before` holds the entries of an earlier scan by path.
    Both serve to have equal values in memory only once.
    """
    one: Callable[[Any, Any], Any] = same.setdefault
    entries, traits = [], []
    try:
        for row, read in zip(known.rows, reads, strict=True):
            dating, hint, kind, files, _, checked, _, project, version, filename, url, by, note, announced, record = row
            own = tuple(
                [
                    File(path, inode, at, size, one(usage, usage), links, one(device, device))
                    for path, inode, at, size, usage, links, device in files
                ]
            )
            entry = Entry(
                one(kind, kind),
                own,
                own[0].path,
                own[dating].mtime_ns,
                checked and own[0].mtime_ns,
                read,
                one(project, project),
                one(version, version),
                filename,
                url,
                one(by, by),
                note,
                announced,
            )
            entries.append(reuse_equal(entry, before))
            trait = (dating, hint, record)
            traits.append(one(trait, trait))
        foreign = [File(*file) for file in known.foreign]
    except (ValueError, TypeError, IndexError):
        return None
    return ReusedShard(known._replace(rows=()), entries, traits, foreign)


def reuse_equal(entry: Entry, before: Mapping[str, Entry]) -> Entry:
    """Return an equal entry from `before` if there is one, or else the entry itself."""
    known = before.get(entry.path)
    return known if known is not None and known == entry else entry


def index_rows(rows: Iterable[DraftRow]) -> dict[tuple[tuple[str, int, int, int], ...], DraftRow]:
    """Return a shard's rows by their files: path, inode, modification time, size."""
    return {tuple([file[:4] for file in row[3]]): row for row in rows}
