from __future__ import annotations

from dataclasses import replace

import pytest

from cachetui.insight.why.explain import findings
from cachetui.insight.why.explanation import Reason, Remedy
from cachetui.insight.why.replay import PipError, Request, Run
from tests.insight.why.cases import (
    FILES,
    INDEX,
    OTHER,
    built,
    case,
    chosen,
    download,
    headers,
    index_page,
    installed,
    listed,
    not_found,
    page,
    refused,
    tried,
)

SDIST, WHEEL, BUILT = "six-1.0.tar.gz", "six-1.0-py3-none-any.whl", "six-1.0-cp311-cp311-linux_x86_64.whl"
PAGE = index_page()
AT = f"{PAGE.path}, 2026-05-28 20:21"
MADE = chosen(SDIST, "built", built=f"/home/user/.cache/pip/wheels/aa/bb/cc/{BUILT}")


def reasons(*arguments: object, **others: object) -> list[str]:
    """Return the sentences alone."""
    return [reason.words for reason, _ in findings(case(*arguments, **others))]  # type: ignore[arg-type]


def commands(*arguments: object, **others: object) -> list[str]:
    """Return what is offered."""
    return [one.command for _, cures in findings(case(*arguments, **others)) for one in cures]  # type: ignore[arg-type]


def test_an_installed_distribution() -> None:
    run = Run(True, chosen=(installed("six", "1.0"),))
    assert reasons("six", run) == [
        "six 1.0 is installed in this environment and satisfies six. pip then looks neither for a newer version nor "
        "in its cache."
    ]
    assert commands("six", run) == [
        "python3 -m pip install --upgrade six",
        "python3 -m pip install --force-reinstall six",
    ]


def test_a_body_that_is_not_as_long_as_its_headers_say() -> None:
    wheel = download(WHEEL)
    found = [*findings(case("six", Run(True, chosen=(chosen(WHEEL),)), wheel, answers={wheel.path: headers(stored=7)}))]
    assert found == [
        (
            Reason(
                f"The cached {WHEEL} does not match its headers: they say 100 bytes, it has 7. pip wrote one "
                "and not the other.",
                (f"{wheel.path}, 2026-05-18",),
                (wheel.path,),
            ),
            (
                Remedy(
                    "cachetui remove six==1.0 kind:wheel", "remove it, so that pip downloads it again", (wheel.path,)
                ),
            ),
        )
    ]


def test_a_file_that_is_not_what_its_page_lists() -> None:
    wheel = download(WHEEL)
    words = "THESE PACKAGES DO NOT MATCH\n        Expected sha256 aa\n             Got        bb"
    run = Run(requests=(page(),), error=PipError("HashMismatch", words, f"{FILES}/{WHEEL}"))
    (reason, cures), *_ = findings(case("six", run, wheel))
    assert reason.words == (
        f"The cached {WHEEL} is not the file that pip expects: its hash differs. Either another file was "
        "published under the same address, or this one is damaged."
    )
    assert reason.evidence == (
        f"{wheel.path}, 2026-05-18",
        "pip says: Expected sha256 aa",
        "pip says: Got bb",
    )
    assert [one.entries for one in cures] == [(wheel.path,)]


@pytest.mark.parametrize(
    ("typed", "run", "words"),
    [
        (
            f"six @ {FILES}/{WHEEL}",
            Run(True, chosen=(chosen(WHEEL, index=""),)),
            "pip uses the file fetched from this address on 2026-05-18 without asking again, as its server allowed: if "
            "something else was published there since, pip does not notice.",
        ),
        (
            f"six @ git+https://git.example/six@{'0a' * 20}#egg=six",
            Run(True, chosen=(MADE,)),
            "pip installs the wheel that it built on 2026-05-18 from this commit, without any request: a commit does "
            "not change.",
        ),
        (
            f"six @ {FILES}/{SDIST}",
            Run(True, chosen=(MADE,)),
            "pip installs the wheel that it built on 2026-05-18 from this exact URL, without any request: if "
            "something else was published there since, pip does not notice.",
        ),
        (
            "six @ file:///home/user/six-1.0.tar.gz",
            Run(True, chosen=(MADE,)),
            "pip takes the wheel that it built on 2026-05-18 from this file or folder. It only compares the URL: "
            "if the file has changed since, pip does not notice.",
        ),
    ],
)
def test_an_address_is_not_asked_again(typed: str, run: Run, words: str) -> None:
    assert reasons(typed, run, download(WHEEL), built(BUILT)) == [words]
    offered = commands(typed, run, download(WHEEL), built(BUILT))
    assert [one.partition(" kind:")[0] for one in offered] == [
        "cachetui remove six==1.0",
        f"python3 -m pip install --no-cache-dir '{typed}'",
    ]


