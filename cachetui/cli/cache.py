"""The cache that a command is about, found and read with progress on a terminal."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import click

from cachetui.cli.console import Status, note
from cachetui.cli.signals import ended_in_order
from cachetui.errors import UsageError
from cachetui.model import Batch
from cachetui.pip.config.location import Location
from cachetui.services import cache as services
from cachetui.services.options import GlobalOptions
from cachetui.text.format import count, disk_text

SHOWN_AFTER = 0.4
"""Seconds of reading after which its progress is shown: before, it would only flicker."""

HELD: list[object] = []
"""The caches that were read, held until the program ends: to free each object before would only take time."""


@contextmanager
def located(options: GlobalOptions) -> Iterator[Location]:
    """Find the cache, as `services.cache.located` does. Raises click.UsageError for UsageError."""
    with ended_in_order() if options.demo else nullcontext():
        try:
            with services.located(options, note=note) as location:
                yield location
        except UsageError as error:
            raise click.UsageError(str(error)) from error


@contextmanager
def opened(options: GlobalOptions) -> Iterator[services.Cache]:
    """Find and read the cache, showing progress. Notes on stderr what cannot be read."""
    with located(options) as location, uncollected():
        began = time.monotonic()

        def report(batch: Batch) -> None:
            if time.monotonic() - began >= SHOWN_AFTER:
                so_far = f"{count(batch.files, 'file')}, {disk_text(batch.disk_usage)} so far"
                status.show(f"Reading {location.root}  {so_far}")

        with Status() as status:
            inventory = services.open_cache(
                location,
                memory=options.scan_memory,
                note=status.note,
                report=report if status.shown else None,
            )
        cache = services.Cache(location, inventory)
        HELD.append(cache)
        yield cache


@contextmanager
def uncollected() -> Iterator[None]:
    """Switch the garbage collector off: an inventory has no cycles to find. Afterwards it skips these objects, too."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()
