from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet

from cachetui.insight.why.command import QuestionError
from cachetui.insight.why.given import Given
from cachetui.insight.why.question import Question, read_question


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("psycopg2", Question("psycopg2", "psycopg2", SpecifierSet())),
        (" Ruamel_Yaml>=1 ", Question("Ruamel_Yaml>=1", "ruamel-yaml", SpecifierSet(">=1"))),
        (
            "requests[socks]>=2,<3; python_version > '3'",
            Question(
                "requests[socks]>=2,<3; python_version > '3'",
                "requests",
                SpecifierSet(">=2,<3"),
                marker=Marker("python_version > '3'"),
            ),
        ),
        (
            "thing @ https://files.example/thing-1.0.tar.gz#sha256=ab",
            Question(
                "thing @ https://files.example/thing-1.0.tar.gz#sha256=ab",
                "thing",
                SpecifierSet("==1.0"),
                "https://files.example/thing-1.0.tar.gz",
                ("sha256", "ab"),
            ),
        ),
        (
            "https://Files.example/torch-2.0+cpu-py3-none-any.whl",
            Question(
                "https://Files.example/torch-2.0+cpu-py3-none-any.whl",
                "torch",
                SpecifierSet("==2.0+cpu"),
                "https://files.example/torch-2.0%2Bcpu-py3-none-any.whl",
            ),
        ),
        ("pip install torch==1.12.0", Question("torch==1.12.0", "torch", SpecifierSet("==1.12.0"))),
        (
            "$ python3.11 -m pip install -U --pre 'torch == 1.12.0' --extra-index-url=https://index.example/cu113 -q",
            Question(
                "torch == 1.12.0",
                "torch",
                SpecifierSet("==1.12.0"),
                extras=("https://index.example/cu113",),
                pre=True,
                given=Given(python="python3.11", about_installed=("-U",)),
            ),
        ),
        (
            "pip3 download -d folder -i https://index.example/simple torch torchvision",
            Question(
                "torch",
                "torch",
                SpecifierSet(),
                index="https://index.example/simple",
                given=Given("download", others=("torchvision",)),
            ),
        ),
        (
            "torch==2.3.0 --hash=sha256:ab  # as locked",
            Question("torch==2.3.0", "torch", SpecifierSet("==2.3.0"), given=Given(unheeded=("--hash",))),
        ),
        ("2to3", Question("2to3", "2to3", SpecifierSet())),
    ],
)
def test_what_may_be_typed(typed: str, question: Question) -> None:
    assert read_question(typed) == question


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Nothing was asked. Write what pip was asked for, such as psycopg2==2.4.1."),
        ("torch=2", "torch=2 is no requirement"),
        ("pip install", "This command names no project: pip was asked for nothing that could be looked up."),
        ("pip install -U ", "This command names no project: pip was asked for nothing that could be looked up."),
        ("pip install 'torch", "This command does not end: a quotation mark has no partner"),
        ("../local", "../local is no requirement"),
        ("pip install ./torch-2.3.0-cp311-cp311-linux_x86_64.whl", "it names a folder or a file here, which pip takes"),
        ("torch-2.3.0-cp311-cp311-linux_x86_64.whl", "it names a folder or a file here, which pip takes"),
        ("torch @ file:///torch-2.3.0-cp311-cp311-linux_x86_64.whl", "is a file of this machine"),
        ("pip install -e .", "-e . is a folder or a repository"),
        ("pip install -qr requirements.txt", "-r requirements.txt names a list of requirements. Ask for one of them"),
        ("-r requirements.txt", "-r requirements.txt names a list of requirements. Ask for one of them"),
        ("pip install torch >=2", ">=2 is no requirement. Put quotes around one with blanks in it"),
        ("pip install torch @ https://files.example/torch-1.tar.gz", "@ is no requirement. Put quotes around one"),
        ("pip uninstall torch", "pip uninstall takes nothing from its cache."),
        ("uv pip install torch", "This is about pip: uv keeps a cache of its own"),
        ("torch==" + "9" * 5_000, "is no requirement"),
        (f"torch; {'(' * 3_000}python_version<'3'{')' * 3_000}", "is no requirement: it is nested too deep."),
        ("torch==" + "9" * 50_000, "Nothing as long as this is asked of pip."),
    ],
)
def test_what_is_no_question(typed: str, message: str) -> None:
    with pytest.raises(QuestionError, match=message.replace(".", r"\.")):
        read_question(typed)


def test_what_is_quoted_is_told_apart_from_what_is_wrong_with_it() -> None:
    with pytest.raises(QuestionError) as caught:
        read_question("../local")
    assert caught.value.typed == "../local"
    assert str(caught.value) == f"../local {caught.value.complaint}"


@given(st.text(max_size=60) | st.from_regex(r"pip install [ -~]{0,40}", fullmatch=True))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    try:
        assert read_question(typed).text
    except QuestionError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("typed", "pinned"), [("a==1", True), ("a===1", True), ("a==1.*", False), ("a>=1", False), ("a", False)]
)
def test_a_version_is_pinned_by_naming_it(typed: str, pinned: bool) -> None:
    assert read_question(typed).pinned is pinned
