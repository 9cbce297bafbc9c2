"""Read index pages: the project of a page, and the URLs that it lists.

Sources: the simple repository API (PEP 503 HTML, PEP 691 JSON). A cached page is stored as it was
received, usually compressed with gzip.
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

from cachetui.pip.formats.anchors import LONGEST_VALUE
from cachetui.pip.formats.archives import LONGEST_NAME, NAME
from cachetui.pip.formats.body import Body
from cachetui.pip.formats.page_json import parse_page
from cachetui.pip.formats.wheel_names import wheel_name
from cachetui.pip.unpacking import decoded

LONGEST_PAGE = 64 << 20
"""Maximum size in bytes of an index page that is read; the largest on PyPI has a few tens of millions."""
LONGEST_PARSED = 16 << 20
"""Maximum size in bytes of JSON that is parsed: the result takes many times as much memory."""
NEAR = 1 << 20
"""Maximum distance in bytes from an end of a page at which its name is looked for without parsing the page.

The search takes up to 30 times as much memory.
"""
MOST_NAMES_TRIED = 2000
"""Maximum number of file names that are read to find the project of a page that does not name it."""

JSON_NAME = re.compile(rb'(?<!\\)"name"\s*:\s*"([^"\\]+)"')
JSON_FILES = re.compile(rb'"files"\s*:\s*\[')
HTML_TITLE = re.compile(rb"<title>\s*(?:[\w./-]*:\s*)?links for ([^<]+?)\s*</title>", re.I)
HREF = re.compile(rb"""<a\s[^<>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+))""", re.I)
ABSOLUTE = re.compile(rb'"(https?://[^"#]+)["#]')
"""Pattern of an absolute URL in quotation marks, up to its fragment, as usual in JSON and HTML."""
SDIST_ENDINGS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.Z", ".tar")
"""Suffixes of the file names of sdists."""
BRACES = ((b"{", b"}", 1), (b"[", b"]", 0))
FIRST_JSON = re.compile(rb'"url"\s*:\s*"(https?:)?')
FIRST_HTML = re.compile(rb'\bhref\s*=\s*("https?:)?', re.I)
"""Pattern of the start of a page's first URL; usually, an index writes all its URLs in the same form."""
ALL_JSON = re.compile(rb'"url"\s*:'), re.compile(rb'"url"\s*:\s*"https?://')
ALL_HTML = re.compile(rb"\bhref\s*=", re.I), re.compile(rb'\bhref\s*=\s*"https?://', re.I)
STOPPING = "pip stops at it, for it lists what is no address"
"""Note about a cached page that makes pip fail."""
ANYWHERE = "https://x/"
"""Placeholder for the URL of a page, used if only the form of a joined URL matters."""
MOST_BRACKETS = 1000
"""Maximum number of opening brackets in a page that are examined one by one; most pages have a few."""
RESERVED = re.compile("(@|%2F)", re.I)
"""Pattern of the parts of a path that pip keeps when it quotes the path again."""


class Page(NamedTuple):
    """An index page, or another page that lists files."""

    text: bytes
    """Decompressed text of the page."""
    is_json: bool
    """Whether the page is JSON; otherwise it is HTML."""


def read_page(body: Body, encoding: str) -> Page | None:
    """Return the page in a body whose `Content-Encoding` is `encoding`, in lower case.

    Return None if it is damaged, too long, or neither HTML nor a JSON object.
    """
    if body.size > LONGEST_PAGE:
        return None
    text = body.read(0, body.size)
    packed = "gzip" if text[:2] == b"\x1f\x8b" else "deflate" if encoding.endswith("deflate") else ""
    try:
        read = decoded(text, packed, LONGEST_PAGE)
    except (zlib.error, EOFError):
        return None
    if read is None or not read[1]:
        return None
    text = read[0]
    start = text.lstrip()[:1]
    return Page(text, start == b"{") if start in (b"{", b"<") else None


def name_of(page: Page) -> str | None:
    """Return the canonical name of the project that a page is about; None if no project is found."""
    name = _json_name(page.text) if page.is_json else _html_name(page.text)
    short = name is not None and len(name) <= LONGEST_NAME
    return canonicalize_name(name) if name and short and NAME.fullmatch(name) else None


def _json_name(text: bytes) -> str | None:
    if not JSON_FILES.search(text):
        return None
    at = text.rfind(b'"name"')  # at the same depth, the last key is the one that JSON keeps
    if at >= 0 and _is_outermost(text, at) and (found := JSON_NAME.match(text, at)):
        return found[1].decode("ascii", "replace")
    if len(text) > LONGEST_PARSED:
        return None
    try:  # the key occurs more than once
        content = parse_page(text)
    except (ValueError, RecursionError):
        return None
    name = content.get("name") if isinstance(content, dict) and isinstance(content.get("files"), list) else None
    return name if isinstance(name, str) else None


