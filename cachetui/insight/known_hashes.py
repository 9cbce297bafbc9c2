"""Hashes and names of files that cached index pages and `origin.json` files contain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from cachetui.model import Entry
from cachetui.pip.formats.index_files import HASHES
from cachetui.pip.reader import CacheReader, digest_of

METADATA = ".metadata"
"""Suffix that is added to a file's URL to get the URL of its metadata (PEP 658)."""
Voice = Literal["index", "origin.json"]
"""Source of a hash."""


class KnownHash(NamedTuple):
    """Hash that a file must have."""

    record: str
    """Name of the record in which pip stores the download: a digest of the file's URL."""
    name: str
    """Name of the hash, such as "sha256"."""
    value: str
    """Value of the hash in hexadecimal digits, lower case."""
    by: Voice
    filename: str | None = None
    """File name that an index page lists; None if there is none."""


def known_hashes(entry: Entry, evidence: CacheReader) -> Iterator[KnownHash]:
    """Yield the hashes of the kinds in `HASHES` that an index page or a built wheel's origin.json gives for files.

    A response may also be an index page that was not identified as one; all other entries yield nothing.
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
