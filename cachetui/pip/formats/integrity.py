"""Check archives, quickly or to their end: whether they are intact, and whether a wheel's files match its RECORD.

Metadata is read as pip reads it. Sources: the zip application note (local and central headers), PEP 427 and the binary
distribution format (`RECORD`), RFC 1952 (gzip), PEP 658 (metadata); pip's `_internal/operations/prepare.py`. Memory
usage is limited, because unpacked content is not kept.
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
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

from packaging.utils import canonicalize_name

from cachetui.model import version_order
from cachetui.pip.formats import tar_head
from cachetui.pip.formats.archives import (
    LONGEST_TEXT,
    NO_RECORD,
    RECORD,
    WHEEL_FILE,
    directory_size,
    has_directory,
    holds,
    metadata_in,
    parsed_metadata,
)
from cachetui.pip.formats.body import Body
from cachetui.pip.unpacking import LZMA_MEMORY, PIECE, unpacker_of
from cachetui.system.tree import never

CHUNK = 256 << 10
"""Maximum number of bytes that are unpacked at a time."""
MOST_UNPACKED = 64 << 30
"""Maximum size in bytes of an archive's content; no distribution has more."""
LONGEST_DIRECTORY = 8 << 20
"""Maximum size in bytes of a zip's directory that is read; reading takes several times as much memory."""
LONGEST_RECORD = 64 << 20
"""Maximum size of a RECORD in bytes."""
LONGEST_ROW = 64 << 10
"""Maximum length of a row of a RECORD in characters."""
TOO_LONG = "its directory is implausibly long"
"""Clause about a zip whose directory is longer than `LONGEST_DIRECTORY`."""
UNLISTED = ("/RECORD", "/RECORD.jws", "/RECORD.p7s")
"""Ends of the names of files that are not compared with a RECORD: the RECORD itself and its signatures."""
LOCAL = struct.Struct("<4sHHHHHIII")
"""Start of a zip's local file header."""
END = struct.Struct("<4s4HIIH")
"""End record of a zip's directory, without its comment; the fifth field is the number of members."""
MOST_MEMBERS = 0xFFFF
"""Number of members in the end record of a zip64; the real number is in another record."""
TAR_AT, TAR = 257, b"ustar"
"""Position and text of a tar's magic bytes."""
HAS_DESCRIPTOR = 8
"""Flag of a member whose checksum and lengths are stored after its content."""
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a compression method that Python does not support
    RuntimeError,  # encrypted
    ValueError,
    KeyError,
    IndexError,
    struct.error,
    OverflowError,
)
"""Exceptions that damaged archives raise."""


class StoppedError(Exception):
    """Error for reading that the user has stopped."""


def trouble_in(body: Body, stop: Callable[[], bool] = never, *, thorough: bool = True) -> str | None:
    """Return a description of what is wrong with a wheel, sdist or other archive; None if nothing is.

    Only zips and data compressed with gzip, bzip2 or xz are examined. `thorough` also finds faults in zips that unpack
    with correct checksums: two files of one name, headers that differ, and differences between a wheel and its RECORD.
    Raises OSError if the disk cannot be read, and StoppedError if `stop` returns True.
    """
    magic = body.read(0, 6)
    try:
        if magic[:4] == b"PK\3\4":
            return _zip_trouble(body, stop, thorough)
        if unpack := _unpacker_of(magic):
            return _packed_trouble(body, unpack, stop)
    except OSError as error:
        if error.errno is not None:  # a disk error
            raise
        return f"it does not unpack: {error}"  # a bzip2 error
    except DAMAGED as error:
        return f"it does not unpack: {str(error) or type(error).__name__}"
    return None


def end_trouble(body: Body) -> str | None:
    """Return what is wrong with a built wheel according to its first bytes and zip directory; None if nothing is.

    The directory is at the end of the wheel: a wheel that was cut short has none. Raises OSError.
    """
    if not body.size:
        return "it is empty"
    if body.read(0, 4) != b"PK\3\4":
        return "it is not a wheel"
    if directory_size(body) > LONGEST_DIRECTORY:
        return TOO_LONG
    try:
        with zipfile.ZipFile(io.BufferedReader(_Raw(body), CHUNK)) as archive:
            if not _counted(body, archive):
                return "its directory ends before all of its files are listed"
    except DAMAGED as error:
        return f"it does not unpack: {str(error) or type(error).__name__}"
    return kind_trouble(body, is_wheel=True)


