from __future__ import annotations

import pytest

from cachetui.insight.why.sentence_parts import old, span
from cachetui.model import NS
from cachetui.text.format import date, date_time, local_date_time, timestamp


@pytest.mark.parametrize("seconds", [2**60, 2**62, 253_402_300_799, -(2**62), -62_135_596_801, 0])
def test_any_time_of_a_file_can_be_told(seconds: int) -> None:
    assert len(date(seconds * NS)) == len("2026-11-28")
    assert len(date_time(seconds * NS)) == len("2026-11-28 12:00")
    assert timestamp(seconds * NS).endswith("Z")
    assert old(seconds)
    assert span(seconds)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-11-28T23:05:59Z", "2026-11-28 23:05"),
        ("2026-11-28T23:05:59+02:00", "2026-11-28 21:05"),
        ("last week", "last week"),
        ("", ""),
    ],
)
def test_a_written_time_is_shown_as_local_time(written: str, shown: str) -> None:
    assert local_date_time(written) == shown


def test_a_file_from_the_future_is_not_old() -> None:
    assert old(-(2**60)) == "dated in the future"
    assert old(-60) == "a minute old"
