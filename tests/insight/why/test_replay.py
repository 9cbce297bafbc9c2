from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cachetui.insight.why.replay import (
    BEGIN,
    END,
    ChosenDistribution,
    Constraint,
    ListedFile,
    PipError,
    RefusedFile,
    Replay,
    ReplayHalt,
    Request,
    RequestedRequirement,
    Run,
    Scenario,
    TriedDistribution,
    read_answer,
    replay,
)
from cachetui.interpreters.lookup import python_of
from tests.environments import environment
from tests.interpreters.fakes import posix, script

URL, PAGE = "https://files.example/six-1.0.tar.gz", "https://index.example/simple/six/"
FILE = {"name": "six", "version": "1.0", "url": URL}
RUN: dict[str, Any] = {
    "resolved": True,
    "code": 0,
    "cache_dir": "/cache",
    "requests": [{"url": PAGE, "how": "cache", "why": "", "is_page": True, "project": "six"}],
    "unseen": {"six": [PAGE]},
    "listed": {"six": [["six-1.0.tar.gz", "1.0", False, PAGE, URL]]},
    "refused": {"six": [["six-2.0.exe", "format_unsupported", "", PAGE, URL]]},
    "tried": [{**FILE, "needs": ["dep"], "python": ""}],
    "roots": [{"name": "six", "specifier": "", "marker": "", "matches": True, "url": "", "text": "six"}],
    "externally_managed": False,
    "constraints": [{"name": "six", "specifier": "<2", "source": "-c c.txt (line 1)"}],
    "chosen": [{**FILE, "page": PAGE, "yanked": "", "built": "", "way": "build", "needs_known": True, "why": ""}],
    "words": [["INFO", "Looking"]],
    "error": {"type": "CommandError", "words": "Never", "url": ""},
    "halt": {"what": "build", "url": URL, "why": ""},
}
TOLD = {"pip": "26.3", "pypi": "https://main.example/simple", "runs": [RUN]}
SIX = Scenario(("install", "six"))
NO_SENSE = "This pip gave an answer that makes no sense."


def test_an_answer_is_read() -> None:
    assert read_answer(TOLD) == Replay(
        "26.3",
        "",
        "https://main.example/simple",
        (
            Run(
                resolved=True,
                code=0,
                cache_dir="/cache",
                requests=(Request(PAGE, "cache", "", True, "six"),),
                unseen={"six": (PAGE,)},
                listed={"six": (ListedFile("six-1.0.tar.gz", "1.0", False, PAGE, URL),)},
                refused={"six": (RefusedFile("six-2.0.exe", "format_unsupported", "", PAGE, URL),)},
                tried=(TriedDistribution("six", "1.0", URL, ("dep",), ""),),
                roots=(RequestedRequirement("six", "", "", True, "", "six"),),
                chosen=(ChosenDistribution("six", "1.0", URL, PAGE, "", "", "build", True, ""),),
                constraints=(Constraint("six", "<2", "-c c.txt (line 1)"),),
                words=(("INFO", "Looking"),),
                error=PipError("CommandError", "Never", ""),
                halt=ReplayHalt("build", URL, ""),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("told", "trouble"),
    [
        (
            {"pip": "19.3", "cannot": "old"},
            "pip 19.3 cannot be asked what it would do: only pip 20.3 and newer can.",
        ),
        ({"pip": None, "cannot": "none"}, "This Python has no pip that could be asked."),
        (
            {"pip": "26.3", "cannot": "changed", "words": "cannot import name 'x'"},
            "pip 26.3 is not built like the pips that can be asked: cannot import name 'x'.",
        ),
    ],
)
def test_why_a_pip_cannot_be_asked(told: dict[str, object], trouble: str) -> None:
    found = read_answer(told)
    assert (found.trouble, found.runs) == (trouble, ())


def asked(place: Path, answer: str) -> Replay:
    """Ask a Python that is a script."""
    return replay(python_of(script(place / "python", answer)), [SIX], {"PATH": os.environ["PATH"]})


def printing(text: str) -> str:
    return f"/bin/cat <<'EOF'\n{text}\nEOF"


@posix
@pytest.mark.parametrize(
    "told",
    [
        "",
        "null",
        "[]",
        "{}",
        '"26.3"',
        '{"pip": "26.3"}',
        '{"pip": "26.3", "pypi": "", "runs": [1]}',
        '{"pip": "26.3", "pypi": "", "runs": null}',
        "[" * 5_000,
        json.dumps(TOLD)[:-9],
        *[json.dumps(TOLD | {"runs": [{**RUN, key: wrong}]}) for key in RUN for wrong in (7, [7], {"six": 7})],
    ],
)
def test_an_answer_that_makes_no_sense_is_none(tmp_path: Path, told: str) -> None:
    found = asked(tmp_path, printing(f"{BEGIN}{told}{END}"))
    assert isinstance(found, Replay)
    assert found.trouble == NO_SENSE or len(found.runs) == 1


@posix
@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ("echo rubbish", "This pip could not be asked: rubbish."),
        ("exit 3", "This pip could not be asked."),
        ("echo it broke >&2; kill -SEGV $$", "This pip could not be asked: it broke."),
        (printing(f"{BEGIN}{{}}"), "This pip could not be asked: <cachetui>."),
        (printing(f"{BEGIN}rubbish{END}"), NO_SENSE),
    ],
)
def test_a_python_that_is_none_leaves_a_sentence(tmp_path: Path, answer: str, trouble: str) -> None:
    assert asked(tmp_path, answer) == Replay(trouble=trouble)


