"""Read again what a scan found: headers, pages, metadata and whole bodies, and the owners and modes of files.

Sources: vendored `cachecontrol/controller.py` (`cached_request`, `parse_cache_control`) for how long a
response is fresh; the core metadata specification for the requirements of a distribution.
"""

from __future__ import annotations

import calendar
import hashlib
import os
import stat
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_tz
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, Self, TypeVar

from packaging.metadata import RawMetadata

from cachetui.errors import unexpected_reason
from cachetui.model import Entry, File, Inventory
from cachetui.pip.formats import archives, index_page
from cachetui.pip.formats.body import Body, FileSlice, read_at
from cachetui.pip.formats.body_stream import pieces_inside, pieces_of
from cachetui.pip.formats.index_files import HASH_IN_FRAGMENT, IndexFile, files_of
from cachetui.pip.formats.index_page import Page
from cachetui.pip.formats.integrity import StoppedError
from cachetui.pip.formats.records import Record, UnreadableRecordError, read_record
from cachetui.pip.formats.startup_files import startup_files
from cachetui.pip.scan.identify import LONGEST_JSON, MOST_DIGITS, environments_in, object_in
from cachetui.system.tree import Tree, never

Found = TypeVar("Found")
WITHOUT_PYPROJECT = ("setuptools>=40.8.0", "wheel")
"""Requirements with which pip builds an sdist that names no build requirements (`_internal/pyproject.py`)."""
LONGEST_LIFETIME = 10_000 * 366 * 86_400
"""Maximum lifetime in seconds; no response can be older, because dates end with the year 9999."""


class CachedResponse(NamedTuple):
    """A cached response, described by the headers of its record."""

    status: int
    """The HTTP status."""
    date: int | None
    """Time when the server sent it, in seconds since the epoch, by the `Date` header; None if missing or invalid."""
    lifetime: int
    """Seconds for which pip may use it without asking the server, by `max-age` or `Expires`.

    It is 0 if the server says nothing, and `LONGEST_LIFETIME` at most.
    """
    etag: bool
    """Whether it has an ETag, so that pip can ask the server whether it has changed."""
    length: int | None
    """Length in bytes that its body must have, by `Content-Length`; None if missing, invalid or implausibly long."""
    stored: int
    """Length in bytes of its stored body."""
    serial: bool
    """Whether it has the serial number that PyPI and its mirrors send with index pages."""
    modified: int | None = None
    """Time of its last change by `Last-Modified`, in seconds since the epoch; None if missing or invalid."""

    def age(self, now: float) -> int | None:
        """Return its age in seconds at `now`, as pip computes it; None if it has no date."""
        return None if self.date is None else max(0, int(now - self.date))

    def is_fresh(self, now: float) -> bool:
        """Return whether pip may use it at `now`, in seconds since the epoch, without asking the server."""
        age = self.age(now)
        return age is not None and self.lifetime > age

    @property
    def is_whole(self) -> bool:
        """Whether its body is as long as its headers say, or they give no length.

        If not, the body is cut short, or it is that of another response.
        """
        return self.length is None or self.length == self.stored


class IndexPage(NamedTuple):
    """An index page in the cache."""

    entry: Entry
    """Entry of the page."""
    answer: CachedResponse
    """Response that contains the page."""
    files: tuple[IndexFile, ...]
    """Files that the page lists."""


class Origin(NamedTuple):
    """Source of a built wheel according to its `origin.json` (PEP 610)."""

    url: str
    """URL of the source; it may hold secrets."""
    hash_name: str
    """Name of the source's hash, such as "sha256"."""
    hash_value: str
    """Value of that hash in hexadecimal."""


