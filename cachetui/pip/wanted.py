"""Entries that wait for an address, and addresses that were found."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from cachetui.pip.candidate import Candidate


class Wanted(NamedTuple):
    """An entry that waits for its address."""

    digest: bytes
    """What its record is named after."""
    project: str | None
    """Its project's canonical name, where known."""
    version: str | None
    """Its version as written, where known."""


Found = dict[bytes, str]
"""Addresses that were found, by the digests after which pip names their records."""
NAMELESS_PAGE = "page"
"""How the hint of a response begins that lists addresses, but is no project's page."""


def lists_addresses(candidate: Candidate) -> bool:
    """Tell whether an entry is a page that may list the addresses of others."""
    if candidate.kind == "response":
        return candidate.hint.startswith(NAMELESS_PAGE)
    return candidate.kind in ("page", "index")


class Waiting:
    """The entries among some that an index page may list, and that are not named by one yet."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        """Pick them out."""
        self._by_digest: dict[bytes, Candidate] = {}
        self._again: list[tuple[bytes, Candidate]] = []  # the same answer in another directory
        for one in candidates:
            if can_be_listed(one):
                digest = one.digest
                if self._by_digest.setdefault(digest, one) is not one:
                    self._again.append((digest, one))
        self.wanted = [Wanted(digest, one.project, one.version) for digest, one in self._by_digest.items()]
        """What they are looked for by."""

    def settle(self, found: Found) -> list[Candidate]:
        """Take in addresses; return the entries that are named by them."""
        from cachetui.pip.identify import settle_by_address  # noqa: PLC0415 - often nothing waits

        named: list[Candidate] = []
        for digest, one in chain(self._by_digest.items(), self._again):
            if url := found.get(digest):
                settle_by_address(one, url)
                named.append(one)
        return named


def can_be_listed(candidate: Candidate) -> bool:
    """Tell whether an index page may list the address of an entry that is not named by one yet."""
    if candidate.by == "url" or candidate.files[0].path[:4] != "http":
        return False
    if candidate.project is None:
        return candidate.kind == "response" and candidate.hint == "packed"
    return candidate.kind in ("file", "wheel", "sdist", "metadata")
