from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import zlib
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.demo.writer import Format, record
from cachetui.pip.formats.records import (
    BODY_END,
    GARBLED,
    NO_ANSWER,
    PARTS,
    STOPPING,
    WHOLE_BODY,
    LongStringCutter,
    Record,
    UnreadableRecordError,
    read_record,
)
from tests.damaged import JSON_RECORDS, PACKED_RECORDS, json_record, packed_record
from tests.pips import unpacked

HEADERS = {"Content-Type": "text/html", "ETag": '"x"', "Vary": "Accept-Encoding"}


def read(data: bytes, folder: Path, *, body_inside: bool = True) -> tuple[Record, bytes]:
    """Write a record, read it, and return it with its body."""
    path = folder / "record"
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        found = read_record(fd, len(data), body_inside=body_inside)
        return found, found.body.read(0, found.body.size) if found.body else b""
    finally:
        os.close(fd)


@pytest.mark.parametrize("form", ["cc=2", "cc=4"])
@pytest.mark.parametrize("size", [0, 1, 31, 32, 255, 256, 5_000, 70_000, 300_001])
def test_a_body_inside_is_found(form: Format, size: int, tmp_path: Path) -> None:
    body = bytes(number % 251 for number in range(size))

    found, read_body = read(record(body, HEADERS, form), tmp_path)

    assert (found.status, found.header("etag"), read_body) == (200, '"x"', body)


def test_a_body_beside_is_left_where_it_is(tmp_path: Path) -> None:
    found, _ = read(record(b"", HEADERS, "v2"), tmp_path, body_inside=False)

    assert (found.status, found.header("content-type"), found.body) == (200, "text/html", None)


@pytest.mark.parametrize("first", ["vary", "response"])
@pytest.mark.parametrize("inner", [("headers", "body", "status"), ("status", "body", "headers")])
def test_the_order_of_the_maps_is_not_fixed(first: str, inner: tuple[str, ...], tmp_path: Path) -> None:
    body = b"b" * 10_000
    parts = {"headers": {"A": "b" * 9_000}, "body": body, "status": 301}
    response = {name: parts[name] for name in inner}
    whole = {"vary": {"x": None}, "response": response} if first == "vary" else {"response": response, "vary": {}}

    found, read_body = read(b"cc=4," + msgpack.packb(whole), tmp_path)

    assert (found.status, len(found.header("a")), read_body) == (301, 9_000, body)


def test_names_and_values_may_be_bytes_as_python_2_wrote_them(tmp_path: Path) -> None:
    response = {"body": b"x", "headers": {b"ETag": b"\xe9"}, "status": 200}

    found, _ = read(b"cc=4," + msgpack.packb({"vary": {b"A": b"b"}, "response": response}), tmp_path)

    assert found.header("etag") == "é"


def test_a_body_may_be_a_short_string(tmp_path: Path) -> None:
    packed = b"cc=4," + msgpack.packb({"response": {"body": "hey", "headers": {}, "status": 200}})

    assert read(packed, tmp_path)[1] == b"hey"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"cc=1,\x80\x02}q\x01.", "pickle"),
        (b"cc=3,\x80", "not a record"),
        (b"<html>", "not a record"),
        (b"cc=4,", "cut short"),
        (b"cc=4,\xc1", "damaged"),
        (b"cc=4,\x93\x01\x02\x03", "damaged"),
        (b"cc=4," + b"\x91" * 100_000, "damaged"),
        (b"cc=4,\x81\xa8response\x81\xa4body\xc6\xff\xff\xff\xff", "cut short"),
        (b"cc=4,\x81\xa8response\x81\xa4body\x05", "damaged"),
        (b"cc=4," + msgpack.packb({"response": {"body": b"", "headers": {}, "status": "200"}}), "status"),
        (b"cc=4," + msgpack.packb({"response": {"body": b"", "headers": [], "status": 200}}), "no answer"),
        (b"cc=4," + msgpack.packb({"response": {"body": b"", "headers": {}, "status": 200}}) + b"\xc0", "damaged"),
        (b"cc=4," + msgpack.packb({"a" * (5 << 20): 1}), "cut short"),
        (b"cc=2,", "cut short"),
        (b"cc=2,garbage", "damaged"),
        (b"cc=2," + zlib.compress(b"[1]"), "damaged"),
        (b"cc=2," + zlib.compress(b'{"response": {"headers": {}, "body": "!"}}'), "damaged"),
        (b"cc=2," + zlib.compress(b"[" * 100_000), "damaged"),
        (b"cc=2," + zlib.compress(b"x" * (5 << 20)), "implausibly long"),
        (b"cc=2," + zlib.compress(b'{"response": {}}')[:-6], "cut short"),
    ],
)
def test_what_is_no_record_is_said_to_be_none(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecordError, match=words):
        read(data, tmp_path)


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_of_another_name_is_damage_for_pip_stops_at_it(part: str, tmp_path: Path) -> None:
    packed = record(b"", HEADERS, "v2")
    name = msgpack.packb(part)
    assert name in packed
    changed = packed.replace(name, name[:-1] + bytes([name[-1] ^ 1]))

    with pytest.raises(UnreadableRecordError, match="damaged"):
        read(changed, tmp_path, body_inside=False)


def test_headers_that_go_on_for_ever_are_not_read_to_the_end(tmp_path: Path) -> None:
    data = record(b"", {"X": "y" * (6 << 20)}, "v2")

    with pytest.raises(UnreadableRecordError, match="implausibly long"):
        read(data, tmp_path, body_inside=False)


