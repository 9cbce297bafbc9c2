"""The conditions of terms other than names."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from cachetui.labels import Facts, Label
from cachetui.model import Entry, Kind

COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
"""Comparisons of sizes and ages."""
Measured = Literal["size", "age", "checked", "read"]
"""Measures: bytes on disk; the time since an entry was downloaded or built, since its server last confirmed
it, since it was last read."""
MEASURES: tuple[Measured, ...] = ("size", "age", "checked", "read")
PLAIN = re.compile(r"https?://[a-z0-9.:-]+/[A-Za-z0-9._~%+/-]*")
"""A URL without anything that may be a secret, as most are."""
INTERPRETER = re.compile(r"([a-z]+)([0-9])([0-9]*)")
"""The first part of a wheel's tag (PEP 425), such as `cp311`."""


class Condition(Protocol):
    """One term."""

    @property
    def text(self) -> str:
        """Return it as written."""
        ...

    def judge(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether it is true of an entry; None if that is unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a project's name, a version or a file name; where there is none, of the URL or else the path."""

    text: str
    """As written."""
    part: str
    """The text to find, in lower case."""

    def judge(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether an entry contains it."""
        del facts
        canonical = canonicalize_name(self.part)
        name = entry.filename or entry.url or entry.path
        bears = [text.lower() for text in (entry.project, entry.version, name) if text]
        return any(self.part in text for text in bears) or (entry.project is not None and canonical in entry.project)


@dataclass(frozen=True, slots=True)
class OfKind:
    """`kind:wheel`."""

    text: str
    """As written."""
    kind: Kind
    """The value that an entry must have."""

    def judge(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether an entry is of this kind."""
        del facts
        return entry.kind == self.kind


@dataclass(frozen=True, slots=True)
class Measure:
    """`size>100MB`, `age>90d`."""

    text: str
    """As written."""
    measured: Measured
    """The measure."""
    comparison: str
    """The comparison, one of `COMPARE`."""
    value: int
    """The value to compare with: bytes, or nanoseconds."""

    def judge(self, entry: Entry, facts: Facts) -> bool | None:
        """Compare; None where an entry has no such time."""
        if self.measured == "size":
            return COMPARE[self.comparison](entry.disk_usage, self.value)
        moment = {"age": entry.downloaded, "checked": entry.checked, "read": entry.read}[self.measured]
        return None if moment is None else COMPARE[self.comparison](facts.now_ns - moment, self.value)


@dataclass(frozen=True, slots=True)
class ForPython:
    """`python:3.8`: a wheel for this Python alone."""

    text: str
    """As written."""
    version: tuple[int, ...]
    """Such as (3, 8), or (3,)."""
    known: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)
    """Tags judged before, by their first two parts."""

    def judge(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether no other Python can use a wheel; None for what has no tags."""
        del facts
        if not entry.filename or not entry.filename.endswith(".whl"):
            return None
        start, *tags = entry.filename.rsplit("-", 3)
        if len(tags) < 3 or "-" not in start:
            return None
        tag = tags[0], tags[1]
        if tag not in self.known:
            self.known[tag] = self._takes(*tag)
        return self.known[tag]

    def _takes(self, interpreter: str, abi: str) -> bool:
        """Return whether it is meant by the first two parts of a tag."""
        if len(self.version) > 1 and "abi3" in abi.lower().split("."):
            return False  # later Pythons can use it, too
        return all(self._is(one) for one in interpreter.lower().split("."))

    def _is(self, interpreter: str) -> bool:
        found = INTERPRETER.fullmatch(interpreter)
        if not found:
            return False
        if len(self.version) == 1:
            return int(found[2]) == self.version[0]
        if found[1] == "py" or not found[3]:  # a later Python can use it, too
            return False
        return (int(found[2]), int(found[3])) == self.version[:2]


@dataclass(frozen=True, slots=True)
class From:
    """`from:TEXT`: a part of the URL that an entry came from."""

    text: str
    """As written."""
    part: str
    """The text that the URL must contain, in lower case."""

    def judge(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether a URL contains the text outside of possible secrets; None if it is not known."""
        del facts
        if entry.url is None:
            return None
        if PLAIN.fullmatch(entry.url):
            return self.part in entry.url.lower()
        try:
            parts = urlsplit(entry.url)
            return self.part in f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".lower()
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Is:
    """`is:WORD`."""

    text: str
    """As written."""
    word: Label
    """The value that an entry must have."""

    def judge(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether an entry has the label."""
        match self.word:
            case "leftover":
                return entry.kind == "leftover"
            case "unidentified":
                return entry.project is None and entry.kind in ("response", "unknown")
            case "superseded":
                return entry.path in facts.superseded
            case "legacy":
                return entry.path in facts.legacy
            case "dead-weight":
                return entry.path in facts.dead_weight
            case "protected":
                return entry.path in facts.protected
            case "unusable":
                usable = facts.usable.get(entry.path)
                return None if usable is None else not usable
