"""What somebody may be using at this moment, asked again while a removal is under way (design, safety rule 5)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from cachetui.model import Entry
from cachetui.removal.directory import Descent
from cachetui.removal.quiet import AWAITED, BUILT_LATELY, DAY_NS, awaited, build_folder, building, folder_of
from cachetui.removal.survey import LeftError, files_by_folder, look_at_folder

PIPS_SECONDS = 1.0
"""Time between two questions which pips run: asking takes some hundredths of a second."""

Pips = Callable[[], tuple[int, ...]]
"""Tells the process ids of running pips."""


class Watch:
    """Looks, right before something goes, whether a pip that runs now or a build that is under way needs it."""

    def __init__(
        self, entries: Iterable[Entry], way: Descent, device: int, pips: Pips, clock: Callable[[], int]
    ) -> None:
        """Watch over `entries`, reached by `way` on `device`; `clock` tells the present in ns since the epoch."""
        self._folders = files_by_folder(entries)
        self._way, self._device, self._ask, self._clock = way, device, pips, clock
        self._pips: tuple[int, ...] = ()
        self._due = 0.0
        self._told: dict[str, str | None] = {}
        """Why folders that a wheel is built in must stay, or None for those that may go, by path."""

    def reason_to_stay(self, entry: Entry) -> str | None:
        """Return why somebody may be using an entry, or None."""
        folder = folder_of(entry)
        if folder is None:
            return awaited(entry, self._running()) if entry.kind in AWAITED else None
        if folder not in self._told:
            self._told[folder] = awaited(entry, self._running()) or self._look_at(folder)
        return self._told[folder]

    def reason_for_directory(self, path: str) -> str | None:
        """Return why somebody may be using an empty directory, or None."""
        return building(self._running()) if build_folder(path) else None

    def _look_at(self, folder: str) -> str | None:
        """Return why a folder that a wheel is built in must stay, all of it, or None."""
        try:
            newest = look_at_folder(self._way, folder, self._folders[folder], self._device)
        except LeftError as left:
            return str(left)
        return BUILT_LATELY if newest is not None and self._clock() - newest < DAY_NS else None

    def _running(self) -> tuple[int, ...]:
        """Return the process ids of the pips that run, as of a moment ago."""
        if time.monotonic() >= self._due:
            self._pips = self._ask()
            self._due = time.monotonic() + PIPS_SECONDS
        return self._pips
