"""Encode and decode the remembered content of a shard."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from functools import cached_property
from typing import Any, NamedTuple

import msgpack

from cachetui.pip.scan.draft import DraftRow

DirectoryRow = tuple[str, int, int]
"""Path relative to the root, inode, allocated bytes."""
PackedDirectories = bytes
"""Sequence of `DirectoryRow` values, packed by `pack_directories` because large caches have hundreds of thousands."""


class PackedShard(NamedTuple):
    """A shard as the memory stores it."""

    names: bytes
    """Lines for the completion of names in a shell; each has a project, a space, and a version if there is one."""
    content: bytes
    """Packed values of a `RememberedShard`, without its path and time."""


class RememberedShard(NamedTuple):
    """Result of an earlier scan of a shard."""

    path: str
    """Path relative to the root."""
    listed_at: int
    """Time just before it was listed, in nanoseconds since the epoch."""
    directories: PackedDirectories
    """Directories of the shard, parents first."""
    rows: tuple[DraftRow, ...]
    """Entries of the shard, as rows."""
    foreign: tuple[tuple[str, int, int, int, int, int, int], ...]
    """Foreign files of the shard, each as the values of a `File`."""
    times_digest: int
    """Digest of the times of its directories (`shards.digest_times`)."""
    has_empty_dirs: bool
    """Whether any of its directories is empty."""


BIG = 1
"""Type code of a msgpack extension for whole numbers beyond 64 bits, such as file ids of ReFS on Windows."""


def _packed(content: object) -> bytes:
    packed: bytes = msgpack.packb(content, default=_pack_big, unicode_errors="surrogatepass")
    return packed


def _pack_big(number: object) -> msgpack.ExtType:
    if not isinstance(number, int):
        raise TypeError
    return msgpack.ExtType(BIG, str(number).encode())


def _unpacked(packed: bytes) -> Any:
    return msgpack.unpackb(packed, use_list=False, unicode_errors="surrogatepass", ext_hook=_unpack_big)


def _unpack_big(code: int, data: bytes) -> int:
    if code != BIG:
        raise ValueError
    return int(data)


def pack_directories(directories: Sequence[DirectoryRow]) -> PackedDirectories:
    """Pack directories with msgpack; return empty bytes if there are none."""
    return _packed(directories) if directories else b""


def unpack_directories(packed: PackedDirectories) -> Sequence[DirectoryRow]:
    """Unpack the result of `pack_directories`. Raises ValueError for other bytes."""
    if not packed:
        return ()
    try:
        found: Sequence[DirectoryRow] = _unpacked(packed)
    except (msgpack.UnpackException, TypeError) as error:
        raise ValueError(str(error)) from error
    return found


class DirectoryMap(Mapping[str, int]):
    """Allocated bytes of directories by path. Iteration over the paths leaves them packed; other access unpacks them.

    Unpacked, the directories of a large cache take a fifth of the memory that all its entries take.
    """

    def __init__(self, shards: Iterable[PackedDirectories]) -> None:
        self._shards = tuple(shards)

    def __iter__(self) -> Iterator[str]:
        for packed in self._shards:
            for path, _, _ in unpack_directories(packed):
                yield path

    @cached_property
    def _by_path(self) -> dict[str, int]:
        return {path: disk_usage for packed in self._shards for path, _, disk_usage in unpack_directories(packed)}

    def __len__(self) -> int:
        return len(self._by_path)

    def __getitem__(self, path: str) -> int:
        return self._by_path[path]

    def items(self) -> ItemsView[str, int]:
        """Return paths and allocated bytes."""
        return self._by_path.items()

    def values(self) -> ValuesView[int]:
        """Return the allocated bytes of each directory."""
        return self._by_path.values()


def pack_shard(
    directories: PackedDirectories,
    rows: Iterable[DraftRow],
    foreign: Iterable[tuple[object, ...]],
    times_digest: int,
    has_empty_dirs: bool,
) -> PackedShard:
    """Pack a scanned shard, in the form of `RememberedShard`."""
    entries = list(rows)
    content = directories, entries, list(foreign), times_digest, has_empty_dirs
    packed = _packed(content)
    releases = {f"{row[7]} {row[8] or ''}" for row in entries if row[7]}
    names = "\n".join([line for line in releases if line.count(" ") == 1 and line.isprintable()]).encode()
    return PackedShard(names, packed)


def unpack_shard(path: str, listed_at: int, content: bytes) -> RememberedShard | None:
    """Unpack the content of a `PackedShard`; return None if it is invalid."""
    try:
        return RememberedShard(path, listed_at, *_unpacked(content))
    except (ValueError, TypeError, msgpack.UnpackException):
        return None
