"""Control Python's garbage collector so that keys do not wait for it."""

from __future__ import annotations

import gc

DUE = gc.get_threshold()[2]
"""Number of collections of younger objects after which Python would collect all garbage; see `gc.set_threshold`."""
LATEST = 10 * DUE
"""The same number while the browser itself collects garbage after keys."""


def delay_collections() -> None:
    """Make full collections rare: during a scan, each would stop the scan and the keys, and find next to nothing.

    From then on, the browser must collect garbage in pauses between keys. `restore_collections` undoes it.
    """
    _set_threshold(LATEST)


def settle_memory() -> None:
    """Exclude the inventory that was read from garbage collection, because it is large and has no cycles.

    An earlier inventory is collected first.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.freeze()


def is_collection_due() -> bool:
    """Return whether Python would by itself collect all garbage, which would often be while a key is handled."""
    return gc.get_threshold()[2] > DUE and gc.get_count()[2] > DUE


def restore_collections() -> None:
    """Make full collections as frequent as they were."""
    _set_threshold(DUE)


def _set_threshold(number: int) -> None:
    gc.set_threshold(*gc.get_threshold()[:2], number)
