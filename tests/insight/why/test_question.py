from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.insight.why.pip_command import QuestionError
from cachetui.insight.why.question import Question, read_question

INDEX = "https://index.example/simple"


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("psycopg2", Question("psycopg2", ("install", "psycopg2"))),
        (" Ruamel_Yaml>=1 ", Question("Ruamel_Yaml>=1", ("install", "Ruamel_Yaml>=1"))),
        (
            "requests[socks]>=2; python_version > '3'",
            Question(
                "requests[socks]>=2; python_version > '3'", ("install", "requests[socks]>=2; python_version > '3'")
            ),
        ),
        (
            "$ python3.11 -m pip download --pre 'torch == 1.12.0' -q",
            Question(
                "$ python3.11 -m pip download --pre 'torch == 1.12.0' -q",
                ("download", "--pre", "torch == 1.12.0", "-q"),
                python="python3.11",
            ),
        ),
        (
            f"torch --index-url {INDEX} --pre",
            Question(f"torch --index-url {INDEX} --pre", ("install", "--index-url", INDEX, "--pre", "torch")),
        ),
        (
            "cd x; pip install six\npip install torch==2\nls",
            Question(
                "cd x; pip install six pip install torch==2 ls",
                ("install", "torch==2"),
                notes=(
                    "Relative paths are taken from the current folder: the cd before pip was not followed.",
                    "What follows ; was not taken into account.",
                ),
            ),
        ),
        (
            "pip install git+https://$TOKEN@files.example/six",
            Question(
                "pip install git+https://$TOKEN@files.example/six", ("install", "git+https://$TOKEN@files.example/six")
            ),
        ),
        (
            "pip install --upgrade pip wheel setuptools",
            Question(
                "pip install --upgrade pip wheel setuptools", ("install", "--upgrade", "pip", "wheel", "setuptools")
            ),
        ),
        (
            "pip --keyring-provider disabled --trusted-host h install x",
            Question(
                "pip --keyring-provider disabled --trusted-host h install x",
                ("install", "--keyring-provider", "disabled", "--trusted-host", "h", "x"),
            ),
        ),
        (
            "pip install six&&pip install 'torch && more'||ls",
            Question(
                "pip install six&&pip install 'torch && more'||ls",
                ("install", "torch && more"),
                notes=("Not taken into account: pip …, before pip.", "What follows || was not taken into account."),
            ),
        ),
        ("-r requirements.txt", Question("-r requirements.txt", ("install", "-r", "requirements.txt"))),
        ("-e .", Question("-e .", ("install", "-e", "."))),
        ("./torch-2.whl", Question("./torch-2.whl", ("install", "./torch-2.whl"))),
        ("pip --python .venv install a", Question("pip --python .venv install a", ("install", "a"), python=".venv")),
        (
            "PIP_PRE=1 pip install a",
            Question("PIP_PRE=1 pip install a", ("install", "a"), variables=(("PIP_PRE", "1"),)),
        ),
        (
            "a==1 --hash=sha256:ab  # locked",
            Question("a==1 --hash=sha256:ab # locked", ("install",), ("a==1 --hash=sha256:ab",)),
        ),
        (
            "a==1 \\\n  --hash sha256:ab \\\n  --hash=sha256:cd\nb==2",
            Question(
                "a==1 \\ --hash sha256:ab \\ --hash=sha256:cd b==2",
                ("install",),
                ("a==1 --hash=sha256:ab --hash=sha256:cd", "b==2"),
            ),
        ),
    ],
)
def test_pip_is_asked_what_was_typed(typed: str, question: Question) -> None:
    assert read_question(typed) == question


def test_a_tilde_is_the_home_as_a_shell_has_it() -> None:
    home = str(Path.home())
    asked = read_question("pip install -f ~/wheels ~/six-1.0-py3-none-any.whl")
    assert asked.arguments == ("install", "-f", f"{home}/wheels", f"{home}/six-1.0-py3-none-any.whl")


@pytest.mark.parametrize(
    ("typed", "project"),
    [
        ("Ruamel_Yaml[x]>=1", "ruamel-yaml"),
        ("pip install -U -i https://index.example torch six", "torch"),
        ("a==1 --hash=sha256:ab", "a"),
        ("thing @ https://files.example/x.tar.gz", "thing"),
        ("-r requirements.txt", ""),
    ],
)
def test_the_project_that_a_pip_which_cannot_be_asked_is_asked_for(typed: str, project: str) -> None:
    assert read_question(typed).project() == project


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Nothing was asked. Type what you asked pip for, such as psycopg2==2.4.1, or the whole pip command."),
        ("torch=2", "torch=2 is not a requirement: did you mean torch==2?"),
        ("torch = 2.*", "torch = 2.* is not a requirement: did you mean torch==2.*?"),
        ("pip install dist/*.whl", "dist/*.whl is filled in by the shell: type what it stands for."),
        ("pip install $PKG", "$PKG is filled in by the shell: type what it stands for."),
        ("pip install six==${VERSION}", "six==${VERSION} is filled in by the shell: type what it stands for."),
        ("hello world", "hello world is neither a requirement nor a pip command."),
        ("torch --frob", "torch --frob is neither a requirement nor a pip command."),
        ("torch -i", "-i needs a value."),
        ("--hash=sha256:ab", "--hash=sha256:ab belongs to a requirement, and there is none before it."),
        ("pip install", "pip install names nothing to install."),
        (
            "pip install 'torch",
            "This command is incomplete: a closing quotation mark is missing, or it ends with a backslash.",
        ),
        ("pip uninstall torch", "pip uninstall takes nothing from its cache."),
        ("uv pip install torch", "uv pip is not pip: uv keeps a cache of its own and does not read pip's."),
        ("apt-get -y install x", "apt-get is not pip, and does not read pip's cache."),
        ("conda install numpy", "conda is not pip, and does not read pip's cache."),
        (f"torch; {'(' * 3_000}python_version<'3'{')' * 3_000}", "is neither a requirement nor a pip command."),
        ("torch==" + "9" * 70_000, "This is too long for a question."),
    ],
)
def test_what_is_no_question(typed: str, message: str) -> None:
    with pytest.raises(QuestionError) as caught:
        read_question(typed)
    assert message in str(caught.value)


def test_what_is_quoted_is_told_apart_from_what_is_wrong_with_it() -> None:
    with pytest.raises(QuestionError) as caught:
        read_question("torch=2")
    assert caught.value.typed == "torch=2"
    assert str(caught.value) == f"torch=2 {caught.value.complaint}"


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("sudo pip install a", "sudo runs pip as another user"),
        ("cd x && pip install .", "the cd before pip was not followed"),
        ("RUN pip install a", "Not taken into account: RUN, before pip."),
        ("pip install a | tee log", "What follows | was not taken into account."),
        ("pip install a>=1", "Unquoted, the shell takes >=1 for a file"),
    ],
)
def test_what_is_left_out_is_noted(typed: str, note: str) -> None:
    notes = read_question(typed).notes
    assert len(notes) == 1
    assert note in notes[0]


@given(st.text(max_size=60) | st.from_regex(r"pip install [ -~]{0,40}", fullmatch=True))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    try:
        question = read_question(typed)
    except QuestionError as error:
        assert str(error)
    else:
        assert question.verb in ("install", "download", "wheel")
        assert question.project() == question.project().lower()
