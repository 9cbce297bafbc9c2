from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cachetui.demo.writer import Format, plain_headers, record
from cachetui.pip.formats.body_stream import PIECE, pieces_inside
from cachetui.pip.formats.records import UnreadableRecordError

BODY = os.urandom(9 << 20)
"""Longer than what is kept whole of a `cc=2` record."""


@contextmanager
def opened(path: Path, content: bytes) -> Iterator[int]:
    path.write_bytes(content)
    fd = os.open(path, os.O_RDONLY)
    try:
        yield fd
    finally:
        os.close(fd)


def stored(body: bytes, form: Format) -> bytes:
    return record(body, plain_headers("application/octet-stream", size=len(body), at_ns=0), form)


@pytest.mark.parametrize("form", ["cc=4", "cc=2"])
@pytest.mark.parametrize("length", [0, 1, 2, 3, 70_000, len(BODY)])
def test_a_body_inside_a_record_comes_as_it_was(form: Format, length: int, tmp_path: Path) -> None:
    packed = stored(BODY[:length], form)
    with opened(tmp_path / "record", packed) as fd:
        pieces = list(pieces_inside(fd, len(packed)))
    assert b"".join(pieces) == BODY[:length]
    assert max([len(piece) for piece in pieces], default=0) <= PIECE


@pytest.mark.parametrize("form", ["cc=4", "cc=2"])
def test_what_is_cut_short_is_an_error(form: Format, tmp_path: Path) -> None:
    packed = stored(BODY[:70_000], form)[:-40_000]
    with opened(tmp_path / "record", packed) as fd, pytest.raises(UnreadableRecordError):
        list(pieces_inside(fd, len(packed)))


def test_what_is_not_base64_is_an_error(tmp_path: Path) -> None:
    text = {"response": {"body": "####", "headers": {}, "status": 200}, "vary": {}}
    packed = b"cc=2," + zlib.compress(json.dumps(text).encode())
    with opened(tmp_path / "record", packed) as fd, pytest.raises(UnreadableRecordError, match="base64"):
        list(pieces_inside(fd, len(packed)))
