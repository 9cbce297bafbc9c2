"""The layout of a cache in all versions of pip: the kind of each file by its path alone.

Sources: pip's `_internal/network/cache.py` (`SafeFileCache`), `_internal/cache.py` (`_get_path_for_link`),
`_internal/self_outdated_check.py`, vendored `cachecontrol/caches/file_cache.py`, vendored `lockfile` (until pip 19.2).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from cachetui.model import Entry, File
from cachetui.pip.scan.draft import DIGEST, EntryDraft
from cachetui.system.tree import DirectoryListing, file_at

SHARD_DEPTH = {"http": 2, "http-v2": 2, "wheels": 1}
"""For directories of the root: the number of levels below each at which shards begin.

A shard is read and remembered as a whole. Every other directory of the root is one shard.
"""
KEPT = frozenset({"", "http", "http-v2", "wheels"})
"""Directories that pip expects and that no removal deletes."""
TOPS = frozenset({"http", "http-v2", "wheels", "selfcheck"})
"""Names of pip's directories in the root."""

RECORD_TMP = re.compile(r"[0-9a-f]{56}(\.body)?[a-z0-9_]{8}\.tmp").fullmatch
LOCK = re.compile(r"[0-9a-f]{56}\.lock").fullmatch
LOCK_FOLDER = re.compile(r"http(/[0-9a-f]){5}/[0-9a-f]{56}\.lock").fullmatch
LOCK_HOLDER = re.compile(r"[\w.-]+-[0-9a-f]{1,8}\.\d+-?\d+").fullmatch
"""Function that matches the name that lockfile gives to the file that a lock is linked to.

The name is `HOST-THREAD.PID`, directly followed by a hash, which is a whole number.
"""
BUILD_FOLDER = re.compile(r"(wheels/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{50}/tmp[a-z0-9_]{8})(?:/|$)").match
UNFINISHED = "a write that was never finished"
"""Note about a temporary file."""
WHEEL_SHARD = re.compile(r"wheels(/[0-9a-f]{2}){0,3}|wheels(/[0-9a-f]{2}){3}/[0-9a-f]{50}").fullmatch
WHEEL_FOLDER = re.compile(r"wheels(/[0-9a-f]{2}){3}/[0-9a-f]{50}").fullmatch
HTTP_SHARD = re.compile(r"http(-v2)?(/[0-9a-f]){0,5}").fullmatch


class Layout(NamedTuple):
    """Rules by which a scan recognises the paths in the cache of a program. Paths are relative to the root."""

    id: str
    """Id of the program's `Source`. The memory stores what each layout read under the id of that layout."""
    tops: Collection[str]
    """Names of the program's directories in the root. A root that has none of them and no entries is not its cache."""
    closed: Collection[str]
    """Directories of the root that are never opened."""
    holds_shards: Callable[[str], bool]
    """Returns whether the subdirectories of a directory are shards or hold shards. A shard is read as a whole."""
    is_own_directory: Callable[[str], bool]
    """Returns whether the program creates a directory at a path."""
    proves: Callable[[str], bool]
    """Returns whether a directory at a path shows whose cache it is, because other programs hardly create it.

    If the root has neither such a directory nor entries, its empty directories are not removed.
    """
    kept: frozenset[str]
    """Directories that no removal deletes."""
    pair_in: Callable[[str, dict[str, os.stat_result]], EntryDraft | None]
    """Returns the draft of a directory's only entry if that is quickly found, otherwise None; see `pair_in` below."""
    drafts_of: Callable[[str, DirectoryListing], Iterator[EntryDraft | File]]
    """Yields the files of a directory, for which `pair_in` has returned None, as drafts and foreign files."""
    build_folder_of: Callable[[str], str | None]
    """Returns the build folder that a directory is, or lies in; None if there is none."""
    read_own: Callable[[EntryDraft, int], None]
    """Identifies a draft at the stage `own` by its file; the number is the descriptor of the open file."""


def holds_shards(path: str) -> bool:
    """Return whether the subdirectories of a directory of pip are shards or hold shards."""
    return path.count("/") < SHARD_DEPTH.get(path.partition("/")[0], 0)


def is_pips_directory(path: str) -> bool:
    """Return whether pip creates a directory at a path, relative to the root."""
    return bool(path in TOPS or HTTP_SHARD(path) or WHEEL_SHARD(path) or BUILD_FOLDER(path) or _is_lock_folder(path))


