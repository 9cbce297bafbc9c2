"""Read an index page as pip reads it: each file that it lists, with its attributes.

Sources: the simple repository API (PEP 503, 592, 691, 700); pip's `_internal/models/link.py` (`Link.from_json`,
`from_element`) and `_internal/index/collector.py` (`HTMLLinkParser`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.pip.formats.anchors import LONGEST_VALUE, tags
from cachetui.pip.formats.archives import LONGEST_NAME
from cachetui.pip.formats.index_page import LONGEST_PARSED, Page, as_asked, filename_of
from cachetui.pip.formats.page_json import parse_page
from cachetui.pip.formats.wheel_names import wheel_name

HASHES = ("sha512", "sha384", "sha256", "sha224", "sha1", "md5")
"""Names of hashes that pip accepts in a link, the strongest first (`_internal/models/link.py`, `_SUPPORTED_HASHES`)."""
HASH_IN_FRAGMENT = re.compile(rf"(?:^|&)({'|'.join(HASHES)})=([^&]*)")
SDISTS = (".tar.gz", ".tgz", ".tar", ".zip", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma")
"""Suffixes of files that pip treats as sdists (`_internal/utils/filetypes.py`)."""
NO_NAMES = ("", ".", "..")
"""Last parts of URLs that name no file, such as the URL of a folder or of a host."""


Link = tuple[str, tuple[str, str] | None, str, str | None, tuple[str, str]]
"""URL as written, hash of the file, versions of Python that it requires, reason for yanking, hash of its metadata.

Each hash is a name and a value; that of the file is None if only the URL's fragment may give it. The reason is None if
the file was not yanked, and "" if it was yanked without a reason.
"""


class IndexFile(NamedTuple):
    """A file that an index page lists."""

    filename: str
    """Last part of its URL, unquoted."""
    url: str
    """URL as pip requests it, without fragment; relative if the page's own URL is unknown. It may hold secrets."""
    hash_name: str = ""
    """Name of the hash that the page gives, such as "sha256"; "" if it gives none."""
    hash_value: str = ""
    """Value of that hash in hexadecimal."""
    requires_python: str = ""
    """Versions of Python that it requires (PEP 345), as written."""
    yanked: bool = False
    """Whether it was yanked (PEP 592): pip uses it only if exactly its version is requested."""
    metadata_hash: tuple[str, str] = ("", "")
    """Name and value of the hash of its metadata file (PEP 658, 714); empty if the page gives none."""
    yanked_reason: str = ""
    """Reason why it was yanked, as the page gives it; "" if it gives none."""

    @property
    def is_wheel(self) -> bool:
        """Whether it is a wheel; otherwise it may be an sdist."""
        return self.filename.endswith(".whl")

    def version(self, project: str) -> Version | None:
        """Return the version in its name; None if it is not a file of `project` or has an unknown form."""
        return version_in(self.filename, project)


def version_in(filename: str, project: str) -> Version | None:
    """Return the version in the name of a wheel or sdist; None if it is invalid, or not a file of `project`."""
    if len(filename) > LONGEST_NAME:
        return None
    try:
        if filename.endswith(".whl"):
            name = wheel_name(filename)
            return Version(name.version) if name and name.project == project else None
        ending = next((ending for ending in SDISTS if filename.endswith(ending)), None)
        stem = filename.removesuffix(ending) if ending else ""
        for at, letter in enumerate(stem):  # as in pip: the first hyphen after the project's name
            if letter == "-" and canonicalize_name(stem[:at]) == project:
                return Version(stem[at + 1 :])
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        pass
    return None


def files_of(page: Page, base: str | None = None) -> tuple[IndexFile, ...]:
    """Return the files that a page lists, in its order.

    Relative URLs are joined to `base` if it is known. As in pip, invalid links and links that name no file are
    left out.
    """
    return _files(*_links(page), base)


def yanked_files(page: Page, base: str | None = None) -> tuple[IndexFile, ...]:
    """Return only the yanked files that a page lists, in less time than `files_of` takes for all files."""
    if page.is_json:
        count = page.text.count
        is_likely = count(b'"yanked"') > count(b'"yanked":false') + count(b'"yanked": false')
    else:
        is_likely = b"yanked" in page.text.lower()
    if not is_likely:
        return ()
    within, links = _links(page)
    return _files(within, [link for link in links if link[3] is not None], base)


def _files(within: str | None, links: Iterable[Link], base: str | None) -> tuple[IndexFile, ...]:
    """Return the files of a page's links; `within` is the base URL that the page gives, `base` the page's own URL."""
    listed = []
    for href, digest, requires, yanked, metadata in links:
        try:
            whole = urljoin(within, href) if within else href
            whole = urljoin(base, whole) if base else whole
            url, fragment = urldefrag(whole)
            url = as_asked(url)
            filename = filename_of(urlsplit(url).path)
        except ValueError:
            continue
        if filename not in NO_NAMES:
            name, value = digest or _hash_in(fragment)
            reason = yanked or ""
            listed.append(IndexFile(filename, url, name, value, requires, yanked is not None, metadata, reason))
    return tuple(listed)


def _links(page: Page) -> tuple[str | None, list[Link]]:
    """Return the base URL that a page gives, if any, and its links."""
    return (None, _json_links(page.text)) if page.is_json else _html_links(page.text)


def _json_links(text: bytes) -> list[Link]:
    if len(text) > LONGEST_PARSED:
        return []
    try:
        files = parse_page(text)["files"]  # type: ignore[index]
    except (ValueError, RecursionError, LookupError, TypeError):
        return []
    return [link for file in files if (link := _json_link(file))] if isinstance(files, list) else []


def _json_link(file: Any) -> Link | None:
    url = file.get("url") if isinstance(file, dict) else None
    if not isinstance(url, str) or not 0 < len(url) <= LONGEST_VALUE:
        return None
    requires, yanked = file.get("requires-python"), file.get("yanked")
    metadata = _first_hash(file.get("core-metadata")) or _first_hash(file.get("dist-info-metadata")) or ("", "")
    known = _first_hash(file.get("hashes"))
    reason = (yanked if isinstance(yanked, str) else "") if yanked else None
    return url, known, requires if isinstance(requires, str) else "", reason, metadata


def _first_hash(hashes: object) -> tuple[str, str] | None:
    """Return the name and value of the first hash that pip supports, as pip does; None if there is none."""
    known = hashes.items() if isinstance(hashes, dict) else ()
    return next(((name, value) for name, value in known if name in HASHES and isinstance(value, str)), None)


def _html_links(text: bytes) -> tuple[str | None, list[Link]]:
    """Return the base URL of a page, if it has one, and all links that could be parsed."""
    base: str | None = None
    links: list[Link] = []
    for tag, values in tags(text):
        href = values.get("href")
        if tag == "base" and base is None and href:
            base = href
        elif tag == "a" and href:
            requires = values.get("data-requires-python") or ""
            yanked = values.get("data-yanked")  # pip ignores the attribute if it has no value
            metadata = values.get("data-core-metadata") or values.get("data-dist-info-metadata") or ""
            links.append((href.strip(), None, requires, yanked, _hash_in(metadata)))
    return base, links


def _hash_in(fragment: str) -> tuple[str, str]:
    """Return the name and value of the hash in a fragment or attribute such as `sha256=…`; both "" if there is none."""
    found = HASH_IN_FRAGMENT.search(fragment)
    return (found[1], found[2]) if found else ("", "")
