from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cachetui.demo import artifacts
from cachetui.demo.contents import INDEX
from cachetui.demo.writer import CacheWriter
from cachetui.report.entries_json import SCHEMA
from cachetui.text.quote import quoted
from tests.cli.conftest import Run
from tests.damaged import fill_with_damage
from tests.environments import environment
from tests.interpreters.fakes import posix, script
from tests.loaded_pips import CAN_FORK, LoadedPips
from tests.report.schemas import check

SIGNS = {"partly": ("+", "yes"), "not cached": ("x", "no")}
"""Sign and word for a file under `http/`, by the tone of the answer, which depends on whether the pip reads `http/`."""


@pytest.fixture
def why(run: Run, cache: Path, pips: LoadedPips, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Ask the pip of the Python that runs the tests about a made-up cache and its index; any pip will do."""
    if CAN_FORK:
        monkeypatch.setattr("cachetui.insight.why.replay.ask", pips.ask)

    def why(*arguments: object) -> object:
        return run("why", *arguments, "--cache-dir", cache, "--python", sys.executable)

    return why  # type: ignore[return-value]


def answer(why: Run, *arguments: object) -> Any:
    """Return the answer as a document."""
    said = why(*arguments, "--json")
    assert (said.code, said.err) == (0, "")
    return json.loads(said.out)


def test_the_verdict_comes_first_and_the_rest_in_order(why: Run) -> None:
    said = why("psycopg2==2.4.1", "-i", INDEX)
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert lines[0].startswith("pip install psycopg2==2.4.1 --index-url")
    tone = lines[lines.index("") + 1].partition(": ")[0]
    tone = {"partly cached": "partly", "cached, not used": "not cached"}.get(tone, tone)
    assert tone in SIGNS
    titles = [line for line in lines if line in ("What pip would do", "What is in the cache", "Why", "What helps")]
    assert titles == ["What pip would do", "What is in the cache", "Why", "What helps"][: len(titles)]
    assert len(titles) >= 2
    assert f"{SIGNS[tone][0]} psycopg2-2.4.1.tar.gz" in lines
    assert "- psycopg2-2.4.4.tar.gz" in lines
    assert "pip never takes 2.4.4 for ==2.4.1" in " ".join(line.strip() for line in lines)


def test_json_tells_the_same(why: Run) -> None:
    text, said = why("psycopg2==2.4.1", "-i", INDEX).out, answer(why, "psycopg2==2.4.1", "-i", INDEX)
    assert [*said] == [
        *("schema", "question", "asker", "tone", "tone_words", "verdict", "more", "forecast", "takes", "pip_says"),
        *("steps", "cached", "reasons", "remedies"),
    ]
    assert (said["schema"], said["question"]) == (SCHEMA, "psycopg2==2.4.1")
    assert " ".join(text.split()).count(" ".join(said["verdict"].split())) == 1
    assert said["forecast"]["asks_index"] is True
    assert [(one["project"], one["version"]) for one in said["takes"]] == [("psycopg2", "2.4.1")]
    assert {one["filename"]: one["fits"] for one in said["cached"] if one["filename"].endswith(".tar.gz")} == {
        "psycopg2-2.4.4.tar.gz": "other",
        "psycopg2-2.4.1.tar.gz": SIGNS[said["tone"]][1],
    }


def test_json_is_what_its_schema_says(why: Run, run: Run, tmp_path: Path) -> None:
    fill_with_damage(tmp_path / "damaged")
    answers = [why("psycopg2==2.4.1", "-i", INDEX, "--json"), why("nosuch", "--json")]
    for cache in (("--cache-dir", tmp_path / "damaged"), ()):
        answers.append(run("why", "goodone", "--json", "--python", sys.executable, *cache))
    thing = built_thing(tmp_path / "built")
    answers.append(run("why", thing, "--json", "--cache-dir", tmp_path / "built", "--python", sys.executable))
    check("why", [said.out for said in answers])


def built_thing(root: Path) -> str:
    """Write a cache with a wheel that was built here; return the requirement for which pip takes it."""
    url = "https://files.example/thing-1.0.tar.gz"
    here, wheel = f"cp{sys.version_info.major}{sys.version_info.minor}", artifacts.wheel("thing", "1.0")
    CacheWriter(root).built(url, None, "thing-1.0-py3-none-any.whl", wheel, time.time_ns(), interpreter=here)
    return f"thing @ {url}"


def test_commands_that_help_are_about_the_cache_that_was_asked(run: Run, tmp_path: Path) -> None:
    thing = built_thing(tmp_path)
    said = run("why", thing, "--json", "--cache-dir", tmp_path, "--python", sys.executable)
    told = json.loads(said.out)
    assert (said.code, told["tone"], told["forecast"]["way"]) == (0, "cached", "built")
    named = ["--cache-dir", str(tmp_path)]
    assert [one["command"] for one in told["remedies"]] == [
        quoted(["cachetui", "remove", "thing==1.0", *named]),
        quoted([sys.executable, "-m", "pip", "install", "--no-cache-dir", thing]),
    ]
    assert run("remove", "thing==1.0", "kind:built", *named, "--dry-run").code == 0


def test_the_made_up_cache_goes_by_its_own_index(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://elsewhere.example/simple")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "banana")
    said = run("why", "flask -I", "--demo", "--json", "--python", sys.executable)
    told = json.loads(said.out)
    assert said.code == 0
    assert (told["forecast"]["asks_index"], told["forecast"]["version"]) == (True, "3.0.3")
    ours = [one["command"] for one in told["remedies"] if one["command"].startswith("cachetui ")]
    assert all(command.endswith(" --demo") for command in ours)


def test_what_is_installed_here_does_not_count_in_the_demo(run: Run) -> None:
    told = json.loads(run("why", "packaging", "--demo", "--json", "--python", sys.executable).out)
    assert told["forecast"]["way"] not in ("installed", "unknown")  # what it is else depends on the pip that answers
    assert any("made up" in one for one in told["more"])


def test_nothing_in_the_cache_is_an_answer(why: Run) -> None:
    told = answer(why, "nosuchproject>=1")
    assert (told["tone"], told["cached"], told["remedies"]) == ("not cached", [], [])
    assert told["forecast"] == {"asks_index": True, "way": "unknown", "version": None, "filename": None}
    assert "nosuchproject" in told["verdict"]


def test_without_a_cache_there_is_an_answer(run: Run) -> None:
    said = run("why", "nosuchproject", "--json", "--python", sys.executable)
    told = json.loads(said.out)
    assert (said.code, told["tone"], told["forecast"]["way"]) == (0, "not cached", "unknown")


def test_a_whole_command_may_be_asked(why: Run) -> None:
    told = answer(why, f"$ python -m pip download --no-deps 'flask < 3' --index-url {INDEX} && ls")
    assert told["question"] == "flask < 3"
    assert told["forecast"]["version"] == "2.3.3"
    assert "What follows && was not taken into account." in told["more"]


@pytest.mark.parametrize("before", ["- ", "- run: ", "  - "])
def test_an_item_of_a_list_is_no_option(why: Run, before: str) -> None:
    assert answer(why, f"{before}pip install psycopg2==2.4.1", "-i", INDEX)["takes"][0]["version"] == "2.4.1"


def test_options_name_the_indexes_and_admit_pre_releases(why: Run) -> None:
    elsewhere = answer(why, "flask<3 -I", "-i", "https://elsewhere.example/simple")
    assert elsewhere["forecast"] == {"asks_index": True, "way": "unknown", "version": None, "filename": None}
    both = answer(why, "flask<3 -I", "-i", "https://elsewhere.example/simple", "--extra-index-url", INDEX)
    assert [(one["project"], one["version"]) for one in both["takes"]] == [("flask", "2.3.3")]
    assert "https://elsewhere.example" in both["verdict"]
    assert answer(why, "flask<3 -I", "--pre", "-i", INDEX)["forecast"]["version"] == "2.3.3"


@pytest.mark.parametrize(
    "typed", ["", "numpy=2", "==2", "pip install 'numpy", "pip install", "uv pip install six", "pip uninstall six"]
)
def test_what_is_no_requirement_is_wrong_usage(why: Run, typed: str) -> None:
    said = why(typed)
    assert (said.code, said.out) == (2, "")
    assert "Error:" in said.err


@posix
def test_a_python_that_cannot_be_asked_gives_the_facts(run: Run, cache: Path, tmp_path: Path) -> None:
    broken = script(tmp_path / "python", "exit 3")
    said = run("why", "psycopg2==2.4.1", "--json", "--cache-dir", cache, "--python", broken)
    told = json.loads(said.out)
    assert (said.code, told["tone"], told["steps"], told["remedies"]) == (0, "facts only", [], [])
    assert told["verdict"].startswith("This pip could not be asked")
    assert {one["filename"] for one in told["cached"]} >= {"psycopg2-2.4.4.tar.gz", "psycopg2-2.4.1.tar.gz"}
    assert "pip never takes 2.4.4 for ==2.4.1" in said.out


def test_a_python_without_pip_gives_the_facts(run: Run, cache: Path, tmp_path: Path) -> None:
    bare = environment(tmp_path / "bare")
    said = run("why", "flask", "--json", "--cache-dir", cache, "--python", bare)
    told = json.loads(said.out)
    assert (said.code, told["tone"]) == (0, "facts only")
    assert told["verdict"].startswith("This Python has no pip that could be asked.")
    assert {one["fits"] for one in told["cached"]} == {"yes"}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../\x1b]0;title\x07 x", r"../\x1b]0;title\x07 x is neither a requirement nor a pip command."),
        ("a == https://me:secret@files.example/x", "a == https://***@files.example/x is neither"),
        ("a == me:secret@files.example", "a == ***@files.example is neither"),
        (f"a; {'(' * 3_000}", "… is neither a requirement nor a pip command."),
    ],
)
def test_what_is_quoted_of_a_wrong_question_does_no_harm(why: Run, typed: str, shown: str) -> None:
    said = why(typed)
    assert (said.code, said.out) == (2, "")
    assert shown in said.err
    assert "me:secret" not in said.err
    assert "\x1b" not in said.err and len(said.err) < 700


@pytest.mark.parametrize(
    "typed",
    [
        "a @ https://files.example/\x1b[31m.whl",
        "pip install ./\x1b]0;title\x07",
        "pip install 'a\x1b[31m' -i https://\x1b[31m.example",
        "pip install a --no-such-\x1b[31m-option",
    ],
)
def test_what_was_typed_steers_no_terminal(why: Run, typed: str) -> None:
    said, document = why(typed), why(typed, "--json")
    assert said.code == document.code == 0
    assert "\x1b" not in said.out + said.err + document.out + document.err


@pytest.mark.parametrize(
    "typed",
    [
        "pip install 'thing @ https://me:secret@files.example/thing-1.tar.gz?key=secret' -f https://me:secret@x.example",
        "pip install thing -i https://me:secret@index.example/simple?key=secret",
        "pip install thing --proxy http://me:secret@proxy.example --no-such-option",
        "PIP_INDEX_URL=https://me:secret@index.example/simple pip install thing",
        "pip install git+https://me:secret@files.example/thing",
        "pip install -r https://me:secret@files.example/lines.txt",
    ],
)
def test_secrets_are_left_out_of_the_answer(why: Run, typed: str) -> None:
    said, document = why(typed), why(typed, "--json")
    assert said.code == document.code == 0
    assert "secret" not in said.out + said.err + document.out + document.err


def test_secrets_of_the_users_settings_are_left_out(why: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:secret@index.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://me:secret@elsewhere.example/simple")
    for typed in ("flask", "thing", "flask==99"):
        said, document = why(typed), why(typed, "--json")
        assert said.code == document.code == 0
        assert "secret" not in said.out + said.err + document.out + document.err


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (f"pip install --no-cache-dir -I flask -i {INDEX}", "--no-cache-dir"),
        (f"PIP_NO_CACHE_DIR=1 pip install -I flask -i {INDEX}", "PIP_NO_CACHE_DIR=1"),
    ],
)
def test_a_cache_that_is_off_is_told(why: Run, typed: str, name: str) -> None:
    told = answer(why, typed)
    assert (told["tone"], told["forecast"]["way"]) == ("off", "download")
    assert name in told["verdict"]


def test_several_requirements_are_decided_together(why: Run) -> None:
    told = answer(why, f"pip install -I flask boto3 -i {INDEX}")
    assert [(one["project"], one["version"]) for one in told["takes"]] == [("flask", "3.0.3"), ("boto3", "1.34.131")]


def test_a_requirement_for_other_pythons_is_skipped(why: Run) -> None:
    told = answer(why, "psycopg2==2.4.1; python_version < '3'")
    assert (told["tone"], told["forecast"]["way"], told["takes"]) == ("skipped", "skipped", [])
