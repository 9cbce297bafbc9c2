from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.metadata import parse_email

from cachetui.demo.artifacts import core_metadata, sdist, wheel
from cachetui.pip.formats.archives import (
    ArchiveName,
    directory_size,
    filename_of_tar,
    look_at_metadata,
    look_into_tar,
    look_into_zip,
    parsed_metadata,
)
from cachetui.pip.formats.body import HeadAndTail


def body(data: bytes) -> HeadAndTail:
    return HeadAndTail(data, b"", len(data))


def zipped(**members: bytes) -> bytes:
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w") as archive:
            for path, data in members.items():
                archive.writestr(path, data)
        return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "version", "tag", "filename"),
    [
        ("torch", "2.3.0+cu121", "cp311-cp311-linux_x86_64", "torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl"),
        ("six", "1.16.0", "py2.py3-none-any", "six-1.16.0-py2.py3-none-any.whl"),
        ("Ruamel.YAML_x", "1!2.0", "py3-none-any", "Ruamel.YAML_x-1!2.0-py3-none-any.whl"),
        (
            "numpy",
            "2.0.0rc1",
            "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
            "numpy-2.0.0rc1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        ),
    ],
)
def test_a_wheels_name_is_rebuilt(name: str, version: str, tag: str, filename: str) -> None:
    found, is_sdist = look_into_zip(body(wheel(name, version, tag, size=100_000)))

    assert found is not None
    assert (found.version, found.filename and found.filename.lower().replace(".", "_")) == (
        version,
        filename.lower().replace(".", "_"),
    )
    assert not is_sdist


def test_a_vendored_wheels_metadata_does_not_name_the_wheel() -> None:
    data = zipped(
        **{
            "pkg/_vendor/other-9.9.dist-info/WHEEL": b"Tag: py3-none-any\n",
            "pkg-1.0.dist-info/WHEEL": b"Tag: py3-none-any\nBuild: 7\n",
        }
    )

    assert look_into_zip(body(data))[0] == ArchiveName("pkg", "1.0", "pkg-1.0-7-py3-none-any.whl")


def test_tags_that_no_file_name_can_hold_leave_it_open() -> None:
    data = zipped(**{"pkg-1.0.dist-info/WHEEL": b"Tag: py3-none-any\nTag: cp311-cp311-linux_x86_64\n"})

    assert look_into_zip(body(data))[0] == ArchiveName("pkg", "1.0", None)


def test_a_zip_may_be_an_sdist() -> None:
    data = zipped(**{"My.Pkg-1.0/setup.py": b"", "My.Pkg-1.0/PKG-INFO": core_metadata("My.Pkg", "1.0")})

    found, is_sdist = look_into_zip(body(data))

    assert found == ArchiveName("my-pkg", "1.0", "My.Pkg-1.0.zip")
    assert is_sdist


def test_a_zip_that_is_neither_has_no_name() -> None:
    assert look_into_zip(body(zipped(**{"repo-main/README.md": b"PKG-INFO"})))[0] is None


@pytest.mark.parametrize(
    ("pack", "ending"), [(gzip.compress, ".tar.gz"), (bz2.compress, ".tar.bz2"), (lzma.compress, ".tar.xz")]
)
def test_an_sdist_is_named_by_its_pkg_info(pack: Callable[[bytes], bytes], ending: str) -> None:
    plain = gzip.decompress(sdist("Lab-Sdist", "3.0", size=50_000))

    found = look_into_tar(body(pack(plain)))

    assert found is not None
    assert (found.project, found.version) == ("lab-sdist", "3.0")
    assert found.filename is not None
    assert found.filename.endswith(f"-3.0{ending}")


def test_pkg_info_may_stand_last() -> None:
    with io.BytesIO() as stream:
        with tarfile.open(fileobj=stream, mode="w") as archive:
            for path, data in (("p-1.0/a.bin", b"\0" * 3_000_000), ("p-1.0/PKG-INFO", core_metadata("p", "1.0"))):
                member = tarfile.TarInfo(path)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        packed = gzip.compress(stream.getvalue())

    assert look_into_tar(body(packed)) == ArchiveName("p", "1.0", "p-1.0.tar.gz")


def test_an_archive_of_a_repository_is_no_sdist() -> None:
    packed = sdist("repo", "main", metadata=False)

    assert look_into_tar(body(packed)) is None
    assert filename_of_tar(body(packed)) == "repo-main.tar.gz"


def test_a_pkg_info_that_disagrees_with_its_folder_gives_no_file_name() -> None:
    packed = sdist("other", "2.0", metadata=False, more=[("PKG-INFO", core_metadata("pkg", "1.0"))])

    assert look_into_tar(body(packed)) == ArchiveName("pkg", "1.0", None)


END = struct.Struct("<4s4H2IH")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")
HUGE = 1 << 30


