"""Check again during a removal whether entries are in use."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

from cachetui.conduct import PIP, Conduct
from cachetui.file_status import is_directory
from cachetui.model import Entry
from cachetui.removal.in_use import (
    BUILT_LATELY,
    DAY_NS,
    awaited,
    build_folder,
    folder_of,
    quiet_time,
    running_words,
)
from cachetui.removal.recheck import CHANGED, REPLACED, KeptError, files_by_folder, look_at_folder, reason_of
from cachetui.removal.rooted import PathCursor

PIPS_SECONDS = 1.0
"""Seconds between two searches for running programs that use the cache: a search takes a few hundredths of a second."""
SOONER = {"built": 0.1, "wheel": 0.1, "sdist": 0.1}
"""Shorter intervals, in seconds, for kinds of entries that a program may choose and open soon after its start.

The program takes longer than these intervals to start.
"""

Pips = Callable[[], tuple[int, ...]]
"""Function that returns the process ids of running programs that use the cache; it may raise OSError."""


class InUseMonitor:
    """Monitor that checks, right before each removal, whether a running program or a build needs the entry."""

    def __init__(
        self,
        entries: Iterable[Entry],
        way: PathCursor,
        device: int,
        pips: Pips,
        clock: Callable[[], int],
        conduct: Conduct = PIP,
    ) -> None:
        """Monitor `entries`, reached by `way` on `device`; `clock` returns the time in ns since the epoch.

        `conduct` is `Inventory.conduct`.
        """
        self._conduct = conduct
        self._folders = files_by_folder(entries)
        self._way, self._device, self._ask, self._clock = way, device, pips, clock
        self._pips: tuple[int, ...] = ()
        self._unknown: str | None = None
        """Reason why the last search for running programs failed; None if it succeeded."""
        self._asked_at = -PIPS_SECONDS
        self._told: dict[str, str | None] = {}
        """Reasons why build folders must stay, by path; None for those that may be removed."""

    def reason_to_stay(self, entry: Entry) -> str | None:
        """Return why an entry must stay because it may be in use; None if it need not."""
        if entry.kind != "leftover" and entry.kind not in self._conduct.awaited:
            return None
        folder = folder_of(entry)
        if folder is None and entry.kind not in self._conduct.awaited:
            return None
        if folder and folder in self._told:
            return self._told[folder]
        try:
            reason = awaited(entry, self._running(entry.kind), self._conduct)
            if folder and not reason:
                reason = self._look_at(folder)
        except KeptError as left:
            reason = str(left)
        if folder:
            self._told[folder] = reason
        return reason

    def look_at_empty(self, path: str, now_ns: int) -> os.stat_result | None:
        """Return the current status of an empty directory; None if it is gone.

        `now_ns` is the current time in nanoseconds since the epoch. Raises KeptError if the directory may be in
        use or was replaced, and OSError if its status cannot be read.
        """
        parent, _, name = path.rpartition("/")
        try:
            found = self._way.go(parent).look(name)
        except FileNotFoundError:
            return None
        if not is_directory(found) or found.st_dev != self._device:
            raise KeptError(REPLACED)
        if now_ns - found.st_mtime_ns < quiet_time(path):
            raise KeptError(CHANGED)
        if build_folder(path) and self._running():
            raise KeptError(running_words(self._conduct))
        return found

    def _look_at(self, folder: str) -> str | None:
        """Return why a build folder must stay, or None. Raises KeptError if its content changed or cannot be read."""
        newest = look_at_folder(self._way, folder, self._folders[folder], self._device)
        return BUILT_LATELY if newest is not None and self._clock() - newest < DAY_NS else None

    def _running(self, kind: str = "") -> tuple[int, ...]:
        """Return the process ids of running programs that use the cache; raise KeptError if they cannot be found out.

        They are searched for again after `PIPS_SECONDS`, or sooner for kinds in `SOONER`.
        """
        if time.monotonic() >= self._asked_at + SOONER.get(kind, PIPS_SECONDS):
            began = time.monotonic()
            try:
                self._pips, self._unknown = self._ask(), None
            except OSError as error:
                tool = self._conduct.tool
                what = "which pips are" if tool == "pip" else f"whether {tool} is"
                self._unknown = f"it is not known {what} running: {reason_of(error)}"
            self._asked_at = began
        if self._unknown:
            raise KeptError(self._unknown)
        return self._pips
