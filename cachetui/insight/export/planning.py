"""What is to be exported, and whether there is room for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from cachetui.errors import CachetuiError
from cachetui.insight.export.filenames import named_by
from cachetui.insight.export.target import check_target
from cachetui.model import Entry

KINDS = ("wheel", "sdist", "built")
"""Kinds of entries that can be exported."""


class NoRoomError(CachetuiError):
    """The disk has no room for what is to be exported; nothing was written."""


class Planned(NamedTuple):
    """What is to be exported."""

    entry: Entry
    filename: str | None
    """Its name as far as the scan knows it; None where it is still to be found out."""
    size: int
    """Its length in bytes, roughly where its record is compressed."""


def plan_export(entries: Iterable[Entry]) -> tuple[Planned, ...]:
    """Return what of some entries can be exported, in their order."""
    return tuple(
        [
            Planned(entry, entry.filename if named_by(entry.filename) else None, _size(entry))
            for entry in entries
            if entry.kind in KINDS and entry.files
        ]
    )


def _size(entry: Entry) -> int:
    return (entry.files[0] if entry.kind == "built" else entry.files[-1]).size


def check_room(planned: Sequence[Planned], folder: Path, root: Path) -> None:
    """Raise NoRoomError if the disk of a folder has no room for what is planned, TargetError if it cannot be used."""
    check_target(folder, root)
    needed = sum([one.size for one in planned if not _is_there(folder, one)])
    place = folder if folder.exists() else Path(os.path.abspath(folder)).parent  # noqa: PTH100 - links stay
    free = shutil.disk_usage(place).free
    if needed > free:
        raise NoRoomError(
            f"{folder} has room for {free / 1e6:,.1f} MB, and {needed / 1e6:,.1f} MB are needed: nothing was written. "
            "Name a folder on another disk, or fewer files."
        )


def _is_there(folder: Path, one: Planned) -> bool:
    """Tell whether a file of this name and size is there, which takes no further room if it is the same."""
    try:
        return one.filename is not None and (folder / one.filename).lstat().st_size == one.size
    except OSError:
        return False
