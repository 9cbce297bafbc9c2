"""Errors that cachetui raises on purpose, and descriptions of unexpected ones.

Messages say what is wrong and, where possible, what to do next.
"""


class CachetuiError(Exception):
    """Error that a user can understand and act upon."""


class UsageError(CachetuiError):
    """Error for a command line that cannot be carried out, for example because its options exclude each other."""


class RootError(CachetuiError):
    """Error for a cache root that cannot be used: it is missing, not a directory, not accessible, or not a cache."""


class RefusedError(CachetuiError):
    """Error for a removal or a change of settings that cachetui refuses; nothing was removed or changed."""


class TermError(CachetuiError):
    """Error for a term that does not parse, with its position.

    `text` is what was typed; `position` is the index of the error in `text`, in characters from 0.
    """

    def __init__(self, message: str, text: str, position: int = 0) -> None:
        super().__init__(message)
        self.text = text
        self.position = position


def unexpected_reason(error: Exception) -> str:
    """Return a clause about an unexpected error, in which "it" is what could not be read.

    The error's own text is left out, because it may quote a secret from a file.
    """
    if isinstance(error, MemoryError):
        return "there is not enough memory to read it"
    if isinstance(error, RecursionError):
        return "it is nested too deeply to be read"
    return f"cachetui failed to read it because of a bug in cachetui ({type(error).__name__})"
