"""Parse single values of a preferences file, or explain what is wrong with them and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast, get_args

from cachetui.errors import TermError
from cachetui.labels import Label
from cachetui.model import AGE_FIELDS, AgeField
from cachetui.preferences.model import COLUMNS, ColumnName, Notify, SortBy, Sorting
from cachetui.preferences.names import THEMES
from cachetui.prune_rules import CHOOSERS
from cachetui.terms import Predicate, parse_terms
from cachetui.terms.quantities import parse_age, parse_size
from cachetui.text.excerpt import brief, excerpt
from cachetui.text.suggest import did_you_mean

REVERSE = "reverse"
UNDECIDED: tuple[Label, ...] = ("unusable", "used", "unused", "protected")
"""Labels that `protect` cannot use: the last would refer to itself, and the others are not always known."""


class InvalidValueError(ValueError):
    """An invalid value; the message says why, without a full stop."""


def read_theme(value: object) -> str:
    """Read the name of a theme. Raises InvalidValueError."""
    if not isinstance(value, str) or not value:
        raise InvalidValueError('expected a theme name, for example "nord"')
    if value not in THEMES:
        hint = did_you_mean(value, THEMES) or "; the palette lists the themes"
        raise InvalidValueError(f'unknown theme "{brief(value)}"{hint}')
    return value


def _one_of(value: object, known: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in known:
        found = f', not "{brief(value)}"' if isinstance(value, str) else ""
        raise InvalidValueError(f"expected one of {', '.join(known)}{found}")
    return value


def read_age_field(value: object) -> AgeField:
    """Read the name of the time from which ages are counted, such as "checked". Raises InvalidValueError."""
    return cast(AgeField, _one_of(value, AGE_FIELDS))


def read_notify(value: object) -> Notify:
    """Read the way to notify the user. Raises InvalidValueError."""
    return cast(Notify, _one_of(value, get_args(Notify)))


def read_sorting(value: object) -> Sorting:
    """Read the sort order of the browser. Raises InvalidValueError."""
    words = value.split() if isinstance(value, str) else []
    if len(words) not in (1, 2) or words[1:] not in ([], [REVERSE]):
        known = ", ".join(get_args(SortBy))
        raise InvalidValueError(f'expected one of {known}, for example "age" or "age {REVERSE}"')
    return Sorting(cast(SortBy, _one_of(words[0], get_args(SortBy))), len(words) > 1)


def read_columns(value: object) -> tuple[ColumnName, ...]:
    """Read names of columns in any order; return them in the browser's order. Raises InvalidValueError."""
    if not isinstance(value, list):
        raise InvalidValueError(f"expected a list of {', '.join(COLUMNS)}")
    for name in value:
        _one_of(name, COLUMNS)
    return tuple([name for name in COLUMNS if name in value])


def read_environments(value: object) -> tuple[str, ...]:
    """Read folders and patterns in which to look for environments. Raises InvalidValueError."""
    example = 'for example ["~/projects/*", "/srv/app/venv"]'
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidValueError(f"expected a list of folders or patterns, {example}")
    for text in value:
        if not (text.startswith("~") or Path(text).is_absolute()) or "\0" in text:
            raise InvalidValueError(f'expected whole paths, {example}, not "{brief(text)}"')
    return tuple(value)


def read_key(value: object) -> str:
    """Read the keys of a key binding, separated by commas. Raises InvalidValueError."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValueError('expected a key, for example "x", or several, for example "x,ctrl+x"')
    return value


def read_flag(value: object) -> bool:
    """Read a value that is true or false. Raises InvalidValueError."""
    if not isinstance(value, bool):
        raise InvalidValueError("expected true or false, without quotes")
    return value


def read_count(value: object) -> int:
    """Read a whole number that is not negative. Raises InvalidValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidValueError("expected a whole number, 0 or more, without quotes")
    return value


def _measured(parse: Callable[[str], int], example: str) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, str):
            raise InvalidValueError(f'expected a string, for example "{example}"')
        try:
            return parse(value)
        except ValueError as error:
            raise InvalidValueError(str(error)) from None

    return read


def read_terms(value: object) -> Predicate:
    """Read terms from a string or from a list of strings. Raises InvalidValueError, which may quote a term."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list):
        raise InvalidValueError('expected a list of terms, for example ["kind:wheel", "age>90d"]')
    if not all(isinstance(text, str) for text in texts):
        raise InvalidValueError('expected only strings in the list, for example ["kind:wheel", "age>90d"]')
    if not texts:
        raise InvalidValueError('expected at least one term, for example "kind:wheel"')
    try:
        return parse_terms(texts)
    except TermError as error:
        shown, _ = excerpt(error.text, error.position)
        raise InvalidValueError(f'{error}, at character {error.position + 1} of "{shown}"') from None


def read_files(value: object) -> tuple[str, ...]:
    """Read a list of names of files; the names must not depend on the current folder. Raises InvalidValueError."""
    if not isinstance(value, list) or not value or not all(isinstance(name, str) and name for name in value):
        raise InvalidValueError('expected a list of files, for example ["~/project/uv.lock"]')
    for name in value:
        if not name.startswith("~") and not Path(name).is_absolute():
            raise InvalidValueError(f'expected a whole path, or one that begins with ~, not "{brief(name)}"')
    return tuple(value)


def read_protected(value: object) -> Predicate:
    """Read one item of `protect`, a string of terms. Raises InvalidValueError, which may quote the item."""
    if not isinstance(value, str):
        raise InvalidValueError('expected only strings in the list, for example ["torch", "numpy>=2"]')
    predicate = read_terms(value)
    for word in UNDECIDED:
        if word in predicate.words:
            shown = excerpt(value, value.find(word))[0]
            raise InvalidValueError(f'is:{word} cannot decide what is protected; take it out of "{shown}"')
    return predicate


RULES: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(CHOOSERS, read_flag),
    "older-than": _measured(parse_age, "90d"),
    "by": read_age_field,
    "larger-than": _measured(parse_size, "100MB"),
    "keep-latest": read_count,
    "max-size": _measured(parse_size, "5GB"),
    "min-free": _measured(parse_size, "20GB"),
    "free": _measured(parse_size, "5GB"),
    "built": read_flag,
    "not-needed-by": read_files,
    "ci": read_flag,
    "terms": read_terms,
}
"""Functions that read the values of a policy, by key: the names of the options of `prune`, and `terms`."""
