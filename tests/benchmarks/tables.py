"""All tables of the suite, as one Markdown document."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.benchmarks import commands, pure, removing, screen
from tests.benchmarks.reach import reach_table
from tests.benchmarks.report import MILLION, NONE, megabytes, milliseconds, percentile, seconds, slope, table, times
from tests.benchmarks.results import CPU, FILES, RESIDENT, SECONDS, Results

KILOBYTE = 1e3


def markdown(results: Results) -> str:
    """Return the whole report."""
    machine = ", ".join(f"{name}: {value}" for name, value in results.machine.items())
    parts = [["# Benchmarks"], [f"{machine}."]]
    if results.stopped:
        parts.append(["**Stopped before the end: what was measured last ran less often than that, or not at all.**"])
    for title, words, lines in _sections(results):
        if lines:
            parts += [[f"## {title}"], *([[words]] if words else []), lines]
    if results.notes:
        parts += [["## Left out"], [f"- {note}" for note in results.notes]]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _sections(results: Results) -> Iterator[tuple[str, str, list[str]]]:
    yield "What is to be reached", "Ratios are of medians, of programs run turn by turn.", reach_table(results)
    warm = (
        "Medians. CPU: user and system, children included. MB: the largest resident set, in millions of bytes, in a "
        "run that is not timed."
    )
    yield from _by_size(results, commands.WARM, "Reading a whole cache, warm", warm, _reading_rows)
    cold = (
        "Medians; the kernel's caches are dropped before every run. That drops the programs' own files, too: each was "
        "then run once on another, small cache, so that the first figures are of reading the cache alone."
    )
    yield from _by_size(results, commands.COLD, "Reading a whole cache, cold", cold, _reading_rows)
    lines = (
        "A terminal of 120 columns and 36 lines. Medians, seconds from the start of the command, or from the key `r`."
    )
    yield "Until there is something to see", lines, list(_screen_table(results))
    keys = (
        "Milliseconds from the byte of the key to the last byte of the first frame that shows its whole effect on the "
        "rows and what stands beside them. Net is without the time for which the browser was ready to run and other "
        "programs had the processors (Linux). In the last column until the last character has changed, such as the "
        "count at the right of the filter. There is no key that opens everything."
    )
    yield from _by_size(results, screen.GROUP, "From key to frame", keys, _key_rows)
    removal = (
        "Medians, of copies that were written out and had just been walked. What is done in process was scanned "
        "before the clock started; the command scans, too. Files left are those that no removal takes."
    )
    yield from _by_size(results, removing.GROUP, "Removing a whole cache", removal, _removal_rows)
    yield "Start of each command, on an empty cache", "Medians.", list(_start_table(results))
    growth = (
        "Time and memory for each entry. The exponent is that of the whole figure (1: linear, 2: quadratic); what "
        "every start costs is part of it, so that it is below 1 where that is much."
    )
    yield "Cost as it grows", growth, list(_growth_table(results))
    fewer = "In process, medians of the first time that each is done, up to all that a frame shows after it."
    yield "Growth of what needs no file", fewer, list(_pure_table(results))


Head = tuple[str, ...]
Rows = Callable[[Results, str, int], tuple[Head, list[Head]]]
"""Makes the head and the rows of a group's table for one size."""


def _by_size(results: Results, group: str, title: str, words: str, rows: Rows) -> Iterator[tuple[str, str, list[str]]]:
    """Yield a section for each size; the explanation stands in the first."""
    for entries in filter(None, results.sizes(group)):
        lines = table(*rows(results, group, entries))
        if lines:
            yield f"{title}: {entries:,} entries", words, lines
            words = ""


def _reading_rows(results: Results, group: str, entries: int) -> tuple[Head, list[Head]]:
    head: Head = ("program", "runs", "s", "ratio to `du -s`", "CPU s", "CPU ratio", "MB")
    rows: list[Head] = []
    for what in results.names(group):
        rows.append(
            (
                f"`{what}`" if what != commands.PIP else f"`{what}` (pip {results.machine.get('pip')})",
                str(len(results.figures(group, entries, what))),
                seconds(results.median(group, entries, what)),
                times(results.ratio(group, entries, what, commands.DU)),
                seconds(results.median(group, entries, what, CPU)),
                times(results.ratio(group, entries, what, commands.DU, CPU)),
                megabytes(results.most(group, entries, what, RESIDENT)),
            )
        )
    columns = len(head) if group == commands.WARM else len(head) - 1  # memory does not depend on the kernel's caches
    return head[:columns], [row[:columns] for row in rows]


def _screen_table(results: Results) -> Iterator[str]:
    sizes = list(filter(None, results.sizes(screen.GROUP)))
    rows: list[Head] = []
    for what in (screen.NAMED, screen.COMPLETE, screen.RESCAN_SEEN, screen.RESCAN):
        for how in ("", screen.FROM_MEMORY):
            row = [seconds(results.median(screen.GROUP, size, f"{what}{how}")) for size in sizes]
            rows.append((f"{what}{how or ', nothing remembered'}", *row))
    for what in (screen.PEAK, screen.END, screen.RESCANNED, f"{screen.RESCANNED}{screen.FROM_MEMORY}"):
        rows.append((f"MB: {what}", *[megabytes(results.most(screen.GROUP, size, what, RESIDENT)) for size in sizes]))
    if sizes:
        yield from table(("seconds until", *[f"{size:,} entries" for size in sizes]), rows)


