"""Inventories of made-up caches, built from real files without the reading engine."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from pathlib import Path

from cachetui.model import Entry, File, Inventory, Kind, in_order

NOW = time.time_ns()
HOUR = 3600 * 10**9
LONG_AGO = NOW - 400 * 24 * HOUR
KEPT = frozenset({"", "http", "http-v2", "wheels"})


def write(root: Path, path: str, content: bytes = b"x", *, mtime_ns: int = LONG_AGO) -> Path:
    """Write a file under `root`, with its directories."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    os.utime(target, ns=(mtime_ns, mtime_ns))
    return target


def files(root: Path) -> set[str]:
    """Return the paths of all files under `root`, relative to it."""
    start = len(str(root)) + 1
    return {f"{path}/{name}"[start:].replace(os.sep, "/") for path, _, names in os.walk(root) for name in names}


def record(digit: str) -> str:
    """Return the path of a record whose name is made of one digit."""
    return f"http-v2/{'/'.join(digit * 5)}/{digit * 56}"


def write_record(root: Path, digit: str, size: int = 10_000) -> tuple[str, str]:
    """Write a record with its body; return both paths."""
    path = record(digit)
    write(root, path, b"cc=4,")
    write(root, f"{path}.body", os.urandom(size))
    return path, f"{path}.body"


def age_directories(root: Path, mtime_ns: int = LONG_AGO) -> None:
    """Set back the time of every directory under `root`."""
    for path, _, _ in os.walk(root, topdown=False):
        os.utime(path, ns=(mtime_ns, mtime_ns))


def inventory_of(
    root: Path, *, kinds: dict[str, Kind] | None = None, projects: dict[str, str] | None = None
) -> Inventory:
    """Read the tree under `root` as a scan would: records with bodies, wheels with origins, the rest by its look.

    `kinds` and `projects` name entries by their path, in place of identifying them.
    """
    files, directories, empty, counted = {}, {}, [], set()
    for path, names, inside in os.walk(root):
        place = os.path.relpath(path, root).replace(os.sep, "/").removeprefix(".").removeprefix("/")
        stat = os.lstat(path)
        directories[place] = stat.st_blocks * 512
        links = [name for name in names if Path(path, name).is_symlink()]
        for name in (*inside, *links):
            stat = os.lstat(os.path.join(path, name))  # noqa: PTH118
            usage = 0 if stat.st_ino in counted else stat.st_blocks * 512
            counted.add(stat.st_ino)
            where = f"{place}/{name}" if place else name
            files[where] = File(where, stat.st_ino, stat.st_mtime_ns, stat.st_size, usage, stat.st_nlink)
        if place not in KEPT and not inside and not names:
            empty.append(place)
    entries, foreign, companions = _entries(files, kinds or {}, projects or {})
    for place in _tops(empty, directories, files):
        entries.append(Entry("leftover", (), place, (root / place).stat().st_mtime_ns))
    found = root.stat()
    return Inventory(
        root=str(root),
        device=found.st_dev,
        inode=found.st_ino,
        entries=tuple(in_order(entries)),
        foreign=tuple(foreign),
        directories=directories,
        kept_directories=KEPT,
        companions=companions,
    )


def _entries(
    files: dict[str, File], kinds: dict[str, Kind], projects: dict[str, str]
) -> tuple[list[Entry], list[File], dict[str, tuple[str, ...]]]:
    wheels = defaultdict(list)
    for path in files:
        if path.endswith(".whl") and "/tmp" not in path:
            wheels[path.rpartition("/")[0]].append(path)
    entries, foreign, companions = [], [], {}
    for path in sorted(files):
        directory, _, name = path.rpartition("/")
        own: tuple[str, ...] = (path,)
        kind: Kind = "leftover"
        if path.startswith("http-v2/") and len(name) == 56:
            kind, own = "wheel", (path, *[body for body in [f"{path}.body"] if body in files])
        elif name.endswith(".body") and path.removesuffix(".body") in files:
            continue
        elif path in wheels[directory]:
            kind, origin = "built", f"{directory}/origin.json"
            if origin in files:
                companions[origin] = tuple(sorted(wheels[directory]))
                own = (path, origin) if path == min(wheels[directory]) else (path,)
        elif name == "origin.json" and wheels[directory]:
            continue
        elif not name.endswith((".tmp", ".body", ".lock", ".whl")) and "/tmp" not in path:
            foreign.append(files[path])
            continue
        entry = Entry(kinds.get(path, kind), tuple([files[part] for part in own]), path, files[own[-1]].mtime_ns)
        entries.append(entry._replace(project=projects.get(path)))
    return entries, foreign, companions


def _tops(empty: list[str], directories: dict[str, int], files: dict[str, File]) -> list[str]:
    """Return the topmost directories under which there is no file."""
    full = {""}
    for path in files:
        while path := path.rpartition("/")[0]:
            full.add(path)
    bare = {path for path in directories if path not in full and path not in KEPT}
    return [path for path in sorted(bare) if path.rpartition("/")[0] not in bare]
