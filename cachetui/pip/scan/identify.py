"""The identification ladder: identify an entry by its headers, its body, its file name and its URL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from sys import intern
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from packaging.utils import canonicalize_name, parse_sdist_filename
from packaging.version import Version

from cachetui.model import Kind, Rung
from cachetui.pip.formats import archives, index_page
from cachetui.pip.formats.body import Body, FileSlice, read_at
from cachetui.pip.formats.index_files import SDISTS, version_in
from cachetui.pip.formats.records import read_record
from cachetui.pip.formats.wheel_names import LEGACY_NOTE, is_legacy_name, wheel_name
from cachetui.pip.scan.draft import EntryDraft
from cachetui.text.redact import masked

MOVED = frozenset({301, 308})
"""Status codes of the redirects that pip caches."""
LONGEST_NOTE = 200
"""Maximum number of characters kept of a text from a server or file that is only shown to the user."""
MOST_DIGITS = 15
"""Maximum number of digits that are read of a number in a header, such as the length of a body."""
LONGEST_JSON = 256 << 10
"""Maximum number of bytes read from an `origin.json`, a self-check or another small JSON file."""
DISPOSITION = re.compile(r"""filename\s*=\s*(?:"([^"]+)"|([^\s;"]+))""", re.I)
FILE_NAME = re.compile(r"[\w.+!-]+", re.A)
"""Characters allowed in versions and in the file names of wheels and sdists."""
SIMPLE_PATH = re.compile(r"/\+?simple/([^/]+)/?$")
WHEEL_ENDINGS = (".whl", ".metadata")
KEEPING = ("unknown", "leftover", "redirect")
"""Kinds that say more about an entry than the file name in its URL does."""
LONGEST_LOCATION = 2_000
"""Maximum number of characters kept of a redirect's `Location`."""
NO_ORIGIN = "its origin.json cannot be read"
"""Note about a built wheel whose `origin.json` is damaged or gives no URL."""
PACKED = (b"PK\3\4", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"MZ")
"""First bytes of the files that an index lists: zips, compressed tars, Windows installers."""


class Dist(NamedTuple):
    """Kind of a file on an index, and the parts of its name."""

    kind: Kind
    project: str | None
    version: str | None
    filename: str
    note: str | None = None
    """Remark on the name itself."""


def dist_of(filename: str) -> Dist:
    """Parse the file name of a wheel or sdist, or of a wheel's metadata (with the suffix `.metadata`).

    For any other name, the kind is `response`, and the project and version are None.
    """
    wheel = filename.removesuffix(".metadata")
    if len(filename) > archives.LONGEST_NAME or not FILE_NAME.fullmatch(filename):
        return Dist("response", None, None, filename[:LONGEST_NOTE])
    try:
        if wheel.endswith(".whl"):
            if name := wheel_name(wheel):
                note = LEGACY_NOTE if name.is_legacy else None
                return Dist("metadata" if wheel != filename else "wheel", name.project, name.version, wheel, note)
        elif wheel == filename and filename.endswith(index_page.SDIST_ENDINGS):
            ending = next(ending for ending in index_page.SDIST_ENDINGS if filename.endswith(ending))
            stem = filename.removesuffix(ending)
            project = parse_sdist_filename(f"{stem}.tar.gz")[0]
            return Dist("sdist", project, stem.rpartition("-")[2], filename)
    except ValueError:  # InvalidSdistFilename, or more digits than int() accepts
        pass
    return Dist("response", None, None, filename)


# Identification by content


def read_headers(draft: EntryDraft, fd: int) -> None:
    """Identify a record by its headers, or set the next step. Raises UnreadableRecordError and OSError."""
    record = read_record(fd, draft.files[0].size, body_inside=not draft.dating_file)
    header = record.header
    if record.status in MOVED:
        _settle_redirect(draft, header("location"))
        return
    stored = record.body.size if record.body else draft.files[draft.dating_file].size
    announced = header("content-length")
    if announced != str(stored) and announced.isdecimal() and len(announced) <= MOST_DIGITS:
        draft.announced = int(announced) if int(announced) != stored else None
    if (filename := _filename_in(header)) and (dist := dist_of(filename)).project:
        draft.set_identified(dist.kind, "disposition", dist.project, dist.version, dist.filename, note=dist.note)
        return
    project, version = header("x-pypi-file-project"), header("x-pypi-file-version")
    short = 0 < len(project) <= archives.LONGEST_NAME and 0 < len(version) <= archives.LONGEST_NAME
    if short and archives.NAME.fullmatch(project) and FILE_NAME.fullmatch(version):
        package_type = header("x-pypi-file-package-type")
        version = version.replace("_", "-")  # as in the file name of a wheel
        draft.set_pending("file", package_type, "headers", canonical(project), intern(version))
        return
    content = header("content-type").lower()
    page = "html" in content or "vnd.pypi.simple" in content or content.startswith("application/json")
    draft.set_pending("page" if page else "body", header("content-encoding").lower())


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """Return a project's canonical name, as a shared string."""
    return intern(canonicalize_name(name))


