from __future__ import annotations

import pytest

from cachetui.model import Entry
from cachetui.ui.holding import BETWEEN, Holding
from cachetui.ui.matching import matches
from tests.ui.cache import made, release

TORCH = [*release("torch", "2.3.0+cu121", 100, 1), *release("torch", "2.2.2", 100, 1, "cp310-cp310-win_amd64")]


def found(typed: str, title: str, entries: list[Entry]) -> list[Entry]:
    matcher = matches(typed)
    assert matcher is not None
    holding = matcher(title, Holding(entries))
    return [] if holding is None else list(holding.entries)


@pytest.mark.parametrize("typed", ["", "   "])
def test_nothing_typed_lets_everything_through(typed: str) -> None:
    assert matches(typed) is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("torch", TORCH),
        ("OR", TORCH),
        ("torch 2.3", TORCH[:2]),
        ("2.3 torch", TORCH[:2]),
        ("cp310", TORCH[2:]),
        ("cp310 cu121", []),
        ("numpy", []),
        (".metadata", []),
    ],
)
def test_every_word_must_stand_in_project_version_or_file_name(typed: str, expected: list[Entry]) -> None:
    assert found(typed, "torch", TORCH) == expected


@pytest.mark.parametrize("typed", ["typing_extensions", "Typing.Ext", "typing-ext"])
def test_a_project_is_found_however_its_name_is_written(typed: str) -> None:
    entries = release("typing-extensions", "4.0", 1, 1)
    assert found(typed, "typing-extensions", entries) == entries


def test_what_has_no_file_name_is_found_by_its_address_or_else_by_its_path() -> None:
    answer = made("response", "abc", url="https://files.example/constraints.txt")
    nameless = made("unknown", "feed")
    assert found("constraints", "Unidentified", [answer, nameless]) == [answer]
    assert found("feed", "Unidentified", [answer, nameless]) == [nameless]


def test_all_matching_is_the_same_object() -> None:
    holding = Holding(TORCH)
    matcher = matches("whl")
    assert matcher is not None
    assert matcher("torch", holding) is holding


def test_a_part_adds_up_to_what_it_lets_through() -> None:
    matcher, narrower = matches("cp31"), matches("cp310")
    assert matcher is not None
    assert narrower is not None
    whole = Holding(TORCH)
    assert matcher("other", whole) is whole
    narrow = narrower("other", whole)
    assert narrow is not None
    assert (len(narrow.entries), list(narrow.entries), narrow.disk) == (2, TORCH[2:], Holding(TORCH[2:]).disk)
    assert TORCH[2] in narrow.entries
    assert TORCH[0] not in narrow.entries


def test_a_name_that_holds_what_stands_between_two_entries_shifts_none_of_them() -> None:
    hostile = TORCH[0]._replace(filename=f"a{BETWEEN}win_amd64")
    assert found("win", "torch", [hostile, TORCH[1]]) == [hostile]
    assert found("cu121", "other", [hostile, TORCH[1]]) == [hostile, TORCH[1]]
    assert found("cp311", "other", [hostile, TORCH[1]]) == [TORCH[1]]
