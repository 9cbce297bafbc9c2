"""Unpack the beginning of packed data, and no more of it than is asked for."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable

LZMA_MEMORY = 96 << 20
"""Bytes of memory that an xz stream may ask for."""


def unpacker_of(magic: bytes) -> tuple[Callable[[bytes, int], bytes], str] | None:
    """Return the unpacker of a body that begins with these six bytes, and its name's ending; None for anything else."""
    if magic[:2] == b"\x1f\x8b":
        return gunzip, ".tar.gz"
    if magic[:3] == b"BZh":
        return bunzip, ".tar.bz2"
    if magic == b"\xfd7zXZ\0":
        return (lambda data, most: lzma.LZMADecompressor(memlimit=LZMA_MEMORY).decompress(data, most)), ".tar.xz"
    return None


def bunzip(data: bytes, most: int) -> bytes:
    """Return up to `most` bytes of data packed by bzip2, as far as the data go. Raises ValueError."""
    try:
        return bz2.BZ2Decompressor().decompress(data, most)
    except OSError as error:  # which is not the disk's
        raise ValueError(str(error)) from error


def gunzip(data: bytes, most: int) -> bytes:
    """Return up to `most` bytes of data packed by gzip, as far as the data go. Raises zlib.error."""
    return zlib.decompressobj(31).decompress(data, most)
