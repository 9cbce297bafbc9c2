"""Find and read the cache for a command, with progress on a terminal."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import click

from cachetui.cli.console import Status, note, warn
from cachetui.cli.signals import ended_in_order
from cachetui.errors import UsageError
from cachetui.model import Batch, Entry, Inventory
from cachetui.pip.config.location import Location
from cachetui.services import cache as services
from cachetui.services.options import GlobalOptions
from cachetui.text.format import count, disk_text

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.preferences.model import Protection
    from cachetui.terms import Predicate

SHOWN_AFTER = 0.4
"""Seconds of reading before progress is shown; a shorter display would only flicker."""

HELD: list[object] = []
"""Caches that were read, kept until the program ends because freeing their objects takes time."""


@contextmanager
def located(options: GlobalOptions) -> Iterator[Location]:
    """Yield the cache's location, as `services.cache.located` does.

    Raises click.UsageError in place of UsageError.
    """
    with ended_in_order() if options.demo else nullcontext():
        try:
            with services.located(options, note=note) as location:
                yield location
        except UsageError as error:
            raise click.UsageError(str(error)) from error


@contextmanager
def opened(options: GlobalOptions, *, only_pips: str | None = None) -> Iterator[services.Cache]:
    """Find and read the cache, showing progress; print on stderr what cannot be read.

    `only_pips` is the name of a command or option that works only on pip's cache. Raises click.UsageError if it is used
    on another cache.
    """
    with located(options) as location, uncollected():
        if only_pips:
            services.require_pips(location, only_pips, options)
        began = time.monotonic()

        def report(batch: Batch) -> None:
            if time.monotonic() - began >= SHOWN_AFTER:
                so_far = f"{count(batch.files, 'file')}, {disk_text(batch.disk_usage)} so far"
                status.show(f"Reading {location.name}  {so_far}")

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


def matching(
    inventory: Inventory, predicate: Predicate, options: GlobalOptions, protection: Protection | None = None
) -> tuple[Entry, ...]:
    """Return the entries of a cache that satisfy a predicate, showing progress; see `labels.matching`."""
    from cachetui.services.facts import labels  # noqa: PLC0415 - a list of everything does without, and is quicker

    with Status() as status:
        return labels.matching(
            inventory.entries,
            predicate,
            options,
            protection,
            root=inventory.root,
            now_ns=time.time_ns(),
            note=status.note,
            report=status.show,
        )


def warn_of_unmatched(
    predicate: Predicate, entries: Iterable[Entry], inventory: Inventory, what: str = "Nothing in the cache"
) -> None:
    """Warn about each name and requirement in the terms that none of `entries` matches, and suggest similar projects.

    `entries` are entries that match the terms, and `what` is the subject of the warnings.
    """
    from cachetui.insight.near_names import near_names  # noqa: PLC0415 - only mistakes need it

    missing = predicate.unmatched(entries)
    near = near_names([one.name for _, one in missing if one.pattern is None], inventory.entries)
    for terms, one in missing:
        hint = f" Did you mean {near[one.name]}?" if one.name in near else ""
        warn(f"{what} matches {terms}.{hint}")


def suggestions(names: Iterable[str], inventory: Inventory) -> list[str]:
    """Return a sentence for each name that no cached project has, if a cached project has a similar name.

    Only the first few of these names are looked up; see `near_names`.
    """
    from cachetui.insight.near_names import near_names  # noqa: PLC0415 - only mistakes need it

    near = near_names(names, inventory.entries)
    return [f"Nothing in the cache matches {name}. Did you mean {other}?" for name, other in near.items()]


def warn_of_no_match(predicate: Predicate, inventory: Inventory, *, removing: bool = False) -> None:
    """Warn that nothing in a cache matches, and suggest similar names.

    With `removing`, also say that nothing was removed.
    """
    sentences = suggestions([one.name for one in predicate.requirements if one.pattern is None], inventory)
    for sentence in sentences:
        warn(sentence)
    if removing:
        warn("Nothing was removed." if sentences else "Nothing in the cache matches: nothing was removed.")
    elif not sentences:
        warn("Nothing in the cache matches.")


@contextmanager
def uncollected() -> Iterator[None]:
    """Switch the garbage collector off during a block, because an inventory has no reference cycles.

    After the block, the collector works as before, but skips all objects that exist by then.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()
