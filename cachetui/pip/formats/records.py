"""Decode the HTTP records that pip caches: `cc=2` and `cc=4`, body inside (`http/`) or beside it (`http-v2/`).

Formats: pip's vendored `cachecontrol/serialize.py` (`Serializer.dumps`, `_loads_v2`, `_loads_v4`) and
`cachecontrol/caches/file_cache.py`. `cc=1` is a pickle: it is reported as unreadable and never unpickled.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgpack

from cachetui.pip.formats.body import Body, Kept, Window, read_at

FIRST_READ = 4096
"""Bytes of a record read at first: nearly all headers fit, and the disk gives no less."""
LONGEST_RECORD = 1 << 20
"""Bytes of a record without its body that are looked at; a server's headers come nowhere near."""
WHOLE_BODY = 8 << 20
"""Bytes up to which the inflated body of a `cc=2` record is kept whole."""
BODY_END = 256 << 10
"""Bytes kept of either end of a longer one: enough for a zip's directory and a tar's first members."""
INFLATED_AT_LEAST = 64 << 20
"""Bytes that any `cc=2` record may inflate to."""
INFLATED_RATIO = 8
"""Beyond that, how many times its own length: base64 of what is compressed already grows by a third."""
CHUNK = 256 << 10
"""Bytes of a `cc=2` record inflated at a time."""
MOST_NAMES, LONGEST_NAME = 1000, 64
"""Names of headers that are kept in lower case, and characters of the longest of them."""
PICKLE = "a pickle, as pip 6.0 wrote it: not read, for reading it could run code"
STOPPING = "damaged: pip stops at it, for a part of its answer has another name"
GARBLED = "damaged: pip stops at it, for a text in it is not base64"
"""Notes on records that pip passes over for their age, and on those that it stops at."""
NO_ANSWER = "damaged: it holds no answer"
WEIGHTY = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
"""msgpack's bin and str types, by the number of bytes that hold their length (msgpack specification)."""

PARTS = frozenset({"body", "headers", "status", "version", "reason", "decode_content"})
"""Parts of an answer that pip stores, `strict` apart, which old ones add. pip passes all of it by these names: a part
which was changed by damage ends pip with a TypeError, and a missing body with a KeyError (`_loads_v4`,
`prepare_response`)."""


class UnreadableRecordError(ValueError):
    """The record is damaged or of a format that is not read; the message says which."""


class Record(NamedTuple):
    """A record without its body."""

    status: int
    """The HTTP status."""
    headers: Mapping[object, object]
    """Header names in lower case, with values as the server sent them; ask by `header`."""
    body: Body | None
    """The body, where the record holds it; None where it lies in a file of its own."""

    def header(self, name: str) -> str:
        """Return a header's value by its name in lower case; "" where there is none or its value is no text.

        Values are bytes in records that pip wrote under Python 2.
        """
        value = self.headers.get(name, "")
        return value if isinstance(value, str) else value.decode("latin-1") if isinstance(value, bytes) else ""


