"""The targets for the figures, and whether they are met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.benchmarks import commands, environments, removing, screen
from tests.benchmarks.report import megabytes, milliseconds, percentile, seconds, table, times
from tests.benchmarks.results import CPU, RESIDENT, Results

MEDIUM, LARGE = 20_000, 100_000
"""Sizes for which targets are set, in entries."""
RATIO_WARM, RATIO_AGAIN, RATIO_COLD, RATIO_REMOVAL = 3.0, 1.0, 1.0, 1.5
"""Times as long as `du -s`, and as `rm -rf`."""
FIRST_SECONDS, VERSION_SECONDS, LIST_SECONDS = 0.7, 0.1, 0.2
ENVIRONMENTS_SECONDS = 0.2
FRAME_SECONDS, FILTER_SECONDS = 0.016, 0.050
"""From key to frame, in 95 of 100."""
MOST_MEMORY = {MEDIUM: 120e6, LARGE: 300e6}
"""The largest resident set in bytes, by entries."""


class Reach(NamedTuple):
    """One target."""

    what: str
    """Name of the measurement."""
    reach: str
    """The target, in words."""
    measured: str
    """The measured value, in words."""
    met: bool
    """Whether the target is met."""


def reaches(results: Results) -> Iterator[Reach]:
    """Yield every measurement that has a target, in the order of the design."""
    yield from _readings(results)
    yield from _frames(results)
    yield from _memory(results)
    for entries in results.sizes(removing.GROUP):
        ratio = results.ratio(removing.GROUP, entries, removing.IN_PROCESS, removing.RM)
        if entries >= MEDIUM and ratio is not None:
            took = results.median(removing.GROUP, entries, removing.IN_PROCESS)
            processors = results.ratio(removing.GROUP, entries, removing.IN_PROCESS, removing.RM, CPU)
            yield Reach(
                f"planned and removed, {entries:,} entries",
                f"≤ {RATIO_REMOVAL} times `rm -rf`",
                f"{times(ratio)} ({seconds(took)} s; CPU {times(processors)})",
                ratio <= RATIO_REMOVAL,
            )
    for what, most in (("cachetui --version", VERSION_SECONDS), ("cachetui list", LIST_SECONDS)):
        if (took := results.median(commands.START, 0, what)) is not None:
            yield Reach(f"`{what}` on an empty cache", f"≤ {most} s", f"{seconds(took)} s", took <= most)
    for what in (environments.FIRST, environments.AGAIN):
        if (took := results.median(environments.GROUP, environments.NUMBER, what)) is not None:
            most = ENVIRONMENTS_SECONDS
            words = f"{environments.NUMBER} environments, {what}"
            yield Reach(words, f"≤ {most} s", f"{seconds(took)} s", took <= most)


def _readings(results: Results) -> Iterator[Reach]:
    for group, what, words, most in (
        (commands.WARM, commands.FRESH, "everything identified, nothing remembered, warm", RATIO_WARM),
        (commands.WARM, commands.AGAIN, "the same again, from memory", RATIO_AGAIN),
        (commands.COLD, commands.FRESH, "nothing remembered, kernel's caches dropped", RATIO_COLD),
    ):
        for entries in results.sizes(group):
            ratio = results.ratio(group, entries, what, commands.DU)
            if entries >= MEDIUM and ratio is not None:
                took = seconds(results.median(group, entries, what))
                measured = f"{times(ratio)} ({took} s)"
                yield Reach(f"{words}, {entries:,} entries", f"≤ {most} times `du -s`", measured, ratio <= most)
            if entries < MEDIUM or (group, what) != (commands.WARM, commands.FRESH):
                continue
            if (ratio := results.ratio(group, entries, what, commands.PIP)) is not None:
                pip = seconds(results.median(group, entries, commands.PIP))
                measured = f"{times(ratio)} ({took} s against {pip} s)"
                yield Reach(f"{words}, {entries:,} entries", "faster than `pip cache info`", measured, ratio < 1)
    if (took_first := results.median(screen.GROUP, MEDIUM, screen.NAMED)) is not None:
        yield Reach(
            f"from command to one project named and sized on the screen, {MEDIUM:,} entries",
            f"≤ {FIRST_SECONDS} s",
            f"{seconds(took_first)} s",
            took_first <= FIRST_SECONDS,
        )


def _frames(results: Results) -> Iterator[Reach]:
    entries = max(results.sizes(screen.GROUP), default=0)
    for what in (*screen.KEYS, screen.FILTER_BOX, screen.FILTER, screen.UNFILTER):
        figures = results.figures(screen.GROUP, entries, what)
        if entries and figures:
            most = FILTER_SECONDS if what in (screen.FILTER, screen.UNFILTER) else FRAME_SECONDS
            slow = percentile(figures, 0.95)
            net = percentile(results.figures(screen.GROUP, entries, f"{what}{screen.NET}"), 0.95)
            measured = f"{milliseconds(slow)} ms (net {milliseconds(net)})"
            reach = f"≤ {most * 1000:.0f} ms in 95 of 100"
            yield Reach(f"key to frame, {entries:,} entries: {what}", reach, measured, slow <= most)


def _memory(results: Results) -> Iterator[Reach]:
    for entries, most in MOST_MEMORY.items():
        for group, what, unit, words in (
            (commands.WARM, commands.FRESH, RESIDENT, "list, nothing remembered"),
            (commands.WARM, commands.AGAIN, RESIDENT, "list, from memory"),
            (screen.GROUP, screen.PEAK, RESIDENT, "browser, nothing remembered, after all keys"),
            (screen.GROUP, f"{screen.RESCANNED}{screen.FROM_MEMORY}", RESIDENT, "browser, from memory, after rescans"),
            (screen.GROUP, screen.RESCANNED, RESIDENT, "browser, nothing remembered, after rescans"),
        ):
            if (size := results.most(group, entries, what, unit)) is not None:
                measured = f"{megabytes(size)} MB"
                reach = f"≤ {megabytes(most)} MB"
                yield Reach(f"largest resident set, {entries:,} entries: {words}", reach, measured, size <= most)


def reach_table(results: Results) -> list[str]:
    """Return the lines of the table."""
    rows = [(what, reach, measured, "yes" if met else "**no**") for what, reach, measured, met in reaches(results)]
    return table(("what", "reach", "measured", "met"), rows)
