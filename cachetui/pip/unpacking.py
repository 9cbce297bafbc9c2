"""Unpack the beginning of compressed data, and no more than requested."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable

LZMA_MEMORY = 96 << 20
"""Maximum memory in bytes that an xz stream may use."""


def unpacker_of(magic: bytes) -> tuple[Callable[[bytes, int], bytes], str] | None:
    """Return the unpacker and the file name's suffix for a body with these first six bytes.

    Return None for unknown bytes.
    """
    if magic[:2] == b"\x1f\x8b":
        return gunzip, ".tar.gz"
    if magic[:3] == b"BZh":
        return bunzip, ".tar.bz2"
    if magic == b"\xfd7zXZ\0":
        return (lambda data, most: lzma.LZMADecompressor(memlimit=LZMA_MEMORY).decompress(data, most)), ".tar.xz"
    return None


def bunzip(data: bytes, most: int) -> bytes:
    """Return up to `most` bytes unpacked from bzip2 data, which may be cut off. Raises ValueError."""
    try:
        return bz2.BZ2Decompressor().decompress(data, most)
    except OSError as error:  # raised by bz2, not by the disk
        raise ValueError(str(error)) from error


def gunzip(data: bytes, most: int) -> bytes:
    """Return up to `most` bytes unpacked from gzip data, which may be cut off. Raises zlib.error."""
    return zlib.decompressobj(31).decompress(data, most)
