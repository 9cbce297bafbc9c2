from __future__ import annotations

import pytest

from cachetui.insight.why.replay import Constraint, How, PipError, ReplayHalt, Run
from cachetui.insight.why.stops import may_list_more, stopped
from tests.insight.why.cases import FILES, INDEX, case, listed, not_found, page, refused, tried

OLD = "six-1.0-cp38-cp38-linux_x86_64.whl"
WHEEL = "six-1.0-py3-none-any.whl"
IMPOSSIBLE = PipError("DistributionNotFound", "ResolutionImpossible: see the documentation", "")


@pytest.mark.parametrize(
    ("run", "tone", "sentence"),
    [
        (
            Run(requests=(page(),), listed={"six": listed(WHEEL)}, error=not_found("six==2.0")),
            "stale",
            "pip finds no six==2.0: it uses the cached index page, without asking the index again.",
        ),
        (
            Run(requests=(page("checked"),), listed={"six": listed(WHEEL)}, error=not_found("six==2.0")),
            "not cached",
            "In the cached index page pip finds no six==2.0: the index page lists no such version; the "
            f"newest is 1.0. It asks {INDEX} again; it may list more now.",
        ),
        (
            Run(requests=(page("checked"),), listed={"six": listed(WHEEL)}, error=not_found("six==0.5")),
            "stops",
            "pip finds no six==0.5 that it can use: the index page lists no such version; the newest is 1.0.",
        ),
        (
            Run(requests=(page(),), refused={"six": (refused(OLD),)}, error=not_found("six==1.0")),
            "stops",
            "pip finds no six==1.0 that it can use: no file of it is for CPython 3.11 (built for CPython 3.8).",
        ),
        (
            Run(
                requests=(page(),),
                refused={"six": (refused(WHEEL, "requires_python_mismatch", "1.0 Requires-Python >=3.99"),)},
                error=not_found("six==1.0"),
            ),
            "stops",
            "pip finds no six==1.0 that it can use: no file of it is for CPython 3.11 (needs Python >=3.99).",
        ),
        (
            Run(
                requests=(page(),),
                refused={"six": (refused("six-1.0.tar.gz", "format_unsupported", "No sources permitted for six"),)},
                error=not_found("six==1.0"),
            ),
            "stops",
            "pip finds no six==1.0 that it can use: pip can use none of its files on the page (--only-binary "
            "rules it out).",
        ),
        (
            Run(requests=(page(),), listed={"six": listed(WHEEL, yanked=True)}, error=not_found("six<2")),
            "stops",
            "pip finds no six<2 that it can use: its author has withdrawn it (yanked).",
        ),
        (
            Run(requests=(page(),), listed={"six": listed("six-2.0rc1-py3-none-any.whl")}, error=not_found("six>1")),
            "stops",
            "pip finds no six>1 that it can use: only pre-releases satisfy it.",
        ),
        (
            Run(requests=(page(),), listed={"six": listed(WHEEL)}, error=not_found("six==1.0+cu121")),
            "stops",
            "pip finds no six==1.0+cu121 that it can use: no index that it asks here lists it, and builds with "
            "+ are on an index of their own.",
        ),
        (
            Run(
                requests=(page(), page(project="dep")),
                listed={"six": listed(WHEEL), "dep": listed("dep-1.0-py3-none-any.whl")},
                tried=(tried("six", "1.0", "dep>=9"),),
                error=not_found("dep>=9"),
            ),
            "stops",
            "pip gives up: six 1.0 needs dep>=9, and the index page lists no such version; the newest is 1.0.",
        ),
        (
            Run(requests=(page("unknown"),), error=not_found("six==1.x")),
            "not cached",
            "Only an index can say whether there is a six==1.x: no page of it is in this cache.",
        ),
        (
            Run(
                requests=(page(),),
                listed={"six": listed(WHEEL)},
                error=PipError("HashMismatch", "THESE PACKAGES DO NOT MATCH", f"{FILES}/{WHEEL}"),
            ),
            "damaged",
            f"pip stops at {WHEEL}: it is not the file that the index lists: its hash differs.",
        ),
        (
            Run(
                tried=(tried("six", "1.0", python=">=3.99"),),
                error=PipError(
                    "UnsupportedPythonVersion", "six requires a different Python: 3.11.7 not in '>=3.99'", ""
                ),
            ),
            "stops",
            "pip gives up: six 1.0 needs Python >=3.99, and this is CPython 3.11.",
        ),
        (
            Run(requests=(page(),), error=PipError("HashMismatch", "THESE PACKAGES DO NOT MATCH", f"{FILES}/{WHEEL}")),
            "damaged",
            f"pip stops at {WHEEL}: it is not the file that the index lists: its hash differs.",
        ),
        (
            Run(requests=(page(),), error=PipError("InvalidWheel", f"Wheel {WHEEL} is invalid", "")),
            "damaged",
            "pip stops at the cached index page of six: it is damaged.",
        ),
        (
            Run(error=IMPOSSIBLE),
            "stops",
            "pip gives up: the requirements contradict each other.",
        ),
        (
            Run(code=1, halt=ReplayHalt("build", f"{FILES}/six-1.0.tar.gz", "")),
            "not cached",
            f"pip would first build {FILES}/six-1.0.tar.gz: what it installs then is not known here.",
        ),
        (
            Run(code=2, words=(("ERROR", "ERROR: no such option: --frob\nmore"),)),
            "stops",
            "pip refuses this command: no such option: --frob.",
        ),
        (Run(code=1), "stops", "pip refuses this command: it gives no reason."),
        (Run(code=0), "skipped", "pip installs nothing with this command."),
        (
            Run(code=1, halt=ReplayHalt("write", "", "")),
            "not cached",
            "pip would first write or run something, which cachetui does not do, so the rest is not known.",
        ),
        (
            Run(True, externally_managed=True),
            "stops",
            "pip refuses to install here: the system manages CPython 3.11 (PEP 668). Use a virtual environment, or "
            "--break-system-packages. Then pip would do what follows.",
        ),
        (
            Run(constraints=(Constraint("six", "<1", "-c c.txt (line 1)"),), error=IMPOSSIBLE),
            "stops",
            "pip gives up: -c c.txt (line 1) limits six to <1, which contradicts the rest.",
        ),
        (
            Run(
                requests=(page(),),
                listed={"six": listed("six-2.0+cu1-py3-none-any.whl")},
                error=not_found("six==3+cu1"),
            ),
            "stale",
            "pip finds no six==3+cu1: it uses the cached index page, without asking the index again.",
        ),
        (
            Run(code=1, error=PipError("CommandError", "Cannot do that.\nNever.", "")),
            "stops",
            "pip ends with an error: Cannot do that.",
        ),
    ],
)
def test_the_obstacle_comes_first(run: Run, tone: str, sentence: str) -> None:
    assert stopped(case("six", run)) == (tone, sentence)