class CacheReader:
    """Reader of the files of one cache. It reads a file only if its inode is the one that the scan saw."""

    def __init__(self, inventory: Inventory) -> None:
        """Open the root. Raises RootError."""
        self._tree = Tree(Path(inventory.root))
        self._owner = self._tree.lstat("").st_uid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tree.close()

    def answer(self, entry: Entry) -> CachedResponse | None:
        """Return an entry's response as its headers describe it; None if it has none, or if they cannot be read."""
        return self._read(entry, partial(_answer, entry))

    def headers(self, entry: Entry) -> Callable[[str], str]:
        """Return a function that maps a header's lower-case name to its lower-case value; "" if there is none."""
        header = self._read(entry, lambda record: record.header)
        return (lambda name: header(name).strip().lower()) if header else lambda _: ""

    def check_presence(self, entry: Entry) -> None:
        """Raise OSError if the record of a response, or else the file of an entry, is gone, replaced or unreadable."""
        with self._opened(entry.files[0]):
            pass

    def listing(self, entry: Entry) -> IndexPage | None:
        """Return the page in an entry and its listed files; None if it is neither HTML nor JSON, or unreadable."""
        found = self._read(entry, lambda record: (_answer(entry, record), record.header("content-encoding").lower()))
        if found is None:
            return None
        answer, encoding = found

        def look(body: Body) -> IndexPage | None:
            page = index_page.read_page(body, encoding)
            return None if page is None else IndexPage(entry, answer, files_of(page, entry.url))

        return self._with_body(entry, look)

    def page(self, entry: Entry) -> Page | None:
        """Return the page in an entry; None if it is neither HTML nor JSON, or unreadable."""
        encoding = self.headers(entry)("content-encoding")
        return self._with_body(entry, lambda body: index_page.read_page(body, encoding))

    def startup_files(self, entry: Entry) -> tuple[str, ...] | None:
        """Return the files in a wheel that make Python run code at each start; None if the wheel cannot be read."""
        return self._with_body(entry, startup_files)

    def requires_python(self, entry: Entry) -> str | None:
        """Return the Requires-Python of a wheel, sdist or metadata; "" if it gives none, None if unreadable."""
        metadata = self._with_body(entry, _metadata)
        return None if metadata is None else metadata.get("requires_python", "")

    def sha256(self, entry: Entry, stop: Callable[[], bool] = never) -> str | None:
        """Return the SHA-256 of a download or a built wheel, in hexadecimal; None if unreadable or stopped."""
        return self.hashes(entry, ("sha256",), stop).get("sha256")

    def hashes(self, entry: Entry, names: Iterable[str], stop: Callable[[], bool] = never) -> dict[str, str]:
        """Return hashes of a download or a built wheel by their names, in hexadecimal.

        The result is empty if the entry cannot be read to its end, or if `stop` returns true. May be called from
        several threads.
        """
        digests = {name: hashlib.new(name, usedforsecurity=False) for name in names}
        try:
            for piece in self.pieces(entry):
                if stop():
                    return {}
                for digest in digests.values():
                    digest.update(piece)
        except (OSError, UnreadableRecordError):
            return {}
        return {name: digest.hexdigest() for name, digest in digests.items()}

    def body_length(self, entry: Entry) -> int | None:
        """Return the length in bytes of an entry's body, wherever it is stored; None if it cannot be read."""
        if entry.body and entry.kind != "built":
            return entry.body.size
        return self._with_body(entry, lambda body: body.size)

    def needs(self, entry: Entry) -> tuple[str, ...] | None:
        """Return the requirements of a wheel, sdist or metadata, as written; None if they cannot be read."""
        metadata = self._with_body(entry, _metadata)
        return None if metadata is None else tuple(metadata.get("requires_dist", ()))

    def build_needs(self, entry: Entry) -> tuple[str, ...]:
        """Return the requirements for building an sdist, as written: those of its pyproject.toml, or pip's defaults.

        The result is empty if that file is invalid.
        """
        text = self._with_body(entry, archives.pyproject_in)
        try:
            system = tomllib.loads((text or b"").decode()).get("build-system")
        except (ValueError, RecursionError):  # pip cannot read it either
            return ()
        requires = system.get("requires") if isinstance(system, dict) else None
        if isinstance(requires, list):
            return tuple([one for one in requires if isinstance(one, str)])
        return WITHOUT_PYPROJECT

    def origin(self, entry: Entry) -> Origin | None:
        """Return the source of a built wheel; None if it has no readable `origin.json` with a URL and a hash."""
        file = next((file for file in entry.files if file.path.endswith("/origin.json")), None)
        if file is None:
            return None
        try:
            with self._opened(file) as fd:
                told = object_in(read_at(fd, LONGEST_JSON, 0))
                url, archive = told.get("url"), told.get("archive_info")
                digest = archive.get("hash") if isinstance(archive, dict) else None
                found = HASH_IN_FRAGMENT.fullmatch(digest) if isinstance(digest, str) else None
                return Origin(url, found[1], found[2]) if found and isinstance(url, str) else None
        except (OSError, UnreadableRecordError):
            return None

    def pieces(self, entry: Entry) -> Iterator[bytes]:
        """Yield the whole body of a download or a built wheel. Raises OSError and UnreadableRecordError."""
        file = _content(entry)
        with self._opened(file) as fd:
            yield from pieces_of(FileSlice(fd, 0, file.size)) if entry.body else pieces_inside(fd, file.size)

    def environments(self, entry: Entry) -> tuple[str, ...]:
        """Return the prefixes of the environments that a self-check is about; none if it cannot be read."""
        if entry.kind != "selfcheck":
            return ()
        try:
            with self._opened(entry.files[0]) as fd:
                return environments_in(read_at(fd, LONGEST_JSON, 0))
        except (OSError, UnreadableRecordError):
            return ()

    def trouble_with_owner(self, file: File) -> tuple[Literal["owner", "writable"], str] | None:
        """Return the kind of fault in a file's owner or mode, and a clause that describes it; None if there is none.

        Return None, too, on Windows, and if the file is gone or cannot be examined.
        """
        if os.name == "nt":  # Windows uses access control lists instead
            return None
        try:
            found = self._tree.look_at(file.path)
        except (OSError, ValueError):
            return None
        if found.st_mode & stat.S_IWOTH:
            return "writable", f"its mode is {stat.S_IMODE(found.st_mode):04o}"
        if found.st_uid != self._owner:
            return "owner", f"it belongs to user {found.st_uid}, the cache to user {self._owner}"
        if not found.st_mode & stat.S_IRUSR:
            return "owner", f"its mode is {stat.S_IMODE(found.st_mode):04o}: not even its owner may read it"
        return None

    def writable_folders(self, paths: Iterable[str]) -> dict[str, tuple[str, int]]:
        """Return those of the folders `paths` that every user may write to.

        Each has a clause about its mode, and its mtime in ns since the epoch. Paths are relative to the root ("" for
        the root). Folders that cannot be examined are left out. The result is empty on Windows.
        """
        found: dict[str, tuple[str, int]] = {}
        look, others = self._tree.look_at, stat.S_IWOTH
        for path in paths if os.name != "nt" else ():
            try:
                status = look(path or ".")
            except (OSError, ValueError):
                continue
            if status.st_mode & others and stat.S_ISDIR(status.st_mode):
                found[path] = f"its mode is {stat.S_IMODE(status.st_mode):04o}", status.st_mtime_ns
        return found

    @contextmanager
    def _opened(self, file: File) -> Iterator[int]:
        """Open a file again. Raises only OSError, UnreadableRecordError and StoppedError."""
        fd = self._tree.open(file)
        try:
            yield fd
        except (OSError, UnreadableRecordError, StoppedError):
            raise
        except Exception as error:  # a fault in one file must not stop the work on all others
            raise UnreadableRecordError(unexpected_reason(error)) from error
        finally:
            os.close(fd)

    def _read(self, entry: Entry, tell: Callable[[Record], Found]) -> Found | None:
        """Return what `tell` finds in an entry's record; None if there is no record, or if it is unreadable."""
        if entry.checked is None or not entry.files:
            return None
        try:
            with self._opened(entry.files[0]) as fd:
                return tell(read_record(fd, entry.files[0].size, body_inside=entry.body is None))
        except (OSError, UnreadableRecordError):
            return None

    def look_into(self, entry: Entry, look: Callable[[Body], Found]) -> Found:
        """Return what `look` finds in an entry's body: the body of a download, or a built wheel itself.

        May be called from several threads at once. Raises OSError and UnreadableRecordError, and StoppedError if
        `look` raises it.
        """
        file = _content(entry)
        with self._opened(file) as fd:
            if entry.body:
                return look(FileSlice(fd, 0, file.size))
            body = read_record(fd, file.size, body_inside=True).body
            assert body is not None  # a record without a second file holds its body
            return look(body)

    def _with_body(self, entry: Entry, look: Callable[[Body], Found | None]) -> Found | None:
        """Return the result of `look_into`, or None if the body cannot be read."""
        try:
            return self.look_into(entry, look)
        except (OSError, UnreadableRecordError):
            return None


