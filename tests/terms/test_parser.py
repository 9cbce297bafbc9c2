from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.errors import TermError
from cachetui.labels import Facts
from cachetui.model import Entry
from cachetui.terms import parse_terms
from cachetui.terms.partial import read_query


def entry(project: str | None, version: str | None = None) -> Entry:
    return Entry("wheel", (), "path", 0, project=project, version=version)


@pytest.mark.parametrize(
    ("term", "project", "version"),
    [
        ("torch", "torch", "2.3.0"),
        ("Ruamel.YAML_x", "ruamel-yaml-x", "1"),
        ("torch", "torch", None),
        ("nvidia-*", "nvidia-cublas-cu12", None),
        ("NVIDIA_*", "nvidia-cublas-cu12", None),
        ("?orch", "torch", None),
        ("*", "anything", None),
        ("*torch", "torch", None),
        ("torch>=2,<2.3", "torch", "2.2.9"),
        ("torch >= 2 , < 2.3", "torch", "2.2.9"),
        ("torch (>=2)", "torch", "2.2"),
        ("torch[gpu]>=2", "torch", "2.2"),
        ("torch [gpu, cpu]", "torch", "2.2"),
        ("torch>=2", "torch", "2.3rc1"),
        ("torch>2", "torch", "3.0.dev1"),
        ("torch==2.3.0", "torch", "2.3.0+cu121"),
        ("torch==2.3.0", "torch", "2.3"),
        ("torch==2.3.*", "torch", "2.3.1+cpu"),
        ("torch===2.3.0", "torch", "2.3.0"),
        ("torch===2.3.0+cu121", "torch", "2.3.0+cu121"),
        ("torch===2004d-alpha", "torch", "2004d-Alpha"),
        ("torch~=2.3", "torch", "2.9"),
        ("torch!=2.3", "torch", "2.4"),
        ("torch==1!2.0", "torch", "1!2"),
        ("torch numpy", "numpy", "2"),
        ("torch numpy<2 kind:wheel", "torch", "3"),
        ("torch numpy<2 kind:wheel", "numpy", "1.26"),
        ("kind:wheel nvidia-* not:nvidia-nccl torch==2.*", "nvidia-cublas-cu12", "12.1"),
        ("torch>=2 torch<1", "torch", "0.4"),
        ("not:not:torch numpy", "torch", "1"),
        ('"size"==1 size>=0b "age"', "age", None),
        ("nvidia-*>=12", "nvidia-cublas-cu12", "12.1"),
        ("torch t*", "torch", None),
    ],
)
def test_it_matches(term: str, project: str, version: str | None) -> None:
    assert parse_terms([term])(entry(project, version), Facts())


@pytest.mark.parametrize(
    ("term", "project", "version"),
    [
        ("torch", "torchvision", None),
        ("torch", "pytorch", None),
        ("torch", None, "2.3"),
        ("*", None, None),
        ("nvidia-*", "nvidia", None),
        ("?orch", "orch", None),
        ("torch>=2", "torch", None),
        ("torch>=2", "torch", "1.13"),
        ("torch>=2,<2.3", "torch", "2.3"),
        ("torch>=2,<2.3", "torchvision", "2.2"),
        ("torch===2.3.0", "torch", "2.3.0+cu121"),
        ("torch===2.3.0", "torch", "2.3"),
        ("torch==2.3.0+cu121", "torch", "2.3.0"),
        ("torch!=2.3", "torch", "2.3.0+cu121"),
        ("torch>=0", "torch", "2004d"),
        ("torch!=1", "torch", "2004d"),
        ("torch>=2,<3", "torch", "3.1"),
        ("torch numpy<2 kind:wheel", "numpy", "2.0"),
        ("torch numpy<2 kind:wheel", "six", "1"),
        ("torch numpy<2 kind:sdist", "torch", "2.0"),
        ("not:torch not:numpy", "torch", "1"),
        ("not:torch not:numpy", "numpy", "1"),
        ("nvidia-* not:nvidia-nccl torch", "nvidia-nccl", "1"),
        ("torch numpy", None, "1"),
        ("torch numpy<2", "numpy", None),
    ],
)
def test_it_does_not_match(term: str, project: str | None, version: str | None) -> None:
    assert not parse_terms([term])(entry(project, version), Facts())


def test_several_requirements_for_a_project_add_up_and_a_note_says_how_to_narrow() -> None:
    predicate = parse_terms(["torch>=2", "torch<3", "numpy", "torch<3"])
    entries = [entry("torch", version) for version in ("1", "2", "3")]
    assert [predicate(one, Facts()) for one in entries] == [True, True, True]
    assert predicate.notes(entries) == (
        "torch>=2 and torch<3: each adds what it matches; torch>=2,<3 matches what satisfies both",
    )
    assert parse_terms(["torch>=2", "torch<2.1", "numpy"]).notes([]) == (
        "torch>=2 and torch<2.1: each adds what it matches; torch>=2,<2.1 matches what satisfies both",
    )
    assert parse_terms(["torch==1", "torch==2"]).notes(entries) == ()


def test_names_that_match_nothing_are_told_with_the_conditions() -> None:
    predicate = parse_terms(["torch numpy<2", "kind:wheel", "not:is:legacy", "nvidia-*", "Six", "six", "torch"])
    assert [words for words, _ in predicate.unmatched([entry("torch", "1"), entry("six", "1")])] == [
        "numpy<2 kind:wheel not:is:legacy",
        "nvidia-* kind:wheel not:is:legacy",
    ]
    assert [(words, one.name) for words, one in parse_terms(["torch"]).unmatched([])] == [("torch", "torch")]
    assert parse_terms(["kind:wheel not:torch"]).unmatched([]) == ()


