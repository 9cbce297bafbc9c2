"""Read advisories in the OSV format, as far as they are about projects on PyPI.

Source: the Open Source Vulnerability format, https://ossf.github.io/osv-schema/ (its "Evaluation" for the ranges).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple, TypeVar

from packaging.utils import canonicalize_name
from packaging.version import Version

from cachetui.errors import CachetuiError
from cachetui.insight.check.items import CheckItem

ECOSYSTEM = "pypi"
"""Name of the ecosystem of PyPI in lower case; a suffix such as `:x` may follow."""
COMPARED = ("ECOSYSTEM", "SEMVER")
"""Types of ranges whose events are versions rather than commits."""
Event = Literal["introduced", "fixed", "last_affected", "limit"]
EVENTS: tuple[Event, ...] = ("introduced", "fixed", "last_affected", "limit")
UNBOUNDED = {"introduced": "0", "limit": "*"}
"""Values of events that are no version: "0" is before all versions, and "*" after all of them."""
Value = TypeVar("Value")


class AdvisoryError(CachetuiError):
    """Error for advisories that cannot be read; the message names the file, and the place in it if it is about one."""


class Range(NamedTuple):
    """Range of versions: the events at which versions begin or cease to be affected."""

    events: tuple[tuple[Event, Version | None], ...]
    """Events, first those without a version, then in the order of their versions.

    None stands for "before all versions" in an `introduced` event, and for "after all versions" in a `limit` event.
    """

    def takes(self, version: Version) -> bool:
        """Return whether a version is affected."""
        limits = [bound for event, bound in self.events if event == "limit"]
        if limits and not any(bound is None or version < bound for bound in limits):
            return False
        affected = False
        for event, bound in self.events:
            reached = bound is None or version >= bound
            if event == "introduced" and reached:
                affected = True
            elif (event == "fixed" and reached) or (event == "last_affected" and bound is not None and version > bound):
                affected = False
        return affected


@dataclass(frozen=True)
class Affected:
    """Versions of one project that an advisory is about."""

    name: str
    """Canonical name of the project."""
    versions: tuple[str, ...] = ()
    """Affected versions that the advisory lists one by one, as written."""
    ranges: tuple[Range, ...] = ()
    pattern: None = field(default=None, init=False)

    def names(self, project: str) -> bool:
        """Return whether the advisory is about a project."""
        return project == self.name

    def takes(self, version: str | None) -> bool:
        """Return whether a version is affected; a local version is affected if its public version is."""
        if version is None:
            return False
        own = _parsed(version)
        if own is None:
            return version.lower() in self._known or any(_is_all(one) for one in self.ranges)
        public = own if own.local is None else Version(own.public)
        return own in self._known or public in self._known or any(one.takes(public) for one in self.ranges)

    @cached_property
    def _known(self) -> frozenset[Version | str]:
        """The affected versions that are listed, parsed; invalid ones as text in lower case."""
        return frozenset([_parsed(one) or one.lower() for one in self.versions])


@lru_cache(maxsize=65_536)
def _parsed(version: str) -> Version | None:
    """Parse a version; return None if it is invalid (PEP 440)."""
    try:
        return Version(version)
    except ValueError:  # InvalidVersion, or more digits than int() accepts
        return None


def _is_all(some: Range) -> bool:
    """Return whether a range includes all versions."""
    return some.events == (("introduced", None),)


@dataclass
class Advisories:
    """Advisories that were read, and how many were left out."""

    items: list[CheckItem] = field(default_factory=list)
    """Advisories about projects on PyPI."""
    withdrawn: int = 0
    """Number of advisories that were withdrawn."""
    elsewhere: int = 0
    """Number of advisories that are about no project on PyPI."""
    without_versions: int = 0
    """Number of advisories about projects on PyPI that name no versions."""


def is_json(content: bytes) -> bool:
    """Return whether the content of a list can only be JSON, because it begins like an object or an array."""
    return content.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] in (b"{", b"[")


def read_advisories(content: bytes, name: str, into: Advisories) -> None:
    """Add to `into` the advisories in a file: one record, an array of records, or a record on each line.

    The file may also hold the answer of an OSV server, an object with records in `vulns`. `name` names the file in
    messages. Raises AdvisoryError if there are no records, or if `content` is not JSON. If records or lines are faulty,
    reads all others, and then raises AdvisoryError for the first faulty one.
    """
    errors, number = [], 0
    for place, record in _records(content, name):
        number += 1
        try:
            if isinstance(record, AdvisoryError):
                raise record
            _take(record, place, into)
        except AdvisoryError as error:
            errors.append(error)
    if not number:
        raise AdvisoryError(f"{name} has no records.")
    if errors:
        raise errors[0]


def _records(content: bytes, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the place of each record in the file, as messages name it, and the record.

    An AdvisoryError stands for a line that is not JSON. Raises AdvisoryError if the whole content cannot be read.
    """
    try:
        text = content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
    except ValueError:
        raise AdvisoryError(f"{name} cannot be read: its text has bytes that are not UTF-8.") from None
    try:
        document = _loaded(text)
    except (ValueError, RecursionError) as error:
        written = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if not (_is_extra(error) or any(_is_record(line) for _, line in written)):
            raise _error(error, name) from None
    else:
        if isinstance(document, dict) and isinstance(document.get("vulns"), list):  # the answer of an OSV server
            document = document["vulns"]
        if isinstance(document, list):
            yield from ((f"{name}, record {number}", record) for number, record in enumerate(document, 1))
        else:
            yield name, document
        return
    for number, line in written:
        try:
            record = _loaded(line)
        except (ValueError, RecursionError) as error:
            record = _error(error, name, number)
        yield f"{name}, line {number}", record


