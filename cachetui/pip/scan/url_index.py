"""Find the URLs of cached responses by hashing the URLs that index pages and built wheels list.

pip names a record `sha224(url)` (vendored `cachecontrol/controller.py`, `_urlnorm`, and `caches/file_cache.py`) and
stores the URL nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha224
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlsplit

from cachetui.pip.formats import index_page
from cachetui.pip.scan.draft import EntryDraft

ODD = re.compile(rb"[^A-Za-z0-9/:._-]").search
CAPITALS = re.compile(rb"https?://[^/]*[A-Z]").search
METADATA = b".metadata"
"""The suffix that PEP 658 adds to a wheel's URL."""


class UrlIndex:
    """Records whose URLs are wanted; each is removed once its URL is found."""

    def __init__(self, wanted: Iterable[PendingRecord], indexes: Sequence[str] = ()) -> None:
        """Take the wanted records, and the index URLs in pip's settings."""
        self._wanted = {one.digest: one for one in wanted}
        self._of: dict[str, dict[bytes, PendingRecord]] = {}
        """The same by project; those without one under ""."""
        self._bases = {index.rstrip("/") for index in indexes}
        for digest, one in self._wanted.items():
            self._of.setdefault(one.project or "", {})[digest] = one

    def wants(self, project: str | None) -> bool:
        """Return whether a page of this project, or of none, could name an entry."""
        return bool(self._wanted if project is None else self._of.get("") or self._of.get(project))

    def match(self, urls: Iterable[str]) -> Found:
        """Return the wanted ones of these URLs."""
        return self._match([url.encode("utf-8", "surrogatepass") for url in urls], self._wanted)

    def page_address(self, digest: bytes, project: str, page: index_page.Page) -> str | None:
        """Return a project page's own URL, if it is one of the likely ones: hashing proves it."""
        guesses = set(self._bases)
        with suppress(ValueError):  # what is no address tells nothing
            parts = urlsplit(index_page.first_absolute(page) or "")
            guesses.add(f"{parts.scheme}://{parts.netloc}/simple")
        for base in sorted(guesses):
            for address in (f"{base}/{project}/", f"{base}/{project}"):
                if sha224(address.encode("utf-8", "surrogatepass")).digest() == digest:
                    return address
        return None

    def match_page(self, page: index_page.Page, project: str | None, base: str | None) -> Found:
        """Return the wanted URLs that a page lists.

        On a project's page first the few addresses are tried whose file names bear a wanted version of it, then, if
        something is left that it may name, all. Those on a page of no project are all tried.
        """
        if not self.wants(project):
            return {}
        if index_page.needs_parsing(page) or (project is None and index_page.is_mixed(page)):
            return self._match(parsed(page, base), self._wanted)
        listed = index_page.listed_files(page)
        if project is None:
            return self._match([address for address, _, _ in listed], self._wanted)
        own, nameless = self._of.get(project, {}), self._of.get("", {})
        versions = {one.version.encode("utf-8", "replace") for one in own.values() if one.version}
        found = self._match(index_page.addresses_of(listed, versions), own)
        if nameless or own:
            found |= self._match([address for address, _, _ in listed], own, nameless)
        if own and index_page.is_mixed(page):
            found |= self._match(parsed(page, base), own, nameless)
        return found

    def _match(self, addresses: Sequence[bytes], *waiting: dict[bytes, PendingRecord]) -> Found:
        """Remove the records that these URLs name, and return their URLs; stop when none is left."""
        matches: Found = {}
        if not any(waiting):
            return matches
        if is_odd(b"".join(addresses)):
            addresses = [spelling for address in addresses for spelling in (address, *asked_otherwise(address))]
        wanted = self._wanted
        for address in addresses:
            found = sha224(address)
            file = found.digest()
            found.update(METADATA)
            metadata = found.digest()
            if file in wanted or metadata in wanted:
                for digest, spelling in ((file, address), (metadata, address + METADATA)):
                    if one := wanted.pop(digest, None):
                        del self._of[one.project or ""][digest]
                        matches[one.digest] = spelling.decode("utf-8", "replace")
                if not any(waiting):
                    break
        return matches


def is_odd(addresses: bytes) -> bool:
    """Return whether anything in a URL, or in several in a row, may be spelled otherwise when pip asks for it."""
    return bool(ODD(addresses) or CAPITALS(addresses))


def parsed(page: index_page.Page, base: str | None) -> list[bytes]:
    """Return the URLs that parsing a page yields."""
    return [address.encode("utf-8", "surrogatepass") for address in index_page.addresses(page, base)]


def asked_otherwise(address: bytes) -> tuple[bytes, ...]:
    """Return the spelling in which pip asks for a URL, if that is another one."""
    if not is_odd(address):
        return ()
    try:
        asked = index_page.as_asked(address.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    except ValueError:
        return ()
    return (asked,) if asked != address else ()


class PendingRecord(NamedTuple):
    """A record whose URL is wanted."""

    digest: bytes
    """SHA-224 of its URL, from its file name."""
    project: str | None
    """Its project's canonical name, where known."""
    version: str | None
    """Its version as written, where known."""


Found = dict[bytes, str]
"""URLs that were found, by their digests."""
NAMELESS_PAGE = "page"
"""The beginning of the hint of a response that lists URLs, but is no project's page."""


def lists_urls(draft: EntryDraft) -> bool:
    """Return whether an entry is a page that may list the URLs of others."""
    if draft.kind == "response":
        return draft.content_hint.startswith(NAMELESS_PAGE)
    return draft.kind in ("page", "index")


class PendingRecords:
    """Entries that an index page may list, and that have no URL yet."""

    def __init__(self, drafts: Iterable[EntryDraft]) -> None:
        """Pick them out."""
        self._by_digest: dict[bytes, EntryDraft] = {}
        self._again: list[tuple[bytes, EntryDraft]] = []  # the same answer in another directory
        for one in drafts:
            if can_be_listed(one):
                digest = one.digest
                if self._by_digest.setdefault(digest, one) is not one:
                    self._again.append((digest, one))
        self.wanted = [PendingRecord(digest, one.project, one.version) for digest, one in self._by_digest.items()]
        """Their records, each digest once."""

    def set_urls(self, found: Found) -> list[EntryDraft]:
        """Identify entries by the URLs found for them, and return these entries."""
        from cachetui.pip.scan.identify import identify_by_url  # noqa: PLC0415 - often nothing waits

        named: list[EntryDraft] = []
        for digest, one in chain(self._by_digest.items(), self._again):
            if url := found.get(digest):
                identify_by_url(one, url)
                named.append(one)
        return named


def can_be_listed(draft: EntryDraft) -> bool:
    """Return whether an entry has no URL yet, and an index page may list it."""
    if draft.by == "url" or draft.files[0].path[:4] != "http":
        return False
    if draft.project is None:
        return draft.kind == "response" and draft.content_hint == "packed"
    return draft.kind in ("file", "wheel", "sdist", "metadata")
