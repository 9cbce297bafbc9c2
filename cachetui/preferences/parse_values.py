"""Read single values of a file of preferences: what they mean, or in words why they cannot count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, cast, get_args

from cachetui.errors import TermError
from cachetui.preferences.model import COLUMNS, ColumnName, SortBy, Sorting
from cachetui.preferences.names import THEMES
from cachetui.rules import CHOOSERS, Moment
from cachetui.terms import Predicate, parse_terms
from cachetui.terms.quantities import parse_age, parse_size
from cachetui.text.excerpt import brief, excerpt

REVERSE = "reverse"


class InvalidValueError(ValueError):
    """A value that cannot count; its words are the end of a sentence."""

    def __init__(self, words: str, *within: str | int) -> None:
        super().__init__(words)
        self.within = within
        """The way to it within the value."""


def read_theme(value: object) -> str | None:
    """Read the name of a theme of the browser. Raises WrongError."""
    if not isinstance(value, str) or not value:
        raise InvalidValueError('a name is wanted, such as "nord"')
    if value not in THEMES:
        close = get_close_matches(value, THEMES, 1)
        hint = f"; perhaps {close[0]} is meant" if close else ": the palette lists them"
        raise InvalidValueError(f'there is no theme "{brief(value)}"{hint}')
    return value


def _one_of(value: object, known: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in known:
        said = f'"{brief(value)}" is none of' if isinstance(value, str) else "wanted is one of"
        raise InvalidValueError(f"{said} {', '.join(known)}")
    return value


def read_moment(value: object) -> Moment:
    """Read from when ages are counted. Raises WrongError."""
    return cast(Moment, _one_of(value, get_args(Moment)))


def read_sorting(value: object) -> Sorting:
    """Read by what to sort, and which way round. Raises WrongError."""
    words = value.split() if isinstance(value, str) else []
    if len(words) not in (1, 2) or words[1:] not in ([], [REVERSE]):
        raise InvalidValueError(f'wanted is one of {", ".join(get_args(SortBy))}, such as "age", or "age {REVERSE}"')
    return Sorting(cast(SortBy, _one_of(words[0], get_args(SortBy))), len(words) > 1)


def read_columns(value: object) -> tuple[ColumnName, ...]:
    """Read names of columns, in whatever order; return them in their own. Raises WrongError."""
    if not isinstance(value, list):
        raise InvalidValueError(f"a list is wanted, of {', '.join(COLUMNS)}")
    for index, name in enumerate(value):
        try:
            _one_of(name, COLUMNS)
        except InvalidValueError as error:
            raise InvalidValueError(str(error), index) from None
    return tuple([name for name in COLUMNS if name in value])


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidValueError("true or false is wanted, without quotes")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidValueError("a number is wanted, 0 or more, without quotes")
    return value


def _measured(parse: Callable[[str], int], example: str) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, str):
            raise InvalidValueError(f'a string is wanted, such as "{example}"')
        try:
            return parse(value)
        except ValueError as error:
            raise InvalidValueError(str(error)) from None

    return read


def read_terms(value: object) -> Predicate:
    """Read terms, in one string or a list of them. Raises WrongError, which tells the place within the string."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list):
        raise InvalidValueError('a list of terms is wanted, such as ["kind:wheel", "age>90d"]')
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidValueError("a term is wanted, which is a string", index)
    if not texts:
        raise InvalidValueError("no term is given")
    try:
        return parse_terms(texts)
    except TermError as error:
        at = [texts.index(error.text)] if texts is value and error.text in texts else []
        shown, _ = excerpt(error.text, error.position)
        raise InvalidValueError(f'{error}, at character {error.position + 1} of "{shown}"', *at) from None


READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*CHOOSERS, "built"), _flag),
    "older-than": _measured(parse_age, "90d"),
    "by": read_moment,
    "larger-than": _measured(parse_size, "100MB"),
    "keep-latest": _number,
    "max-size": _measured(parse_size, "5GB"),
    "terms": read_terms,
}
"""What reads each key of a policy."""