def _is_lock_folder(path: str) -> bool:
    """Return whether a directory is the lock of a record, in the folder where that record belongs."""
    return LOCK_FOLDER(path) is not None and path[5:14:2] == path[15:20]


def is_legacy(path: str) -> bool:
    """Return whether an entry is in `http/`, which pip 23.3 replaced with `http-v2/`."""
    return path.startswith("http/")


def build_folder_of(path: str) -> str | None:
    """Return the build folder of pip 25.3 or later that a directory is, or lies in; None if there is none."""
    found = BUILD_FOLDER(path) if path.startswith("wheels/") else None
    return found[1] if found else None


def drafts_of(directory: str, listing: DirectoryListing) -> Iterator[EntryDraft | File]:
    """Yield the files of one directory, which is not just a record and its body, as drafts and foreign files."""
    files = listing.files
    top, _, rest = directory.partition("/")
    yield from foreign_in(directory, listing)
    if not files:
        return
    if _is_lock_folder(directory):
        yield from _locks(directory, [name for name in files if LOCK_HOLDER(name)], files)
    elif top in ("http", "http-v2"):
        yield from _records(directory, rest[::2] if HTTP_SHARD(directory) else "", top == "http-v2", files)
    elif WHEEL_FOLDER(directory):
        yield from _wheels(directory, files)
    elif top == "selfcheck" and not rest:
        yield from _selfchecks(directory, files)
    elif not directory:
        yield from _at_root(files)
    for name, found in files.items():
        yield file_at(f"{directory}/{name}" if directory else name, found)


def pair_in(directory: str, files: dict[str, os.stat_result]) -> EntryDraft | None:
    """Return the draft of a record and its body that are the only files of a directory; None for other directories.

    Nearly all directories with files in a large cache hold only such a pair.
    """
    if len(files) != 2 or len(directory) != 17 or directory[:8] != "http-v2/" or directory[9::2] != "////":
        return None
    name, body = sorted(files)
    if body != f"{name}.body" or name[:5] != directory[8::2] or not DIGEST(name):
        return None
    record, beside = files[name], files[body]
    if not (stat.S_ISREG(record.st_mode) and stat.S_ISREG(beside.st_mode)):
        return None
    path = f"{directory}/{name}"
    return EntryDraft("record", [(path, record), (f"{path}.body", beside)], dating_file=1, has_record=True)


def foreign_in(directory: str, listing: DirectoryListing) -> Iterator[File]:
    """Remove links, pipes, devices and the like from a listing, and yield them as foreign files."""
    files = listing.files
    for name in [name for name, found in files.items() if not stat.S_ISREG(found.st_mode)]:
        yield file_at(f"{directory}/{name}" if directory else name, files.pop(name))


def _records(directory: str, shard: str, separate: bool, files: dict[str, os.stat_result]) -> Iterator[EntryDraft]:
    """Remove HTTP records, bodies, locks and leftovers from `files`, and yield their drafts; see `records`."""
    yield from records(directory, shard, separate, files)
    in_place = len(shard) == 5 and not separate
    if locks := [name for name in files if in_place and LOCK(name) and name.startswith(shard)]:
        yield from _locks(directory, [*locks, *filter(LOCK_HOLDER, files)], files)


def records(
    directory: str, shard: str, separate: bool, files: dict[str, os.stat_result], tool: str = "pip"
) -> Iterator[EntryDraft]:
    """Remove HTTP records, their bodies and their leftovers from `files`, and yield their drafts.

    `shard` is the start of the records' names according to the path of the directory: nothing is yielded unless it has
    five digits. `separate` says whether bodies have files of their own, and `tool` is the program whose cache it is.
    """
    if len(shard) != 5:
        return
    for name in sorted(name for name in files if name.startswith(shard)):
        if name not in files:
            continue
        if DIGEST(name):
            found = files.pop(name)
            body = files.pop(f"{name}.body", None) if separate else None
            if separate and body is None:
                yield leftover(
                    directory, name, found, f"a record without its body, which {tool} does not read", has_record=True
                )
            elif body is None:
                yield EntryDraft("record", [(f"{directory}/{name}", found)], has_record=True)
            else:
                path = f"{directory}/{name}"
                yield EntryDraft("record", [(path, found), (f"{path}.body", body)], dating_file=1, has_record=True)
        elif separate and name.endswith(".body") and DIGEST(name[:-5]):
            yield leftover(
                directory,
                name,
                files.pop(name),
                f"a body without its record, which {tool} never reads",
                has_record=True,
            )
        elif RECORD_TMP(name):
            yield leftover(directory, name, files.pop(name), UNFINISHED, has_record=True)


