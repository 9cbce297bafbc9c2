from __future__ import annotations

import bz2
import io
import struct
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import partial

import pytest

from cachetui.pip.formats.body import Body, FileSlice
from cachetui.pip.formats.integrity import LONGEST_DIRECTORY, LONGEST_ROW, end_trouble, quick_trouble, trouble_in

TEXT = bytes(range(256)) * 400


def zipped() -> bytes:
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as archive:
            archive.writestr("six.py", TEXT)
        return stream.getvalue()


@pytest.mark.parametrize("packed", [zipped(), bz2.compress(TEXT)], ids=["zip", "tar"])
def test_what_bzip2_packed_and_is_damaged_does_not_unpack(packed: bytes) -> None:
    at = packed.index(b"BZh") + 10  # what bzip2 raises for it is an OSError, as if the disk could not be read
    with tempfile.TemporaryFile() as file:
        file.write(packed[:at] + bytes(50) + packed[at + 50 :])
        file.flush()
        assert str(trouble_in(FileSlice(file.fileno(), 0, len(packed)))).startswith("it does not unpack: ")


def looked(data: bytes, look: Callable[[Body], str | None] = trouble_in) -> str | None:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return look(FileSlice(file.fileno(), 0, len(data)))


@pytest.mark.parametrize("piece", [",", '"\n",'], ids=["one line", "fields of two lines"])
def test_a_row_of_a_record_is_read_up_to_a_limit(piece: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a-1.dist-info/RECORD", piece * 1_000_000)
    tracemalloc.start()
    try:
        trouble = looked(packed.getvalue())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert trouble == "it does not unpack: its RECORD has a row that is implausibly long"
    assert peak < 100 * LONGEST_ROW


def test_a_directory_that_is_too_long_is_not_read() -> None:
    size = LONGEST_DIRECTORY + 1
    end = struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0)
    for look in (end_trouble, trouble_in):
        assert looked(b"PK\3\4" + bytes(size) + end, look) == "its directory is implausibly long"


def commented(data: bytes) -> bytes:
    """Return a zip with the longest comment."""
    with io.BytesIO(data) as stream:
        with zipfile.ZipFile(stream, "a") as archive:
            archive.comment = b"PK" * 32_767
        return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "is_wheel", "trouble"),
    [
        (zipped(), True, None),
        (commented(zipped()), True, None),
        (zipped(), False, None),
        (zipped()[:-1], True, "it is cut short: the directory at its end is missing"),
        (zipped()[:60], False, "it is cut short: the directory at its end is missing"),
        (b"PK\3\4" + bytes(100_000), True, "it is cut short: the directory at its end is missing"),
        (b"", True, "it is empty"),
        (b"<html>", True, "it is not a wheel"),
        (b"<html>", False, "it is not an archive"),
        (bytes(1_000), False, "it is not an archive"),
    ],
    ids=["wheel", "comment", "zip", "end", "members", "zeros", "empty", "page", "page-for-sdist", "zeros-for-sdist"],
)
def test_the_first_and_last_bytes_show_what_is_cut_short(data: bytes, is_wheel: bool, trouble: str | None) -> None:
    assert looked(data, partial(quick_trouble, is_wheel=is_wheel)) == trouble
