"""Assemble the results of a scan."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from cachetui.model import NS, DirectoryLink, Entry, File, Inventory, Unreadable, in_order
from cachetui.pip.scan.codec import DirectoryMap, PackedDirectories
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.layout import PIPS, Layout, companions
from cachetui.pip.scan.reuse import ReusedShard, reuse_equal
from cachetui.pip.scan.shards import Shard
from cachetui.system.tree import Tree

NOTHING_KNOWN: Mapping[str, Entry] = MappingProxyType({})


def inventory_of(
    tree: Tree,
    shards: list[Shard],
    unchanged: list[ReusedShard],
    vanished: set[EntryDraft],
    errors: Iterable[Unreadable],
    known: Mapping[str, Entry],
    complete: bool,
    by_length: bool,
    layout: Layout = PIPS,
) -> Inventory:
    """Return the inventory of what a scan found. Empties `shards` and `unchanged`.

    `known` holds entries of an earlier scan by path; an entry that equals the earlier one is replaced by it, so that it
    is in memory only once. `by_length` says that the disk usage of files has already been set to their lengths.
    """
    failed = sorted([*errors, *(error for shard in shards for error in shard.errors)])
    has_empty_dirs = any(one.has_empty_dirs for one in shards) or any(one.known.has_empty_dirs for one in unchanged)
    entries: list[Entry] = []
    foreign: list[File] = []
    packed: list[PackedDirectories] = []
    while shards:
        shard = shards.pop()
        found = [one.entry() for one in shard.drafts if one not in vanished]
        entries += [reuse_equal(entry, known) for entry in found] if known else found
        foreign += shard.foreign
        packed.append(shard.directories)
    while unchanged:
        same = unchanged.pop()
        entries += same.entries
        foreign += same.foreign
        packed.append(same.known.directories)
    directories = DirectoryMap(packed)
    by_length = count_disk_usage(entries, foreign, known, by_length)
    if not tree.keeps_access_times():
        entries = [reuse_equal(entry._replace(read=None), known) for entry in entries]
    links = tuple(linked_directories(tree, foreign, layout))
    is_proven = bool(entries) or any(layout.proves(path) for path in directories if path)
    recognised = is_proven or bool(links) or any(layout.is_own_directory(error.path) for error in failed if error.path)
    if is_proven and complete and (has_empty_dirs or vanished):
        entries += empty_directories(tree, directories, entries, foreign, failed, layout)
    return Inventory(
        root=tree.path,
        device=tree.device,
        inode=tree.inode,
        entries=tuple(in_order(entries)),
        foreign=tuple(sorted(foreign)),
        directories=directories,
        kept_directories=layout.kept,
        companions=companions(entries),
        errors=tuple(failed),
        recognised=recognised,
        complete=complete,
        links=links,
        by_length=by_length,
        layered=tree.is_layered(),
    )


def linked_directories(tree: Tree, foreign: Iterable[File], layout: Layout) -> Iterator[DirectoryLink]:
    """Yield the links that stand in place of directories of the cache's program; such links are foreign files."""
    for path in sorted([file.path for file in foreign if layout.is_own_directory(file.path)]):
        if target := tree.link_target(path):
            yield DirectoryLink(path, target, os.path.isdir(target))  # noqa: PTH112 - Path.is_dir raises for what may not be seen


def count_disk_usage(
    entries: list[Entry],
    foreign: list[File],
    known: Mapping[str, Entry] = NOTHING_KNOWN,
    by_length: bool = False,
    *,
    by_path: bool = True,
) -> bool:
    """Set the disk usage of files to their lengths if the file system reports no blocks, and count each inode once.

    Changes both lists. `by_length` says that disk usage is the length already. `known` is as in `inventory_of`. If an
    inode has several names, the first name counts: the first by path or, without `by_path`, the first in the lists,
    where entries come before foreign files. Returns whether lengths were set, here or before.
    """
    if not by_length and are_without_blocks(entries):
        by_length = True
        entries[:] = [reuse_equal(entry._replace(files=by_their_lengths(entry.files)), known) for entry in entries]
        foreign[:] = by_their_lengths(foreign)
    count_links_once(entries, foreign, by_path=by_path)
    return by_length


def are_without_blocks(entries: Iterable[Entry]) -> bool:
    """Return whether the file system reports no blocks for any file of the entries, although some are not empty."""
    files = [file for entry in entries for file in entry.files]
    return not any(file.disk_usage for file in files) and any(file.size for file in files)


def by_their_lengths(files: Iterable[File]) -> tuple[File, ...]:
    """Return files with their length as their disk usage."""
    return tuple([file._replace(disk_usage=file.size) for file in files])


def count_links_once(entries: list[Entry], foreign: list[File], *, by_path: bool) -> None:
    """Count the disk usage of an inode with several names only at its first path; see `count_disk_usage`."""
    linked = [(file.path, (file.device, file.inode)) for entry in entries for file in entry.files if file.links > 1]
    linked += [(file.path, (file.device, file.inode)) for file in foreign if file.links > 1]
    if not linked:
        return
    first: dict[tuple[int, int], str] = {}
    for path, inode in sorted(linked) if by_path else linked:
        first.setdefault(inode, path)
    again = {path for path, inode in linked if first[inode] != path}
    for number, entry in enumerate(entries):
        if any(file.path in again for file in entry.files):
            entries[number] = entry._replace(files=uncounted(entry.files, again))
    foreign[:] = uncounted(foreign, again)


def uncounted(files: Sequence[File], again: set[str]) -> tuple[File, ...]:
    """Return files with a disk usage of 0 for those whose paths are in `again`: their inodes are counted elsewhere."""
    return tuple([file._replace(disk_usage=0) if file.path in again else file for file in files])


EMPTY_SECONDS = 3_600
"""Seconds for which a directory must be empty to be a leftover; before that, a program may be about to fill it."""
BUILD_SECONDS = 86_400
"""Seconds for which a folder that pip builds in must be empty to be a leftover."""


def empty_directories(
    tree: Tree,
    directories: Collection[str],
    entries: Iterable[Entry],
    foreign: Iterable[File],
    errors: Iterable[Unreadable],
    layout: Layout,
) -> Iterator[Entry]:
    """Yield a leftover for each directory of the cache's program that has held no file, at any depth, for a while.

    Of nested directories, only the topmost is yielded.
    """
    filled = {above(file.path) for entry in entries for file in entry.files}
    filled.update(above(file.path) for file in foreign)
    filled.update(error.path for error in errors)
    filled.update(path for path in directories if path and not layout.is_own_directory(path))
    for path in list(filled):
        here = above(path)
        while here not in filled:
            filled.add(here)
            here = above(here)
    empty = {path for path in directories if path not in filled and path not in layout.kept}
    newest: dict[str, int] = {}
    young = set()
    now = time.time_ns()
    for path in empty:
        try:
            changed = tree.lstat(path).st_mtime_ns
        except OSError:
            continue
        top = path
        while above(top) in empty:
            top = above(top)
        newest[top] = max(changed, newest.get(top, 0))
        least = BUILD_SECONDS if layout.build_folder_of(path) else EMPTY_SECONDS
        if changed >= now - least * NS:
            young.add(top)
    for path, changed in sorted(newest.items()):
        if path not in young:
            yield Entry("leftover", (), path, changed, note="an empty folder")


def above(path: str) -> str:
    """Return the parent directory of a path; the root is its own parent."""
    return path.rpartition("/")[0]