def test_a_hash_that_was_asked_for_is_told_from_one_that_the_index_lists() -> None:
    run = Run(error=PipError("HashMismatch", "THESE PACKAGES DO NOT MATCH", f"{FILES}/{WHEEL}"))
    assert stopped(case("six==1.0 --hash=sha256:ab", run))[1] == (
        f"pip stops at {WHEEL}: its hash is not the one you gave."
    )
    direct = f"six @ {FILES}/{WHEEL}#sha256=ab"
    assert stopped(case(direct, run))[1] == f"pip stops at {WHEEL}: its hash is not the one that the address names."


@pytest.mark.parametrize(
    ("how", "wanted", "is_open"),
    [
        ("cache", "six==2.0", False),
        ("checked", "six==2.0", True),
        ("assumed", "six", True),
        ("checked", "six==0.5", False),
    ],
)
def test_a_page_that_is_asked_for_again_may_list_more(how: How, wanted: str, is_open: bool) -> None:
    run = Run(requests=(page(how),), listed={"six": listed(WHEEL)}, error=not_found(wanted))
    assert may_list_more(case("six", run)) is is_open
    assert may_list_more(case("six", Run(requests=(page(how),)))) is False


def test_what_the_user_asked_for_is_not_put_down_to_another_project() -> None:
    run = Run(requests=(page(), page(project="dep")), listed={"six": listed(WHEEL)}, error=not_found("dep>=9"))
    _, sentence = stopped(case("pip install six 'dep>=9'", run))
    assert "six" not in sentence
    assert "dep>=9" in sentence


def test_files_for_another_python_are_not_judged_by_the_one_that_runs_pip() -> None:
    row = refused(WHEEL, "requires_python_mismatch", "1.0 Requires-Python >=3.8")
    run = Run(requests=(page(),), refused={"six": (row,)}, error=not_found("six"))
    _, sentence = stopped(case("pip install six --python-version 3.6 --only-binary :all: --target x", run))
    assert "CPython 3.11" not in sentence