def with_end_records(size: int, *, zip64: int | None, apart: int = 0, comment: bytes = b"") -> bytes:
    """Return a wheel whose end records give these sizes of its directory; `apart` bytes follow that of the zip64."""
    content = wheel("pkg", "1.0")
    at = content.rindex(b"PK\5\6")
    offset = END.unpack_from(content, at)[6]
    records = b""
    if zip64 is not None:
        records = END64.pack(b"PK\6\6", 44 + apart, 45, 45, 0, 0, 4, 4, zip64, offset) + bytes(apart)
        records += LOCATOR.pack(b"PK\6\7", 0, at, 1)
    return content[:at] + records + END.pack(b"PK\5\6", 0, 0, 4, 4, size, offset, len(comment)) + comment


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (with_end_records(HUGE, zip64=None), HUGE),
        (with_end_records(100, zip64=HUGE), HUGE),
        (with_end_records(100, zip64=HUGE, apart=8), HUGE),
        (with_end_records(HUGE, zip64=100), HUGE),
        (with_end_records(HUGE, zip64=None, comment=b"x" * 65_535), HUGE),
        (with_end_records(100, zip64=None, comment=END.pack(b"PK\5\6", 0, 0, 4, 4, HUGE, 0, 0)), HUGE),
        (with_end_records(int.from_bytes(b"PK\5\6", "little"), zip64=None), int.from_bytes(b"PK\5\6", "little")),
        (with_end_records(0xFFFFFFFF, zip64=None), 0),
        (b"PK\3\4", 0),
    ],
    ids=["plain", "zip64", "long zip64", "other zip64", "comment", "record in comment", "field", "no zip64", "cut"],
)
def test_no_end_record_hides_the_size_of_a_directory(content: bytes, size: int) -> None:
    assert directory_size(body(content)) == size


def test_a_zip64_names_its_wheel() -> None:
    content = wheel("pkg", "1.0")
    size = END.unpack_from(content, content.rindex(b"PK\5\6"))[5]
    for apart in (0, 8):
        found, _ = look_into_zip(body(with_end_records(0xFFFFFFFF, zip64=size, apart=apart)))
        assert found is not None
        assert (found.project, found.version) == ("pkg", "1.0")


def test_metadata_is_named_by_its_head_alone() -> None:
    text = b"Metadata-Version: 2.1\nName: Foo_Bar\nVersion: 1.0\n\nName: evil\nVersion: 6\n"

    assert look_at_metadata(body(text)) == ArchiveName("foo-bar", "1.0", None)


@pytest.mark.parametrize("text", [b"Metadata-Version: 2.1\nName: ../x\nVersion: 1\n", b"Metadata-Version: 2.1\n"])
def test_metadata_without_a_proper_name_names_nothing(text: bytes) -> None:
    assert look_at_metadata(body(text)) is None


@given(st.data())
def test_damaged_archives_name_nothing_or_themselves(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([wheel("pkg", "1.0"), sdist("pkg", "1.0")]))
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=12)) + whole[at + data.draw(st.integers(0, 40)) :]

    for found in (look_into_zip(body(damaged))[0], look_into_tar(body(damaged))):
        assert found is None or isinstance(found.project, str)
    assert isinstance(filename_of_tar(body(damaged)), str | None)


def test_what_only_begins_like_bzip2_names_nothing() -> None:
    assert look_into_tar(body(b"BZh9 is no bzip2" * 9)) is None
    assert filename_of_tar(body(b"BZh9 is no bzip2" * 9)) is None


def test_a_gzip_bomb_is_unpacked_no_further_than_the_cap() -> None:
    assert look_into_tar(body(gzip.compress(b"\0" * (100 << 20)))) is None


def test_a_directory_that_claims_to_be_huge_is_not_believed() -> None:
    data = bytearray(wheel("pkg", "1.0"))
    data[-10:-6] = b"\xff\xff\xff\x7f"

    assert look_into_zip(body(bytes(data)))[0] is None


LINES = ["Name: a", "NAME: é", "Version: 1", "Metadata-Version: 2.1", "Requires-Python: >=3.8,", "  <4", "\t", "    "]
LINES += ["Requires-Dist: b; extra == 'c'", "Provides-Extra: c", "Description: d", "Summary: e", "From x", ":", "plain"]
LINES += [""]
FIELDS = ("metadata_version", "name", "version", "requires_python", "requires_dist", "provides_extra")


@given(st.lists(st.sampled_from(LINES), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_metadata_are_parsed_as_packaging_parses_them(lines: list[str], end: str) -> None:
    text = "".join([line + end for line in lines]).encode()
    whole = parse_email(text)[0]
    assert parsed_metadata(text) == {field: value for field, value in whole.items() if field in FIELDS}


def test_any_number_of_different_fields_takes_little_time() -> None:
    spelled = [f"{number:013b}" for number in range(8_000)]
    field = "requires-dist"
    names = ["".join([c.upper() if bit == "1" else c for c, bit in zip(field, bits, strict=True)]) for bits in spelled]
    text = "\n".join(["Name: a", *[f"X-{bits}: b\n{name}: c" for bits, name in zip(spelled, names, strict=True)]])
    began = time.process_time()
    assert parsed_metadata(text.encode()) == {"name": "a", "requires_dist": ["c"] * 8_000}
    assert time.process_time() - began < 3, "it takes a tenth of a second; quadratic steps take half a minute"
