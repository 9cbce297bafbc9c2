"""Small files that were made to cost much: each must be read in linear time, and show as what it is."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from pathlib import Path

import pytest

from cachetui.demo.artifacts import core_metadata, wheel
from cachetui.demo.writer import CacheWriter, file_headers, plain_headers
from cachetui.model import NS, Entry
from cachetui.pip.formats.records import LOWERED
from cachetui.pip.memory import Memory
from cachetui.pip.scan.scanner import scan

AT = 1_700_000_000 * NS
URL = "https://files.example/x"


def read(root: Path, body: bytes, **more: str) -> Entry:
    headers = plain_headers(more.pop("type", "application/octet-stream"), size=len(body), at_ns=AT, more=more)
    CacheWriter(root).answer(URL, body, headers, AT)
    (entry,) = scan(root).entries
    return entry


def zip_of(directory: bytes) -> bytes:
    """Return what claims to be a zip with this directory."""
    return b"PK\3\4" + directory + b"PK\5\6" + bytes(8) + struct.pack("<IIH", len(directory), 4, 0)


def test_half_a_pair_of_surrogates_is_remembered(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    CacheWriter(root).put(f"selfcheck/{'5e' * 28}", rb'{"key": "/half/\ud800", "pypi_version": "26.3"}', AT)

    for _ in range(2):
        with Memory(tmp_path / "memory") as memory:
            (entry,) = scan(root, memory=memory).entries
            assert entry.note == "of /half/\ud800"


def test_names_of_headers_are_not_kept_however_long_they_are(tmp_path: Path) -> None:
    name = "x-" + "a" * 100_000

    assert read(tmp_path, b"PK\3\4", **{name: "1"}).kind == "response"
    assert "x-a" not in "".join([str(kept)[:3] for kept in LOWERED if len(str(kept)) > 64])


@pytest.mark.parametrize(
    "directory",
    [
        b"a" * 20_000_000,
        b"a.1-" * 5_000_000,
        b"a-" * 10_000_000,
        b"a-1.dist-info/WHEEL" * 1_000_000,
        b"a/PKG-INFO" * 2_000_000,
        b"PK\1\2" * 5_000_000,
    ],
    ids=["letters", "versions", "dashes", "wheels", "sdists", "headers"],
)
def test_a_zips_directory(directory: bytes, tmp_path: Path) -> None:
    assert read(tmp_path, zip_of(directory)).kind == "response"


@pytest.mark.parametrize(
    "text", [b"Name: a" + b" " * 1_000_000 + b"b", b"Name" + b" " * 900_000, b":" * 1_000_000], ids=range(3)
)
def test_metadata(text: bytes, tmp_path: Path) -> None:
    entry = read(tmp_path, b"Metadata-Version: 2.1\n" + text + b"\nVersion: 1.0\n")

    assert (entry.kind, entry.project) == ("response", None)


@pytest.mark.parametrize(
    "text",
    [
        b"<a " * 500_000,
        b"<a href=" * 500_000,
        b'<a href="' * 500_000,
        b"<a href" + b" " * 1_000_000,
        b"href" + b" " * 1_000_000,
        b"<title>links for " + b" " * 1_000_000,
        b'{"files":[' + b'{"url":"' * 300_000,
        b'{"files":[' + b"[" * 2_000_000,
        b'{"files": [], "name": "a", "name": "' + b"\\u0061" * 500_000,
        b'{"files": [], "name": "' + b"a" * 10_000_000 + b'"}',
        b"<title>Links for " + b"a" * 3_000 + b"</title>",
    ],
    ids=range(11),
)
def test_an_index_page(text: bytes, tmp_path: Path) -> None:
    packed = gzip.compress(text)

    assert read(tmp_path, packed, type="text/html", **{"Content-Encoding": "gzip"}).project is None


def test_a_tar_with_a_header_that_claims_gigabytes(tmp_path: Path) -> None:
    header = tarfile.TarInfo("p-1.0/x")
    header.size, header.type = (8 << 30) - 1, tarfile.XHDTYPE
    packed = gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + b"1" * 1_000_000)

    assert read(tmp_path, packed).project is None


def test_a_tar_of_very_many_members(tmp_path: Path) -> None:
    member = tarfile.TarInfo("p-1.0/x").tobuf(tarfile.USTAR_FORMAT)
    last = tarfile.TarInfo("p-1.0/PKG-INFO")
    text = core_metadata("p", "1.0")
    last.size = len(text)
    with io.BytesIO() as tail:
        with tarfile.open(fileobj=tail, mode="w") as archive:
            archive.addfile(last, io.BytesIO(text))
        packed = gzip.compress(member * 60_000 + tail.getvalue())

    assert read(tmp_path, packed).project is None


@pytest.mark.parametrize(
    "name", ["a\x1b[31m-1.0-py3-none-any.whl", "[bold]a-1.0.tar.gz", "p" * 5_000 + "-1.0.tar.gz"], ids=range(3)
)
def test_a_disposition_with_no_proper_file_name(name: str, tmp_path: Path) -> None:
    assert read(tmp_path, b"?", **{"Content-Disposition": f'attachment; filename="{name}"'}).project is None


@pytest.mark.parametrize("version", ["../1", "1.0\udcff", "1\n2", "1" * 5_000, "\ud800"], ids=range(5))
def test_a_header_with_no_proper_version(version: str, tmp_path: Path) -> None:
    body = wheel("pkg", "1.0")
    headers = file_headers("pkg", "1.0", "bdist_wheel", "py3", size=len(body), at_ns=AT)
    path = CacheWriter(tmp_path).answer(URL, body, headers, AT)
    record = tmp_path / path
    old = b"\xb3x-pypi-file-version\xa31.0"
    encoded = version.encode("utf-8", "surrogatepass")
    new = b"\xb3x-pypi-file-version\xda" + struct.pack(">H", len(encoded)) + encoded
    assert old in record.read_bytes()
    record.write_bytes(record.read_bytes().replace(old, new))

    (entry,) = scan(tmp_path).entries

    assert (entry.project, entry.version, entry.identified_by) == ("pkg", "1.0", "archive")


def test_a_redirect_to_a_name_of_great_length(tmp_path: Path) -> None:
    CacheWriter(tmp_path).redirect(URL, f"/simple/{'a' * 400_000}/", AT)

    (entry,) = scan(tmp_path).entries

    assert entry.project is None
    assert len(entry.note or "") < 300
