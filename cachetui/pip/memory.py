"""Results of earlier scans, in an SQLite file of the user.

A fault in the file costs time but changes no result. Each row holds one shard (such as `http-v2/a/b`) as it was read
by one layout: the time of its listing, its directories, its entries and its foreign files. A scan uses a row only if
each directory and each file still has the same inode, modification time and size. The names and versions of releases
are stored separately, so that a shell can complete them without unpacking everything.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import zlib
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Self

from cachetui.system.files import is_at_home

APPLICATION = 0x63745549
"""Value of SQLite's `application_id` that marks the file as cachetui's."""
SCHEMA = 11
"""Version of the file's format; a file with another version is discarded."""
PATIENCE = 0.25
"""Maximum time in seconds to wait for another process of cachetui that is writing."""
PROMPTLY = 0.02
"""Maximum time in seconds to wait for another process if no scan needs the file, as for a completion in a shell."""
CREATE = """
CREATE TABLE IF NOT EXISTS shard (
    device INTEGER, inode INTEGER, layout TEXT, path BLOB,
    listed_at INTEGER, checksum INTEGER, names BLOB, content BLOB,
    PRIMARY KEY (device, inode, layout, path)
) WITHOUT ROWID
"""
ROOT = "device = ? AND inode = ? AND layout = ?"
"""SQL condition that selects the rows of one root; its parameters are the values of a `RootKey`."""
RootKey = tuple[int | bytes, int | bytes, str]
"""Device and inode number of a root, and the id of the layout by which it is read."""


def default_path() -> Path:
    """Return the path of this user's memory, in the user's cache directory."""
    import platformdirs  # noqa: PLC0415 - slow to load, and not needed where the place is known

    return Path(platformdirs.user_cache_path("cachetui", appauthor=False)) / "memory.sqlite3"


class Memory:
    """Memory of earlier scans; empty if its file is missing, locked, damaged, unwritable or not cachetui's."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file, or create it if it is missing. Never raises if the file has a fault."""
        self._path = path or default_path()
        self._db: sqlite3.Connection | None = None
        try:
            self._db = self._open()
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):  # damaged: only cachetui uses the file, so start again
                with contextlib.suppress(OSError, sqlite3.Error):
                    self._path.unlink()
                    self._db = self._open()
        except OSError:
            pass

    def _open(self) -> sqlite3.Connection | None:
        if not is_at_home(self._path):
            return None
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(fd, 0o600)
        finally:
            os.close(fd)
        db = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (schema,) = db.execute("PRAGMA user_version").fetchone()
            (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if application != APPLICATION and tables:
                db.close()
                return None
            db.execute("PRAGMA synchronous=OFF")  # lost data is read again
            if schema != SCHEMA:
                db.execute("BEGIN IMMEDIATE")
                db.execute("DROP TABLE IF EXISTS shard")
                db.execute(f"PRAGMA application_id={APPLICATION}")
                db.execute(f"PRAGMA user_version={SCHEMA}")
                db.execute(CREATE)
                db.execute("COMMIT")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def recall(self, device: int, inode: int, layout: str) -> RootMemory:
        """Return what is remembered of a root (given by device and inode), as read by the layout `layout`."""
        key = (_key(device), _key(inode), layout)
        paths: frozenset[str] = frozenset()
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error, TypeError):
                rows = self._db.execute(f"SELECT path FROM shard WHERE {ROOT}", key)
                paths = frozenset([os.fsdecode(path) for (path,) in rows])
        return RootMemory(self._db, key, paths)

    def learn(
        self,
        device: int,
        inode: int,
        layout: str,
        shards: Iterable[tuple[str, int, tuple[bytes, bytes]]],
        gone: Iterable[str] = (),
    ) -> None:
        """Store shards of a root as read by a layout, and delete the shards whose paths are in `gone`.

        Each of `shards` is a path, the time of its listing in ns since the epoch, and the values of a `PackedShard`.
        Nothing is changed if the database has a fault.
        """
        if self._db is None:
            return
        key = (_key(device), _key(inode), layout)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "REPLACE INTO shard VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (*key, os.fsencode(path), at, zlib.crc32(content, at & 0xFFFFFFFF), names, content)
                    for path, at, (names, content) in shards
                ),
            )
            self._db.executemany(
                f"DELETE FROM shard WHERE {ROOT} AND path = ?",
                ((*key, os.fsencode(path)) for path in gone),
            )
            self._db.execute("COMMIT")
        except sqlite3.Error:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")


class RootMemory:
    """What earlier scans stored about one root, fetched shard by shard because the whole is large. Thread-safe."""

    def __init__(self, db: sqlite3.Connection | None, key: RootKey, paths: frozenset[str]) -> None:
        """Read from `db`, which must stay open; `paths` are the paths of the remembered shards of this root."""
        self._db, self._key, self._asking = db, key, Lock()
        self.paths = paths
        """Paths of the remembered shards."""

    def shard(self, path: str) -> tuple[int, bytes] | None:
        """Return the time of a shard's listing, in ns since the epoch, and its content; None if there is none."""
        with self._asking:
            if self._db is None:
                return None
            try:
                found = self._db.execute(
                    f"SELECT listed_at, checksum, content FROM shard WHERE {ROOT} AND path = ?",
                    (*self._key, os.fsencode(path)),
                ).fetchone()
                if found is not None and zlib.crc32(found[2], found[0] & 0xFFFFFFFF) == found[1]:
                    return found[0], found[2]
            except sqlite3.Error:  # such as a lock by another cachetui: do not wait for each shard
                self._db = None
            except TypeError:  # values of unexpected types
                pass
            return None


def known_releases(device: int, inode: int, path: Path | None = None) -> set[str]:
    """Return the releases that the last scan by each layout found in a root.

    Each is a text: a project, a space, and a version if known. The texts are untrusted. Only reads the file. The result
    is empty if the memory is missing, locked, damaged or not cachetui's.
    """
    place = path or default_path()
    lines: set[str] = set()
    try:
        if not stat.S_ISREG(place.lstat().st_mode):
            return set()
        with contextlib.closing(sqlite3.connect(f"{place.as_uri()}?mode=ro", timeout=PROMPTLY, uri=True)) as db:
            marks = [db.execute(f"PRAGMA {mark}").fetchone() for mark in ("application_id", "user_version")]
            if marks != [(APPLICATION,), (SCHEMA,)]:
                return set()
            key = (_key(device), _key(inode))
            for (names,) in db.execute("SELECT names FROM shard WHERE device = ? AND inode = ?", key):
                lines.update(names.decode().splitlines())
    except (OSError, sqlite3.Error, ValueError, AttributeError):
        return set()
    return lines


def schema_of(path: Path) -> int | None:
    """Return the version of the format of a memory file; None if it is missing, locked, damaged or not cachetui's."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", timeout=PROMPTLY, uri=True)) as db:
            marks = [db.execute(f"PRAGMA {mark}").fetchone()[0] for mark in ("application_id", "user_version")]
    except (OSError, sqlite3.Error, ValueError):
        return None
    return int(marks[1]) if marks[0] == APPLICATION else None


def _key(number: int) -> int | bytes:
    """Return a device or inode number as SQLite holds it: a signed 64-bit integer, or bytes if it is longer."""
    if number >> 64:
        return number.to_bytes(32, "big")
    return number - (1 << 64) if number >> 63 else number
