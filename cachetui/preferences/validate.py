"""Validate a preferences file: report each problem with its key, and accept everything else."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from cachetui.preferences.model import (
    KEYS,
    PROTECT,
    READ_ONLY,
    Blocked,
    Policy,
    Preferences,
    Problem,
    Protection,
    key_path,
    may_mean,
)
from cachetui.preferences.names import IDS
from cachetui.preferences.parse_values import (
    RULES,
    InvalidValueError,
    read_age_field,
    read_columns,
    read_count,
    read_environments,
    read_flag,
    read_key,
    read_notify,
    read_protected,
    read_sorting,
    read_theme,
)
from cachetui.prune_rules import CHOOSERS, Rules
from cachetui.text.excerpt import brief, excerpt
from cachetui.text.suggest import did_you_mean

READERS: Mapping[str, Callable[[Any], Any]] = {
    "theme": read_theme,
    "columns": read_columns,
    "sort": read_sorting,
    "age": read_age_field,
    "notify": read_notify,
    "environments": read_environments,
    "fresh-hours": read_count,
}
"""Functions that read the values of the preferences, except tables, `protect` and `read-only`."""
TABLES = ("keys", "prune")
"""Keys that are tables."""
FIELDS = {"fresh-hours": "fresh_hours", PROTECT: "protection", "prune": "policy", READ_ONLY: "read_only"}
"""Fields of `Preferences` whose names differ from the keys."""
MOST = 3
"""Maximum number of ids suggested for an unknown id."""
Value = TypeVar("Value")


def validate(content: bytes, path: Path | None = None) -> Preferences:
    """Return the preferences in a file's content. A file that is not TOML blocks all removals."""
    try:
        return _Validator().validate(_document(content), path)
    except InvalidValueError as error:
        return unreadable(path, str(error))
    except RecursionError:
        return unreadable(path, "the file is nested too deeply")


def unreadable(path: Path | None, sentence: str) -> Preferences:
    """Return the defaults, with a problem that blocks all removals, for a file that cannot be read."""
    return Preferences(path, exists=True, problems=(Problem("", sentence, "removal"),))


