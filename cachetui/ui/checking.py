"""Health checks in worker threads, and the messages that they post."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from cachetui.errors import CachetuiError
from cachetui.model import Entry, File, Inventory
from cachetui.ui import workers
from cachetui.ui.edge import edge

if TYPE_CHECKING:  # the first screen does not wait for these
    from cachetui.insight.health.finding import Finding
    from cachetui.insight.health.verification import Progress, Verified

    Files = tuple[File, ...]


@dataclass
class Checked(Message):
    """It is known what is wrong, as far as can be seen."""

    turn: int
    """Which reading was looked at."""
    findings: tuple[Finding, ...]
    """What is wrong."""


@dataclass
class Verifying(workers.Latest):
    """A verification has got further."""

    turn: int
    """Which one."""
    progress: Progress
    """How far it is."""


@dataclass
class Proved(Message):
    """A verification has come to its end."""

    turn: int
    """Which one."""
    verified: Verified
    """What came of it."""
    files: Mapping[str, Files]
    """What was to be read, by path, with its files as they were then."""


@dataclass
class Unchecked(Message):
    """It cannot be told what is wrong."""

    turn: int
    """Which reading, or which verification."""
    reason: str
    """A sentence that says why; untrusted text."""
    deep: bool
    """Whether it was a verification."""


def to_read(entries: Iterable[Entry]) -> list[Entry]:
    """Return what of some entries a verification reads."""
    from cachetui.insight.health.verification import VERIFIED  # noqa: PLC0415 - asked seldom

    return [entry for entry in entries if entry.kind in VERIFIED]


def check(turn: int, inventory: Inventory, now_ns: int, post: workers.Post, stop: workers.Stop) -> None:
    """Look for what is wrong, as far as can be seen."""
    from cachetui.insight.health import checks  # noqa: PLC0415 - the first screen does not wait for it

    try:
        with edge("check the cache"):
            findings = checks.check(inventory, now_ns=now_ns, stop=stop)
    except (CachetuiError, OSError) as error:
        if not stop():
            post(Unchecked(turn, _why(error), deep=False))
    else:
        if not stop():
            post(Checked(turn, findings))


def verify(turn: int, inventory: Inventory, post: workers.Post, stop: workers.Stop) -> None:
    """Read everything; one that is stopped tells what it has found."""
    from cachetui.insight.health import verification  # noqa: PLC0415 - the first screen does not wait for it

    report: Callable[[Progress], None] = workers.now_and_then(lambda progress: post(Verifying(turn, progress)))
    try:
        with edge("verify the cache"):
            verified = verification.verify(inventory, inventory.entries, stop=stop, report=report)
    except (CachetuiError, OSError) as error:
        post(Unchecked(turn, _why(error), deep=True))
    else:
        post(Proved(turn, verified, {entry.path: entry.files for entry in to_read(inventory.entries)}))


def _why(error: Exception) -> str:
    return f"This cannot be checked: {error.strerror or error}." if isinstance(error, OSError) else str(error)
