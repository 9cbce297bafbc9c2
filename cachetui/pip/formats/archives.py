"""Identify a wheel or sdist with a few reads of limited size, without extracting it.

Sources: the zip application note (end of central directory, central and local file headers), the wheel
specification (PEP 427: `*.dist-info/WHEEL`, `Tag`, `Build`), the sdist specification (PEP 625,
`PKG-INFO`).
"""

from __future__ import annotations

import lzma
import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from packaging.metadata import RawMetadata, parse_email
from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.pip.formats import tar_head
from cachetui.pip.formats.body import Body
from cachetui.pip.unpacking import unpacker_of

ZIP_TAIL = 65_558
"""Number of bytes at a zip's end in which zipfile looks for its end record: 22, and 65,536 for a comment."""
END_SIZE, LOCATOR_SIZE, END64_SIZE = 22, 20, 56
"""Sizes in bytes of a zip's end record without a comment, of a zip64's locator, and of a zip64's end record."""
SHORT_TAIL = 8192
"""Number of bytes at a zip's end in which its end record usually lies, and often all of its directory."""
LONGEST_DIRECTORY = 32 << 20
"""Maximum size in bytes of a zip's directory that is read."""
LONGEST_TEXT = 1 << 20
"""Maximum number of bytes read from a METADATA, WHEEL, PKG-INFO or pyproject.toml file."""
LONGEST_NAME = 255
"""Maximum length in characters of a file name, and so of a project's name and a version together."""
MOST_TAGS = 4096
"""Maximum number of tags of a wheel whose file name is rebuilt."""

WHEEL_FILE = b".dist-info/WHEEL"
METADATA = b".dist-info/METADATA"
RECORD = b".dist-info/RECORD"
PKG_INFO = b"/PKG-INFO"
PYPROJECT = b"/pyproject.toml"
NO_RECORD = "it has no RECORD of its files: no pip installs it"
"""Clause about a wheel that does not list its files."""
MOST_TRIED = 1000
"""Maximum number of names with a given ending that are examined in a zip's directory."""
FIELDS = (b"name", b"version", b"tag", b"build")
"""Lower-case names of the fields of METADATA, PKG-INFO and WHEEL that identify an archive."""
CORE = (b"metadata-version", b"name", b"version", b"requires-python", b"requires-dist", b"provides-extra")
"""Fields of core metadata that are parsed, in lower case."""
HEADER = re.compile(rb"([!-9;-~]*):|[\t ]|From ")
"""Pattern of the start of a header line for Python's email parser; group 1 is the name of a field that begins there."""
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
"""Pattern of the name of a project (PEP 508)."""

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
)
"""Exceptions that the parsers of archives raise for damaged bytes."""


class ArchiveName(NamedTuple):
    """Project, version and file name of an archive, according to its content."""

    project: str
    """Canonical name of the project."""
    version: str
    """Version as written."""
    filename: str | None
    """File name; None if it is not certain."""


def named(name: str, version: str, filename: str | None = None) -> ArchiveName | None:
    """Return a project and version with a file name; None if the project or version is invalid or too long."""
    if len(name) + len(version) > LONGEST_NAME or not NAME.fullmatch(name):
        return None
    try:
        Version(version)
    except ValueError:
        return None
    return ArchiveName(canonicalize_name(name), version, filename)


def look_at_metadata(body: Body) -> ArchiveName | None:
    """Return the project and version in core metadata (a PEP 658 file beside a wheel); None if either is invalid."""
    fields = headers_of(body.read(0, LONGEST_TEXT))
    return named(fields.get("name", ""), fields.get("version", ""))


def headers_of(text: bytes) -> dict[str, str]:
    """Return the first value of each of `FIELDS` in the headers of metadata, by lower-case name."""
    fields: dict[str, str] = {}
    for name, value in _fields(text):
        fields.setdefault(name, value)
    return fields


def _fields(text: bytes) -> Iterator[tuple[str, str]]:
    """Yield the lower-case names and the values of the lines that give one of `FIELDS`, up to the first empty line."""
    for line in text.splitlines():
        if not line.strip():
            return
        name, colon, value = line.partition(b":")
        if colon and name.strip().lower() in FIELDS:
            yield name.strip().lower().decode(), value.strip().decode("utf-8", "replace")


def parsed_metadata(text: bytes) -> RawMetadata:
    """Return the fields `CORE` of core metadata, parsed in time proportional to its length.

    Only these are passed to `parse_email`, whose time grows with the square of the number of different fields.
    """
    lines: list[bytes] = []
    kept = False
    for line in text.splitlines(keepends=True):
        found = HEADER.match(line)
        if found is None:  # the description follows
            break
        name = (found[1] or b"").lower()
        if not line.startswith((b" ", b"\t")):
            kept = name in CORE
        if kept:
            lines.append(name + line[len(name) :])
    return parse_email(b"".join(lines))[0]


