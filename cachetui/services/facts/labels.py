"""Labels of entries, and what the preferences protect."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING

from packaging.tags import Tag

from cachetui.insight.copies import copies
from cachetui.insight.labelling import facts_of
from cachetui.labels import USE, Facts, Label
from cachetui.model import Entry
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Protection
from cachetui.services.options import GlobalOptions
from cachetui.services.preferences import preferred
from cachetui.system.steps import step

if TYPE_CHECKING:
    from cachetui.terms import Predicate


LOG = logging.getLogger(__name__)


def facts_for(
    entries: Collection[Entry],
    words: Collection[Label],
    options: GlobalOptions,
    protection: Protection | None = None,
    *,
    root: str,
    now_ns: int,
    note: Callable[[str], None],
    report: Callable[[str], None] = lambda _: None,
) -> Facts:
    """Return the facts behind the labels in `words`, about the entries of a whole cache, whose root is `root`.

    Without `protection`, the preferences are read if a label needs them. If `words` contains "unusable", Pythons are
    asked for their tags; if it contains "used" or "unused", the files of the environments are read. `now_ns` is in
    nanoseconds since the epoch. `note` gets sentences: what cannot be known, how many environments were read, and
    the problems of the preferences. `report` gets the progress in words.
    """
    alike = partial(copies, root=root)
    tags: Collection[frozenset[Tag]] = ()
    used: Mapping[str, bool] = {}
    if "unusable" in words:
        from cachetui.services.pythons import supported_tags  # noqa: PLC0415 - seldom needed, and slow to load

        tags = supported_tags(options, note=note, report=report)
    if not USE.isdisjoint(words):
        from cachetui.services.facts.environments import usage_here, usage_words  # noqa: PLC0415 - as above

        report("Reading the environments")
        usage = usage_here(entries, root, read_preferences(), memory=not options.no_memory, demo=options.demo)
        note(usage_words(usage))
        used = usage.used
    if "protected" not in words:
        return facts_of(entries, words, now_ns=now_ns, alike=alike, tags=tags, used=used)
    if protection is None:
        preferences = preferred(note)
        protection = preferences.protection
        if preferences.refusal:
            note(preferences.refusal)
    return facts_of(entries, words, now_ns=now_ns, alike=alike, tags=tags, used=used, protect=protection)


def matching(
    entries: Collection[Entry],
    predicate: Predicate,
    options: GlobalOptions,
    protection: Protection | None = None,
    *,
    root: str,
    now_ns: int,
    note: Callable[[str], None],
    report: Callable[[str], None] = lambda _: None,
) -> tuple[Entry, ...]:
    """Return the entries of a whole cache that satisfy the terms in `predicate`, in the order of `entries`.

    The other arguments are those of `facts_for`.
    """
    with step(LOG, "matched the terms"):
        facts = facts_for(
            entries, predicate.words, options, protection, root=root, now_ns=now_ns, note=note, report=report
        )
        return tuple([entry for entry in entries if predicate(entry, facts)])


def protected_entries(entries: Collection[Entry], protection: Protection, root: str, now_ns: int) -> frozenset[str]:
    """Return the paths of the entries that the preferences protect.

    `entries` are those of a whole cache, whose root is `root`. `now_ns` is in nanoseconds since the epoch.
    """
    if not protection.terms:
        return frozenset()
    return facts_of(entries, (), now_ns=now_ns, alike=partial(copies, root=root), protect=protection).protected
