from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.text.excerpt import brief, excerpt


@pytest.mark.parametrize(
    ("text", "position", "shown", "place"),
    [
        ("torch>=2", 7, "torch>=2", 7),
        ("abcdefghijklmnop", 0, "abcdefghi…", 0),
        ("abcdefghijklmnop", 8, "…efghijkl…", 5),
        ("abcdefghijklmnop", 16, "…hijklmnop", 10),
    ],
)
def test_what_is_long_is_cut_around_the_place(text: str, position: int, shown: str, place: int) -> None:
    assert excerpt(text, position, 10) == (shown, place)


@given(st.text(), st.integers(0, 200), st.integers(5, 60))
def test_the_place_is_always_in_sight(text: str, position: int, width: int) -> None:
    position = min(position, len(text))
    shown, place = excerpt(text, position, width)
    assert len(shown) <= width
    assert shown[place : place + 1] in (text[position : position + 1], "…")


def test_a_word_is_quoted_by_its_beginning() -> None:
    assert brief("torch") == "torch"
    assert brief("x" * 5_000) == "x" * 39 + "…"
