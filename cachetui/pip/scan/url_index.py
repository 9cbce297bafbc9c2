"""Find the URLs of cached responses by hashing the URLs that index pages, built wheels and known indexes give.

pip names a record `sha224(url)` (vendored `cachecontrol/controller.py`, `_urlnorm`, and `caches/file_cache.py`) and
stores the URL nowhere.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from hashlib import sha224
from urllib.parse import urlsplit

from cachetui.model import Entry
from cachetui.pip.formats import index_page
from cachetui.pip.scan.draft import EntryDraft

PLAIN = (string.ascii_letters + string.digits + "/:._-").encode()
"""Characters that pip never changes in a URL, except for capitals in the host."""
CAPITALS = re.compile(rb"https?://[^/]*[A-Z]").search
METADATA = b".metadata"
"""Suffix that PEP 658 adds to a wheel's URL."""
NAMELESS_PAGE = "page"
"""Prefix of the `content_hint` of a response that may list URLs but is not a project's page."""


class UrlIndex:
    """Entries whose URL is not known yet, by the digests of their URLs; each is named once its URL is found."""

    def __init__(self, drafts: Iterable[EntryDraft]) -> None:
        """Create an index of `drafts`; see `add`."""
        self._waiting: dict[bytes, EntryDraft] = {}
        self._further: dict[bytes, list[EntryDraft]] = {}  # further entries of the same URLs; there are few
        self._found: dict[bytes, tuple[str, str | None, bool]] = {}  # URL, project, whether it is its page
        self._named: list[EntryDraft] = []
        self.add(drafts)

    def add(self, drafts: Iterable[EntryDraft]) -> None:
        """Add those drafts that are responses, or leftovers of responses, and have no URL."""
        for draft in drafts:
            digest = draft.digest if draft.url is None else None
            if digest and self._waiting.setdefault(digest, draft) is not draft:
                self._further.setdefault(digest, []).append(draft)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def awaits(self, draft: EntryDraft) -> bool:
        """Return whether a page may give the unknown URL of an entry; pages do not list other pages."""
        return draft.kind not in ("page", "index") and draft.digest in self._waiting

    def match(self, urls: Iterable[str]) -> None:
        """Find the entries that were downloaded from any of the given URLs."""
        self._match([url.encode("utf-8", "surrogatepass") for url in urls])

    def match_page(self, page: index_page.Page, base: str | None, project: str | None) -> None:
        """Find entries by the URLs that a page lists; `project` is the project of the page, if any."""
        if not self._waiting:
            return
        plain = not index_page.needs_parsing(page)
        if plain:
            self._match(index_page.absolute_addresses(page), project)
        if self._waiting and (not plain or index_page.is_mixed(page)):
            urls = index_page.addresses(page, base)
            self._match([url.encode("utf-8", "surrogatepass") for url in urls], project)

    def match_indexes(self, indexes: Iterable[str], projects: Collection[str | None]) -> None:
        """Find entries by the URLs that the pages of `projects` may have on `indexes`."""
        if not self._waiting:
            return
        for index in indexes:
            for project in filter(None, projects):
                for url in page_urls(index, project):
                    if (digest := digest_of(url)) in self._waiting:
                        self._found.setdefault(digest, (url, project, True))

    def _match(self, addresses: Sequence[bytes], project: str | None = None) -> None:
        waiting = self._waiting
        if not waiting:
            return
        if is_odd(b"".join(addresses)):
            addresses = [spelling for address in addresses for spelling in (address, *asked_otherwise(address))]
        for address in addresses:
            hashed = sha224(address)
            if (digest := hashed.digest()) in waiting:
                self._add_found(digest, address, project)
            hashed.update(METADATA)
            if (digest := hashed.digest()) in waiting:
                self._add_found(digest, address + METADATA, project)

    def _add_found(self, digest: bytes, address: bytes, project: str | None) -> None:
        """Name the entry of a URL that was found.

        An entry that may list URLs must be read first, so `name_found` names it later. The same is done if several
        entries have this URL.
        """
        url = address.decode("utf-8", "replace")
        if digest in self._found or digest in self._further or lists_urls(self._waiting[digest]):
            self._found.setdefault(digest, (url, project, False))
        else:
            self._name(digest, url, project)

    def _name(self, digest: bytes, url: str, project: str | None, is_page: bool = False) -> None:
        from cachetui.pip.scan.identify import identify_by_url, identify_page_by_url  # noqa: PLC0415 - often none

        for draft in (self._waiting.pop(digest), *self._further.pop(digest, ())):
            if project and is_page:
                identify_page_by_url(draft, url, project)
            else:
                identify_by_url(draft, url, project)
            self._named.append(draft)

    def name_found(self) -> list[EntryDraft]:
        """Name the remaining entries whose URLs were found; return all that were named since the last call."""
        for digest, found in self._found.items():
            self._name(digest, *found)
        self._found.clear()
        named, self._named = self._named, []
        return named


def name_again(draft: EntryDraft, before: Entry) -> None:
    """Name an unchanged response by the URL that an earlier scan found for it, and that its record's name proves."""
    if draft.url or lists_urls(draft) or draft.files != before.files:
        return
    if before.url and digest_of(before.url) == draft.digest:
        from cachetui.pip.scan.identify import identify_by_url  # noqa: PLC0415 - often none

        identify_by_url(draft, before.url, before.project)


def page_urls(index: str, project: str) -> tuple[str, str]:
    """Return the URLs that a project's page may have on an index: with a slash at the end, and without."""
    base = index.rstrip("/")
    return f"{base}/{project}/", f"{base}/{project}"


def index_of(url: str) -> str:
    """Return the URL of the index that a project's page belongs to, derived from the page's URL."""
    return url.rstrip("/").rpartition("/")[0]


def page_address(
    digest: bytes | None, project: str | None, page: index_page.Page, indexes: Iterable[str]
) -> str | None:
    """Return a page's own URL: the one of the likely URLs that has the digest `digest`; None if none of them has it.

    A page without a project may be one of `indexes` itself, because pip's settings also name find-links pages.
    """
    if project is None:
        return next((url for url in indexes if digest_of(url) == digest), None)
    guesses = set(indexes)
    with suppress(ValueError):  # no guess for an invalid URL
        parts = urlsplit(index_page.first_absolute(page) or "")
        guesses.add(f"{parts.scheme}://{parts.netloc}/simple")
    urls = [url for index in sorted(guesses) for url in page_urls(index, project)]
    return next((url for url in urls if digest_of(url) == digest), None)


def lists_urls(draft: EntryDraft) -> bool:
    """Return whether an entry is a page that may list the URLs of other entries."""
    if draft.kind == "response":
        return draft.content_hint.startswith(NAMELESS_PAGE)
    return draft.kind in ("page", "index")


def is_odd(addresses: bytes) -> bool:
    """Return whether pip may request a URL, or one of several joined URLs, in another spelling."""
    return bool(addresses.translate(None, PLAIN) or CAPITALS(addresses))


def asked_otherwise(address: bytes) -> tuple[bytes, ...]:
    """Return a tuple with pip's spelling of a URL, or an empty tuple if that is the same or the URL is invalid."""
    if not is_odd(address):
        return ()
    try:
        asked = index_page.as_asked(address.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    except ValueError:
        return ()
    return (asked,) if asked != address else ()


def digest_of(url: str) -> bytes:
    """Return the digest by which pip names the record of a URL."""
    return sha224(url.encode("utf-8", "surrogatepass")).digest()
