"""Write caches as various versions of pip do; for the demo and for tests."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from email.utils import formatdate
from io import FileIO
from pathlib import Path
from typing import Literal

import msgpack

from cachetui.model import NS

Format = Literal["v2", "cc=4", "cc=2"]
"""Storage format of a cached response.

`v2`: record and body in separate files (pip 23.3 and later). `cc=4`: msgpack (pip 10.0 to 23.2.1).
`cc=2`: JSON (pip 6.0.7 to 9.0.3).
"""

Pieces = tuple[bytes | int, ...]
"""Content of a file: bytes, and the lengths of holes, which take nothing from the disk and read as zeros."""

PAGE_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
"""`Accept` header of pip's requests for index pages."""
ASKED: Mapping[str, str] = {"Accept": PAGE_ACCEPT, "Accept-Encoding": "gzip, deflate"}
"""Headers of pip's requests for index pages; requests for files use the encoding `identity`."""


def digest(text: str) -> str:
    """Return the name of the cache file for a URL or an environment's prefix: the SHA-224 of the text."""
    return hashlib.sha224(text.encode()).hexdigest()


def answer_path(url: str, folder: str) -> str:
    """Return the path at which a pip stores the response from a URL; `folder` is `http` or `http-v2`.

    Source: pip's network/cache.py, SafeFileCache.
    """
    name = digest(url)
    return "/".join((folder, *name[:5], name))


def built_folder(url: str, sha256: str | None, interpreter: str = "cp311") -> str:
    """Return the folder of wheels built from a URL (pip's cache.py, Cache._get_cache_path_parts)."""
    key = {"url": url, "interpreter_name": interpreter[:2], "interpreter_version": interpreter[2:]}
    if sha256:
        key["sha256"] = sha256
    name = digest(json.dumps(key, sort_keys=True, separators=(",", ":"), ensure_ascii=True))
    return "/".join(("wheels", name[:2], name[2:4], name[4:6], name[6:]))


def file_headers(
    project: str, version: str, package_type: str, python_version: str, *, size: int, at_ns: int
) -> dict[str, str]:
    """Return headers like those that PyPI's file host sends."""
    return {
        "Connection": "keep-alive",
        "Content-Length": str(size),
        "Content-Type": "application/octet-stream",
        "Cache-Control": "max-age=365000000, immutable, public",
        "ETag": f'"{digest(project + version)[:32]}"',
        "Accept-Ranges": "bytes",
        "Date": http_date(at_ns),
        "Age": "105306",
        "x-pypi-file-python-version": python_version,
        "x-pypi-file-version": version,
        "x-pypi-file-package-type": package_type,
        "x-pypi-file-project": project,
        "X-Served-By": "cache-one, cache-two",
        "X-Cache": "HIT, HIT",
        "Vary": "Accept-Encoding",
        "X-Frame-Options": "deny",
        "X-Content-Type-Options": "nosniff",
    }


def page_headers(content_type: str, *, size: int, at_ns: int, gzipped: bool) -> dict[str, str]:
    """Return headers like those that PyPI sends with an index page."""
    return {
        "Connection": "keep-alive",
        "Content-Type": content_type,
        "ETag": f'"{size:x}-page"',
        "Cache-Control": "max-age=600, public",
        "X-PyPI-Last-Serial": "23",
        **({"Content-Encoding": "gzip"} if gzipped else {}),
        "Content-Length": str(size),
        "Vary": "Accept, Accept-Encoding",
        "Date": http_date(at_ns),
    }


