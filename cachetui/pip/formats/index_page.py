"""Read index pages: the project that a page is about, and the URLs that it lists.

Sources: the simple repository API (PEP 503 HTML, PEP 691 JSON). A cached page is as it came over the wire, mostly
gzip.
"""

from __future__ import annotations

import html
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from packaging.utils import canonicalize_name, parse_sdist_filename

from cachetui.pip.formats.archives import LONGEST_NAME, NAME
from cachetui.pip.formats.body import Body
from cachetui.pip.formats.page_json import parse_page
from cachetui.pip.formats.wheel_names import wheel_name

LONGEST_PAGE = 64 << 20
"""Bytes of an index page that are looked at; the largest on PyPI has a few tens of millions."""
LONGEST_PARSED = 16 << 20
"""Bytes of JSON that are parsed: the result takes many times the room."""
MOST_NAMES_TRIED = 2000
"""Files of a page without a name of its own whose projects are counted."""

JSON_NAME = re.compile(rb'"name"\s*:\s*"([^"\\]+)"')
JSON_FILES = re.compile(rb'"files"\s*:\s*\[')
HTML_TITLE = re.compile(rb"<title>\s*(?:[\w./-]*:\s*)?links for ([^<]+?)\s*</title>", re.I)
HREF = re.compile(rb"""<a\s[^<>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+))""", re.I)
ABSOLUTE = re.compile(rb'"(https?://[^"#]+)["#]')
"""An address in quotation marks, up to its fragment, as JSON and HTML mostly write it."""
SDIST_ENDINGS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.Z", ".tar")
"""Suffixes of the names of source distributions."""
BRACES = ((b"{", b"}", 1), (b"[", b"]", 0))
FIRST_JSON = re.compile(rb'"url"\s*:\s*"(https?:)?')
FIRST_HTML = re.compile(rb'\bhref\s*=\s*("https?:)?', re.I)
"""The beginning of the first address on a page: an index writes all of them alike."""
ALL_JSON = re.compile(rb'"url"\s*:'), re.compile(rb'"url"\s*:\s*"https?://')
ALL_HTML = re.compile(rb"\bhref\s*=", re.I), re.compile(rb'\bhref\s*=\s*"https?://', re.I)
STOPPING = "pip stops at it, for it lists what is no address"
"""The note on a page that pip keeps and stops at."""
ANYWHERE = "https://x/"
"""Stands for the URL of any page, where only the form of a joined URL matters."""
MOST_BRACKETS = 1000
"""Brackets of a page that are looked at one by one: most pages have a few."""
RESERVED = re.compile("(@|%2F)", re.I)
"""Parts of a path that pip leaves as they are."""


class Page(NamedTuple):
    """An index page, or another page that lists files."""

    text: bytes
    """Its text, unpacked."""
    is_json: bool
    """JSON or HTML."""


def read_page(body: Body, encoding: str) -> Page | None:
    """Return a page's text, or None where it is packed in a way that is not read, damaged, or too long."""
    if body.size > LONGEST_PAGE:
        return None
    text = body.read(0, body.size)
    try:
        if text[:2] == b"\x1f\x8b":
            unpacker = zlib.decompressobj(31)
            text = unpacker.decompress(text, LONGEST_PAGE)
            if not unpacker.eof:
                return None
        elif encoding.endswith("deflate"):
            text = zlib.decompressobj().decompress(text, LONGEST_PAGE)
    except zlib.error:
        return None
    start = text.lstrip()[:1]
    return Page(text, start == b"{") if start in (b"{", b"<") else None


def name_of(page: Page) -> str | None:
    """Return the canonical name of the project that a page is about; None if it is no project's page."""
    name = _json_name(page.text) if page.is_json else _html_name(page.text)
    short = name is not None and len(name) <= LONGEST_NAME
    return canonicalize_name(name) if name and short and NAME.fullmatch(name) else None


def _json_name(text: bytes) -> str | None:
    if not JSON_FILES.search(text):
        return None
    at = text.rfind(b'"name"')  # of two at the same depth the last counts
    if at >= 0 and _is_outermost(text, at) and (found := JSON_NAME.match(text, at)):
        return found[1].decode("ascii", "replace")
    if len(text) > LONGEST_PARSED:
        return None
    try:  # more than one of that key
        content = parse_page(text)
    except (ValueError, RecursionError):
        return None
    name = content.get("name") if isinstance(content, dict) and isinstance(content.get("files"), list) else None
    return name if isinstance(name, str) else None


def _is_outermost(text: bytes, at: int) -> bool:
    """Return whether nothing but the whole object is open at a place; braces in strings only lead to a closer look."""
    first, last = (0, at) if 2 * at < len(text) else (at, len(text))  # the shorter side tells as much
    return all(
        abs(text.count(begin, first, last) - text.count(end, first, last)) == depth for begin, end, depth in BRACES
    )


