"""Which entries are meant: by terms, with the facts that these need."""

from __future__ import annotations

import os
import time
from collections.abc import Collection

from packaging.tags import Tag

from cachetui.cli.notes import note
from cachetui.cli.options import Settings
from cachetui.facts import Facts, Word
from cachetui.insight.judging import facts_of
from cachetui.interpreters import python_at, tags_of
from cachetui.model import Entry
from cachetui.terms import Predicate


def matching(entries: Collection[Entry], predicate: Predicate, settings: Settings) -> tuple[Entry, ...]:
    """Return the entries of which all terms are true, in their order."""
    facts = facts_for(entries, predicate.words, settings)
    return tuple([entry for entry in entries if predicate(entry, facts)])


def facts_for(entries: Collection[Entry], words: Collection[Word], settings: Settings) -> Facts:
    """Return what must be known to tell `words`. Tells on stderr if it cannot be known."""
    tags: tuple[frozenset[Tag], ...] = ()
    if "unusable" in words:
        found = tags_of(python_at(settings.python), os.environ) if settings.python else None
        if found:
            tags = (found,)
        elif settings.python:
            note(f"What {settings.python} can use cannot be told, for it does not say: nothing counts as unusable.")
        else:
            note("What is unusable is told for a Python that is named: add --python. Until then nothing counts as it.")
    return facts_of(entries, words, now_ns=time.time_ns(), tags=tags)
