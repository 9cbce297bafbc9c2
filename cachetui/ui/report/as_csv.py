"""The report of an audit as CSV (RFC 4180): one row an entry; no Textual here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from cachetui.insight.audit.comparison import Comparison, Line
from cachetui.insight.audit.whole import Audit
from cachetui.ui.report.rows import Row, rows
from cachetui.ui.text import printable

FORMULAS = frozenset("=+-@'")
"""What makes a formula of a cell in a spreadsheet, and the sign that keeps it from being one."""
WORDS: dict[object, str] = {True: "true", False: "false", None: ""}
CHANGES = ("change", "kind", "project", "version", "filename", "before", "now", "path")
"""The columns of a comparison."""
AT_ONCE = 1_000
"""Rows that are written at once."""


def audit_csv(audit: Audit) -> Iterator[str]:
    """Yield the parts of the document: a line of titles, then one for each entry."""
    yield _written([Row._fields])
    some: list[list[object]] = []
    for row in rows(audit):
        some.append([cell(value) for value in row])
        if len(some) == AT_ONCE:
            yield _written(some)
            some.clear()
    yield _written(some)


def comparison_csv(comparison: Comparison) -> Iterator[str]:
    """Yield the parts of the document: a line of titles, then one for each entry that came, went, grew or shrank."""
    changed = [
        *[("came", line, 0, line.disk_usage) for line in comparison.came],
        *[("went", line, line.disk_usage, 0) for line in comparison.went],
        *[
            ("grew" if now.disk_usage > old.disk_usage else "shrank", now, old.disk_usage, now.disk_usage)
            for old, now in comparison.resized
        ],
    ]
    yield _written([CHANGES])
    yield _written([_change(*one) for one in changed])


def _change(change: str, line: Line, before: int, now: int) -> list[object]:
    return [
        cell(value) for value in (change, line.kind, line.project, line.version, line.filename, before, now, line.path)
    ]


def cell(value: object) -> object:
    """Return what to write for a value: nothing for None, true or false, numbers as they are.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; so does text that begins with an
    apostrophe, so that taking one away always gives back what it was.
    """
    if type(value) is str:
        text = printable(value)
        return f"'{text}" if text[:1] in FORMULAS else text
    return value if type(value) is int else WORDS[value]


def _written(lines: Iterable[Iterable[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue()