def _loaded(text: str) -> object:
    return json.loads(text)


def _is_record(line: str) -> bool:
    """Return whether a line is a record by itself."""
    try:
        record = _loaded(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "id" in record


def _is_extra(error: Exception) -> bool:
    """Return whether a whole JSON value was read, but more follows it."""
    return isinstance(error, json.JSONDecodeError) and error.msg.startswith("Extra data")


def _error(error: Exception, name: str, line: int | None = None) -> AdvisoryError:
    """Return the error for a file that is not JSON, or for one line of it."""
    if isinstance(error, json.JSONDecodeError):
        return AdvisoryError(f"{name}, line {line or error.lineno}: this is no valid JSON: {error.msg}.")
    what = "it is nested too deeply" if isinstance(error, RecursionError) else "a number in it is too long"
    return AdvisoryError(f"{name}{f', line {line}' if line else ''} cannot be read: {what}.")


def _take(record: object, place: str, into: Advisories) -> None:
    """Add a record to the advisories, or count why it is left out. Raises AdvisoryError."""
    table = _typed(record, dict, place, "an OSV record, which is an object")
    if "id" not in table:
        raise AdvisoryError(f"{place}: this is not an OSV record, because it has no id.")
    title = _typed(table.get("id"), str, f"{place}, id", "the name of the record")
    place = f"{place} ({title[:80]})"
    if table.get("withdrawn"):
        into.withdrawn += 1
        return
    parts, ours = [], False
    for number, affected in enumerate(_list(table, "affected", place)):
        where = f"{place}, affected[{number}]"
        package = _typed(_typed(affected, dict, where, "an object").get("package") or {}, dict, where, "an object")
        ecosystem = package.get("ecosystem")
        if not isinstance(ecosystem, str) or ecosystem.lower().partition(":")[0] != ECOSYSTEM:
            continue
        ours = True
        part = _affected(affected, package, where)
        if part.versions or part.ranges:
            parts.append(part)
    if not ours:
        into.elsewhere += 1
    elif not parts:
        into.without_versions += 1
    else:
        aliases = [_typed(one, str, f"{place}, aliases", "a list of texts") for one in _list(table, "aliases", place)]
        summary = table.get("summary")
        words = " ".join(summary.split()) if isinstance(summary, str) else ""
        into.items.append(CheckItem(title, tuple(parts), place, tuple(aliases), words))


def _affected(affected: Mapping[str, Any], package: Mapping[str, Any], place: str) -> Affected:
    name = _typed(package.get("name"), str, f"{place}.package.name", "the name of a project")
    versions = tuple(_list(affected, "versions", place))
    if not {*map(type, versions)} <= {str}:
        raise AdvisoryError(f"{place}.versions: this is not a list of texts.")
    ranges = []
    for number, some in enumerate(_list(affected, "ranges", place)):
        where = f"{place}.ranges[{number}]"
        if _typed(some, dict, where, "an object").get("type") not in COMPARED:
            continue
        try:
            ranges.append(_range(_list(some, "events", where), where))
        except AdvisoryError:
            if not versions:  # a list of all versions says the same
                raise
    return Affected(canonicalize_name(name), versions, tuple(ranges))


def _range(events: Sequence[object], place: str) -> Range:
    found: list[tuple[Event, Version | None]] = []
    for number, event in enumerate(events):
        where = f"{place}.events[{number}]"
        table = _typed(event, dict, where, "an object")
        for name in EVENTS:
            if name in table:
                written = _typed(table[name], str, f"{where}.{name}", "a version")
                bound = None if written == UNBOUNDED.get(name) else _parsed(written)
                if bound is None and written != UNBOUNDED.get(name):
                    raise AdvisoryError(f"{where}.{name}: {written[:40]} is no version.")
                found.append((name, bound))
    least = Version("0.dev0")

    def order(one: tuple[Event, Version | None]) -> tuple[bool, Version, bool]:
        event, bound = one
        return bound is not None, bound or least, event == "last_affected"  # after what begins with the same version

    return Range(tuple(sorted(found, key=order)))


def _list(table: Mapping[str, Any], key: str, place: str) -> list[Any]:
    value = table.get(key)
    return [] if value is None else _typed(value, list, f"{place}, {key}", "a list")


def _typed(value: object, kind: type[Value], place: str, what: str) -> Value:
    """Return a value that must be of type `kind` and not ""; otherwise raise AdvisoryError, with `place` and `what`."""
    if not isinstance(value, kind) or value == "":
        raise AdvisoryError(f"{place}: this is not {what}.")
    return value
