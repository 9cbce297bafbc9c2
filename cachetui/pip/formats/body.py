"""The body of a cached response, wherever it is stored, or a whole file such as a built wheel."""

from __future__ import annotations

import os
from typing import Protocol


class Body(Protocol):
    """The body of a response as received, still encoded, or a whole file such as a built wheel."""

    size: int
    """Number of bytes."""

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; fewer at the end, or if they are not available."""
        ...


if hasattr(os, "pread"):
    read_at = os.pread
else:  # Windows; each descriptor is used by one thread only

    def read_at(fd: int, length: int, offset: int, /) -> bytes:
        """Return up to `length` bytes from `offset` of an open file."""
        os.lseek(fd, offset, os.SEEK_SET)
        return os.read(fd, length)


class FileSlice:
    """A body that is a part of an open file, or the whole file."""

    __slots__ = ("_fd", "_start", "size")

    def __init__(self, fd: int, start: int, size: int) -> None:
        self._fd, self._start, self.size = fd, start, size

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`, fewer at the end. May raise OSError."""
        return read_at(self._fd, min(length, self.size - offset), self._start + offset) if offset < self.size else b""


class HeadAndTail:
    """A body in memory: all of it, or only its start and its end."""

    __slots__ = ("_head", "_tail", "size")

    def __init__(self, head: bytes, tail: bytes, size: int) -> None:
        self._head, self._tail, self.size = head, tail, size

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; none from the middle of the body, which is not kept."""
        if offset + length <= len(self._head) or len(self._head) == self.size:
            return self._head[offset : offset + length]
        into = offset - (self.size - len(self._tail))
        return self._tail[into : into + length] if into >= 0 else self._head[offset : offset + length]
