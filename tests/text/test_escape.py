from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.text.escape import UNSEEN, copyable, escape_control


@pytest.mark.parametrize(
    ("text", "printable"),
    [
        ("plain", "plain"),
        ("日本語", "日本語"),
        ("\x1b[2J\n", r"\x1b[2J\x0a"),
        ("a\u202eb", r"a\u202eb"),
        ("\U000e0001", r"\U000e0001"),
        (os.fsdecode(b"caf\xe9"), r"caf\xe9"),
    ],
)
def test_invisible_characters_are_spelt_out(text: str, printable: str) -> None:
    assert escape_control(text) == printable


@given(st.text())
def test_what_is_escaped_controls_nothing_and_stays_so(text: str) -> None:
    escaped = escape_control(text)
    assert UNSEEN.search(escaped) is None
    assert escape_control(escaped) == escaped
    assert escaped.encode().decode() == escaped


@given(st.binary())
def test_any_file_name_can_be_copied(name: bytes) -> None:
    copied = copyable(os.fsdecode(name))
    assert copied.encode().decode() == copied


@pytest.mark.parametrize("text", ["a\x1b[2Jb", "x\x07", "a\nb", "a\rb", "tab\tb", "\x9b31m", "\x7f"])
def test_nothing_in_the_clipboard_controls_a_terminal(text: str) -> None:
    assert copyable(text) == escape_control(text)
    assert UNSEEN.search(copyable(text)) is None


def test_a_copied_path_still_leads_to_its_file() -> None:
    assert copyable("/a\u202eb/\u200d") == "/a\u202eb/\u200d"
