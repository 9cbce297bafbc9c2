from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.browsing.catalog import Catalog
from cachetui.browsing.filter import Matcher, matches
from cachetui.browsing.group import EntryGroup
from cachetui.browsing.model import BrowserModel
from cachetui.labels import LABELS, Facts
from cachetui.model import Entry
from cachetui.terms import parse_terms
from tests.terms.test_conditions import FACTS, NOW, Said, entries, negated
from tests.ui.cache import inventory, made, release

TORCH = [*release("torch", "2.3.0+cu121", 100, 1), *release("torch", "2.2.2", 100, 1, "cp310-cp310-win_amd64")]


def matcher_of(typed: str) -> Matcher:
    return matches(parse_terms([typed], loose=True).terms, Facts())


def found(typed: str, title: str, entries: list[Entry]) -> list[Entry]:
    group = matcher_of(typed)(title, EntryGroup(entries))
    return [] if group is None else list(group.entries)


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
        ("not:cp310", TORCH[:2]),
        ("not:torch", []),
        ("not:numpy", TORCH),
        ("kind:metadata cp310", TORCH[3:]),
        ("torch<2.3 not:kind:metadata", TORCH[2:3]),
        ("torch==2.3.0", TORCH[:2]),
        ("t*h size>1b", TORCH),
        ("numpy>=1 torch<2.3 six*", TORCH[2:]),
        ("torch<2.3 torch>=2.3", TORCH),
        ("cp310 torch>=2 numpy>=1", TORCH[2:]),
        ("numpy torch>=2", []),
        ("*-x", []),
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
    group = EntryGroup(TORCH)
    assert matcher_of("whl")("torch", group) is group


def test_a_part_adds_up_to_what_it_lets_through() -> None:
    whole = EntryGroup(TORCH)
    assert matcher_of("cp31")("other", whole) is whole
    narrow = matcher_of("cp310")("other", whole)
    assert narrow is not None
    assert (len(narrow.entries), list(narrow.entries), narrow.disk) == (2, TORCH[2:], EntryGroup(TORCH[2:]).disk)


PARTS = st.builds(
    lambda words, negated: [f"not:{word}" if negated else word for word in words],
    st.lists(st.sampled_from(("tor", "2.3", "Ruamel_y", "cp38", "http", "files.example", "WHL", "2.1")), max_size=2),
    st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(negated(), max_size=3), PARTS, st.lists(entries(), max_size=12), FACTS, st.data())
def test_the_filter_shows_what_the_terms_choose(
    said: list[Said], parts: list[str], found: list[Entry], facts: Facts, data: st.DataObject
) -> None:
    terms = data.draw(st.permutations([*[one.text for one in said], *parts]))
    model = BrowserModel(Catalog.of(inventory({entry.path: entry for entry in found}.values())))
    model.now = NOW
    model.set_facts(model.generation, LABELS, facts)
    for number in range(len(terms) + 1):  # term by term, and some of them taken back
        typed = " ".join(terms[:number])
        for text in (typed, " ".join(terms[: number // 2]), typed):
            model.filter(text)
            shown = {entry.path for _, group in model.groups for entry in group.entries}
            assert shown == chosen(text, model, facts)


def chosen(typed: str, model: BrowserModel, facts: Facts) -> set[str]:
    """Judge entry by entry."""
    known = model.catalog.entries
    predicate = parse_terms([typed], loose=True) if typed else None
    return {path for path, entry in known.items() if predicate is None or predicate(entry, facts)}
