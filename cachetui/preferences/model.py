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

if TYPE_CHECKING:  # terms are not loaded for the first screen
    from cachetui.labels import Facts, Label
    from cachetui.model import AgeField, Entry
    from cachetui.prune_rules import Rules
    from cachetui.terms import Predicate

SortBy = Literal["size", "name", "count", "age"]
"""Columns that the browser can sort by."""
ColumnName = Literal["share", "bar", "files", "age", "kind"]
"""Optional columns beside names and sizes, shown if there is room."""
COLUMNS: tuple[ColumnName, ...] = get_args(ColumnName)
Notify = Literal["desktop", "bell", "never"]
"""Ways to notify the user of the end of a long removal while another window has the focus."""
Blocked = Literal["", "prune", "removal"]
"""Action that a problem blocks until it is fixed: none, running the policy, or any removal."""
KEYS = (
    *("theme", "columns", "sort", "age", "notify", "fresh-hours", "keys", "protect", "prune"),
    *("read-only", "environments"),
)
"""Keys of the preferences file."""
PROTECT, READ_ONLY = "protect", "read-only"
"""Keys that forbid removals; mistakes in them forbid all removals, to be safe."""
BARE = re.compile("[A-Za-z0-9_-]+")
"""Pattern of a key that TOML writes without quotes."""


class Problem(NamedTuple):
    """A problem in the preferences file, or in the file of projects protected in the browser."""

    key: str
    """Path of the key as TOML writes it, or of the file of protected projects; "" for the whole preferences file."""
    sentence: str
    """Problem and its fix, without a full stop; it may quote the file."""
    blocks: Blocked = ""
    """Action that the problem blocks until it is fixed."""

    @property
    def is_about_read_only(self) -> bool:
        """Whether the problem leaves it unclear if the user set `read-only`."""
        return self.blocks == "removal" and may_mean(self.key.rpartition(".")[2].strip('"'), READ_ONLY)

    def __str__(self) -> str:
        """Return the key, if there is one, and the sentence."""
        return f"{self.key}: {self.sentence}" if self.key else self.sentence


ALIKE = 0.75
"""Smallest similarity (a ratio of `difflib`, from 0 to 1) at which a key may be a misspelling of another."""


def may_mean(key: str, known: str) -> bool:
    """Return whether a key is a known key, or may be a misspelling of it."""
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

    return bool(get_close_matches(key.lower().replace("_", "-"), [known], 1, ALIKE))


def key_path(*keys: str) -> str:
    """Return the path of a key as TOML writes it, such as `keys."rows.up"`; long keys are shortened."""
    return ".".join([brief(key) if BARE.fullmatch(key) else _quoted(brief(key)) for key in keys])