def look_into_zip(body: Body) -> tuple[ArchiveName | None, bool]:
    """Return the name of a wheel or zipped sdist, and whether it is an sdist.

    The name is None if the zip is damaged, or neither a wheel nor an sdist.
    """
    try:
        directory = zip_directory(body)
        if directory is None:
            return None, False
        if found := _wheel(body, directory):
            return found, False
        found = _zip_sdist(body, directory)
        return found, found is not None
    except UNREADABLE:
        return None, False


def holds(body: Body, ending: bytes) -> bool:
    """Return whether a body is a zip with a member such as `*.dist-info/WHEEL`, whose name ends in `ending`.

    The part of the name before `ending` has no slash. A damaged zip has no such member.
    """
    try:
        directory = zip_directory(body) if body.read(0, 4) == b"PK\3\4" else None
    except UNREADABLE:
        return False
    return any("/" not in path.removesuffix(ending.decode()) for _, path in _members(directory or b"", ending))


def metadata_in(body: Body) -> bytes | None:
    """Return the core metadata in an archive, or the body itself if it is metadata; None if none is found."""
    head = body.read(0, 20)
    try:
        if head.startswith(b"Metadata-Version:"):
            return body.read(0, LONGEST_TEXT)
        if not head.startswith(b"PK\3\4"):
            return _tar_member(body, "PKG-INFO")
        directory = zip_directory(body) or b""
        for ending in (METADATA, PKG_INFO):
            for at, path in _members(directory, ending):
                if "/" not in path.removesuffix(ending.decode()):
                    return _member(body, directory, at)
    except UNREADABLE:
        pass
    return None


def pyproject_in(body: Body) -> bytes | None:
    """Return the pyproject.toml of an sdist; None if there is none, or if it is far from the start of a tar."""
    try:
        if not body.read(0, 4).startswith(b"PK\3\4"):
            return _tar_member(body, "pyproject.toml")
        directory = zip_directory(body) or b""
        for at, path in _members(directory, PYPROJECT):
            if path.count("/") == 1:
                return _member(body, directory, at)
    except UNREADABLE:
        pass
    return None


def _tar_member(body: Body, wanted: str) -> bytes | None:
    """Return the file `wanted` in a folder at the top of a tar; None if it is not near the tar's start.

    At most `LONGEST_TEXT` bytes are returned.
    """
    for content in tar_head.heads(body):
        for name, at, size in tar_head.members(content):
            if name.partition("/")[2] == wanted and at + size <= len(content):
                return content[at : at + min(size, LONGEST_TEXT)]
    return None


def directory_size(body: Body) -> int:
    """Return the size in bytes of a zip's directory according to its end record; 0 if there is no end record.

    If there are several end records, the largest size is returned, because which of a zip64's end records zipfile reads
    depends on the version of Python.
    """
    tail_at = max(0, body.size - ZIP_TAIL)
    places = _directory_places(body, tail_at, body.read(tail_at, body.size - tail_at))
    return max([size for size, _ in places], default=0)


def has_directory(body: Body) -> bool:
    """Return whether a zip has a directory where its end record says; reads little more than 64 KiB. Raises OSError."""
    for length in (END_SIZE, ZIP_TAIL):
        tail_at = max(0, body.size - length)
        if places := _directory_places(body, tail_at, body.read(tail_at, body.size - tail_at)):
            size, offset = places[0]
            return offset + size < body.size and body.read(offset, 4) in (b"PK\1\2", b"")  # b"" if it is not kept
    return False


def _directory_places(body: Body, tail_at: int, tail: bytes) -> list[tuple[int, int]]:
    """Return the size and offset of a zip's directory according to each of its end records.

    The first pair is the one to use. `tail` is the end of the body, from the position `tail_at`. The search is the same
    as zipfile's, because a comment may look like an end record.
    """
    end = len(tail) - END_SIZE
    if not (end >= 0 and tail.startswith(b"PK\5\6", end) and tail.endswith(b"\0\0")):
        end = tail.rfind(b"PK\5\6")
    if end < 0 or end + END_SIZE > len(tail):
        return []
    places: list[tuple[int, int]] = []
    locator_at = tail_at + end - LOCATOR_SIZE
    locator = body.read(locator_at, LOCATOR_SIZE) if locator_at >= END64_SIZE else b""
    if locator.startswith(b"PK\6\7") and len(locator) == LOCATOR_SIZE:
        for at in (locator_at - END64_SIZE, *struct.unpack_from("<Q", locator, 8)):
            record = body.read(at, END64_SIZE) if at < locator_at else b""
            if record.startswith(b"PK\6\6") and len(record) == END64_SIZE:
                places.append(struct.unpack_from("<QQ", record, 40))
    size, offset = struct.unpack_from("<II", tail, end + 12)
    return places if 0xFFFFFFFF in (size, offset) else [*places, (size, offset)]


