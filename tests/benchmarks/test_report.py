from __future__ import annotations

import json

import pytest

from tests.benchmarks import commands, pure
from tests.benchmarks.reach import Reach, reaches
from tests.benchmarks.report import megabytes, milliseconds, percentile, seconds, slope, table, times
from tests.benchmarks.results import CPU, SECONDS, Results
from tests.benchmarks.tables import markdown


@pytest.mark.parametrize(
    ("figures", "share", "expected"),
    [
        ([7.0], 0.95, 7.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([1.0, 2.0], 0.5, 1.5),
        ([float(number) for number in range(101)], 0.95, 95.0),
        ([1.0, 2.0, 3.0], 0.0, 1.0),
        ([1.0, 2.0, 3.0], 1.0, 3.0),
    ],
)
def test_percentile(figures: list[float], share: float, expected: float) -> None:
    assert percentile(figures, share) == pytest.approx(expected)


def test_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no figures"):
        percentile([], 0.5)


@pytest.mark.parametrize("exponent", [0, 1, 1.5, 2])
def test_slope(exponent: float) -> None:
    points = [(size, 3.0 * size**exponent) for size in (2_000, 20_000, 100_000)]
    assert slope(points) == pytest.approx(exponent)


def test_no_slope_without_two_sizes() -> None:
    assert slope([]) is slope([(5, 1)]) is slope([(5, 1), (5, 2)]) is slope([(5, 1), (6, 0)]) is None


def test_figures_are_written() -> None:
    written = [seconds(figure) for figure in (None, 0.0, 0.01234, 0.1234, 1.234, 12.34, 123.4)]
    assert written == ["-", "0.000", "0.012", "0.123", "1.23", "12.3", "123"]
    assert (milliseconds(0.0123), megabytes(12_345_678), times(1.2345)) == ("12.3", "12", "1.23")


def test_table() -> None:
    assert table(("what", "s"), []) == []
    assert table(("what", "s"), [("du", "1"), ("rm", "2")]) == [
        "| what | s |",
        "| --- | ---: |",
        "| du | 1 |",
        "| rm | 2 |",
    ]


@pytest.fixture
def results() -> Results:
    results = Results()
    results.machine["cores"] = 2
    results.notes.append("gdu is not installed.")
    for entries in (2_000, 20_000):
        for what, unit, figures in (
            (commands.DU, SECONDS, (3, 1, 2)),
            (commands.FRESH, SECONDS, (7, 3, 5)),
            (commands.FRESH, CPU, (8, 8, 8)),
            (commands.PIP, SECONDS, (4, 4, 4)),
        ):
            results.add(commands.WARM, entries, what, unit, *[figure * entries / 20_000 for figure in figures])
        results.add(pure.GROUP, entries, "mark all", SECONDS, entries**2 / 1e9)
    return results


def test_what_is_reached(results: Results) -> None:
    words = "everything identified, nothing remembered, warm, 20,000 entries"
    assert list(reaches(results)) == [
        Reach(words, "≤ 3.0 times `du -s`", "2.50 (5.00 s)", True),
        Reach(words, "faster than `pip cache info`", "1.25 (5.00 s against 4.00 s)", False),
    ]


def test_all_tables(results: Results) -> None:
    written = markdown(results)
    assert written.startswith("# Benchmarks\n\ncores: 2.\n\n## What is to be reached\n")
    for line in (
        "| `du -s` | 3 | 2.00 | 1.00 | - | - | - |",
        "| list, nothing remembered | µs | 250 | 250 | 1.00 |",
        "| mark all | µs | 2 | 20 | 2.00 |",
        "- gdu is not installed.",
    ):
        assert f"\n{line}\n" in written


def test_a_stopped_run_says_so(results: Results) -> None:
    assert "Stopped" not in markdown(results)
    results.stopped = True
    assert "\n\n**Stopped before the end" in markdown(results)


def test_the_document_holds_all_figures(results: Results) -> None:
    document = json.loads(results.as_json())
    assert document["machine"] == {"cores": 2}
    assert document["figures"][0] == {
        "group": "commands",
        "entries": 2_000,
        "what": "du -s",
        "unit": "s",
        "figures": [pytest.approx(0.3), pytest.approx(0.1), pytest.approx(0.2)],
    }
