from __future__ import annotations

import pytest

from cachetui.insight.why.pip_command import QuestionError
from cachetui.text.redact import LONGEST, quote_input, redact_input


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