@posix
def test_what_a_start_up_file_prints_does_no_harm(tmp_path: Path) -> None:
    assert asked(tmp_path, f"echo hello\n{printing(f'{BEGIN}{json.dumps(TOLD)}{END}')}\necho bye") == read_answer(TOLD)


@posix
def test_one_that_hangs_can_be_stopped(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    hanging = script(tmp_path / "python", f": > '{begun}'; while :; do :; done")
    found = replay(python_of(hanging), [SIX], {}, stop=begun.exists)
    assert found == Replay(trouble="This pip was stopped before it answered.")


def test_one_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "python"
    assert replay(python_of(gone), [SIX], {}) == Replay(trouble=f"{gone} does not exist.")


def test_a_python_without_pip_is_told(tmp_path: Path) -> None:
    found = replay(python_of(environment(tmp_path / "bare")), [SIX], dict(os.environ))
    assert found == Replay(trouble="This Python has no pip that could be asked.")


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("__version__ = '19.3.1'", "pip 19.3.1 cannot be asked what it would do: only pip 20.3 and newer can."),
        ("__version__ = '99.0'", "pip 99.0 is not built like the pips that can be asked: "),
        ("raise RuntimeError('broken here')", "This pip could not be asked: RuntimeError: broken here."),
        ("import os; os._exit(3)", "This pip could not be asked."),
    ],
)
def test_a_pip_of_another_make_is_told(tmp_path: Path, code: str, trouble: str) -> None:
    (tmp_path / "pips/pip").mkdir(parents=True)
    (tmp_path / "pips/pip/__init__.py").write_text(code, encoding="utf-8")
    odd = environment(tmp_path / "odd", tmp_path / "pips")
    found = replay(python_of(odd), [SIX], dict(os.environ))
    assert found.trouble.startswith(trouble)
    assert found.runs == ()


def test_the_pip_of_this_python_answers_each_question(tmp_path: Path) -> None:
    environ = dict(os.environ) | {"PIP_CACHE_DIR": str(tmp_path)}
    index = ("--index-url", "https://index.example/simple")
    found = replay(
        python_of(Path(sys.executable)),
        [
            Scenario(("install", "no-such-thing-here>=2,!=2.0", *index), root=str(tmp_path)),
            Scenario(("download", *index), ("nothing-like-it",), root=str(tmp_path)),
            Scenario(("install", "no-such-thing-here", "--no-index"), root=str(tmp_path)),
            Scenario(("install", "--no-such-option")),
        ],
        environ,
    )
    assert found.trouble == ""
    assert [[(one.name, one.way) for one in run.chosen] for run in found.runs] == [
        [("no-such-thing-here", "unknown")],
        [("nothing-like-it", "unknown")],
        [],
        [],
    ]
    assert [run.resolved for run in found.runs] == [True, True, False, False]
    assert [run.error is not None for run in found.runs] == [False, False, True, False]
    assert found.runs[0].unseen == {"no-such-thing-here": ("https://index.example/simple/no-such-thing-here/",)}
    assert found.runs[3].words != ()
    assert [*tmp_path.iterdir()] == []