def plain_headers(content_type: str, *, size: int, at_ns: int, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return headers like those that a plain file server sends, which name no project; `more` are added to them."""
    return {
        "Content-Type": content_type,
        "Content-Length": str(size),
        "Last-Modified": http_date(at_ns - 86_400 * NS),
        "ETag": f'"{size:x}-plain"',
        "Date": http_date(at_ns),
        **(more or {}),
    }


def http_date(at_ns: int) -> str:
    """Return a time in nanoseconds since the epoch as an HTTP date."""
    return formatdate(at_ns / NS, usegmt=True)


def length(content: bytes | Pieces) -> int:
    """Return the length in bytes of a file with this content."""
    pieces = (content,) if isinstance(content, bytes) else content
    return sum([piece if isinstance(piece, int) else len(piece) for piece in pieces])


def cut(content: bytes | Pieces, most: int) -> Pieces:
    """Return the first `most` bytes of a file's content."""
    found: list[bytes | int] = []
    for piece in (content,) if isinstance(content, bytes) else content:
        found.append(min(piece, most) if isinstance(piece, int) else piece[:most])
        most -= length((found[-1],))
    return tuple(found)


def record(body: bytes, headers: Mapping[str, str], form: Format, status: int = 200, reason: str = "OK") -> bytes:
    """Return the record of a response, for `v2` without the body, which has a file of its own.

    Source: vendored cachecontrol/serialize.py of the pips that use `form`.
    """
    asked = ASKED if "Accept, " in headers.get("Vary", "") else {"Accept-Encoding": "identity"}
    vary = {name: asked.get(name) for name in headers.get("Vary", "").split(", ") if name}
    answer: dict[str, object] = {"status": status, "version": 11, "decode_content": False}
    if form == "cc=2":
        answer |= {"body": _base64(body), "headers": {_base64(k): _base64(v) for k, v in headers.items()}}
        answer |= {"reason": _base64(reason), "strict": True}
        data = {"response": answer, "vary": {_base64(k): v and _base64(v) for k, v in vary.items()}}
        return b"cc=2," + zlib.compress(json.dumps(data, separators=(",", ":"), sort_keys=True).encode())
    start = {"body": body if form == "cc=4" else b"", "headers": dict(headers)}
    answer = start | answer | {"reason": reason} | ({"strict": 0} if form == "cc=4" else {})
    packed: bytes = msgpack.packb({"response": answer, "vary": vary}, use_bin_type=True)
    return b"cc=4," + packed


def record_around(body: Pieces, headers: Mapping[str, str]) -> Pieces:
    """Return the record of a response in the format `cc=4`; the body has holes, and is shorter than 4 GiB."""
    before, _, after = record(b"", headers, "cc=4").partition(b"\xa4body\xc4\0")
    return (before + b"\xa4body\xc6" + length(body).to_bytes(4, "big"), *body, after)


class CacheWriter:
    """Writer for one cache; paths are relative to its root, times in nanoseconds since the epoch."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = os.fspath(root)
        self._made = {""}

    def put(self, path: str, data: bytes | Pieces, at_ns: int, *, read_ns: int | None = None) -> str:
        """Write a file with the given modification and access times; return its path.

        Parent directories are created as needed.
        """
        self.make(path.rpartition("/")[0])
        whole = f"{self._root}/{path}"
        with open(whole, "wb", buffering=0) as file:  # noqa: PTH123 - a Path for each of 100,000 files takes seconds
            if isinstance(data, bytes):
                file.write(data)
            else:
                write_pieces(file, data)
        os.utime(whole, ns=(at_ns if read_ns is None else read_ns, at_ns))
        return path

    def make(self, folder: str) -> None:
        """Create a directory and its parents."""
        if folder not in self._made:
            self.make(folder.rpartition("/")[0])
            with suppress(FileExistsError):
                os.mkdir(f"{self._root}/{folder}", 0o755)  # noqa: PTH102 - as above
            self._made.add(folder)

    def date(self, folder: str, at_ns: int) -> None:
        """Set the access and modification times of a directory."""
        os.utime(f"{self._root}/{folder}", ns=(at_ns, at_ns))

    def answer(
        self,
        url: str,
        body: bytes | Pieces,
        headers: Mapping[str, str],
        at_ns: int,
        *,
        checked_ns: int | None = None,
        read_ns: int | None = None,
        form: Format = "v2",
        status: int = 200,
        reason: str = "OK",
    ) -> str:
        """Store a response, and return its record's path.

        It was downloaded at `at_ns`, last confirmed by the server at `checked_ns`, and last read at `read_ns`.
        """
        checked_ns = at_ns if checked_ns is None else checked_ns
        packed: bytes | Pieces
        if isinstance(body, bytes):
            packed = record(body, headers, form, status, reason)
        else:
            packed = record(b"", headers, form) if form == "v2" else record_around(body, headers)
        if form != "v2":
            return self.put(answer_path(url, "http"), packed, checked_ns, read_ns=read_ns)
        path = self.put(answer_path(url, "http-v2"), packed, checked_ns, read_ns=read_ns)
        self.put(f"{path}.body", body, at_ns, read_ns=read_ns)
        return path

    def redirect(self, url: str, location: str, at_ns: int, *, form: Format = "v2", status: int = 301) -> str:
        """Store a permanent redirect; return the path of its record."""
        headers = {"Location": location, "Date": http_date(at_ns), "Content-Length": "0"}
        reason = {301: "Moved Permanently", 308: "Permanent Redirect"}[status]
        return self.answer(url, b"", headers, at_ns, form=form, status=status, reason=reason)

    def built(
        self,
        url: str,
        sha256: str | None,
        filename: str,
        data: bytes | Pieces,
        at_ns: int,
        *,
        interpreter: str = "cp311",
        origin: bool = True,
    ) -> str:
        """Store a wheel built from a URL; return its path.

        With `origin`, store an `origin.json` beside it, as pip 22.2 and later do.
        """
        folder = built_folder(url, sha256, interpreter)
        path = self.put(f"{folder}/{filename}", data, at_ns)
        if origin:
            archive = {"hash": f"sha256={sha256}", "hashes": {"sha256": sha256}} if sha256 else {}
            self.put(f"{folder}/origin.json", json.dumps({"archive_info": archive, "url": url}).encode(), at_ns)
        return path

    def selfcheck(self, prefix: str, at_ns: int, version: str = "26.3") -> str:
        """Store the time and result of an environment's last check for a newer pip (pip's self_outdated_check.py)."""
        asked = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(at_ns // NS))
        state = {"key": prefix, "last_check": asked, "pypi_version": version}
        text = json.dumps(state, sort_keys=True, separators=(",", ":"))
        return self.put(f"selfcheck/{digest(prefix)}", text.encode(), at_ns)


def write_pieces(file: FileIO, pieces: Pieces) -> None:
    """Write pieces of content and holes into an empty file."""
    for piece in pieces:
        if isinstance(piece, int):
            file.seek(piece - 1, os.SEEK_CUR)
            file.write(b"\0")
        else:
            file.write(piece)


def _base64(value: bytes | str) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode("ascii")