def _key_rows(results: Results, group: str, entries: int) -> tuple[Head, list[Head]]:
    head = (
        "key",
        "presses",
        "50 in 100",
        "95 in 100",
        "slowest",
        "net, 50",
        "net, 95",
        "until quiet, 95",
    )
    rows: list[Head] = []
    for what in (*screen.KEYS, screen.FILTER_BOX, screen.FILTER, screen.UNFILTER):
        if figures := results.figures(group, entries, what):
            later = results.figures(group, entries, f"{what}{screen.SETTLED}")
            net = results.figures(group, entries, f"{what}{screen.NET}")
            shown = [percentile(figures, 0.5), percentile(figures, 0.95), max(figures)]
            shown += [percentile(net, 0.5), percentile(net, 0.95), percentile(later, 0.95)]
            rows.append((what, str(len(figures)), *map(milliseconds, shown)))
    return head, rows


def _removal_rows(results: Results, group: str, entries: int) -> tuple[Head, list[Head]]:
    head = ("how", "runs", "s", "ratio to `rm -rf`", "CPU s", "CPU ratio", "files left")
    rows: list[Head] = []
    for what in (removing.RM, removing.PLANNED, removing.CARRIED_OUT, removing.IN_PROCESS, removing.WHOLE):
        if (took := results.median(group, entries, what)) is not None:
            left = results.median(group, entries, f"{what}{removing.LEFT}", FILES)
            ratio = times(results.ratio(group, entries, what, removing.RM))
            processor = seconds(results.median(group, entries, what, CPU))
            processors = times(results.ratio(group, entries, what, removing.RM, CPU))
            files = NONE if left is None else f"{left:.0f}"
            runs = str(len(results.figures(group, entries, what)))
            rows.append((f"`{what}`", runs, seconds(took), ratio, processor, processors, files))
    return head, rows


def _start_table(results: Results) -> Iterator[str]:
    rows: list[Head] = []
    for what in results.names(commands.START):
        resident = megabytes(results.most(commands.START, 0, what, RESIDENT))
        figures = (results.median(commands.START, 0, what, unit) for unit in (SECONDS, CPU))
        rows.append((f"`{what}`", *map(seconds, figures), resident))
    for what in (screen.DRAWN, screen.EMPTY):
        if (took := results.median(screen.GROUP, 0, what)) is not None:
            rows.append((f"browser: {what}", seconds(took), NONE, NONE))
    yield from table(("command", "s", "CPU s", "MB"), rows)


def _growth_table(results: Results) -> Iterator[str]:
    """Yield a table of what grows: time, processor time and memory for each entry."""
    warm, micro, kilo = commands.WARM, "µs", "kB"
    wanted = [
        ("`du -s`", warm, commands.DU, SECONDS, micro),
        ("list, nothing remembered", warm, commands.FRESH, SECONDS, micro),
        ("list, nothing remembered, CPU", warm, commands.FRESH, CPU, micro),
        ("list, from memory", warm, commands.AGAIN, SECONDS, micro),
        ("list, nothing remembered", warm, commands.FRESH, RESIDENT, kilo),
        ("list, from memory", warm, commands.AGAIN, RESIDENT, kilo),
        ("browser: everything named", screen.GROUP, screen.COMPLETE, SECONDS, micro),
        ("browser: everything named, from memory", screen.GROUP, screen.COMPLETE + screen.FROM_MEMORY, SECONDS, micro),
        ("browser: mark all", screen.GROUP, screen.ALL, SECONDS, micro),
        ("browser: a letter of the filter", screen.GROUP, screen.FILTER, SECONDS, micro),
        ("browser: sort", screen.GROUP, screen.SORT, SECONDS, micro),
        ("browser, at its largest", screen.GROUP, screen.PEAK, RESIDENT, kilo),
        ("`rm -rf`", removing.GROUP, removing.RM, SECONDS, micro),
        ("plan a removal", removing.GROUP, removing.PLANNED, SECONDS, micro),
        ("carry it out", removing.GROUP, removing.CARRIED_OUT, SECONDS, micro),
    ]
    found = {(row[0], row[4]): _points(results, *row[1:4]) for row in wanted}
    yield from _per_entry([(words, points, unit) for (words, unit), points in found.items()])


def _pure_table(results: Results) -> Iterator[str]:
    named = [(what, _points(results, pure.GROUP, what, SECONDS), "µs") for what in results.names(pure.GROUP)]
    yield from _per_entry(named)


Points = dict[int, float]
"""Medians in seconds or bytes, by entries."""


def _points(results: Results, group: str, what: str, unit: str) -> Points:
    found = {size: results.median(group, size, what, unit) for size in results.sizes(group) if size}
    return {size: figure for size, figure in found.items() if figure is not None}


def _per_entry(named: list[tuple[str, Points, str]]) -> list[str]:
    """Return a table of figures for each entry, with the exponent of their growth."""
    sizes = sorted({size for _, points, _ in named for size in points})
    rows: list[Head] = []
    for words, points, unit in named:
        if points:
            scale = MILLION if unit == "µs" else 1 / KILOBYTE
            row = [f"{points[size] / size * scale:.3g}" if size in points else NONE for size in sizes]
            exponent = slope(list(points.items()))
            rows.append((words, unit, *row, times(exponent)))
    return table(("for each entry", "unit", *[f"{size:,}" for size in sizes], "exponent"), rows)
