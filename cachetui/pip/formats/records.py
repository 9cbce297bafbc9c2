"""Decode the HTTP records that pip caches: `cc=2` and `cc=4`, with the body inside or in its own file.

The body is inside the record in `http/`, and in its own file in `http-v2/`. Formats: pip's vendored
`cachecontrol/serialize.py` (`Serializer.dumps`, `_loads_v2`, `_loads_v4`) and
`cachecontrol/caches/file_cache.py`. `cc=1` is a pickle: it is reported as unreadable and never
unpickled.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgpack

from cachetui.pip.formats.body import Body, FileSlice, HeadAndTail, read_at

FIRST_READ = 4096
"""Number of bytes read first from a file: nearly all headers of a record fit, and the disk reads no less."""
LONGEST_RECORD = 1 << 20
"""Maximum size in bytes of a record without its body; real headers are far smaller."""
WHOLE_BODY = 8 << 20
"""Maximum size in bytes at which the inflated body of a `cc=2` record is kept whole."""
BODY_END = 256 << 10
"""Number of bytes kept from each end of a body that is not kept whole.

They usually suffice for a zip's directory and a tar's first members.
"""
INFLATED_AT_LEAST = 64 << 20
"""Size in bytes to which every `cc=2` record may inflate, however small it is."""
INFLATED_RATIO = 8
"""Number of additional bytes to which a `cc=2` record may inflate, per byte of its size.

Base64 alone makes compressed data a third longer.
"""
CHUNK = 256 << 10
"""Number of bytes of a `cc=2` record that are inflated at a time."""
MOST_NAMES, LONGEST_NAME = 1000, 64
"""Maximum number of header names cached in lower case, and their maximum length in characters."""
PICKLE = "a pickle, as pip 6.0 wrote it: not read, for reading it could run code"
STOPPING = "damaged: pip stops at it, for a part of its answer has another name"
GARBLED = "damaged: pip stops at it, for a text in it is not base64"
"""Note about a record at which pip fails because a text in it is damaged."""
NO_ANSWER = "damaged: it holds no answer"
WEIGHTY = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
"""Number of bytes that give the length of a msgpack value, by the type codes of bin and str (msgpack specification)."""

PARTS = frozenset({"body", "headers", "status", "version", "reason", "decode_content"})
"""Parts of a response that pip stores; old versions of pip add `strict`.

