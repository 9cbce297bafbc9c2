"""Audit reports and comparisons as CSV (RFC 4180), with one row per entry; independent of Textual."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from functools import lru_cache

from cachetui.insight.audit.audit import EntryRows
from cachetui.insight.audit.comparison import ComparedEntry, Comparison
from cachetui.report.audit.audit_rows import AuditRow, ReportHead, head, rows
from cachetui.text.escape import escape_control

FORMULAS = frozenset("=+-@'")
"""Characters that begin a formula in a spreadsheet, and the apostrophe, which marks a cell as text."""
TEXTS = 6
"""Number of cells that `_plain` checks together: project, version, file name, origin, URL and path."""
LABELS: dict[object, str] = {True: "true", False: "false", None: ""}
CHANGES = ("since", "change", "kind", "project", "version", "file_name", "before", "now", "path")
"""Columns of a comparison, after those of `ReportHead`."""


def audit_csv(listed: EntryRows) -> Iterator[str]:
    """Yield the parts of the CSV document: a line of column titles, then a line for each entry."""
    shared = head(listed)
    yield _written([(*ReportHead._fields, *AuditRow._fields)])
    start = _written([map(cell, shared)]).removesuffix("\r\n")
    for row in rows(listed):
        yield f"{start},{_plain(row) or _written([map(cell, row)])}"


def _plain(row: AuditRow) -> str:
    """Return an entry's line, made faster than by the `csv` module; empty if a cell may need quotes or escapes."""
    (kind, project, version, file_name, disk_usage, apparent_size, downloaded, checked, read) = row[:9]
    (python, platform, tags, origin, url, rung, superseded, dead_weight, legacy, unusable, protected, path) = row[9:]
    named = f"{project or ''},{version or ''},{file_name or ''}"
    placed = f"{origin or ''},{url or ''}"
    texts = f",{named},{placed},{path}"
    if texts.count(",") != TEXTS or '"' in texts or not (texts.isascii() and texts.isprintable()):
        return ""
    if ",=" in texts or ",+" in texts or ",-" in texts or ",@" in texts or ",'" in texts:  # faster than a loop
        return ""
    return (
        f"{kind},{named},{disk_usage},{apparent_size},{downloaded},{checked or ''},{read or ''},{_words(python)},"
        f"{_words(platform)},{_words(tags or '')},{placed},{rung or ''},{LABELS[superseded]},{LABELS[dead_weight]},"
        f"{LABELS[legacy]},{LABELS[unusable]},{LABELS[protected]},{path}\r\n"
    )


@lru_cache(maxsize=4_096)
def _words(words: str) -> str:
    """Return a text as a CSV cell; the result is cached, because many entries share the text."""
    return _written([[cell(words), ""]]).removesuffix(",\r\n")


def comparison_csv(comparison: Comparison, shared: ReportHead, since: str) -> Iterator[str]:
    """Yield the parts of the CSV document: a line of column titles, then a line for each entry that changed.

    A changed entry was added or removed, or it grew or shrank. `since` is the time of the earlier audit.
    """
    changed = [
        *[("came", line, 0, line.disk_usage) for line in comparison.came],
        *[("went", line, line.disk_usage, 0) for line in comparison.went],
        *[
            ("grew" if now.disk_usage > old.disk_usage else "shrank", now, old.disk_usage, now.disk_usage)
            for old, now in comparison.resized
        ],
    ]
    yield _written([(*ReportHead._fields, *CHANGES)])
    yield _written([map(cell, (*shared, since, *_change(*one))) for one in changed])


def _change(change: str, line: ComparedEntry, before: int, now: int) -> tuple[object, ...]:
    return (change, line.kind, line.project, line.version, line.file_name, before, now, line.path)


def cell(value: object) -> object:
    """Return the cell for a value: empty for None, true or false for a bool, a number as it is.

    Invisible characters in text are escaped. Text that a spreadsheet would take for a formula gets a leading
    apostrophe. Text that begins with an apostrophe gets another one, so that removing one restores the text.
    """
    if type(value) is str:
        text = value if value.isascii() and value.isprintable() else escape_control(value)  # true of most texts
        return f"'{text}" if text[:1] in FORMULAS else text
    return value if type(value) is int else LABELS[value]


def _written(lines: Iterable[Iterable[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue()