def quick_trouble(body: Body, *, is_wheel: bool) -> str | None:
    """Return what is wrong with a wheel or sdist according to its start and end alone; None if nothing is.

    It is fast enough for thousands of files. It finds empty files, zips that are cut short, and files other than zips
    that do not have the format of a wheel or sdist. Raises OSError.
    """
    if not body.size:
        return "it is empty"
    if body.read(0, 4) == b"PK\3\4":
        return None if has_directory(body) else "it is cut short: the directory at its end is missing"
    return kind_trouble(body, is_wheel=is_wheel)


def kind_trouble(body: Body, *, is_wheel: bool) -> str | None:
    """Return why an undamaged body is no installable wheel (if `is_wheel`) or no sdist; None if it may be one."""
    if holds(body, WHEEL_FILE):
        if not is_wheel:
            return "it is a wheel, not an sdist"
        return None if holds(body, RECORD) else NO_RECORD
    if is_wheel:
        return "it is not a wheel"
    head = body.read(0, TAR_AT + len(TAR))
    if head[:4] == b"PK\3\4" or head[TAR_AT:] == TAR or head[:2] == b"\x1f\x9d":  # a zip, a tar, a `.Z` file
        return None
    if unpacker_of(head[:6]) is None:
        return "it is not an archive"
    try:
        content = next(tar_head.heads(body), b"")
    except (*DAMAGED, OSError):
        return None  # damage is found by reading it to its end
    return (
        None if content[TAR_AT : TAR_AT + len(TAR)] == TAR or _is_old_tar(content) else "it is not an archive of files"
    )


def _is_old_tar(content: bytes) -> bool:
    """Return whether data begins with the header of a tar from before POSIX, with a correct checksum."""
    header, digits = content[:512], content[148:156].strip(b"\0 ")
    if len(header) < 512 or not digits.isdigit():
        return False
    total = sum(header) - sum(header[148:156]) + 8 * ord(" ")
    return digits.decode() == f"{total:o}".rjust(len(digits), "0")


def name_trouble(body: Body, project: str, version: str | None, *, is_sdist: bool = False) -> str | None:
    """Return how the metadata in a body contradicts a project and version; None if it does not.

    It is a contradiction if there is no metadata, except in an sdist: very old sdists have none.
    """
    text = metadata_in(body)
    if text is None:
        return None if is_sdist else "no metadata is in it"
    fields = parsed_metadata(text)
    name, own = fields.get("name", ""), fields.get("version", "")
    same = canonicalize_name(name) == project and version_order(own) == version_order(version)
    return None if same else f"it calls itself {name} {own}, not {project} {version}"


def metadata_trouble(body: Body, project: str | None, version: str | None) -> str | None:
    """Return why pip cannot use a response as the metadata of a wheel (PEP 658); None if it can."""
    fields = parsed_metadata(body.read(0, LONGEST_TEXT))
    if not fields.get("metadata_version") or not fields.get("name") or not fields.get("version"):
        return "it holds no metadata"
    return name_trouble(body, project, version) if project else None


# Zips


def _zip_trouble(body: Body, stop: Callable[[], bool], thorough: bool) -> str | None:
    if directory_size(body) > LONGEST_DIRECTORY:
        return TOO_LONG
    with zipfile.ZipFile(io.BufferedReader(_Raw(body), CHUNK)) as archive:
        members = archive.infolist()
        if sum([member.file_size for member in members]) > MOST_UNPACKED:
            return f"it would unpack to more than {MOST_UNPACKED >> 30} GiB"
        names = [member.filename for member in members]
        listed, missing = None, None
        if not _counted(body, archive):
            return "its directory ends before all of its files are listed"
        if thorough:
            if len(set(names)) != len(names):
                return "it holds two files of one name"
            for member in members:
                if trouble := _local_trouble(body, member):
                    return trouble
            record = next((name for name in names if name.endswith(".dist-info/RECORD") and name.count("/") == 1), None)
            if record:
                listed, missing = _listed(archive, record, set(names))
        for member in members:
            if trouble := _member_trouble(archive, member, listed, stop):
                return trouble
        return f"{missing} is missing, which its RECORD lists" if missing else None


