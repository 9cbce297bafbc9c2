"""Parse an interpreter's report. It is untrusted, so each field is checked."""

from __future__ import annotations

import json
import os
import re
from typing import NamedTuple

from packaging.version import Version

VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}[0-9A-Za-z.+_-]{0,40}")
"""Pattern of `platform.python_version()`."""
NAME = re.compile(r"[A-Za-z][A-Za-z0-9 ._-]{0,40}")
"""Pattern of `platform.python_implementation()`."""
PLATFORM = re.compile(r"[A-Za-z0-9._-]{1,80}")
"""Pattern of `sysconfig.get_platform()`."""
TAG_PARTS = re.compile(r"[a-z0-9_]{1,40}-[a-z0-9_]{1,60}")
"""Pattern of the first two parts of a tag (PEP 425)."""
TAG_PLATFORM = re.compile(r"[a-z0-9_]{1,80}")
"""Pattern of the third part of a tag."""
MARKERS = (
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
)
"""Markers of PEP 508 whose values an interpreter reports."""
MOST_TAGS = 50_000
"""Maximum number of tags in a report; macOS has the most, about 3,000."""
MOST_PLACES = 1_000
"""Maximum number of import paths to read; no Python has more."""
INDEX = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~+-]+)*/?")
"""Pattern of index URLs, without credentials and queries."""
LONGEST = 4_096
"""Maximum length in characters of a path, a marker or another text in a report."""


class ProbeAnswer(NamedTuple):
    """An interpreter's report, with each field checked; see `InterpreterInfo` for the fields."""

    version: str
    implementation: str
    platform: str
    executable: str
    """Absolute path; empty if the interpreter does not know it."""
    prefix: str
    base_prefix: str
    path: tuple[str, ...]
    pip: str | None
    pypi: str | None
    markers: dict[str, str]
    tags: tuple[str, ...]


class _RubbishError(ValueError):
    """Error for a report that no interpreter would give."""


def read_answer(told: str) -> ProbeAnswer | None:
    """Parse an interpreter's report; return None if no interpreter would give it."""
    try:
        fields = _mapping(json.loads(told))
        return ProbeAnswer(
            version=_matching(VERSION, fields.get("version")),
            implementation=_matching(NAME, fields.get("implementation")),
            platform=_matching(PLATFORM, fields.get("platform")),
            executable=_path(fields.get("executable")) if fields.get("executable") != "" else "",
            prefix=_path(fields.get("prefix")),
            base_prefix=_path(fields.get("base_prefix")),
            path=tuple([_text(place) for place in _list(fields.get("path"))[:MOST_PLACES]]),
            pip=_version(fields.get("pip")),
            pypi=index_in(fields.get("index")),
            markers=_markers(fields.get("markers")),
            tags=_tags(fields.get("tags")),
        )
    except (ValueError, RecursionError):  # ValueError also covers invalid JSON
        return None


def index_in(value: object) -> str | None:
    """Return the URL of an index; None for anything else."""
    return value if isinstance(value, str) and len(value) <= LONGEST and INDEX.fullmatch(value) else None


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _RubbishError
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise _RubbishError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or "\0" in value:
        raise _RubbishError
    return value


def _matching(pattern: re.Pattern[str], value: object) -> str:
    text = _text(value)
    if not pattern.fullmatch(text):
        raise _RubbishError
    return text


def _path(value: object) -> str:
    path = _text(value)
    if not os.path.isabs(path):  # noqa: PTH117 - the path is text
        raise _RubbishError
    return path


def _version(value: object) -> str | None:
    if value is None:
        return None
    try:
        return str(Version(_text(value)))
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        raise _RubbishError from None


def _markers(value: object) -> dict[str, str]:
    given = _mapping(value)
    return {name: _text(given.get(name)) for name in MARKERS}


def _tags(value: object) -> tuple[str, ...]:
    """Return the tags of a report, as strings.

    Each of its `groups` holds the first two parts of tags, and the index of the list in `platforms` with the third.
    """
    given = _mapping(value)
    lists = [[_matching(TAG_PLATFORM, one) for one in _list(some)] for some in _list(given.get("platforms"))]
    tags: dict[str, None] = {}
    for group in _list(given.get("groups")):
        parts, number = _pair(group)
        if not 0 <= number < len(lists):
            raise _RubbishError
        for platform in lists[number]:
            tags[f"{parts}-{platform}"] = None
            if len(tags) > MOST_TAGS:
                raise _RubbishError
    return tuple(tags)


def _pair(value: object) -> tuple[str, int]:
    pair = _list(value)
    if len(pair) != 2 or not isinstance(pair[1], int):
        raise _RubbishError
    return _matching(TAG_PARTS, pair[0]), pair[1]
