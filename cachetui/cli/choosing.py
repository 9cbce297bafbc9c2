"""Which entries are meant: by terms, with the facts that these need."""

from __future__ import annotations

import time
from collections.abc import Collection

from packaging.tags import Tag

from cachetui.cli.notes import note
from cachetui.cli.options import Settings
from cachetui.errors import RefusedError
from cachetui.insight.labelling import facts_of
from cachetui.labels import Facts, Word
from cachetui.model import Entry
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Preferences, Protection
from cachetui.terms import Predicate


def preferred() -> Preferences:
    """Read the user's preferences. Tells on stderr what is wrong in them."""
    preferences = read_preferences()
    for complaint in preferences.complaints:
        if not complaint.stops:
            note(f"{preferences.path}, {complaint}.")
    return preferences


def preferred_for_removal() -> Preferences:
    """Read the user's preferences. Raises RefusedError where what they protect cannot be told."""
    preferences = preferred()
    if preferences.refusal:
        raise RefusedError(preferences.refusal)
    return preferences


def protected(entries: Collection[Entry], protection: Protection) -> frozenset[str]:
    """Return the paths of what is protected, of all entries of a cache."""
    if not protection.terms:
        return frozenset()
    return facts_of(entries, (), now_ns=time.time_ns(), protect=protection).protected


def matching(
    entries: Collection[Entry], predicate: Predicate, settings: Settings, protection: Protection | None = None
) -> tuple[Entry, ...]:
    """Return the entries of which all terms are true, in their order."""
    facts = facts_for(entries, predicate.words, settings, protection)
    return tuple([entry for entry in entries if predicate(entry, facts)])


def facts_for(
    entries: Collection[Entry], words: Collection[Word], settings: Settings, protection: Protection | None = None
) -> Facts:
    """Return what must be known to tell `words`; the preferences are read where their protection is not given.

    Tells on stderr if something cannot be known.
    """
    tags = _tags(settings) if "unusable" in words else ()
    if "protected" not in words:
        return facts_of(entries, words, now_ns=time.time_ns(), tags=tags)
    if protection is None:
        preferences = preferred()
        protection = preferences.protection
        if preferences.refusal:
            note(preferences.refusal)
    return facts_of(entries, words, now_ns=time.time_ns(), tags=tags, protect=protection)


def _tags(settings: Settings) -> tuple[frozenset[Tag], ...]:
    """Return what the Python takes that is named, or else what each takes that is found or remembered here."""
    from cachetui.cli.pythons import found, named  # noqa: PLC0415 - seldom needed, and slow to load
    from cachetui.interpreters.supported_tags import reach_of  # noqa: PLC0415

    portrait = named(settings)
    if portrait is not None:
        tags = portrait.wheel_tags()
        if not tags:
            note(f"What {settings.python} can use cannot be told: nothing counts as unusable.")
        return (tags,) if tags else ()
    reach = reach_of(found(settings))
    for sentence in reach.notes:
        note(sentence)
    if not (reach.tags or reach.notes):
        note("There is no Python here that says what it can use: nothing counts as unusable. --python names one.")
    return reach.tags
