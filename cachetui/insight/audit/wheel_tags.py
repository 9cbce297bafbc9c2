"""Pythons and platforms of a wheel in plain words, derived from the tags in its name (PEP 425)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cachetui.interpreters.compatibility import (
    IMPLEMENTATIONS,
    INTERPRETER,
    MACOS,
    MANYLINUX,
    MUSLLINUX,
    OLD_MANYLINUX,
    QUOTED,
    SOME,
    SYSTEMS,
    WINDOWS_PROCESSORS,
)
from cachetui.model import Entry

WHEELS = ("wheel", "built", "metadata")
"""Kinds whose entries have a wheel's file name."""
RELEASE = re.compile(r"\d{1,4}_(?:\d{1,4}_)?")
"""Pattern of a system's version in a platform tag, which comes before the processor."""


class TagSummary(NamedTuple):
    """Pythons and platform that an entry is for."""

    python: str
    """Pythons, such as "CPython 3.11" or "any Python 3"."""
    platform: str
    """Platform, such as "Linux x86_64" or "any"."""


SOURCE = TagSummary("source, to be built", "source, to be built")
NO_WHEEL = TagSummary("not a file for installing", "not a file for installing")
ODD = TagSummary("odd tags", "odd tags")


def fits(entry: Entry) -> TagSummary:
    """Return the Pythons and platform that an entry is for, or words that say why it is for none in particular."""
    kind, filename = entry[0], entry[8]  # by index: faster for a hundred thousand entries
    if kind == "sdist":
        return SOURCE
    if kind not in WHEELS or not filename:
        return NO_WHEEL
    found = _tags(filename)
    return _words(*found) if found else ODD


def tags(entry: Entry) -> str | None:
    """Return the tags in the file name of a wheel as written, such as "cp311-cp311-linux_x86_64".

    Return None if the entry has no wheel's name.
    """
    kind, filename = entry[0], entry[8]
    found = _tags(filename) if kind in WHEELS and filename else None
    return "-".join(found) if found else None


def _tags(filename: str) -> list[str] | None:
    """Return the Python, ABI and platform tags in the file name of a wheel; None if it is not a wheel's name."""
    name, *found = filename.removesuffix(".whl").rsplit("-", 3)
    return found if len(found) == 3 and "-" in name else None


@lru_cache(maxsize=4_096)
def _words(python: str, abi: str, platform: str) -> TagSummary:
    return TagSummary(pythons(python.lower(), abi.lower()), platforms(platform.lower()))


def pythons(python: str, abi: str) -> str:
    """Return in words the Pythons that the first two parts of a tag stand for."""
    found = [INTERPRETER.fullmatch(one) for one in python.split(".")[: SOME + 1]]
    named: dict[str, list[str]] = {}
    for one in found:
        if one is None or one[1] not in IMPLEMENTATIONS:
            return f"other: {python[:QUOTED]}"
        named.setdefault(IMPLEMENTATIONS[one[1]], []).append(f"{one[2]}.{one[3]}" if one[3] else one[2])
    if [*named] == ["Python"]:
        majors = [version for version in named["Python"] if "." not in version]
        if majors:
            return f"any Python {' or '.join(sorted(set(majors)))}"
        return f"Python {_joined(named['Python'])} or newer"
    words = ", ".join([f"{name} {_joined(versions)}" for name, versions in named.items()])
    abis = abi.split(".")
    if "abi3" in abis or "abi3t" in abis:
        return f"{words} or newer"
    threaded = any(one.startswith("cp") and one.rstrip("d").endswith("t") for one in abis)
    return f"{words}, free-threaded" if threaded else words


def platforms(platform: str) -> str:
    """Return the systems and processors that the last part of a tag stands for, each once."""
    if platform == "any":
        return "any"
    named = dict.fromkeys([_platform(one) for one in platform.split(".")[: 4 * SOME]])
    return _joined([*named])


def _platform(platform: str) -> str:
    """Return the system and processor of a platform tag."""
    for old, new in OLD_MANYLINUX.items():
        platform = platform.replace(old, new, 1) if platform.startswith(old) else platform
    if platform in WINDOWS_PROCESSORS:
        return f"Windows {WINDOWS_PROCESSORS[platform]}"
    if found := MANYLINUX.fullmatch(platform):
        return f"Linux {found[3][:QUOTED]}"
    if found := MUSLLINUX.fullmatch(platform):
        return f"Linux {found[3][:QUOTED]} (musl)"
    if found := MACOS.fullmatch(platform):
        return f"macOS {found[3][:QUOTED]}"
    for starts, system in SYSTEMS:
        for start in starts:
            if platform.startswith(start):
                rest = platform.removeprefix(start).lstrip("_")
                rest = rest[found.end() :] if (found := RELEASE.match(rest)) else rest
                return f"{system} {rest[:QUOTED]}".strip()
    return f"other: {platform[:QUOTED]}"


def _joined(words: list[str]) -> str:
    """Join the first `SOME` different words; add an ellipsis if there are more."""
    words = [*dict.fromkeys(words)]
    return ", ".join(words[:SOME]) + (", …" if len(words) > SOME else "")
