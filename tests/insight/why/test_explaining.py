from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha224
from pathlib import Path

import pytest
from packaging.version import Version

from cachetui.demo import demo_cache
from cachetui.demo.target import Target
from cachetui.insight.why.answer import Explanation
from cachetui.insight.why.asker import Asker
from cachetui.insight.why.case import gather
from cachetui.insight.why.explaining import explain
from cachetui.insight.why.offers import by_digest
from cachetui.insight.why.question import read_question
from cachetui.interpreters.named import Python
from cachetui.interpreters.portrait import Portrait
from cachetui.model import NS, Entry, Inventory
from cachetui.pip.evidence import Answer, Listing
from cachetui.pip.scan import scan

NOW = 1_780_000_000 * NS
PYTHON = Portrait(
    Python(Path("/usr/bin/python3"), Path("/usr")),
    "3.11.7",
    "CPython",
    ("cp311-cp311-linux_x86_64", "py3-none-any"),
    {"python_version": "3.11", "python_full_version": "3.11.7", "sys_platform": "linux"},
)
ASKER = Asker("python3", PYTHON, Version("26.2"))


@pytest.fixture(scope="module")
def inventory() -> Iterator[Inventory]:
    with demo_cache(NOW, Target()) as root:
        yield scan(root)


def answer(inventory: Inventory, typed: str, asker: Asker = ASKER) -> Explanation:
    return explain(gather(read_question(typed), inventory, asker, now=NOW / NS))


def test_without_a_cache_nothing_is_taken_from_it(inventory: Inventory) -> None:
    found = answer(inventory, "pip install --no-cache-dir psycopg2==2.4.4")
    words = "pip 26.2 uses no cache here, by --no-cache-dir: it neither reads nor writes it, and nothing in it can be"
    assert (found.tone, found.verdict) == ("off", f"{words} the reason.")
    assert (found.forecast.asks, found.forecast.way) == (True, "download-build")
    assert (found.steps, found.reasons) == ((), ())
    assert answer(inventory, "psycopg2==2.4.4").forecast.way == "built"


def test_what_was_not_taken_into_account_is_named(inventory: Inventory) -> None:
    found = answer(inventory, "CC=gcc pip install psycopg2 six -c old.txt --hash=sha256:ab -U --cache-dir /some/where")
    assert found.more[-5:] == (
        "What the index says now is not known here: its page in the cache is a month old.",
        "This is about psycopg2 alone; ask for it on its own: six.",
        "The cache that --cache-dir names was not looked into: ask with `cachetui --cache-dir /some/where`.",
        "What is installed already is not looked at here; -U lets pip replace it.",
        "CC, -c and --hash were not taken into account.",
    )


def test_the_cache_that_is_looked_into_may_be_named(inventory: Inventory) -> None:
    assert answer(inventory, f"pip install psycopg2 --cache-dir '{inventory.root}'").more == (
        "What the index says now is not known here: its page in the cache is a month old.",
    )


@pytest.mark.parametrize(
    ("marker", "skipped"), [('python_version < "3"', True), ('python_version > "3"', False), ('extra == "dev"', True)]
)
def test_a_requirement_for_another_python_is_passed_over(inventory: Inventory, marker: str, skipped: bool) -> None:
    found = answer(inventory, f"psycopg2==2.4.4; {marker}")
    assert (found.forecast.way == "skipped") is skipped
    if skipped:
        assert found.tone == "skipped"
        assert found.verdict == f"pip passes psycopg2==2.4.4 over: {marker} is not true for CPython 3.11."
        assert found.reasons == ()


def test_where_no_python_tells_its_markers_that_is_said(inventory: Inventory) -> None:
    found = answer(inventory, "psycopg2==2.4.4; python_version < '3'", replace(ASKER, python=None))
    assert found.forecast.way != "skipped"
    assert found.more[:2] == (
        "No Python was found that could be asked what it can use: name one with --python.",
        'Whether python_version < "3" is true, and pip takes the requirement at all, is not known here.',
    )


def test_why_a_python_could_not_be_asked_is_said(inventory: Inventory) -> None:
    python = Portrait(PYTHON.python, trouble="It failed with exit code 3.")
    assert answer(inventory, "psycopg2", replace(ASKER, command="/opt/python", python=python)).more[0] == (
        "/opt/python could not be asked what it can use: it failed with exit code 3. Name another Python with --python."
    )


