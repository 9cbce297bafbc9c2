from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.errors import CachetuiError, RootError
from cachetui.services.diagnostics.guard import InternalError, guard
from cachetui.text.redact import LONGEST


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (AssertionError("unknown status keyword 'foo'"), "AssertionError: unknown status keyword 'foo'"),
        (RecursionError(), "RecursionError"),
        (ValueError("\x1b[31m https://me:secret@index.example"), r"ValueError: \x1b[31m https://***@index.example"),
    ],
)
def test_what_nobody_foresaw_becomes_a_sentence(error: Exception, told: str) -> None:
    with pytest.raises(CachetuiError) as caught, guard("answer this"):
        raise error
    assert type(caught.value) is InternalError
    assert caught.value.__cause__ is error
    words, _, file = str(caught.value).partition(" The details are in ")
    assert words == f"cachetui failed to answer this because of a bug in cachetui ({told})."
    details = Path(file.removesuffix(".")).expanduser().read_text()
    assert "raise error" in details
    assert "secret" not in details


def test_it_is_not_longer_than_a_message() -> None:
    with pytest.raises(InternalError) as caught, guard("answer this"):
        raise ValueError("x" * 9_000)
    assert len(str(caught.value)) < LONGEST + 200


@pytest.mark.parametrize("error", [RootError("There is no cache."), FileNotFoundError(2, "gone"), KeyboardInterrupt()])
def test_what_callers_have_words_for_comes_through(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, guard("answer this"):
        raise error
    assert caught.value is error


def test_what_works_is_left_alone() -> None:
    with guard("answer this"):
        done = True
    assert done
