"""Find the addresses of cached answers by hashing what index pages and built wheels list.

pip names a record `sha224(url)` (vendored `cachecontrol/controller.py`, `_urlnorm`, and `caches/file_cache.py`) and
stores the address nowhere: whoever lists it can be found out, and only he.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha224
from urllib.parse import urlsplit

from cachetui.pip import pages
from cachetui.pip.wanted import Match, Wanted

FEW_VERSIONS = 48
"""Versions up to which looking for each on a page is quicker than hashing every address there."""
ODD = re.compile(rb"[^A-Za-z0-9/:._-]").search
CAPITALS = re.compile(rb"https?://[^/]*[A-Z]").match
"""Find what pip may spell otherwise when it asks."""
METADATA = ".metadata"
"""What PEP 658 appends to a wheel's address."""


class Dictionary:
    """Entries that wait for an address; each is struck out once it has one."""

    def __init__(self, wanted: Iterable[Wanted], indexes: Sequence[str] = ()) -> None:
        """Take what is wanted, and the addresses of indexes in pip's settings."""
        self._wanted = {one.digest: one for one in wanted}
        self._of: dict[str, dict[str, Wanted]] = {}
        """The same by project; those without one under ""."""
        self._bases = {index.rstrip("/") for index in indexes}
        for digest, one in self._wanted.items():
            self._of.setdefault(one.project or "", {})[digest] = one

    def wants(self, project: str | None) -> bool:
        """Tell whether a page of this project, or of none, could name an entry."""
        return bool(self._wanted if project is None else self._of.get("") or self._of.get(project))

    def look_up(self, urls: Iterable[str]) -> list[Match]:
        """Return which of these addresses were wanted."""
        return self._try([url.encode("utf-8", "surrogatepass") for url in urls], self._wanted)

    def page_address(self, digest: str, project: str, page: pages.Page) -> str | None:
        """Return a project page's own address, if it is one of the likely ones: hashing proves it."""
        guesses = set(self._bases)
        if first := pages.first_absolute(page):
            try:
                parts = urlsplit(first)
            except ValueError:
                return None
            guesses.add(f"{parts.scheme}://{parts.netloc}/simple")
        for base in sorted(guesses):
            for address in (f"{base}/{project}/", f"{base}/{project}"):
                if sha224(address.encode()).hexdigest() == digest:
                    return address
        return None

    def look_through(self, page: pages.Page, project: str | None, base: str | None) -> list[Match]:
        """Return what a page names.

        On a project's page first the few addresses are tried in which a wanted version of it stands, then, if something
        is left that it may name, all. Those on a page of no project are all tried.
        """
        if not self.wants(project):
            return []
        if pages.needs_parsing(page) or (project is None and pages.is_mixed(page)):
            return self._try(parsed(page, base), self._wanted)
        if project is None:
            return self._try(pages.absolute_addresses(page), self._wanted)
        own, nameless = self._of.get(project, {}), self._of.get("", {})
        versions = frozenset([one.version.encode("utf-8", "replace") for one in own.values() if one.version])
        few = 0 < len(versions) <= FEW_VERSIONS
        found = self._try(pages.addresses_near(page, versions), own) if few else []
        # a file whose name is known stands on the page under just that version, or not at all
        if nameless or any(not (few and one.filename) for one in own.values()):
            found += self._try(pages.absolute_addresses(page), own, nameless)
        if own and pages.is_mixed(page):
            found += self._try(parsed(page, base), own, nameless)
        return found

    def _try(self, addresses: Iterable[bytes], *waiting: dict[str, Wanted]) -> list[Match]:
        """Strike out what some addresses name, until nothing is waiting any more."""
        matches = []
        for address in addresses:
            if not any(waiting):
                break
            odd = ODD(address) or CAPITALS(address)
            for spelling in (address, *asked_otherwise(address)) if odd else (address,):
                digest = sha224(spelling)
                if one := self._wanted.get(digest.hexdigest()):
                    matches.append(self._strike(one, spelling.decode("utf-8", "replace")))
                digest.update(METADATA.encode())
                if one := self._wanted.get(digest.hexdigest()):
                    matches.append(self._strike(one, spelling.decode("utf-8", "replace") + METADATA))
        return matches

    def _strike(self, one: Wanted, url: str) -> Match:
        del self._wanted[one.digest]
        del self._of[one.project or ""][one.digest]
        return Match(one.digest, url)


def parsed(page: pages.Page, base: str | None) -> list[bytes]:
    """Return the addresses that parsing a page brings out."""
    return [address.encode("utf-8", "surrogatepass") for address in pages.addresses(page, base)]


def asked_otherwise(address: bytes) -> tuple[bytes, ...]:
    """Return the spelling by which pip asks for an address, if that is another one."""
    try:
        asked = pages.as_asked(address.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    except ValueError:
        return ()
    return (asked,) if asked != address else ()
