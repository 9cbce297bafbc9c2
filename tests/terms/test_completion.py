from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.terms.completion import suggestion
from cachetui.terms.partial import read_query

PROJECTS = ["isort", "kombu", "readme-renderer", "requests", "ruamel-yaml", "torch", "torch-geometric"]


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("", ""),
        ("torch ", ""),
        ("k", "ombu"),
        ("kin", "d:"),
        ("is", ":"),
        ("si", "ze>"),
        ("size", ">"),
        ("re", "adme-renderer"),
        ("rea", "d>"),
        ("read", ">"),
        ("req", "uests"),
        ("Ruamel_", "yaml"),
        ("torch", ""),
        ("torch-", "geometric"),
        ("kind:", "wheel"),
        ("kind:s", "dist"),
        ("KIND:WH", "eel"),
        ("kind:wheel", ""),
        ("kind:x", ""),
        ("torch is:d", "ead-weight"),
        ("not:is:s", "uperseded"),
        ("not:req", "uests"),
        ("python:", ""),
        ("from:t", ""),
        ("size>", ""),
        ("torch>=", ""),
        ("tor*", ""),
        ("from:'a req", ""),
    ],
)
def test_the_last_word_is_completed(typed: str, rest: str) -> None:
    assert suggestion(typed, PROJECTS) == rest


@given(st.text(st.sampled_from("kindsztorh:>-_ ."), max_size=10))
def test_what_is_suggested_makes_sense(typed: str) -> None:
    rest = suggestion(typed, PROJECTS)
    if rest:
        assert read_query(typed + rest, done=False).error is None or read_query(typed, done=False).error is not None
        assert suggestion(typed + rest, PROJECTS) != rest