def _filename_in(header: Callable[[str], str]) -> str | None:
    filename, disposition = header("x-artifactory-filename"), header("content-disposition")
    if not filename and disposition and (found := DISPOSITION.search(disposition)):
        filename = found[1] or found[2]
    return re.split(r"[/\\]", unquote(filename))[-1] if filename else None


def _settle_redirect(draft: EntryDraft, location: str) -> None:
    draft.content_hint = location[:LONGEST_LOCATION]
    path, note = _destination(location)
    found = SIMPLE_PATH.search(path)
    if found and len(found[1]) <= archives.LONGEST_NAME and archives.NAME.fullmatch(found[1]):
        draft.set_identified("redirect", "headers", canonicalize_name(found[1]), note=note)
        return
    dist = dist_of(path.rpartition("/")[2])
    by: Rung | None = "headers" if dist.project else None
    draft.set_identified("redirect", by, dist.project, dist.version, dist.filename if dist.project else None, note=note)


def _destination(location: str, base: str = "") -> tuple[str, str | None]:
    """Return the path that a redirect from `base` leads to, and a note that says where.

    Both are without credentials and query, and empty if the location is invalid.
    """
    try:
        parts = urlsplit(masked(urlsplit(urljoin(base, location)).geturl()))
        path = unquote(parts.path)
        host = parts.netloc.rpartition("@")[2]
        shown = f"{parts.scheme}:" * bool(parts.scheme) + f"//{host}{path}" if host else path
    except ValueError:
        return "", None
    return path, f"leads to {shown[:LONGEST_NOTE]}" if shown else None


def body_of(draft: EntryDraft, fd: int) -> Body:
    """Return an entry's body, a file of its own or inside its record. Raises UnreadableRecordError and OSError."""
    if draft.dating_file or draft.checked is None:
        return FileSlice(fd, 0, draft.files[draft.dating_file].size)
    body = read_record(fd, draft.files[0].size, body_inside=True).body
    assert body is not None
    return body


def look_inside(draft: EntryDraft, fd: int) -> None:
    """Identify an entry by the bytes of its body."""
    body = body_of(draft, fd)
    head = body.read(0, 20)
    known = draft.project is not None
    found: archives.ArchiveName | None = None
    kind: Kind = "response"
    if head.startswith(b"Metadata-Version:"):
        found, kind = archives.look_at_metadata(body), "metadata"
    elif head.startswith(b"PK\3\4"):
        found, is_sdist = archives.look_into_zip(body)
        kind = "sdist" if is_sdist else "wheel"
    elif head.startswith(PACKED) and draft.content_hint != "gzip" and not known:
        found, kind = archives.look_into_tar(body), "sdist"
    if known:
        _settle_known(draft, body, kind, found)
    elif found:
        note = LEGACY_NOTE if found.filename and is_legacy_name(found.filename, found.version) else None
        draft.set_identified(kind, "archive", found.project, found.version, found.filename, note=note)
    else:
        draft.set_identified("response")
        draft.content_hint = ""


def _settle_known(draft: EntryDraft, body: Body, kind: Kind, found: archives.ArchiveName | None) -> None:
    """Identify an entry whose project and version are in the headers.

    Its kind and file name come from its body; the headers may give the kind, too.
    """
    filename = found.filename if found and found.project == draft.project else None
    if kind == "response":
        kind = {"bdist_wheel": "wheel", "sdist": "sdist"}.get(draft.content_hint, "response")  # type: ignore[assignment]
    elif kind == "wheel" and draft.content_hint == "sdist":
        kind = "sdist"
    if kind == "sdist" and not filename and (likely := archives.filename_of_tar(body)):
        dist = dist_of(likely)
        filename = dist.filename if dist.project == draft.project and dist.version == draft.version else None
    draft.set_identified(kind, draft.by, draft.project, draft.version, filename)


def name_built(draft: EntryDraft) -> None:
    """Identify a built wheel by its file name (`_internal/models/wheel.py`)."""
    filename = draft.path.rpartition("/")[2]
    dist = dist_of(filename)
    if dist.project and dist.version:
        version = dist.version.replace("_", "-")
        draft.set_identified("built", "wheel-name", dist.project, version, filename, note=dist.note)
    else:
        draft.set_identified("built", filename=filename, note="its name is not a wheel's: pip does not use it")


