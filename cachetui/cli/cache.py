"""The cache that a command is about: where it is, and what is in it."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import click

from cachetui.cli.notes import Status, note
from cachetui.cli.options import Settings
from cachetui.errors import RootError
from cachetui.interpreters.lookup import default_python, python_at
from cachetui.model import Batch, Inventory
from cachetui.pip.config.location import Location, locate
from cachetui.pip.config.paths import place

SHOWN_AFTER = 0.4
"""Seconds of reading after which its progress is shown: before, it would only flicker."""

ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals by which a program is asked to end."""


HELD: list[object] = []
"""What was read, until the program ends: to give back each piece of it before would only take time."""


class Cache(NamedTuple):
    """A cache that was read."""

    location: Location
    """Where it is, and who says so."""
    inventory: Inventory
    """What is in it."""


@contextmanager
def located(settings: Settings) -> Iterator[Location]:
    """Find the cache; make and remove the made-up one if that is asked for. Tells on stderr if the cache is off."""
    with ExitStack() as stack:
        cache_dir = settings.cache_dir
        if settings.demo:
            from cachetui.demo import demo_cache  # noqa: PLC0415 - only made when asked for

            if cache_dir:
                raise click.UsageError("--demo and --cache-dir exclude each other.")
            stack.enter_context(ended_in_order())
            cache_dir = str(stack.enter_context(demo_cache()))
        if cache_dir and not place(cache_dir).is_absolute() and not _is_somewhere():
            raise RootError("The current folder is gone: name the cache by its whole path.")
        python = python_at(settings.python) if settings.python else default_python(os.environ)
        location = locate(cache_dir, python=python)
        if settings.demo:
            location = replace(location, said_by="--demo")
        if not location.enabled:
            note(f"pip's cache is switched off: {location.off_by}. This is what lies in {location.root}.")
        yield location


def _is_somewhere() -> bool:
    """Return whether the current folder is still there."""
    try:
        return bool(Path.cwd())
    except OSError:
        return False


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Turn signals that end the program into exceptions, so that the demo's folder is removed."""

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def absent(location: Location) -> bool:
    """Return whether there is no cache yet at a place that was not named."""
    return not location.named and not os.path.lexists(location.root)


@contextmanager
def opened(settings: Settings) -> Iterator[Cache]:
    """Find and read the cache. Tells on stderr what could not be read."""
    with located(settings) as location, uncollected():
        if absent(location):
            note(f"There is no cache at {location.root}: pip makes it when it downloads something.")
            inventory = Inventory(str(location.root))  # in which everything is recognised, for there is nothing
        else:
            inventory = read(location, remember=not settings.no_memory and not settings.demo)
        if not inventory.recognised and any(Path(inventory.root).iterdir()):
            raise RootError(
                f"{inventory.root} holds nothing that pip writes: it is not a pip cache. Name one with --cache-dir."
            )
        for error in inventory.errors:
            note(f"Not readable: {error.path or inventory.root}: {error.reason}.")
        cache = Cache(location, inventory)
        HELD.append(cache)
        yield cache


@contextmanager
def uncollected() -> Iterator[None]:
    """Do without the garbage collector: it would look for cycles, which there are none of, in all that was read.

    Nor does it look there afterwards.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


def read(location: Location, *, remember: bool) -> Inventory:
    """Read the cache at a location, with or without what earlier runs learned."""
    from cachetui.pip.memory import Memory  # noqa: PLC0415 - not needed for an absent cache
    from cachetui.pip.scan.scanner import scan  # noqa: PLC0415
    from cachetui.text.format import count, disk_text  # noqa: PLC0415

    status, began = Status(sys.stderr), time.monotonic()

    def report(batch: Batch) -> None:
        if time.monotonic() - began >= SHOWN_AFTER:
            status.show(f"Reading {location.root}  {count(batch.files, 'file')}, {disk_text(batch.disk_usage)} so far")

    with ExitStack() as stack:
        memory = stack.enter_context(Memory()) if remember else None
        stack.callback(status.clear)
        return scan(
            Path(location.root),
            memory=memory,
            indexes=location.indexes,
            report=report if status.shown else None,
        )
