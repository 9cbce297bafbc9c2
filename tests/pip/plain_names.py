"""A plain way to name each entry, by its records and by the addresses that others list."""

from __future__ import annotations

import base64
import json
import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha224
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import msgpack
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.pip.plain_files import (
    FILE_NAME,
    NAME,
    as_asked,
    dist_of,
    filename_of,
    first_folder,
    is_version,
    look_inside,
    page_address,
    read_page,
    sdist_of,
    tar_ending,
)

Stats = dict[str, os.stat_result]
Signature = tuple[tuple[str, int, int, int], ...]
Address = tuple[str, str | None, bool]
"""An address, the project whose page lists it, and whether it is that of such a page."""
Seen = dict[Signature, Address]
"""Addresses that were found in an earlier reading, by path, inode, time of modification and length of the files."""
KEEPING = ("unknown", "leftover", "redirect")
"""Kinds that an address does not override."""


@dataclass
class Thing:
    """An entry, and what is known of it."""

    kind: str
    paths: list[str]
    dated: str = ""
    """Path of the file that dates it; if empty, the first of `paths`."""
    project: str | None = None
    version: str | None = None
    filename: str | None = None
    url: str | None = None
    by: str | None = None
    addresses: list[str] = field(default_factory=list)
    """Addresses that it lists."""

    @property
    def digest(self) -> str:
        return self.paths[0].rpartition("/")[2][:56]


def name_thing(root: Path, thing: Thing, indexes: Sequence[str]) -> None:
    """Name an entry by what it holds. Raises OSError."""
    if thing.kind == "selfcheck":
        content_of(root / thing.paths[0])  # because its contents are not in the document
    elif thing.kind == "built":
        thing.filename = thing.paths[0].rpartition("/")[2]
        if dist := dist_of(thing.filename):
            _, thing.project, version, _ = dist
            thing.version, thing.by = version.replace("_", "-"), "wheel-name"
        if len(thing.paths) > 1:
            thing.url = origin_in(content_of(root / thing.paths[1]))
    elif thing.kind == "record":
        try:
            status, headers, body = read_record(content_of(root / thing.paths[0]))
        except (ValueError, LookupError, TypeError, AttributeError, zlib.error, msgpack.UnpackException):
            thing.kind = "unknown"
            return
        if len(thing.paths) > 1:
            body = content_of(root / thing.paths[1])
        name_record(thing, status, headers, body, indexes)


def content_of(path: Path) -> bytes:
    """Read a file, leaving its time of access alone where that is possible."""
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(fd, "rb") as file:
        return file.read()


def origin_in(content: bytes) -> str | None:
    try:
        url = json.loads(content)["url"]
    except (ValueError, LookupError, TypeError):
        return None
    return url if isinstance(url, str) else None