def _locks(directory: str, names: Iterable[str], files: dict[str, os.stat_result]) -> Iterator[EntryDraft]:
    note = "a lock that pip 19.2 or earlier left behind"
    for name in names:
        yield leftover(directory, name, files.pop(name), note, has_record=bool(directory))


def _wheels(directory: str, files: dict[str, os.stat_result]) -> Iterator[EntryDraft]:
    """Remove built wheels and their `origin.json` from `files`, and yield their drafts.

    The last wheel by name gets the `origin.json` that they share; without a wheel, it is a leftover.
    """
    wheels = sorted(name for name in files if name.endswith(".whl"))
    origin = files.pop("origin.json", None)
    for name in wheels:
        found = files.pop(name)
        own = [(f"{directory}/{name}", found)]
        if origin is not None and name == wheels[-1]:
            own.append((f"{directory}/origin.json", origin))
        yield EntryDraft("built", own)
    if origin is not None and not wheels:
        yield leftover(directory, "origin.json", origin, "the origin of a wheel that is gone")


def _selfchecks(directory: str, files: dict[str, os.stat_result]) -> Iterator[EntryDraft]:
    for name in sorted(files):
        if DIGEST(name):
            yield EntryDraft("selfcheck", [(f"{directory}/{name}", files.pop(name))])
        elif RECORD_TMP(name):
            yield leftover(directory, name, files.pop(name), UNFINISHED)


def _at_root(files: dict[str, os.stat_result]) -> Iterator[EntryDraft]:
    if "selfcheck.json" in files:
        yield EntryDraft("selfcheck", [("selfcheck.json", files.pop("selfcheck.json"))])
    if "selfcheck.json.lock" in files:
        yield from _locks("", ["selfcheck.json.lock"], files)


def leftover(directory: str, name: str, found: os.stat_result, note: str, *, has_record: bool = False) -> EntryDraft:
    """Return the draft of a leftover; `has_record` says whether it was left over from an HTTP record."""
    path = f"{directory}/{name}" if directory else name
    draft = EntryDraft("leftover", [(path, found)], has_record=has_record)
    draft.set_identified("leftover", note=note)
    return draft


def build_folders(contents: dict[str, list[tuple[str, os.stat_result]]]) -> Iterator[EntryDraft]:
    """Yield one leftover for each build folder, with all files below it."""
    for folder in sorted(contents):
        files = sorted(contents[folder])
        newest = max(range(len(files)), key=lambda index: files[index][1].st_mtime_ns)
        draft = EntryDraft("leftover", files, dating_file=newest)
        draft.set_identified("leftover", note="a folder in which pip was building a wheel")
        yield draft


def companions(entries: Iterable[Entry]) -> dict[str, tuple[str, ...]]:
    """Return each origin that several wheels share, with the paths of the wheels."""
    wheels: dict[str, list[str]] = {}
    origins = {}
    for entry in entries:
        if entry.kind == "built":
            folder = entry.path.rpartition("/")[0]
            wheels.setdefault(folder, []).append(entry.path)
            if len(entry.files) > 1:
                origins[folder] = entry.files[1].path
    return {path: tuple(sorted(wheels[folder])) for folder, path in origins.items() if len(wheels[folder]) > 1}


def _read_nothing(draft: EntryDraft, fd: int) -> None:
    """Do nothing: pip has no drafts at the stage `own`."""


PIPS = Layout(
    id="pip",
    tops=TOPS,
    closed=frozenset(),
    holds_shards=holds_shards,
    is_own_directory=is_pips_directory,
    proves=is_pips_directory,
    kept=KEPT,
    pair_in=pair_in,
    drafts_of=drafts_of,
    build_folder_of=build_folder_of,
    read_own=_read_nothing,
)
"""The layout of pip's cache."""
