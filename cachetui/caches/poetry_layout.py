"""The layout of poetry's cache in all versions of poetry since 1.1: which path is what, and the JSON of releases.

Sources: poetry's `utils/cache.py` (`ArtifactCache`, `FileCache`), `utils/authenticator.py` (`_http`, `_http_`) and, in
older versions, `installation/chef.py`; `file_cache.py` of CacheControl; filelock.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from cachetui.model import File
from cachetui.pip.formats.body import read_at
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.identify import dist_of, object_in
from cachetui.pip.scan.layout import UNFINISHED, Layout, foreign_in, leftover, records
from cachetui.system.tree import DirectoryListing, file_at

ARTIFACTS = re.compile(r"artifacts(?:/[0-9a-f]{2}){3}/[0-9a-f]{58}").fullmatch
HTTP = re.compile(r"cache/repositories/[^/]+/(_http_?)((?:/[0-9a-f]){5})").fullmatch
RELEASES = re.compile(r"cache/repositories/[^/]+((?:/[0-9a-f]{2}){8})").fullmatch
HOLDS_SHARDS = re.compile(
    r"artifacts|cache|cache/repositories|cache/repositories/[^/]+|cache/repositories/[^/]+/_http_?(/[0-9a-f])?"
).fullmatch
OWN_DIRECTORY = re.compile(
    r"artifacts(/[0-9a-f]{2}){0,3}|artifacts(/[0-9a-f]{2}){3}/[0-9a-f]{58}|cache|cache/repositories"
    r"|cache/repositories/[^/]+(/_http_?(/[0-9a-f]){0,5}|(/[0-9a-f]{2}){0,8})"
).fullmatch
PROOF = re.compile(
    r"artifacts(/[0-9a-f]{2}){3}/[0-9a-f]{58}|cache/repositories(/[^/]+(/_http_?(/[0-9a-f]){0,5}|(/[0-9a-f]{2}){8}))?"
).fullmatch
"""Matches a directory that shows that a cache is poetry's.

The directories `artifacts` and `cache` do not show it, because other programs use these names, too.
"""
RELEASE = re.compile(r"[0-9a-f]{64}").fullmatch
LOCK = re.compile(r"[0-9a-f]{56}(\.body)?\.lock").fullmatch
TEMPORARY = re.compile(r"tmp[a-z0-9_]{8}").fullmatch
"""Matches a name that `tempfile` gives to a file."""
ARCHIVES = (".whl", ".tar.gz", ".tar.bz2", ".bz2", ".zip")
"""Endings of the files that poetry looks for among the artifacts."""
SDISTS = ARCHIVES[1:]
SEPARATE = "_http_"
"""Name of the directory for records whose bodies are in separate files, since poetry 2.4."""
EXPIRY = 10
"""Number of digits before a release's JSON in its file: the time when it expires, in seconds since the epoch."""
LONGEST_RELEASE = 4 << 20
"""Maximum number of bytes to read of a file with a release's JSON."""


def drafts_of(directory: str, listing: DirectoryListing) -> Iterator[EntryDraft | File]:
    """Yield the files of one directory as drafts and foreign files."""
    files = listing.files
    yield from foreign_in(directory, listing)
    if ARTIFACTS(directory):
        yield from _artifacts(directory, files)
    elif found := HTTP(directory):
        yield from _records(directory, found[2][1::2], found[1] == SEPARATE, files)
    elif found := RELEASES(directory):
        start = found[1].replace("/", "")
        for name in sorted(name for name in files if RELEASE(name) and name.startswith(start)):
            yield EntryDraft("own", [(f"{directory}/{name}", files.pop(name))])
    for name, status in files.items():
        yield file_at(f"{directory}/{name}" if directory else name, status)


def _artifacts(directory: str, files: dict[str, os.stat_result]) -> Iterator[EntryDraft]:
    """Remove downloads, built wheels and leftovers from `files`, and yield their drafts.

    A wheel beside an sdist was built from it.
    """
    builds = any(name.endswith(SDISTS) for name in files)
    for name in sorted(files):
        if name.endswith(ARCHIVES):
            yield _artifact(f"{directory}/{name}", name, files.pop(name), is_built=builds and name.endswith(".whl"))
        elif TEMPORARY(name):
            yield leftover(directory, name, files.pop(name), UNFINISHED)


def _artifact(path: str, name: str, found: os.stat_result, *, is_built: bool) -> EntryDraft:
    """Return the draft of a downloaded or built file, to be identified by its content if its name does not suffice."""
    dist = dist_of(name)
    draft = EntryDraft("body", [(path, found)])
    if dist.project:
        kind = "built" if is_built else dist.kind
        version = dist.version and dist.version.replace("_", "-")
        draft.set_identified(kind, "file-name", dist.project, version, dist.filename, note=dist.note)
    return draft


def _records(directory: str, shard: str, separate: bool, files: dict[str, os.stat_result]) -> Iterator[EntryDraft]:
    """Remove from `files` the HTTP records, with their bodies and locks, and the leftovers; yield drafts of them.

    A record's locks are the last of its files. `shard` and `separate` have the same meaning as in `layout.records`.
    """
    locks = {name: files.pop(name) for name in sorted(files) if LOCK(name) and name.startswith(shard)}
    for draft in records(directory, shard, separate, files, "poetry"):
        name = draft.path.rpartition("/")[2]
        for lock in (f"{name}.lock", f"{name}.body.lock"):
            if lock in locks:
                draft.files += (file_at(f"{directory}/{lock}", locks.pop(lock)),)
        yield draft
    for name, found in locks.items():
        yield leftover(directory, name, found, "a lock of a record that is gone", has_record=True)
    for name in [name for name in files if TEMPORARY(name)]:
        yield leftover(directory, name, files.pop(name), UNFINISHED)


def read_release(draft: EntryDraft, fd: int) -> None:
    """Read the name and version of a release from its JSON (`FileCache._serialize`, `PackageInfo.asdict`)."""
    content = read_at(fd, LONGEST_RELEASE, 0)
    release = object_in(content[EXPIRY:]) if content[:EXPIRY].isdigit() else {}
    name, version = release.get("name"), release.get("version")
    if isinstance(name, str) and isinstance(version, str) and name and version:
        draft.set_identified("metadata", "archive", canonicalize_name(name), version)
    else:
        draft.set_identified("unknown", note="it is not the JSON of a release")


POETRYS = Layout(
    id="poetry",
    tops=frozenset({"artifacts", "cache"}),
    closed=frozenset(),
    holds_shards=lambda path: HOLDS_SHARDS(path) is not None,
    is_own_directory=lambda path: OWN_DIRECTORY(path) is not None,
    proves=lambda path: PROOF(path) is not None,
    kept=frozenset({"", "artifacts", "cache", "cache/repositories"}),
    pair_in=lambda directory, files: None,
    drafts_of=drafts_of,
    build_folder_of=lambda path: None,
    read_own=read_release,
)
"""The layout of poetry's cache, without the directories that are never opened, which `scan_poetry` adds."""
