"""Check again during a removal whether entries are in use (design, safety rule 5)."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable

from cachetui.model import Entry
from cachetui.removal.in_use import (
    AWAITED,
    BUILT_LATELY,
    DAY_NS,
    awaited,
    build_folder,
    building,
    folder_of,
    quiet_time,
)
from cachetui.removal.recheck import CHANGED, REPLACED, KeptError, files_by_folder, look_at_folder, reason_of
from cachetui.removal.rooted import PathCursor

PIPS_SECONDS = 1.0
"""Seconds between two searches for running pips: a search takes some hundredths of a second."""

WATCHED = (*AWAITED, "leftover")
"""Kinds that somebody may be using."""

Pips = Callable[[], tuple[int, ...]]
"""Returns the process ids of running pips; may raise OSError."""


class InUseMonitor:
    """Checks, right before something goes, whether a running pip or a build under way needs it."""

    def __init__(
        self, entries: Iterable[Entry], way: PathCursor, device: int, pips: Pips, clock: Callable[[], int]
    ) -> None:
        """Watch over `entries`, reached by `way` on `device`; `clock` returns the present in ns since the epoch."""
        self._folders = files_by_folder(entries)
        self._way, self._device, self._ask, self._clock = way, device, pips, clock
        self._pips: tuple[int, ...] = ()
        self._unknown: str | None = None
        """Why the running pips could not be found, the last time."""
        self._due = 0.0
        self._told: dict[str, str | None] = {}
        """Why folders that a wheel is built in must stay, or None for those that may go, by path."""

    def reason_to_stay(self, entry: Entry) -> str | None:
        """Return why somebody may be using an entry, or None."""
        if entry.kind not in WATCHED:
            return None
        folder = folder_of(entry)
        if folder is None and entry.kind not in AWAITED:
            return None
        if folder and folder in self._told:
            return self._told[folder]
        try:
            reason = awaited(entry, self._running()) or (self._look_at(folder) if folder else None)
        except KeptError as left:
            reason = str(left)
        if folder:
            self._told[folder] = reason
        return reason

    def look_at_empty(self, path: str, now_ns: int) -> os.stat_result | None:
        """Return what an empty directory is now, None if it is gone; `now_ns` is the present, in ns since the epoch.

        Raises KeptError if somebody may be using it, OSError if it cannot be looked at.
        """
        parent, _, name = path.rpartition("/")
        try:
            found = self._way.go(parent).look(name)
        except FileNotFoundError:
            return None
        if not stat.S_ISDIR(found.st_mode) or found.st_dev != self._device:
            raise KeptError(REPLACED)
        if now_ns - found.st_mtime_ns < quiet_time(path):
            raise KeptError(CHANGED)
        if build_folder(path) and (reason := building(self._running())):
            raise KeptError(reason)
        return found

    def _look_at(self, folder: str) -> str | None:
        """Return why a folder that a wheel is built in must stay, all of it, or None. Raises KeptError likewise."""
        newest = look_at_folder(self._way, folder, self._folders[folder], self._device)
        return BUILT_LATELY if newest is not None and self._clock() - newest < DAY_NS else None

    def _running(self) -> tuple[int, ...]:
        """Return the process ids of the pips that run, as of a moment ago. Raises KeptError if that is unknown."""
        if time.monotonic() >= self._due:
            try:
                self._pips, self._unknown = self._ask(), None
            except OSError as error:
                self._unknown = f"which pips run cannot be told: {reason_of(error)}"
            self._due = time.monotonic() + PIPS_SECONDS
        if self._unknown:
            raise KeptError(self._unknown)
        return self._pips
