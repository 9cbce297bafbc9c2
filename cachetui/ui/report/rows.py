"""What a report tells of each entry, in the order of its columns; no Textual here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from cachetui.insight.audit.comparison import Line
from cachetui.insight.audit.tags import fits
from cachetui.insight.audit.whole import Audit
from cachetui.model import NS
from cachetui.ui.text import masked, printable

SURROGATE = re.compile("[\ud800-\udfff]")
DAY = 86_400
"""Seconds in a day."""
EPOCH = date(1970, 1, 1).toordinal()
MAY_HOLD_SECRETS = re.compile(r"[@?#;\[\]\\]").search
"""Only addresses with one of these need a closer look."""


class Row(NamedTuple):
    """An entry, as a report tells of it. Texts are from the cache: whoever writes them makes them harmless."""

    kind: str
    project: str | None
    version: str | None
    filename: str | None
    disk_usage: int
    """Bytes."""
    apparent_size: int
    """Bytes."""
    downloaded: str
    """ISO 8601 in UTC, as all times."""
    checked: str | None
    read: str | None
    python: str
    """For which Pythons it is, in words."""
    platform: str
    """For which platform it is, in words."""
    origin: str | None
    """From which index it came, as "host/path", without secrets."""
    url: str | None
    """Its address, masked."""
    identified_by: str | None
    superseded: bool
    dead_weight: bool
    legacy: bool
    unusable: bool | None
    """None where that cannot be told."""
    protected: bool
    path: str
    """Relative to the root."""

    @property
    def line(self) -> Line:
        """What a comparison wants to know."""
        return Line(self.path, self.kind, self.project, self.version, self.filename, self.disk_usage)


def rows(audit: Audit) -> Iterator[Row]:
    """Yield a row for each entry, in the order of the inventory."""
    facts, origin_of = audit.facts, audit.origin_of
    superseded, dead_weight, legacy, protected = facts.superseded, facts.dead_weight, facts.legacy, facts.protected
    for entry in audit.total.entries:
        kind, files, path, downloaded, checked, read, project, version, filename, url, rung, *_ = entry
        usable = facts.usable.get(path)
        python, platform = fits(entry)
        yield Row(
            kind,
            project and characters(project),
            version and characters(version),
            filename and characters(filename),
            sum([file[4] for file in files]),
            sum([file[3] for file in files]),
            came := moment(downloaded // NS),
            None if checked is None else came if checked == downloaded else moment(checked // NS),
            None if read is None else moment(read // NS),
            python,
            platform,
            origin_of(entry),
            url and characters(masked(url) if MAY_HOLD_SECRETS(url) else url),
            rung,
            path in superseded,
            path in dead_weight,
            path in legacy,
            None if usable is None else not usable,
            path in protected,
            characters(path),
        )


def characters(text: str) -> str:
    r"""Return text with what is no character spelt out, such as `\xNN` for a byte that was no UTF-8."""
    return text if text.isascii() else SURROGATE.sub(lambda found: printable(found[0]), text)


def moment(second: int) -> str:
    """Write a time in seconds since the epoch as ISO 8601 in UTC; of a day that no calendar holds, its nearest."""
    day, rest = divmod(second, DAY)
    return f"{_date(day)}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"


@lru_cache(maxsize=4_096)
def _date(day: int) -> str:
    """Write a day, counted from the epoch."""
    first, last = date.min.toordinal(), date.max.toordinal()
    return date.fromordinal(min(max(day + EPOCH, first), last)).isoformat()