def zip_directory(body: Body) -> bytes | None:
    """Return the directory of a zip; None if there is none, or if it is too long. May raise `UNREADABLE`."""
    size = offset = tail_at = 0
    tail = b""
    for length in (SHORT_TAIL, ZIP_TAIL):
        tail_at = max(0, body.size - length)
        tail = body.read(tail_at, body.size - tail_at)
        if places := _directory_places(body, tail_at, tail):
            size, offset = places[0]
            break
    if not size or size > LONGEST_DIRECTORY or offset + size > body.size:
        return None
    if offset >= tail_at:
        return tail[offset - tail_at : offset - tail_at + size]
    return body.read(offset, size)


def _wheel(body: Body, directory: bytes) -> ArchiveName | None:
    for at, path in _members(directory, WHEEL_FILE):
        name, dash, version = path.removesuffix(WHEEL_FILE.decode()).partition("-")
        if not dash or "/" in name + version:
            continue
        text = _member(body, directory, at)
        if text is None or (found := named(name, version) or named(name, version.replace("_", "-"))) is None:
            return None
        return found._replace(filename=_wheel_filename(name, version, text))
    return None


def _members(directory: bytes, ending: bytes) -> Iterator[tuple[int, str]]:
    """For each member whose name ends in `ending`, yield its name's position in the directory, and the name."""
    end = 0
    for _ in range(MOST_TRIED):
        end = directory.find(ending, end) + len(ending)
        if end < len(ending):
            return
        header = directory.rfind(b"PK\1\2", max(0, end - LONGEST_NAME - 64), end)
        if header >= 0 and header + 46 + _u16(directory, header + 28) == end:
            yield header + 46, directory[header + 46 : end].decode("utf-8", "replace")


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _member(body: Body, directory: bytes, at: int) -> bytes | None:
    """Return the content of the member whose name is at the position `at` of the directory.

    At most `LONGEST_TEXT` bytes are returned. Return None if the member's header is damaged, if its compressed content
    is longer than that, or if it is compressed by another method than deflate. May raise `UNREADABLE`.
    """
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
    """Return a wheel's file name, rebuilt from its name, version and WHEEL file.

    Return None if no valid file name expresses all of its tags.
    """
    found = list(_fields(text))
    tags = [tuple(value.split("-")) for key, value in found if key == "tag"]
    builds = [value for key, value in found if key == "build"]
    if not tags or len(tags) > MOST_TAGS or any(len(tag) != 3 for tag in tags):
        return None
    parts = [list(dict.fromkeys(part)) for part in zip(*tags, strict=True)]
    count = 1
    for part in parts:
        count *= len(part)
    if count != len(set(tags)):
        return None
    stem = "-".join([name, version.replace("-", "_"), *builds[:1], *(".".join(part) for part in parts)])
    return f"{stem}.whl" if re.fullmatch(r"[\w.!+-]+", stem, re.A) else None


def _zip_sdist(body: Body, directory: bytes) -> ArchiveName | None:
    for at, path in _members(directory, PKG_INFO):
        stem = path.removesuffix(PKG_INFO.decode())
        if "/" not in stem:
            text = _member(body, directory, at)
            return _sdist(stem, text, ".zip") if text is not None else None
    return None


def _sdist(stem: str, text: bytes, ending: str) -> ArchiveName | None:
    """Return the name of an sdist according to its PKG-INFO, `text`; None if that is invalid.

    The result has a file name only if `stem`, the name of the sdist's folder, gives the same project and version.
    """
    fields = headers_of(text)
    found = named(fields.get("name", ""), fields.get("version", ""))
    if found is None:
        return None
    name, _, version = stem.rpartition("-")
    agrees = named(name, version)
    whole = agrees is not None and agrees.project == found.project and Version(version) == Version(found.version)
    return found._replace(filename=stem + ending) if whole else found


def look_into_tar(body: Body, ending: str | None = None) -> ArchiveName | None:
    """Return the name that the first `*/PKG-INFO` near the start of a compressed tar gives; None if there is none.

    `ending` is the suffix of the sdist's file name; by default, the usual one for its compression.
    """
    unpack = unpacker_of(body.read(0, 6))
    if unpack is None:
        return None
    try:
        for content in tar_head.heads(body):
            if found := _tar_sdist(content, ending or unpack[1]):
                return found
    except UNREADABLE:
        pass
    return None


def _tar_sdist(content: bytes, ending: str) -> ArchiveName | None:
    for name, at, size in tar_head.members(content):
        stem, _, rest = name.partition("/")
        if rest == "PKG-INFO":
            return _sdist(stem, content[at : at + min(size, LONGEST_TEXT)], ending)
    return None


def filename_of_tar(body: Body) -> str | None:
    """Return the file name that the first folder and the compression of a tar suggest; None for other bodies."""
    unpack = unpacker_of(body.read(0, 6))
    try:
        content = next(tar_head.heads(body), b"")
    except UNREADABLE:
        return None
    first = next(tar_head.members(content), None)
    return first[0].partition("/")[0] + unpack[1] if first and unpack else None
