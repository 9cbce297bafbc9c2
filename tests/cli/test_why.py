from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run


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
    assert "x psycopg2-2.4.1-cp38-cp38-linux_x86_64.whl" in lines
    assert "+ psycopg2-2.4.1.tar.gz" in lines
    assert "The cached 2.4.4 cannot be the reason" in " ".join(line.strip() for line in lines)


def test_json_tells_the_same(why: Run) -> None:
    text, said = why("psycopg2==2.4.1").out, json.loads(why("psycopg2==2.4.1", "--json").out)
    assert said["schema"] == 1
    assert said["question"] == "psycopg2==2.4.1"
    assert " ".join(text.split()).count(" ".join(said["verdict"].split())) == 1
    assert said["forecast"]["asks_index"] is True
    assert {(one["fits"], one["filename"]) for one in said["cached"]} == {
        ("other", "psycopg2-2.4.4-cp311-cp311-linux_x86_64.whl"),
        ("other", "psycopg2-2.4.4.tar.gz"),
        ("no", "psycopg2-2.4.1-cp38-cp38-linux_x86_64.whl"),
        ("yes", "psycopg2-2.4.1.tar.gz"),
    }


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
    assert "No Python was asked what it can use: name one with --python." in said.out


def test_names_from_the_cache_steer_no_terminal(why: Run) -> None:
    said = why("a @ https://files.example/\x1b[31m.whl")
    assert "\x1b" not in said.out + said.err
