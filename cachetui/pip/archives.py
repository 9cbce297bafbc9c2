"""A look inside a wheel or sdist, as far as is needed to name it: a few reads under a byte cap, nothing unpacked.

Sources: the zip application note (end of central directory, central and local file headers), the wheel
specification (PEP 427: `*.dist-info/WHEEL`, `Tag`, `Build`), the sdist specification (PEP 625, `PKG-INFO`).
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import struct
import tarfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.pip.records import Body

ZIP_TAIL = 65_557
"""Bytes at a zip's end in which its directory is announced: a record of 22 and the longest comment."""
LONGEST_DIRECTORY = 32 << 20
"""Bytes of a zip's directory that are looked at."""
LONGEST_TEXT = 1 << 20
"""Bytes of a METADATA, WHEEL or PKG-INFO that are looked at."""
SDIST_HEADS = ((64 << 10, 1 << 20), (8 << 20, 32 << 20))
"""How much of an sdist is unpacked in search of its PKG-INFO: packed and unpacked bytes, at first and at most."""
LZMA_MEMORY = 96 << 20
"""Bytes of memory that an xz stream may ask for."""
LONGEST_NAME = 255
"""Characters of a name and a version together: a file name has no room for more."""
MOST_TAGS = 4096
"""Tags a wheel may have before its file name is not rebuilt."""

WHEEL_FILE = re.compile(rb"([A-Za-z0-9][A-Za-z0-9._]*)-([A-Za-z0-9._!+]+)\.dist-info/WHEEL")
FIELD = re.compile(rb"^(Name|Version|Tag|Build)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*$", re.M | re.I)
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
"""A project's name (PEP 508)."""

UNREADABLE = (
    ValueError,
    IndexError,
    KeyError,
    OverflowError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
)
"""What the parsers below, and those they use, raise for damaged bytes."""


class Named(NamedTuple):
    """What an archive or its metadata says of itself."""

    project: str
    """The canonical name."""
    version: str
    """As written."""
    filename: str | None
    """The file name, where it can be told for certain."""


def named(name: str, version: str, filename: str | None = None) -> Named | None:
    """Return a project and version as found, or None where they are none."""
    if len(name) + len(version) > LONGEST_NAME or not NAME.fullmatch(name):
        return None
    try:
        Version(version)
    except ValueError:
        return None
    return Named(canonicalize_name(name), version, filename)


def look_at_metadata(body: Body) -> Named | None:
    """Return what core metadata (PEP 658 serves it beside the wheel) says, or None."""
    fields = headers_of(body.read(0, LONGEST_TEXT))
    return named(fields.get("name", ""), fields.get("version", ""))


def headers_of(text: bytes) -> dict[str, str]:
    """Return Name and Version of metadata, by the first line of each; the description below counts for nothing."""
    head = re.split(rb"\r?\n\r?\n", text, maxsplit=1)[0]
    fields: dict[str, str] = {}
    for name, value in FIELD.findall(head):
        fields.setdefault(name.decode().lower(), value.decode("utf-8", "replace"))
    return fields


def look_into_zip(body: Body) -> Named | None:
    """Name a wheel, or an sdist that is a zip, by the zip's directory; None where it is neither or damaged."""
    try:
        directory = _zip_directory(body)
        if directory is None:
            return None
        return _wheel(body, directory) or _zip_sdist(body, directory)
    except UNREADABLE:
        return None


def is_wheel(found: Named) -> bool:
    """Tell whether what was named is a wheel, by its file name."""
    return found.filename is None or found.filename.endswith(".whl")


def _zip_directory(body: Body) -> bytes | None:
    tail_at = max(0, body.size - ZIP_TAIL)
    tail = body.read(tail_at, body.size - tail_at)
    end = tail.rfind(b"PK\5\6")
    if end < 0 or end + 22 > len(tail):
        return None
    size, offset = struct.unpack_from("<II", tail, end + 12)
    if offset == 0xFFFFFFFF or size == 0xFFFFFFFF:  # zip64: the true figures stand in a record before this one
        record = tail.rfind(b"PK\6\6", 0, end)
        if record < 0 or record + 56 > len(tail):
            return None
        size, offset = struct.unpack_from("<QQ", tail, record + 40)
    if size > LONGEST_DIRECTORY or offset + size > body.size:
        return None
    if offset >= tail_at:
        return tail[offset - tail_at : offset - tail_at + size]
    return body.read(offset, size)


def _wheel(body: Body, directory: bytes) -> Named | None:
    for match in WHEEL_FILE.finditer(directory):
        if not _is_member(directory, match.start(), len(match[0])):
            continue
        text = _member(body, directory, match.start())
        name, version = match[1].decode(), match[2].decode()
        if text is None or (found := named(name, version)) is None:
            return None
        return found._replace(filename=_wheel_filename(name, version, text))
    return None


