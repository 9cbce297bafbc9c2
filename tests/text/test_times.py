from __future__ import annotations

import pytest

from cachetui.insight.why.sentence_parts import old, span
from cachetui.model import NS
from cachetui.text.format import date, timestamp


@pytest.mark.parametrize("seconds", [2**60, 2**62, 253_402_300_799, -(2**62), -62_135_596_801, 0])
def test_any_time_of_a_file_can_be_told(seconds: int) -> None:
    assert len(date(seconds * NS)) == len("2026-11-28")
    assert timestamp(seconds * NS).endswith("Z")
    assert old(seconds)
    assert span(seconds)


def test_a_file_from_the_future_is_not_old() -> None:
    assert old(-(2**60)) == "dated in the future"
    assert old(-60) == "a minute old"
