"""Choose the files of a cache for a command that runs without an index: one for each file name, and none damaged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from cachetui.export.export import SkippedEntry
from cachetui.export.plan import PlannedFile, plan_export
from cachetui.model import Entry
from cachetui.pip.formats.integrity import quick_trouble
from cachetui.pip.formats.records import UnreadableRecordError
from cachetui.pip.reader import CacheReader
from cachetui.pip.scan.layout import is_legacy
from cachetui.system.tree import reason


@dataclass(frozen=True, slots=True)
class OfflineFiles:
    """Wheels and sdists for a command that runs without an index."""

    files: tuple[PlannedFile, ...]
    """Files that the command gets, sorted by name; no two have the same name."""
    damaged: tuple[SkippedEntry, ...]
    """Files that are left out because they are damaged, or cannot be read."""
    nameless: int
    """Number of files that are left out because they have no name that pip understands."""


def choose_files(entries: Iterable[Entry], reader: CacheReader) -> OfflineFiles:
    """Choose among the wheels and sdists of `entries`; only the first and last bytes of bodies are read.

    Of several files with the same name, the first intact one is taken, in this order: downloads before wheels that
    were built here, downloads of newer pips before those in `http/`, and later files before earlier ones.
    """
    files: dict[str, PlannedFile] = {}
    damaged, nameless = [], 0
    for one in sorted(plan_export(entries), key=_rank, reverse=True):
        key = (one.filename or "").lower()  # some file systems ignore case
        if key in files:
            continue
        if trouble := _trouble(one, reader):
            damaged.append(SkippedEntry(one.entry, one.filename, trouble, is_unproven=True))
        elif key:
            files[key] = one
        else:
            nameless += 1
    return OfflineFiles(tuple([files[key] for key in sorted(files)]), tuple(damaged), nameless)


def _rank(one: PlannedFile) -> tuple[bool, bool, int, str]:
    entry = one.entry
    return entry.kind != "built", not is_legacy(entry.path), entry.downloaded, entry.path


def _trouble(one: PlannedFile, reader: CacheReader) -> str | None:
    """Return what is wrong with a file, as far as its first and last bytes or its headers show; None if nothing is."""
    if one.entry.announced is not None:
        return f"its headers announce {one.entry.announced:,} bytes, and it has another number"
    try:
        return reader.look_into(one.entry, partial(quick_trouble, is_wheel=one.entry.kind != "sdist"))
    except (OSError, UnreadableRecordError) as error:
        return f"it cannot be read: {reason(error)}"
