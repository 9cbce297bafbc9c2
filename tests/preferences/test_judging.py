from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.labels import Facts
from cachetui.model import NS, Entry, File
from cachetui.preferences.model import COLUMNS, KEYS, Preferences, Problem, Sorting
from cachetui.preferences.validate import RULES, judge
from cachetui.rules import Rules, choose
from cachetui.terms import parse_terms

DAY = 86_400 * NS
EVERYTHING = """\
theme = "nord"
columns = ["kind", "bar"]
sort = "age reverse"
age = "checked"
protect = [
  "torch",
  "numpy>=2 kind:wheel",
]

[keys]
"marks.review" = "x"
sort.size = "ctrl+s"

[prune]
superseded = true
legacy = false
older-than = "90d"
by = "checked"
larger-than = "1 MB"
keep-latest = 2
max-size = "5GB"
built = true
terms = ["kind:wheel", "not:python:3.8"]
"""


def entry(project: str | None, version: str | None = "1.0", kind: str = "wheel", path: str = "a") -> Entry:
    return Entry(kind, (File(path, 1, 0, 10, 4096),), path, 0, project=project, version=version)  # type: ignore[arg-type]


def said(text: str) -> Preferences:
    return judge(text.encode())


def complaints(text: str) -> list[tuple[int | None, str]]:
    return [(complaint.line, complaint.stops) for complaint in said(text).complaints]


def test_everything_that_can_be_said_counts() -> None:
    found = said(EVERYTHING)
    assert found.complaints == ()
    assert (found.theme, found.columns, found.sort, found.age) == (
        "nord",
        ("bar", "kind"),
        Sorting("age", True),
        "checked",
    )
    assert found.keys == {"marks.review": "x", "sort.size": "ctrl+s"}
    assert found.protection.written == ("torch", "numpy>=2 kind:wheel")
    assert found.policy is not None
    assert found.policy.rules == Rules(
        frozenset({"superseded"}),
        older_than=90 * DAY,
        by="checked",
        larger_than=1_000_000,
        terms=parse_terms(["kind:wheel", "not:python:3.8"]),
        keep_latest=2,
        max_size=5_000_000_000,
        built=True,
    )
    assert found.policy.options == (
        "--superseded --older-than 90d --by checked --larger-than '1 MB' --keep-latest 2 --max-size 5GB --built "
        "kind:wheel not:python:3.8"
    )
    assert found.lines == {
        "theme": 1,
        "columns": 2,
        "sort": 3,
        "age": 4,
        "protect": 5,
        "keys.marks.review": 11,
        "keys.sort.size": 12,
        "prune": 14,
    }


def test_nothing_said_is_all_defaults() -> None:
    found = said("")
    assert found == Preferences(exists=True)
    assert found.columns == COLUMNS