def read_record(fd: int, size: int, *, body_inside: bool) -> Record:
    """Decode a record from an open file of `size` bytes, leaving a body that lies inside it unread.

    Raises UnreadableRecordError, OSError.
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
    """Decode msgpack. Where the body lies inside, what stands around it is decoded as if the body were empty."""
    body = None
    end = len(head)
    if body_inside:
        at, start, length = _find_body(fd, size, head)
        if start + length > size:
            raise UnreadableRecordError("cut short: its body is incomplete")
        body = Window(fd, start, length)
        rest = read_at(fd, min(size - start - length, LONGEST_RECORD), start + length)
        packed = (head[:at] if at <= end else read_at(fd, at, 0)) + b"\xc4\0" + rest
        whole = start + length + len(rest) == size
    else:
        packed = head + read_at(fd, LONGEST_RECORD, end) if end < size else head
        whole = len(packed) >= size
    if not whole:
        raise UnreadableRecordError("its headers are too long to be true")
    try:
        content = msgpack.unpackb(packed[5:], strict_map_key=False, unicode_errors="surrogateescape")
    except (ValueError, msgpack.UnpackException, TypeError, RecursionError, MemoryError) as error:
        raise UnreadableRecordError("damaged: not the msgpack that it says it is") from error
    response = _answer_in(content)
    return Record(response["status"], lower(response["headers"]), body)


def _find_body(fd: int, size: int, head: bytes) -> tuple[int, int, int]:
    """Return where the body's msgpack type stands, where its bytes start, and their number.

    The order of the maps is not fixed: whatever comes before is skipped, read on in growing steps.
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
                if 0xA0 <= code <= 0xBF:  # a short str
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
    """Inflate a record of pip 6.0.7 to 9.0.3: zlib around JSON, in which body, header names and values are base64."""
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
    """Yield the text of a `cc=2` record in pieces. Raises UnreadableRecordError, OSError."""
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
    """Decode a text in a `cc=2` record. Raises UnreadableRecordError: it may be anything."""
    if not isinstance(text, str | bytes):
        raise UnreadableRecordError(NO_ANSWER)
    try:
        return base64.b64decode(text)
    except ValueError as error:  # letters that are not ASCII, a length that base64 cannot have
        raise UnreadableRecordError(GARBLED) from error


class LongStringCutter:
    """Takes JSON in pieces and keeps it, but for the middle of a string too long to be kept whole: the body."""

    def __init__(self) -> None:
        self.fed = 0
        self._text = bytearray()
        self._inside = False
        self._string = bytearray()
        self._tail = bytearray()
        self._length = 0
        self._longest: tuple[bytes, bytes, int] = (b"", b"", 0)

    def feed(self, piece: bytes) -> None:
        """Take the next piece. Strings of such records are base64 and hold no escapes."""
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
                    raise UnreadableRecordError("its headers are too long to be true")
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
        """Return the JSON, in which the longest string is empty if it was too long to stand there."""
        return bytes(self._text)

    def body(self, written: object) -> Body:
        """Return the body that was cut out, else the one that is `written` in the text, which may be anything.

        Raises UnreadableRecordError where it is not base64.
        """
        head, tail, length = self._longest
        if written or not length:
            whole = _from_base64(written)
            return Kept(whole, b"", len(whole))
        size = length // 4 * 3 - (tail or head)[-2:].count(b"=")
        if length == len(head):
            return Kept(_from_base64(head), b"", size)
        start = -(length - len(tail)) % 4  # decode from a whole group of four
        return Kept(
            _from_base64(head[: BODY_END // 3 * 4]),
            _from_base64(tail[start:][-(BODY_END // 3 * 4) :]),
            size,
        )


def _answer_in(content: Any) -> dict[str, Any]:
    """Return the answer in a decoded record, which may be anything. Raises UnreadableRecordError."""
    response = content.get("response") if isinstance(content, dict) else None
    if not isinstance(response, dict) or not isinstance(response.get("headers"), dict) or "status" not in response:
        raise UnreadableRecordError(NO_ANSWER)
    if not isinstance(response["status"], int):
        raise UnreadableRecordError("damaged: its status is not a number")
    if not response.keys() >= PARTS and ("body" not in response or not response.keys() <= PARTS | {"strict"}):
        raise UnreadableRecordError(STOPPING)
    return response


class Lowered(dict[object, object]):
    """Cache of lower-cased header names by their original spelling; servers use few of them."""

    def __missing__(self, name: Any) -> object:
        """Return a name in lower case. Raises AttributeError for what is no name."""
        lowered = (name.decode("latin-1") if isinstance(name, bytes) else name).lower()  # bytes: of Python 2
        if len(self) < MOST_NAMES and len(name) <= LONGEST_NAME:
            self[name] = lowered
        return lowered


LOWERED = Lowered()


def lower(headers: Mapping[Any, object]) -> dict[object, object]:
    """Return headers by their names in lower case. Raises UnreadableRecordError: the names may be anything."""
    try:
        return dict(zip(map(LOWERED.__getitem__, headers), headers.values(), strict=True))
    except AttributeError as error:
        raise UnreadableRecordError(NO_ANSWER) from error
