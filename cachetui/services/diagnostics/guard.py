"""Turn unexpected exceptions into a CachetuiError, so that a failing worker does not end the app.

If the app ended, the user would lose the marks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cachetui.errors import CachetuiError


class InternalError(CachetuiError):
    """An error in cachetui itself; the exception's cause shows where."""


@contextmanager
def guard(action: str) -> Iterator[None]:
    """Turn an unexpected exception into an InternalError whose message gives its type and its text.

    `action` names the action that failed, such as "answer this". The original exception is the cause of the error, and
    the message names the file with its details if one could be written. CachetuiError and OSError are raised unchanged,
    because callers report them. Exceptions that end a process or a thread, such as KeyboardInterrupt, are raised
    unchanged as well.
    """
    try:
        yield
    except (CachetuiError, OSError):
        raise
    except Exception as error:  # Textual would end the app, and the marks would be lost
        from cachetui.services.diagnostics.error_report import error_sentence, save_error  # noqa: PLC0415 - seldom needed

        file = save_error(error)
        details = f" The details are in {file}." if file else ""
        words = f"cachetui failed to {action} because of a bug in cachetui ({error_sentence(error)}).{details}"
        raise InternalError(words) from error