def text_of(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value if isinstance(value, str) else ""


def read_record(data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Decode a record. Raises errors of many types if it is none."""
    if data.startswith(b"cc=4,"):
        response = msgpack.unpackb(data[5:], strict_map_key=False, unicode_errors="surrogateescape")["response"]
        body = response["body"] if isinstance(response["body"], bytes) else response["body"].encode()
        headers = response["headers"]
    elif data.startswith(b"cc=2,"):
        response = json.loads(zlib.decompress(data[5:]))["response"]
        body = base64.b64decode(response["body"])
        headers = {base64.b64decode(name): base64.b64decode(value) for name, value in response["headers"].items()}
    else:
        raise ValueError("no record, or a pickle")
    if not isinstance(response["status"], int):
        raise ValueError("no status")
    return response["status"], {text_of(name).lower(): text_of(value) for name, value in headers.items()}, body


def name_record(thing: Thing, status: int, headers: dict[str, str], body: bytes, indexes: Sequence[str]) -> None:
    """Name an answer by its headers and its body."""
    filename = headers.get("x-artifactory-filename") or filename_in(headers.get("content-disposition", ""))
    project, version = headers.get("x-pypi-file-project", ""), headers.get("x-pypi-file-version", "")
    content = headers.get("content-type", "").lower()
    encoding = headers.get("content-encoding", "").lower()
    inside = look_inside(body, encoding)
    if status in (301, 308):
        thing.kind = "redirect"
        path = unquote(urlsplit(headers.get("location", "")).path)
        if (found := re.search(r"/\+?simple/([^/]+)/?$", path)) and NAME(found[1]):
            thing.project, thing.by = canonicalize_name(found[1]), "headers"
        elif dist := dist_of(path.rpartition("/")[2]):
            (_, thing.project, thing.version, thing.filename), thing.by = dist, "headers"
    elif dist := dist_of(re.split(r"[/\\]", unquote(filename))[-1]):
        (thing.kind, thing.project, thing.version, thing.filename), thing.by = dist, "disposition"
    elif NAME(project) and FILE_NAME(version):
        thing.project, thing.version, thing.by = canonicalize_name(project), version, "headers"
        sdist = headers.get("x-pypi-file-package-type") == "sdist"
        thing.kind = "metadata" if inside and inside[0] == "metadata" else "sdist" if sdist else "wheel"
        if body.startswith(b"PK"):
            thing.filename = inside[3] if inside and inside[1] == thing.project else None
        elif sdist and (dist := dist_of(first_folder(body) + tar_ending(body))):
            thing.filename = dist[3] if dist[1:3] == (thing.project, version) else None
    elif "html" in content or "vnd.pypi.simple" in content or content.startswith("application/json"):
        name, addresses = read_page(body, encoding)
        thing.kind, thing.project, thing.by = ("index", name, "page") if name else ("response", None, None)
        thing.url = page_address(thing.digest, name, addresses, indexes) if name else None
        thing.addresses = [urljoin(thing.url or "", address) for address in addresses]
    elif inside:
        (thing.kind, thing.project, thing.version, thing.filename), thing.by = inside, "archive"
    else:
        thing.kind = "response"


def filename_in(disposition: str) -> str:
    found = re.search(r"""filename\s*=\s*(?:"([^"]+)"|([^\s;"]+))""", disposition, re.IGNORECASE)
    return (found[1] or found[2]) if found else ""


def name_by_addresses(things: list[Thing], files: Stats, seen: Seen, indexes: Sequence[str]) -> None:
    """Name entries by addresses that any page, origin or index gives or that an earlier reading found."""
    answers = [thing for thing in things if thing.paths[0].startswith("http")]
    listed = [(address, thing.project) for thing in things for address in thing.addresses]
    listed += [(thing.url, None) for thing in things if thing.kind == "built" and thing.url]
    known: dict[str, Address] = {}
    for address, project in listed:
        for url in (address, as_asked(address)):
            for whole in (url, f"{url}.metadata"):
                known.setdefault(digest_of(whole), (whole, project, False))
    remembered = dict(seen)
    seen.clear()

    def name_all() -> None:
        for thing in answers:
            signature = tuple([(path, *signature_of(files[path])) for path in thing.paths])
            found = known.get(thing.digest) or remembered.get(signature)
            if found and (thing.url is None or signature in seen):
                seen[signature] = found
                name_by_address(thing, *found)

    name_all()
    projects = {thing.project for thing in things if thing.project}
    bases = {thing.url.rstrip("/").rpartition("/")[0] for thing in answers if thing.kind == "index" and thing.url}
    for base, project, slash in product({*indexes, *bases}, projects, ("/", "")):
        whole = f"{base.rstrip('/')}/{project}{slash}"
        known.setdefault(digest_of(whole), (whole, project, True))
    name_all()


def digest_of(address: str) -> str:
    return sha224(address.encode("utf-8", "surrogatepass")).hexdigest()


def signature_of(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def name_by_address(thing: Thing, address: str, project: str | None, is_page: bool) -> None:
    """Name an entry by its address, which the page of a project lists, or which is such a page's."""
    if project and is_page and thing.kind != "redirect":
        thing.kind = thing.kind if thing.kind in KEEPING else "index"
        thing.project, thing.url, thing.by = project, address, thing.by or "url"
        return
    by, thing.by, thing.url, filename = thing.by, "url", address, filename_of(address)
    if dist := sdist_of(filename, project) or sdist_of(filename, thing.project) or dist_of(filename):
        kind, project, version, thing.filename = dist
        if thing.project != project or (by != "headers" and not same_version(thing.version, version)):
            thing.version = version
        thing.kind, thing.project = (thing.kind if thing.kind in KEEPING else kind), project
    else:
        thing.filename = thing.filename or filename or None


def same_version(one: str | None, other: str) -> bool:
    return one == other or bool(one and is_version(one) and is_version(other) and Version(one) == Version(other))
