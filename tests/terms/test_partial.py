from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.errors import TermError
from cachetui.model import KINDS
from cachetui.terms import parse_terms
from cachetui.terms.parser import Term
from cachetui.terms.partial import read_query

UNFINISHED = (
    *("kind:", "kind:w", "is:sup", "is:dead-", "not:", "not:not:", "not:kind:", "python:", "python:3.", "from:"),
    *(
        "from:'a b",
        'from:"',
        "size>",
        "size >= ",
        "size>1",
        "size<1.",
        "size>100Mi",
        "age>3m",
        "checked<2",
        "read>1mont",
    ),
    *("torch>", "torch>=", "torch >= ", "torch=", "torch~", "torch>=2,", "torch>=2, <", "torch>=2.", "torch>=2.3.d"),
    *("torch>=2.3al", "torch[", "torch[cuda", "torch(", "torch (>=2", "torch (~=2", "torch==2+"),
)
"""Texts that are not terms yet but may become one."""
WRONG = (
    *(
        "kin:",
        "kind:x",
        "kind: ",
        "is:old",
        "python:x",
        "size>big",
        "size=1",
        "age>-1d",
        "torch>=2 <3",
    ),
    *("from:'a'b", "kind:wheelx", "torch>=x", "python:39"),
)
"""Texts that cannot become a term, whatever is typed next."""


def in_force(typed: str) -> tuple[Term, ...]:
    """Return the terms in force while a comparison with the version of torch is being typed."""
    return parse_terms(['"torch"']).terms if typed.startswith("torch") else ()


@pytest.mark.parametrize("typed", UNFINISHED)
@pytest.mark.parametrize("before", ["", "torch ", "kind:wheel size>1MB "])
def test_a_term_that_is_being_typed_is_no_error_until_that_is_done(typed: str, before: str) -> None:
    query = read_query(before + typed, done=False)
    assert query.unfinished
    assert query.error is None
    assert query.terms == (parse_terms([before], loose=True).terms if before else ()) + in_force(typed)
    assert isinstance(read_query(before + typed).error, TermError)


@pytest.mark.parametrize("typed", WRONG)
@pytest.mark.parametrize("done", [False, True])
def test_what_cannot_become_a_term_is_an_error_at_once_and_has_no_terms(typed: str, done: bool) -> None:
    query = read_query(f"six {typed}", done)
    assert query.error is not None
    assert (query.terms, query.unfinished) == ((), False)
    assert query.error.position >= len("six ")


@pytest.mark.parametrize(
    ("typed", "in_force"),
    [
        ("torch>=2 numpy>", 'torch>=2 "numpy"'),
        ("kind:wheel nvidia-* torch (", 'kind:wheel nvidia-* "torch"'),
        ("torch>=2 nvidia-*>=", "torch>=2 nvidia-*"),
        ("torch* not:torchvision==", 'torch* not:"torchvision"'),
    ],
)
def test_the_name_of_a_requirement_that_is_being_typed_adds_up_with_those_before(typed: str, in_force: str) -> None:
    assert read_query(typed, done=False).terms == parse_terms([in_force]).terms


def test_a_word_after_a_requirement_may_be_the_name_of_another() -> None:
    assert read_query("torch>=2 num", done=False).begun
    assert not read_query("torch>=2 num ", done=False).begun
    assert not read_query("torch>=2 num").begun
    assert not read_query("num torch>=2", done=False).begun


@pytest.mark.parametrize("typed", ["kind: torch", "size> torch kind:wheel", "torch>=,<2 six"])
def test_only_the_end_may_be_unfinished(typed: str) -> None:
    assert read_query(typed, done=False).error is not None


@given(st.text(st.sampled_from("ak1.*?[]()<>=!~,: -\"'MBdnotsize"), max_size=14), st.booleans())
def test_what_parses_is_in_force_whether_or_not_typing_is_done(typed: str, done: bool) -> None:
    query = read_query(typed, done)
    try:
        terms = parse_terms([typed], loose=True).terms if typed.strip() else ()
    except TermError:
        assert query.unfinished != (query.error is not None)
        assert not (done and query.unfinished)
    else:
        assert (query.terms, query.error, query.unfinished) == (terms, None, False)


@given(
    st.sampled_from([f"kind:{kind}" for kind in KINDS] + ["torch>=2.3rc1,<3 not:is:dead-weight", "age>1.5mo 'a'~=2.0"])
)
def test_no_beginning_of_a_filter_is_ever_called_wrong(typed: str) -> None:
    for end in range(len(typed) + 1):
        assert read_query(typed[:end], done=False).error is None


def test_words_that_narrow_what_requirements_choose_are_named() -> None:
    query = read_query("torch>=2 linux not:cu121 is:superseded not:is:legacy")
    assert query.narrowing_words == ("linux",)
    assert query.words == {"superseded", "legacy"}
    assert read_query("linux is:superseded").narrowing_words == ()
