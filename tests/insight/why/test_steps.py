from __future__ import annotations

import pytest

from cachetui.insight.why.replay import How, MissReason, Request, Run
from cachetui.insight.why.steps import steps
from tests.insight.why.cases import FILES, INDEX, PYPI, built, case, chosen, installed, not_found, page

SDIST, WHEEL, BUILT = "six-1.0.tar.gz", "six-1.0-py3-none-any.whl", "six-1.0-cp311-cp311-linux_x86_64.whl"


@pytest.mark.parametrize(
    ("asked", "step"),
    [
        (page(), f"use the cached six page from {INDEX}: no request"),
        (page("checked"), f"ask {INDEX} whether its six page has changed: one small request"),
        (
            page("assumed", "layout"),
            f"download the six page from {INDEX}: pip 26.3 does not read the cached copy",
        ),
        (page("assumed", "off"), f"download the six page from {INDEX} again: its cache is off"),
        (
            page("unknown", "absent", index=PYPI),
            "ask PyPI for its six page; what it lists is not known here: no page of it is in this cache",
        ),
    ],
)
def test_a_page_comes_from_the_cache_or_its_index(asked: Request, step: str) -> None:
    assert [*steps(case("six", Run(requests=(asked,))))] == [step]


def test_metadata_that_are_fetched_are_a_step() -> None:
    def of_metadata(how: How, why: MissReason = "") -> Request:
        return Request(f"{FILES}/{WHEEL}.metadata", how, why, False, "six")

    requests = (page(), of_metadata("assumed", "absent"), of_metadata("checked"))
    assert [*steps(case("six", Run(True, requests=requests, chosen=(chosen(WHEEL, "download"),))))][1:] == [
        f"download the metadata of {WHEEL}: it is not in the cache",
        f"download {WHEEL} and keep it",
    ]
    assert [*steps(case("six", Run(requests=(of_metadata("checked"),))))] == [
        f"ask whether the metadata of {WHEEL} has changed"
    ]
    assert [*steps(case("six", Run(requests=(of_metadata("cache"),))))] == []


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (Run(True, chosen=(chosen(WHEEL),)), [f"take {WHEEL} from the cache: no download"]),
        (
            Run(True, chosen=(chosen(WHEEL, "checked"),)),
            [f"ask whether {WHEEL} is still the same, then take it from the cache"],
        ),
        (Run(True, chosen=(chosen(WHEEL, "download"),)), [f"download {WHEEL} and keep it"]),
        (Run(True, chosen=(chosen(WHEEL, "download", why="insecure"),)), [f"download {WHEEL}"]),
        (
            Run(True, chosen=(chosen(SDIST, "build"),)),
            [f"take {SDIST} from the cache: no download", "build a wheel from six 1.0 for CPython 3.11 and keep it"],
        ),
        (
            Run(True, chosen=(chosen(SDIST, "built", built=f"/x/wheels/aa/bb/cc/{BUILT}"),)),
            [f"install {BUILT}, built here on 2026-05-18: no download"],
        ),
        (Run(True, chosen=(installed("six", "1.0"),)), ["keep six 1.0, which is installed"]),
        (
            Run(True, chosen=(chosen(SDIST, "clone"),)),
            ["clone the repository of six: pip keeps no clone", "build a wheel from six 1.0 for CPython 3.11"],
        ),
        (Run(True, chosen=(chosen(WHEEL, "unknown"),)), ["take what the index lists for six"]),
    ],
)
def test_a_file_is_taken(run: Run, told: list[str]) -> None:
    assert [*steps(case("six", run, built(BUILT)))] == told


def test_dependencies_follow_and_many_are_counted() -> None:
    names = [f"dep{number}" for number in range(20)]
    run = Run(True, chosen=(chosen(WHEEL), *[chosen(f"{name}-1-py3-none-any.whl", "download") for name in names]))
    found = [*steps(case("six", run))]
    assert found[:2] == [f"take {WHEEL} from the cache: no download", "download dep0-1-py3-none-any.whl and keep it"]
    assert (len(found), found[-1]) == (13, "do the same for 9 more projects")


def test_pip_download_builds_nothing_and_an_error_ends_it() -> None:
    run = Run(True, chosen=(chosen(SDIST, "download-build"),))
    assert [*steps(case("pip download six", run))] == [f"download {SDIST} and keep it"]
    assert [*steps(case("six", Run(error=not_found("six"))))] == ["stop with an error"]


def test_nothing_is_told_of_a_pip_that_was_not_asked_and_of_what_is_skipped() -> None:
    assert [*steps(case("six", None, trouble="This Python has no pip that could be asked."))] == []
    assert [*steps(case("six; python_version < '3'", Run(True)))] == ["skip six"]
