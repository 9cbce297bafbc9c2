from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cachetui.preferences.toml import Path, Places, line_of_error

DOCUMENT = '''\
# a comment with = and [brackets]
plain = 1  # one
"quoted key" = 'literal # no comment'
'literal key' = "basic \\" = #"
dotted . key = true
many = [
  "first",  # with a comment, [
  [2, 3],
  { inner = 4, "other = key" = [5] },
]
long = """
text = 'no key'
"""""
raw = \'\'\'
[no.header]\'\'\'
when = 2026-01-01 10:00:00

[table]
key = "x"
[ table . "inner" ]
deep.er = {}

[[array]]
one = 1
[[array]]
two = 2
[array.sub]
three = 3
'''
LINES: dict[Path, int] = {
    ("plain",): 2,
    ("quoted key",): 3,
    ("literal key",): 4,
    ("dotted",): 5,
    ("dotted", "key"): 5,
    ("many",): 6,
    ("many", 0): 7,
    ("many", 1): 8,
    ("many", 1, 0): 8,
    ("many", 1, 1): 8,
    ("many", 2): 9,
    ("many", 2, "inner"): 9,
    ("many", 2, "other = key"): 9,
    ("many", 2, "other = key", 0): 9,
    ("long",): 11,
    ("raw",): 14,
    ("when",): 16,
    ("table",): 18,
    ("table", "key"): 19,
    ("table", "inner"): 20,
    ("table", "inner", "deep"): 21,
    ("table", "inner", "deep", "er"): 21,
    ("array",): 23,
    ("array", 0): 23,
    ("array", 0, "one"): 24,
    ("array", 1): 25,
    ("array", 1, "two"): 26,
    ("array", 1, "sub"): 27,
    ("array", 1, "sub", "three"): 28,
}


def test_every_key_and_value_has_its_line() -> None:
    places = Places(DOCUMENT)
    assert {path: place.line for path, place in places.found.items()} == LINES
    assert Places(DOCUMENT.replace("\n", "\r\n")).line(("array", 1, "sub", "three")) == 28


def test_what_is_no_place_is_in_the_line_of_what_it_lies_in() -> None:
    places = Places(DOCUMENT)
    assert places.line(("table", "nothing", 3)) == 18
    assert places.line(("nothing",)) is None


def test_a_place_tells_where_the_value_stands() -> None:
    places = Places(DOCUMENT)
    for path, written in (
        (("plain",), "1"),
        (("many", 1), "[2, 3]"),
        (("when",), "2026-01-01 10:00:00"),
        (("dotted", "key"), "true"),
    ):
        place = places.found[path]
        assert DOCUMENT[place.start : place.end] == written


SIGNS = ["a", "b", "1", *"=.,[]{}\"'\\# \n", " = ", '"""', "'''", "\r\n", "true", "1.5", '"x"', "'y'"]
STATEMENTS = ["a = 1\n", "[t]\n", "[[l]]\n", "b = [1, 2]\n", "c = {d = 1}\n", "e = 07:30:00\n"]
PIECES = st.sampled_from([*SIGNS, *STATEMENTS])


def leaves(path: Path, value: Any) -> set[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path, *[one for key, part in inner for one in leaves((*path, key), part)]}


@given(st.lists(PIECES, max_size=25).map("".join))
def test_whatever_is_toml_has_exactly_the_places_that_it_says(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except ValueError as error:
        line = line_of_error(error, text)
        assert line is None or 1 <= line <= text.count("\n") + 1
        return
    assert Places(text).found.keys() == leaves((), document) - {()}
