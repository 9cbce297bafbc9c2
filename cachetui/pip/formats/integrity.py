"""Read an archive to its end: whether it holds together, and whether a wheel's files are those that it lists.

Sources: the zip application note (local and central headers), PEP 427 and the binary distribution format (`RECORD`),
RFC 1952 (gzip). Memory stays flat: nothing is kept of what is unpacked.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import csv
import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from cachetui.pip.formats.body import Body
from cachetui.pip.unpacking import LZMA_MEMORY
from cachetui.system.tree import never

CHUNK = 256 << 10
"""Bytes that are unpacked between two calls of `stop`."""
MOST_UNPACKED = 64 << 30
"""Bytes of an archive's content that are read: more is no distribution."""
LONGEST_RECORD = 64 << 20
"""Bytes of a RECORD that are read."""
UNLISTED = ("/RECORD", "/RECORD.jws", "/RECORD.p7s")
"""Files that a RECORD lists without a hash: itself and its signatures."""
LOCAL = struct.Struct("<4sHHHHHIII")
"""The beginning of a zip's local file header."""
END = struct.Struct("<4s4HIIH")
"""The end of a zip's directory, without the comment behind it: the fifth field is the number of members."""
MOST_MEMBERS = 0xFFFF
"""A number of members that says to look into the zip64 end instead."""
HAS_DESCRIPTOR = 8
"""The flag of a member whose checksum and lengths stand behind it."""
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a method of packing that Python does not know
    RuntimeError,  # encrypted
    ValueError,
    KeyError,
    IndexError,
    struct.error,
    OverflowError,
)
"""Exceptions that damaged archives raise."""


class StoppedError(Exception):
    """The user has stopped the reading."""


def trouble_in(body: Body, stop: Callable[[], bool] = never, *, thorough: bool = True) -> str | None:
    """Return in words what is wrong with a wheel, an sdist or another archive; None where nothing is.

    What is no archive has nothing wrong with it. `thorough` also finds what still unpacks with checksums that are
    right: a zip that says two things of one file, files that a wheel's RECORD does not list, or lists otherwise.
    Raises OSError where the disk cannot be read, StoppedError.
    """
    magic = body.read(0, 6)
    try:
        if magic[:4] == b"PK\3\4":
            return _zip_trouble(body, stop, thorough)
        if unpack := _unpacker_of(magic):
            return _packed_trouble(body, unpack, stop)
    except OSError as error:
        if error.errno is not None:  # the disk's
            raise
        return f"it does not unpack: {error}"  # bzip2's
    except DAMAGED as error:
        return f"it does not unpack: {str(error) or type(error).__name__}"
    return None


# Zips


def _zip_trouble(body: Body, stop: Callable[[], bool], thorough: bool) -> str | None:
    with zipfile.ZipFile(io.BufferedReader(_Raw(body), CHUNK)) as archive:
        members = archive.infolist()
        if sum([member.file_size for member in members]) > MOST_UNPACKED:
            return f"it would unpack to more than {MOST_UNPACKED >> 30} GiB"
        names = [member.filename for member in members]
        listed = None
        if not _counted(body, archive):
            return "its directory ends before all of its files are listed"
        if thorough:
            if len(set(names)) != len(names):
                return "it holds two files of one name"
            for member in members:
                if trouble := _local_trouble(body, member):
                    return trouble
            record = next((name for name in names if name.endswith(".dist-info/RECORD") and name.count("/") == 1), None)
            listed = _listed(archive, record) if record else None
        for member in members:
            if trouble := _member_trouble(archive, member, listed, stop):
                return trouble
        missing = sorted(listed.keys() - set(names)) if listed else ()
        return f"{missing[0]} is missing, which its RECORD lists" if missing else None


def _counted(body: Body, archive: zipfile.ZipFile) -> bool:
    """Return whether a zip's directory holds as many members as its end says; zipfile stops early without a word."""
    end = END.unpack(body.read(body.size - END.size - len(archive.comment), END.size))
    return end[0] != b"PK\5\6" or end[4] in (MOST_MEMBERS, len(archive.infolist()))


