"""Judge what a file of preferences says: what is wrong is named with its line, and everything else counts."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from cachetui.errors import TermError
from cachetui.facts import Word
from cachetui.preferences.toml import Path as KeyPath
from cachetui.preferences.toml import Places, line_of_error
from cachetui.preferences.values import (
    COLUMNS,
    KEYS,
    Complaint,
    Policy,
    Preferences,
    Protection,
    SortBy,
    Sorting,
    Stops,
)
from cachetui.rules import CHOOSERS, Moment, Rules
from cachetui.terms import Predicate, parse_terms
from cachetui.terms.values import parse_age, parse_size

RULES = (*CHOOSERS, "older-than", "by", "larger-than", "keep-latest", "max-size", "built", "terms")
"""What a policy may say: the options of `prune`, and its terms."""
UNTOLD: tuple[Word, ...] = ("unusable", "protected")
"""What cannot say what is protected: it is not always known, or it goes round in a circle."""
REVERSE = "reverse"
Value = TypeVar("Value")


class WrongError(ValueError):
    """A value that cannot count; its words are the end of a sentence."""

    def __init__(self, words: str, *within: str | int) -> None:
        super().__init__(words)
        self.within = within
        """The way to it within the value."""


def judge(content: bytes, path: Path | None = None) -> Preferences:
    """Return what the content of a file comes to. What cannot be read as TOML stops all removals."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return unread(path, "this is not UTF-8, which TOML has to be", content.count(b"\n", 0, error.start) + 1)
    try:
        document = tomllib.loads(text)
        places = Places(text)
    except RecursionError:
        return unread(path, "the file is nested too deeply")
    except ValueError as error:
        return unread(path, f"this is not TOML: {str(error).partition(' (at ')[0]}", line_of_error(error, text))
    return _Judge(document, places).judged(path)


def unread(path: Path | None, sentence: str, line: int | None = None) -> Preferences:
    """Return the defaults for a file of which nothing is known, not even what it protects."""
    return Preferences(path, exists=True, complaints=(Complaint(line, sentence, "removal"),))


class _Judge:
    """Goes through a document key by key."""

    def __init__(self, document: Mapping[str, Any], places: Places) -> None:
        self._document = document
        self._places = places
        self._complaints: list[Complaint] = []
        self._lines: dict[str, int] = {}

    def judged(self, path: Path | None) -> Preferences:
        """Return what counts."""
        self._name_unknown((), self._document, KEYS)
        default = Preferences()
        theme = self._value("theme", _name, default.theme)
        columns = self._value("columns", _columns, default.columns)
        sort = self._value("sort", _sorting, default.sort)
        age = self._value("age", _moment, default.age)
        protection = self._protection()
        return Preferences(
            path,
            exists=True,
            theme=theme,
            columns=columns,
            sort=sort,
            age=age,
            keys=self._keys(),
            protection=protection,
            policy=self._policy(),
            complaints=tuple(sorted(self._complaints, key=lambda complaint: complaint.line or 0)),
            lines=self._lines,
        )

    def _complain(self, path: KeyPath, words: str, stops: Stops = "") -> None:
        name = ".".join([key for key in path if isinstance(key, str)])
        self._complaints.append(Complaint(self._places.line(path), f"{name}: {words}", stops))

    def _name_unknown(self, table: tuple[str, ...], found: Iterable[str], known: Iterable[str]) -> None:
        """Complain of keys that mean nothing. What may be meant to protect stops removals: nothing less is safe."""
        for key in found:
            if key in known:
                continue
            close = get_close_matches(key.lower().replace("_", "-"), known, 1)
            hint = f"; perhaps {close[0]} is meant" if close else f": there are {', '.join(known)}"
            if _may_protect(key):
                hint = "; protect must stand before the first [table]" if table else "; perhaps protect is meant"
                self._complain((*table, key), f"there is no such key{hint}", "removal")
            else:
                self._complain((*table, key), f"there is no such key{hint}", "prune" if table else "")

    def _value(self, key: str, read: Callable[[Any], Value], default: Value, stops: Stops = "") -> Value:
        """Return what a key says, or the default."""
        if key not in self._document:
            return default
        try:
            value = read(self._document[key])
        except WrongError as error:
            self._complain((key, *error.within), str(error), stops)
            return default
        self._lines[key] = self._places.line((key,)) or 0
        return value

    def _keys(self) -> Mapping[str, str]:
        """Return keys by id; dots in an id may be TOML's, too."""
        table = self._document.get("keys", {})
        if not isinstance(table, dict):
            self._complain(("keys",), "a table is wanted, such as [keys] with lines below it")
            return {}
        keys = {}
        for path, value in _leaves(("keys",), table):
            name = ".".join(path[1:])
            if _may_protect(path[-1]):
                self._complain(path, "protect must stand before the first [table]", "removal")
            elif name in keys:
                self._complain(path, "this is said twice")
            elif not isinstance(value, str) or not value.strip():
                self._complain(path, 'a key is wanted, such as "x", or several, such as "x,ctrl+x"')
            else:
                keys[name] = value
                self._lines[f"keys.{name}"] = self._places.line(path) or 0
        return keys

    def _protection(self) -> Protection:
        """Return what counts of `protect`: each of its strings by itself, even where another is wrong."""
        written = self._document.get("protect", [])
        if not isinstance(written, list):
            self._complain(("protect",), 'a list of terms is wanted, such as ["torch", "numpy>=2"]', "removal")
            return Protection()
        parsed: list[tuple[Predicate, str]] = []
        for index, text in enumerate(written):
            try:
                predicate = _terms([text])
                untold = [word for word in UNTOLD if word in predicate.words]
                if untold:
                    raise WrongError(f"is:{untold[0]} cannot say what is protected")
            except WrongError as error:
                self._complain(("protect", index), str(error), "removal")
            else:
                parsed.append((predicate, text))
        if "protect" in self._document:
            self._lines["protect"] = self._places.line(("protect",)) or 0
        return Protection(tuple([predicate for predicate, _ in parsed]), tuple([text for _, text in parsed]))

    def _policy(self) -> Policy | None:
        """Return the policy, if every key of it can count: with one of them left out it could choose more."""
        table = self._document.get("prune")
        if table is None:
            return None
        if not isinstance(table, dict):
            self._complain(("prune",), "a table is wanted, such as [prune] with lines below it", "prune")
            return None
        before = len(self._complaints)
        self._name_unknown(("prune",), table, RULES)
        values: dict[str, Any] = {}
        for key in RULES:
            if key in table:
                try:
                    values[key] = READERS[key](table[key])
                except WrongError as error:
                    self._complain(("prune", key, *error.within), str(error), "prune")
        if len(self._complaints) > before:
            return None
        self._lines["prune"] = self._places.line(("prune",)) or 0
        rules = {key.replace("-", "_"): value for key, value in values.items() if key not in CHOOSERS}
        chosen = frozenset([chooser for chooser in CHOOSERS if values.get(chooser)])
        said = {key: [table[key]] if key == "terms" and isinstance(table[key], str) else table[key] for key in values}
        return Policy(Rules(chosen, **rules), said)


