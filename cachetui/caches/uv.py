"""uv's cache, which cachetui reads and leaves as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from cachetui.caches.folders import set_folder
from cachetui.caches.source import ScanOptions, Source
from cachetui.caches.uv_commands import CLEAN, commands
from cachetui.caches.uv_layout import CONDUCT, is_uvs
from cachetui.caches.uv_scan import UvScanner
from cachetui.caches.uv_settings import find_cache
from cachetui.interpreters.lookup import Python
from cachetui.model import Inventory
from cachetui.pip.config.location import Location
from cachetui.system.tree import Tree


def locate_uv(cache_dir: str | None, *, python: Python | None, environ: Mapping[str, str]) -> Location:
    """Return the location of uv's cache: `cache_dir` if given, or else what uv's settings name; see `Locate`."""
    prefix = python.prefix if python else None
    if cache_dir:
        root = set_folder(cache_dir, environ)
        return Location(root, "--cache-dir", named=True, enabled=True, prefix=prefix, source="uv")
    place = find_cache(environ)
    return Location(
        Path(place.root),
        place.said_by,
        named=False,
        enabled=place.off_by is None,
        off_by=place.off_by,
        prefix=prefix,
        source="uv",
    )


def scan_uv(location: Location, options: ScanOptions) -> Inventory:
    """Read uv's cache; see `Scan`.

    It is read from the beginning each time: `options.memory` and `options.known` change nothing.
    """
    with Tree(location.root) as tree:
        return UvScanner(tree, options.stop, options.report).inventory()


def is_uv_cache(root: Path, names: Collection[str]) -> bool:
    """Return whether a directory is uv's cache, by the names in it."""
    return is_uvs(names)


SOURCE = Source("uv", "uv", locate_uv, scan_uv, is_uv_cache, CONDUCT, frozenset(), commands, CLEAN, "--cache-dir")
