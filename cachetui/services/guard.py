"""Unforeseen exceptions become one CachetuiError: in the browser no failure of a worker costs the user's marks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cachetui.errors import CachetuiError
from cachetui.text.redact import quote_input


class InternalError(CachetuiError):
    """A mistake in cachetui; the exception's cause shows where."""


@contextmanager
def guard(action: str) -> Iterator[None]:
    """Turn an unforeseen exception into an InternalError whose sentence names its type and its text.

    `action` says what was to be done, such as "answer this"; the exception is the error's cause. CachetuiError and
    OSError are raised as they are, because callers have words for them; so is what ends a process or a thread, such
    as KeyboardInterrupt.
    """
    try:
        yield
    except (CachetuiError, OSError):
        raise
    except Exception as error:  # Textual would end the app, and with it the marks
        kind, words = type(error).__name__, quote_input(str(error))
        cause = f"{kind}: {words}" if words else kind
        raise InternalError(f"cachetui failed to {action}, by a mistake of its own ({cause}).") from error
