"""Control Python's garbage collector so that keys do not wait for it."""

from __future__ import annotations

import gc

DUE = gc.get_threshold()[2]
"""Number of collections of younger objects after which Python would collect all garbage; see `gc.set_threshold`."""
LATEST = 10 * DUE
"""The number to use in place of `DUE` while the browser itself collects garbage in pauses between keys."""


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
    """Return whether Python would have collected all garbage by now if `delay_collections` had not been called.

    Return False if it was not called.
    """
    return gc.get_threshold()[2] > DUE and gc.get_count()[2] > DUE


def restore_collections() -> None:
    """Make full collections as frequent as they were before `delay_collections`."""
    _set_threshold(DUE)


def _set_threshold(number: int) -> None:
    gc.set_threshold(*gc.get_threshold()[:2], number)
