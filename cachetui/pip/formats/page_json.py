"""Parse the JSON of a page, if the result has room."""

from __future__ import annotations

import json

MOST_MEMORY = 96 << 20
"""Maximum size of the parsed result in memory, in bytes."""
OBJECT, LIST, VALUE = 240, 64, 64
"""Bytes that an object, a list and a further value take at least, without the text of strings."""


class TooLargeError(ValueError):
    """Its content would take too much memory."""


def parse_page(text: bytes) -> object:
    """Return the content of JSON. Raises ValueError, TooLargeError, RecursionError."""
    values = text.count(b",") * VALUE
    if values + text.count(b"{") * OBJECT + text.count(b"[") * LIST > MOST_MEMORY:
        raise TooLargeError("it takes too much memory")
    return json.loads(text)
