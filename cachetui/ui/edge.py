"""The edge of what works beside the screen: no failure there ends the app, which holds the marks; no Textual here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cachetui.errors import CachetuiError
from cachetui.text.redact import quote_input


class InternalError(CachetuiError):
    """Something that nobody foresaw: a mistake in cachetui, which its cause shows."""


@contextmanager
def edge(doing: str) -> Iterator[None]:
    """Turn an exception that nobody foresaw into an UnforeseenError, whose sentence names its type and its text.

    `doing` says what was to be done, such as "answer this"; the exception is the error's cause. CachetuiError and
    OSError come through as they are: whoever calls has words for them. What ends a process or a thread, such as
    KeyboardInterrupt, comes through as well.
    """
    try:
        yield
    except (CachetuiError, OSError):
        raise
    except Exception as error:  # Textual would end the app for it, and whatever is marked would be lost
        kind, words = type(error).__name__, quote_input(str(error))
        told = f"{kind}: {words}" if words else kind
        raise InternalError(f"cachetui failed to {doing}, by a mistake of its own ({told}).") from error
