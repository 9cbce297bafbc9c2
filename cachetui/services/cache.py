"""Find and read a cache, with or without the results of earlier runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from cachetui.caches.registry import PIP, may_be_pips, source_at, source_of
from cachetui.caches.source import ScanOptions
from cachetui.errors import RootError, UsageError
from cachetui.interpreters.lookup import Python, default_python, python_at
from cachetui.model import Batch, Inventory
from cachetui.pip.config.location import Location
from cachetui.pip.config.paths import place
from cachetui.report.cache_notes import cache_notes
from cachetui.report.unreadable import unreadable_sentences
from cachetui.services.options import GlobalOptions
from cachetui.system.files import current_folder_exists
from cachetui.system.steps import step

LOG = logging.getLogger(__name__)


class Cache(NamedTuple):
    """A cache that was read."""

    location: Location
    """Location of the cache."""
    inventory: Inventory
    """Content of the cache."""


@contextmanager
def located(options: GlobalOptions, *, note: Callable[[str], None]) -> Iterator[Location]:
    """Yield the location of the cache that the options name. The demo's cache exists only in this context.

    `note` gets a sentence if the cache is switched off. Raises UsageError for options that exclude each
    other, RootError if they name a relative path and the current folder is gone, and CachetuiError if
    the Python or the home directory (`~user`) that they name does not exist.
    """
    with ExitStack() as stack:
        cache_dir = options.cache_dir
        if options.demo:
            from cachetui.demo import demo_cache  # noqa: PLC0415 - the first screen does without

            if cache_dir:
                raise UsageError("--demo and --cache-dir exclude each other.")
            if options.of not in (None, PIP) and "of" not in options.variables:
                raise UsageError(f"--demo makes up a cache of pip: leave out --of {options.of}.")
            python = python_at(options.python) if options.python else None
            with step(LOG, "made up the demo's cache"):
                root = stack.enter_context(demo_cache(true_sizes=True))
            prefix = python.prefix if python else None
            LOG.info("cache: made up, in %s, by %s", root, options.said_by("demo"))
            yield Location(root, "--demo", named=True, enabled=True, prefix=prefix, made_up=True)
            return
        if cache_dir and not place(cache_dir).is_absolute() and not current_folder_exists():
            raise RootError("The current folder no longer exists: give the full path of the cache.")
        python = python_at(options.python) if options.python else default_python(os.environ)
        with step(LOG, "found out where the cache is"):
            source = source_at(place(cache_dir)) if cache_dir and not options.of else source_of(options.of or PIP)
            location = source.locate(cache_dir, python=python, environ=os.environ)
        if cache_dir:
            named = "cache_dir" not in options.variables  # a variable may be set for somebody else
            location = replace(location, said_by=options.said_by("cache_dir"), named=named)
        _log_location(location, python, options)
        if not location.enabled:
            note(f"{source.title}'s cache is switched off: {location.off_by}. This is what is in {location.root}.")
        yield location


def _log_location(location: Location, python: Python | None, options: GlobalOptions) -> None:
    """Log which cache and which Python are used, and why."""
    if not LOG.isEnabledFor(logging.INFO):  # to find the version of pip takes time
        return
    if python is None:
        LOG.info("Python: none, because no environment is active and no python3 is on PATH")
    else:
        why = options.said_by("python") if options.python else "the active environment or the first on PATH"
        LOG.info("Python: %s, by %s; pip %s", python.executable, why, location.pip or "unknown")
    state = "on" if location.enabled else f"off, by {location.off_by}"
    LOG.info("cache: %s, by %s; it is %s", location.root, location.said_by, state)


def require_pips(location: Location, what: str, options: GlobalOptions) -> None:
    """Raise UsageError if a cache is not pip's; `what` names a command or option that works only on pip's cache."""
    if location.source == PIP:
        return
    otherwise = f" To read it as pip's, add --of {PIP}." if not options.of and may_be_pips(location.root) else ""
    title = source_of(location.source).title
    raise UsageError(f"{what} is about pip and its cache alone, and {location.root} is {title}'s.{otherwise}")


def cache_option(location: Location, options: GlobalOptions) -> tuple[str, ...]:
    """Return the options with which another run of cachetui finds the same cache; empty if it needs none."""
    if options.demo:
        return ("--demo",)
    of = ("--of", options.of) if options.of else ()
    if options.cache_dir:
        return *of, "--cache-dir", str(location.root)
    return (*of, "--python", options.python) if options.python else of


def open_cache(
    location: Location,
    *,
    memory: bool,
    note: Callable[[str], None],
    report: Callable[[Batch], None] | None = None,
) -> Inventory:
    """Return the content of a cache, which is empty if there is no cache yet.

    `memory` and `report` are as in `ScanOptions`. `note` gets a sentence if there is no cache yet, or else those of
    `cache_notes` and `unreadable_sentences`. Raises RootError if the root cannot be read, or if it is not
    empty but holds nothing that its program writes; and OSError.
    """
    if is_absent(location):
        conduct = source_of(location.source).conduct
        note(f"There is no cache at {location.root}: {conduct.tool} makes it when it downloads something.")
        return Inventory(str(location.root), conduct=conduct)
    inventory = read_cache(location, ScanOptions(memory, report=report))
    if not inventory.recognised and any(Path(inventory.root).iterdir()):
        tool = inventory.conduct.tool
        raise RootError(
            f"{inventory.root} contains nothing that {tool} writes: it is not a {tool} cache. "
            "Name one with --cache-dir."
        )
    for sentence in cache_notes(inventory):
        note(sentence)
    for sentence in unreadable_sentences(inventory) if inventory.errors else ():
        note(sentence)
    return inventory


def read_cache(location: Location, options: ScanOptions) -> Inventory:
    """Read the cache at a location. Raises RootError and OSError if the root cannot be read."""
    with step(LOG, "read the cache"):
        inventory = source_of(location.source).scan(location, options)
        LOG.info(
            "read: %d entries; not %s's: %d files; not followed: %d links; not readable: %d",
            len(inventory.entries),
            inventory.conduct.tool,
            *map(len, (inventory.foreign, inventory.links, inventory.errors)),
        )
    return inventory


def is_absent(location: Location) -> bool:
    """Return whether there is no cache yet at a root that the user did not name.

    Its program makes the cache when it downloads something.
    """
    return not location.named and not os.path.lexists(location.root)
