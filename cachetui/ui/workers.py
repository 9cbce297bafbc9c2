"""Run blocking functions in worker threads, from the coroutines that use their results."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from typing import Any, TypeVar

from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.worker import Worker

from cachetui.errors import CachetuiError
from cachetui.services.diagnostics.guard import guard
from cachetui.ui.widgets.cells import shown

Result = TypeVar("Result")
Value = TypeVar("Value")
REPORT_SECONDS = 0.1
"""Minimum number of seconds between two reports of a job that reach the screen."""


def start_worker(
    node: DOMNode, job: Callable[..., Coroutine[Any, Any, object]], *args: Any, group: str, exclusive: bool = True
) -> Worker[None]:
    """Run a coroutine function as a worker of a node; `exclusive` cancels the other workers of the group.

    If the function raises CachetuiError or OSError, the user is notified, because Textual would end the app, and the
    marks would be lost. Unlike Textual's `work`, this does not convert the arguments to text: for an inventory of
    100,000 entries, that takes seconds and 150 MB.
    """

    async def run() -> None:
        try:
            with notifying(node):
                await job(*args)
        except NoMatches:
            if node.is_attached and node.screen in node.app.screen_stack:
                raise  # otherwise, the screen was left while the worker ran: its widgets are removed first

    return node.run_worker(run, group=group, exclusive=exclusive)


@contextmanager
def notifying(node: DOMNode) -> Iterator[None]:
    """Notify the user of a CachetuiError or OSError that the block raises, instead of raising it."""
    try:
        yield
    except (CachetuiError, OSError) as error:
        node.app.notify(shown(str(error)), severity="error", markup=False)


async def run_in_thread(
    function: Callable[..., Result], *args: Any, stop: Event | None = None, **options: Any
) -> Result:
    """Run a function in a thread, and return its result.

    With `stop`, the function gets `stop=stop.is_set`; cancelling the coroutine also sets the event. Raise an
    InternalError in place of an unexpected exception; raise CachetuiError and OSError unchanged.
    """
    if stop is not None:
        options["stop"] = stop.is_set

    def run() -> Result:
        with guard("finish this"):
            return function(*args, **options)

    try:
        return await asyncio.to_thread(run)
    except asyncio.CancelledError:
        if stop is not None:
            stop.set()
        raise


def reporter(show: Callable[[Value], object], seconds: float = REPORT_SECONDS) -> Callable[[Value], None]:
    """Return a function that another thread can call to run `show` in this thread.

    The function runs `show` at most once every `seconds`, and discards the values that come too soon.
    """
    loop, next_at = asyncio.get_running_loop(), 0.0

    def report(value: Value) -> None:
        nonlocal next_at
        if (now := time.monotonic()) >= next_at:
            next_at = now + seconds
            with suppress(RuntimeError):  # the event loop has been closed
                loop.call_soon_threadsafe(show, value)

    return report
