"""Plan of an export: which entries can be exported, which files would be written, and whether there is room."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from cachetui.errors import CachetuiError
from cachetui.export.safe_names import named_by
from cachetui.export.target_folder import TargetError, check_target
from cachetui.model import INSTALLABLE, Entry
from cachetui.system.tree import reason
from cachetui.text.format import disk_text

TAKEN = "another file of this name already exists"
"""Reason for not writing a file (a clause); nothing is ever overwritten."""
UNPACKED = "{} keeps downloads unpacked, so there is no file to export."
"""Reason why entries cannot be exported (a sentence); `{}` is the name of the program that fills the cache."""


class NoRoomError(CachetuiError):
    """Error for a disk without room for the export; nothing was written."""


class PlannedFile(NamedTuple):
    """File to export."""

    entry: Entry
    filename: str | None
    """File name, if the scan knows it; None if the export must find it."""
    size: int
    """Length of the file in bytes; if the record holds the body, an approximation: the length of the record."""


def plan_export(entries: Iterable[Entry]) -> tuple[PlannedFile, ...]:
    """Return the files of those entries that can be exported, in the given order."""
    return tuple(
        [
            PlannedFile(entry, named.filename if named else None, entry.content.size)
            for entry, named in [(entry, named_by(entry.filename, entry.project)) for entry in entries]
            if entry.kind in INSTALLABLE and entry.files and not entry.unpacked
        ]
    )


class FolderState(NamedTuple):
    """State of the folder before an export: planned files that it holds already, and free space."""

    folder: Path
    """Absolute path of the folder."""
    exists: bool
    """Whether the folder exists; otherwise the export creates it."""
    free: int
    """Number of bytes that this user can still write to the folder's disk."""
    new: tuple[PlannedFile, ...]
    """Files that would be written."""
    there: tuple[PlannedFile, ...]
    """Planned files that exist already, judged by name and length."""
    taken: tuple[PlannedFile, ...]
    """Planned files whose names belong to other files in the folder, which are kept."""

    @property
    def needed(self) -> int:
        """Bytes that would be written."""
        return sum([one.size for one in self.new])


def look_at(planned: Sequence[PlannedFile], folder: Path, root: Path) -> FolderState:
    """Return which files would be written into a folder; the cache is at `root`. Raises TargetError."""
    check_target(folder, root)
    found: dict[bool | None, list[PlannedFile]] = {None: [], True: [], False: []}
    seen: set[tuple[str | None, int]] = set()
    for one in planned:
        if one.filename is None or (one.filename, one.size) not in seen:
            seen.add((one.filename, one.size))
            found[_is_there(folder, one)].append(one)
    whole = Path(os.path.abspath(folder))  # noqa: PTH100 - links stay
    exists = folder.exists()
    try:
        free = shutil.disk_usage(whole if exists else whole.parent).free
    except OSError as error:
        raise TargetError(f"{folder} cannot be checked: {reason(error)}.") from error
    return FolderState(whole, exists, free, tuple(found[None]), tuple(found[True]), tuple(found[False]))


def check_room(planned: Sequence[PlannedFile], folder: Path, root: Path) -> None:
    """Raise NoRoomError if the disk lacks room for planned files, TargetError if the folder is unusable."""
    room = look_at(planned, folder, root)
    if room.needed > room.free:
        raise NoRoomError(
            f"{room_words(folder, room.free, room.needed)}: nothing was written. Name a folder on another disk, or "
            "fewer files."
        )


def room_words(folder: Path, free: int, needed: int) -> str:
    """Return how many bytes a folder has room for, and how many are needed, as the beginning of a sentence."""
    words = disk_text(free), disk_text(needed)
    if words[0] == words[1]:
        words = f"{free:,} bytes", f"{needed:,} bytes"
    return f"{folder} has room for {words[0]}, and {words[1]} are needed"


def _is_there(folder: Path, one: PlannedFile) -> bool | None:
    """Return whether the folder's file of the same name may be identical; None if there is no such file."""
    try:
        found = (folder / one.filename).lstat() if one.filename else None
    except OSError:
        return None
    return found and stat.S_ISREG(found.st_mode) and found.st_size == one.size
