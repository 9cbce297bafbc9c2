"""Unpack the start of compressed data, and no more than requested."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable

LZMA_MEMORY = 96 << 20
"""Maximum memory in bytes that an xz stream may use."""
PIECE = 4 << 10
"""Number of bytes with which to begin a second or later compressed stream: unpackers copy the bytes after its end."""
MOST_MEMBERS = 50_000
"""Maximum number of members of gzip data that are unpacked; a response has one, or a few."""


def unpacker_of(magic: bytes) -> tuple[Callable[[bytes, int], bytes], str] | None:
    """Return the unpacker and the file name's suffix for a body that begins with the six bytes `magic`.

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


def decoded(data: bytes, encoding: str, most: int) -> tuple[bytes, bool] | None:
    """Return up to `most` decoded bytes of a body whose `Content-Encoding` is `encoding`, and whether that is all.

    Return None for encodings other than gzip, deflate and none. Raises zlib.error, and EOFError if the data is cut off.
    """
    if encoding in ("", "identity"):
        return data[:most], len(data) <= most
    if encoding in ("gzip", "x-gzip"):
        return unpacked_gzip(data, most)
    return _inflated(data, most) if encoding == "deflate" else None


def _inflated(data: bytes, most: int) -> tuple[bytes, bool]:
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(data, most)
    except zlib.error:
        unpacker = zlib.decompressobj(-15)  # some servers leave out the frame
        found = unpacker.decompress(data, most)
    if not unpacker.eof and not unpacker.unconsumed_tail:
        raise EOFError("it is cut off")
    return found, unpacker.eof


def unpacked_gzip(data: bytes, most: int) -> tuple[bytes, bool]:
    """Return up to `most` bytes unpacked from at most `MOST_MEMBERS` members of gzip data, and whether that is all.

    As in urllib3, bytes after a member are ignored unless they begin another member. Raises zlib.error, and EOFError
    if the data is cut off.
    """
    unpacker = zlib.decompressobj(31)
    found = bytearray(unpacker.decompress(data, most))
    at, room = len(data) - len(unpacker.unused_data), MOST_MEMBERS
    while unpacker.eof and at < len(data):
        if not (room := room - 1):
            return bytes(found), False
        unpacker = zlib.decompressobj(31)
        try:
            while at < len(data) and not unpacker.eof:
                if len(found) == most:
                    return bytes(found), False
                piece = data[at : at + PIECE]
                found += unpacker.decompress(piece, most - len(found))
                at += len(piece) - len(unpacker.unused_data) - len(unpacker.unconsumed_tail)
        except zlib.error:
            return bytes(found), True
    if not unpacker.eof and not unpacker.unconsumed_tail:
        raise EOFError("it is cut off")
    return bytes(found), unpacker.eof