def test_a_page_that_is_used_without_asking() -> None:
    run = Run(requests=(page(),), listed={"six": listed(WHEEL)}, error=not_found("six==2.0"))
    found = [*findings(case("six==2.0", run, PAGE, answers={PAGE.path: headers()}))]
    assert found == [
        (Reason("For CPython 3.11 the index page of six lists 1.0.", (AT,)), ()),
        (
            Reason(
                f"pip 26.3 uses the cached six page from {INDEX} without asking: it is 5 minutes old, and its server "
                "allows 10 minutes. Newer releases are not on it.",
                (AT,),
                (PAGE.path,),
            ),
            (
                Remedy(
                    "python3 -m pip install --refresh-package six six==2.0",
                    "ask the index again",
                    arguments=("install", "--refresh-package", "six", "six==2.0"),
                ),
            ),
        ),
    ]
    older = commands("six==2.0", run, PAGE, answers={PAGE.path: headers()}, pip="26.1")
    assert older == ["python3 -m pip install --no-cache-dir six==2.0"]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (
            Run(requests=(page(),), refused={"six": (refused("six-2.0-cp38-cp38-linux_x86_64.whl"),)}),
            "pip can use no file that the index page of six lists: built for CPython 3.8.",
        ),
        (
            Run(requests=(page(),), listed={"six": listed("six-2.0rc1-py3-none-any.whl")}),
            "For CPython 3.11 the index page of six lists 2.0rc1.",
        ),
    ],
)
def test_what_there_is_where_nothing_fits(run: Run, words: str) -> None:
    found = replace(run, error=not_found("six>1.5"))
    assert reasons("six>1.5", found) == [words]
    wanted = ["python3 -m pip install --pre 'six>1.5'"] if "rc1" in words else []
    assert commands("six>1.5", found) == wanted


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (
            {"tried": (tried("six", "2.0", "dep>=9"),), "listed": {"dep": listed("dep-1.0-py3-none-any.whl")}},
            "2.0 is newer, but it needs dep>=9, and no index page here lists that.",
        ),
        (
            {
                "tried": (tried("six", "2.0", "dep>=9"),),
                "chosen": (chosen(WHEEL), chosen("dep-1.0-py3-none-any.whl")),
            },
            "2.0 is newer, but it needs dep>=9, which conflicts with the rest.",
        ),
        (
            {"tried": (tried("six", "2.0", python=">=3.99"),)},
            "2.0 is newer, but its metadata requires Python >=3.99.",
        ),
        (
            {"refused": {"six": (refused("six-2.0-cp38-cp38-linux_x86_64.whl"),)}},
            "2.0 is newer, but pip can use none of its files: built for CPython 3.8.",
        ),
        (
            {
                "refused": {
                    "six": (refused("six-2.0.tar.gz", "requires_python_mismatch", "2.0 Requires-Python >=3.99"),)
                }
            },
            "2.0 is newer, but pip can use none of its files: needs Python >=3.99.",
        ),
    ],
)
def test_newer_releases_that_were_passed_over(others: dict[str, object], words: str) -> None:
    run = Run(**{"resolved": True, "requests": (page(),), "chosen": (chosen(WHEEL),)} | others)  # type: ignore[arg-type]
    assert reasons("six", run) == [words]


def test_every_build_of_a_version_is_admitted() -> None:
    plain, cuda = "six-1.0-py3-none-any.whl", "six-1.0+cu113-py3-none-any.whl"
    run = Run(True, requests=(page(),), listed={"six": listed(plain, cuda)}, chosen=(chosen(cuda),))
    assert reasons("six==1.0", run) == [
        "six==1.0 allows 1.0+cu113 and 1.0: == without + matches every build of a version. "
        "pip prefers 1.0+cu113, because + sorts higher."
    ]
    assert commands("six==1.0", run) == ["python3 -m pip install six===1.0"]


def test_builds_with_a_plus_are_kept_on_an_index_of_their_own() -> None:
    cuda = download("six-1.0+cu113-py3-none-any.whl")
    run = Run(requests=(page(),), listed={"six": listed(WHEEL)}, error=not_found("six==1.0+cu113"))
    assert reasons("six==1.0+cu113", run, cuda)[-1] == (
        "No index that pip asks here lists 1.0+cu113: builds with + are on an index of their own. "
        "six-1.0+cu113-py3-none-any.whl in this cache came from files.example: give pip the index that lists it."
    )


