from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.labels import Facts
from cachetui.model import NS, Entry, File
from cachetui.preferences.model import COLUMNS, KEYS, Preferences, Sorting
from cachetui.preferences.parse_values import RULES
from cachetui.preferences.validate import validate
from cachetui.prune_rules import Rules, choose
from cachetui.terms import parse_terms

DAY = 86_400 * NS
EVERYTHING = """\
theme = "nord"
columns = ["kind", "bar"]
sort = "age reverse"
age = "checked"
notify = "bell"
fresh-hours = 48
environments = ["~/projects/*", "/srv/venv"]
read-only = true
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
not-needed-by = ["~/my project/uv.lock", "~ana/requirements.txt"]
ci = true
max-size = "5GB"
min-free = "20 GB"
free = "1.5GiB"
built = true
terms = ["kind:wheel", "not:python:3.8"]
"""


def entry(project: str | None, version: str | None = "1.0", kind: str = "wheel", path: str = "a") -> Entry:
    return Entry(kind, (File(path, 1, 0, 10, 4096),), path, 0, project=project, version=version)  # type: ignore[arg-type]


def said(text: str) -> Preferences:
    return validate(text.encode())


def test_everything_that_can_be_said_counts() -> None:
    found = said(EVERYTHING)
    assert found.problems == ()
    assert (found.theme, found.columns, found.sort, found.age) == (
        "nord",
        ("bar", "kind"),
        Sorting("age", True),
        "checked",
    )
    assert (found.notify, found.fresh_hours) == ("bell", 48)
    assert found.environments == ("~/projects/*", "/srv/venv")
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
        min_free=20_000_000_000,
        free=3 * 2**29,
        built=True,
        not_needed_by=("~/my project/uv.lock", "~ana/requirements.txt"),
        ci=True,
    )
    assert found.policy.options == (
        "--superseded --older-than 90d --by checked --larger-than '1 MB' --keep-latest 2 --max-size 5GB "
        "--min-free '20 GB' --free 1.5GiB --built "
        "--not-needed-by ~/'my project/uv.lock' --not-needed-by ~ana/requirements.txt --ci kind:wheel not:python:3.8"
    )
    assert found.read_only
    assert found.given == set(KEYS)


def test_nothing_said_is_all_defaults() -> None:
    found = said("")
    assert found == Preferences(exists=True)
    assert found.columns == COLUMNS


KEY_WANTED = 'expected a key, for example "x", or several, for example "x,ctrl+x"'
KNOWN = (
    "unknown key; the keys are theme, columns, sort, age, notify, fresh-hours, keys, protect, prune, read-only, "
    "environments"
)
LIST_WANTED = 'protect: expected a list of terms, for example ["torch", "numpy>=2"]'
FOLDERS = 'for example ["~/projects/*", "/srv/app/venv"]'
MISPLACED_READ_ONLY = 'unknown key; move "read-only" above the first [table]'
MISPLACED = 'unknown key; move "protect" above the first [table]'
FILES_WANTED = 'expected a list of files, for example ["~/project/uv.lock"]'
NUMBER_WANTED = "prune.keep-latest: expected a whole number, 0 or more, without quotes"
SORT_WANTED = 'sort: expected one of size, name, count, age, for example "age" or "age reverse"'
STRINGS_WANTED = 'protect: expected only strings in the list, for example ["torch", "numpy>=2"]'
TERMS = 'for example ["kind:wheel", "age>90d"]'
WHEL = 'unknown kind whel (did you mean "wheel"?)'
MEANT = '(did you mean "marks.review" or "marks.range" or "marks.none"?)'


