from __future__ import annotations

from dataclasses import replace

import pytest

from cachetui.insight.why.replay import Run
from cachetui.insight.why.sentence_parts import arguments_with, command_of, named
from cachetui.text.quote import quoted
from tests.insight.why.cases import ASKER, case


@pytest.mark.parametrize(
    ("typed", "options", "command"),
    [
        (
            "psycopg2 >= 2; python_version > '3'",
            ("--no-cache-dir",),
            ["install", "--no-cache-dir", "psycopg2 >= 2; python_version > '3'"],
        ),
        (
            "pip download torch==2 -i https://index.example/cpu --pre -f wheels --no-binary :all: --isolated",
            ("--no-cache-dir",),
            [
                *("download", "--no-cache-dir", "torch==2", "-i", "https://index.example/cpu", "--pre", "-f", "wheels"),
                *("--no-binary", ":all:", "--isolated"),
            ],
        ),
        (
            "pip install torch -i https://a.example --extra-index-url=https://b.example --extra-index-url https://c.example",
            ("--index-url", "https://d.example"),
            ["install", "--index-url", "https://d.example", "torch"],
        ),
        ("six==1 --hash=sha256:ab", ("--pre",), ["install", "--pre", "-r", "requirements.txt"]),
    ],
)
def test_a_command_that_helps_keeps_the_rest_as_it_was(
    typed: str, options: tuple[str, ...], command: list[str]
) -> None:
    asker = replace(ASKER, command="/home/user/my venv/bin/python")
    found = case(typed, Run(), asker=asker)
    words = [asker.command, "-m", "pip", *command]
    assert command_of(found, arguments_with(found, *options)) == quoted(words)


def test_another_requirement_takes_the_place_of_the_first() -> None:
    found = case("pip install --pre torch==2 six", Run())
    assert arguments_with(found, asking="torch===2.0") == ("install", "--pre", "torch===2.0", "six")


def test_a_cache_that_was_named_is_named_again() -> None:
    found = case("six", Run(), asker=replace(ASKER, cache=("--cache-dir", "/mnt/my caches")))
    again = command_of(found, arguments_with(found, "--upgrade"))
    assert again == quoted(["python3", "-m", "pip", "install", "--cache-dir", "/mnt/my caches", "--upgrade", "six"])
    without = "python3 -m pip install --no-cache-dir six"
    assert command_of(found, arguments_with(found, "--no-cache-dir")) == without
    for cache in ((), ("--demo",), ("--python", "/opt/python")):
        found = case("six", Run(), asker=replace(ASKER, cache=cache))
        assert command_of(found, arguments_with(found, "--no-cache-dir")) == without


def test_of_many_words_only_the_first_are_named() -> None:
    assert [named("a"), named("ab"), named("abcd", "or"), named("abcde")] == [
        "a",
        "a and b",
        "a, b, c or d",
        "a, b, c and 2 more",
    ]
