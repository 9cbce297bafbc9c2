"""Conditions of terms, except names and requirements.

A new term needs a condition here, a qualifier in `parser.py`, and its values in `completion.py`.
"""

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
"""Comparison operators for sizes and ages."""
Measured = Literal["size", "age", "checked", "read"]
"""Measures of an entry.

`size` is its bytes on disk. All others are the time that has passed since the entry was downloaded or
built (`age`), since its server last confirmed it (`checked`), or since it was last read (`read`).
"""
MEASURES: tuple[Measured, ...] = ("size", "age", "checked", "read")
PLAIN = re.compile(r"https?://[a-z0-9.:-]+/[A-Za-z0-9._~%+/-]*")
"""Pattern of a URL in which nothing can be secret, like most URLs."""
INTERPRETER = re.compile(r"([a-z]+)([0-9])([0-9]*)")
"""Pattern of the first part of a wheel's tag (PEP 425), such as `cp311`."""


class Condition(Protocol):
    """One condition on entries."""

    @property
    def text(self) -> str:
        """The condition as the user wrote it."""
        ...

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether the condition is true of an entry; None if that is unknown."""
        ...


@dataclass(frozen=True, slots=True)
class TextPart:
    """Condition that some text is part of an entry's project name, version or file name.

    If an entry has no file name, its URL or else its path is searched.
    """

    text: str
    """The condition as the user wrote it."""
    part: str
    """The text to find, in lower case."""

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether an entry's project name, version or file name (or else URL or path) contains the text."""
        del facts
        canonical = canonicalize_name(self.part)
        name = entry.filename or entry.url or entry.path
        bears = [text.lower() for text in (entry.project, entry.version, name) if text]
        return any(self.part in text for text in bears) or (entry.project is not None and canonical in entry.project)


@dataclass(frozen=True, slots=True)
class IsKind:
    """Condition such as `kind:wheel`."""

    text: str
    """The condition as the user wrote it."""
    kind: Kind
    """The kind that an entry must have."""

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether an entry is of the kind."""
        del facts
        return entry.kind == self.kind


@dataclass(frozen=True, slots=True)
class Measure:
    """Condition such as `size>100MB` or `age>90d`."""

    text: str
    """The condition as the user wrote it."""
    measured: Measured
    """The measure to compare."""
    comparison: str
    """The comparison operator, a key of `COMPARE`."""
    value: int
    """The value to compare with: bytes, or nanoseconds."""

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return the result of the comparison; None if the entry does not have the time that is compared."""
        if self.measured == "size":
            return COMPARE[self.comparison](entry.disk_usage, self.value)
        moment = {"age": entry.downloaded, "checked": entry.checked, "read": entry.read}[self.measured]
        return None if moment is None else COMPARE[self.comparison](facts.now_ns - moment, self.value)


@dataclass(frozen=True, slots=True)
class ForPython:
    """Condition such as `python:3.8`, which matches wheels that only this Python can use."""

    text: str
    """The condition as the user wrote it."""
    version: tuple[int, ...]
    """The Python version, such as (3, 8) or (3,)."""
    known: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)
    """Earlier results of `_takes`, by the first two parts of a tag."""

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether only this Python can use a wheel; None for an entry without tags."""
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
        """Return whether only this Python can use a wheel whose tag begins with `interpreter` and `abi`."""
        if len(self.version) > 1 and "abi3" in abi.lower().split("."):
            return False  # later Pythons can also use it
        return all(self._is(one) for one in interpreter.lower().split("."))

    def _is(self, interpreter: str) -> bool:
        found = INTERPRETER.fullmatch(interpreter)
        if not found:
            return False
        if len(self.version) == 1:
            return int(found[2]) == self.version[0]
        if found[1] == "py" or not found[3]:  # a later Python can also use it
            return False
        return (int(found[2]), int(found[3])) == self.version[:2]


@dataclass(frozen=True, slots=True)
class FromURL:
    """Condition such as `from:TEXT`, which matches if the URL that an entry came from contains the text."""

    text: str
    """The condition as the user wrote it."""
    part: str
    """The text that the URL must contain, in lower case."""

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether the entry's URL contains the text outside possible secrets; None if it has no URL."""
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
class IsMarked:
    """Condition `is:marked` of the browser's filter."""

    text: str
    """The condition as the user wrote it."""

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether an entry is marked."""
        return entry.path in facts.marked


@dataclass(frozen=True, slots=True)
class IsLabel:
    """Condition such as `is:leftover`."""

    text: str
    """The condition as the user wrote it."""
    word: Label
    """The label that an entry must have."""

    def is_true_of(self, entry: Entry, facts: Facts) -> bool | None:
        """Return whether an entry has the label; None if that is unknown."""
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
            case "used" | "unused":
                used = facts.used.get(entry.path)
                return None if used is None else used == (self.word == "used")
