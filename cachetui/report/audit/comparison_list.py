"""Differences between two audits as lines of a list; independent of Textual."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cachetui.insight.audit.comparison import ComparedEntry, Comparison, FigureChange
from cachetui.report.removal_list import ListLine
from cachetui.text.format import count, disk_text


def comparison_lines(comparison: Comparison) -> Iterator[ListLine]:
    """Yield lines: total, kinds and projects, then added, removed and resized entries; one line if nothing differs."""
    if not comparison:
        yield ListLine("Nothing has changed.", heading=True)
        return
    yield ListLine("Total", _change(comparison.total))
    yield from _figures("By kind", comparison.kinds, "")
    yield from _figures("By project", comparison.projects, "no project")
    yield from _entries("Added", comparison.came)
    yield from _entries("Removed", comparison.went)
    if comparison.resized:
        yield ListLine(f"Resized: {count(len(comparison.resized), 'entry')}", heading=True)
    for before, now in comparison.resized:
        yield ListLine(_name(now), _change(FigureChange(None, before.disk_usage, now.disk_usage, 1, 1)))


def _figures(title: str, changes: Sequence[FigureChange], nameless: str) -> Iterator[ListLine]:
    if changes:
        yield ListLine(title, heading=True)
    for one in changes:
        yield ListLine(one.name or nameless, _change(one))


def _entries(title: str, entries: Sequence[ComparedEntry]) -> Iterator[ListLine]:
    if entries:
        disk = sum([entry.disk_usage for entry in entries])
        yield ListLine(f"{title}: {count(len(entries), 'entry')}", disk=disk, heading=True)
    for entry in entries:
        yield ListLine(_name(entry), entry.kind, entry.disk_usage)


def _name(entry: ComparedEntry) -> str:
    return entry.file_name or entry.project or entry.path


def _change(figure: FigureChange) -> str:
    sign = "-" if figure.difference < 0 else "+"
    return f"{disk_text(figure.before)} to {disk_text(figure.now)}, {sign}{disk_text(abs(figure.difference))}"
