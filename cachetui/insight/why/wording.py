"""Words for ages, versions and places in an explanation."""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Iterable, Sequence

import humanize

from cachetui.insight.why.asker import Asker
from cachetui.insight.why.options import WITH_VALUE
from cachetui.insight.why.question import Question
from cachetui.model import NS, Entry

MOST_NAMED = 4
"""Versions that a sentence names one by one."""
KEPT = frozenset(("--no-index", "--find-links", "--no-binary", "--only-binary", "--prefer-binary", "--python-version"))
"""Options that a command which helps takes over, beside the indexes."""
PLAIN = re.compile(r"[\w.:=\\/+@-]+")
"""A word that means itself in the shells of Windows."""


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


def install(asker: Asker, question: Question, *options: str, asking: str | None = None) -> str:
    """Write a command that asks for the same, or for `asking` in its place, with the same options and further ones.

    Of the indexes that were named none is left where the further options name one. A cache that was named is named
    again, unless it is left out: pip would go by what stands last.
    """
    kept = [*asker.cache] if asker.names_cache and "--no-cache-dir" not in options and not question.given.off_by else []
    if "--index-url" not in options:
        kept += ["--index-url", question.index] if question.index else []
        kept += [word for index in question.extras for word in ("--extra-index-url", index)]
    for name, value in question.given.options[len(asker.told) :]:
        if name in KEPT and name not in options:
            kept += [name, value] if name in WITH_VALUE else [name]
    if question.pre and "--pre" not in options and ("--pre", "") not in asker.told:
        kept.append("--pre")
    return quoted([asker.command, "-m", "pip", question.given.verb, *options, *kept, asking or question.text])


def quoted(words: Sequence[str], platform: str = sys.platform) -> str:
    """Write words as they are typed into a shell, such that it parts them again as they are."""
    if platform != "win32":
        return shlex.join(words)
    return " ".join([word if PLAIN.fullmatch(word) else _in_quotes(word) for word in words])


def _in_quotes(word: str) -> str:
    """Put a word into quotes as programs on Windows take them off again (`subprocess.list2cmdline`)."""
    escaped = re.sub(r'(\\*)(?:(")|\Z)', lambda found: found[1] * 2 + ('\\"' if found[2] else ""), word)
    return f'"{escaped}"'
