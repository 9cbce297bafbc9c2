"""When memory is tidied up: in quiet moments, so that no key waits for it, save one that ends a quiet of seconds."""

from __future__ import annotations

import gc
import sys
import time

from textual import events

from cachetui.ui.type_ahead import Keyboard

QUIET, STAYS_QUIET, LONG_QUIET = 1.0, 5.0, 20.0
"""Seconds without a key or the mouse after which young garbage is looked for, what was read is set apart, and all
garbage is looked for."""
WORTH = 20_000
"""Objects that came and stayed, from which on a look at the young ones is worth its while."""


class Tidy(Keyboard):
    """Looks for cycles itself: Python does so whenever it has made enough objects, and keys would wait for that.

    What was read holds no cycles, and is so much that a look at all of it would be felt.
    """

    freed_much = False
    """Whether much memory was freed since it was given back last."""
    came_much = False
    """Whether much came that stays, and is not set apart yet from what may turn into garbage."""
    _touched_at = 0.0
    _aged = False  # whether something has outlived a look at the young ones since the last look at all
    _thresholds: tuple[int, int, int] | None = None

    def on_load(self) -> None:
        """Keep Python's garbage collector off, whoever switches it on meanwhile."""
        self._thresholds = gc.get_threshold()
        gc.set_threshold(0)

    def on_mount(self) -> None:
        """Look for quiet moments."""
        self.set_interval(QUIET, self.tidy_up)

    def on_unmount(self) -> None:
        """Leave the process as it was."""
        if self._thresholds is not None:
            gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def take_in_much(self) -> None:
        """Expect what came by now to stay, and what it took to get it, or was there in its place, to be of no use."""
        self.came_much = self.freed_much = True
        self._touched_at = time.monotonic()

    async def on_event(self, event: events.Event) -> None:
        """Note when something was touched."""
        if isinstance(event, events.InputEvent):
            self._touched_at = time.monotonic()
        await super().on_event(event)

    @property
    def resting(self) -> bool:
        """Whether nothing is going on that makes many objects which stay."""
        return True

    def tidy_up(self) -> None:
        """Look for garbage, if it is quiet: among what is young, and now and then in all that is not frozen."""
        quiet = time.monotonic() - self._touched_at
        if not self.resting or quiet < QUIET:
            return
        if self.freed_much:
            self.freed_much = False
            self.run_worker(give_back, thread=True, group="give back")
        if self.came_much:
            if quiet >= STAYS_QUIET:
                self.came_much = self._aged = False
                gc.unfreeze()
                gc.collect()
                gc.freeze()
        elif quiet >= LONG_QUIET and self._aged:
            gc.collect()
            self._aged = False
        elif gc.get_count()[0] >= WORTH:
            gc.collect(1)
            self._aged = True


def give_back() -> None:
    """Give freed memory back to the system, where its C library keeps it for itself (glibc, `malloc_trim(3)`)."""
    if sys.platform == "linux":
        from ctypes import CDLL  # noqa: PLC0415 - the first screen does not wait for it

        trim = getattr(CDLL(None), "malloc_trim", None)  # other libraries have none
        if trim is not None:
            trim(0)
