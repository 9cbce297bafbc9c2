"""Search for Pythons in the background, after everything else."""

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

if TYPE_CHECKING:  # the first screen does not wait for these
    from cachetui.interpreters.info import InterpreterInfo
    from cachetui.pip_settings.effective import PipSettings

NICE = 10
"""The niceness of the search's thread, and of the Pythons that it runs."""


@dataclass
class PythonFound(Message):
    """A Python has answered, or failed to."""

    settings: PipSettings
    """The settings of its pip."""


@dataclass
class SearchFinished(Message):
    """All Pythons are known."""

    working: tuple[InterpreterInfo, ...]
    """The Pythons that work."""
    supported: SupportedTags
    """The tags that each supports, and sentences on those that do not report them."""


@dataclass
class SearchFailed(Message):
    """The search broke off."""

    reason: str
    """A sentence; untrusted text."""


class PythonSearch:
    """A search in a thread of its own, which quitting does not wait for."""

    def __init__(self, services: Services, post: Callable[[Message], object]) -> None:
        """Begin. `post` posts a message, and is called from the thread."""
        self._services, self._post = services, post
        self._stopped = Event()
        Thread(target=self._run, name="pythons", daemon=True).start()

    def stop(self) -> None:
        """End the search, and the Pythons that it runs."""
        self._stopped.set()

    def _run(self) -> None:
        if hasattr(os, "setpriority"):
            with suppress(OSError):  # of this thread, and of the threads and processes that it starts
                os.setpriority(os.PRIO_PROCESS, get_native_id(), NICE)
        found: list[InterpreterInfo] = []
        try:
            for info in self._services.find_pythons(stop=self._stopped.is_set):
                if not self._report(PythonFound(self._services.pip_settings(info))):
                    return
                found.append(info)
        except Exception as error:  # whatever it is, the search has ended, and the browser goes on with what was found
            self._report(SearchFailed(f"Not all Pythons were found ({type(error).__name__}: {error})."))
        working = tuple([info for info in found if info.trouble is None])
        self._report(SearchFinished(working, reach_of(found)))

    def _report(self, message: Message) -> bool:
        """Post a message; return whether the search goes on."""
        if self._stopped.is_set():
            return False
        with suppress(RuntimeError):  # the app's loop has just ended
            self._post(message)
        return True