def test_a_compressed_bomb_is_given_up(tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    bomb = b"cc=2," + packer.compress(b'{"response": {"body": "')
    for _ in range(120):
        bomb += packer.compress(b"A" * (1 << 20))
    bomb += packer.compress(b'", "headers": {}, "status": 200}}') + packer.flush()

    with pytest.raises(UnreadableRecordError, match="plausible"):
        read(bomb, tmp_path)


@given(st.binary(max_size=400), st.sampled_from([b"cc=4,", b"cc=2,", b""]), st.booleans())
def test_any_bytes_are_a_record_or_said_to_be_none(data: bytes, start: bytes, inside: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found, _ = read(start + data, Path(folder), body_inside=inside)
            assert isinstance(found.status, int)
        except UnreadableRecordError as error:
            assert str(error)


@pytest.mark.parametrize("damage", JSON_RECORDS)
def test_json_of_another_shape_is_no_record(damage: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecordError):
        read(json_record(JSON_RECORDS[damage]), tmp_path)


@pytest.mark.parametrize("damage", PACKED_RECORDS)
def test_msgpack_of_another_shape_is_no_record(damage: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecordError):
        read(packed_record(PACKED_RECORDS[damage]), tmp_path)


@pytest.mark.parametrize(
    ("damage", "note"),
    [
        ("no body", STOPPING),
        ("a body beyond ASCII", GARBLED),
        ("a body of a length that base64 cannot have", GARBLED),
        ("a long body of such a length", GARBLED),
        ("a header's name that is not base64", GARBLED),
        ("a null body", NO_ANSWER),
        ("null headers", NO_ANSWER),
    ],
)
def test_damage_that_ends_pip_is_told_from_damage_that_it_passes_over(damage: str, note: str, tmp_path: Path) -> None:
    data = json_record(JSON_RECORDS[damage])
    with pytest.raises(UnreadableRecordError) as caught:
        read(data, tmp_path)
    assert (str(caught.value), ends_pip(data)) == (note, note != NO_ANSWER)


def ends_pip(data: bytes) -> bool:
    """Return whether pip 23.2.1, the last that reads such records, ends with an error at one."""
    done = subprocess.run(
        [sys.executable, "-c", ASKING, str(unpacked("23.2.1"))], input=data, capture_output=True, check=True
    )
    return done.stdout.strip() == b"ended"


ASKING = """
import sys, types
sys.path.insert(0, sys.argv[1])
from pip._vendor.cachecontrol.serialize import Serializer
try:
    print("read", Serializer().loads(types.SimpleNamespace(headers={}), sys.stdin.buffer.read()))
except (KeyError, TypeError, ValueError):
    print("ended")
"""
"""Asks the pip in a folder to read a record."""


@given(st.integers(0, 100), st.lists(st.integers(1, 70_000), max_size=8))
def test_a_long_string_is_cut_out_wherever_the_pieces_end(more: int, cuts: list[int]) -> None:
    body = bytes(range(256)) * 1_200 + bytes(more)
    text = json.dumps(
        {"response": {"body": base64.b64encode(body).decode(), "status": 200}, "vary": {"a": "b"}}
    ).encode()
    cutter = LongStringCutter()
    at = 0
    for cut in cuts:
        cutter.feed(text[at : at + cut])
        at += cut
    cutter.feed(text[at:])

    kept = cutter.body("")

    assert json.loads(cutter.kept()) == {"response": {"body": "", "status": 200}, "vary": {"a": "b"}}
    assert (kept.size, kept.read(0, 10), kept.read(kept.size - 10, 10)) == (len(body), body[:10], body[-10:])


def test_of_a_body_beyond_what_is_kept_both_ends_are_at_hand(tmp_path: Path) -> None:
    body = bytes(range(256)) * (WHOLE_BODY // 256 + 5_000) + b"end"

    path = tmp_path / "record"
    data = record(body, HEADERS, "cc=2")
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        found = read_record(fd, len(data), body_inside=True).body
    finally:
        os.close(fd)

    assert found is not None
    assert found.size == len(body)
    assert found.read(0, 1_000) == body[:1_000]
    assert found.read(found.size - 65_557, 65_557) == body[-65_557:]
    assert found.read(found.size - BODY_END + 8_192, 30) == body[len(body) - BODY_END + 8_192 :][:30]
    assert found.read(found.size // 2, 30) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="sparse files and resource limits are POSIX's")
def test_a_body_of_hundreds_of_megabytes_never_enters_memory(tmp_path: Path) -> None:
    path = tmp_path / "record"
    size = 700 << 20
    with path.open("wb") as file:
        file.write(b"cc=4,\x82\xa8response\x83\xa4body\xc6" + size.to_bytes(4, "big"))
        file.seek(size, os.SEEK_CUR)
        file.write(b"\xa7headers\x81\xa4ETag\xa1x\xa6status\xcc\xc8\xa4vary\x80")
    program = """
        import os, resource, sys
        from cachetui.pip.formats.records import read_record
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        fd = os.open(sys.argv[1], os.O_RDONLY)
        record = read_record(fd, os.fstat(fd).st_size, body_inside=True)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(record.header("etag"), record.body.size, grown)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(path)], capture_output=True, text=True, check=True
    )

    etag, length, grown = done.stdout.split()
    unit = 1 if sys.platform == "darwin" else 1024
    assert (etag, int(length)) == ("x", size)
    assert int(grown) * unit < 8 << 20