pip passes all parts to urllib3's `HTTPResponse` as keyword arguments. If damage has changed a name, pip fails with a
TypeError; if the body is missing, pip fails with a KeyError (`_loads_v4`, `prepare_response`).
"""


class UnreadableRecordError(ValueError):
    """Error for a record or body that cannot be read, mostly because it is damaged; the message says why."""


class Record(NamedTuple):
    """A decoded record."""

    status: int
    """The HTTP status."""
    headers: Mapping[object, object]
    """Headers by name in lower case, with values as the server sent them; read them with `header`."""
    body: Body | None
    """Body inside the record; None if the body is in a file of its own."""

    def header(self, name: str) -> str:
        """Return a header's value by its name in lower case; "" if it is missing or not text.

        In records that pip wrote under Python 2, values are bytes.
        """
        value = self.headers.get(name, "")
        return value if isinstance(value, str) else value.decode("latin-1") if isinstance(value, bytes) else ""


def read_record(fd: int, size: int, *, body_inside: bool) -> Record:
    """Decode a record from an open file of `size` bytes. The body inside a `cc=4` record is not read.

    Raises UnreadableRecordError and OSError.
    """
    head = read_at(fd, FIRST_READ, 0)
    if head.startswith(b"cc=4,"):
        return _read_cc4(fd, size, head, body_inside)
    if head.startswith(b"cc=2,"):
        return _read_cc2(fd, size)
    if head.startswith(b"cc=1,"):
        raise UnreadableRecordError(PICKLE)
    raise UnreadableRecordError("empty" if size == 0 else "not a record of any pip")


def _read_cc4(fd: int, size: int, head: bytes, body_inside: bool) -> Record:
    """Decode a msgpack record. A body inside it is skipped: the rest is decoded as if the body were empty."""
    body = None
    end = len(head)
    if body_inside:
        at, start, length = _find_body(fd, size, head)
        if start + length > size:
            raise UnreadableRecordError("cut short: its body is incomplete")
        body = FileSlice(fd, start, length)
        rest = read_at(fd, min(size - start - length, LONGEST_RECORD), start + length)
        packed = (head[:at] if at <= end else read_at(fd, at, 0)) + b"\xc4\0" + rest
        whole = start + length + len(rest) == size
    else:
        packed = head + read_at(fd, LONGEST_RECORD, end) if end < size else head
        whole = len(packed) >= size
    if not whole:
        raise UnreadableRecordError("its headers are implausibly long")
    try:
        content = msgpack.unpackb(packed[5:], strict_map_key=False, unicode_errors="surrogateescape")
    except (ValueError, msgpack.UnpackException, TypeError, RecursionError, MemoryError) as error:
        raise UnreadableRecordError("damaged: not the msgpack that it says it is") from error
    response = _answer_in(content)
    return Record(response["status"], lower(response["headers"]), body)


def _find_body(fd: int, size: int, head: bytes) -> tuple[int, int, int]:
    """Return the position of the body's msgpack type code, the position of its bytes, and their number.

    The order of the keys is not fixed. Everything before the body is skipped, in reads of growing size.
    """
    while True:
        try:
            return _find_body_in(head)
        except (msgpack.OutOfData, IndexError):
            if len(head) >= min(size, LONGEST_RECORD):
                raise UnreadableRecordError("cut short: it ends before its body") from None
            head = read_at(fd, min(4 * len(head), LONGEST_RECORD), 0)
        except (ValueError, msgpack.UnpackException, TypeError, RecursionError, MemoryError) as error:
            raise UnreadableRecordError("damaged: not the msgpack that it says it is") from error


def _find_body_in(head: bytes) -> tuple[int, int, int]:
    reader = msgpack.Unpacker(None, max_buffer_size=0, strict_map_key=False, unicode_errors="surrogateescape")
    reader.feed(head[5:])
    for _ in range(reader.read_map_header()):
        if reader.unpack() not in ("response", b"response"):
            reader.skip()
            continue
        for _ in range(reader.read_map_header()):
            if reader.unpack() in ("body", b"body"):
                at = reader.tell() + 5
                code = head[at]
                if 0xA0 <= code <= 0xBF:  # a short string
                    return at, at + 1, code - 0xA0
                start = at + 1 + WEIGHTY[code] if code in WEIGHTY else -1
                if start < 0:
                    raise ValueError("a body that is not bytes")
                if start > len(head):
                    raise IndexError
                return at, start, int.from_bytes(head[at + 1 : start], "big")
            reader.skip()
    raise ValueError("no body")


def _read_cc2(fd: int, size: int) -> Record:
    """Read a record of pip 6.0.7 to 9.0.3: JSON compressed with zlib.

    The body and the names and values of the headers are base64.
    """
    text = LongStringCutter()
    most = INFLATED_AT_LEAST + INFLATED_RATIO * size
    try:
        for piece in inflated(fd):
            text.feed(piece)
            if text.fed > most:
                raise UnreadableRecordError("it inflates to more than is plausible")
        content = json.loads(text.kept())
    except UnreadableRecordError:
        raise
    except (ValueError, RecursionError) as error:
        raise UnreadableRecordError("damaged: not the JSON that it says it is") from error
    response = _answer_in(content)
    headers = {_decode(name): _decode(value) for name, value in response["headers"].items()}
    return Record(response["status"], lower(headers), text.body(response["body"]))


def inflated(fd: int) -> Iterator[bytes]:
    """Yield the inflated text of a `cc=2` record in pieces. Raises UnreadableRecordError and OSError."""
    inflater, at = zlib.decompressobj(), len(b"cc=2,")
    try:
        while not inflater.eof:
            packed = inflater.unconsumed_tail
            if not packed:
                packed = read_at(fd, CHUNK, at)
                at += len(packed)
            if not packed:
                raise UnreadableRecordError("cut short: its compressed text is incomplete")
            yield inflater.decompress(packed, CHUNK)
    except zlib.error as error:
        raise UnreadableRecordError("damaged: it cannot be decompressed") from error


def _decode(text: object) -> str:
    return _from_base64(text).decode("latin-1")


def _from_base64(text: object) -> bytes:
    """Decode text in a `cc=2` record. Raises UnreadableRecordError if it is not base64."""
    if not isinstance(text, str | bytes):
        raise UnreadableRecordError(NO_ANSWER)
    try:
        return base64.b64decode(text)
    except ValueError as error:  # not ASCII, or a length that base64 cannot have
        raise UnreadableRecordError(GARBLED) from error


class LongStringCutter:
    """Collector of the JSON in a `cc=2` record. It limits the memory for the longest string, the body.

    Of a body longer than `WHOLE_BODY`, only the start and the end are kept.
    """

    def __init__(self) -> None:
        self.fed = 0
        self._text = bytearray()
        self._inside = False
        self._string = bytearray()
        self._tail = bytearray()
        self._length = 0
        self._longest: tuple[bytes, bytes, int] = (b"", b"", 0)

    def feed(self, piece: bytes) -> None:
        """Add the next piece of JSON. Each string ends at the next quote, because base64 contains no escapes.

        Raises UnreadableRecordError if the text outside strings is too long.
        """
        self.fed += len(piece)
        at = 0
        while at < len(piece):
            quote = piece.find(b'"', at)
            end = quote if quote >= 0 else len(piece)
            if self._inside:
                self._add(piece[at:end])
                if quote >= 0:
                    self._close()
            else:
                self._text += piece[at:end]
                if len(self._text) > LONGEST_RECORD:
                    raise UnreadableRecordError("its headers are implausibly long")
                if quote >= 0:
                    self._text += b'"'
                    self._inside = True
            at = end + 1

    def _add(self, piece: bytes) -> None:
        self._length += len(piece)
        room = WHOLE_BODY * 4 // 3 - len(self._string)
        self._string += piece[: max(0, room)]
        if len(piece) > room:
            self._tail += piece[max(0, room) :]
            if len(self._tail) > 4 * BODY_END:
                del self._tail[: -2 * BODY_END]

    def _close(self) -> None:
        self._inside = False
        if self._length > LONGEST_RECORD // 4 and self._length > self._longest[2]:
            self._longest = (bytes(self._string), bytes(self._tail), self._length)
            self._text += b'"'
        else:
            self._text += self._string + b'"'
        self._string.clear()
        self._tail.clear()
        self._length = 0

    def kept(self) -> bytes:
        """Return the JSON, in which a string that was cut out is empty."""
        return bytes(self._text)

    def body(self, written: object) -> Body:
        """Return the decoded body: `written`, the value in the JSON, or if that is empty, the cut-out string.

        Raises UnreadableRecordError if it is not base64.
        """
        head, tail, length = self._longest
        if written or not length:
            whole = _from_base64(written)
            return HeadAndTail(whole, b"", len(whole))
        size = length // 4 * 3 - (tail or head)[-2:].count(b"=")
        if length == len(head):
            return HeadAndTail(_from_base64(head), b"", size)
        start = -(length - len(tail)) % 4  # start at a whole group of four
        return HeadAndTail(
            _from_base64(head[: BODY_END // 3 * 4]),
            _from_base64(tail[start:][-(BODY_END // 3 * 4) :]),
            size,
        )


def _answer_in(content: Any) -> dict[str, Any]:
    """Return the response in a decoded record. Raises UnreadableRecordError if it is missing or invalid."""
    response = content.get("response") if isinstance(content, dict) else None
    if not isinstance(response, dict) or not isinstance(response.get("headers"), dict) or "status" not in response:
        raise UnreadableRecordError(NO_ANSWER)
    if not isinstance(response["status"], int):
        raise UnreadableRecordError("damaged: its status is not a number")
    if not response.keys() >= PARTS and ("body" not in response or not response.keys() <= PARTS | {"strict"}):
        raise UnreadableRecordError(STOPPING)
    return response


class LowerCaseNames(dict[object, object]):
    """Cache of header names in lower case by their original spelling; servers use few different names."""

    def __missing__(self, name: Any) -> object:
        """Return a name in lower case. Raises AttributeError if it is neither text nor bytes."""
        lowered = (name.decode("latin-1") if isinstance(name, bytes) else name).lower()  # bytes: from Python 2
        if len(self) < MOST_NAMES and len(name) <= LONGEST_NAME:
            self[name] = lowered
        return lowered


LOWERED = LowerCaseNames()


def lower(headers: Mapping[Any, object]) -> dict[object, object]:
    """Return headers by their names in lower case. Raises UnreadableRecordError if a name is neither text nor bytes."""
    try:
        return dict(zip(map(LOWERED.__getitem__, headers), headers.values(), strict=True))
    except AttributeError as error:
        raise UnreadableRecordError(NO_ANSWER) from error
