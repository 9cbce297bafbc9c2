"""A plain, slow reader of a cache, as the judge of the fast one, with which it shares no code.

It reads one file after the other and each as a whole, parses with libraries (msgpack, JSON, HTML, zip, tar), and hashes
every address that any page or origin lists. Its knowledge of pip is in the patterns below and in `name_record`; its
result is the document of `cachetui list --json`.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from packaging.version import Version

from tests.pip.plain_files import is_version
from tests.pip.plain_names import Seen, Stats, Thing, name_by_addresses, name_thing

SHARD = r"([0-9a-f])/([0-9a-f])/([0-9a-f])/([0-9a-f])/([0-9a-f])"
DIGEST = r"\1\2\3\4\5[0-9a-f]{51}"
WHEELS = r"wheels/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{50}"
RECORD = re.compile(rf"http(?:-v2)?/{SHARD}/{DIGEST}").fullmatch
BODY = re.compile(rf"http-v2/{SHARD}/{DIGEST}\.body").fullmatch
RECORD_TMP = re.compile(rf"http(?:-v2)?/{SHARD}/{DIGEST}(?:\.body)?[a-z0-9_]{{8}}\.tmp").fullmatch
SELFCHECK = re.compile(r"selfcheck/[0-9a-f]{56}|selfcheck\.json").fullmatch
SELFCHECK_TMP = re.compile(r"selfcheck/[0-9a-f]{56}[a-z0-9_]{8}\.tmp|selfcheck\.json\.lock").fullmatch
LOCK = re.compile(rf"http/{SHARD}/{DIGEST}\.lock").fullmatch
LOCK_HOLDER = re.compile(r"[\w.-]+-[0-9a-f]{1,8}\.\d+-?\d+").fullmatch
LEFT_OVER = (RECORD, BODY, RECORD_TMP, SELFCHECK_TMP, LOCK)
"""Patterns of leftovers, unless a file belongs to an entry."""
WHEEL = re.compile(rf"{WHEELS}/[^/]*\.whl").fullmatch
ORIGIN = re.compile(rf"{WHEELS}/origin\.json").fullmatch
IN_BUILD = re.compile(rf"({WHEELS}/tmp[a-z0-9_]{{8}})(?:/.*)?", re.DOTALL).fullmatch
DIRECTORY = re.compile(r"http(-v2)?(/[0-9a-f]){0,5}|wheels(/[0-9a-f]{2}){0,3}|selfcheck").fullmatch
WHEEL_FOLDER = re.compile(WHEELS).fullmatch
KEPT = ("", "http", "http-v2", "wheels")
"""Directories that stay when they are empty."""
HOUR, DAY = 3_600, 86_400


def read_plainly(root: Path, indexes: Sequence[str] = (), seen: Seen | None = None) -> dict[str, Any]:
    """Read a whole cache; return the document of `list --json`.

    Once an address is known it stays known: give the same `seen` to each reading of a cache to have it so.
    """
    root = root.resolve(strict=True)
    directories, files, errors = walk(root)
    things = sort_out(files)
    for thing in things:
        try:
            name_thing(root, thing, indexes)
        except OSError as error:
            errors.append({"path": Path(error.filename).relative_to(root).as_posix(), "reason": str(error.strerror)})
            thing.kind = thing.kind if thing.kind in ("built", "selfcheck") else "unknown"
    name_by_addresses(things, files, {} if seen is None else seen, indexes)
    return document(root, directories, files, things, errors)


# The files and directories


def walk(root: Path) -> tuple[Stats, Stats, list[dict[str, str]]]:
    """Return directories (the root is ""), everything else, and errors of reading."""
    directories: Stats = {}
    files: Stats = {}
    errors = []
    waiting = [""]
    while waiting:
        here = waiting.pop()
        own = (root / here).lstat()
        if own.st_dev != root.stat().st_dev:
            errors.append({"path": here, "reason": "another file system is mounted here; it was not entered"})
            continue
        try:
            names = os.listdir(root / here)  # noqa: PTH208 - a name is to stay as it is
        except OSError as error:
            errors.append({"path": here, "reason": str(error.strerror)})
            continue
        directories[here] = own
        for name in names:
            path = f"{here}/{name}" if here else name
            found = (root / path).lstat()
            if stat.S_ISDIR(found.st_mode):
                waiting.append(path)
            else:
                files[path] = found
        if not here and not any(map(DIRECTORY, waiting)) and not any(map(SELFCHECK, files)):
            break  # not a cache
    return directories, files, errors


def above(path: str) -> str:
    """Return the directory that something lies in."""
    return path.rpartition("/")[0]


def sort_out(files: Stats) -> list[Thing]:
    """Make entries of the files that pip writes; files in none are foreign."""
    regular = {path for path in sorted(files) if stat.S_ISREG(files[path].st_mode)}
    locked = {above(path) for path in regular if LOCK(path)}
    last_wheels = {above(path): path for path in sorted(regular) if WHEEL(path)}
    building: dict[str, list[str]] = {}
    things = []
    for path in sorted(regular):
        folder, _, name = path.rpartition("/")
        origin, body, record = f"{folder}/origin.json", f"{path}.body", path.removesuffix(".body")
        if found := IN_BUILD(folder):
            building.setdefault(found[1], []).append(path)
        elif RECORD(path) and not path.startswith("http-v2/"):
            things.append(Thing("record", [path]))
        elif RECORD(path) and body in regular:
            things.append(Thing("record", [path, body], dated=body))
        elif BODY(path) and record in regular:
            continue
        elif any(pattern(path) for pattern in LEFT_OVER) or (LOCK_HOLDER(name) and (LOCK(folder) or folder in locked)):
            things.append(Thing("leftover", [path]))
        elif SELFCHECK(path):
            things.append(Thing("selfcheck", [path]))
        elif WHEEL(path):
            shares = origin in regular and last_wheels[folder] == path
            things.append(Thing("built", [path, origin] if shares else [path]))
        elif ORIGIN(path) and folder not in last_wheels:
            things.append(Thing("leftover", [path]))
    for paths in building.values():
        newest = max(files[path].st_mtime_ns for path in paths)
        dated = next(path for path in paths if files[path].st_mtime_ns == newest)
        things.append(Thing("leftover", paths, dated=dated))
    return things


def empty_directories(directories: Stats, filled: Iterable[str]) -> dict[str, int]:
    """Return when the topmost directories of pip's in which nothing is left were emptied.

    An hour must have passed since then, or a day since something was built there.
    """
    ours = [path for path in directories if DIRECTORY(path) or WHEEL_FOLDER(path) or IN_BUILD(path) or LOCK(path)]
    busy = {*KEPT, *directories} - set(ours) | set(KEPT)
    for path in [*filled, *busy]:
        here = path
        while here := above(here):
            busy.add(here)
    emptied: dict[str, int] = {}
    for top in directories:
        if top in busy or above(top) not in busy:
            continue
        below = [path for path in directories if path == top or path.startswith(f"{top}/")]
        ages = {path: directories[path].st_mtime_ns for path in below}
        if all(ages[path] < time.time_ns() - (DAY if IN_BUILD(path) else HOUR) * 10**9 for path in below):
            emptied[top] = max(ages.values())
    return emptied


# The document


def in_order(things: list[Thing]) -> list[Thing]:
    """Sort by project, the nameless last, then the newest version, the file name and the path."""
    things = sorted(things, key=lambda thing: (thing.filename or "", thing.paths[0]))
    versioned = [thing for thing in things if thing.version is not None and is_version(thing.version)]
    odd = [thing for thing in things if thing.version is not None and not is_version(thing.version)]
    none = [thing for thing in things if thing.version is None]
    versioned.sort(key=lambda thing: Version(thing.version or ""), reverse=True)  # equal ones keep their order
    odd.sort(key=lambda thing: thing.version or "")
    return sorted(versioned + odd + none, key=lambda thing: (thing.project is None, thing.project or ""))


def clean(text: str | None) -> str | None:
    spelt = text and "".join(f"\\x{ord(one) - 0xDC00:02x}" if "\udc80" <= one <= "\udcff" else one for one in text)
    return spelt and "".join(f"\\u{ord(one):04x}" if "\ud800" <= one <= "\udfff" else one for one in spelt)


def moment(ns: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=ns // 10**9)).strftime("%Y-%m-%dT%H:%M:%SZ")


def masked(url: str) -> str:
    """Hide user, password, and the values of a query and a fragment, of an address that is well formed."""
    parts = urlsplit(url)
    _, at, host = parts.netloc.rpartition("@")
    query = "&".join(f"{pair.partition('=')[0]}=***" for pair in parts.query.split("&")) if parts.query else ""
    return parts._replace(
        netloc=f"***@{host}" if at else host, query=query, fragment="***" if parts.fragment else ""
    ).geturl()


def document(root: Path, directories: Stats, files: Stats, things: list[Thing], errors: list[Any]) -> dict[str, Any]:
    """Return the document of `list --json`."""
    first = {files[path].st_ino: path for path in sorted(files, reverse=True)}
    keeps_reads = os.name != "nt" and not os.statvfs(root).f_flag & getattr(os, "ST_NOATIME", 0)

    def allocated(found: os.stat_result) -> int:
        return int(getattr(found, "st_blocks", -1)) * 512 if hasattr(found, "st_blocks") else found.st_size

    def disk(paths: Iterable[str]) -> int:
        return sum(allocated(files[path]) for path in paths if first[files[path].st_ino] == path)

    def entry(thing: Thing) -> dict[str, Any]:
        own = [path for path in thing.paths if path in files]  # none, if it is an empty directory
        dated = files[thing.dated or own[0]] if own else None
        record = files[own[0]] if thing.kind != "leftover" and own[0].startswith("http") else None
        return {
            "kind": thing.kind,
            "project": clean(thing.project),
            "version": clean(thing.version),
            "filename": clean(thing.filename),
            "paths": [clean(path) for path in thing.paths],
            "disk_usage": disk(own),
            "apparent_size": sum(files[path].st_size for path in own),
            "downloaded": moment(dated.st_mtime_ns if dated else emptied[thing.paths[0]]),
            "checked": moment(record.st_mtime_ns) if record else None,
            "read": moment(dated.st_atime_ns) if dated and keeps_reads else None,
            "url": clean(masked(thing.url)) if thing.url else None,
            "identified_by": thing.by,
        }

    foreign = files.keys() - {path for thing in things for path in thing.paths}
    emptied = empty_directories(directories, [*files, *(f"{error['path']}/" for error in errors)])
    things = [*things, *(Thing("leftover", [path]) for path in emptied)]
    entries = [entry(thing) for thing in in_order(things)]
    projects = [
        {"project": name, "disk_usage": sum(one["disk_usage"] for one in own), "entries": own}
        for name, group in groupby(entries, key=lambda one: one["project"])
        if name and (own := list(group))
    ]
    return {
        "schema": 1,
        "root": clean(str(root)),
        "disk_usage": sum(one["disk_usage"] for one in entries),
        "apparent_size": sum(one["apparent_size"] for one in entries),
        "projects": projects,
        "other": [one for one in entries if one["project"] is None],
        "directories": {"count": len(directories), "disk_usage": sum(map(allocated, directories.values()))},
        "foreign": {"files": len(foreign), "disk_usage": disk(foreign)},
        "errors": sorted(errors, key=lambda error: (error["path"], error["reason"])),
    }
