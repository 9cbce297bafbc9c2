"""Labels that a filter needs of all entries together, computed in a worker thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from cachetui.labels import Facts, Word
from cachetui.model import Entry

if TYPE_CHECKING:  # asked seldom
    from packaging.tags import Tag

    from cachetui.pip.config.location import Interpreter

AT_ONCE = 2_000
"""Entries of which facts are found out within a frame; more are looked at in a thread."""


@dataclass
class Judged(Message):
    """Facts are known."""

    turn: int
    """About which catalog."""
    words: frozenset[Word]
    """What they tell."""
    facts: Facts
    """The facts."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Something to find out."""

    turn: int
    """About which catalog, as the listing counts them."""
    words: frozenset[Word]
    """What is to be told."""
    entries: Collection[Entry]
    """Of which entries."""
    now_ns: int
    """The moment from which ages are counted, in nanoseconds since the epoch."""
    python: Interpreter | None
    """The Python that what is unusable is told for."""
    protect: Callable[[Entry, Facts], bool] | None
    """Tells what the preferences protect."""
    tags: Collection[frozenset[Tag]] = ()
    """What each Python that was found takes, for what is unusable where none was named."""

    @property
    def quick(self) -> bool:
        """Whether it may be found out within a frame."""
        return len(self.entries) <= AT_ONCE and not ("unusable" in self.words and self.python)

    def find(self) -> Judged:
        """Find it out. May run an interpreter, to ask for its tags."""
        from cachetui.insight.labelling import facts_of  # noqa: PLC0415 - asked seldom

        protect = self.protect if "protected" in self.words else None
        facts = facts_of(self.entries, self.words, now_ns=self.now_ns, tags=self._tags(), protect=protect)
        return Judged(self.turn, self.words, facts)

    def _tags(self) -> Collection[frozenset[Tag]]:
        if "unusable" not in self.words or self.python is None:
            return self.tags
        from cachetui.interpreters.info import interpreter_info  # noqa: PLC0415
        from cachetui.interpreters.lookup import Python  # noqa: PLC0415 - asked seldom

        tags = interpreter_info(Python(self.python.executable, self.python.prefix), os.environ).wheel_tags()
        return (tags,) if tags else ()
