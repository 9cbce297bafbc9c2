"""Terms against a slow, obvious second reading of what they say."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from cachetui.errors import TermError
from cachetui.labels import LABELS, Facts
from cachetui.model import KINDS, NS, Entry, File
from cachetui.terms import parse_terms

NOW = 1_793_000_000 * NS
DAY = 86_400 * NS
PROJECTS = ("torch", "torch-geometric", "ruamel-yaml", "nvidia-cublas", "size")
VERSIONS = ("1.0", "2.0rc1", "2.3.0", "2.3.0+cu121", "2.10", "2004d")
TAGS = ("py3-none-any", "cp38-cp38-linux_x86_64", "cp38-abi3-linux_x86_64", "py2.py3-none-any", "pp38-pypy38_pp73-any")
PLACES = ("https://files.example/a/x.whl", "https://me:secret@other.example/b?token=abc", None)
UNITS = {"kB": 10**3, "MB": 10**6, "MiB": 2**20, "b": 1}
TIMES = {"h": 3_600 * NS, "d": DAY, "w": 7 * DAY, "mo": 30 * DAY, "y": 365 * DAY}
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}

Judge = Callable[[Entry, Facts], bool | None]


class Said(NamedTuple):
    """A term as text, and what it means."""

    text: str
    is_true_of: Judge
    adds_up: bool = False
    """Whether it is a name, a pattern or a requirement, which add up; all else narrows."""


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    number = draw(st.integers(0, 9))
    project, version = draw(st.sampled_from((*PROJECTS, None))), draw(st.sampled_from((*VERSIONS, None)))
    name = (project or "x").replace("-", "_")
    filename = draw(st.sampled_from((f"{name}-{version}-{draw(st.sampled_from(TAGS))}.whl", f"{name}-1.tar.gz", None)))
    size = draw(st.sampled_from((0, 512, 4_096, 999_936, 1_048_576, 10**9)))
    moments = st.one_of(st.none(), st.integers(0, 800).map(lambda days: NOW - days * DAY))
    return Entry(
        draw(st.sampled_from(KINDS)),
        (File(f"http/{number}", number, NOW, size, size),),
        f"http/{number}",
        NOW - draw(st.integers(0, 800)) * DAY,
        draw(moments),
        draw(moments),
        project,
        version,
        filename,
        draw(st.sampled_from(PLACES)),
    )


PATHS = st.frozensets(st.integers(0, 9).map(lambda number: f"http/{number}"))
ANSWERS = st.dictionaries(st.sampled_from([f"http/{n}" for n in range(10)]), st.booleans())
FACTS = st.builds(
    Facts,
    st.just(NOW),
    PATHS,
    PATHS,
    PATHS,
    PATHS,
    usable=ANSWERS,
    used=ANSWERS,
)


def satisfies(version: str | None, specifier: str) -> bool | None:
    if version is None:
        return None
    try:
        Version(version)
    except InvalidVersion:
        return False
    return SpecifierSet(specifier, prereleases=True).contains(version, prereleases=True)


@st.composite
def requirements(draw: st.DrawFn) -> Said:
    project = draw(st.sampled_from(PROJECTS))
    written = draw(st.sampled_from((project, project.title().replace("-", "_"), project.replace("-", "."))))
    if draw(st.booleans()):
        written = f'"{written}"'
    specifier = draw(st.sampled_from(("", ">=2", "==2.3.0", ">=2,<2.3", "!=2.3.0", "~=2.3", "==2.*", "<2.10")))
    if project == "size" and specifier and '"' not in written:
        written = f"'{written}'"  # else it would be a size

    def is_true_of(entry: Entry, facts: Facts) -> bool | None:
        if entry.project is None:
            return None
        if entry.project != project:
            return False
        return satisfies(entry.version, specifier) if specifier else True

    return Said(written + specifier, is_true_of, adds_up=True)


@st.composite
def wildcards(draw: st.DrawFn) -> Said:
    pattern = draw(st.sampled_from(("torch*", "*", "*a*", "t?rch", "Nvidia_*")))
    plain = pattern.lower().replace("_", "-")

    def is_true_of(entry: Entry, facts: Facts) -> bool | None:
        return None if entry.project is None else fnmatch.fnmatchcase(entry.project, plain)

    return Said(pattern, is_true_of, adds_up=True)


@st.composite
def measures(draw: st.DrawFn) -> Said:
    what, comparison = draw(st.sampled_from(("size", "age", "checked", "read"))), draw(st.sampled_from([*COMPARISONS]))
    units = UNITS if what == "size" else TIMES
    number, unit = draw(st.integers(0, 900)), draw(st.sampled_from([*units]))
    space = draw(st.sampled_from(("", " ")))

    def is_true_of(entry: Entry, facts: Facts) -> bool | None:
        if what == "size":
            return COMPARISONS[comparison](entry.disk_usage, number * units[unit])
        moment = entry.downloaded if what == "age" else entry.checked if what == "checked" else entry.read
        return None if moment is None else COMPARISONS[comparison](NOW - moment, number * units[unit])

    return Said(f"{what}{space}{comparison}{space}{number}{unit}", is_true_of)


@st.composite
def qualified(draw: st.DrawFn) -> Said:
    what = draw(st.sampled_from(("kind", "is", "from", "python")))
    if what == "kind":
        kind = draw(st.sampled_from(KINDS))
        return Said(f"kind:{kind}", lambda entry, facts: entry.kind == kind)
    if what == "from":
        part = draw(st.sampled_from(("files.example", "'other.example/b'", "secret", "token", "HTTPS://")))

        def comes_from(entry: Entry, facts: Facts) -> bool | None:
            told = {PLACES[0]: "https://files.example/a/x.whl", PLACES[1]: "https://other.example/b"}
            return None if entry.url is None else part.strip("'").lower() in told[entry.url]

        return Said(f"from:{part}", comes_from)
    if what == "python":
        version = draw(st.sampled_from(("3.8", "3", "2", "3.9")))

        def is_for(entry: Entry, facts: Facts) -> bool | None:
            if entry.filename is None or not entry.filename.endswith(".whl"):
                return None
            alone = {"3.8": (TAGS[1], TAGS[4]), "3": (TAGS[0], TAGS[1], TAGS[2], TAGS[4]), "2": (), "3.9": ()}[version]
            return any(entry.filename.endswith(f"-{tag}.whl") for tag in alone)

        return Said(f"python:{version}", is_for)
    word = draw(st.sampled_from(LABELS))

    def is_true_of(entry: Entry, facts: Facts) -> bool | None:
        if word == "unusable":
            return not facts.usable[entry.path] if entry.path in facts.usable else None
        if word in ("used", "unused"):
            return facts.used[entry.path] == (word == "used") if entry.path in facts.used else None
        answers: dict[str, Any] = {
            "superseded": entry.path in facts.superseded,
            "legacy": entry.path in facts.legacy,
            "dead-weight": entry.path in facts.dead_weight,
            "protected": entry.path in facts.protected,
            "leftover": entry.kind == "leftover",
            "unidentified": entry.project is None and entry.kind in ("response", "unknown"),
        }
        return bool(answers[word])

    return Said(f"is:{word}", is_true_of)


@st.composite
def negated(draw: st.DrawFn) -> Said:
    said = draw(st.one_of(requirements(), wildcards(), measures(), qualified()))
    if not draw(st.booleans()):
        return said

    def is_true_of(entry: Entry, facts: Facts) -> bool | None:
        found = said.is_true_of(entry, facts)
        return None if found is None else not found

    return Said(f"not:{said.text}", is_true_of)


@settings(max_examples=200, deadline=None)
@given(st.lists(negated(), min_size=1, max_size=4), st.lists(entries(), max_size=12), FACTS)
def test_terms_choose_what_they_say(said: list[Said], found: list[Entry], facts: Facts) -> None:
    predicate = parse_terms([" ".join(one.text for one in said)])

    chosen = [entry for entry in found if predicate(entry, facts)]

    assert chosen == [entry for entry in found if is_chosen(entry, said, facts)]
    assert [predicate(entry, facts) for entry in found] == [
        parse_terms([one.text for one in said])(entry, facts) for entry in found
    ]


def is_chosen(entry: Entry, said: list[Said], facts: Facts) -> bool:
    """Return whether an entry satisfies all conditions and, if there are names, one of them."""
    conditions = [one for one in said if not one.adds_up]
    names = [one for one in said if one.adds_up]
    return all(one.is_true_of(entry, facts) is True for one in conditions) and (
        not names or any(one.is_true_of(entry, facts) is True for one in names)
    )


@given(st.text(alphabet=st.sampled_from("aKk1.*?[]()<>=!~,;@: \t-_+\"'MBd:notsize"), max_size=14), st.booleans())
def test_whatever_is_typed_parses_or_is_an_error_with_a_place_in_it(text: str, loose: bool) -> None:
    try:
        parse_terms([text], loose=loose)
    except TermError as error:
        assert 0 <= error.position <= len(text)


def wheel_of(filename: str | None, url: str | None = None) -> Entry:
    return Entry("wheel", (), "http/a", NOW, project="ruamel-yaml", version="1.0", filename=filename, url=url)


def test_a_word_of_a_filter_is_found_in_any_name_and_in_the_project_however_it_is_spelled() -> None:
    entry = wheel_of("ruamel.yaml-1.0-cp38-cp38-linux_x86_64.whl", "https://files.example/x.whl")
    for word, is_true in (("cp38", True), ("YAML-1", True), ("Ruamel_Yaml", True), ("files.example", False)):
        assert parse_terms([word], loose=True)(entry, Facts()) is is_true
    assert parse_terms(["files.example"], loose=True)(wheel_of(None, entry.url), Facts())
    assert parse_terms(["http/a"], loose=True)(wheel_of(None), Facts())
    assert not parse_terms(["py"], loose=True)(Entry("response", (), "http/a", NOW), Facts())


def test_a_file_name_or_address_that_is_malformed_has_no_python_and_no_source() -> None:
    for filename in ("x.whl", "1.0-cp38-cp38-any.whl", "a-b-c.whl", "x-1.tar.gz", None):
        entry = wheel_of(filename, "https://[bad/x.whl?cp38")
        for terms in (["python:3.8"], ["not:python:3.8"], ["from:bad"], ["not:from:bad"]):
            assert not parse_terms(terms)(entry, Facts())
    entry = wheel_of("x-1.0-odd-none-any.whl", "https://me:secret@files.example/x.whl?token")
    assert not parse_terms(["python:3.8"])(entry, Facts()) and parse_terms(["not:python:3.8"])(entry, Facts())
    assert parse_terms(["from:files.example/x"])(entry, Facts())
    assert not any(parse_terms([f"from:{word}"])(entry, Facts()) for word in ("secret", "token"))


def test_marks_are_a_condition_of_a_filter() -> None:
    marked = parse_terms(["is:marked"], loose=True)
    assert marked(wheel_of(None), Facts(marked=frozenset({"http/a"})))
    assert not marked(wheel_of(None), Facts())
