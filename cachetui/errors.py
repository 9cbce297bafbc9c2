"""Errors that cachetui raises on purpose: each message is a sentence that says what to do next."""


class CachetuiError(Exception):
    """Anything that a user can understand and act upon."""


class UsageError(CachetuiError):
    """Options that exclude each other, or a value that makes no sense."""


class RootError(CachetuiError):
    """The cache's root cannot be read: it is missing, not a directory, or not accessible."""


class RefusedError(CachetuiError):
    """A removal that would break a safety rule; nothing was touched."""


class TermError(CachetuiError):
    """A term that does not parse, with the position of the error.

    `text` is what was typed, `position` the index in it, counted in characters from 0.
    """

    def __init__(self, message: str, text: str, position: int = 0) -> None:
        super().__init__(message)
        self.text = text
        self.position = position
