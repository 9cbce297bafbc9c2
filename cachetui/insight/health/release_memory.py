"""Memory of what earlier checks read in wheels and index pages, in a file that belongs to the user.

A value that was read in a cached file is trusted only while the file has the same path, inode, modification time, size
and URL. It is stored under a digest of these five, which takes less memory: a large cache has many values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs

from cachetui.model import Entry, Inventory
from cachetui.system.remembered import read_remembered, write_remembered

FORM = 2
"""Version of the format of remembered values; values of other versions are ignored."""
MOST = 4
"""Maximum number of remembered caches; the most recently saved ones are kept."""


def default_path() -> Path:
    """Return the path of the file with the memory, in the user's cache directory."""
    return Path(platformdirs.user_cache_path("cachetui", appauthor=False)) / "releases.json"


class ReleaseMemory:
    """Remembered values of one cache; empty if the file is missing, damaged or another user's, or is not to be used."""

    def __init__(self, inventory: Inventory, path: Path | None = None, *, used: bool = True) -> None:
        """Read the file at `path`, by default the user's; none if `used` is False. A faulty file raises no error."""
        self._path = (path or default_path()) if used else None
        self._caches: dict[str, dict[str, Any]] = {} if self._path is None else read_remembered(self._path)
        self._key = f"{FORM}:{inventory.device}:{inventory.inode}"
        self._inventory = inventory
        self._known: dict[str, Any] = self._caches.pop(self._key, {})
        self._changed = False

    def recall(self, entry: Entry, read: Callable[[], Any], is_valid: Callable[[Any], bool]) -> Any:
        """Return the remembered value for an entry's content; without one, call `read` and remember what it returns.

        Values must be JSON-compatible; `is_valid` returns whether a remembered one has the expected form. None stands
        for content that cannot be read, and is not remembered.
        """
        if self._path is None:
            return read()
        key = _digest(entry)
        if key in self._known and is_valid(self._known[key]):
            return self._known[key]
        value = read()
        if value is not None:
            self._known[key] = value
            self._changed = True
        return value

    def save(self) -> None:
        """Write the file if anything has changed; leave out what is no longer in the cache."""
        if self._path and self._changed:
            with_files = [entry for entry in self._inventory.entries if entry.files]
            known = {key: self._known[key] for entry in with_files if (key := _digest(entry)) in self._known}
            others = [one for one in self._caches.items() if one[0].startswith(f"{FORM}:")][1 - MOST :]
            write_remembered(self._path, dict([*others, (self._key, known)]))
            self._changed = False


def _digest(entry: Entry) -> str:
    """Return a digest of the path, inode, modification time, size and URL of the file that holds an entry's body."""
    file = entry.content
    stamp = repr((file.path, file.inode, file.mtime_ns, file.size, entry.url))
    return hashlib.blake2b(stamp.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
