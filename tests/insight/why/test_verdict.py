from __future__ import annotations

from dataclasses import replace

import pytest

from cachetui.insight.why.environment import TargetEnvironment
from cachetui.insight.why.explain import explain
from cachetui.insight.why.explanation import Copy, Prediction
from cachetui.insight.why.question import read_question
from cachetui.insight.why.replay import ChosenDistribution, MissReason, Request, RequestedRequirement, Run, Way
from cachetui.insight.why.steps import steps
from cachetui.insight.why.verdict import copy_of, file_of, more, prediction, verdict
from cachetui.model import Entry, Inventory, Kind
from cachetui.pip.reader import digest_of
from tests.insight.why.cases import (
    ASKER,
    FILES,
    INDEX,
    NOW,
    OTHER,
    PYPI,
    ROOT,
    built,
    case,
    chosen,
    download,
    headers,
    index_page,
    installed,
    not_found,
    page,
)

SDIST, WHEEL, BUILT = "six-1.0.tar.gz", "six-1.0-py3-none-any.whl", "six-1.0-cp311-cp311-linux_x86_64.whl"
SHA = "0123456789abcdef0123456789abcdef01234567"
MADE = chosen(SDIST, "built", built=f"/home/user/.cache/pip/wheels/aa/bb/cc/{BUILT}")


def decided(*some: ChosenDistribution, pages: tuple[object, ...] = (page(),), **others: object) -> Run:
    """Return a run that came to a decision."""
    return Run(resolved=True, code=0, requests=pages, chosen=some, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("run", "tone", "sentence"),
    [
        (decided(chosen(WHEEL)), "cached", f"pip would take {WHEEL} from the cache: no download."),
        (
            decided(chosen(WHEEL, "checked")),
            "cached",
            f"pip would take {WHEEL} from the cache, after asking its server whether it is still the same.",
        ),
        (
            decided(MADE),
            "cached",
            "pip would install the wheel of 1.0 that it built here on 2026-05-18: no download.",
        ),
        (decided(chosen(SDIST, "build")), "partly", "pip would build 1.0 again, from the sdist in the cache."),
        (
            decided(chosen(WHEEL, "download")),
            "not cached",
            f"pip would download {WHEEL}: it is not in the cache.",
        ),
        (
            decided(chosen(SDIST, "download-build")),
            "not cached",
            f"pip would download {SDIST} and build a wheel from it: it is not in the cache.",
        ),
        (
            decided(installed("six", "1.0"), pages=()),
            "installed",
            "six 1.0 is installed already: pip keeps it and fetches nothing.",
        ),
        (decided(), "not cached", "pip has nothing to install for six."),
        (
            decided(chosen(WHEEL), chosen("dep-2.0-py3-none-any.whl", "download")),
            "partly",
            f"pip would take {WHEEL} from the cache; it would also download dep 2.0.",
        ),
        (
            decided(chosen(WHEEL), chosen("dep-2.0-py3-none-any.whl", "unknown")),
            "cached",
            f"pip would take {WHEEL} from the cache; which dep it takes is not known here.",
        ),
        (
            decided(chosen(WHEEL), pages=(page("checked"),)),
            "cached",
            f"pip asks {INDEX} first. If its page has not changed, it would take {WHEEL} from the cache: no download.",
        ),
        (
            decided(chosen(WHEEL), pages=(page("checked", index=PYPI),)),
            "cached",
            f"pip asks PyPI first. If its page has not changed, it would take {WHEEL} from the cache: no download.",
        ),
        (
            decided(chosen(WHEEL), unseen={"six": [f"{OTHER}/six/"]}),
            "partly",
            f"What pip takes depends on {OTHER}, whose six page is not in this cache. If nothing better is listed, "
            f"it would take {WHEEL} from the cache: no download.",
        ),
        (
            decided(chosen(WHEEL, "unknown", index=""), unseen={"six": [f"{OTHER}/six/"]}),
            "not cached",
            f"Only an index can say which versions of six exist: its page from {OTHER} is not in this cache.",
        ),
        (
            decided(chosen(WHEEL, "unknown", index=""), unseen={"six": [f"{PYPI}/six/"]}),
            "not cached",
            "Only an index can say which versions of six exist: no page of it is in this cache.",
        ),
    ],
)
def test_the_first_sentence_says_what_pip_does(run: Run, tone: str, sentence: str) -> None:
    assert verdict(case("six", run, built(BUILT))) == (tone, sentence)