def _document(content: bytes) -> Mapping[str, Any]:
    """Parse TOML. Raises InvalidValueError, which names the line, and RecursionError."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidValueError(f"invalid UTF-8 (at line {line}); save the file as UTF-8") from None
    except ValueError as error:
        words, at, place = str(error).rpartition(" (at ")  # the message may quote a key of any length
        raise InvalidValueError(f"invalid TOML: {excerpt(words, 0)[0]}{at}{place}") from None


class _Validator:
    """Validator that collects the problems of a document, in the document's order."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def validate(self, document: Mapping[str, Any], path: Path | None) -> Preferences:
        """Return the valid values, and the problems."""
        found: dict[str, Any] = {}
        for key, value in document.items():
            if key not in TABLES:
                self._misplaced((key,), value)
            if key in READERS:
                found[key] = self._read(READERS[key], value, (key,))
            elif key == "keys":
                found[key] = self._keys(value)
            elif key == READ_ONLY:
                found[key] = self._read(read_flag, value, (key,), "removal")
            elif key == PROTECT:
                found[key] = self._protection(value)
            elif key == "prune":
                found[key] = self._policy(value)
            else:
                self._unknown((), key, KEYS)
        given = {key: value for key, value in found.items() if value is not None}
        values = {FIELDS.get(key, key): value for key, value in given.items()}
        return Preferences(path, True, **values, problems=tuple(self._problems), given=frozenset(given))

    def _add(self, path: tuple[str, ...], sentence: str, blocks: Blocked = "") -> None:
        self._problems.append(Problem(key_path(*path), sentence, blocks))

    def _read(
        self, read: Callable[[Any], Value], value: object, path: tuple[str, ...], blocks: Blocked = ""
    ) -> Value | None:
        """Return the parsed value; if it is invalid, add a problem and return None."""
        try:
            return read(value)
        except InvalidValueError as error:
            self._add(path, str(error), blocks)
            return None

    def _unknown(self, table: tuple[str, ...], key: str, known: Iterable[str]) -> None:
        """Add the problem of an unknown key.

        A key that may be meant to forbid removals blocks removals, to be safe.
        """
        path = (*table, key)
        meant = _meant_to_forbid(key)
        if not meant:
            hint = did_you_mean(key.lower().replace("_", "-"), known) or f"; the keys are {', '.join(known)}"
            self._add(path, f"unknown key{hint}", "prune" if table else "")
        elif table:
            self._add(path, f'unknown key; move "{meant}" above the first [table]', "removal")
        else:
            self._add(path, f'unknown key (did you mean "{meant}"?)', "removal")

    def _misplaced(self, path: tuple[str, ...], value: object) -> None:
        """Add a problem for each key that may be meant to forbid removals, but is in a table where it does nothing."""
        for inner, _ in _leaves(path, value) if isinstance(value, dict) else ():
            if _meant_to_forbid(inner[-1]):
                self._unknown(inner[:-1], inner[-1], ())

    def _keys(self, table: object) -> Mapping[str, str] | None:
        """Return the keys by the ids of key bindings; None if no binding is valid.

        An id may be split at its dots into nested TOML tables.
        """
        if not isinstance(table, dict):
            self._add(("keys",), "expected a table: write [keys], and the bindings below it")
            return None
        keys: dict[str, str] = {}
        for path, value in _leaves(("keys",), table):
            name = ".".join(path[1:])
            if _meant_to_forbid(path[-1]) and not (name in IDS and isinstance(value, str)):
                self._unknown(path[:-1], path[-1], ())
            elif name not in IDS:
                self._add(path, f'unknown key binding id "{brief(name)}"{did_you_mean(name, IDS, MOST)}')
            elif name in keys:
                self._add(path, f'key binding id "{name}" is set twice; remove one of them')
            else:
                key = self._read(read_key, value, path)
                if key is not None:
                    keys[name] = key
        return keys or None

    def _protection(self, items: object) -> Protection | None:
        """Return the valid items of `protect`, even if another item is invalid; None if `items` is not a list."""
        if not isinstance(items, list):
            self._add(("protect",), 'expected a list of terms, for example ["torch", "numpy>=2"]', "removal")
            return None
        read = [(self._read(read_protected, item, ("protect",), "removal"), item) for item in items]
        valid = [(predicate, item) for predicate, item in read if predicate is not None]
        return Protection(tuple([predicate for predicate, _ in valid]), tuple([item for _, item in valid]))

    def _policy(self, table: object) -> Policy | None:
        """Return the policy; None if any of its keys is invalid: without that key it might choose more entries."""
        if not isinstance(table, dict):
            self._add(("prune",), "expected a table: write [prune], and the rules below it", "prune")
            return None
        before = len(self._problems)
        values: dict[str, Any] = {}
        for key, value in table.items():
            self._misplaced(("prune", key), value)
            if key in RULES:
                values[key] = self._read(RULES[key], value, ("prune", key), "prune")
            else:
                self._unknown(("prune",), key, RULES)
        if values.get("ci") and "not-needed-by" not in values:
            self._add(("prune", "ci"), "needs not-needed-by, which says what to keep", "prune")
        if len(self._problems) > before:
            return None
        rules = {key.replace("-", "_"): value for key, value in values.items() if key not in CHOOSERS}
        chosen = frozenset([chooser for chooser in CHOOSERS if values.get(chooser)])
        written = {key: table[key] for key in RULES if key in table}
        if isinstance(written.get("terms"), str):
            written["terms"] = [written["terms"]]
        return Policy(Rules(chosen, **rules), written)


def _meant_to_forbid(key: str) -> str:
    """Return the key that forbids removals and of which `key` may be a misspelling; "" if there is none."""
    return next((known for known in (PROTECT, READ_ONLY) if may_mean(key, known)), "")


def _leaves(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the values in a table and in its inner tables, each with its path."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves((*path, key), value)
        else:
            yield (*path, key), value
