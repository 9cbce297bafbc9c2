"""Find the caches on this machine beside the one that is open, and measure them without reading their files."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from cachetui.caches.registry import IDS, source_of
from cachetui.caches.source import OtherCache, Source
from cachetui.errors import RootError
from cachetui.file_status import allocated
from cachetui.interpreters.lookup import Python, default_python
from cachetui.pip.config.location import Location
from cachetui.system.tree import LeftOut, Tree, never

__all__ = ["OtherCache", "other_caches"]

LOG = logging.getLogger(__name__)
SECONDS = 1.0
"""Maximum time in seconds for measuring the caches, unless the caller gives another."""
SHORTLY = 0.2
"""Maximum time in seconds for measuring the caches in a command, which waits for the result."""


def other_caches(
    environ: Mapping[str, str],
    opened: Location | None = None,
    *,
    python: Python | None = None,
    seconds: float = SECONDS,
    stop: Callable[[], bool] = never,
) -> tuple[OtherCache, ...]:
    """Return every readable cache that is not empty, except the open one, in the order of the registry. Never raises.

    A directory that several programs use is a cache of each of them. The result is empty if the demo's cache is open.
    `python` is the Python whose pip's settings count; None for the active one. Blocks for little more than `seconds`,
    even if there are many files; `is_whole` is False for a cache that was not fully counted, because time ran out,
    `stop` returned True, or a directory could not be read.
    """
    if opened is not None and opened.made_up:
        return ()
    python = python or default_python(environ)
    here = None if opened is None else (opened.source, _place(opened.root))
    found = []
    for id_ in IDS:
        root = source_of(id_).locate(None, python=python, environ=environ).root
        if (place := _place(root)) is not None and (id_, place) != here:
            found.append((source_of(id_), root))
    if not found:
        return ()
    measure = partial(_measured, deadline=time.monotonic() + seconds, stop=stop)
    with ThreadPoolExecutor(len(found), "cachetui-caches") as pool:
        return tuple([cache for cache in pool.map(measure, found) if cache is not None])


def _place(root: Path) -> tuple[int, int] | None:
    """Return the device and inode number of the directory that a path leads to; None if it cannot be found."""
    try:
        found = os.stat(root)  # noqa: PTH116 - a path of settings may hold anything
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _measured(found: tuple[Source, Path], *, deadline: float, stop: Callable[[], bool]) -> OtherCache | None:
    """Measure a cache by its source and root; return None if it is empty or cannot be read."""
    source, root = found
    try:
        with Tree(root) as tree:
            disk_usage, is_whole, is_empty = _usage(tree, source.closed, deadline, stop)
    except RootError as error:
        LOG.info("%s's cache was not measured: %s", source.title, error)
        return None
    return None if is_empty else OtherCache(source.id, source.title, root, disk_usage, is_whole)


def _usage(tree: Tree, closed: Collection[str], deadline: float, stop: Callable[[], bool]) -> tuple[int, bool, bool]:
    """Return the allocated bytes of a root and all below it, whether everything was counted, and whether it is empty.

    Other file systems, the targets of links, and the directories of the root named in `closed` are not counted.
    """
    usage, is_whole, is_empty = 0, True, True
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[str, int | None]] = [("", None)]
    while waiting:
        path, inode = waiting.pop()
        try:
            listing = tree.list(path, inode)
        except (FileNotFoundError, LeftOut):
            continue
        except OSError:
            is_whole = False
            continue
        usage += allocated(listing.own)
        for status in listing.files.values():
            name = status.st_dev, status.st_ino
            usage += 0 if name in seen else allocated(status)
            if status.st_nlink > 1:
                seen.add(name)
        below = [one for one in listing.below if path or one[0] not in closed]
        waiting += [(f"{path}/{name}" if path else name, number) for name, number in below]
        is_empty = is_empty and not (listing.files or below)
        if waiting and (stop() or time.monotonic() >= deadline):
            return usage, False, is_empty
    return usage, is_whole, is_empty