LINKS = "https://links.example/stable.html"
LINKED = Request(LINKS, "checked", "", True, "six")


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (
            decided(chosen(WHEEL), pages=(LINKED,)),
            [
                f"pip asks {LINKS} first. If it has not changed, it would take {WHEEL} from the cache: no download.",
                f"ask whether the find-links page {LINKS} has changed: one small request",
                "The cached find-links page is 5 minutes old; newer releases may exist.",
            ],
        ),
        (
            decided(chosen(WHEEL), pages=(replace(LINKED, how="cache"),)),
            [
                f"pip would take {WHEEL} from the cache: no download.",
                f"use the cached find-links page {LINKS}: no request",
            ],
        ),
        (
            decided(chosen(WHEEL), pages=(page(), replace(LINKED, how="unknown")), unseen={"six": [LINKS]}),
            [
                f"What pip takes depends on {LINKS}, which is not in this cache. If nothing better is listed, it would "
                f"take {WHEEL} from the cache: no download.",
                f"use the cached six page from {INDEX}: no request",
                f"download the find-links page {LINKS}; what it lists is not known here: it is not in this cache",
            ],
        ),
        (
            decided(
                chosen(WHEEL, "unknown", index=""), pages=(replace(LINKED, how="unknown"),), unseen={"six": [LINKS]}
            ),
            [
                f"Only {LINKS} can say which versions of six exist: no copy is in this cache.",
                f"download the find-links page {LINKS}; what it lists is not known here: it is not in this cache",
            ],
        ),
        (
            Run(requests=(replace(LINKED, how="cache"),), error=not_found("six==2")),
            [
                "pip finds no six==2: it uses the cached find-links page, without asking for it again.",
                f"use the cached find-links page {LINKS}: no request",
            ],
        ),
    ],
)
def test_a_page_that_find_links_names_is_no_index(run: Run, told: list[str]) -> None:
    entry = Entry("response", (), f"http-v2/a/b/c/d/e/{digest_of(LINKS)}", 0)
    asked = case(f"pip install -f {LINKS} six", run, entry, answers={entry.path: headers()})
    said = [verdict(asked)[1], *steps(asked), *more(asked)]
    assert [one for one in said if not one.startswith(("take ", "stop ", "If the "))] == told


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("stale", "the copy in the cache is out of date, and nothing in it lets pip ask whether it changed"),
        ("cut", "the copy in the cache is truncated"),
        ("vary", "the copy in the cache was stored for another kind of request"),
        ("insecure", "it comes over plain http from an untrusted host, and pip does not cache that"),
        ("layout", "the copy in the cache is for pip before 23.3; pip 26.3 does not read it"),
    ],
)
def test_why_a_copy_is_not_used(why: MissReason, reason: str) -> None:
    run = decided(chosen(WHEEL, "download", why=why))
    assert verdict(case("six", run)) == ("not cached", f"pip would download {WHEEL}: {reason}.")


def test_an_older_pip_does_not_look_under_the_newer_layout() -> None:
    _, sentence = verdict(case("six", decided(chosen(WHEEL, "download", why="layout")), pip="23.2.1"))
    assert sentence == (
        f"pip would download {WHEEL}: the copy in the cache is for pip 23.3 and newer; pip 23.2.1 does not read it."
    )