def test_it_says_when_a_comparison_takes_local_versions() -> None:
    predicate = parse_terms(["torch==2.3.0"])
    entries = [entry("torch", "2.3.0"), entry("torch", "2.3.0+cu121"), entry("torch", "2.3.0+cu121")]
    assert predicate.notes(entries) == ("torch==2.3.0 takes the local version 2.3.0+cu121 too; ===2.3.0 would not",)
    assert predicate.notes(entries[:1]) == ()
    assert parse_terms(["torch==2.3.0+cu121"]).notes(entries[1:]) == ()
    assert parse_terms(["torch>=2"]).notes(entries) == ()


@pytest.mark.parametrize(
    ("term", "position", "words"),
    [
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        ("torch 2.3.0", 6, 'write torch==2.3.0, or "2.3.0"'),
        ("2.3.0 torch", 0, 'write torch==2.3.0, or "2.3.0"'),
        ("torch 2.3.*", 6, "looks like a version"),
        ("torch 2", 6, "looks like a version"),
        ("torch kind:wheel V2_3", 17, "looks like a version"),
        ("nvidia-* 12.*", 9, "looks like a version"),
        ("nvidia-* torch>=2 kind:wheel 2.post1", 29, "looks like a version: write torch==2.post1"),
        ("torch extra:gpu", 6, "extra: is not a kind of term"),
        ("kind:whel", 5, "unknown kind whel .did you mean .wheel"),
        ("kind:", 5, "something is missing after kind:"),
        ("is:old", 3, "unknown state old"),
        ("python:cp38", 7, "cp38 is not a version of Python"),
        ("from:'a", 5, "closing quote"),
        ("not:", 4, "a term is missing after not:"),
        ("torch not: kind:wheel", 10, "a term is missing after not:"),
        ("size>100", 5, "100 needs a unit"),
        ("size>100XB", 5, "XB is not a unit of size"),
        ("size>", 5, "a value is missing"),
        ("size=100MB", 4, "size is compared with"),
        ("age>soon", 4, "soon is not an age"),
        ("age>3m", 4, "minutes or months"),
        ("age==2", 3, 'written "age"==2'),
        ("torch=2", 5, "with ==, not with ="),
        ("torch==", 7, "a version is missing after =="),
        ("torch>=2.x", 7, "2.x is not a version that >= can compare with"),
        ("torch~=2", 7, "2 is not a version that ~= can compare with"),
        ("torch>=2,", 9, "a comparison"),
        ("torch(>=2", 9, "closing parenthesis"),
        ("torch[", 5, "bracket"),
        ("torch; python_version<'3'", 5, "marker"),
        ("torch @ https://files.example/torch.whl", 6, "address"),
        (">=2", 0, "name must come before"),
        ("-torch", 0, "a name is missing"),
        ("torch{}", 5, "cannot go on"),
        ("é", 0, "a name is missing"),
        ("size>\u0661MB", 5, "is not a size"),
        ("age>\uff19\uff10d", 4, "is not an age"),
        ("python:\u0663.\u0668", 7, "is not a version of Python"),
        ("torch>=\u0662", 7, "is not a version"),
        ("\u017fize>90d", 0, "a name is missing"),
        ("chec\u212aed>90d", 4, "cannot go on"),
    ],
)
def test_what_does_not_parse_points_at_the_place(term: str, position: int, words: str) -> None:
    with pytest.raises(TermError, match=words) as caught:
        parse_terms([term])
    assert (caught.value.text, caught.value.position) == (term, position)


@pytest.mark.parametrize(
    "term",
    [
        "size>{}",
        "age>{}",
        "kind:{}",
        "is:{}",
        "python:{}",
        "{}:torch",
        "size={}",
        "torch>=2.{}",
        "torch 1.{}",
        "size>1{}",
    ],
)
def test_no_message_is_as_long_as_what_was_typed(term: str) -> None:
    with pytest.raises(TermError) as caught:
        parse_terms([term.format("x" * 5_000)])
    assert len(str(caught.value)) < 250


def test_wildcards_are_as_quick_as_names() -> None:
    assert not parse_terms(["*a" * 40 + "b"])(entry("a" * 60), Facts())


def test_a_name_that_looks_like_a_version_is_meant_as_a_name_if_it_is_quoted_alone_or_excluded() -> None:
    assert parse_terms(["torch", '"2.3"'])(entry("2-3"), Facts())
    assert parse_terms(["2.3"])(entry("2-3"), Facts())
    assert not parse_terms(["torch*", "not:2.3"])(entry("2-3"), Facts())


def test_no_term_selects_nothing() -> None:
    with pytest.raises(TermError, match="no term"):
        parse_terms([])


@given(st.text(alphabet=st.sampled_from("aé1.*?[]()<>=!~,;@: \t-_+"), max_size=12))
def test_whatever_is_typed_parses_or_is_an_error_with_a_place_in_it(text: str) -> None:
    try:
        parse_terms([text])
    except TermError as error:
        assert 0 <= error.position <= len(text)


def test_a_number_beyond_all_bounds_matches_nothing() -> None:
    digits = "9" * 5_000
    with pytest.raises(TermError, match="is not a version that == can compare with"):
        parse_terms([f"torch=={digits}"])
    assert not parse_terms(["torch>=2"])(entry("torch", digits), Facts())


@pytest.mark.parametrize("text", ["is:marked", "torch not:is:marked", "IS:MARKED"])
def test_marks_are_asked_for_in_the_filter_alone(text: str) -> None:
    assert read_query(text).judges_marks
    with pytest.raises(TermError, match="works only in the browser's filter"):
        parse_terms([text])
    assert read_query(f"{text[:-2]}", done=False).unfinished
