"""Signals that ask the program to end: the program then cleans up, and its exit code depends on the signal."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer

from cachetui.cli.exit_codes import INTERRUPTED

ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
"""Signals that ask a program to end; Windows sends SIGBREAK for Ctrl+Break."""
QUIETED = [*ENDINGS, *([signal.SIGCONT] if hasattr(signal, "SIGCONT") else [])]
"""Signals to ignore once the program is ending; Textual would fail at the SIGCONT of a terminal that vanishes."""
LAST_SECONDS = 1.0
"""Seconds that the process gets after the grace period before SIGALRM ends it."""


@contextmanager
def ended_in_order(grace: float | None = None) -> Iterator[Callable[[], None]]:
    """Turn the first signal that asks the program to end into SystemExit, so that the demo's folder is removed.

    Later signals are ignored. If `grace` is given, the process ends after so many seconds in any case, because threads
    of Textual may wait for a terminal that is gone. The yielded function lifts that limit.
    """
    limits: list[Callable[[], None]] = []

    def leave(number: int, _: object) -> None:
        for other in QUIETED:
            signal.signal(other, lambda *_: None)
        if grace is not None:
            limits.append(_end_after(grace, exit_code(number)))
        raise SystemExit(exit_code(number))

    def lift() -> None:
        for revoke in limits:
            revoke()

    before = {number: signal.signal(number, leave) for number in ENDINGS}
    try:
        yield lift
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def suspended_as_before() -> Iterator[None]:
    """Restore the handlers of Ctrl+Z and `fg` after the block, in which Textual installs its own."""
    numbers = [getattr(signal, name) for name in ("SIGTSTP", "SIGCONT") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_after(grace: float, code: int) -> Callable[[], None]:
    """Start timers that end the process after `grace` seconds with exit code `code`, whatever its threads do.

    Return a function that cancels the timers.
    """
    timer = Timer(grace, os._exit, [code])
    timer.daemon = True
    with suppress(RuntimeError):  # no thread can be started
        timer.start()
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, grace + LAST_SECONDS)

    def revoke() -> None:
        timer.cancel()
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)

    return revoke


CAME: list[int] = []
"""Numbers of the signals that asked the latest interruptible work to stop."""


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Keep Ctrl+C and the signals in `ENDINGS` from interrupting a block.

    Yields a function that returns whether one of them has arrived.
    """
    CAME.clear()
    numbers = (signal.SIGINT, *ENDINGS)
    before = {number: signal.signal(number, lambda number, _: CAME.append(number)) for number in numbers}
    try:
        yield lambda: bool(CAME)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stopped_code() -> int:
    """Return the exit code of work that was stopped."""
    return exit_code(CAME[0]) if CAME else INTERRUPTED


def exit_code(number: int) -> int:
    """Return the exit code that shells use for a program that a signal has ended."""
    return 128 + number
