"""Compare entries with the disk, to find those that differ from what the scan saw.

`recheck` compares entries when a removal is planned or predicted; `look_at` compares a file right before `execute.py`
deletes it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from operator import attrgetter

from cachetui.file_status import is_directory
from cachetui.model import Entry, File, Inventory
from cachetui.removal.in_use import folder_of
from cachetui.removal.rights import NOT_PERMITTED, NOT_WRITABLE, READ_ONLY, Rights
from cachetui.removal.rooted import OpenDirectory, PathCursor

CHANGED = "changed since the cache was read"
GONE = "gone since the cache was read"
REPLACED = "its directory was replaced by something else"
MORE = "holds more than was asked for, so pip may be building a wheel here"
DENIED = {errno.EACCES: NOT_WRITABLE, errno.EPERM: NOT_PERMITTED, errno.EROFS: READ_ONLY}
"""Reasons to keep an item, by the number of the system error."""
SHARING_VIOLATIONS = (5, 32, 33)
"""Windows error codes for a file that may be open.

They are ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
"""


class KeptError(Exception):
    """Error for an item that has to stay; the message says why."""


def is_same(found: os.stat_result, file: File, device: int) -> bool:
    """Return whether `found` is the status of the file that the scan saw; `device` is the root's device number."""
    return (
        found.st_mtime_ns == file.mtime_ns
        and found.st_ino == file.inode
        and found.st_size == file.size
        and found.st_dev == (file.device or device)
    )


def look_at(way: PathCursor, parent: str, name: str, file: File, device: int) -> os.stat_result | None:
    """Return the current status of a file, `name` in `parent`; None if it is gone.

    Raises KeptError if the file differs from what the scan saw, or if its status cannot be read.
    """
    found = _found(way, parent, name)
    if found and not is_same(found, file, device):
        raise KeptError(CHANGED)
    return found


def _found(way: PathCursor, parent: str, name: str) -> os.stat_result | None:
    """Return the current status of `name` in `parent`; None if it is gone. Raises KeptError if it cannot be read."""
    try:
        return way.go(parent).look(name)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeptError(reason_of(error)) from error


def look_at_folder(way: PathCursor, folder: str, known: Mapping[str, File], device: int) -> int | None:
    """Return the time of the last write to a build folder, in ns since the epoch; None if it is gone.

    `known` holds the files that the scan saw, by path. Raises KeptError if the folder holds any other file, or a file
    that has changed since, or if it cannot be read.
    """
    parent, _, name = folder.rpartition("/")
    found = _found(way, parent, name)
    if found is None:
        return None
    newest, pending = max(found.st_mtime_ns, found.st_ctime_ns), [folder]
    try:
        while pending:
            path = pending.pop()
            directory = way.go(path)
            for name in directory.names():
                below, found = f"{path}/{name}", directory.look(name)
                newest = max(newest, found.st_mtime_ns)
                if is_directory(found):
                    newest = max(newest, found.st_ctime_ns)  # this time cannot be set back
                    pending.append(below)
                elif below not in known:
                    raise KeptError(MORE)
                elif not is_same(found, known[below], device):
                    raise KeptError(CHANGED)
    except FileNotFoundError as error:
        raise KeptError(CHANGED) from error
    except OSError as error:
        raise KeptError(reason_of(error)) from error
    return newest


def files_by_folder(entries: Iterable[Entry]) -> dict[str, dict[str, File]]:
    """Return the build folders by path, each with its files by path."""
    files: dict[str, dict[str, File]] = {}
    for entry in entries:
        if folder := folder_of(entry):
            files.setdefault(folder, {}).update({file.path: file for file in entry.files})
    return files


def recheck(inventory: Inventory, entries: Iterable[Entry]) -> tuple[dict[str, str], dict[str, int]]:
    """Compare entries with the disk.

    Return two mappings by path: why entries must stay, because they differ from what the scan saw or the user may not
    remove them; and the time of the last write to each build folder that has not changed, in nanoseconds since the
    epoch. Both are empty if the root cannot be opened or is another directory, which the removal finds out by itself.
    """
    try:
        root = OpenDirectory(inventory.root)
    except OSError:
        return {}, {}
    way = PathCursor(root, lambda *_: None)
    try:
        if (root.found.st_dev, root.found.st_ino) != (inventory.device, inventory.inode):
            return {}, {}
        entries = sorted(entries, key=attrgetter("path"))  # in this order, they are found faster on the disk
        times: dict[str, int] = {}
        unlike: dict[str, str] = {}
        for folder, known in files_by_folder(entries).items():
            try:
                newest = look_at_folder(way, folder, known, inventory.device)
            except KeptError as left:
                unlike[folder] = str(left)
            else:
                if newest is None:
                    unlike[folder] = GONE
                else:
                    times[folder] = newest
        changed, rights = {}, Rights(root)
        for entry in entries:
            building = folder_of(entry)
            reason = unlike.get(building) if building else None
            if reason := reason or _unlike(root, entry, inventory.device, rights):
                changed[entry.path] = reason
        return changed, times
    finally:
        way.close()


def removable(inventory: Inventory, directories: Iterable[str]) -> set[str]:
    """Return the directories that the user may remove once they are empty; none if the root cannot be opened."""
    try:
        root = OpenDirectory(inventory.root)
    except OSError:
        return set()
    rights = Rights(root)
    try:
        return {path for path in directories if rights.may_remove_directory(path)}
    finally:
        root.close()


def _unlike(root: OpenDirectory, entry: Entry, device: int, rights: Rights) -> str | None:
    """Return how an entry differs from what the scan saw, or why the user may not remove it, or None.

    Whole paths are looked up, which is twice as fast as going directory by directory. A link in a path can only cause
    a wrong answer here, because the removal checks again and follows no links.
    """
    prefix, descriptor, gone, denial = root.prefix, root.descriptor, 0, None
    try:
        for file in entry.files:
            try:
                found = os.stat(prefix + file.path, dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:
                gone += 1
            else:
                if not is_same(found, file, device):
                    return CHANGED
                denial = denial or rights.reason_to_stay(file.path, found)
        if not entry.files:
            found = root.look(entry.path)
            if not is_directory(found):
                return CHANGED
            denial = rights.reason_to_stay(entry.path, found)
    except FileNotFoundError:
        return GONE
    except OSError as error:
        return reason_of(error)
    return denial if not gone else GONE if gone == len(entry.files) else CHANGED


def reason_of(error: OSError) -> str:
    """Return the reason for a system error, in words."""
    if error.errno in (errno.EBUSY, errno.ETXTBSY) or getattr(error, "winerror", None) in SHARING_VIOLATIONS:
        return "in use, skipped"
    if error.errno in (errno.ENOTDIR, errno.ELOOP):
        return REPLACED
    return DENIED.get(error.errno or 0) or error.strerror or str(error)
