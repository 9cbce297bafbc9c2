"""The preferences as they are now, and what they protect: read and found out beside the screen."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.message import Message

from cachetui.browsing.catalog import Catalog
from cachetui.browsing.marks import Guarded
from cachetui.model import Inventory
from cachetui.preferences.model import Preferences, Protection

if TYPE_CHECKING:  # the first screen does not wait for what removes
    from cachetui.removal.plan import Plan
    from cachetui.ui.workers import Post, Stop

Prefer = Callable[[], Preferences]
"""Reads the preferences as they are now."""


@dataclass
class Preferred(Message):
    """The preferences have been read again."""

    preferences: Preferences
    """What they say now."""
    rules: bool = False
    """Whether the rules are to be shown by them."""


@dataclass
class Protected(Message):
    """It is known what the preferences protect."""

    guarded: Guarded
    """Which entries."""


def prefer(read: Prefer, rules: bool, post: Post, stop: Stop) -> None:
    """Read the preferences again."""
    preferences = read()
    if not stop():
        post(Preferred(preferences, rules))


def guard(inventory: Inventory, catalog: Catalog, protection: Protection, now_ns: int, post: Post, stop: Stop) -> None:
    """Find out which entries the preferences protect."""
    guarded = Guarded.of(catalog, protected_of(inventory, protection, now_ns))
    if not stop():
        post(Protected(guarded))


def protected_of(inventory: Inventory, protection: Protection, now_ns: int) -> frozenset[str]:
    """Return the paths of the entries that the preferences protect; `now_ns` is in nanoseconds since the epoch."""
    if not protection.terms:
        return frozenset()
    from cachetui.insight.labelling import facts_of  # noqa: PLC0415 - the first screen does not wait for it

    return facts_of(inventory.entries, (), now_ns=now_ns, protect=protection).protected


def without(agreed: Plan, protected: Collection[str]) -> Plan:
    """Return a plan that takes nothing protected. Where a directory or a companion must stay for that, it does so."""
    from cachetui.removal.plan import PROTECTED, Kept  # noqa: PLC0415

    staying = [Kept(entry.path, PROTECTED) for entry in agreed.entries if entry.path in protected]
    if not staying:
        return agreed
    going = tuple([entry for entry in agreed.entries if entry.path not in protected])
    return replace(agreed, entries=going, kept=(*agreed.kept, *staying))
