"""Parts of an explanation's sentences: ages, dates, names of pips, Pythons and indexes, and shell commands."""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Iterable, Sequence

import humanize

from cachetui.insight.why.evidence import Evidence
from cachetui.insight.why.parsing import place_of
from cachetui.model import NS, Entry
from cachetui.text.format import DAY, age
from cachetui.text.quote import quoted

MOST_NAMED = 4
"""Maximum number of items that a sentence names one by one."""


COMMIT = re.compile(r"\Agit\+[^#]*@[0-9a-f]{40}(?=#|\Z)")
"""Pattern of the URL of a commit in a Git repository; pip caches wheels of commits, but not of branches or tags."""
LONGEST = 10_000 * 366 * DAY
"""Maximum length of time in seconds that is put into words; a longer one is shown as if it were this one."""


def old(seconds: float) -> str:
    """Return an age in words, such as "7 minutes old", or "dated in the future"."""
    return "dated in the future" if seconds < -DAY else f"{span(seconds)} old"


def ago(seconds: float) -> str:
    """Return the time since an event in words, such as "7 minutes ago", or "in the future"."""
    return "in the future" if seconds < -DAY else f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """Return a length of time in words, such as "10 minutes"; from one day on, in the same units as ages."""
    seconds = max(-LONGEST, min(seconds, LONGEST))
    return humanize.naturaldelta(seconds) if seconds < DAY else " ".join(age(seconds))


def day(ns: int) -> str:
    """Return the local date of a time in nanoseconds since the epoch, or "an impossible date"."""
    try:
        return time.strftime("%Y-%m-%d", time.localtime(ns // NS))
    except (OverflowError, OSError, ValueError):
        return "an impossible date"


def moment(seconds: float) -> str:
    """Return the local date and time of a time in seconds since the epoch, or "an impossible date"."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
    except (OverflowError, OSError, ValueError):
        return "an impossible date"


def shown_at(entry: Entry) -> str:
    """Return the path of an entry and the date of its download or build, separated by a comma."""
    return f"{entry.path}, {day(entry.downloaded)}"


def hosts_of(entries: Iterable[Entry]) -> list[str]:
    """Return the hosts that entries came from, each once."""
    return [*dict.fromkeys(place_of(entry.url, host_only=True) for entry in entries if entry.url)]


def pages_shown(case: Evidence, name: str) -> tuple[str, ...]:
    """Return the path and the date of each cached index or find-links page of a project that pip requested."""
    found = []
    for request in case.pages(name):
        entry, answer = case.entry_at(request.url), case.answer_to(request)
        if entry is not None:
            when = moment(answer.date or 0) if answer else day(entry.checked or entry.downloaded)
            found.append(f"{entry.path}, {when}")
    return tuple(found)


def named(words: Iterable[str], joint: str = "and") -> str:
    """Join words as in a sentence; if there are more than `MOST_NAMED`, name the first three and count the others."""
    some = list(words)
    if len(some) > MOST_NAMED:
        some = [*some[: MOST_NAMED - 1], f"{len(some) - MOST_NAMED + 1} more"]
    return f"{', '.join(some[:-1])} {joint} {some[-1]}" if len(some) > 1 else "".join(some)


def pip_of(case: Evidence) -> str:
    """Return the name of the pip that was asked, such as "pip 24.0"; "pip" if its version is unknown."""
    return f"pip {case.replay.pip}" if case.replay.pip else "pip"


def python_of(case: Evidence) -> str:
    """Return a name of the Python for which pip would install, such as "CPython 3.11"."""
    if case.is_aimed:
        words = iter(" ".join(case.question.arguments).replace("--python-version=", "--python-version ").split())
        value = next((next(words, "") for word in words if word == "--python-version"), "")
        return f"Python {value}" if value else "the Python that was asked for"
    python = case.asker.interpreter
    if python is None or python.trouble or not python.version:
        return "this Python"
    return f"{python.implementation} {'.'.join(python.version.split('.')[:2])}"


def asked(case: Evidence) -> list[str]:
    """Return the names of the indexes (or URLs of find-links pages) that pip asks for a newer copy of a cached page."""
    known = [one for one in case.pages(case.name) if one.how in ("checked", "assumed")]
    return [*dict.fromkeys(case.index_name(one.url) for one in known)]


def unseen(case: Evidence, name: str) -> list[str]:
    """Return the names of the indexes (or URLs of find-links pages) whose page for a project is not in the cache."""
    return [*dict.fromkeys(case.index_name(url) for url in case.run.unseen.get(name, ()))]


def arguments_with(case: Evidence, *options: str, asking: str = "") -> tuple[str, ...]:
    """Return pip's arguments with further options after its command.

    If the further options contain `--index-url`, all other index URLs are left out. If `asking` is not empty, it
    replaces the first requirement.
    """
    words = [*case.question.arguments]
    if "--index-url" in options:
        words = without_options(words, ("-i", "--index-url", "--extra-index-url"))
    if asking:
        first = next((word for word in case.question.asked_for() if word in words), "")
        words = [asking if word == first else word for word in words]
    return (words[0], *options, *words[1:])


def without_options(words: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the words without the given options and their values."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in names:
            next(rest, None)
        elif word.partition("=")[0] not in names:
            kept.append(word)
    return kept


def command_of(case: Evidence, arguments: Sequence[str]) -> str:
    """Return a command for the pip that was asked, as typed into a shell."""
    named_cache = case.asker.cache if case.asker.cache[:1] == ("--cache-dir",) else ()
    words = [case.asker.command, "-m", "pip", arguments[0], *named_cache, *arguments[1:]]
    if "--no-cache-dir" in arguments and named_cache:
        words = [case.asker.command, "-m", "pip", *arguments]
    command = quoted([*words, *(["-r", "requirements.txt"] if case.question.lines else [])])
    if sys.platform == "win32":
        return "".join([f"set {name}={value}&& " for name, value in case.question.variables]) + command
    return " ".join([*[f"{name}={shlex.quote(value)}" for name, value in case.question.variables], command])