def _html_name(text: bytes) -> str | None:
    if title := HTML_TITLE.search(text, 0, 4096):
        return html.unescape(title[1].decode("utf-8", "replace"))
    found = {}
    for address in islice(addresses(Page(text, False)), MOST_NAMES_TRIED):
        if project := project_of_file(address):
            found[filename_of(address)] = project
    most = Counter(found.values()).most_common(1)
    own = most[0][0] if most else ""
    return own if own and all(_is_of(own, project, filename) for filename, project in found.items()) else None


def _is_of(own: str, project: str, filename: str) -> bool:
    """Return whether a file is a project's own; a hyphen in the version of an sdist may have misled `project`."""
    return project == own or (
        not filename.endswith(".whl") and project[len(own) + 1 :][:1].isdigit() and project.startswith(f"{own}-")
    )


def project_of_file(address: str) -> str | None:
    """Return the canonical name of the project whose file an address leads to; None where that is no such file."""
    filename = filename_of(address)
    try:
        if filename.endswith(".whl"):
            name = wheel_name(filename)
            return name.project if name else None
        return parse_sdist_filename(filename)[0]
    except ValueError:  # InvalidSdistFilename, or more digits than Python takes for a number
        return None


def filename_of(address: str) -> str:
    """Return the last part of an address's path, unquoted."""
    name = address.partition("#")[0].partition("?")[0].rpartition("/")[2]
    return unquote(name) if "%" in name else name


def addresses(page: Page, base: str | None = None) -> Iterator[str]:
    """Yield the addresses of the files that a page lists, without fragment, relative ones joined to `base` if known.

    What is no address is left out.
    """
    for written in _json_urls(page.text) if page.is_json else _html_hrefs(page.text):
        try:
            if url := urldefrag(written).url:
                yield urljoin(base, url) if base and not url.startswith(("http://", "https://")) else url
        except ValueError:
            continue


def _html_hrefs(text: bytes) -> Iterator[str]:
    for found in HREF.finditer(text):
        try:
            yield html.unescape((found[1] or found[2] or found[3] or b"").decode("utf-8", "replace")).strip()
        except ValueError:  # a character's number that is longer than Python takes
            continue


def _json_urls(text: bytes) -> Iterator[str]:
    if len(text) > LONGEST_PARSED:
        return
    try:
        files = parse_page(text)["files"]  # type: ignore[index]
    except (ValueError, RecursionError, LookupError, TypeError):
        return
    for file in files if isinstance(files, list) else ():
        url = file.get("url") if isinstance(file, dict) else None
        if isinstance(url, str):
            yield url


def stops_pip(page: Page) -> bool:
    """Return whether pip, 22.3.1 to 26.3 at least, ends with a traceback at an address such as `http://[`.

    It splits each as it comes (`_internal/models/link.py`, `Link.from_json` and `from_element`, and the constructor).
    """
    *pieces, rest = page.text.split(b"[", MOST_BRACKETS)  # one letter is sought many times as fast as two
    if not any(piece.endswith(b"/") for piece in pieces) and not (b"[" in rest and b"/[" in rest):
        return False
    for written in _json_urls(page.text) if page.is_json else _html_hrefs(page.text):
        try:
            urlsplit(urljoin(ANYWHERE, written))
        except ValueError:
            return True
    return False


def absolute_addresses(page: Page) -> list[bytes]:
    """Return the plainly absolute URLs on a page."""
    found: list[bytes] = ABSOLUTE.findall(page.text)
    return found


def first_absolute(page: Page) -> str | None:
    """Return the first absolute address on a page, or nearly."""
    if found := ABSOLUTE.search(page.text):
        return found[1].decode("utf-8", "replace")
    return next((address for address in addresses(page) if address.startswith(("http://", "https://"))), None)


def needs_parsing(page: Page) -> bool:
    """Return whether only parsing brings out a page's addresses, for they are relative or have escapes in them.

    Judges by the first address: see `is_mixed`.
    """
    first = (FIRST_JSON if page.is_json else FIRST_HTML).search(page.text)
    if first is None or first[1] is None:
        return first is not None
    return b"\\" in page.text if page.is_json else b"&" in page.text and b"&amp;" in page.text


def is_mixed(page: Page) -> bool:
    """Return whether some of a page's addresses are not plainly absolute ones in double quotes."""
    first = (FIRST_JSON if page.is_json else FIRST_HTML).search(page.text)
    if first and first[1]:  # where all begin like the first one, counting shows it in a fraction of the time
        begun = page.text.count(b'"url"') if page.is_json else page.text.lower().count(b"href")
        if page.text.count(first[0]) == begun:
            return False
    every, absolute = ALL_JSON if page.is_json else ALL_HTML
    return len(every.findall(page.text)) != len(absolute.findall(page.text))


def as_asked(address: str) -> str:
    """Return an address as pip asks for it: its path quoted anew, its host in lower case.

    Sources: pip's `_internal/models/link.py` (`_clean_url_path`), vendored `cachecontrol/controller.py` (`_urlnorm`).
    May raise ValueError.
    """
    parts = urlsplit(address)
    pieces = RESERVED.split(parts.path)
    path = "".join([piece.upper() if place % 2 else quote(unquote(piece)) for place, piece in enumerate(pieces)])
    return parts._replace(netloc=parts.netloc.lower(), path=path).geturl()