@pytest.mark.parametrize(
    ("run", "entries", "copy"),
    [
        (decided(chosen(WHEEL, "download", why="layout")), (), "unused"),
        (decided(chosen(WHEEL, "download", why="absent")), (download(WHEEL, layout="http"),), "unused"),
        (decided(chosen(WHEEL, "download", why="stale")), (download(WHEEL),), "unused"),
        (decided(chosen(WHEEL, "download", why="absent")), (download(WHEEL),), "unsure"),
        (decided(chosen(WHEEL, "unknown", version="0")), (download(WHEEL),), "unsure"),
        (decided(chosen(WHEEL, "download", why="absent")), (), ""),
        (decided(chosen(WHEEL, "download", why="insecure")), (), ""),
        (decided(chosen(WHEEL)), (download(WHEEL),), ""),
    ],
)
def test_the_verdict_agrees_with_what_it_says_of_a_copy(run: Run, entries: tuple[Entry, ...], copy: Copy) -> None:
    assert copy_of(case("six", run, *entries)) == copy


def beside(filename: str, kind: Kind, *, layout: str = "http-v2") -> Entry:
    """Return an entry that has the name of a file, but does not hold that file."""
    url = f"{FILES}/{filename}.metadata" if kind == "metadata" else f"https://moved.example/{filename}"
    return download(filename, kind=kind, layout=layout)._replace(path=f"{layout}/a/{digest_of(url)}", url=url)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "p0 1.0"),
        (4, "p0 1.0, p1 1.0, p2 1.0 and p3 1.0"),
        (5, "p0 1.0, p1 1.0, p2 1.0 and 2 more"),
        (6, "p0 1.0, p1 1.0, p2 1.0 and 3 more"),
        (7, "p0 1.0, p1 1.0, p2 1.0 and 4 more"),
        (9, "p0 1.0, p1 1.0, p2 1.0 and 6 more"),
    ],
)
def test_other_projects_are_counted_once(number: int, words: str) -> None:
    others = [chosen(f"p{place}-1.0-py3-none-any.whl", "download") for place in range(number)]
    found = case("six", decided(chosen(WHEEL), *others))
    assert verdict(found)[1] == f"pip would take {WHEEL} from the cache; it would also download {words}."
    assert f"It also takes {words} (downloaded)." in [*more(found)]


@pytest.mark.parametrize("kind", ["metadata", "redirect"])
def test_metadata_or_a_redirect_is_no_copy_of_a_file(kind: Kind) -> None:
    fetched = decided(chosen(WHEEL, "download", why="absent"))
    for entry in (beside(WHEEL, kind), beside(WHEEL, kind, layout="http")):
        found = case("six", fetched, entry)
        assert verdict(found) == ("not cached", f"pip would download {WHEEL}: it is not in the cache.")
        assert [*more(found)] == []
        assert copy_of(found) == ""
        assert prediction(found).way == "download"

    elsewhere = download(WHEEL)._replace(path=f"http-v2/b/{digest_of('https://moved.example/x')}")
    taken = chosen(WHEEL)
    found = case("six", decided(taken), beside(WHEEL, kind), built(WHEEL), elsewhere)
    assert found.entry_of(taken) == elsewhere


def test_words_of_a_verdict() -> None:
    found = explain(read_question("six"), Inventory(ROOT), TargetEnvironment(), now=NOW)
    uncached = replace(found, tone="not cached")
    assert uncached.tone_words == "not cached"
    assert replace(uncached, copy="unused").tone_words == "cached, not used"
    assert replace(uncached, copy="unsure").tone_words == "cached, perhaps used"
    assert replace(found, tone="partly", copy="unsure").tone_words == "partly cached"


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        ("pip install --no-cache-dir six", "--no-cache-dir"),
        ("PIP_NO_CACHE_DIR=1 pip install six", "PIP_NO_CACHE_DIR=1"),
        ("six", "PIP_NO_CACHE_DIR=yes in the settings"),
    ],
)
def test_who_switched_the_cache_off_is_named(typed: str, by: str) -> None:
    words = f"pip 26.3 uses no cache here ({by}): it would download {WHEEL}. Nothing in a cache can be the reason."
    asker = replace(ASKER, off_by="PIP_NO_CACHE_DIR=yes in the settings")
    found = case(typed, decided(chosen(WHEEL, "download", why="off")), asker=asker, cache_dir=None)
    assert verdict(found) == ("off", words)


