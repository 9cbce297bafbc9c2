"""Read an index page as pip reads it: whether it unpacks, and whether it lists files.

Sources: PEP 503 and 691; pip's `_internal/index/collector.py` (`parse_links`).
"""

from __future__ import annotations

import zlib

from cachetui.pip.formats.body import Body
from cachetui.pip.formats.index_page import LONGEST_PAGE, LONGEST_PARSED
from cachetui.pip.formats.page_json import TooLargeError, parse_page
from cachetui.pip.unpacking import unpacked_gzip

SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
"""The type of an index page in JSON."""
PAGES = (SIMPLE_JSON, "application/vnd.pypi.simple.v1+html", "text/html")
"""The types of the answers that pip reads as index pages."""


def page_trouble(body: Body, content_type: str, encoding: str) -> str | None:
    """Return in words why pip cannot read an answer as an index page; None if it can, or that is not known.

    `content_type` and `encoding` are its headers in lower case.
    """
    if body.size > LONGEST_PAGE:
        return None
    try:
        text = unpacked_page(body.read(0, body.size), encoding)
    except (zlib.error, EOFError) as error:
        return f"it does not unpack: {error}"
    if text is None:
        return None
    if not content_type.startswith(PAGES):
        return f"its server calls it {content_type or 'nothing'}, which pip does not read as an index page"
    if not text.strip():
        return "it is empty"
    return _json_trouble(text) if content_type.startswith(SIMPLE_JSON) else None


def unpacked_page(text: bytes, encoding: str) -> bytes | None:
    """Return the text of an answer that its server packed; None if it is packed in a way that is not read.

    Raises zlib.error, EOFError if it is cut short.
    """
    if encoding in ("", "identity"):
        return text
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return None
    if encoding != "deflate":
        return unpacked_gzip(text, LONGEST_PAGE)[0]
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(text, LONGEST_PAGE)
    except zlib.error:
        unpacker = zlib.decompressobj(-15)  # some servers leave out the frame
        found = unpacker.decompress(text, LONGEST_PAGE)
    if not unpacker.eof and not unpacker.unconsumed_tail:
        raise EOFError("it is cut off")
    return found


def _json_trouble(text: bytes) -> str | None:
    if len(text) > LONGEST_PARSED:
        return None
    try:
        page = parse_page(text)
    except TooLargeError:
        return None
    except (ValueError, RecursionError):
        return "it is not the JSON that it says it is"
    files = page.get("files", []) if isinstance(page, dict) else None
    if not isinstance(files, list) or not all(isinstance(file, dict) for file in files):
        return "it lists no files"
    return None
