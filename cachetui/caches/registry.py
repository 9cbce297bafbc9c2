"""Find the kind of a cache by its id, or by the names in its directory."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the sources are imported when they are needed, for a faster start
    from cachetui.caches.source import Source

IDS = ("pip", "pipenv", "poetry", "uv")
"""Ids of all kinds of caches, pip's first. Each is the name of a module in `cachetui.caches` that holds a `SOURCE`."""
PIP = IDS[0]
"""Id of the default kind of cache."""


@cache
def source_of(id_: str) -> Source:
    """Return a kind of cache by its id."""
    source: Source = import_module(f"cachetui.caches.{id_}").SOURCE
    return source


def source_at(root: Path) -> Source:
    """Return the kind of cache in a directory: the last one in `IDS` that recognises it, or pip's if none does.

    Every kind is recognised by the names in the directory, and some also by the directory's path. If that is a link,
    its target's path is tried, too. Lists only this directory.
    """
    names = _names_in(root)
    paths = Path(os.path.abspath(root)), Path(os.path.realpath(root))  # noqa: PTH100 - links stay in the first
    found = [id_ for id_ in reversed(IDS) if any(source_of(id_).recognises(path, names) for path in paths)]
    return source_of(found[0] if found else PIP)


def may_be_pips(root: Path) -> bool:
    """Return whether a directory has pip's layout, even if another kind recognises it, too.

    Lists only this directory.
    """
    return source_of(PIP).recognises(root, _names_in(root))


def _names_in(root: Path) -> frozenset[str]:
    """Return the names in a directory; an empty set if it cannot be listed."""
    try:
        return frozenset(os.listdir(root))  # noqa: PTH208 - names are all that counts
    except OSError:
        return frozenset()
