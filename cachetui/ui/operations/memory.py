"""Control the memory of the browser: when Python collects garbage, and from where threads take memory."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress

DUE = gc.get_threshold()[2]
"""Number of collections of younger objects after which Python may collect all garbage; see `gc.set_threshold`."""
LATEST = 10 * DUE
"""The number to use in place of `DUE` while the browser itself collects garbage in pauses between keys."""

M_ARENA_MAX = -8
"""The parameter of glibc's mallopt(3) for the number of heaps."""


def share_heap() -> None:
    """Make all threads take memory from one heap, on Linux with glibc; call this before threads are started.

    Otherwise glibc gives threads their own heaps. What one scan frees there stays allocated, while the next scan, in
    another thread, takes as much again.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # other C libraries have no mallopt
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def delay_collections() -> None:
    """Make full collections rare: during a scan, each would hold up the scan and the keys, and find next to nothing.

    Afterwards, the browser must collect garbage in pauses between keys, until `restore_collections` is called.
    """
    _set_threshold(LATEST)


def settle_memory() -> None:
    """Exclude all present objects from garbage collection: most are of the inventory, which is large and has no cycles.

    If objects were excluded before, such as an earlier inventory, first collect those of them that are garbage.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.freeze()


def is_collection_due() -> bool:
    """Return whether Python might have collected all garbage by now if `delay_collections` had not been called.

    Return False if it was not called.
    """
    return gc.get_threshold()[2] > DUE and gc.get_count()[2] > DUE


def restore_collections() -> None:
    """Make full collections as frequent as they were before `delay_collections`."""
    _set_threshold(DUE)


def _set_threshold(number: int) -> None:
    gc.set_threshold(*gc.get_threshold()[:2], number)
