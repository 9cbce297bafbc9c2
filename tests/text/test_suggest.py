from __future__ import annotations

import time
from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.text.suggest import LONGEST, MOST_COMPARED, closest, did_you_mean

COMMANDS = ("list", "info", "dir", "audit", "remove", "prune", "purge")
WORDS = st.text("abcde-", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("typed", "meant"), [("lst", "list"), ("lis", "list"), ("remvoe", "remove"), ("ls", "list"), ("prnue", "prune")]
)
def test_a_mistyped_name_is_recognised(typed: str, meant: str) -> None:
    assert closest(typed, COMMANDS) == [meant]
    assert did_you_mean(typed, COMMANDS) == f' (did you mean "{meant}"?)'


def test_nothing_is_suggested_for_what_is_like_nothing() -> None:
    for typed in ("", "zzz", "x" * (LONGEST + 1)):
        assert closest(typed, (*COMMANDS, typed)) in ([], [typed])
        assert did_you_mean(typed, COMMANDS) == ""


@given(WORDS, st.lists(WORDS, max_size=30, unique=True), st.sampled_from([0.6, 0.7, 0.9]))
def test_the_result_is_that_of_difflib(typed: str, known: list[str], least: float) -> None:
    found = closest(typed, known, 3, least)
    assert sorted(found) == sorted(get_close_matches(typed, known, 3, least)) or len(found) == 3


def test_among_many_names_few_are_compared() -> None:
    known = [f"torhc-{number}" for number in range(50 * MOST_COMPARED)]
    began = time.process_time()
    assert closest("torhc-1", [*known, "torch"]) == ["torhc-1"]
    assert time.process_time() - began < 10
