"""Search for Pythons in a thread of low priority."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread, get_native_id
from typing import TYPE_CHECKING

from textual.message import Message

from cachetui.interpreters.supported_tags import SupportedTags, reach_of
from cachetui.services.services import Services

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.interpreters.info import InterpreterInfo
    from cachetui.pip_settings.effective import PipSettings

NICE = 10
"""Niceness of the search's thread, and of the Pythons that it runs."""


@dataclass
class PythonFound(Message):
    """Posted when a Python has answered or has failed to answer."""

    settings: PipSettings
    """The settings of the Python's pip."""


@dataclass
class SearchFinished(Message):
    """Posted when the search has ended."""

    working: tuple[InterpreterInfo, ...]
    """The Pythons that work."""
    supported: SupportedTags
    """The tags that each Python supports, and sentences about Pythons that do not report them."""


@dataclass
class SearchFailed(Message):
    """Posted when an error has ended the search early, before `SearchFinished`."""

    reason: str
    """Reason for the failure (a sentence); untrusted text."""


class PythonSearch:
    """A search for Pythons in a thread of its own; quitting does not wait for it."""

    def __init__(self, services: Services, post: Callable[[Message], object]) -> None:
        """Start the search; `post` posts a message, and is called from the search's thread."""
        self._services, self._post = services, post
        self._stopped = Event()
        Thread(target=self._run, name="pythons", daemon=True).start()

    def stop(self) -> None:
        """Stop the search, and the Pythons that it runs."""
        self._stopped.set()

    def _run(self) -> None:
        if hasattr(os, "setpriority"):
            with suppress(OSError):  # for this thread, and the threads and processes that it starts
                os.setpriority(os.PRIO_PROCESS, get_native_id(), NICE)
        found: list[InterpreterInfo] = []
        try:
            for info in self._services.find_pythons(stop=self._stopped.is_set):
                if not self._report(PythonFound(self._services.pip_settings(info))):
                    return
                found.append(info)
        except Exception as error:  # after any error, the search ends and the browser goes on
            self._report(SearchFailed(f"Not all Pythons were found ({type(error).__name__}: {error})."))
        working = tuple([info for info in found if info.trouble is None])
        self._report(SearchFinished(working, reach_of(found)))

    def _report(self, message: Message) -> bool:
        """Post a message unless the search has been stopped; return whether it should go on."""
        if self._stopped.is_set():
            return False
        with suppress(RuntimeError):  # the app's event loop has ended
            self._post(message)
        return True
