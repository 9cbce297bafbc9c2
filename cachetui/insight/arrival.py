"""Times at which a cached file was uploaded to its index and downloaded by pip."""

from __future__ import annotations

from typing import NamedTuple

from cachetui.model import NS, Entry
from cachetui.pip.reader import CacheReader

DOWNLOADED = ("wheel", "sdist")
"""Kinds of the files that people upload to an index."""
HOUR = 3600
"""Seconds in an hour."""


class Arrival(NamedTuple):
    """Times of the upload and of the download of a file, in seconds since the epoch."""

    uploaded: int
    """Time of the last change at the server (`Last-Modified`): for most indexes, that of the upload."""
    taken: int
    """Time of the download."""

    @property
    def hours(self) -> float:
        """Hours from the upload to the download."""
        return (self.taken - self.uploaded) / HOUR


def arrival(entry: Entry, evidence: CacheReader) -> Arrival | None:
    """Return when a wheel or sdist was uploaded and downloaded; None if its cached headers do not say when.

    Return None, too, for other entries, and if the `Date` header is before the upload.

    When a server later confirms that a file is unchanged, pip replaces the cached `Date` header, but does not write the
    body again. Therefore, the time of the download is the modification time of the file that holds the body if that is
    before `Date` and not before the upload, and otherwise `Date`.
    """
    answer = evidence.answer(entry) if entry.kind in DOWNLOADED else None
    if answer is None or answer.date is None or answer.modified is None or answer.date < answer.modified:
        return None
    written = entry.downloaded // NS
    return Arrival(answer.modified, written if answer.modified <= written < answer.date else answer.date)
