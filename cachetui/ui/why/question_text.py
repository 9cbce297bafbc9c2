"""Questions of why pip did something: what may be asked, and how the answer is found beside the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version
from textual.message import Message

from cachetui.browsing.catalog import Catalog, Rank
from cachetui.browsing.model import BrowserModel
from cachetui.browsing.rows import Row
from cachetui.errors import CachetuiError
from cachetui.model import Entry, Inventory
from cachetui.ui.edge import edge

if TYPE_CHECKING:  # the first screen does not wait for these
    from cachetui.insight.why.explanation import Explanation
    from cachetui.insight.why.question import Question
    from cachetui.ui.workers import Post, Stop

    Answer = Callable[[Question, Inventory, float, Stop], Explanation]
    """Answers a question at a time in seconds since the epoch; runs a Python, so it may take some seconds."""

EXAMPLE = "psycopg2==2.4.1"
"""What the demo has been made up for."""
ANYTHING = (EXAMPLE, "torch")
"""What is given as an example where a cache has none."""


@dataclass
class Explained(Message):
    """There is an answer."""

    turn: int
    """Which question it answers."""
    explanation: Explanation
    """The answer."""


@dataclass
class Unexplained(Message):
    """There is no answer."""

    turn: int
    """Which question it was."""
    reason: str
    """A sentence that says why; untrusted text."""
    understood: bool
    """Whether the question itself made sense."""


def explain(turn: int, text: str, inventory: Inventory, answer: Answer, now: float, post: Post, stop: Stop) -> None:
    """Answer a question in a worker thread; `now` is in seconds since the epoch."""
    from cachetui.insight.why.pip_command import QuestionError  # noqa: PLC0415
    from cachetui.insight.why.question import read_question  # noqa: PLC0415

    try:
        with edge("answer this"):
            question = read_question(text)
            found = None if stop() else answer(question, inventory, now, stop)
    except QuestionError as error:
        message: Message = Unexplained(turn, error.redacted(), understood=False)
    except (CachetuiError, OSError) as error:
        reason = f"This cannot be answered: {error.strerror or error}." if isinstance(error, OSError) else str(error)
        message = Unexplained(turn, reason, understood=True)
    else:
        if found is None:
            return
        message = Explained(turn, found)
    if not stop():
        post(message)


def sign_of(listing: BrowserModel, paths: Iterable[str]) -> str:
    """Return how entries are marked: x, - or blank; empty where none of them is there."""
    marked = [entry.path in listing.marks.at(listing.catalog.shelf(entry)) for entry in _known(listing, paths)]
    return "" if not marked else "x" if all(marked) else "-" if any(marked) else " "


def toggle(listing: BrowserModel, paths: Iterable[str]) -> None:
    """Mark entries, whatever a filter shows; or unmark them, where all are marked."""
    entries = _known(listing, paths)
    if sign_of(listing, [entry.path for entry in entries]) == "x":
        listing.marks.take(entries, listing.catalog)
    else:
        listing.marks.add(entries, listing.catalog)


def _known(listing: BrowserModel, paths: Iterable[str]) -> list[Entry]:
    return [entry for path in paths if (entry := listing.catalog.entries.get(path)) is not None]


def requirement_of(row: Row) -> str:
    """Return what pip would have been asked for to get what a row stands for; empty where that is nothing."""
    if row.foreign or row.place.rank is not Rank.PROJECT:
        return ""
    version = next((entry.version for entry in row.holding.entries if entry.version), None) if row.depth else None
    if version is None:
        return row.place.project
    try:
        Version(version)
    except InvalidVersion:
        return row.place.project
    return f"{row.place.project}=={version}"


def examples(catalog: Catalog) -> tuple[str, ...]:
    """Return what could be asked of a cache: a version that is not its project's newest, and the biggest project."""
    projects = [(place.project, holding) for place, holding in catalog.shelves if place.rank is Rank.PROJECT]
    if not projects:
        return ANYTHING
    biggest, _ = max(projects, key=lambda pair: pair[1].disk)
    others = [pair for pair in projects if pair[0] != biggest] or projects
    name, holding = max(others, key=lambda pair: len(pair[1].entries))
    versions = [version.label for version in holding.versions if version.label]
    return (f"{name}=={versions[-1]}" if versions else name), biggest
