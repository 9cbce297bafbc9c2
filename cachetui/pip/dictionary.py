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
        self._by_project: dict[str, dict[str, Wanted]] = {}
        self._nameless: dict[str, Wanted] = {}
        self._bases = {index.rstrip("/") for index in indexes}
        for one in wanted:
            place = self._by_project.setdefault(one.project, {}) if one.project else self._nameless
            place[one.digest] = one

    def wants(self, project: str | None) -> bool:
        """Tell whether a page of this project could name an entry."""
        return bool(self._nameless or (any(self._by_project.values()) if project is None else self._own(project)))

    def _own(self, project: str | None) -> dict[str, Wanted]:
        """Return what a page may name: entries of its project; of any, if it is not one project's page."""
        if project is None:
            return {digest: one for some in self._by_project.values() for digest, one in some.items()}
        return self._by_project.get(project, {})

    def look_up(self, urls: Iterable[str]) -> list[Match]:
        """Return which of these addresses were wanted."""
        everything = self._nameless | {key: one for some in self._by_project.values() for key, one in some.items()}
        return self._try([url.encode("utf-8", "surrogatepass") for url in urls], everything)

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
        """Return what a page names: of entries of its project, and of those without any.

        First the few addresses are tried in which a wanted version stands, then, if something is left, all.
        """
        own = self._own(project)
        if not own and not self._nameless:
            return []
        if pages.needs_parsing(page):
            addresses = [found.encode("utf-8", "surrogatepass") for found in pages.addresses(page, base)]
            return self._try(addresses, {**own, **self._nameless})
        found = self._look_near(page, own)
        struck = {match.digest for match in found}
        left = {digest: one for digest, one in own.items() if digest not in struck}
        if left and pages.is_mixed(page):
            addresses = [found.encode("utf-8", "surrogatepass") for found in pages.addresses(page, base)]
            found += self._try(addresses, left | self._nameless)
        return found

    def _look_near(self, page: pages.Page, own: dict[str, Wanted]) -> list[Match]:
        """Return what a page that need not be parsed names."""
        versions = frozenset([one.version.encode("utf-8", "replace") for one in own.values() if one.version])
        few = 0 < len(versions) <= FEW_VERSIONS
        found = self._try(pages.addresses_near(page, versions), own) if few else []
        # a file whose name is known stands on the page under just that version, or not at all
        waiting = {digest: one for digest, one in own.items() if not (few and one.filename)} | self._nameless
        return found + (self._try(pages.absolute_addresses(page), waiting) if waiting else [])

    def _try(self, addresses: Iterable[bytes], waiting: dict[str, Wanted]) -> list[Match]:
        matches = []
        for address in addresses:
            if not waiting:
                break
            odd = ODD(address) or CAPITALS(address)
            for spelling in (address, *asked_otherwise(address)) if odd else (address,):
                digest = sha224(spelling)
                if one := waiting.pop(digest.hexdigest(), None):
                    matches.append(self._strike(one, spelling.decode("utf-8", "replace")))
                digest.update(METADATA.encode())
                if one := waiting.pop(digest.hexdigest(), None):
                    matches.append(self._strike(one, spelling.decode("utf-8", "replace") + METADATA))
        return matches

    def _strike(self, one: Wanted, url: str) -> Match:
        self._nameless.pop(one.digest, None)
        self._by_project.get(one.project or "", {}).pop(one.digest, None)
        return Match(one.digest, url)


def asked_otherwise(address: bytes) -> tuple[bytes, ...]:
    """Return the spelling by which pip asks for an address, if that is another one."""
    try:
        asked = pages.as_asked(address.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    except ValueError:
        return ()
    return (asked,) if asked != address else ()