@pytest.mark.parametrize(
    ("typed", "way", "url", "sentence"),
    [
        (
            f"six @ git+{FILES}/six",
            "clone",
            f"git+{FILES}/six",
            f"pip would clone git+{FILES}/six, build a wheel and keep nothing of it.",
        ),
        (
            f"six @ git+{FILES}/six@{SHA}",
            "clone",
            f"git+{FILES}/six@{SHA}",
            f"pip would clone git+{FILES}/six@{SHA}, build a wheel and keep the wheel.",
        ),
        (
            "six @ file:///home/user/six-1.0-py3-none-any.whl",
            "local",
            "file:///home/user/six-1.0-py3-none-any.whl",
            f"pip would take {WHEEL} from this machine, not from its cache.",
        ),
        (
            "six @ file:///home/user/six",
            "local-build",
            "file:///home/user/six",
            "pip would build six from the folder six on this machine, not from its cache.",
        ),
    ],
)
def test_what_no_index_lists(typed: str, way: Way, url: str, sentence: str) -> None:
    run = decided(chosen(SDIST, way, index="", url=url), pages=())
    assert verdict(case(typed, run)) == ("not cached", sentence)


def test_pip_download_builds_nothing() -> None:
    run = decided(chosen(SDIST, "build"))
    assert verdict(case("pip download six", run)) == ("cached", f"pip would take {SDIST} from the cache: no download.")
    assert prediction(case("pip download six", run)).way == "cache"


NO_FALLING_BACK = "If the index does not answer, pip stops: it does not fall back to its cache."


def test_a_version_that_is_pinned_rests_on_the_page_too() -> None:
    run, answers = decided(chosen(WHEEL), pages=(page("checked"),)), {index_page().path: headers()}
    assert verdict(case("six==1.0", run)) == ("cached", f"pip would take {WHEEL} from the cache: no download.")
    for wanted in ("six==1.0", "six"):
        assert [*more(case(wanted, run, index_page(), answers=answers))] == [
            NO_FALLING_BACK,
            "The cached index page is 5 minutes old; newer releases may exist.",
        ]


def test_a_file_of_the_same_name_but_of_another_address_is_told() -> None:
    run = decided(chosen(WHEEL, "download", why="absent", url=f"https://elsewhere.example/{WHEEL}"))
    assert [*more(case("six", run, download(WHEEL)))] == [
        "A file of this name from files.example is in the cache: pip uses it only if this URL leads there."
    ]
    assert prediction(case("six", run, download(WHEEL))).way == "download"
    assert prediction(case("six", run, download(WHEEL)._replace(url=None))).way == "unknown"


def test_a_requirement_for_other_pythons_is_skipped() -> None:
    run = Run(resolved=True)
    skipped = case("six; python_version < '3'", run)
    assert verdict(skipped) == ("skipped", "pip skips six: its marker is false for CPython 3.11.")
    assert prediction(skipped) == Prediction(False, "skipped")
    both = decided(
        chosen(WHEEL),
        roots=(
            RequestedRequirement("dep", "", "x", False, "", "dep; x"),
            RequestedRequirement("six", "", "", True, "", "six"),
        ),
    )
    assert [*more(case("pip install dep six", both))] == ["pip skips dep: its marker is false for CPython 3.11."]


