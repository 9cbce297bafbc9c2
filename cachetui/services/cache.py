"""Read a cache, with or without what earlier runs learned of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import MappingProxyType

from cachetui.model import Batch, Entry, Inventory
from cachetui.pip.config.location import Location
from cachetui.pip.memory import Memory
from cachetui.pip.scan.scanner import scan
from cachetui.system.tree import never

NOTHING: Mapping[str, Entry] = MappingProxyType({})


def read_cache(
    location: Location,
    *,
    memory: bool,
    stop: Callable[[], bool] = never,
    report: Callable[[Batch], None] | None = None,
    known: Mapping[str, Entry] = NOTHING,
) -> Inventory:
    """Read the cache at a location.

    `memory` uses and updates the scan memory; `known` are entries by path that an earlier scan of this process found.
    Raises RootError and OSError where the root cannot be read.
    """
    with ExitStack() as stack:
        remembered = stack.enter_context(Memory()) if memory else None
        return scan(
            location.root,
            memory=remembered,
            indexes=location.indexes,
            stop=stop,
            report=report,
            known=known,
        )


def is_absent(location: Location) -> bool:
    """Return whether there is no cache yet at a root that nobody named; pip makes one when it downloads something."""
    return not location.named and not os.path.lexists(location.root)