def read_origin(draft: EntryDraft, fd: int) -> None:
    """Read the URL that a built wheel came from (PEP 610, `origin.json`), or note that the file is invalid."""
    told = object_in(read_at(fd, LONGEST_JSON, 0)).get("url")
    url = told if isinstance(told, str) else None
    note = draft.note if url is not None else NO_ORIGIN
    known = draft.by, draft.project, draft.version, draft.filename
    draft.set_identified("built", *known, url, note)


def read_selfcheck(draft: EntryDraft, fd: int) -> None:
    """Identify a self-check, and note the environments for which pip looked for a newer pip."""
    names = ", ".join(environments_in(read_at(fd, LONGEST_JSON, 0)))
    draft.set_identified("selfcheck", note=f"of {names[:LONGEST_NOTE]}" if names else None)


def environments_in(text: bytes) -> tuple[str, ...]:
    """Return the prefixes of the environments in a self-check (`_internal/self_outdated_check.py`)."""
    content = object_in(text)
    keys = [content["key"]] if "key" in content else list(content)
    return tuple([key for key in keys if isinstance(key, str)])


def object_in(text: bytes) -> dict[str, object]:
    """Return the object in a JSON text; it is empty if the text holds anything else."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


# Identification by listed URLs


def identify_by_url(draft: EntryDraft, url: str, owner: str | None = None) -> None:
    """Name an entry by its URL: whatever the entry holds, pip takes it for what the URL says.

    `owner` is the project whose page lists the URL, if any. Unreadable records, leftovers and redirects keep
    their kind.
    """
    filename = index_page.filename_of(url)
    project, version = draft.project, draft.version
    if project and version and draft.kind not in KEEPING:  # nearly always: the file name begins with them
        wheel = filename.removesuffix(".metadata")
        name, _, rest = wheel.partition("-")
        if wheel.endswith(".whl") and rest.startswith(f"{version}-") and canonical(name) == project:
            draft.set_identified("wheel" if wheel == filename else "metadata", "url", project, version, wheel, url)
            return
        name, _, rest = filename.rpartition(f"-{version}.")
        if name and f".{rest}" in SDISTS and canonical(name) == project:
            draft.set_identified("sdist", "url", project, version, filename, url)
            return
    dist = _sdist_of(filename, owner) or _sdist_of(filename, project) or dist_of(filename)
    kind: Kind = draft.entry().kind
    if draft.kind == "redirect":
        note = _destination(draft.content_hint, url)[1] if draft.content_hint else draft.note
        draft.set_identified(
            "redirect", "url", dist.project or project, dist.version or version, dist.filename or None, url, note
        )
    elif dist.project is None:  # a URL that says less than the entry itself, or names no distribution
        kind = "sdist" if draft.content_hint == "sdist" else kind
        draft.set_identified(kind, "url", project, version, draft.filename or filename or None, url, draft.note)
    else:
        agrees = project == dist.project and (draft.by == "headers" or _is_same(version, dist.version))
        kind = kind if kind in KEEPING else dist.kind
        note = draft.note if draft.kind in KEEPING else dist.note
        draft.set_identified(kind, "url", dist.project, version if agrees else dist.version, dist.filename, url, note)


def _sdist_of(filename: str, project: str | None) -> Dist | None:
    """Parse the file name of a project's sdist, whose version may contain hyphens; None if it is not one."""
    if not project or filename.endswith(WHEEL_ENDINGS) or version_in(filename, project) is None:
        return None
    stem = next((filename.removesuffix(ending) for ending in SDISTS if filename.endswith(ending)), filename)
    cuts = [at for at, letter in enumerate(stem) if letter == "-" and canonicalize_name(stem[:at]) == project]
    return Dist("sdist", project, stem[cuts[0] + 1 :], filename) if FILE_NAME.fullmatch(filename) and cuts else None


def identify_page_by_url(draft: EntryDraft, url: str, project: str) -> None:
    """Name an entry whose URL is that of a project's page on an index; see `identify_by_url`."""
    if draft.kind == "redirect":
        identify_by_url(draft, url)
        return
    kind: Kind = draft.entry().kind if draft.kind in KEEPING else "index"
    draft.set_identified(kind, draft.by or "url", project, url=url, note=draft.note)


def _is_same(version: str | None, other: str | None) -> bool:
    """Return whether two versions are equal under PEP 440."""
    try:
        return version == other or (bool(version and other) and Version(version or "") == Version(other or ""))
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        return False