def _is_outermost(text: bytes, at: int) -> bool:
    """Return whether the key at a position in JSON is directly inside the outermost object.

    False, too, if it is more than `NEAR` bytes from both ends.
    """
    if min(at, len(text) - at) > NEAR:
        return False
    side = text[:at] if 2 * at < len(text) else text[at:]  # the shorter side gives the same answer
    unescaped = side.replace(rb"\\", b"").replace(rb"\"", b"")
    bare = b"".join(unescaped.split(b'"')[::2])  # without strings
    return all(abs(bare.count(begin) - bare.count(end)) == depth for begin, end, depth in BRACES)


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
    """Return whether a file belongs to the project `own`.

    `project` is the project that `filename` seems to name. If an sdist's version has a hyphen, a part of the version is
    taken for the end of the project's name.
    """
    return project == own or (
        not filename.endswith(".whl") and project[len(own) + 1 :][:1].isdigit() and project.startswith(f"{own}-")
    )


def project_of_file(address: str) -> str | None:
    """Return the canonical name of the project whose wheel or sdist a URL names; None if the URL names neither."""
    filename = filename_of(address)
    try:
        if filename.endswith(".whl"):
            name = wheel_name(filename)
            return name.project if name else None
        return parse_sdist_filename(filename)[0]
    except ValueError:  # InvalidSdistFilename, or more digits than int() accepts
        return None


def filename_of(address: str) -> str:
    """Return the last part of a URL's path, unquoted."""
    name = address.partition("#")[0].partition("?")[0].rpartition("/")[2]
    return unquote(name) if "%" in name else name


def addresses(page: Page, base: str | None = None) -> Iterator[str]:
    """Yield the URLs of the files that a page lists, without fragments.

    Relative URLs are joined to `base` if it is known. Invalid URLs and those longer than `LONGEST_VALUE` are left out.
    """
    for written in _json_urls(page.text) if page.is_json else _html_hrefs(page.text):
        try:
            if url := urldefrag(written).url:
                yield urljoin(base, url) if base and not url.startswith(("http://", "https://")) else url
        except ValueError:
            continue


def _html_hrefs(text: bytes) -> Iterator[str]:
    for found in HREF.finditer(text):
        written = found[1] or found[2] or found[3] or b""
        if len(written) > LONGEST_VALUE:
            continue
        try:
            yield html.unescape(written.decode("utf-8", "replace")).strip()
        except ValueError:  # a character reference with too many digits
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
        if isinstance(url, str) and len(url) <= LONGEST_VALUE:
            yield url


def stops_pip(page: Page) -> bool:
    """Return whether a page lists an invalid URL, such as `http://[`, that makes pip end with a traceback.

    pip 22.3.1 to 26.3 are known to fail in this way. pip splits each URL while it reads the page
    (`_internal/models/link.py`, `Link.from_json` and `from_element`, and the constructor).
    """
    *pieces, rest = page.text.split(b"[", MOST_BRACKETS)  # a search for one letter is many times faster than for two
    if not any(piece.endswith(b"/") for piece in pieces) and not (b"[" in rest and b"/[" in rest):
        return False
    for written in _json_urls(page.text) if page.is_json else _html_hrefs(page.text):
        try:
            urlsplit(urljoin(ANYWHERE, written))
        except ValueError:
            return True
    return False


def absolute_addresses(page: Page) -> list[bytes]:
    """Return the absolute URLs in quotation marks on a page."""
    found: list[bytes] = ABSOLUTE.findall(page.text)
    return found


def first_absolute(page: Page) -> str | None:
    """Return the first absolute URL on a page, whether or not it belongs to a file; None if there is none."""
    if found := ABSOLUTE.search(page.text):
        return found[1].decode("utf-8", "replace")
    return next((address for address in addresses(page) if address.startswith(("http://", "https://"))), None)


def needs_parsing(page: Page) -> bool:
    """Return whether a page must be parsed: its first URL is relative or not in double quotes, or URLs have escapes.

    `is_mixed` checks whether other URLs are relative or not in double quotes.
    """
    first = (FIRST_JSON if page.is_json else FIRST_HTML).search(page.text)
    if first is None or first[1] is None:
        return first is not None
    return b"\\" in page.text if page.is_json else b"&" in page.text and b"&amp;" in page.text


def is_mixed(page: Page) -> bool:
    """Return whether some of a page's URLs are relative or not in double quotes."""
    first = (FIRST_JSON if page.is_json else FIRST_HTML).search(page.text)
    if first and first[1]:  # if all begin like the first one, counting them is much faster
        begun = page.text.count(b'"url"') if page.is_json else page.text.lower().count(b"href")
        if page.text.count(first[0]) == begun:
            return False
    every, absolute = ALL_JSON if page.is_json else ALL_HTML
    return len(every.findall(page.text)) != len(absolute.findall(page.text))


def as_asked(address: str) -> str:
    """Return a URL as pip requests it, with its path quoted again and its host in lower case.

    Sources: pip's `_internal/models/link.py` (`_clean_url_path`), vendored `cachecontrol/controller.py`
    (`_urlnorm`). May raise ValueError.
    """
    parts = urlsplit(address)
    pieces = RESERVED.split(parts.path)
    path = "".join([piece.upper() if place % 2 else quote(unquote(piece)) for place, piece in enumerate(pieces)])
    return parts._replace(netloc=parts.netloc.lower(), path=path).geturl()
