"""Which index pages count, and what is said of those that are not in the cache."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, plain_headers
from cachetui.insight.why.answer import Explanation
from cachetui.insight.why.asker import Asker
from cachetui.insight.why.case import gather
from cachetui.insight.why.explaining import explain
from cachetui.insight.why.question import read_question
from cachetui.model import NS
from cachetui.pip.scan import scan
from tests.insight.why.test_explaining import PYTHON

HOST = "http://127.0.0.1:8765"
MAIN, CUDA = f"{HOST}/main/simple", f"{HOST}/cu/simple"
TAG = "cp311-cp311-linux_x86_64"
NOW = time.time_ns()
FRESH = {"Cache-Control": "max-age=600"}
PYPI = {**FRESH, "X-PyPI-Last-Serial": "23"}
ASKER = Asker("python3", PYTHON, Version("26.2"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Make a cache with the page of one index alone, whose links are relative, and a file that it lists."""
    write(tmp_path, f"{MAIN}/torch/", f"torch-2.3.0-{TAG}.whl")
    url = f"{HOST}/main/simple/torch/torch-2.3.0-{TAG}.whl"
    body = artifacts.wheel("torch", "2.3.0", TAG)
    CacheWriter(tmp_path).answer(url, body, plain_headers("a/b", size=len(body), at_ns=NOW, more=FRESH), NOW)
    return tmp_path


def write(cache: Path, url: str, *filenames: str, more: Mapping[str, str] = FRESH) -> None:
    links = "".join([f'<a href="{filename}">{filename}</a>' for filename in filenames])
    page = f"<html><title>Links for torch</title>{links}</html>".encode()
    CacheWriter(cache).answer(url, page, plain_headers("text/html", size=len(page), at_ns=NOW, more=more), NOW)


def answer(cache: Path, typed: str, asker: Asker = ASKER) -> Explanation:
    return explain(gather(read_question(typed), scan(cache, indexes=asker.indexes), asker, now=NOW / NS))


def test_an_index_whose_page_is_not_here_qualifies_the_answer(cache: Path) -> None:
    found = answer(cache, f"pip install torch==2.3.0 -i {MAIN} --extra-index-url {CUDA}")
    assert found.verdict == (
        f"pip would take torch-2.3.0-{TAG}.whl from the cache: no download, unless {CUDA} lists a better one: its page "
        "is not in this cache."
    )
    assert found.steps == (
        f"use the page of torch from {MAIN} as it is in the cache: no request",
        f"ask {CUDA} for its page of torch: it is not in the cache, so what it lists is not known here",
        f"take torch-2.3.0-{TAG}.whl from the cache: no download",
    )
    assert (found.more, found.forecast.asks, found.forecast.way) == ((), True, "cache")


def test_what_such_an_index_has_is_not_known(cache: Path) -> None:
    found = answer(cache, f"pip install torch==9 -i {MAIN} --extra-index-url {CUDA}")
    assert (found.forecast.way, found.tone) == ("unknown", "not cached")
    assert found.verdict == (
        "The index pages in the cache list no torch==9 that pip may take; what else there is only an index can tell: "
        f"no page of it from {CUDA} is in this cache."
    )


def test_once_its_page_is_here_it_is_ranked_with_the_rest(cache: Path) -> None:
    write(cache, f"{CUDA}/torch/", f"torch-2.3.0+cu113-{TAG}.whl")
    found = answer(cache, f"pip install torch==2.3.0 -i {MAIN} --extra-index-url {CUDA}")
    assert (found.forecast.version, found.forecast.asks) == ("2.3.0+cu113", False)
    assert "unless" not in found.verdict


@pytest.mark.parametrize("index", [MAIN, f"{MAIN}/", MAIN.replace("//", "//me:secret@")])
def test_an_index_is_found_as_pip_looks_it_up_and_its_links_lead_on_from_it(cache: Path, index: str) -> None:
    for option in ("-i", "--index-url", "--index-url ''  --extra-index-url"):
        asker = replace(ASKER, standard=False)
        found = answer(cache, f"pip install torch {option} {index}", asker)
        assert (found.forecast.asks, found.forecast.way, found.tone) == (False, "cache", "cached")


