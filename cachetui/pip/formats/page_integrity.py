"""Check whether pip can read an index page.

It must unpack, have a content type that pip reads, and not be empty; a page in JSON must have the right form.

Sources: PEP 503 and 691; pip's `_internal/index/collector.py` (`parse_links`).
"""

from __future__ import annotations

import zlib

from cachetui.pip.formats.body import Body
from cachetui.pip.formats.index_page import LONGEST_PAGE, LONGEST_PARSED
from cachetui.pip.formats.page_json import TooLargeError, parse_page
from cachetui.pip.unpacking import decoded

SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
"""Content type of an index page in JSON."""
PAGES = (SIMPLE_JSON, "application/vnd.pypi.simple.v1+html", "text/html")
"""Content types of the responses that pip reads as index pages."""


def page_trouble(body: Body, content_type: str, encoding: str) -> str | None:
    """Return why pip cannot read a response as an index page; None if it can, or if that is unknown.

    `content_type` and `encoding` are headers of the response, in lower case.
    """
    if body.size > LONGEST_PAGE:
        return None
    try:
        read = decoded(body.read(0, body.size), encoding, LONGEST_PAGE)
    except (zlib.error, EOFError) as error:
        return f"it does not unpack: {error}"
    if read is None:
        return None
    text = read[0]
    if not content_type.startswith(PAGES):
        return f"its server calls it {content_type or 'nothing'}, which pip does not read as an index page"
    if not text.strip():
        return "it is empty"
    return _json_trouble(text) if content_type.startswith(SIMPLE_JSON) else None


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
