"""Judge what a file of preferences says: what is wrong is named with its line, and everything else counts."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from cachetui.labels import Word
from cachetui.preferences.model import KEYS, Policy, Preferences, Problem, Protection, Stops
from cachetui.preferences.names import IDS
from cachetui.preferences.parse_values import (
    READERS,
    InvalidValueError,
    read_columns,
    read_moment,
    read_sorting,
    read_terms,
    read_theme,
)
from cachetui.preferences.toml import Path as KeyPath
from cachetui.preferences.toml import Places, line_of_error
from cachetui.rules import CHOOSERS, Rules
from cachetui.terms import Predicate

RULES = (*CHOOSERS, "older-than", "by", "larger-than", "keep-latest", "max-size", "built", "terms")
"""What a policy may say: the options of `prune`, and its terms."""
UNTOLD: tuple[Word, ...] = ("unusable", "protected")
"""What cannot say what is protected: it is not always known, or it goes round in a circle."""
ENOUGH = 3
"""Ids that are named at most where one is not known."""
Value = TypeVar("Value")


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
    return Preferences(path, exists=True, complaints=(Problem(line, sentence, "removal"),))


class _Judge:
    """Goes through a document key by key."""

    def __init__(self, document: Mapping[str, Any], places: Places) -> None:
        self._document = document
        self._places = places
        self._complaints: list[Problem] = []
        self._lines: dict[str, int] = {}

    def judged(self, path: Path | None) -> Preferences:
        """Return what counts."""
        self._name_unknown((), self._document, KEYS)
        default = Preferences()
        theme = self._value("theme", read_theme, default.theme)
        columns = self._value("columns", read_columns, default.columns)
        sort = self._value("sort", read_sorting, default.sort)
        age = self._value("age", read_moment, default.age)
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
        self._complaints.append(Problem(self._places.line(path), f"{name}: {words}", stops))

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
        except InvalidValueError as error:
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
            elif name not in IDS:
                close = get_close_matches(name, IDS, ENOUGH)
                hint = f"; perhaps {' or '.join(close)} is meant" if close else ""
                self._complain(path, f"nothing is called so{hint}")
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
                predicate = read_terms([text])
                untold = [word for word in UNTOLD if word in predicate.words]
                if untold:
                    raise InvalidValueError(f"is:{untold[0]} cannot say what is protected")
            except InvalidValueError as error:
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
                except InvalidValueError as error:
                    self._complain(("prune", key, *error.within), str(error), "prune")
        if len(self._complaints) > before:
            return None
        self._lines["prune"] = self._places.line(("prune",)) or 0
        rules = {key.replace("-", "_"): value for key, value in values.items() if key not in CHOOSERS}
        chosen = frozenset([chooser for chooser in CHOOSERS if values.get(chooser)])
        said = {key: [table[key]] if key == "terms" and isinstance(table[key], str) else table[key] for key in values}
        return Policy(Rules(chosen, **rules), said)


def _may_protect(key: str) -> bool:
    """Return whether a key that means nothing may have been meant to protect."""
    return bool(get_close_matches(key.lower(), ["protect"], 1))


def _leaves(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield what tables within a table say, with the way to it."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves((*path, key), value)
        else:
            yield (*path, key), value
