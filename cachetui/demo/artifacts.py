"""Made-up wheels, sdists and index pages: small, valid, and always the same bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import random
import struct
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from email.message import Message
from functools import cache
from typing import NamedTuple

from cachetui.demo.writer import Pieces

BLOCK = 1 << 20
"""Length in bytes of the block of noise that fills archives, repeated as often as needed.

Noise does not compress, so that archives take up their full size on every file system.
"""
ZIP_TIME = (2024, 1, 1, 0, 0, 0)
"""Modification time of every member of a made-up archive."""
TAR_TIME = 1_704_067_200
"""`ZIP_TIME` in seconds since the epoch, for tar archives."""


OFFSET = struct.Struct("<I")
"""Format of an offset in a zip's directory: four bytes, the lowest first."""


class DemoFile(NamedTuple):
    """File as an index page lists it."""

    filename: str
    """Name of the wheel or sdist."""
    url: str
    """URL of the file, which may be relative to that of the page."""
    sha256: str
    """SHA-256 of the file in hexadecimal digits; empty if the index lists none."""
    requires_python: str = ">=3.8"
    """Python versions that the file is for."""
    size: int = 0
    """Approximate length of the file in bytes."""


@cache
def _noise() -> bytes:
    return random.Random(1).randbytes(BLOCK)


def noise(size: int) -> bytes:
    """Return `size` bytes that do not compress, always the same ones."""
    return (_noise() * (size // BLOCK + 1))[:size]


def wheel_filename(name: str, version: str, tag: str = "py3-none-any") -> str:
    """Return the file name of a wheel, given the project's name as written."""
    return f"{_stem(name)}-{version.replace('-', '_')}-{tag}.whl"


def sdist_filename(name: str, version: str) -> str:
    """Return the file name of an sdist, given the project's name as written."""
    return f"{_stem(name)}-{version}.tar.gz"


def core_metadata(name: str, version: str, requires: Sequence[str] = ()) -> bytes:
    """Return core metadata, as in a wheel's METADATA, an sdist's PKG-INFO or a PEP 658 response."""
    fields = Message()
    fields["Metadata-Version"] = "2.1"
    fields["Name"] = name
    fields["Version"] = version
    fields["Summary"] = f"What {name} would do if it were real"
    for requirement in requires:
        fields["Requires-Dist"] = requirement
    return fields.as_bytes()


def wheel(
    name: str, version: str, tag: str = "py3-none-any", *, size: int = 0, requires: Sequence[str] = (), code: str = ""
) -> bytes:
    """Return a wheel; `size` is the length in bytes of its data file, which is missing if `size` is 0.

    `tag` may be a compressed set like `py2.py3-none-any`. `code` is the content of the wheel's module; by default, the
    module defines `version`.
    """
    stem = _stem(name)
    info = f"{stem}-{version.replace('-', '_')}.dist-info"
    pythons, abis, platforms = (part.split(".") for part in tag.split("-"))
    tags = "".join(f"Tag: {py}-{abi}-{on}\n" for py in pythons for abi in abis for on in platforms)
    pure = str(abis == ["none"]).lower()
    members = {
        f"{stem}/__init__.py": code.encode() or f"version = {version!r}\n".encode(),
        f"{info}/METADATA": core_metadata(name, version, requires),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: demo\nRoot-Is-Purelib: {pure}\n{tags}\n".encode(),
    }
    if size:
        members = {f"{stem}/data.bin": noise(size)} | members
    record = "".join(f"{path},sha256={_record_digest(data)},{len(data)}\n" for path, data in members.items())
    members[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w") as archive:
            for path, data in members.items():
                how = zipfile.ZIP_STORED if path.endswith("data.bin") else zipfile.ZIP_DEFLATED
                member = zipfile.ZipInfo(path, ZIP_TIME)
                member.external_attr = 0o644 << 16
                archive.writestr(member, data, compress_type=how)
        return stream.getvalue()


def with_hole(archive: bytes, hole: int) -> Pieces:
    """Return a wheel with a hole of `hole` bytes behind its first member, or an sdist with such a hole at its end.

    Both stay as valid as before: nothing of a zip lies in the hole, and gzip data may be padded with zeros.
    """
    if not zipfile.is_zipfile(io.BytesIO(archive)):
        return archive, hole
    with zipfile.ZipFile(io.BytesIO(archive)) as read:
        members, start, at = read.infolist(), read.infolist()[1].header_offset, read.start_dir
    directory = bytearray(archive[at:])
    OFFSET.pack_into(directory, len(directory) - 6, at + hole)
    at = 0
    for member in members:
        if member.header_offset >= start:
            OFFSET.pack_into(directory, at + 42, member.header_offset + hole)
        at += 46 + len(member.filename.encode()) + len(member.extra) + len(member.comment)
    return archive[:start], hole, archive[start : -len(directory)] + directory


def sdist(
    name: str, version: str, *, size: int = 0, more: Iterable[tuple[str, bytes]] = (), metadata: bool = True
) -> bytes:
    """Return an sdist; `size` is the length in bytes of its data file, which is missing if `size` is 0.

    It has a PKG-INFO unless `metadata` is false. `more` are further members: paths in the sdist's folder, each with its
    content.
    """
    folder = sdist_filename(name, version).removesuffix(".tar.gz")
    members = {"PKG-INFO": core_metadata(name, version)} if metadata else {}
    members |= {"setup.py": b"from setuptools import setup\n\nsetup()\n"} | dict(more)
    if size:
        members["data.bin"] = noise(size)
    with io.BytesIO() as stream:
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path, data in members.items():
                member = tarfile.TarInfo(f"{folder}/{path}")
                member.size, member.mtime, member.mode = len(data), TAR_TIME, 0o644
                archive.addfile(member, io.BytesIO(data))
        return gzip.compress(stream.getvalue(), compresslevel=1, mtime=0)


def json_page(name: str, files: Iterable[DemoFile]) -> bytes:
    """Return a project's index page in JSON (PEP 691), with some of the further fields that PyPI sends."""
    listed = [
        {
            "core-metadata": file.filename.endswith(".whl"),
            "filename": file.filename,
            "hashes": {"sha256": file.sha256} if file.sha256 else {},
            "requires-python": file.requires_python,
            "size": file.size,
            "upload-time": "2024-03-05T10:30:00.000000Z",
            "url": file.url,
            "yanked": False,
        }
        for file in files
    ]
    page = {"alternate-locations": [], "files": listed, "meta": {"_last-serial": 23, "api-version": "1.3"}}
    return json.dumps(page | {"name": name}, separators=(",", ":")).encode()


def html_page(title: str, files: Iterable[DemoFile]) -> bytes:
    """Return a project's index page in HTML (PEP 503)."""
    hrefs = [(f"{one.url}#sha256={one.sha256}" if one.sha256 else one.url, one.filename) for one in files]
    anchors = "".join(f'    <a href="{href}">{name}</a><br/>\n' for href, name in hrefs)
    return (
        f"<!DOCTYPE html>\n<html>\n  <head>\n    <title>{title}</title>\n  </head>\n"
        f"  <body>\n    <h1>{title}</h1>\n{anchors}  </body>\n</html>\n"
    ).encode()


def _stem(name: str) -> str:
    return name.replace("-", "_").replace(".", "_")


def _record_digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
