"""Entries that may still be in use and must stay (design, safety rule 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from cachetui.model import NS, Entry

HOUR_NS = 3600 * NS
"""Nanoseconds after a write during which a leftover or an empty directory may still be in use."""
DAY_NS = 24 * HOUR_NS
"""Nanoseconds after a write during which a build folder may still be in use."""
AWAITED = ("index", "response", "built")
"""Kinds of entries that a running pip may need again.

It may be revalidating a page: after a 304 it needs it. An index page that could not be named is a response. It may have
chosen a wheel that was built here, which it opens later by its path. Redirects are not included, because pip does not
revalidate the redirects that it caches.
"""
BUILT_LATELY = "written to less than a day ago: a wheel may be being built here"
"""Reason to keep a build folder."""


def build_folder(path: str) -> str | None:
    """Return the build folder that a leftover is or lies in, if any; `tempfile` names it `tmp…`."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        if part.startswith("tmp") and not part.endswith(".tmp"):
            return "/".join(parts[: index + 1])
    return None


def folder_of(entry: Entry) -> str | None:
    """Return the build folder that an entry is or belongs to; None if there is none."""
    return build_folder(entry.path) if entry.kind == "leftover" else None


def quiet_time(path: str) -> int:
    """Return for how many nanoseconds a leftover must be unchanged before it may be removed."""
    return DAY_NS if build_folder(path) else HOUR_NS


def build_times(entries: Iterable[Entry]) -> dict[str, int]:
    """Return the time of the last write to each build folder, in nanoseconds since the epoch, by path."""
    times: dict[str, int] = {}
    for entry in entries:
        if folder := folder_of(entry):
            latest = max([file.mtime_ns for file in entry.files], default=entry.downloaded)
            times[folder] = max(times.get(folder, 0), latest)
    return times


def reason_to_stay(entry: Entry, now_ns: int, pips: tuple[int, ...], newest: Mapping[str, int]) -> str | None:
    """Return why an entry must stay, or None if it may be removed.

    `now_ns` is the present time in nanoseconds since the epoch, `pips` are the process ids of running pips,
    and `newest` is the result of `build_times`.
    """
    if reason := awaited(entry, pips):
        return reason
    if entry.kind != "leftover":
        return None
    if folder := build_folder(entry.path):
        return BUILT_LATELY if now_ns - newest[folder] < DAY_NS else None
    if not entry.files:
        return "emptied less than an hour ago" if now_ns - entry.downloaded < HOUR_NS else None
    fresh = any(now_ns - file.mtime_ns < HOUR_NS for file in entry.files)
    return "written to less than an hour ago: a pip may be using it" if fresh else None


def awaited(entry: Entry, pips: tuple[int, ...]) -> str | None:
    """Return why an entry must stay while pips run, or None. `pips` are their process ids."""
    if pips and entry.kind == "built":
        return f"{running(pips)} and may be about to install this wheel"
    if pips and entry.kind in AWAITED:
        return f"{running(pips)} and may be waiting for this {'page' if entry.kind == 'index' else 'response'}"
    return building(pips) if folder_of(entry) else None


def building(pips: tuple[int, ...]) -> str | None:
    """Return why a build folder must stay while pips run, or None."""
    return f"{running(pips)} and may be building a wheel here" if pips else None


def running(pips: tuple[int, ...]) -> str:
    """Return a clause on which pips run."""
    numbers = ", ".join(str(pip) for pip in pips)
    return f"a pip is running ({numbers})" if len(pips) == 1 else f"{len(pips)} pips are running ({numbers})"


def costs_of_staying(pips: tuple[int, ...], stay: Counter[str], changed: int) -> Iterator[str]:
    """Yield a line on each group of entries that stay.

    `stay` counts these entries by kind. `changed` is the number of entries that changed since the scan.
    """
    pages, responses = stay["index"], stay["response"]
    parts = ["1 index page" if pages == 1 else f"{pages:,} index pages"] if pages else []
    parts += ["1 response" if responses == 1 else f"{responses:,} responses"] if responses else []
    built = stay["built"]
    parts += ["1 wheel built here" if built == 1 else f"{built:,} wheels built here"] if built else []
    if parts:
        listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
        yield f"{running(pips)}: {listed} {'stays' if pages + responses + built == 1 else 'stay'}"
    elif pips:
        yield running(pips)
    if left := stay["leftover"]:
        yield f"{'1 leftover stays' if left == 1 else f'{left:,} leftovers stay'}: may still be in use"
    if changed:
        many = f"{changed:,} entries changed since the cache was read: they stay"
        yield "1 entry changed since the cache was read: it stays" if changed == 1 else many