@pytest.mark.parametrize(
    ("text", "sentence", "blocks"),
    [
        ("tehme = 'nord'", 'tehme: unknown key (did you mean "theme"?)', ""),
        ("x = 1", f"x: {KNOWN}", ""),
        ('"\\t" = 1', f'"\\t": {KNOWN}', ""),
        ("theme = 3", 'theme: expected a theme name, for example "nord"', ""),
        ("theme = ''", 'theme: expected a theme name, for example "nord"', ""),
        ("theme = 'norf'", 'theme: unknown theme "norf" (did you mean "nord"?)', ""),
        ("theme = 'x'", 'theme: unknown theme "x"; the palette lists the themes', ""),
        ("columns = 'bar'", "columns: expected a list of share, bar, files, age, kind", ""),
        ("columns = ['bar', 'bars']", 'columns: expected one of share, bar, files, age, kind, not "bars"', ""),
        ("columns = ['bar', 3]", "columns: expected one of share, bar, files, age, kind", ""),
        ("sort = 'biggest'", 'sort: expected one of size, name, count, age, not "biggest"', ""),
        ("sort = 'age backwards'", SORT_WANTED, ""),
        ("sort = ['age']", SORT_WANTED, ""),
        ("notify = 'mail'", 'notify: expected one of desktop, bell, never, not "mail"', ""),
        ("age = 'used'", 'age: expected one of downloaded, checked, read, not "used"', ""),
        ("keys = 'x'", "keys: expected a table: write [keys], and the bindings below it", ""),
        ("[keys]\nmarks.review = 3", f"keys.marks.review: {KEY_WANTED}", ""),
        ("[keys]\n'marks.review' = ' '", f'keys."marks.review": {KEY_WANTED}', ""),
        (
            "[keys]\nmarks.review = 'x'\n'marks.review' = 'y'",
            'keys."marks.review": key binding id "marks.review" is set twice; remove one of them',
            "",
        ),
        ("[keys]\n'marks.reviw' = 'x'", f'keys."marks.reviw": unknown key binding id "marks.reviw" {MEANT}', ""),
        ("[keys]\nmarks.reviw = 'x'", f'keys.marks.reviw: unknown key binding id "marks.reviw" {MEANT}', ""),
        ("[keys]\nwhatever = 'x'", 'keys.whatever: unknown key binding id "whatever"', ""),
        ("protect = 'torch'", LIST_WANTED, "removal"),
        ("protect = ['six', 'torch kind:whel']", f'protect: {WHEL}, at character 12 of "torch kind:whel"', "removal"),
        ("protect = ['six', 3]", STRINGS_WANTED, "removal"),
        ("protect = ['torch', ['six']]", STRINGS_WANTED, "removal"),
        (
            "protect = ['six is:unusable']",
            'protect: is:unusable cannot decide what is protected; take it out of "six is:unusable"',
            "removal",
        ),
        (
            "protect = ['not:is:protected']",
            'protect: is:protected cannot decide what is protected; take it out of "not:is:protected"',
            "removal",
        ),
        ("[protect]\nterms = ['six']", LIST_WANTED, "removal"),
        ("Protect = ['torch']", 'Protect: unknown key (did you mean "protect"?)', "removal"),
        ("protects = ['torch']", 'protects: unknown key (did you mean "protect"?)', "removal"),
        ("[prune]\nsuperseded = true\nprotect = ['torch']", f"prune.protect: {MISPLACED}", "removal"),
        ("[keys]\nprotect = ['torch']", f"keys.protect: {MISPLACED}", "removal"),
        ("[keys.rows]\nprotected = ['torch']", f"keys.rows.protected: {MISPLACED}", "removal"),
        ("[keys]\nrows.protect = ['torch']", f"keys.rows.protect: {MISPLACED}", "removal"),
        *[
            (f"environments = {value}", f"environments: expected {wrong}", "")
            for value, wrong in (
                ("'~/a'", f"a list of folders or patterns, {FOLDERS}"),
                ("[1]", f"a list of folders or patterns, {FOLDERS}"),
                ("['/a', 'b']", f'whole paths, {FOLDERS}, not "b"'),
            )
        ],
        ("read-only = 1", "read-only: expected true or false, without quotes", "removal"),
        ("read-only = 'true'", "read-only: expected true or false, without quotes", "removal"),
        ("readonly = true", 'readonly: unknown key (did you mean "read-only"?)', "removal"),
        ("Read_Only = true", 'Read_Only: unknown key (did you mean "read-only"?)', "removal"),
        ("[prune]\nlegacy = true\nread-only = true", f"prune.read-only: {MISPLACED_READ_ONLY}", "removal"),
        ("[keys]\nread-only = true", f"keys.read-only: {MISPLACED_READ_ONLY}", "removal"),
        ("prune = true", "prune: expected a table: write [prune], and the rules below it", "prune"),
        ("[prune]\nsuperseeded = true", 'prune.superseeded: unknown key (did you mean "superseded"?)', "prune"),
        ("[prune]\nolder_than = '90d'", 'prune.older_than: unknown key (did you mean "older-than"?)', "prune"),
        ("[prune]\nsuperseded = 'false'", "prune.superseded: expected true or false, without quotes", "prune"),
        ("[prune]\nolder-than = 90", 'prune.older-than: expected a string, for example "90d"', "prune"),
        ("[prune]\nby = 'used'", 'prune.by: expected one of downloaded, checked, read, not "used"', "prune"),
        ("[prune]\nfree = '5'", "prune.free: 5 needs a unit, such as 5MB", "prune"),
        ("[prune]\nmin-free = 20", 'prune.min-free: expected a string, for example "20GB"', "prune"),
        ("[prune]\nmax-size = inf", 'prune.max-size: expected a string, for example "5GB"', "prune"),
        ("[prune]\nkeep-latest = true", NUMBER_WANTED, "prune"),
        ("[prune]\nkeep-latest = -1", NUMBER_WANTED, "prune"),
        ("[prune]\nkeep-latest = 1.0", NUMBER_WANTED, "prune"),
        ("[prune]\nnot-needed-by = 'uv.lock'", f"prune.not-needed-by: {FILES_WANTED}", "prune"),
        ("[prune]\nnot-needed-by = []", f"prune.not-needed-by: {FILES_WANTED}", "prune"),
        (
            "[prune]\nnot-needed-by = ['a/uv.lock']",
            'prune.not-needed-by: expected a whole path, or one that begins with ~, not "a/uv.lock"',
            "prune",
        ),
        ("[prune]\nci = true", "prune.ci: needs not-needed-by, which says what to keep", "prune"),
        ("[prune]\nterms = []", 'prune.terms: expected at least one term, for example "kind:wheel"', "prune"),
        ("[prune]\nterms = 3", f"prune.terms: expected a list of terms, {TERMS}", "prune"),
        ("[prune]\nterms = [3]", f"prune.terms: expected only strings in the list, {TERMS}", "prune"),
        ("[prune]\nterms = ['torch', 'kind:whel']", f'prune.terms: {WHEL}, at character 6 of "kind:whel"', "prune"),
        ("a = " + "[" * 100_000, "the file is nested too deeply", "removal"),
        (f"[keys]\n{'.'.join(['a'] * 3_000)} = 1", "the file is nested too deeply", "removal"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(text: str, sentence: str, blocks: str) -> None:
    assert [(str(one), one.blocks) for one in said(text).problems] == [(sentence, blocks)]


@pytest.mark.parametrize(
    ("text", "key", "blocks"),
    [
        ("protect = ['']", "protect", "removal"),
        ("[prune]\nolder-than = 'soon'", "prune.older-than", "prune"),
        ("[prune]\nolder-than = '3m'", "prune.older-than", "prune"),
        ("[prune]\nolder-than = '\u0669d'", "prune.older-than", "prune"),
        ("[prune]\nlarger-than = '100'", "prune.larger-than", "prune"),
    ],
)
def test_what_a_term_or_quantity_says_of_itself_is_named_with_its_key(text: str, key: str, blocks: str) -> None:
    assert [(one.key, one.blocks) for one in said(text).problems] == [(key, blocks)]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"theme = 'nord'\ntheme = 'dark'\n", "at line 2"),
        (b"theme = 'nord'\nage = \n", "at line 2"),
        (b"a = [\n1,", "at end of document"),
        (b"[%b]\n[%b]" % (b"a" * 5_000, b"a" * 5_000), "at line 2"),
        (b"theme = 'nord'\nage = '\xff'\n", "at line 2"),
        (b"a = " + b"9" * 5_000, "integer string conversion"),
    ],
)
def test_what_is_no_toml_is_one_problem_with_its_line(content: bytes, where: str) -> None:
    found = validate(content)
    ((key, sentence, blocks),) = found.problems
    assert (found.theme, key, blocks) == (None, "", "removal")
    assert where in sentence
    assert len(sentence) < 200


