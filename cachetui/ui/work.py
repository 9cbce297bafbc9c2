"""What runs in threads beside the screen: it reads or removes, and posts messages. Handlers alone change state."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from textual.message import Message

from cachetui.errors import CachetuiError, RootError
from cachetui.model import Batch, Entry, Inventory
from cachetui.pip.location import Interpreter, Location
from cachetui.pip.memory import Memory
from cachetui.pip.scan import scan
from cachetui.preferences.file import remember_theme
from cachetui.preferences.values import Protection
from cachetui.ui.catalog import Catalog

if TYPE_CHECKING:  # the first screen does not wait for what removes
    from cachetui.removal.execution import Outcome, Progress
    from cachetui.removal.plan import Plan

Post = Callable[[Message], object]
"""Hands a message to the app; may be called from any thread."""
Stop = Callable[[], bool]
"""Tells whether to give up."""
WRITING = Lock()
"""Held while the preferences are written: one after the other."""


class Found(Message):
    """A running scan has put something into the queue."""

    def can_replace(self, message: Message) -> bool:
        """Let one message stand for many: the queue holds what they bring."""
        return isinstance(message, Found)


@dataclass
class Read(Message):
    """A scan has come to its end."""

    turn: int
    """Which scan it was."""
    inventory: Inventory
    """All that it found."""
    catalog: Catalog
    """The same by place."""


@dataclass
class Unread(Message):
    """The cache could not be read."""

    turn: int
    """Which scan it was."""
    reason: str
    """A sentence that says why."""
    missing: bool
    """Whether there is nothing at the root at all."""


@dataclass
class Asked(Message):
    """pip itself was asked where its cache is."""

    difference: str | None
    """A sentence, if its answer differs."""


@dataclass
class Planned(Message):
    """It is known what would go."""

    plan: Plan
    """What would go."""
    purge: bool
    """Whether everything is meant."""


@dataclass
class Refused(Message):
    """What was asked for cannot be done."""

    reason: str
    """A sentence that says why."""


@dataclass
class NotRemembered(Message):
    """The theme could not be written into the preferences."""

    reason: str
    """A sentence that says why."""


@dataclass
class Advanced(Message):
    """A removal has got further."""

    progress: Progress
    """How far it is."""

    def can_replace(self, message: Message) -> bool:
        """Let the last one stand for all."""
        return isinstance(message, Advanced)


@dataclass
class Removed(Message):
    """A removal has come to its end."""

    plan: Plan
    """What was to go."""
    outcome: Outcome
    """What went."""


def read_cache(
    turn: int, location: Location, memory: bool, queue: deque[Batch], post: Post, stop: Stop, tell: bool
) -> None:
    """Read the cache; with `tell`, put into the queue what is found on the way."""

    def report(batch: Batch) -> None:
        queue.append(batch)
        post(Found())

    remembered = Memory() if memory else None
    try:
        inventory = scan(
            location.root,
            memory=remembered,
            indexes=location.indexes,
            stop=stop,
            report=report if tell else None,
        )
    except (RootError, OSError) as error:
        reason = f"{location.root} cannot be read: {_why(error)}." if isinstance(error, OSError) else str(error)
        post(Unread(turn, reason, missing=not _exists(location.root)))
    else:
        catalog = Catalog.of(inventory)
        for _, holding in catalog.shelves:
            holding.warm()
        post(Read(turn, inventory, catalog))
    finally:
        if remembered is not None:
            remembered.close()


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def _exists(root: Path) -> bool:
    try:
        return root.exists() or root.is_symlink()
    except OSError:  # a parent may not be looked into: whether it is there cannot be told
        return True


def ask_about(location: Location, python: Interpreter | None, post: Post, stop: Stop) -> None:
    """Ask pip itself where its cache is, and tell how that differs."""
    import os  # noqa: PLC0415 - with what follows it is needed late

    from cachetui.interpreters.named import default_python  # noqa: PLC0415
    from cachetui.pip.location import ask_pip, compare  # noqa: PLC0415

    python = python or default_python(os.environ)
    if python is not None and not stop():
        answer = ask_pip(python, os.environ, stop=stop)
        post(Asked(compare(location, answer)))


def plan(
    inventory: Inventory,
    entries: Iterable[Entry],
    *,
    protection: Protection,
    named: bool,
    purge: bool,
    now_ns: int,
    post: Post,
    stop: Stop,
) -> None:
    """Find out what of some entries would go; what the preferences protect stays."""
    from cachetui.insight.judging import facts_of  # noqa: PLC0415 - the first screen does not wait for it
    from cachetui.pip.running import running_pips  # noqa: PLC0415 - it starts with psutil, which costs time
    from cachetui.removal.plan import plan_removal  # noqa: PLC0415

    protected: frozenset[str] = frozenset()
    if protection.terms:
        protected = facts_of(inventory.entries, (), now_ns=now_ns, protect=protection).protected
    pips = running_pips()
    try:
        found = plan_removal(
            inventory, entries, pips=pips, now_ns=now_ns, named=named, purge=purge, protected=protected
        )
    except (CachetuiError, OSError) as error:
        reason = f"What would go cannot be told: {_why(error)}." if isinstance(error, OSError) else str(error)
        if not stop():
            post(Refused(reason))
    else:
        if not stop():
            post(Planned(found, purge))


def remove(agreed: Plan, post: Post, stop: Stop) -> None:
    """Carry out a plan that the user has agreed to."""
    from cachetui.pip.running import running_pips  # noqa: PLC0415
    from cachetui.removal.execution import carry_out  # noqa: PLC0415

    def report(progress: Progress) -> None:
        post(Advanced(progress))

    try:
        outcome = carry_out(agreed, stop=stop, report=report, pips=running_pips)
    except (CachetuiError, OSError) as error:
        broken = "The removal broke off: {}. What is gone stays gone; the rest is kept."
        post(Refused(broken.format(_why(error)) if isinstance(error, OSError) else str(error)))
    else:
        post(Removed(agreed, outcome))


def remember(theme: Callable[[], str], path: Path | None, post: Post, stop: Stop) -> None:
    """Write the theme of the moment into the preferences; of several at once the last counts."""
    del stop  # it takes no time
    with WRITING:
        try:
            remember_theme(theme(), path)
        except CachetuiError as error:
            post(NotRemembered(str(error)))
