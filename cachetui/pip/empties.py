"""Find directories of pip's in which nothing is left."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator

from cachetui.model import NS, Entry, File, Unreadable
from cachetui.pip import layout
from cachetui.pip.tree import Tree

EMPTY_SECONDS = 3_600
"""How long a directory must have been empty to be a leftover: a pip may be about to fill a younger one."""
BUILD_SECONDS = 86_400
"""The same for a folder that pip builds in."""


def empty_directories(
    tree: Tree,
    directories: Collection[str],
    entries: Iterable[Entry],
    foreign: Iterable[File],
    errors: Iterable[Unreadable],
) -> Iterator[Entry]:
    """Yield a leftover for each topmost directory of pip's in which there has been no file for a while."""
    filled = {above(file.path) for entry in entries for file in entry.files}
    filled.update(above(file.path) for file in foreign)
    filled.update(error.path for error in errors)
    filled.update(path for path in directories if path and not layout.is_pips_directory(path))
    for path in list(filled):
        here = above(path)
        while here not in filled:
            filled.add(here)
            here = above(here)
    empty = {path for path in directories if path not in filled and path not in layout.KEPT}
    newest: dict[str, int] = {}
    young = set()
    now = time.time_ns()
    for path in empty:
        try:
            changed = tree.lstat(path).st_mtime_ns
        except OSError:
            continue
        top = path
        while above(top) in empty:
            top = above(top)
        newest[top] = max(changed, newest.get(top, 0))
        least = BUILD_SECONDS if layout.build_folder_of(path) else EMPTY_SECONDS
        if changed >= now - least * NS:
            young.add(top)
    for path, changed in sorted(newest.items()):
        if path not in young:
            yield Entry("leftover", (), path, changed, note="an empty folder")


def above(path: str) -> str:
    """Return the directory that something lies in; that of the root is itself."""
    return path.rpartition("/")[0]
