from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.text.quote import quoted


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


@given(st.lists(st.text(st.sampled_from('a"\\ \t'))))
def test_on_windows_words_with_blanks_are_quoted_as_python_quotes_them(ends: list[str]) -> None:
    words = [f"a {end}" for end in ends]
    assert quoted(words, "win32") == subprocess.list2cmdline(words)


@given(st.lists(st.text()))
def test_elsewhere_a_shell_splits_them_into_the_same_words(words: list[str]) -> None:
    assert shlex.split(quoted(words, "linux")) == words
    assert shlex.split(quoted(words, "darwin")) == words