@pytest.mark.parametrize(
    ("text", "line", "stops"),
    [
        ("\ntehme = 'nord'", 2, ""),
        ("theme = 3", 1, ""),
        ("theme = ''", 1, ""),
        ("columns = 'bar'", 1, ""),
        ("columns = ['bar',\n 'bars']", 2, ""),
        ("sort = 'biggest'", 1, ""),
        ("sort = 'age backwards'", 1, ""),
        ("sort = ['age']", 1, ""),
        ("age = 'used'", 1, ""),
        ("keys = 'x'", 1, ""),
        ("[keys]\nmarks.review = 3", 2, ""),
        ("[keys]\n'marks.review' = ' '", 2, ""),
        ("[keys]\nmarks.review = 'x'\n'marks.review' = 'y'", 3, ""),
        ("protect = 'torch'", 1, "removal"),
        ("protect = ['six',\n\n 'kind:whel']", 3, "removal"),
        ("protect = ['six', 3]", 1, "removal"),
        ("protect = ['']", 1, "removal"),
        ("protect = ['torch', ['six']]", 1, "removal"),
        ("protect = ['is:unusable']", 1, "removal"),
        ("protect = ['not:is:protected']", 1, "removal"),
        ("[protect]\nterms = ['six']", 1, "removal"),
        ("Protect = ['torch']", 1, "removal"),
        ("protects = ['torch']", 1, "removal"),
        ("[prune]\nsuperseded = true\nprotect = ['torch']", 3, "removal"),
        ("[keys]\nprotect = ['torch']", 2, "removal"),
        ("prune = true", 1, "prune"),
        ("[prune]\nsuperseeded = true", 2, "prune"),
        ("[prune]\nolder_than = '90d'", 2, "prune"),
        ("[prune]\nsuperseded = 'false'", 2, "prune"),
        ("[prune]\nolder-than = 90", 2, "prune"),
        ("[prune]\nolder-than = 'soon'", 2, "prune"),
        ("[prune]\nolder-than = '3m'", 2, "prune"),
        ("[prune]\nolder-than = '\u0669d'", 2, "prune"),
        ("theme = 'norf'", 1, ""),
        ("[keys]\n'marks.reviw' = 'x'", 2, ""),
        ("[keys]\nmarks.reviw = 'x'\nmarks.all = 'y'", 2, ""),
        ("[prune]\nby = 'used'", 2, "prune"),
        ("[prune]\nlarger-than = '100'", 2, "prune"),
        ("[prune]\nkeep-latest = true", 2, "prune"),
        ("[prune]\nkeep-latest = -1", 2, "prune"),
        ("[prune]\nkeep-latest = 1.0", 2, "prune"),
        ("[prune]\nmax-size = inf", 2, "prune"),
        ("[prune]\nterms = []", 2, "prune"),
        ("[prune]\nterms = [\n'torch',\n'kind:whel']", 4, "prune"),
        ("[prune]\nterms = [3]", 2, "prune"),
        ("theme = 'nord'\ntheme = 'dark'", 2, "removal"),
        ("a = [\n1,", 2, "removal"),
        ("a = " + "9" * 5_000, None, "removal"),
        ("a = " + "[" * 100_000, None, "removal"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int | None, stops: str) -> None:
    assert complaints(text) == [(line, stops)]


def test_bytes_that_are_no_text_are_named_with_their_line() -> None:
    found = judge(b"theme = 'nord'\nage = '\xff'\n")
    assert [(one.line, one.stops) for one in found.complaints] == [(2, "removal")]
    assert found.theme is None


def test_the_mark_that_some_editors_put_first_is_no_error() -> None:
    assert judge(b"\xef\xbb\xbftheme = 'nord'").theme == "nord"


def test_every_other_key_still_counts() -> None:
    found = said("foo = 1\ntheme = 'nord'\nsort = 3\nprotect = ['torch', 'kind:whel']\n[prune]\nsuperseded = 1\n")
    assert [complaint.line for complaint in found.complaints] == [1, 3, 4, 6]
    assert (found.theme, found.sort, found.policy) == ("nord", Sorting(), None)
    assert found.protection.written == ("torch",)
    assert found.refusal is not None
    assert "line 4" in found.refusal


def test_the_place_in_a_term_is_told() -> None:
    (found,) = said("protect = ['torch kind:whel']").complaints
    assert found == Problem(
        1, 'protect: whel is no kind; perhaps wheel is meant, at character 12 of "torch kind:whel"', "removal"
    )


def test_a_long_term_is_quoted_around_the_place() -> None:
    (found,) = said(f"protect = ['{'x' * 5_000} kind:whel {'y' * 5_000}']").complaints
    assert "at character 5007 of" in found.sentence
    assert "kind:whel" in found.sentence.partition("character")[2]
    assert len(found.sentence) < 250


def test_what_nothing_is_called_counts_for_nothing() -> None:
    found = said("theme = 'norf'\n[keys]\nmarks.reviw = 'x'\nmarks.all = 'y'")
    assert (found.theme, found.keys) == (None, {"marks.all": "y"})
    assert [one.sentence for one in found.complaints] == [
        'theme: there is no theme "norf"; perhaps nord is meant',
        "keys.marks.reviw: nothing is called so; perhaps marks.review or marks.range or marks.none is meant",
    ]


def test_a_name_protects_all_of_its_project() -> None:
    protects = said("protect = ['Ruamel_Yaml', 'torch==2.*']").protection
    facts = Facts()
    assert protects(entry("ruamel-yaml", None, "index"), facts)
    assert protects(entry("ruamel-yaml", "1.0", "built"), facts)
    assert protects(entry("torch", "2.3"), facts)
    assert not protects(entry("torch", "1.3"), facts)
    assert not protects(entry(None, None, "unknown"), facts)


PLAIN = ["true", "false", "1", "-1", "1.5", "''", "'x'", "'90d'", "'5GB'", "'torch'", "'kind:whel'", "2026-01-01", "["]
NESTED = ["[]", "['torch']", "['six', 'torch>=2']", "['torch', 3]", "['is:superseded']", "{}", "{a = 1}"]
VALUES = st.sampled_from([*PLAIN, *NESTED, "'age'"])
STATEMENTS = st.tuples(st.sampled_from([*KEYS, *RULES, "x", "Protect"]), VALUES).map(" = ".join)
LINES = st.lists(STATEMENTS | st.sampled_from(["[prune]", "[keys]", "# no", "", '"', "[protect]"]), max_size=8)


@given(LINES.map("\n".join).map(str.encode) | st.binary(max_size=80))
def test_no_content_breaks_it_and_none_removes_more_than_it_says(content: bytes) -> None:
    found = judge(content)
    try:
        document: dict[str, Any] | None = tomllib.loads(content.decode("utf-8-sig"))
    except ValueError:
        document = None
    for complaint in found.complaints:
        assert complaint.line is None or 1 <= complaint.line <= content.count(b"\n") + 1
    if document is None:
        assert found.refusal
        assert found.policy is None
        return
    protect, prune = document.get("protect", []), document.get("prune")
    if not found.refusal:  # every pin holds
        assert found.protection.written == tuple(protect)
        assert len(found.protection.terms) == len(protect)
    if found.policy is None:
        assert prune is None or found.stopping("prune") or found.refusal
    else:
        assert isinstance(prune, dict)
        assert found.policy.values.keys() == prune.keys()
        if not any(prune.values()):
            assert choose([entry("torch")], found.policy.rules, Facts()).entries == ()
