"""Plain readers of file names, archives and index pages."""

from __future__ import annotations

import html.parser
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha224
from itertools import product
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?").fullmatch
FILE_NAME = re.compile(r"[A-Za-z0-9_.+!-]{1,255}").fullmatch
SDIST_ENDINGS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.Z", ".tar")


Dist = tuple[str, str, str | None, str | None]
"""Kind, project, version and file name."""


def dist_of(filename: str) -> tuple[str, str, str, str] | None:
    """Read the name of a wheel, an sdist, or a wheel's metadata."""
    wheel = filename.removesuffix(".metadata")
    if not FILE_NAME(filename):
        return None
    try:
        if wheel.endswith(".whl"):
            kind = "wheel" if wheel == filename else "metadata"
            try:
                return kind, parse_wheel_filename(wheel)[0], wheel.split("-")[1], wheel
            except ValueError:  # the pattern of pips before 25.3 is laxer
                found = re.fullmatch(r"([^-]+)-([^-]+)(-\d[^-]*)?(-[^-]+){3}\.whl", wheel)
                return (kind, canonicalize_name(found[1]), found[2].replace("_", "-"), wheel) if found else None
        for ending in SDIST_ENDINGS:
            if filename.endswith(ending):
                stem = filename.removesuffix(ending)
                return "sdist", parse_sdist_filename(f"{stem}.tar.gz")[0], stem.rpartition("-")[2], filename
    except ValueError:
        pass
    return None


def sdist_of(filename: str, project: str | None) -> tuple[str, str, str, str] | None:
    """Read the name of a project's sdist, in whose version there may be hyphens."""
    endings = "|".join(re.escape(ending) for ending in (*SDIST_ENDINGS, ".tbz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"))
    for found in re.finditer("-", filename) if project and FILE_NAME(filename) else ():
        rest = re.fullmatch(rf"(.+?)({endings})", filename[found.end() :])
        if rest and canonicalize_name(filename[: found.start()]) == project:
            return ("sdist", project, rest[1], filename) if is_version(rest[1]) else None
    return None


def filename_of(url: str) -> str:
    return unquote(re.split("[?#]", url, maxsplit=1)[0].rpartition("/")[2])


def look_inside(body: bytes, encoding: str) -> Dist | None:
    """Name what a body holds: metadata, a wheel or an sdist."""
    if body.startswith(b"Metadata-Version:"):
        return metadata_in(body, "metadata")
    if body.startswith(b"PK\3\4"):
        return look_into_zip(body)
    return look_into_tar(body) if encoding != "gzip" else None


def fields_in(content: bytes) -> list[tuple[str, str]]:
    head = re.split(r"\r?\n\s*\n", content.decode("utf-8", "replace"), maxsplit=1)[0]
    pairs = [line.partition(":") for line in head.splitlines()]
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs]


def metadata_in(content: bytes, kind: str, filename: str | None = None) -> Dist | None:
    """Read core metadata; `filename` is kept if it agrees."""
    fields = dict(reversed(fields_in(content)))
    name, version = fields.get("name", ""), fields.get("version", "")
    if not NAME(name) or not is_version(version):
        return None
    named = dist_of(filename) if filename else None
    agrees = named and named[1] == canonicalize_name(name) and Version(named[2]) == Version(version)
    return kind, canonicalize_name(name), version, filename if agrees else None


def is_version(text: str) -> bool:
    try:
        return bool(Version(text))
    except InvalidVersion:
        return False


def look_into_zip(body: bytes) -> Dist | None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for path in archive.namelist():
                if found := re.fullmatch(r"([^/-]+)-([^/]+)\.dist-info/WHEEL", path):
                    if not NAME(found[1]) or not is_version(found[2]):
                        return None
                    name = wheel_name(found[1], found[2], fields_in(archive.read(path)))
                    return "wheel", canonicalize_name(found[1]), found[2], name
            for path in archive.namelist():
                if found := re.fullmatch(r"([^/]+)/PKG-INFO", path):
                    return metadata_in(archive.read(path), "sdist", f"{found[1]}.zip")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError):
        pass
    return None


