"""Facts about files in cached index pages and `origin.json` files: their hashes and their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from cachetui.model import Entry
from cachetui.pip.formats.index_files import HASHES
from cachetui.pip.reader import CacheReader, digest_of

METADATA = ".metadata"
"""Suffix of the URL of a file's metadata, behind the file's own URL (PEP 658)."""
Voice = Literal["index", "origin.json"]
"""The source of a hash."""


class KnownHash(NamedTuple):
    """A hash that a file must have."""

    record: str
    """The name of the file's record if it was downloaded, which stands for its URL."""
    name: str
    """Such as "sha256"."""
    value: str
    """In hexadecimal, lower case."""
    by: Voice
    filename: str | None = None
    """The file name that a page lists; None if there is none."""


def known_hashes(entry: Entry, evidence: CacheReader) -> Iterator[KnownHash]:
    """Yield the hashes that an index page or a built wheel gives for files; nothing for any other entry.

    A page may have been taken for an answer of any kind.
    """
    if entry.kind == "built" and (origin := evidence.origin(entry)):
        yield from _voucher(origin.url, origin.hash_name, origin.hash_value, "origin.json")
    elif entry.kind in ("index", "response") and (listing := evidence.listing(entry)):
        for file in listing.files:
            yield from _voucher(file.url, file.hash_name, file.hash_value, "index", file.filename)
            yield from _voucher(file.url + METADATA, *file.metadata_hash, "index")


def _voucher(url: str, name: str, value: str, by: Voice, filename: str | None = None) -> Iterator[KnownHash]:
    if name in HASHES:
        yield KnownHash(digest_of(url), name, value.lower(), by, filename)
