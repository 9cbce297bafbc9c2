from __future__ import annotations

import pytest

from cachetui.insight.why.pip_command import PipCall, lines_of, read_command, redirection


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("pip install torch", PipCall("install", ("torch",))),
        ("pip3 install torch", PipCall("install", ("torch",))),
        ("%pip install torch", PipCall("install", ("torch",))),
        ("In [3]: !pip install torch", PipCall("install", ("torch",))),
        ("python -m pip install torch", PipCall("install", ("torch",))),
        ("python3 -mpip install torch", PipCall("install", ("torch",))),
        ("python -Impip install torch", PipCall("install", ("torch",))),
        ("python -W ignore -X utf8 -m pip install torch", PipCall("install", ("torch",))),
        ("pip3.8 install torch", PipCall("install", ("torch",), "python3.8")),
        ("~/venv/bin/pip install torch", PipCall("install", ("torch",), "~/venv/bin/python")),
        ("python3.8 -I -m pip install torch", PipCall("install", ("torch",), "python3.8")),
        ("py -3.8 -m pip install torch", PipCall("install", ("torch",), "python3.8")),
        (r'"C:\Python 38\python.exe" -m pip install torch', PipCall("install", ("torch",), r"C:\Python 38\python.exe")),
        ("pip --no-cache-dir install torch", PipCall("install", ("--no-cache-dir", "torch"))),
        ("pip --cache-dir here install torch", PipCall("install", ("--cache-dir", "here", "torch"))),
        ("pip wheel -w out torch && ls", PipCall("wheel", ("-w", "out", "torch"), after="&&")),
        ("pip install torch > log 2>&1", PipCall("install", ("torch",), after=">")),
        ("pip install torch; python x", PipCall("install", ("torch",), after=";")),
        ("pip install torch;", PipCall("install", ("torch",))),
        ("pip install torch ;", PipCall("install", ("torch",))),
        ("pip install torch &", PipCall("install", ("torch",))),
        ("pip install torch & # in the background", PipCall("install", ("torch",))),
        ("pip install torch; # the newest", PipCall("install", ("torch",))),
        ("pip install torch &\n\n# the newest", PipCall("install", ("torch",))),
        ("pip install torch >log", PipCall("install", ("torch",))),
        ("pip install torch 2>&1", PipCall("install", ("torch",))),
        ("pip install torch & python x", PipCall("install", ("torch",), after="&")),
        ("pip install torch &\npython x", PipCall("install", ("torch",), after="&")),
        ("pip install \\\n torch  # the newest", PipCall("install", ("torch",))),
        ("pip install `\n torch", PipCall("install", ("torch",))),
        ("pip install pip", PipCall("install", ("pip",))),
    ],
)
def test_a_call_of_pip_is_found(typed: str, command: PipCall) -> None:
    assert read_command(typed) == command


@pytest.mark.parametrize(
    "prompt", ["$", "(venv) $", "user@host:~/code$", "root@host:/#", "PS C:\\> ", "C:\\Users\\me>", ">>>", "(base) ➜"]
)
def test_a_prompt_is_passed_over(prompt: str) -> None:
    command = read_command(f"{prompt} pip install torch")
    assert command is not None
    assert command.arguments == ("torch",)


@pytest.mark.parametrize("prompt", ["$", "(venv) $", "user@host:~/code$", "PS C:\\>", ">>>"])
def test_a_prompt_is_not_told_as_something_that_was_left_out(prompt: str) -> None:
    command = read_command(f"{prompt} pip install torch")
    assert command is not None
    assert command.before == ()


@pytest.mark.parametrize(
    ("typed", "before"),
    [
        ("RUN --mount=type=cache,target=/x pip install torch", ("RUN", "--mount=type=cache,target=/x")),
        ("sudo -H -u bob pip install torch", ("sudo", "-H", "-u", "bob")),
        ("nice -n 5 python -m pip install torch", ("nice", "-n", "5")),
        ("conda run -n env pip install torch", ("conda", "run", "-n", "env")),
        ("cd x && pip install torch", ("cd", "x", "&&")),
        ("CC=gcc pip install torch", ("CC=***",)),
        ("TOKEN=secret curl -u me:secret x | pip install torch", ("TOKEN=***", "curl", "-u", "me:secret", "x", "|")),
        ("pip install -U pip && pip install torch", ("pip", "install", "-U", "pip", "&&")),
        ("export PIP_PRE=1 && pip install torch", ()),
    ],
)
def test_words_before_the_call_are_kept(typed: str, before: tuple[str, ...]) -> None:
    command = read_command(typed)
    assert command is not None
    assert (command.arguments, command.before) == (("torch",), before)


def test_pips_own_variables_count() -> None:
    command = read_command("PIP_NO_INDEX=1 pip_find_links='a b' pip install torch")
    assert command is not None
    assert command.variables == (("PIP_NO_INDEX", "1"), ("PIP_FIND_LINKS", "a b"))


@pytest.mark.parametrize("typed", ["torch", "pip", "pip >= 20", "py>1", "python", "torch=2", "pip frob x", "it's", ""])
def test_text_without_a_call_of_pip(typed: str) -> None:
    assert read_command(typed) is None


@pytest.mark.parametrize(
    ("typed", "requirement", "sign"),
    [
        ("pip install torch>=2", "torch>=2", ">=2"),
        ("pip install 'torch>=2'", "torch>=2", ""),
        ("pip install torch==2", "torch==2", ""),
        (r"pip install torch\>=2", "torch>=2", ""),
    ],
)
def test_an_unquoted_comparison_is_a_redirection(typed: str, requirement: str, sign: str) -> None:
    assert redirection(typed, requirement) == sign


def test_lines_go_on_after_a_backslash_and_end_at_a_comment() -> None:
    text = "# made by a tool\nx==1 \\\n    --hash=sha256:aa\n\ny==2  # via x\n"
    assert [*lines_of(text)] == ["x==1      --hash=sha256:aa", "y==2"]