def _is_member(directory: bytes, at: int, length: int) -> bool:
    """Tell whether the name at this place is the whole name of a member, not a part of one."""
    return at >= 46 and directory[at - 46 : at - 42] == b"PK\1\2" and _u16(directory, at - 18) == length


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _member(body: Body, directory: bytes, at: int) -> bytes | None:
    """Return the content of the member whose name stands at this place of the directory, up to a cap."""
    packed = int.from_bytes(directory[at - 26 : at - 22], "little")
    offset = int.from_bytes(directory[at - 4 : at], "little")
    head = body.read(offset, 30)
    if head[:4] != b"PK\3\4" or packed > LONGEST_TEXT:
        return None
    start = offset + 30 + _u16(head, 26) + _u16(head, 28)
    content = body.read(start, packed)
    method = _u16(head, 8)
    if method == 8:
        return zlib.decompressobj(-15).decompress(content, LONGEST_TEXT)
    return content if method == 0 else None


def _wheel_filename(name: str, version: str, text: bytes) -> str | None:
    """Rebuild a wheel's file name from its WHEEL file; None where its tags do not fold into one name."""
    found = [(key.lower(), value.decode("ascii", "replace")) for key, value in FIELD.findall(text)]
    tags = [tuple(value.split("-")) for key, value in found if key == b"tag"]
    builds = [value for key, value in found if key == b"build"]
    if not tags or len(tags) > MOST_TAGS or any(len(tag) != 3 for tag in tags):
        return None
    parts = [list(dict.fromkeys(part)) for part in zip(*tags, strict=True)]
    count = 1
    for part in parts:
        count *= len(part)
    if count != len(set(tags)):
        return None
    stem = "-".join([name, version, *builds[:1], *(".".join(part) for part in parts)])
    return f"{stem}.whl" if re.fullmatch(r"[\w.!+-]+", stem, re.A) else None


def _zip_sdist(body: Body, directory: bytes) -> Named | None:
    for match in re.finditer(rb"([A-Za-z0-9][\w.!+-]*)/PKG-INFO", directory):
        if _is_member(directory, match.start(), len(match[0])):
            text = _member(body, directory, match.start())
            return _sdist(match[1].decode(), text, ".zip") if text is not None else None
    return None


def _sdist(stem: str, text: bytes, ending: str) -> Named | None:
    """Name an sdist by its PKG-INFO, which must agree with the directory that it stands in."""
    fields = headers_of(text)
    found = named(fields.get("name", ""), fields.get("version", ""))
    if found is None:
        return None
    name, _, version = stem.rpartition("-")
    agrees = named(name, version)
    whole = agrees is not None and agrees.project == found.project and Version(version) == Version(found.version)
    return found._replace(filename=stem + ending) if whole else found


def look_into_tar(body: Body, ending: str | None = None) -> Named | None:
    """Name an sdist by the first `*/PKG-INFO` near its beginning; None where there is none: it may be any archive."""
    unpack = _unpacker(body.read(0, 6))
    if unpack is None:
        return None
    for packed, most in SDIST_HEADS:
        try:
            content = unpack[0](body.read(0, min(packed, body.size)), most)
        except UNREADABLE:
            return None
        found = _tar_sdist(content, ending or unpack[1])
        if found or packed >= body.size or len(content) >= most:
            if found:
                return found
            continue
    return None


def _unpacker(magic: bytes) -> tuple[Callable[[bytes, int], bytes], str] | None:
    if magic[:2] == b"\x1f\x8b":
        return gunzip, ".tar.gz"
    if magic[:3] == b"BZh":
        return (lambda data, most: bz2.BZ2Decompressor().decompress(data, most)), ".tar.bz2"
    if magic == b"\xfd7zXZ\0":
        return (lambda data, most: lzma.LZMADecompressor(memlimit=LZMA_MEMORY).decompress(data, most)), ".tar.xz"
    return None


def gunzip(data: bytes, most: int) -> bytes:
    """Return up to `most` bytes of what gzip packed, as far as the data go. Raises zlib.error."""
    return zlib.decompressobj(31).decompress(data, most)


def _tar_sdist(content: bytes, ending: str) -> Named | None:
    """Search the beginning of a tar, which may be cut off anywhere."""
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            for member in tar:
                stem, _, name = member.name.removeprefix("./").partition("/")
                if name == "PKG-INFO" and member.isreg():
                    file = tar.extractfile(member)
                    return _sdist(stem, file.read(LONGEST_TEXT), ending) if file else None
    except UNREADABLE:
        pass
    return None


def stem_of_tar(body: Body) -> str | None:
    """Return the name of the directory that a packed tar begins with, such as `name-1.0`; None where there is none."""
    unpack = _unpacker(body.read(0, 6))
    try:
        content = unpack[0](body.read(0, SDIST_HEADS[0][0]), 4096) if unpack else b""
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            member = tar.next()
    except UNREADABLE:
        return None
    return member.name.removeprefix("./").partition("/")[0] if member and unpack else None
