"""Formatting of sizes, ages, times, counts and paths as text (does not import Textual)."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

import humanize

from cachetui.model import NS

FIRST, LAST = (-30_610_000_000, 253_402_000_000) if os.name == "posix" else (0, 32_503_000_000)
"""First and last time that is shown as a date, in seconds since the epoch, so that years have four digits."""
DAY = 86_400
"""Seconds in a day."""
SCALES = (("year", "y", 365.0, 730.0), ("month", "mo", 30.4, 61.0), ("week", "w", 7.0, 14.0), ("day", "d", 1.0, 1.0))
"""Units of age: long name, short name, length in days, and minimum age in days at which it is used."""


def disk(amount: float) -> tuple[str, str]:
    """Split a size in bytes into a number (at most four characters) and a decimal unit (at most two)."""
    number, unit = humanize.naturalsize(amount, format="%.1f").replace("Bytes", "B").replace("Byte", "B").split()
    if float(number) >= 999.5:
        return "1.0", {"kB": "MB", "MB": "GB", "GB": "TB", "TB": "PB"}.get(unit, unit)
    plain = unit == "B" or (unit in ("kB", "MB") and float(number) >= 9.95) or float(number) >= 99.95
    return (f"{float(number):.0f}" if plain else number), unit


def disk_text(amount: float) -> str:
    """Format a size in bytes as text, such as `1.2 GB`."""
    return " ".join(disk(amount))


def age(seconds: float, long: bool = True) -> tuple[str, str]:
    """Split an age in seconds into a number and a unit, such as "3" and "weeks" (or "w" unless `long`).

    Under a day, the number is empty, and the unit is "today", or "now" unless `long`.
    """
    days = seconds / DAY
    for name, short, length, least in SCALES:
        if days >= least:
            return str(int(days / length)), (f"{name}s" if days >= 2 * length else name) if long else short
    return "", "today" if long else "now"


def ago(youngest: float, oldest: float) -> str:
    """Return a range of ages in words; both ages are in seconds."""
    young, old = age(youngest), age(oldest)
    start = " ".join(young).strip()
    if young == old:
        return start if start == "today" else f"{start} ago"
    return f"{young[0] if young[1] == old[1] else start} to {' '.join(old)} ago"


def date(ns: int) -> str:
    """Format a time in nanoseconds since the epoch as a local date."""
    return time.strftime("%Y-%m-%d", time.localtime(_displayable(ns)))


def date_time(ns: int) -> str:
    """Format a time in nanoseconds since the epoch as a local date and time, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(_displayable(ns)))


def local_date_time(timestamp: str) -> str:
    """Format a time in ISO 8601 as a local date and time, to the minute; other text stays as it is."""
    try:
        return datetime.fromisoformat(timestamp).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return timestamp


def timestamp(ns: int) -> str:
    """Format a time in nanoseconds since the epoch as ISO 8601 in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(_displayable(ns)))


def _displayable(ns: int) -> int:
    """Convert nanoseconds to seconds, limited to dates that can be shown, because files may have any time."""
    return max(FIRST, min(ns // NS, LAST))


def count(number: int, noun: str) -> str:
    """Format a number with its noun, such as `1 entry`, `2,000 entries` or `3 index pages`."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{number:,} {plural}"


def with_folders(files: int, folders: int) -> str:
    """Return the size of files, and of the folders that their removal empties, as text; both arguments are bytes."""
    return f"{disk_text(files)}{emptied_text(folders)}"


def emptied_text(folders: int) -> str:
    """Return the end of a clause about freed space: the size of emptied folders, given in bytes; empty for 0."""
    return f" and {disk_text(folders)} of emptied folders" if folders else ""


def freed_text(files: int, folders: int = 0, *, layered: bool = False) -> str:
    """Return how many bytes of files and emptied folders were freed, as text; upper limits if `layered` (overlayfs)."""
    return f"freed {'at most ' if layered else ''}{with_folders(files, folders)}"


def removed(
    files: int, entries: int, freed: int, folders: int, *, before: int, left: int, layered: bool = False
) -> str:
    """Return a line that sums up removals: what was removed, and the size of all entries before and after.

    `freed`, `before` and `left` are bytes of files, `folders` are bytes of emptied folders. `layered` is as in
    `freed_text`.
    """
    what = f"{count(files, 'file')} of {count(entries, 'entry')}"
    line = f"Removed {what}, {freed_text(freed, folders, layered=layered)}: {disk_text(before)} → {disk_text(left)}"
    return f"{line}; files from a container's image stay in the image" if layered else line


def home_short(root: str) -> str:
    """Return a path with `~` for the home directory."""
    try:
        home = str(Path.home())
    except RuntimeError:  # the home directory is unknown
        return root
    return f"~{root.removeprefix(home)}" if root == home or root.startswith(f"{home}{os.sep}") else root