def test_several_indexes_are_ranked_together() -> None:
    run = Run(
        True,
        requests=(page(), page(index=OTHER)),
        listed={"six": (*listed(WHEEL), *listed(WHEEL, "six-0.9-py3-none-any.whl", index=OTHER))},
        chosen=(chosen(WHEEL),),
    )
    assert reasons("six", run) == [
        f"Several indexes list six: {INDEX} and {OTHER}. pip ranks all their files together; no index comes first. It "
        f"takes 1.0 from {INDEX}. Another index lists the same file name: if files are equal, pip takes the last one."
    ]
    typed = f"pip install six --extra-index-url {OTHER}"
    assert commands(typed, run) == [f"python3 -m pip install --index-url {OTHER} six"]


def test_a_wheel_that_was_built_here() -> None:
    run = Run(True, requests=(page(),), chosen=(MADE,))
    assert reasons("six", run, built(BUILT)) == [
        "pip takes the wheel that it built here on 2026-05-18 instead of building 1.0 again (same address, same "
        "hash). It was made with the compiler, the libraries and the settings of that day; --config-settings given now "
        "change nothing."
    ]
    assert commands("six", run, built(BUILT)) == [
        "cachetui remove six==1.0 kind:built",
        "python3 -m pip install --no-cache-dir six",
    ]


def test_downloads_that_no_page_lists() -> None:
    run = Run(requests=(page(),), listed={"six": listed("six-0.9-py3-none-any.whl")}, error=not_found("six==1.0"))
    assert reasons("six==1.0", run, download(WHEEL))[-1] == (
        f"{WHEEL} is in the cache, but no index that pip asks here is known to list it. It came from files.example."
    )
    unseen = Run(
        True, requests=(page("unknown"),), unseen={"six": [PAGE.url or ""]}, chosen=(chosen(WHEEL, "unknown"),)
    )
    assert reasons("six==1.0", unseen, download(WHEEL)) == [
        f"{WHEEL} is in the cache: pip uses it again if an index lists it. It came from files.example."
    ]


def test_downloads_where_this_pip_does_not_look() -> None:
    run = Run(
        True, requests=(page(),), listed={"six": listed(WHEEL)}, chosen=(chosen(WHEEL, "download", why="layout"),)
    )
    old, new = download(WHEEL, layout="http"), download(WHEEL)
    assert reasons("six", run, old) == [f"{WHEEL} is in http/, which pip 26.3 does not read."]
    assert reasons("six", run, new, pip="23.2.1") == [f"{WHEEL} is in http-v2/, which pip 23.2.1 does not read."]
    assert commands("six", run, new, pip="23.2.1") == ["python3 -m pip install --upgrade pip"]
    assert commands("six", run, old) == []


def test_pips_own_words_end_it() -> None:
    run = Run(code=1, words=(("INFO", "Looking"), ("ERROR", "ERROR: one\n\nERROR: two"), ("CRITICAL", "ERROR: one")))
    assert [*findings(case("six", run))] == [(Reason("pip says:", ("ERROR: one", "ERROR: two")), ())]


def test_nothing_explains_what_is_skipped_and_of_a_pip_that_cannot_be_asked_only_facts_are_told() -> None:
    assert reasons("six; python_version < '3'", Run(True, chosen=(installed("six", "1.0"),))) == []
    wheel = download(WHEEL)
    trouble = "This Python has no pip that could be asked."
    (words,) = reasons("six", None, wheel, trouble=trouble, answers={wheel.path: headers(stored=7)})
    assert words.startswith(f"The cached {WHEEL} does not match its headers")


def test_a_conflict_is_no_damage() -> None:
    wheel = download(WHEEL)
    run = Run(
        requests=(page(), Request(wheel.url or "", "cache", "", False, None)),
        words=(("CRITICAL", "Cannot install six!=1.0 and six==1.0: conflicting dependencies"),),
        error=PipError("DistributionNotFound", "ResolutionImpossible: for help see the documentation", ""),
    )
    assert [words for words in reasons("pip install six==1.0 six!=1.0", run, wheel) if "damaged" in words] == []


def test_the_page_that_is_asked_anew_is_the_one_that_lists_too_little() -> None:
    dep = index_page("dep")
    run = Run(
        requests=(page(), page(project="dep")),
        listed={"six": listed(WHEEL), "dep": listed("dep-1.0-py3-none-any.whl")},
        tried=(tried("six", "1.0", "dep>=9"),),
        error=not_found("dep>=9"),
    )
    offered = commands("six", run, PAGE, dep, answers={PAGE.path: headers(), dep.path: headers()})
    assert offered == ["python3 -m pip install --refresh-package dep six"]
