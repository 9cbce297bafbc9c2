"""Read uv's pointers, which lead to archives, and uv's records, which hold strings and an address.

A `.http` file begins with a MessagePack array, which holds, for example, the id of an archive and the hashes of a
wheel. The HTTP cache policy with the address follows, in rkyv's format. `.rev` and `.msgpack` files contain only
MessagePack. No objects are built from these formats: only strings are extracted.
"""

from __future__ import annotations

import re
import struct
from urllib.parse import unquote, urlsplit

LONGEST = 64 * 1024
"""Maximum number of bytes to read of a file."""
ADDRESS = re.compile(rb"https?://[^\x00-\x20\"\x7f-\xff]{1,8000}")
STRING_PLACE = re.compile(rb"(?=([\x00-\xff]{4})([\x00-\xff]{2}\xff\xff))")
"""Matches a reference to a string in rkyv's format.

It consists of the string's length and of its start relative to the reference, a negative number of bytes.
"""
ENDING = re.compile(rb".*?\.(?:whl|tar\.gz|zip|tar\.bz2|tar\.xz|tgz)(?=[^\w.]|$)", re.DOTALL)
ENDINGS = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
"""Endings of the file names of distributions."""
MOST_VALUES = 200
"""Maximum number of MessagePack values to read in a record."""
SIZES = {
    **dict.fromkeys((0xC0, 0xC2, 0xC3), 0),
    **dict.fromkeys((0xCC, 0xD0), 1),
    **dict.fromkeys((0xCD, 0xD1), 2),
    **dict.fromkeys((0xCA, 0xCE, 0xD2), 4),
    **dict.fromkeys((0xCB, 0xCF, 0xD3), 8),
}
"""For each first byte of a nil, boolean or number in MessagePack: how many bytes follow it."""
ARCHIVE = re.compile(r"archive-v\d{1,9}")


def pointed_at(target: str) -> tuple[str, str] | None:
    """Return the bucket and the id of the archive that a pointer leads to; None if it leads elsewhere.

    A pointer is a relative or absolute link, or on Windows a file with the path. The cache may have been moved since an
    absolute link was made, so only the last parts of the path are used.
    """
    parts = target.replace("\\", "/").rstrip("/\0\n ").split("/")
    is_archive = len(parts) > 1 and ARCHIVE.fullmatch(parts[-2]) and parts[-1] not in ("", ".", "..")
    return (parts[-2], parts[-1]) if is_archive else None


def strings_of(record: bytes) -> list[str]:
    """Return the strings in the MessagePack value at the start of a record, in order.

    Only the first `MOST_VALUES` values are read, nested ones included. The list ends early where the record is broken
    or contains a type that uv does not use in records.
    """
    found: list[str] = []
    at, left = 0, 1  # left: values that are still to come
    for _ in range(MOST_VALUES):
        if left == 0 or at >= len(record):
            break
        sign, left = record[at], left - 1
        size = SIZES.get(sign)
        at += 1
        if sign <= 0x7F or sign >= 0xE0:
            continue
        if sign <= 0x8F:
            left += 2 * (sign & 0x0F)
        elif sign <= 0x9F:
            left += sign & 0x0F
        elif sign <= 0xBF or sign in (0xD9, 0xDA):
            width = 0 if sign <= 0xBF else sign - 0xD8
            length = int.from_bytes(record[at : at + width]) if width else sign & 0x1F
            at += width + length
            if at > len(record):
                break
            found.append(record[at - length : at].decode("utf-8", "replace"))
        elif size is not None:
            at += size
        else:
            break
    return found


def address_in(record: bytes) -> str | None:
    """Return the address from which the content of a `.http` file was fetched; None if the file has no address."""
    match = ADDRESS.search(record)
    if match is None:
        return None
    begin = match.start()
    for place in STRING_PLACE.finditer(record, begin, begin + LONGEST // 2):
        number, offset = struct.unpack("<Ii", place[1] + place[2])
        if place.start() + offset != begin:
            continue
        # rkyv 0.7 writes the length as it is, 0.8 with the bits 10 after the lowest six
        lengths = [number, (number & 0x3F) | (number >> 2 & ~0x3F)] if number & 0xC0 == 0x80 else [number]
        if length := next((length for length in lengths if 0 < length <= len(match[0])), 0):
            return record[begin : begin + length].decode("utf-8", "replace")
    exact = ENDING.match(match[0])
    return (exact or match)[0].decode("utf-8", "replace")


def released_name(address: str | None) -> str | None:
    """Return the file name at the end of an address; None if it is not the name of a distribution."""
    if not address:
        return None
    try:
        name = unquote(urlsplit(address).path).rpartition("/")[2]
    except ValueError:
        return None
    return name if name.endswith(ENDINGS) else None
