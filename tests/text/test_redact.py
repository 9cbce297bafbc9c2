from __future__ import annotations

import time

import pytest

from cachetui.insight.why.pip_command import QuestionError
from cachetui.text.redact import LONGEST, quote_input, redact_input, redact_urls


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("thing @ https://me:secret@files.example/x?key=v", "thing @ https://***@files.example/x?key=***"),
        ("thing @ me:secret@files.example/x", "thing @ ***@files.example/x"),
        ("pip install -i https://token@index.example x", "pip install -i https://***@index.example x"),
        ("torch==2.3.0; python_version < '3'", "torch==2.3.0; python_version < '3'"),
        ("thing @ https://files.example/x", "thing @ https://files.example/x"),
    ],
)
def test_secrets_are_left_out(typed: str, shown: str) -> None:
    assert redact_input(typed) == shown


def test_what_steers_a_terminal_is_spelt_out_and_what_is_long_is_cut() -> None:
    assert quote_input("a\x1b[31m\n\u202e") == r"a\x1b[31m\x0a\u202e"
    assert len(quote_input("a" * 9_000)) == LONGEST + 1


def test_a_secret_is_left_out_before_the_end_is() -> None:
    assert "s" * 9 not in quote_input(f"https://{'s' * 9_000}@files.example/x")


def test_a_message_keeps_its_advice_however_long_the_quote_is() -> None:
    message = QuestionError("is no requirement. Write another.", "\x1b" * 9_000).redacted()
    assert message.endswith("… is no requirement. Write another.")
    assert message.isprintable()


@pytest.mark.parametrize(
    "words",
    [
        "httpsh/x.whl?://u:SECRET@h/x.whl?tok=SECRET",
        '-r https://h/x?tok="SEC RET" more',
        "x --index-url='https://h/x?tok='SEC RET'",
        "://u:SECRET@h/x",
        "1https://u:SECRET@h/y?z=SECRET",
        "a" * 100 + "https://u:SECRET@h/x",
        "see://h,https://u:SECRET@h/x?a=SECRET",
        "u:SECRET@h://x",
        "https:/u:SECRET@h/x?tok=SECRET",
        "-i HTTP:/h/x?tok=SECRET",
        "git+https:/u:SECRET@h/x",
        r"https:\u:SECRET@h/x?tok=SECRET",
        r"https:\\u:SECRET@h/x?tok=SECRET",
        "//u:SECRET@h/x?tok=SECRET",
        "--index-url=//u:SECRET@h/x",
        'x "//u:SECRET@h/x" more',
        "https://h/x?tok=`a SECRET`",
        "https://h/x?tok=`a SECRET",
        'https://h/x?tok="SEC RET',
        "https://h/x?a=b&tok='SEC RET",
        r"https://h/x?tok=a\ SECRET",
        "https://h/x?tok=a\xa0SECRET",
        "https://h/x?tok=a\u2003SECRET",
        "https://u:a\xa0SECRET@h/x",
    ],
)
def test_odd_addresses_keep_their_secrets(words: str) -> None:
    for found in (redact_urls(words), redact_input(words)):
        assert "SEC" not in found
        assert "RET" not in found


@pytest.mark.parametrize(
    "words",
    [
        "x//u:SECRET@h?token=SECRET",
        "x//u:SEC/RET@h/x?a=b&token=SECRET",
        "-ihttps//u:SECRET@h?token=SECRET#t=SECRET",
        "x:/u:SECRET@h?token='SEC RET'",
        "u:SECRET@h/x#t=SECRET",
        "x//h/y#t=SECRET",
        "h/x?tok=SECRET&url=http://h/x?tok=SECRET",
        "h?tok=a\xa0SECRET",
    ],
)
def test_addresses_without_a_scheme_keep_their_secrets(words: str) -> None:
    for around in ("{}", "see {}, and more", "'{}'"):
        found = redact_input(around.format(words))
        assert "SEC" not in found
        assert "RET" not in found


def test_what_follows_a_fragment_stays() -> None:
    command = "pip install 'mono @ http://h/a.tar.gz#sha256=ab12&subdirectory=python' b"
    assert redact_input(command) == command
    assert redact_urls("x from http://h/x.whl#sha256=ab12: no") == "x from http://h/x.whl#sha256=ab12: no"
    assert redact_urls("'http://h/x.whl#t=SECRET' b") == "'http://h/x.whl#***' b"


@pytest.mark.parametrize(
    "words",
    [
        "/usr/bin:/bin C:/Users/me C:\\Users\\me '\\\\server\\share' /a//b //server/share/x",
        "https:/h/x 'http://h/x' 'y z'",
        "see https://h/x?a=*** and more",
        "C# and why? a#b; what is #1?",
        "/home/me/c#1/pip 'C:\\c#1' ../what?",
    ],
)
def test_paths_and_addresses_without_secrets_stay(words: str) -> None:
    assert redact_input(words) == words


@pytest.mark.parametrize(
    "piece",
    [
        "=`",
        "\xa0",
        "//",
        ":/",
        "//a:",
        "https:/",
        "\\ ",
        "a",
        "-",
        "://",
        "http://",
        "a:",
        "-:",
        '="',
        "='",
        ";",
        ";a=",
        "@",
        "/@",
        "[",
        "&",
        "?",
        "#",
        "a://",
        "\\",
    ],
)
@pytest.mark.parametrize("around", ["{}://x", "a://{}", "{}@://"])
def test_long_lines_are_masked_soon(piece: str, around: str) -> None:
    began = time.process_time()
    redact_input(around.format(piece * (50_000 // len(piece))))
    assert time.process_time() - began < 20, "quadratic steps would take minutes"
