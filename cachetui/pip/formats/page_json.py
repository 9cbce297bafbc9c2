"""Parse the JSON of a page, unless the result would take too much memory."""

from __future__ import annotations

import json

MOST_MEMORY = 96 << 20
"""Maximum size of the parsed result in memory, in bytes."""
OBJECT, LIST, VALUE = 240, 64, 64
"""Approximate number of bytes that an object, a list and any other value take, without the text of strings."""


class TooLargeError(ValueError):
    """Error for JSON whose content would take too much memory."""


def parse_page(text: bytes) -> object:
    """Return the content of JSON. Raises ValueError, TooLargeError, RecursionError."""
    values = text.count(b",") * VALUE
    if values + text.count(b"{") * OBJECT + text.count(b"[") * LIST > MOST_MEMORY:
        raise TooLargeError("it takes too much memory")
    return json.loads(text)
