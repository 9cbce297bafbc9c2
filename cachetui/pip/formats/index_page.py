"""Read index pages: the project that a page is about, and the URLs that it lists.

Sources: the simple repository API (PEP 503 HTML, PEP 691 JSON). A cached page is as it came over the wire, mostly
gzip.
"""

from __future__ import annotations

import html
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from cachetui.pip.formats.archives import LONGEST_NAME, NAME
from cachetui.pip.formats.body import Body

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
LISTED = re.compile(rb'"(https?://(?:[^"#]*/)?(?:[^"#/-]+-([^"#/-]+)-[^"#/]*\.whl|[^"#/]*-([^"#/-]+)|[^"#/]*))["#]')
"""The same, with the version in the name of a wheel at its end, or what follows the last hyphen of another name."""
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


Listed = tuple[bytes, bytes, bytes]
"""An address, the version of the wheel that it leads to, and what follows the last hyphen of another file's name."""


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
        content = json.loads(text)
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
    counted: Counter[str] = Counter()
    for number, address in enumerate(addresses(Page(text, False))):
        if number >= MOST_NAMES_TRIED:
            break
        if project := project_of_file(address):
            counted[project] += 1
    most = counted.most_common(1)
    return most[0][0] if most and most[0][1] * 2 > counted.total() else None


def project_of_file(address: str) -> str | None:
    """Return the canonical name of the project whose file an address leads to; None where that is no such file."""
    filename = filename_of(address)
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[0]
        return parse_sdist_filename(filename)[0]
    except ValueError:  # InvalidWheelFilename and the like, or more digits than Python takes for a number
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
    for double, single, bare in HREF.findall(text):
        try:
            yield html.unescape((double or single or bare).decode("utf-8", "replace")).strip()
        except ValueError:  # a character's number that is longer than Python takes
            continue


def _json_urls(text: bytes) -> Iterator[str]:
    if len(text) > LONGEST_PARSED:
        return
    try:
        files = json.loads(text)["files"]
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


def listed_files(page: Page) -> list[Listed]:
    """Return the plainly absolute URLs on a page, with the version in the file name at the end of each."""
    found: list[Listed] = LISTED.findall(page.text)
    return found


def addresses_of(listed: Iterable[Listed], versions: Iterable[bytes]) -> list[bytes]:
    """Return the addresses among those listed whose file names bear one of the versions, as it is or quoted."""
    spellings = {spelling for version in versions for spelling in (version, quote(version).encode())}
    endings = {spelling + ending.encode() for spelling in spellings for ending in SDIST_ENDINGS}
    return [address for address, wheel, sdist in listed if wheel in spellings or sdist in endings]


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