def wheel_name(name: str, version: str, fields: list[tuple[str, str]]) -> str | None:
    """Make a wheel's file name; None if no single name stands for exactly its tags."""
    tags = [tuple(value.split("-")) for key, value in fields if key == "tag"]
    builds = [value for key, value in fields if key == "build"]
    if not tags or any(len(tag) != 3 for tag in tags):
        return None
    parts = [list(dict.fromkeys(part)) for part in zip(*tags, strict=True)]
    if set(product(*parts)) != set(tags):
        return None
    return "-".join([name, version, *builds[:1], *(".".join(part) for part in parts)]) + ".whl"


def members(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a packed tar, and directories with no content, as far as it goes."""
    try:
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:*") as archive:
            for member in archive:
                file = archive.extractfile(member)
                yield member.name.removeprefix("./"), file.read() if file else b""
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError):
        return


def tar_ending(body: bytes) -> str:
    return {b"\x1f\x8b": ".tar.gz", b"BZ": ".tar.bz2", b"\xfd7": ".tar.xz"}.get(body[:2], "")


def look_into_tar(body: bytes) -> Dist | None:
    for path, content in members(body) if tar_ending(body) else ():
        if found := re.fullmatch(r"([^/]+)/PKG-INFO", path):
            return metadata_in(content, "sdist", found[1] + tar_ending(body))
    return None


def first_folder(body: bytes) -> str:
    return next((path.partition("/")[0] for path, _ in members(body)), "")


class Anchors(html.parser.HTMLParser):
    """Gathers title and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.links = "", list[str]()
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False


def read_page(body: bytes, encoding: str) -> tuple[str | None, list[str]]:
    """Return the canonical name of the page's project, if it is a project's page, and the links that it lists."""
    try:
        text = zlib.decompress(body, 31) if body[:2] == b"\x1f\x8b" else body
        text = zlib.decompress(text) if encoding == "deflate" else text
        if text.lstrip().startswith(b"{"):
            content = json.loads(text)
            files = content.get("files")
            name = content.get("name") if isinstance(files, list) else None
            urls = [file.get("url") for file in files or () if isinstance(file, dict)]
            links = [url for url in urls if isinstance(url, str)]
        elif text.lstrip().startswith(b"<"):
            page = Anchors()
            page.feed(text.decode("utf-8", "replace"))
            links = [link.strip() for link in page.links]
            found = re.fullmatch(r"\s*(?:[\w./-]*:\s*)?links for (.+?)\s*", page.title, re.IGNORECASE)
            name = found[1] if found else most_common_project(links)
        else:
            return None, []
    except (zlib.error, ValueError, AttributeError):
        return None, []
    links = [urldefrag(link).url for link in links]
    return canonicalize_name(name) if isinstance(name, str) and NAME(name) else None, [link for link in links if link]


def most_common_project(links: list[str]) -> str | None:
    """Return the project of all the links' files, if they share one; an sdist's version may have a hyphen."""
    names = {filename_of(link) for link in links}
    dists = [dist for dist in map(dist_of, names) if dist and dist[0] != "metadata"]
    for name, _ in Counter(dist[1] for dist in dists).most_common(1):
        own = re.compile(rf"{name}(-\d.*)?")
        if all(dist[1] == name or (dist[0] == "sdist" and own.fullmatch(dist[1])) for dist in dists):
            return name
    return None


def page_address(digest: str, name: str, addresses: list[str], indexes: Sequence[str]) -> str | None:
    """Return the address of a project's page if it is below a known index or beside its files; its hash proves it."""
    bases = {index.rstrip("/") for index in indexes}
    bases |= {urljoin(address, "/simple") for address in addresses if urlsplit(address).netloc}
    for address in [f"{base}/{name}{slash}" for base in sorted(bases) for slash in ("/", "")]:
        if sha224(address.encode()).hexdigest() == digest:
            return address
    return None


def as_asked(url: str) -> str:
    """Return an address as pip asks for it (`_internal/models/link.py`, vendored `cachecontrol/controller.py`)."""
    parts = urlsplit(url)
    pieces = re.split("(@|%2F)", parts.path, flags=re.IGNORECASE)
    path = "".join([part.upper() if place % 2 else quote(unquote(part)) for place, part in enumerate(pieces)])
    return parts._replace(netloc=parts.netloc.lower(), path=path, fragment="").geturl()
