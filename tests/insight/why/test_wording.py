from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from cachetui.insight.why.asker import Asker
from cachetui.insight.why.question import read_question
from cachetui.insight.why.wording import install, quoted

ASKER = Asker("/home/user/my venv/bin/python")


def test_a_command_that_helps_is_parted_again_as_it_was_meant() -> None:
    command = install(ASKER, read_question("psycopg2 >= 2; python_version > '3'"), "--no-cache-dir")
    words = [ASKER.command, "-m", "pip", "install", "--no-cache-dir", "psycopg2 >= 2; python_version > '3'"]
    assert shlex.split(quoted(words, "linux")) == words
    assert command == quoted(words)


def test_it_keeps_what_tells_pip_where_to_look() -> None:
    asked = read_question(
        "pip download torch==2 -i https://index.example/cpu --pre -f wheels --no-bin :all: --isolated"
    )
    start, rest = "python3 -m pip download", "--find-links wheels --no-binary :all:"
    assert install(Asker(), asked, "--no-cache-dir").split() == (
        f"{start} --no-cache-dir --index-url https://index.example/cpu {rest} --pre torch==2".split()
    )
    other = install(Asker(), replace(asked, pre=False), "--index-url", "https://index.example")
    assert other.split() == f"{start} --index-url https://index.example {rest} torch==2".split()


def test_it_names_a_cache_that_was_named_again() -> None:
    asker = Asker(cache=("--cache-dir", "/mnt/my caches"))
    again = install(asker, read_question("six"), "--refresh-package", "six")
    assert again == quoted(
        ["python3", "-m", "pip", "install", "--refresh-package", "six", "--cache-dir", "/mnt/my caches", "six"]
    )
    without = "python3 -m pip install --no-cache-dir six"
    assert install(asker, read_question("six"), "--no-cache-dir") == without
    off = read_question("pip install --no-cache-dir six")
    assert install(asker, off, "--pre") == "python3 -m pip install --pre six"
    for cache in ((), ("--demo",), ("--python", "/opt/python")):
        assert install(Asker(cache=cache), read_question("six"), "--no-cache-dir") == without


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["python", "-m", "pip", r"C:\pip"], r"python -m pip C:\pip"),
        ([r"C:\My Python\python.exe", "torch>=2,<3"], r'"C:\My Python\python.exe" "torch>=2,<3"'),
        (['say "so"', "C:\\My Python\\"], r'"say \"so\"" "C:\My Python\\"'),
        ([""], '""'),
    ],
)
def test_on_windows_quotes_are_double(words: list[str], line: str) -> None:
    assert quoted(words, "win32") == line
