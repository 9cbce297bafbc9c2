from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cachetui.preferences import parse_values
from cachetui.preferences.model import COLUMNS, Sorting
from cachetui.preferences.parse_values import RULES, InvalidValueError
from cachetui.text.suggest import did_you_mean

READERS: list[Callable[[Any], Any]] = [
    parse_values.read_theme,
    parse_values.read_age_field,
    parse_values.read_sorting,
    parse_values.read_columns,
    parse_values.read_key,
    parse_values.read_terms,
    parse_values.read_protected,
    *RULES.values(),
]
PLAIN = st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(dt.date(2026, 1, 1))
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))


@given(VALUES)
def test_every_value_of_toml_is_read_or_invalid(value: object) -> None:
    for read in READERS:
        with suppress(InvalidValueError):
            assert read(value) is not None


def test_names_are_read_in_their_own_order() -> None:
    assert parse_values.read_columns([*reversed(COLUMNS), "bar"]) == COLUMNS
    assert parse_values.read_columns([]) == ()
    assert parse_values.read_sorting(" age  reverse ") == Sorting("age", True)
    assert parse_values.read_sorting("name") == Sorting("name")


def test_what_comes_close_is_asked_for() -> None:
    assert did_you_mean("x", ["theme", "sort"]) == ""
    assert did_you_mean("sorted", ["theme", "sort"]) == ' (did you mean "sort"?)'
    assert did_you_mean("sort.a", ["sort.age", "sort.name"], 2) == ' (did you mean "sort.age" or "sort.name"?)'
