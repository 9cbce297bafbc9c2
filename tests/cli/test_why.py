from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cachetui.insight.why.wording import quoted
from tests.cli.conftest import Run, made_up_name
from tests.interpreters.fakes import answering, posix


@pytest.fixture
def why(run: Run, cache: Path) -> Run:
    """Ask about a made-up cache for the Python that runs the tests, whose pip need not be the newest."""

    def why(*arguments: object) -> object:
        return run("why", *arguments, "--cache-dir", cache, "--python", sys.executable)

    return why  # type: ignore[return-value]


def test_the_verdict_comes_first_and_the_rest_in_order(why: Run) -> None:
    said = why("psycopg2==2.4.1")
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert lines[0].startswith("psycopg2==2.4.1  (for ")
    assert lines[lines.index("") + 1].partition(": ")[0] in ("partly", "not cached")
    titles = [line for line in lines if line in ("What pip would do", "What is in the cache", "Why", "What helps")]
    assert titles == ["What pip would do", "What is in the cache", "Why"]
    assert f"x {made_up_name('psycopg2-2.4.1-cp38-cp38-linux_x86_64.whl')}" in lines
    assert "+ psycopg2-2.4.1.tar.gz" in lines
    assert "The cached 2.4.4 cannot be the reason" in " ".join(line.strip() for line in lines)


def test_json_tells_the_same(why: Run) -> None:
    text, said = why("psycopg2==2.4.1").out, json.loads(why("psycopg2==2.4.1", "--json").out)
    assert said["schema"] == 1
    assert said["question"] == "psycopg2==2.4.1"
    assert " ".join(text.split()).count(" ".join(said["verdict"].split())) == 1
    assert said["forecast"]["asks_index"] is True
    assert {(one["fits"], one["filename"]) for one in said["cached"]} == {
        ("other", made_up_name("psycopg2-2.4.4-cp311-cp311-linux_x86_64.whl")),
        ("other", "psycopg2-2.4.4.tar.gz"),
        ("no", made_up_name("psycopg2-2.4.1-cp38-cp38-linux_x86_64.whl")),
        ("yes", "psycopg2-2.4.1.tar.gz"),
    }


def test_commands_are_about_the_cache_that_was_asked(why: Run, run: Run, cache: Path) -> None:
    named = [one["command"] for one in json.loads(why("psycopg2==2.4.4", "--json").out)["remedies"]]
    assert quoted(["cachetui", "remove", "psycopg2==2.4.4", "kind:built", "--cache-dir", str(cache)]) in named
    said = run("why", "psycopg2==2.4.4", "--json", "--demo", "--python", sys.executable)
    shown = [one["command"] for one in json.loads(said.out)["remedies"]]
    assert "cachetui remove psycopg2==2.4.4 kind:built --demo" in shown
    assert not [command for command in shown if "--cache-dir" in command]
    assert run("remove", "psycopg2==2.4.4", "kind:built", "--demo", "--dry-run").code == 0


@posix
def test_the_demo_is_about_the_python_that_it_was_made_for(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(tmp_path / "python3", tags={"groups": [["py3-none", 0]], "platforms": [["any"]]})
    monkeypatch.setenv("PATH", str(tmp_path))
    ways = [
        json.loads(run("why", asked, "--json", "--demo").out)["forecast"]["way"]
        for asked in ("psycopg2==2.4.4", "numpy<2", "psycopg2==2.4.1")
    ]
    assert ways == ["built", "cache", "download-build"]


def test_nothing_in_the_cache_is_an_answer(why: Run) -> None:
    said = why("nosuchproject>=1")
    assert said.code == 0
    assert "not cached: Nothing in this cache explains it: nothing of nosuchproject is in" in said.out


def test_a_whole_command_may_be_asked(why: Run) -> None:
    said = json.loads(why("pip install --pre 'numpy < 2' --index-url https://index.example/simple", "--json").out)
    assert said["question"] == "numpy < 2"
    assert said["forecast"]["version"] == "1.26.4"


def test_an_index_that_is_named_alone_counts(why: Run) -> None:
    said = json.loads(why("numpy<2", "-i", "https://elsewhere.example/simple", "--json").out)
    assert said["forecast"] == {"asks_index": True, "way": "unknown", "version": None, "filename": None}


@pytest.mark.parametrize("typed", ["", "numpy=2", "==2", "pip install 'numpy"])
def test_what_is_no_requirement_is_wrong_usage(why: Run, typed: str) -> None:
    said = why(typed)
    assert (said.code, said.out) == (2, "")
    assert "Error:" in said.err


def test_a_python_that_cannot_be_asked_is_told(run: Run, cache: Path, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    said = run("why", "numpy", "--cache-dir", cache, "--python", broken)
    assert said.code == 0
    told = "could not be asked what it can use: it failed with exit code 3. Name another Python with --python."
    assert told in " ".join(said.out.split())


def test_names_from_the_cache_steer_no_terminal(why: Run) -> None:
    said = why("a @ https://files.example/\x1b[31m.whl")
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../\x1b]0;title\x07", r"../\x1b]0;title\x07 is no requirement"),
        ("a == https://me:secret@files.example/x", "a == https://***@files.example/x is no requirement"),
        ("a == me:secret@files.example", "a == ***@files.example is no requirement"),
        ("pip install 'a == secret' -i https://me:secret@index.example", "a == "),
        (f"a; {'(' * 3_000}", "is no requirement: it is nested too deep. Write what pip was asked for"),
        (f"pip install {'a/' * 3_000}", "is no requirement: it names a folder or a file here"),
    ],
)
def test_what_is_quoted_of_a_wrong_question_does_no_harm(why: Run, typed: str, shown: str) -> None:
    said = why(typed)
    assert (said.code, said.out) == (2, "")
    assert shown in said.err
    assert "me:secret" not in said.err
    assert "\x1b" not in said.err and len(said.err) < 700


def test_secrets_are_left_out_of_the_answer(why: Run) -> None:
    typed = (
        "pip install 'thing @ https://me:secret@files.example/thing-1.tar.gz?key=secret' -f https://me:secret@x.example"
    )
    said, document = why(typed), why(typed, "--json")
    assert said.code == document.code == 0
    assert "secret" not in said.out + document.out
    assert json.loads(document.out)["question"] == "thing @ https://***@files.example/thing-1.tar.gz?key=***"


def test_what_a_command_says_beside_its_requirement_is_heeded_or_named(why: Run) -> None:
    said = json.loads(why("PIP_NO_CACHE_DIR=1 pip install psycopg2 six --hash=sha256:ab", "--json").out)
    assert said["tone"] == "off"
    assert said["verdict"].endswith(
        "by PIP_NO_CACHE_DIR=1: it neither reads nor writes it, and nothing in it can be the reason."
    )
    assert said["more"][-2:] == [
        "This is about psycopg2 alone; ask for it on its own: six.",
        "--hash was not taken into account.",
    ]


def test_a_requirement_for_other_pythons_is_passed_over(why: Run) -> None:
    said = json.loads(why("psycopg2==2.4.1; python_version < '3'", "--json").out)
    assert (said["tone"], said["forecast"]["way"]) == ("skipped", "skipped")
