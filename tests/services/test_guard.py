from __future__ import annotations

import pytest

from cachetui.errors import CachetuiError, RootError
from cachetui.services.guard import InternalError, guard


def test_an_unforeseen_exception_becomes_a_sentence() -> None:
    error = ValueError("https://me:secret@index.example")
    with pytest.raises(CachetuiError) as caught, guard("answer this"):
        raise error
    assert type(caught.value) is InternalError
    assert caught.value.__cause__ is error
    told = "ValueError: https://***@index.example"
    assert str(caught.value) == f"cachetui failed to answer this, by a mistake of its own ({told})."


@pytest.mark.parametrize("error", [RootError("There is no cache."), FileNotFoundError(2, "gone"), KeyboardInterrupt()])
def test_errors_that_callers_have_words_for_come_through(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, guard("answer this"):
        raise error
    assert caught.value is error
