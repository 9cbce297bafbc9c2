"""Words for ages, versions and places in an explanation."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable

import humanize

from cachetui.insight.why.asker import Asker
from cachetui.model import NS, Entry

MOST_NAMED = 4
"""Versions that a sentence names one by one."""


def old(seconds: float) -> str:
    """Tell an age in words, such as "7 minutes old"."""
    return f"{humanize.naturaldelta(seconds)} old"


def span(seconds: float) -> str:
    """Tell a length of time in words, such as "10 minutes"."""
    return humanize.naturaldelta(seconds)


def day(ns: int) -> str:
    """Write a time in nanoseconds since the epoch as a local date."""
    return time.strftime("%Y-%m-%d", time.localtime(ns // NS))


def moment(seconds: float) -> str:
    """Write a time in seconds since the epoch as local date and time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def shown_at(entry: Entry) -> str:
    """Tell where an entry lies and since when."""
    return f"{entry.path}, {day(entry.downloaded)}"


def named(words: Iterable[str], joint: str = "and") -> str:
    """Join words as a sentence does; of many only the first."""
    some = list(words)
    if len(some) > MOST_NAMED:
        some = [*some[: MOST_NAMED - 1], f"{len(some) - MOST_NAMED + 1} more"]
    return f"{', '.join(some[:-1])} {joint} {some[-1]}" if len(some) > 1 else "".join(some)


def pip_of(asker: Asker) -> str:
    """Name a pip."""
    return f"pip {asker.pip}" if asker.pip else "pip"


def python_of(asker: Asker) -> str:
    """Name a Python, such as "CPython 3.11"."""
    python = asker.python
    if python is None or python.trouble or not python.version:
        return "this Python"
    return f"{python.implementation} {'.'.join(python.version.split('.')[:2])}"


def install(asker: Asker, requirement: str, *options: str) -> str:
    """Write a command that installs something."""
    return shlex.join([*shlex.split(asker.command), "-m", "pip", "install", *options, requirement])


def remove(*terms: str) -> str:
    """Write a command that removes something."""
    return shlex.join(["cachetui", "remove", *terms])
