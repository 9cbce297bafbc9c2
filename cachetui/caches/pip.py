"""pip's own cache."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cachetui.caches.source import ScanOptions, Source
from cachetui.interpreters.lookup import Python
from cachetui.model import Inventory
from cachetui.pip.config.location import Location, locate
from cachetui.pip.versions import pip_index

if TYPE_CHECKING:  # the first screen, and what only locates, do without
    from cachetui.pip.scan.layout import Layout

LOG = logging.getLogger(__name__)
TOPS = frozenset({"http", "http-v2", "wheels", "selfcheck"})
"""Names of the directories that pip makes in the root."""


def locate_pip(cache_dir: str | None, *, python: Python | None, environ: Mapping[str, str]) -> Location:
    """Return where `cache_dir`, or else pip's settings, put its cache; see `Locate`."""
    return locate(cache_dir, python=python, environ=environ)


def scan_pip(location: Location, options: ScanOptions, layout: Layout | None = None) -> Inventory:
    """Read a cache that pip fills, or that another program fills in the same format; see `Scan`.

    `layout` is the layout of the other program's cache; None for pip's.
    """
    from cachetui.pip.memory import Memory  # noqa: PLC0415 - the first screen, and what only locates, do without
    from cachetui.pip.scan.layout import PIPS  # noqa: PLC0415 - as below
    from cachetui.pip.scan.scanner import scan  # noqa: PLC0415

    with ExitStack() as stack:
        remembered = stack.enter_context(Memory()) if options.memory else None
        LOG.info("memory of earlier scans: %s", "used" if options.memory else "not used")
        inventory = scan(
            location.root,
            memory=remembered,
            indexes=_indexes(location, memory=options.memory),
            stop=options.stop,
            report=options.report,
            known=options.known,
            by_length=location.made_up,
            layout=layout or PIPS,
        )
    return replace(inventory, made_up=True) if location.made_up else inventory


def has_pips_layout(root: Path, names: Collection[str]) -> bool:
    """Return whether a directory has one of the directories that pip makes in its cache."""
    return not TOPS.isdisjoint(names)


def _indexes(location: Location, *, memory: bool) -> Iterator[str]:
    """Yield URLs of indexes: those in pip's settings, and those that pips use by default.

    The defaults are read from the pip of the location's Python and, with `memory`, from what earlier runs stored about
    the Pythons that they found.
    """
    yield from location.indexes
    if location.prefix and (built_in := pip_index(location.prefix)):
        yield built_in
    if memory:
        from cachetui.interpreters.store import StateFile  # noqa: PLC0415 - seldom needed

        yield from StateFile().indexes()


SOURCE = Source("pip", "pip", locate_pip, scan_pip, has_pips_layout)
