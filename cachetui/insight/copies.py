"""Compare the bodies of entries: two files with the same name may differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cachetui.errors import RootError
from cachetui.model import Entry, File, Inventory
from cachetui.pip.reader import CacheReader

MOST_KNOWN = 50_000
"""Maximum number of hashes that are kept for the next comparison."""
KNOWN: dict[tuple[str, tuple[File, ...]], str] = {}
"""SHA-256 of bodies that were read, by root and files, so that unchanged bodies are not read again."""


def copies(entries: Iterable[Entry], root: str) -> list[Sequence[Entry]]:
    """Group entries of the cache at `root` by the content of their bodies.

    A body with a unique length is not read; its entry is in no group, nor is one whose body cannot be read. There are
    no groups if the cache cannot be opened.
    """
    groups: dict[tuple[int, str], list[Entry]] = {}
    try:
        with CacheReader(Inventory(root)) as reader:
            lengths: dict[int, list[Entry]] = {}
            for entry in entries:
                if (length := reader.body_length(entry)) is not None:
                    lengths.setdefault(length, []).append(entry)
            for length, same in lengths.items():
                for entry in same if len(same) > 1 else ():
                    if digest := _digest(entry, root, reader):
                        groups.setdefault((length, digest), []).append(entry)
    except RootError:
        return []
    return [*groups.values()]


def _digest(entry: Entry, root: str, reader: CacheReader) -> str | None:
    key = root, entry.files
    if key not in KNOWN:
        digest = reader.sha256(entry)
        if digest is None:
            return None
        if len(KNOWN) >= MOST_KNOWN:
            KNOWN.clear()
        KNOWN[key] = digest
    return KNOWN[key]
