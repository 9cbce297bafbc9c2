"""Columns of an audit report: those of the whole report, and those of each entry; independent of Textual."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from cachetui import __version__
from cachetui.insight.audit.audit import EntryRows
from cachetui.insight.audit.comparison import ComparedEntry
from cachetui.insight.audit.wheel_tags import tags
from cachetui.model import NS
from cachetui.text.escape import escape_control
from cachetui.text.redact import PLAIN_ADDRESS, masked

SCHEMA = 2
"""Version of the JSON and CSV formats of audits, increased with each change that breaks readers."""
SURROGATE = re.compile("[\ud800-\udfff]")
DAY = 86_400
"""Number of seconds in a day."""
EPOCH = date(1970, 1, 1).toordinal()
MINUTES = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(1440)]
SECONDS = [f"{second:02}Z" for second in range(60)]


class ReportHead(NamedTuple):
    """Columns that are the same in all rows of a report."""

    schema: int
    """Version of the format."""
    host: str
    """Name of the computer."""
    root: str
    """Absolute path of the cache directory."""
    audited: str
    """Time of the audit in ISO 8601 and UTC, like all times in a report."""
    cachetui_version: str
    """Version of the cachetui that wrote the report."""


class AuditRow(NamedTuple):
    """A row of a report, for one entry. Some of its texts come from the cache, so writers must escape them."""

    kind: str
    project: str | None
    version: str | None
    file_name: str | None
    disk_usage: int
    """Allocated bytes."""
    apparent_size: int
    """Total length of the entry's files in bytes."""
    downloaded: str
    """Time of the download or build."""
    checked: str | None
    read: str | None
    python: str
    """Pythons that the entry is for, in words."""
    platform: str
    """Platform that the entry is for, in words."""
    tags: str | None
    """Tags in the file name of a wheel, as written; None if the entry has no wheel's name."""
    origin: str | None
    """Index that the entry came from, as "host/path", without secrets; None if the entry has no URL.

    If no cached page belongs to that index, only the host. For a local file or an unclear URL, words that say so.
    """
    url: str | None
    """URL of the entry, with secrets masked."""
    identified_by: str | None
    superseded: bool
    dead_weight: bool
    legacy: bool
    unusable: bool | None
    """Whether no Python here can use the entry; None if that is unknown."""
    protected: bool
    path: str
    """Path relative to the root."""

    @property
    def line(self) -> ComparedEntry:
        """Fields that a comparison needs."""
        return ComparedEntry(self.path, self.kind, self.project, self.version, self.file_name, self.disk_usage)


def head(listed: EntryRows) -> ReportHead:
    """Return the columns that are the same in all rows of a report."""
    return ReportHead(
        SCHEMA, characters(platform.node()), characters(listed.root), moment(listed.now_ns // NS), __version__
    )


def rows(listed: EntryRows) -> Iterator[AuditRow]:
    """Yield a row for each entry, in the order of the inventory."""
    facts = listed.facts
    superseded, dead_weight, legacy, protected = facts.superseded, facts.dead_weight, facts.legacy, facts.protected
    for entry, (python, system), origin in zip(listed.entries, listed.fits, listed.origin, strict=True):
        kind, files, path, downloaded, checked, read, project, version, filename, url, rung, *_ = entry
        usable = facts.usable.get(path)
        if len(files) == 2:  # the most common case
            (_, _, _, size, disk_usage, *_), (_, _, _, more, more_disk_usage, *_) = files
            size, disk_usage = size + more, disk_usage + more_disk_usage
        else:
            size, disk_usage = entry.apparent_size, entry.disk_usage
        yield AuditRow(
            kind,
            project if project is None or project.isascii() else characters(project),
            version if version is None or version.isascii() else characters(version),
            filename if filename is None or filename.isascii() else characters(filename),
            disk_usage,
            size,
            came := moment(downloaded // NS),
            None if checked is None else came if checked == downloaded else moment(checked // NS),
            None if read is None else moment(read // NS),
            python,
            system,
            named if (named := tags(entry)) is None or named.isascii() else characters(named),
            origin,
            None if url is None else characters(url if PLAIN_ADDRESS(url) else masked(url)),
            rung,
            path in superseded,
            path in dead_weight,
            path in legacy,
            None if usable is None else not usable,
            path in protected,
            path if path.isascii() else characters(path),
        )


def characters(text: str) -> str:
    r"""Return text with surrogates escaped, such as `\xNN` for a byte that was not UTF-8."""
    return text if text.isascii() else SURROGATE.sub(lambda found: escape_control(found[0]), text)


def moment(second: int) -> str:
    """Return a time in seconds since the epoch as ISO 8601 in UTC.

    A date before the year 1 becomes the first day of that year, a date after the year 9999 the last day of that year.
    """
    day, rest = divmod(second, DAY)
    return f"{_date(day)}T{MINUTES[rest // 60]}{SECONDS[rest % 60]}"


@lru_cache(maxsize=4_096)
def _date(day: int) -> str:
    """Return the date that is `day` days after the epoch, as ISO 8601; limited to the years 1 to 9999."""
    first, last = date.min.toordinal(), date.max.toordinal()
    return date.fromordinal(min(max(day + EPOCH, first), last)).isoformat()