def _counted(body: Body, archive: zipfile.ZipFile) -> bool:
    """Return whether a zip's directory has as many members as its end record says.

    If it has fewer, zipfile raises no error.
    """
    end = END.unpack(body.read(body.size - END.size - len(archive.comment), END.size))
    return end[0] != b"PK\5\6" or end[4] in (MOST_MEMBERS, len(archive.infolist()))


def _local_trouble(body: Body, member: zipfile.ZipInfo) -> str | None:
    """Compare a zip's two headers of a member; return a description if they differ, otherwise None."""
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


def _listed(archive: zipfile.ZipFile, record: str, names: Collection[str]) -> tuple[Mapping[str, str], str | None]:
    """Return the hashes in a RECORD, such as `sha256=…`, by path, and a path in it that is not in `names`, if any.

    Of several such paths, it is the alphabetically first. Their hashes are left out, because a RECORD may list any
    number of files. Raises ValueError.
    """
    if archive.getinfo(record).file_size > LONGEST_RECORD:
        raise ValueError("its RECORD is implausibly long")
    hashes: dict[str, str] = {}
    missing: str | None = None
    try:
        with archive.open(record) as packed, io.TextIOWrapper(packed, "utf-8", newline="") as text:
            for row in _rows(text):
                if len(row) > 1 and row[0] in names:
                    hashes[row[0]] = row[1]
                elif len(row) > 1 and (missing is None or row[0] < missing):
                    missing = row[0]
    except csv.Error as error:
        raise ValueError(f"its RECORD is damaged: {error}") from error
    return hashes, missing


def _rows(text: io.TextIOBase) -> Iterator[list[str]]:
    """Yield the rows of a RECORD. Raises csv.Error, and ValueError for a row that is longer than `LONGEST_ROW`."""
    length = 0

    def lines() -> Iterator[str]:
        nonlocal length
        while line := text.readline(LONGEST_ROW + 1):
            length += len(line)
            if length > LONGEST_ROW:
                raise ValueError("its RECORD has a row that is implausibly long")
            yield line

    for row in csv.reader(lines()):
        yield row
        length = 0


def _member_trouble(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, listed: Mapping[str, str] | None, stop: Callable[[], bool]
) -> str | None:
    name = member.filename
    said = (listed or {}).get(name, "")
    algorithm, _, expected = said.partition("=")
    if algorithm and algorithm not in hashlib.algorithms_guaranteed - {"shake_128", "shake_256"}:
        return f"its RECORD names an unknown hash for {name}"
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
    """File object that reads from a body."""

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


# Compressed tars


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
    """Unpack all compressed streams in a body, and yield the number of bytes that each step unpacks.

    Raises EOFError if the data is cut off, and StoppedError.
    """
    unpacker, at, fed, size = new(), 0, b"", CHUNK
    while True:
        if stop():
            raise StoppedError
        if not fed:
            fed = body.read(at, size)
            at, size = at + len(fed), min(2 * size, CHUNK)
            if not fed:
                raise EOFError("it is cut off")
        yield len(unpacker.decompress(fed, CHUNK))
        fed = getattr(unpacker, "unconsumed_tail", b"")  # zlib only; the others keep it themselves
        while not unpacker.eof and not fed and not getattr(unpacker, "needs_input", True):
            yield len(unpacker.decompress(b"", CHUNK))
        if unpacker.eof:
            at -= len(unpacker.unused_data)
            if not body.read(at, PIECE).strip(b"\0") and not body.read(at, CHUNK).strip(b"\0"):
                return  # nothing but padding follows
            unpacker, fed, size = new(), b"", PIECE