@pytest.mark.parametrize(
    ("entries", "held"),
    [
        ((), "Nothing of six is in this cache."),
        ((download("six-1.0.tar.gz"),), "In this cache six-1.0.tar.gz would fit six>=1."),
        ((download("six-0.9.tar.gz"),), "No file in this cache fits six>=1."),
    ],
)
def test_a_pip_that_cannot_be_asked_leaves_the_facts(entries: tuple[Entry, ...], held: str) -> None:
    silent = case("six>=1", None, *entries, trouble="This Python has no pip that could be asked.")
    assert verdict(silent) == ("facts only", f"This Python has no pip that could be asked. {held}")
    assert prediction(silent) == Prediction()


def test_other_cached_versions_are_never_the_reason() -> None:
    found = case("six==1.0", decided(chosen(WHEEL)), download("six-1.1.tar.gz"), download(WHEEL))
    assert [*more(found)] == [
        "pip never takes 1.1 for ==1.0, cached or not: if you got 1.1, it was installed already, or another "
        "command or another pip installed it."
    ]
    assert [*more(case("six", decided(chosen(WHEEL)), download("six-1.1.tar.gz")))] == []


def test_what_comes_with_it_and_what_is_not_known() -> None:
    run = decided(
        chosen(WHEEL, needs_known=False), chosen("dep-2.0-py3-none-any.whl", "download"), installed("there", "3")
    )
    assert [*more(case("six", run))] == [
        "It also takes dep 2.0 (downloaded).",
        "What six 1.0 needs is not known here.",
    ]


def test_another_cache_and_another_python_are_told() -> None:
    found = case("six", decided(chosen(WHEEL)), cache_dir="/elsewhere")
    assert [*more(found)] == [
        "With this command pip's cache is /elsewhere; this answer lists the files of /home/user/.cache/pip."
    ]
    noted = replace(ASKER, notes=("python3.8 was not found here, so another Python was asked.",))
    assert [*more(case("six", decided(chosen(WHEEL)), asker=noted))] == [*noted.notes]


@pytest.mark.parametrize(
    ("run", "values"),
    [
        (decided(chosen(WHEEL)), Prediction(False, "cache", "1.0", WHEEL)),
        (decided(chosen(WHEEL), pages=(page("checked"),)), Prediction(True, "cache", "1.0", WHEEL)),
        (decided(MADE), Prediction(False, "built", "1.0", BUILT)),
        (decided(installed("six", "1.0"), pages=()), Prediction(False, "installed", "1.0", "six")),
        (decided(chosen(WHEEL), unseen={"six": [f"{OTHER}/six/"]}), Prediction(False, "unknown")),
    ],
)
def test_the_same_as_values(run: Run, values: Prediction) -> None:
    found = prediction(case("six", run))
    assert (found.asks, found.way, found.version) == (values.asks, values.way, values.version)
    if found.way != "installed":
        assert found == values


def test_the_file_that_is_taken() -> None:
    assert [*map(file_of, (chosen(SDIST), MADE, installed("six", "1.0")))] == [SDIST, BUILT, "six"]


def test_a_damaged_file_of_a_dependency_stops_pip() -> None:
    own, needed = built(BUILT), download("wanted-2.0-py3-none-any.whl")
    run = decided(MADE, chosen("wanted-2.0-py3-none-any.whl"))
    found = replace(case("six", run, own, needed), broken={needed.path: "it does not unpack: it is cut off"})
    assert verdict(found) == (
        "damaged",
        "pip would take wanted-2.0-py3-none-any.whl from the cache, which six needs, and stop at it: it is damaged "
        "(it does not unpack: it is cut off).",
    )
    assert (prediction(found).way, [*steps(found)][-1]) == ("nothing", "stop with an error")
    of_six = replace(found, broken={own.path: "it is not a wheel"})
    assert verdict(of_six)[1].startswith("pip would take the wheel of six 1.0 that it built here on ")
    assert verdict(replace(found, broken={}))[0] == "cached"