def test_options_leave_files_out(inventory: Inventory) -> None:
    found = answer(inventory, "pip install psycopg2==2.4.1 --only-binary :all:")
    assert (found.forecast.way, found.forecast.version) == ("nothing", None)
    words = "No file of psycopg2==2.4.1 on the index page may be taken: left out by --only-binary."
    assert words in [reason.words for reason in found.reasons]
    assert {(one.sign, one.words.rpartition(", ")[2]) for one in found.held if "2.4.1.tar" in one.filename} == {
        ("no", "left out by --only-binary")
    }


def test_a_wheel_built_here_is_taken_though_no_wheels_were_wanted(inventory: Inventory) -> None:
    typed = "pip install psycopg2==2.4.4 --no-binary psycopg2"
    assert answer(inventory, typed).forecast.way == "built"
    assert answer(inventory, typed, replace(ASKER, pip=Version("23.0"))).forecast.way == "download-build"


def test_without_an_index_its_pages_tell_nothing(inventory: Inventory) -> None:
    nothing = answer(inventory, "pip install psycopg2 --no-index")
    assert (nothing.forecast.asks, nothing.forecast.way) == (False, "nothing")
    assert nothing.verdict == "pip finds no psycopg2: it asks no index, by --no-index."
    found = answer(inventory, "psycopg2", replace(ASKER, told=(("--no-index", ""), ("--find-links", "~/wheels"))))
    assert (found.forecast.asks, found.forecast.way) == (False, "unknown")
    assert found.steps == ("look into ~/wheels", "take what is found there")
    words = "--find-links names ~/wheels: this cache does not tell what lies there, and pip may take a file from there."
    assert words in found.more


def test_for_an_address_no_index_page_is_a_reason(inventory: Inventory) -> None:
    found = answer(inventory, "psycopg2 @ https://elsewhere.example/psycopg2-2.4.1.tar.gz")
    assert not found.forecast.asks
    assert [reason.words.partition(":")[0] for reason in found.reasons] == [
        "Not every cached file of it fits CPython 3.11",
        "The cached 2.4.4 cannot be the reason",
        "psycopg2-2.4.1.tar.gz lies under http/, where pip 26.2 does not look.",
    ]


def test_a_page_that_is_refreshed_is_asked_for(inventory: Inventory) -> None:
    page = next(one for one in inventory.entries if (one.kind, one.project) == ("index", "psycopg2"))
    fresh = Listing(page, Answer(200, NOW // NS - 60, 600, True, None, 0, True), ())

    def goes_by_page(typed: str, asker: Asker = ASKER) -> bool:
        return gather(read_question(typed), inventory, asker, now=NOW / NS).reuses(fresh)

    assert goes_by_page("psycopg2")
    assert not goes_by_page("psycopg2", replace(ASKER, pip=Version("25.3")))
    assert not goes_by_page("pip install --refresh-package psycopg2 psycopg2")
    assert not goes_by_page("pip install --no-cache-dir psycopg2")


def test_an_option_that_a_pip_does_not_know_is_told(inventory: Inventory) -> None:
    found = answer(inventory, "pip install --refresh-package six psycopg2", replace(ASKER, pip=Version("25.3")))
    assert found.more[-1] == "pip 25.3 does not know --refresh-package, and stops."


def test_pip_download_builds_nothing(inventory: Inventory) -> None:
    found = answer(inventory, "pip download psycopg2==2.4.1")
    assert found.steps[-1] == "download psycopg2-2.4.1.tar.gz and keep it"
    assert (
        "pip download takes the same file as pip install: it keeps it in a folder, and builds no wheel." in found.more
    )


def test_a_long_requirement_is_cut_where_a_sentence_names_it(inventory: Inventory) -> None:
    typed = "psycopg2" + ",".join(["!=9.9"] * 400)
    assert len(answer(inventory, f"{typed},==7").verdict) < 250


def record(kind: str, url: str, note: str | None = None) -> Entry:
    return Entry(kind, (), f"http-v2/a/b/c/d/e/{sha224(url.encode()).hexdigest()}", 0, note=note)  # type: ignore[arg-type]


def test_redirects_are_followed_as_far_as_they_are_in_the_cache() -> None:
    urls = [f"https://files.example/{name}" for name in ("old/six-1.tar.gz", "new/six-1.tar.gz", "lost", "round")]
    old, new, lost, turning = urls
    page = record("sdist", new)
    entries = (
        page,
        record("redirect", old, f"leads to {new}"),
        record("redirect", lost, "leads to https://files.example/nowhere"),
        record("redirect", turning, f"leads to {turning}"),
    )
    digests = [sha224(url.encode()).hexdigest() for url in urls]
    assert by_digest(entries) == {digests[0]: page, digests[1]: page}
