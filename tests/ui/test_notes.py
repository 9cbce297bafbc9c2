from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cachetui.ui.widgets.cells import shown, width, wrapped


def test_words_are_wrapped_and_long_ones_broken() -> None:
    assert wrapped("the cache of pip is in /a/very/long/place", 10) == [
        "the cache",
        "of pip is",
        "in",
        "/a/very/lo",
        "ng/place",
    ]
    assert wrapped("", 10) == [""]


@given(st.text(max_size=80), st.integers(8, 40))
def test_no_line_is_wider_than_its_room_and_no_character_is_lost(text: str, room: int) -> None:
    text = shown(text)
    lines = wrapped(text, room)
    assert all(width(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
