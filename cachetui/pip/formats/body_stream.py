"""Read the whole body of a cached response in pieces, whatever its length and storage."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from cachetui.pip.formats.body import Body, read_at
from cachetui.pip.formats.records import GARBLED, LONGEST_RECORD, UnreadableRecordError, inflated, read_record

PIECE = 1 << 20
"""Number of bytes read at a time."""
BODY = re.compile(rb'"body"\s*:\s*"')
"""Pattern of the text before the body in a `cc=2` record; the body is base64, which contains no quotes.

Source: `cachecontrol/serialize.py`, `_loads_v2`.
"""
GROUP = 4
"""Number of base64 characters that together encode three bytes."""


def pieces_of(body: Body) -> Iterator[bytes]:
    """Yield the pieces of a body that is stored unchanged in a file.

    Raises OSError, and UnreadableRecordError if the body ends early.
    """
    at = 0
    while at < body.size:
        piece = body.read(at, PIECE)
        if not piece:
            raise UnreadableRecordError("cut short: its body is incomplete")
        at += len(piece)
        yield piece


def pieces_inside(fd: int, size: int) -> Iterator[bytes]:
    """Yield the pieces of the body inside a record (`http/`) of `size` bytes.

    Raises UnreadableRecordError and OSError.
    """
    body = read_record(fd, size, body_inside=True).body
    if read_at(fd, 5, 0) == b"cc=2,":
        yield from _decoded(inflated(fd))
    elif body is not None:
        yield from pieces_of(body)


def _decoded(text: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the decoded body from pieces of JSON. Raises UnreadableRecordError."""
    letters = b""
    for piece in text:
        letters += piece
        if found := BODY.search(letters):
            letters = letters[found.end() :]
            break
        if len(letters) > LONGEST_RECORD:
            raise UnreadableRecordError("its headers are implausibly long")
    else:
        raise UnreadableRecordError("damaged: it holds no body")
    try:
        while (quote := letters.find(b'"')) < 0:
            whole = len(letters) // GROUP * GROUP
            yield base64.b64decode(letters[:whole], validate=True)
            letters = letters[whole:] + next(text, b'"')
        yield base64.b64decode(letters[:quote], validate=True)
    except binascii.Error as error:
        raise UnreadableRecordError(GARBLED) from error
