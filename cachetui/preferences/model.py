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
    from cachetui.labels import Facts, Word
    from cachetui.model import Entry
    from cachetui.rules import Moment, Rules
    from cachetui.terms import Predicate

SortBy = Literal["size", "name", "count", "age"]
"""By what the browser sorts."""
ColumnName = Literal["share", "bar", "files", "age", "kind"]
"""What the browser shows beside names and sizes, where there is room."""
COLUMNS: tuple[ColumnName, ...] = get_args(ColumnName)
Stops = Literal["", "prune", "removal"]
"""What does not happen until a complaint is mended: nothing in particular, the policy, or any removal."""
KEYS = ("theme", "columns", "sort", "age", "keys", "protect", "prune")
"""The keys of the file."""
BARE = re.compile("[A-Za-z0-9_-]+")
"""A key that TOML writes without quotes."""


class Problem(NamedTuple):
    """Something wrong in the file."""

    key: str
    """The path of the key, as TOML writes it; empty if it is the file itself."""
    sentence: str
    """What is wrong and what to do, without a full stop; it may quote the file."""
    stops: Stops = ""
    """What does not happen until it is mended."""

    def __str__(self) -> str:
        """Return it with its key."""
        return f"{self.key}: {self.sentence}" if self.key else self.sentence


def key_path(*keys: str) -> str:
    """Return the path of a key as TOML writes it, such as `keys."rows.up"`; long keys are cut."""
    return ".".join([brief(key) if BARE.fullmatch(key) else _quoted(brief(key)) for key in keys])


def _quoted(key: str) -> str:
    return json.dumps(key, ensure_ascii=False).replace("\x7f", "\\u007f")  # which TOML takes only so


class Sorting(NamedTuple):
    """How the browser sorts at first."""

    by: SortBy = "size"
    """By what."""
    reverse: bool = False
    """Whether the other way round."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Protected entries: all that one of these terms matches."""

    terms: tuple[Predicate, ...] = ()
    """Each as parsed: terms joined by "and"."""
    written: tuple[str, ...] = ()
    """The same as written."""

    @property
    def words(self) -> frozenset[Word]:
        """The facts that must be known to tell."""
        return frozenset([word for predicate in self.terms for word in predicate.words])

    def __call__(self, entry: Entry, facts: Facts) -> bool:
        """Return whether an entry is protected."""
        return any(predicate(entry, facts) for predicate in self.terms)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of `prune` when none are given."""

    rules: Rules
    """The rules; with nothing in them nothing is chosen."""
    values: Mapping[str, Any]
    """What the file says, by key, in the order of the options of `prune`."""

    @property
    def options(self) -> str:
        """Return what one would type after `prune` to the same end."""
        typed = []
        for key, value in self.values.items():
            if key == "terms":
                typed += [shlex.quote(term) for term in value]
            elif value is not False:
                typed.append(f"--{key}" if value is True else f"--{key} {shlex.quote(str(value))}")
        return " ".join(typed)


@dataclass(frozen=True, slots=True)
class Preferences:
    """The values in force: of the file, or else the defaults."""

    path: Path | None = None
    """The file, there or not."""
    exists: bool = False
    """Whether there is something of this name."""
    theme: str | None = None
    """The browser's theme; None is its own."""
    columns: tuple[ColumnName, ...] = COLUMNS
    """What the browser shows beside names and sizes, where there is room."""
    sort: Sorting = field(default_factory=Sorting)
    """How the browser sorts at first."""
    age: Moment = "downloaded"
    """Which age the browser shows at first, and sorts by."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the id of what they do. Whether there is such a key, and whether it is free, only the browser knows."""
    protection: Protection = Protection()
    """What never goes, as far as it can be told: see `stopping`."""
    policy: Policy | None = None
    """What `prune` does when nothing is asked for; None where there is none, or something is wrong in it."""
    complaints: tuple[Problem, ...] = ()
    """Everything that is wrong, in the order of the file."""
    given: frozenset[str] = frozenset()
    """Which of `KEYS` the file sets, validly."""

    def stopping(self, what: Stops) -> Problem | None:
        """Return the first complaint that keeps something from happening, if there is one."""
        return next((complaint for complaint in self.complaints if complaint.stops == what), None)

    @property
    def refusal(self) -> str | None:
        """Say why nothing may be removed; None where it may."""
        complaint = self.stopping("removal")
        if complaint is None:
            return None
        return (
            f"What is protected cannot be told, so nothing is removed until that is mended: {self.path}: {complaint}."
        )
