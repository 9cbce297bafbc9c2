"""Worker threads: they read or remove, and post messages. Handlers alone change state."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message

from cachetui.browsing.catalog import Catalog
from cachetui.browsing.rows import SortOrder, Tops
from cachetui.errors import CachetuiError
from cachetui.model import Batch, Entry, Inventory
from cachetui.pip.config.location import Interpreter, Location
from cachetui.pip.memory import Memory
from cachetui.pip.scan.scanner import scan
from cachetui.preferences.file import save_theme
from cachetui.preferences.model import Preferences
from cachetui.ui.edge import edge
from cachetui.ui.preferring import Prefer, Preferred, protected_of, without

if TYPE_CHECKING:  # the first screen does not wait for what removes
    from cachetui.removal.execute import Outcome, Progress
    from cachetui.removal.plan import Plan

Told = TypeVar("Told")
Post = Callable[[Message], object]
"""Hands a message to the app; may be called from any thread."""
Stop = Callable[[], bool]
"""Tells whether to give up."""
REPORT_SECONDS = 0.1
"""Least time between two reports of some work that reach the screen."""
WRITING = Lock()
"""Held while the preferences are written: one after the other."""


def now_and_then(report: Callable[[Told], object]) -> Callable[[Told], None]:
    """Return what hands on reports that come fast, though not all of them: the screen need not draw each."""
    next_at = 0.0

    def hand_on(told: Told) -> None:
        nonlocal next_at
        if (now := time.monotonic()) >= next_at:
            next_at = now + REPORT_SECONDS
            report(told)

    return hand_on


def once(job: Callable[[], object]) -> Callable[[], None]:
    """Return a job to be run once, which then holds nothing: Textual keeps a worker longer than what it works on is."""
    waiting: list[Callable[[], object]] = [job]

    def run() -> None:
        waiting.pop()()

    return run


class Latest(Message):
    """Tells how something stands: of several the last one stands for all."""

    def can_replace(self, message: Message) -> bool:
        """Return whether another message is of the same sort."""
        return isinstance(message, type(self))


class Found(Latest):
    """A running scan has put something into the queue, which holds what all such messages bring."""


@dataclass
class Read(Message):
    """A scan has come to its end."""

    turn: int
    """Which scan it was."""
    inventory: Inventory
    """All that it found."""
    catalog: Catalog
    """The same by place."""
    tops: Tops
    """What of it stands at the top."""


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
    """The request cannot be carried out."""

    reason: str
    """A sentence that says why."""


@dataclass
class NotRemembered(Message):
    """The theme was not saved."""

    reason: str
    """A sentence that says why."""


@dataclass
class Advanced(Latest):
    """A removal has got further."""

    progress: Progress
    """How far it is."""


@dataclass
class Removed(Message):
    """A removal has come to its end."""

    plan: Plan
    """What was to go."""
    outcome: Outcome
    """What went."""


def read_cache(
    turn: int,
    location: Location,
    memory: bool,
    queue: deque[Batch],
    known: Mapping[str, Entry],
    order: SortOrder,
    *,
    post: Post,
    stop: Stop,
    tell: bool,
) -> None:
    """Read the cache, of which `known` was read before, to be shown in an order.

    With `tell`, put into the queue what is found on the way.
    """

    def report(batch: Batch) -> None:
        queue.append(batch)
        post(Found())

    remembered = Memory() if memory else None
    try:
        with edge("read the cache"):
            inventory = scan(
                location.root,
                memory=remembered,
                indexes=location.indexes,
                stop=stop,
                report=report if tell else None,
                known=known,
            )
    except (CachetuiError, OSError) as error:
        reason = f"{location.root} cannot be read: {_why(error)}." if isinstance(error, OSError) else str(error)
        post(Unread(turn, reason, missing=not _exists(location.root)))
    else:
        catalog = Catalog.of(inventory)
        for _, holding in catalog.shelves:
            holding.warm()
        tops = Tops.of(catalog.shelves)
        tops.foresee(order)
        post(Read(turn, inventory, catalog, tops))
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

    from cachetui.interpreters.lookup import default_python  # noqa: PLC0415
    from cachetui.pip.config.ask_pip import ask_pip, compare  # noqa: PLC0415

    python = python or default_python(os.environ)
    if python is not None and not stop():
        answer = ask_pip(python, os.environ, stop=stop)
        post(Asked(compare(location, answer)))


def plan(
    inventory: Inventory,
    entries: Iterable[Entry],
    *,
    read: Prefer,
    named: bool,
    purge: bool,
    now_ns: int,
    post: Post,
    stop: Stop,
) -> None:
    """Find out what of some entries would go; what the preferences protect by now stays."""
    from cachetui.pip.processes import running_pips  # noqa: PLC0415 - it starts with psutil, which costs time
    from cachetui.removal.plan import plan_removal  # noqa: PLC0415

    preferences = read()
    if stop():
        return
    post(Preferred(preferences))
    if preferences.refusal:
        post(Refused(preferences.refusal))
        return
    try:
        with edge("tell what would go"):
            protected = protected_of(inventory, preferences.protection, now_ns)
            pips = running_pips()
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


def remove(agreed: Plan, inventory: Inventory, *, read: Prefer, now_ns: int, post: Post, stop: Stop) -> None:
    """Carry out a plan that the user has agreed to, save what the preferences have come to protect since."""
    from cachetui.pip.processes import running_pips  # noqa: PLC0415
    from cachetui.removal.execute import execute  # noqa: PLC0415

    preferences = read()
    post(Preferred(preferences))
    if preferences.refusal:
        post(Refused(preferences.refusal))
        return
    agreed = without(agreed, protected_of(inventory, preferences.protection, now_ns))

    def report(progress: Progress) -> None:
        post(Advanced(progress))

    try:
        with edge("finish the removal"):
            outcome = execute(agreed, stop=stop, report=report, pips=running_pips)
    except (CachetuiError, OSError) as error:
        broken = "The removal broke off: {}. What is gone stays gone; the rest is kept."
        post(Refused(broken.format(_why(error)) if isinstance(error, OSError) else str(error)))
    else:
        post(Removed(agreed, outcome))


def remember(theme: Callable[[], str], preferences: Preferences, post: Post, stop: Stop) -> None:
    """Save the current theme; of several at once the last counts."""
    del stop  # it takes no time
    with WRITING:
        try:
            save_theme(theme(), preferences)
        except CachetuiError as error:
            post(NotRemembered(str(error)))