def _quoted(key: str) -> str:
    return json.dumps(key, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON allows it unescaped, TOML does not


class Sorting(NamedTuple):
    """Initial sort order of the browser."""

    by: SortBy = "size"
    """Column to sort by."""
    reverse: bool = False
    """Whether the order is reversed."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Protected entries: each entry that one of the predicates matches."""

    terms: tuple[Predicate, ...] = ()
    """Parsed items of `protect`, followed by those for the projects in `chosen`."""
    written: tuple[str, ...] = ()
    """Items of `protect` as written."""
    chosen: tuple[str, ...] = ()
    """Projects that the user protected in the browser, whose predicates come after those of `protect`."""

    @property
    def of_file(self) -> Protection:
        """Protection by the preferences file, without the projects chosen in the browser."""
        return Protection(self.terms[: len(self.terms) - len(self.chosen)], self.written)

    @property
    def words(self) -> frozenset[Label]:
        """Labels whose facts must be known to evaluate the terms."""
        return frozenset([word for predicate in self.terms for word in predicate.words])

    def __call__(self, entry: Entry, facts: Facts) -> bool:
        """Return whether an entry is protected."""
        return any(predicate(entry, facts) for predicate in self.terms)


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules that `prune` applies if the command line gives none."""

    rules: Rules
    """Rules of the policy; an empty policy chooses nothing."""
    values: Mapping[str, Any]
    """Values as written, by key, in the order of `parse_values.RULES`; `terms` is always a list."""

    @property
    def options(self) -> str:
        """Options and terms of `prune` that have the same effect as the policy."""
        typed = []
        for key, value in self.values.items():
            if key == "terms":
                typed += [shlex.quote(term) for term in value]
            elif key == "not-needed-by":
                typed += [f"--{key} {_quoted_path(file)}" for file in value]
            elif value is not False:
                typed.append(f"--{key}" if value is True else f"--{key} {shlex.quote(str(value))}")
        return " ".join(typed)


def _quoted_path(path: str) -> str:
    """Quote a path for a shell, so that a leading `~` keeps its meaning."""
    home, slash, rest = path.partition("/") if path.startswith("~") else ("", "", path)
    return f"{home}{slash}{shlex.quote(rest)}" if rest else home + slash


@dataclass(frozen=True, slots=True)
class Preferences:
    """Preferences in force: those of the file and those chosen in the browser, or else the defaults."""

    path: Path | None = None
    """Path of the file, which need not exist."""
    exists: bool = False
    """Whether there is a file, or anything else, at `path`."""
    theme: str | None = None
    """Theme of the browser, set in the file or else chosen in the palette; None for the default theme."""
    columns: tuple[ColumnName, ...] = COLUMNS
    """Optional columns beside names and sizes, shown if there is room."""
    sort: Sorting = field(default_factory=Sorting)
    """Initial sort order of the browser."""
    age: AgeField = "downloaded"
    """Time from which the browser initially counts the ages that it shows and sorts by."""
    notify: Notify = "desktop"
    """Way to notify the user of the end of a long removal while another window has the focus."""
    fresh_hours: int | None = None
    """Maximum number of hours from upload to download of the files that Health reports; None to report none."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the ids of key bindings. Only the browser knows whether a key exists and is free."""
    protection: Protection = Protection()
    """Valid items of `protect`, and projects protected in the browser. An invalid item forbids removal (`refusal`)."""
    read_only: bool = False
    """Whether nothing may be removed and no settings of pip may be changed."""
    environments: tuple[str, ...] = ()
    """Folders and patterns in which to look for environments, as written."""
    policy: Policy | None = None
    """Policy of `prune`; None if there is none, or if it has a problem."""
    problems: tuple[Problem, ...] = ()
    """All problems, in the order of the file; the last may be about the file of projects protected in the browser."""
    given: frozenset[str] = frozenset()
    """Keys of `KEYS` that the file sets to a valid value."""

    def blocking(self, action: Blocked) -> Problem | None:
        """Return the first problem that blocks an action; None if there is none."""
        return next((problem for problem in self.problems if problem.blocks == action), None)

    @property
    def refusal(self) -> str | None:
        """Sentence saying that a problem forbids all removals; None if none does. Does not depend on `read_only`."""
        problem = self.blocking("removal")
        if problem is None:
            return None
        where = str(problem) if Path(problem.key).is_absolute() else f"{self.path}: {problem}"
        what = "Whether this is read-only" if problem.is_about_read_only else "What is protected"
        return f"{what} is not clear, so nothing is removed until this is fixed: {where}."

    @property
    def way_out(self) -> str:
        """How a user can turn off `read_only`, as the start of a sentence."""
        return f"Change read-only in {self.path}, and start cachetui again,"

    @property
    def settings_refusal(self) -> str | None:
        """Sentence saying that a problem forbids changes of pip's settings; None if none does. Ignores `read_only`."""
        for problem in self.problems:
            if problem.is_about_read_only or (problem.blocks == "removal" and not problem.key):
                return (
                    "Whether this is read-only is not clear, so no settings are changed until this is fixed: "
                    f"{self.path}: {problem}."
                )
        return None
