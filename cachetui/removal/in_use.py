"""Find entries that may still be in use and must stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cachetui.conduct import PIP, Conduct
from cachetui.model import NS, Entry

HOUR_NS = 3600 * NS
"""Nanoseconds after a write during which a leftover or an empty directory may still be in use."""
DAY_NS = 24 * HOUR_NS
"""Nanoseconds after a write during which a build folder may still be in use."""
BUILDS_IN = "wheels/"
"""Beginning of the paths of build folders."""
PROTECTED = "protected"
"""Reason to keep an entry that the user protects."""
BUILT_LATELY = "written to less than a day ago, so pip may be building a wheel here"
"""Reason to keep a build folder, which only pip makes."""
WRITTEN_LATELY = "written to less than an hour ago, so {} may be using it"
"""Reason to keep a leftover that is no build folder; `{}` stands for the program that fills the cache."""
EMPTIED_LATELY = "emptied less than an hour ago"
"""Reason to keep an empty directory."""


def build_folder(path: str) -> str | None:
    """Return the build folder that a leftover is, or lies in; None if there is none. `tempfile` names it `tmp…`."""
    parts = path.split("/") if path.startswith(BUILDS_IN) else []
    for index, part in enumerate(parts):
        if part.startswith("tmp") and not part.endswith(".tmp"):
            return "/".join(parts[: index + 1])
    return None


def folder_of(entry: Entry) -> str | None:
    """Return the build folder that an entry is or belongs to; None if there is none."""
    return build_folder(entry.path) if entry.kind == "leftover" else None


def quiet_time(path: str) -> int:
    """Return the number of nanoseconds for which a leftover must be unchanged before it may be removed."""
    return DAY_NS if build_folder(path) else HOUR_NS


def build_times(entries: Iterable[Entry]) -> dict[str, int]:
    """Return the time of the last write to each build folder, in nanoseconds since the epoch, by path."""
    times: dict[str, int] = {}
    for entry in entries:
        if folder := folder_of(entry):
            latest = max([file.mtime_ns for file in entry.files], default=entry.downloaded)
            times[folder] = max(times.get(folder, 0), latest)
    return times


def reason_to_stay(
    entry: Entry, now_ns: int, pips: tuple[int, ...], newest: Mapping[str, int], conduct: Conduct = PIP
) -> str | None:
    """Return why an entry must stay because it may be in use; None if it need not.

    `now_ns` is the current time in nanoseconds since the epoch, `pips` are the process ids of running programs that use
    the cache, `newest` is the result of `build_times`, and `conduct` is the cache's `Inventory.conduct`.
    """
    if reason := awaited(entry, pips, conduct):
        return reason
    if entry.kind != "leftover":
        return None
    if folder := build_folder(entry.path):
        return BUILT_LATELY if now_ns - newest[folder] < DAY_NS else None
    if not entry.files:
        return EMPTIED_LATELY if now_ns - entry.downloaded < HOUR_NS else None
    fresh = any(now_ns - file.mtime_ns < HOUR_NS for file in entry.files)
    return WRITTEN_LATELY.format(one_of(conduct.tool)) if fresh else None


def awaited(entry: Entry, pips: tuple[int, ...], conduct: Conduct = PIP) -> str | None:
    """Return why an entry must stay while programs use the cache, or None; `pips` are the programs' process ids."""
    return running_words(conduct) if pips and (entry.kind in conduct.awaited or folder_of(entry)) else None


def running_words(conduct: Conduct = PIP) -> str:
    """Return the reason to keep what a running program may need."""
    return f"{' or '.join(map(one_of, conduct.programs))} is running"


def one_of(program: str) -> str:
    """Return the words for one process of a program: its name, or "a pip", because each Python has its own pip."""
    return "a pip" if program == "pip" else program