def _may_protect(key: str) -> bool:
    """Tell whether a key that means nothing may have been meant to protect."""
    return bool(get_close_matches(key.lower(), ["protect"], 1))


def _leaves(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield what tables within a table say, with the way to it."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves((*path, key), value)
        else:
            yield (*path, key), value


def _name(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        raise WrongError('a name is wanted, such as "nord"')
    return value


def _one_of(value: object, known: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in known:
        said = f'"{value}" is none of' if isinstance(value, str) else "wanted is one of"
        raise WrongError(f"{said} {', '.join(known)}")
    return value


def _moment(value: object) -> Moment:
    return cast(Moment, _one_of(value, get_args(Moment)))


def _sorting(value: object) -> Sorting:
    words = value.split() if isinstance(value, str) else []
    if len(words) not in (1, 2) or words[1:] not in ([], [REVERSE]):
        raise WrongError(f'wanted is one of {", ".join(get_args(SortBy))}, such as "age", or "age {REVERSE}"')
    return Sorting(cast(SortBy, _one_of(words[0], get_args(SortBy))), len(words) > 1)


def _columns(value: object) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise WrongError(f"a list is wanted, of {', '.join(COLUMNS)}")
    for index, name in enumerate(value):
        try:
            _one_of(name, COLUMNS)
        except WrongError as error:
            raise WrongError(str(error), index) from None
    return tuple([name for name in COLUMNS if name in value])


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongError("true or false is wanted, without quotes")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise WrongError("a number is wanted, 0 or more, without quotes")
    return value


def _measured(parse: Callable[[str], int], example: str) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, str):
            raise WrongError(f'a string is wanted, such as "{example}"')
        try:
            return parse(value)
        except ValueError as error:
            raise WrongError(str(error)) from None

    return read


def _terms(value: object) -> Predicate:
    """Read terms, in one string or a list of them; the place of an error is told within its string."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list):
        raise WrongError('a list of terms is wanted, such as ["kind:wheel", "age>90d"]')
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise WrongError("a term is wanted, which is a string", index)
    if not texts:
        raise WrongError("no term is given")
    try:
        return parse_terms(texts)
    except TermError as error:
        at = [texts.index(error.text)] if texts is value and error.text in texts else []
        raise WrongError(f'{error}, at character {error.position + 1} of "{error.text}"', *at) from None


READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*CHOOSERS, "built"), _flag),
    "older-than": _measured(parse_age, "90d"),
    "by": _moment,
    "larger-than": _measured(parse_size, "100MB"),
    "keep-latest": _number,
    "max-size": _measured(parse_size, "5GB"),
    "terms": _terms,
}
"""What reads each key of a policy."""