def _content(entry: Entry) -> File:
    """Return the file that holds an entry's body. Raises UnreadableRecordError if there is no body."""
    has_body = entry.body is not None or entry.checked is not None
    if not has_body or not entry.files or entry.kind in ("leftover", "unknown"):
        raise UnreadableRecordError("there is nothing in it to look into")
    return entry.content


def record_name(entry: Entry) -> str:
    """Return the file name of the record in which pip stores the download of an entry; "" if that is not known."""
    if entry.checked is not None:
        return entry.path[-56:]
    return digest_of(entry.url) if entry.url and entry.kind in ("wheel", "sdist") else ""


def digest_of(url: str) -> str:
    """Return the name of a URL's record (pip's `_internal/network/cache.py`, vendored cachecontrol)."""
    return hashlib.sha224(url.encode("utf-8", "surrogatepass")).hexdigest()


def _answer(entry: Entry, record: Record) -> CachedResponse:
    date = _seconds(record.header("date"))
    stored = entry.body.size if entry.body else record.body.size if record.body else 0
    return CachedResponse(
        record.status,
        date,
        _lifetime(record.header("cache-control"), record.header("expires"), date),
        bool(record.header("etag")),
        _length(record.header("content-length")),
        stored,
        bool(record.header("x-pypi-last-serial")),
        _seconds(record.header("last-modified")),
    )


def _metadata(body: Body) -> RawMetadata | None:
    text = archives.metadata_in(body)
    return None if text is None else archives.parsed_metadata(text)


def _seconds(text: str) -> int | None:
    try:
        found = parsedate_tz(text) if text else None
        return calendar.timegm(found[:6]) if found else None
    except (ValueError, OverflowError):
        return None


def _length(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def _lifetime(control: str, expires: str, date: int | None) -> int:
    """Return the number of seconds for which pip may use a response without asking the server.

    The computation is that of pip's vendored cachecontrol.
    """
    for name, value in _directives(control).items():
        if name == "max-age" and value.isascii() and value.isdigit():
            return min(int(value.lstrip("0")[:MOST_DIGITS] or 0), LONGEST_LIFETIME)  # longer numbers exceed the limit
    end = _seconds(expires)
    return max(0, end - date) if end is not None and date is not None else 0


def _directives(control: str) -> Mapping[str, str]:
    pairs = [directive.partition("=") for directive in control.split(",")]
    return {name.strip(): value.strip() for name, _, value in pairs}