def test_the_mark_that_some_editors_put_first_is_no_error() -> None:
    assert validate(b"\xef\xbb\xbftheme = 'nord'").theme == "nord"


@pytest.mark.parametrize("table", ["browser", "theme", "prune.more", "browser.mine"])
def test_what_may_be_meant_to_protect_blocks_removals_in_any_table(table: str) -> None:
    found = said(f"[{table}]\nsort = 'age'\nprotect = ['torch']")
    problem = found.blocking("removal")
    assert str(problem) == f"{table}.protect: {MISPLACED}"
    assert found.refusal


def test_every_other_key_still_counts() -> None:
    found = said("foo = 1\ntheme = 'nord'\nsort = 3\nprotect = ['torch', 'kind:whel']\n[prune]\nsuperseded = 1\n")
    assert [problem.key for problem in found.problems] == ["foo", "sort", "protect", "prune.superseded"]
    assert (found.theme, found.sort, found.policy) == ("nord", Sorting(), None)
    assert found.protection.written == ("torch",)
    assert found.given == {"theme", "protect"}
    assert found.refusal is not None
    assert f': protect: {WHEL}, at character 6 of "kind:whel".' in found.refusal


def test_a_long_term_is_quoted_around_the_place() -> None:
    (found,) = said(f"protect = ['{'x' * 5_000} kind:whel {'y' * 5_000}']").problems
    assert "at character 5007 of" in found.sentence
    assert "kind:whel" in found.sentence.partition("character")[2]
    assert len(found.sentence) < 250