def _local_trouble(body: Body, member: zipfile.ZipInfo) -> str | None:
    """Compare a zip's two headers of a member; return in words if they differ."""
    header = LOCAL.unpack(body.read(member.header_offset, LOCAL.size))
    signature, version, flags, method, at, day, crc, packed, size = header
    date = member.date_time
    moment = date[3] << 11 | date[4] << 5 | date[5] // 2, (date[0] - 1980) << 9 | date[1] << 5 | date[2]
    same = (signature, version, flags, method, (at, day)) == (
        b"PK\3\4",
        member.extract_version | member.reserved << 8,
        member.flag_bits,
        member.compress_type,
        moment,
    )
    if same and not flags & HAS_DESCRIPTOR and 0xFFFFFFFF not in (packed, size):
        same = (crc, packed, size) == (member.CRC, member.compress_size, member.file_size)
    return None if same else f"its directory and its content disagree about {member.filename}"


def _listed(archive: zipfile.ZipFile, record: str) -> Mapping[str, str]:
    """Return the hashes that a RECORD gives, such as `sha256=…`, by path. Raises ValueError."""
    if archive.getinfo(record).file_size > LONGEST_RECORD:
        raise ValueError("its RECORD is too long to be true")
    text = archive.read(record).decode("utf-8")
    try:
        return {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) > 1}
    except csv.Error as error:
        raise ValueError(f"its RECORD is damaged: {error}") from error


def _member_trouble(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, listed: Mapping[str, str] | None, stop: Callable[[], bool]
) -> str | None:
    name = member.filename
    said = (listed or {}).get(name, "")
    algorithm, _, expected = said.partition("=")
    if algorithm and algorithm not in hashlib.algorithms_guaranteed - {"shake_128", "shake_256"}:
        return f"its RECORD names a hash that nobody knows for {name}"
    digest = hashlib.new(algorithm or "sha256", usedforsecurity=False)
    with archive.open(member) as content:
        while chunk := content.read(CHUNK):
            if stop():
                raise StoppedError
            digest.update(chunk)
    if listed is None or name.endswith("/") or name.endswith(UNLISTED):
        return None
    if name not in listed:
        return f"it holds {name}, which its RECORD does not list"
    if expected and _decoded(expected) != digest.digest():
        return f"{name} in it is not the file that its RECORD lists"
    return None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None


class _Raw(io.RawIOBase):
    """A body as a file to read from."""

    def __init__(self, body: Body) -> None:
        self._body, self._at = body, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._body.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        found = self._body.read(self._at, len(buffer))
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


# Packed tars


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _unpacker_of(magic: bytes) -> Callable[[], _Unpacker] | None:
    if magic[:2] == b"\x1f\x8b":
        return lambda: zlib.decompressobj(31)
    if magic[:3] == b"BZh":
        return bz2.BZ2Decompressor
    if magic == b"\xfd7zXZ\0":
        return lambda: lzma.LZMADecompressor(memlimit=LZMA_MEMORY)
    return None


def _packed_trouble(body: Body, new: Callable[[], _Unpacker], stop: Callable[[], bool]) -> str | None:
    unpacked = 0
    for length in _unpacked(body, new, stop):
        unpacked += length
        if unpacked > MOST_UNPACKED:
            return f"it would unpack to more than {MOST_UNPACKED >> 30} GiB"
    return None


def _unpacked(body: Body, new: Callable[[], _Unpacker], stop: Callable[[], bool]) -> Iterator[int]:
    """Yield how many bytes each step unpacks, stream after stream, to the end. Raises EOFError where it is cut off."""
    unpacker, at, fed = new(), 0, b""
    while True:
        if stop():
            raise StoppedError
        if not fed:
            fed = body.read(at, CHUNK)
            at += len(fed)
            if not fed:
                raise EOFError("it is cut off")
        yield len(unpacker.decompress(fed, CHUNK))
        fed = getattr(unpacker, "unconsumed_tail", b"")  # zlib's; the others keep it
        while not unpacker.eof and not fed and not getattr(unpacker, "needs_input", True):
            yield len(unpacker.decompress(b"", CHUNK))
        if unpacker.eof:
            fed = unpacker.unused_data
            if not (fed + body.read(at, CHUNK)).strip(b"\0"):  # padding, at most
                return
            unpacker = new()
