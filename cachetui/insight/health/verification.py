"""Deep verification: compare downloads with known hashes; read archives, index pages and metadata to their end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from cachetui.insight.health.finding import Finding, FindingType, in_order
from cachetui.insight.known_hashes import known_hashes
from cachetui.model import Entry, Inventory
from cachetui.pip.formats.body import Body
from cachetui.pip.formats.integrity import (
    StoppedError,
    kind_trouble,
    metadata_trouble,
    name_trouble,
    trouble_in,
)
from cachetui.pip.formats.page_integrity import page_trouble
from cachetui.pip.formats.records import UnreadableRecordError
from cachetui.pip.reader import CacheReader, record_name
from cachetui.system.parallel_io import usable_processors
from cachetui.system.tree import GONE, NO_RIGHT, is_denied, never, reason

VERIFIED = ("wheel", "sdist", "built", "metadata", "index", "response")
"""Kinds of entries that are read to their end; a response may be a page or distribution whose damage hides its name."""
UNNAMED = ("metadata", "index", "response")
"""Kinds in `VERIFIED` whose entries need not be archives of a distribution."""
CUT = "pip 25.2 and later fetch what is missing"
"""Clause that is added to the description of a download that was cut short."""
SIMPLE = "application/vnd.pypi.simple"
"""Prefix of the content types that only index pages have."""

ExpectedHashes = Mapping[str, frozenset[tuple[str, str]]]
"""Known hashes of files, as pairs of the hash's name and value, by the name of the file's cache record."""


class VerificationProgress(NamedTuple):
    """Progress of a verification."""

    entries: int
    of: int
    read: int
    """Number of bytes in the files verified so far."""
    of_bytes: int


class Verified(NamedTuple):
    """Result of a verification."""

    findings: tuple[Finding, ...]
    proven: int
    """Number of entries with a known hash that matches."""
    sound: int
    """Number of wheels and sdists that are intact, but for which no hash is known."""
    stopped: bool
    """Whether the verification was stopped before its end."""
    done: int = 0
    """Number of entries that were read."""
    of: int = 0
    """Number of entries that were to be read."""


def verify(
    inventory: Inventory,
    entries: Collection[Entry],
    *,
    stop: Callable[[], bool] = never,
    report: Callable[[VerificationProgress], None] = lambda _: None,
) -> Verified:
    """Read to their end all entries that can be verified, several at a time, and compare them with known hashes.

    `report` receives the progress after each entry; several threads call it, but never at the same time.
    Raises RootError.
    """
    todo = sorted([one for one in entries if can_be_verified(one)], key=lambda one: -one.apparent_size)
    total, lock = sum([one.apparent_size for one in todo]), threading.Lock()
    done = read = proven = sound = 0
    findings: list[Finding] = []
    with CacheReader(inventory) as evidence, ThreadPoolExecutor(usable_processors(), "cachetui-verify") as pool:
        expected = expectations(inventory.entries, evidence, stop)

        def look(entry: Entry) -> None:
            nonlocal done, read, proven, sound
            if stop():
                return
            known, is_there = expected.get(record_name(entry), frozenset()), True
            try:
                trouble = _trouble(entry, known, evidence, stop)
            except StoppedError:
                return
            except OSError:
                trouble, is_there = None, False
            with lock:
                done, read = done + 1, read + entry.apparent_size
                if trouble:
                    findings.append(trouble)
                proven += is_there and not trouble and bool(known)
                sound += is_there and not trouble and not known and entry.kind not in UNNAMED
                report(VerificationProgress(done, len(todo), read, total))

        for _ in pool.map(look, todo):
            pass
    return Verified(in_order(findings), proven, sound, done < len(todo), done, len(todo))


def expectations(entries: Iterable[Entry], evidence: CacheReader, stop: Callable[[], bool] = never) -> ExpectedHashes:
    """Return all hashes that the cache's index pages and origin.json files list."""
    found: dict[str, set[tuple[str, str]]] = {}
    for entry in entries:
        if stop():
            break
        for one in known_hashes(entry, evidence):
            found.setdefault(one.record, set()).add((one.name, one.value))
    return {digest: frozenset(hashes) for digest, hashes in found.items()}


def _trouble(
    entry: Entry, known: frozenset[tuple[str, str]], evidence: CacheReader, stop: Callable[[], bool]
) -> Finding | None:
    """Return the finding about an entry; None if one of its `known` hashes matches, or if no damage is found.

    Raises OSError if the entry is gone since the scan, and StoppedError.
    """
    since = max(file.mtime_ns for file in entry.files)
    hashes = evidence.hashes(entry, {name for name, _ in known}, stop) if known else {}
    if stop():
        raise StoppedError
    try:
        evidence.check_presence(entry)
        if known & hashes.items():
            return None
        headers = evidence.headers(entry)
        sort, broken = evidence.look_into(entry, lambda body: _broken(entry, body, headers, stop))
    except UnreadableRecordError as error:
        return Finding("unreadable", entry.path, str(error), since)
    except OSError as error:
        if error.errno in GONE:
            raise
        if is_denied(error):
            return Finding("owner", entry.path, NO_RIGHT, since)
        return Finding("unreadable", entry.path, reason(error), since)
    if broken and sort == "archive" and _is_cut(entry):
        broken += f"; {CUT}"
    if known:
        name, value = max(known)
        told = f"its {name} is {hashes.get(name, 'unknown')}, but {value} is listed"
        return Finding("mismatch", entry.path, f"{told}{f'; {broken}' if broken else ''}", since)
    return Finding(sort, entry.path, broken, since) if broken else None


def can_be_verified(entry: Entry) -> bool:
    """Return whether an entry can be verified.

    Its kind must be in `VERIFIED`; an entry of a kind in `UNNAMED` must be an HTTP response.
    """
    return entry.kind in VERIFIED and (entry.checked is not None or entry.kind not in UNNAMED)


def _is_cut(entry: Entry) -> bool:
    """Return whether the body of an entry lies in a file that is shorter than the headers announce."""
    return entry.announced is not None and entry.body is not None and entry.body.size < entry.announced


def _broken(
    entry: Entry, body: Body, headers: Callable[[str], str], stop: Callable[[], bool]
) -> tuple[FindingType, str | None]:
    """Return the type of damage within a file, and its description; the description is None if the file is sound.

    `headers` returns the value of a header, in lower case. If only a thorough check (see `trouble_in`) finds a fault in
    an archive, the type is `inconsistent`: the archive unpacks, and pip does not notice the fault. Raises StoppedError.
    """
    content = headers("content-type"), headers("content-encoding")
    if entry.kind == "index" or (entry.kind == "response" and content[0].startswith(SIMPLE)):
        return "page", page_trouble(body, *content)
    if entry.kind == "metadata":
        is_release = entry.checked is None  # the JSON of a release, which the scan has read
        return "metadata", None if is_release else metadata_trouble(body, entry.project, entry.version)
    archive: FindingType = "build" if entry.kind == "built" else "archive"
    if trouble := trouble_in(body, stop):
        return archive if trouble_in(body, stop, thorough=False) else "inconsistent", trouble
    if entry.kind == "response":
        return archive, None
    is_sdist = entry.kind == "sdist"
    trouble = kind_trouble(body, is_wheel=not is_sdist)
    if trouble is None and entry.project is not None:
        trouble = name_trouble(body, entry.project, entry.version, is_sdist=is_sdist)
    return archive, trouble
