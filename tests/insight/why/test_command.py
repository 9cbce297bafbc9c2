from __future__ import annotations

import pytest

from cachetui.insight.why.command import read_command
from cachetui.insight.why.given import Given
from cachetui.insight.why.options import Word, words_of


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("pip install torch", Given()),
        ("%pip install torch", Given()),
        ("python -m pip install torch", Given()),
        ("pip3.8 install torch", Given(python="python3.8")),
        ("~/venv/bin/pip install torch", Given(python="~/venv/bin/python")),
        ("python3.8 -I -m pip install torch", Given(python="python3.8")),
        ("py -3.8 -m pip install torch", Given(python="python3.8")),
        (r'"C:\Python 38\python.exe" -m pip install torch', Given(python=r"C:\Python 38\python.exe")),
        ("pip --python .venv install torch", Given(python=".venv")),
        ("pip --no-cache-dir install torch", Given(options=(("--no-cache-dir", ""),))),
        ("PIP_NO_CACHE_DIR=0 pip install torch", Given(options=(("--no-cache-dir", "PIP_NO_CACHE_DIR=0"),))),
        (
            "PIP_FIND_LINKS='a b' PIP_NO_INDEX=1 PIP_PREFER_BINARY=no pip install torch",
            Given(options=(("--find-links", "a"), ("--find-links", "b"), ("--no-index", ""))),
        ),
        ("CC=gcc sudo -H pip install torch", Given(unheeded=("CC", "sudo"))),
        ("pip install torch -qqU --force", Given(about_installed=("-U", "--force"))),
        (
            "pip install torch --no-bin :all: --only-binary=torch",
            Given(options=(("--no-binary", ":all:"), ("--only-binary", "torch"))),
        ),
        (
            "pip install torch -cold.txt --hash sha256:ab --platform linux_x86_64 --new-option",
            Given(unheeded=("-c", "--hash", "--platform", "--new-option")),
        ),
        ("pip install torch -r more.txt -e . six", Given(unheeded=("-r", "-e"), others=("six",))),
        ("pip wheel torch && ls", Given("wheel", unheeded=("what follows &&",))),
        ("pip install torch > log 2>&1", Given(unheeded=("what follows >",))),
        ("pip install torch; python x", Given(unheeded=("what follows ;",))),
        ("pip install \\\n torch  # the newest", Given()),
        ("pip install torch --quiet --timeout 9 --target x --no-deps --retries=2", Given()),
    ],
)
def test_nothing_that_is_said_is_passed_over(typed: str, given: Given) -> None:
    command = read_command(typed)
    assert command is not None
    assert command == ("torch", given)


@pytest.mark.parametrize("typed", ["torch", "pip", "pip >= 20", "py>1", "python", "torch=2", "pip frob x", "it's", ""])
def test_what_is_no_command(typed: str) -> None:
    assert read_command(typed) is None


def test_options_are_told_from_requirements_as_pip_does() -> None:
    words = ["-qr", "a.txt", "-ihttps://index.example", "--find", "here", "--pypi-url=x", "six", "--", "-odd"]
    assert [*words_of(words)] == [
        Word("-q", "--quiet"),
        Word("-r", "--requirement", "a.txt"),
        Word("-i", "--index-url", "https://index.example"),
        Word("--find", "--find-links", "here"),
        Word("--pypi-url", "--index-url", "x"),
        Word("six"),
        Word("-odd"),
    ]


@pytest.mark.parametrize(
    ("options", "bar"),
    [
        ((), ("", "")),
        ((("--no-binary", ":all:"),), ("--no-binary", "")),
        ((("--only-binary", "six,Torch"),), ("", "--only-binary")),
        ((("--no-binary", ":all:"), ("--only-binary", "torch")), ("", "--only-binary")),
        ((("--no-binary", "torch"), ("--only-binary", ":all:")), ("", "--only-binary")),
        ((("--only-binary", ":all:"), ("--no-binary", "torch")), ("--no-binary", "")),
        ((("--no-binary", ":all:"), ("--no-binary", ":none:")), ("", "")),
        ((("--no-binary", "six"),), ("", "")),
    ],
)
def test_which_files_may_be_taken_is_said_as_to_pip(options: tuple[tuple[str, str], ...], bar: tuple[str, str]) -> None:
    assert Given(options=options).bar("torch") == bar


@pytest.mark.parametrize(
    ("options", "off_by"),
    [
        ((("--no-cache-dir", ""),), "--no-cache-dir"),
        ((("--no-cache-dir", "PIP_NO_CACHE_DIR=1"),), "PIP_NO_CACHE_DIR=1"),
        ((("--no-cache-dir", "PIP_NO_CACHE_DIR=1"), ("--cache-dir", "x")), None),
        ((("--cache-dir", "x"), ("--no-cache-dir", "")), "--no-cache-dir"),
        ((("--cache-dir", ""),), "--cache-dir with nothing after it"),
    ],
)
def test_what_switches_the_cache_off(options: tuple[tuple[str, str], ...], off_by: str | None) -> None:
    assert Given(options=options).off_by == off_by


def test_pages_are_refreshed_by_name() -> None:
    given = Given(options=(("--refresh-package", "six, Ruamel_Yaml"),))
    assert [given.refreshes(name) for name in ("six", "ruamel-yaml", "torch")] == [True, True, False]
    assert Given(options=(("--refresh-package", ":all:"),)).refreshes("torch")