def test_long_keys_are_cut() -> None:
    (top,) = said(f"{'x' * 5_000} = 1").problems
    (inner,) = said(f"[keys]\n'{'x' * 5_000}' = 1").problems
    assert len(str(top)) < 180
    assert len(str(inner)) < 180


def test_a_binding_with_an_unknown_id_does_not_count() -> None:
    found = said("theme = 'norf'\n[keys]\nmarks.reviw = 'x'\nmarks.all = 'y'")
    assert (found.theme, found.keys) == (None, {"marks.all": "y"})
    assert found.given == {"keys"}


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
    found = validate(content)
    try:
        document: dict[str, Any] | None = tomllib.loads(content.decode("utf-8-sig"))
    except ValueError:
        document = None
    if document is None:
        assert found.refusal
        assert found.policy is None
        return
    protect, prune = document.get("protect", []), document.get("prune")
    if not found.refusal:  # every pin holds
        assert found.protection.written == tuple(protect)
        assert len(found.protection.terms) == len(protect)
    if found.policy is None:
        assert prune is None or found.blocking("prune") or found.refusal
    else:
        assert isinstance(prune, dict)
        assert found.policy.values.keys() == prune.keys()
        if not any(prune.values()):
            assert choose([entry("torch")], found.policy.rules, Facts()).entries == ()


def test_a_key_of_the_browser_may_end_like_a_key_that_protects() -> None:
    for text in ("[keys]\n'rows.protect' = 'x'", "[keys.rows]\nprotect = 'x'"):
        assert (said(text).keys, said(text).problems) == ({"rows.protect": "x"}, ())
