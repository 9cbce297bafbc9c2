"""Find the addresses of cached answers by hashing what index pages and built wheels list.

pip names a record `sha224(url)` (vendored `cachecontrol/controller.py`, `_urlnorm`, and `caches/file_cache.py`) and
stores the address nowhere: whoever lists it can be found out, and only he.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha224
from urllib.parse import urlsplit

from cachetui.pip import pages
from cachetui.pip.wanted import Found, Wanted

ODD = re.compile(rb"[^A-Za-z0-9/:._-]").search
CAPITALS = re.compile(rb"https?://[^/]*[A-Z]").search
METADATA = b".metadata"
"""What PEP 658 appends to a wheel's address."""


class Dictionary:
    """Entries that wait for an address; each is struck out once it has one."""

    def __init__(self, wanted: Iterable[Wanted], indexes: Sequence[str] = ()) -> None:
        """Take what is wanted, and the addresses of indexes in pip's settings."""
        self._wanted = {one.digest: one for one in wanted}
        self._of: dict[str, dict[bytes, Wanted]] = {}
        """The same by project; those without one under ""."""
        self._bases = {index.rstrip("/") for index in indexes}
        for digest, one in self._wanted.items():
            self._of.setdefault(one.project or "", {})[digest] = one

    def wants(self, project: str | None) -> bool:
        """Tell whether a page of this project, or of none, could name an entry."""
        return bool(self._wanted if project is None else self._of.get("") or self._of.get(project))

    def look_up(self, urls: Iterable[str]) -> Found:
        """Return which of these addresses were wanted."""
        return self._try([url.encode("utf-8", "surrogatepass") for url in urls], self._wanted)

    def page_address(self, digest: bytes, project: str, page: pages.Page) -> str | None:
        """Return a project page's own address, if it is one of the likely ones: hashing proves it."""
        guesses = set(self._bases)
        with suppress(ValueError):  # what is no address tells nothing
            parts = urlsplit(pages.first_absolute(page) or "")
            guesses.add(f"{parts.scheme}://{parts.netloc}/simple")
        for base in sorted(guesses):
            for address in (f"{base}/{project}/", f"{base}/{project}"):
                if sha224(address.encode("utf-8", "surrogatepass")).digest() == digest:
                    return address
        return None

    def look_through(self, page: pages.Page, project: str | None, base: str | None) -> Found:
        """Return what a page names.

        On a project's page first the few addresses are tried whose file names bear a wanted version of it, then, if
        something is left that it may name, all. Those on a page of no project are all tried.
        """
        if not self.wants(project):
            return {}
        if pages.needs_parsing(page) or (project is None and pages.is_mixed(page)):
            return self._try(parsed(page, base), self._wanted)
        listed = pages.listed_files(page)
        if project is None:
            return self._try([address for address, _, _ in listed], self._wanted)
        own, nameless = self._of.get(project, {}), self._of.get("", {})
        versions = {one.version.encode("utf-8", "replace") for one in own.values() if one.version}
        found = self._try(pages.addresses_of(listed, versions), own)
        if nameless or own:
            found |= self._try([address for address, _, _ in listed], own, nameless)
        if own and pages.is_mixed(page):
            found |= self._try(parsed(page, base), own, nameless)
        return found

    def _try(self, addresses: Sequence[bytes], *waiting: dict[bytes, Wanted]) -> Found:
        """Strike out what some addresses name, until nothing is waiting any more."""
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
    """Tell whether something in an address, or in several in a row, may be spelled otherwise when pip asks for it."""
    return bool(ODD(addresses) or CAPITALS(addresses))


def parsed(page: pages.Page, base: str | None) -> list[bytes]:
    """Return the addresses that parsing a page brings out."""
    return [address.encode("utf-8", "surrogatepass") for address in pages.addresses(page, base)]


def asked_otherwise(address: bytes) -> tuple[bytes, ...]:
    """Return the spelling by which pip asks for an address, if that is another one."""
    if not is_odd(address):
        return ()
    try:
        asked = pages.as_asked(address.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    except ValueError:
        return ()
    return (asked,) if asked != address else ()
