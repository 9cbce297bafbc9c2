"""Preferences as values."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from cachetui.text.excerpt import brief

if TYPE_CHECKING:  # the first screen does not wait for terms
    from cachetui.labels import Facts, Label
    from cachetui.model import Entry
    from cachetui.rules import Moment, Rules
    from cachetui.terms import Predicate

SortBy = Literal["size", "name", "count", "age"]
"""Columns by which the browser sorts."""
ColumnName = Literal["share", "bar", "files", "age", "kind"]
"""Columns beside names and sizes, shown if there is room."""
COLUMNS: tuple[ColumnName, ...] = get_args(ColumnName)
Blocked = Literal["", "prune", "removal"]
"""Action that a problem blocks until it is fixed: none, running the policy, or any removal."""
KEYS = ("theme", "columns", "sort", "age", "keys", "protect", "prune")
"""The keys of the file."""
BARE = re.compile("[A-Za-z0-9_-]+")
"""A key that TOML writes without quotes."""


class Problem(NamedTuple):
    """Something wrong in the file."""

    key: str
    """The path of the key, as TOML writes it; empty for the file as a whole."""
    sentence: str
    """The problem and its fix, without a full stop; it may quote the file."""
    blocks: Blocked = ""
    """Action that it blocks until it is fixed."""

    def __str__(self) -> str:
        """Return the sentence behind the key."""
        return f"{self.key}: {self.sentence}" if self.key else self.sentence


def key_path(*keys: str) -> str:
    """Return the path of a key as TOML writes it, such as `keys."rows.up"`; long keys are cut."""
    return ".".join([brief(key) if BARE.fullmatch(key) else _quoted(brief(key)) for key in keys])


def _quoted(key: str) -> str:
    return json.dumps(key, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON allows it unescaped, TOML does not


class Sorting(NamedTuple):
    """The browser's order at the start."""

    by: SortBy = "size"
    """The column."""
    reverse: bool = False
    """Whether the order is reversed."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Protected entries: all that one of these terms matches."""

    terms: tuple[Predicate, ...] = ()
    """Each item of `protect`, parsed: terms joined by "and"."""
    written: tuple[str, ...] = ()
    """The same items as written."""

    @property
    def words(self) -> frozenset[Label]:
        """The facts that the terms need."""
        return frozenset([word for predicate in self.terms for word in predicate.words])

    def __call__(self, entry: Entry, facts: Facts) -> bool:
        """Return whether an entry is protected."""
        return any(predicate(entry, facts) for predicate in self.terms)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules that `prune` applies if the command line gives none."""

    rules: Rules
    """The rules; an empty policy chooses nothing."""
    values: Mapping[str, Any]
    """Values as written, by key, in the order of the options of `prune`."""

    @property
    def options(self) -> str:
        """Return the options and terms of `prune` that do the same."""
        typed = []
        for key, value in self.values.items():
            if key == "terms":
                typed += [shlex.quote(term) for term in value]
            elif value is not False:
                typed.append(f"--{key}" if value is True else f"--{key} {shlex.quote(str(value))}")
        return " ".join(typed)


@dataclass(frozen=True, slots=True)
class Preferences:
    """The values in force: those of the file, or else the defaults."""

    path: Path | None = None
    """The file, whether it exists or not."""
    exists: bool = False
    """Whether the file, or anything else of its name, exists."""
    theme: str | None = None
    """The browser's theme, set in the file or else chosen in the palette; None is the default theme."""
    columns: tuple[ColumnName, ...] = COLUMNS
    """Columns beside names and sizes, shown if there is room."""
    sort: Sorting = field(default_factory=Sorting)
    """The browser's order at the start."""
    age: Moment = "downloaded"
    """The age that the browser shows, and sorts by, at the start."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by key binding id. Only the browser knows whether a key exists and is free."""
    protection: Protection = Protection()
    """The valid items of `protect`. With an invalid one nothing may be removed: see `refusal`."""
    policy: Policy | None = None
    """The policy of `prune`; None if there is none, or a problem in it."""
    problems: tuple[Problem, ...] = ()
    """All problems, in the order of the file."""
    given: frozenset[str] = frozenset()
    """Keys of `KEYS` that the file sets to a valid value."""

    def blocking(self, action: Blocked) -> Problem | None:
        """Return the first problem that blocks an action, if there is one."""
        return next((problem for problem in self.problems if problem.blocks == action), None)

    @property
    def refusal(self) -> str | None:
        """Return why nothing may be removed; None if removal is allowed."""
        problem = self.blocking("removal")
        if problem is None:
            return None
        where = f"{self.path}: {problem}"
        return f"What is protected cannot be told, so nothing is removed until that is mended: {where}."