def test_pages_that_nothing_names_do_not_count(cache: Path) -> None:
    found = answer(cache, "torch==2.3.0")
    assert (found.forecast.asks, found.forecast.way) == (True, "unknown")
    assert found.verdict == "Which torch there is only an index can tell: no page of it from PyPI is in this cache."
    assert found.steps == ("ask the index for torch: one request", "take what the index lists")
    assert found.more == (
        "Pages of torch from another index are in this cache, from a command that named that index. They do not count "
        "here, as neither this command nor a setting names it: ask with -i and its address.",
    )


def test_pages_of_pypi_count_where_nothing_is_named(cache: Path) -> None:
    write(cache, "https://index.example/simple/torch/", f"torch-2.2.0-{TAG}.whl", more=PYPI)
    found = answer(cache, "torch")
    assert (found.forecast.version, found.forecast.asks) == ("2.2.0", False)
    assert "unless" not in found.verdict
    named = answer(cache, "torch", replace(ASKER, indexes=(CUDA,)))
    assert named.verdict.endswith(f", unless {CUDA} lists a better one: its page is not in this cache.")


@pytest.mark.parametrize(
    ("typed", "tone", "verdict"),
    [
        ("torch==2.4", "stale", "it goes by an index page in the cache, without asking"),
        ("torch>=2.3.1", "stale", "it goes by an index page in the cache, without asking"),
        ("torch==2.2.1", "not cached", "the index page lists no such version, and the newest is 2.3.0"),
        ("torch==1.*", "not cached", "no file of it on the index page is for CPython 3.11"),
        ("torch==2.3.0 --no-binary :all:", "not cached", "no file of it on the index page may be taken"),
    ],
)
def test_a_page_is_called_stale_only_where_a_newer_one_may_help(
    cache: Path, typed: str, tone: str, verdict: str
) -> None:
    write(cache, f"{MAIN}/torch/", f"torch-2.3.0-{TAG}.whl", "torch-1.0-cp38-cp38-linux_x86_64.whl")
    found = answer(cache, f"pip install {typed} -i {MAIN}")
    assert found.tone == tone
    assert found.verdict == f"pip finds no {typed.partition(' ')[0]}: {verdict}."


SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("revision", "kept", "step"),
    [
        ("", "keep nothing of it", "do not keep it: only one of a full commit is kept"),
        ("@main", "keep nothing of it", "do not keep it: only one of a full commit is kept"),
        (f"@{SHA[:7]}", "keep nothing of it", "do not keep it: only one of a full commit is kept"),
        (f"@{SHA}", "keep only the wheel", "keep it"),
    ],
)
def test_of_a_repository_only_the_wheel_of_a_commit_is_kept(cache: Path, revision: str, kept: str, step: str) -> None:
    url = f"git+https://files.example/it/torch.git{revision}"
    found = answer(cache, f"torch @ {url}")
    assert found.verdict == f"pip would clone the repository, build a wheel of it, and {kept}."
    assert found.steps == (f"clone {url}: no clone is kept", f"build a wheel for CPython 3.11 and {step}")


def test_a_pip_that_refuses_to_run_is_told_first(cache: Path) -> None:
    told = "pip refuses to run because of PIP_NO_CACHE_DIR=banana, which is neither yes nor no."
    for found in (
        answer(cache, f"torch -i {MAIN}", replace(ASKER, stops=told)),
        answer(cache, f"PIP_NO_CACHE_DIR=banana pip install torch -i {MAIN}"),
    ):
        assert (found.tone, found.verdict) == ("stops", told)
        assert found.more[0] == "What follows is what it would do without that."


@pytest.mark.parametrize(
    ("typed", "sign"),
    [("torch>=1", ">=1"), ("torch<2", "<2"), ("'torch>=1'", ""), ('"torch>=1"', ""), (r"torch\>=1", ""), ("torch", "")],
)
def test_what_a_shell_takes_for_a_file_is_said(cache: Path, typed: str, sign: str) -> None:
    found = answer(cache, f"pip install {typed} -i {MAIN}")
    told = f"Unquoted, the shell takes {sign} for a file, and pip is asked without it: put quotes around it."
    assert (told in found.more) is bool(sign)
    assert any("Unquoted" in sentence for sentence in found.more) is bool(sign)
