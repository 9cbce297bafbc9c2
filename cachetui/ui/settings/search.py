"""The Pythons here, found beside the screen and after everything else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread, get_native_id
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:  # the first screen does not wait for these
    from packaging.tags import Tag

    from cachetui.interpreters.info import InterpreterInfo
    from cachetui.pip_settings.effective import PipSettings

Finding = Callable[[Callable[[], bool]], Iterator["InterpreterInfo"]]
"""Yields the Pythons here until it is told to stop; may block."""
NICE = 10
"""How far everything else goes before the search, as the system counts it."""


@dataclass
class Found(Message):
    """A Python has answered, or failed to."""

    settings: PipSettings
    """What its pip is told."""


@dataclass
class Finished(Message):
    """All Pythons are known."""

    portraits: tuple[InterpreterInfo, ...]
    """Those that work."""
    tags: tuple[frozenset[Tag], ...]
    """What each takes, or may take where it does not tell: what `is:unusable` is told by."""
    doubts: tuple[str, ...] = ()
    """Which do not tell and what follows, as sentences; untrusted text."""


class Search:
    """Looks for Pythons in a thread of its own, and posts what it finds."""

    def __init__(
        self, find: Finding, post: Callable[[Message], object], environ: Mapping[str, str] = os.environ
    ) -> None:
        """Begin. `post` may be called from another thread."""
        self._find, self._post, self._environ = find, post, environ
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="pythons", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it still looks."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End it, with what it runs."""
        self._stopped.set()

    def _run(self) -> None:
        if hasattr(os, "setpriority"):
            with suppress(OSError):  # of the thread, and of the threads and processes that it starts
                os.setpriority(os.PRIO_PROCESS, get_native_id(), NICE)
        from cachetui.interpreters.supported_tags import reach_of  # noqa: PLC0415
        from cachetui.pip_settings.effective import settings_of  # noqa: PLC0415 - the first screen does without

        portraits: list[InterpreterInfo] = []
        for portrait in self._find(self._stopped.is_set):
            if not self._tell(Found(settings_of(portrait, self._environ))):
                return
            portraits.append(portrait)
        working = tuple([portrait for portrait in portraits if portrait.trouble is None])
        self._tell(Finished(working, *reach_of(portraits)))

    def _tell(self, message: Message) -> bool:
        """Post a message, unless nobody wants it any more; tell which."""
        if self._stopped.is_set():
            return False
        with suppress(RuntimeError):  # the app's loop has just ended
            self._post(message)
        return True


def used_by(portraits: Iterable[InterpreterInfo], tag_text: str) -> str | None:
    """Return which of some Pythons can use a wheel, as in "yes, CPython 3.11 (python3)", or why none can.

    `tag_text` is how the wheel's file name ends, without `.whl`. None where no Python tells its tags.
    """
    from cachetui.interpreters.compatibility import cannot_use  # noqa: PLC0415 - the first screen does without

    known = [portrait for portrait in portraits if portrait.tags]
    if not known:
        return None
    reasons = {portrait.python.executable: cannot_use(portrait, tag_text) for portrait in known}
    able = [portrait for portrait in known if reasons[portrait.python.executable] is None]
    if able:
        more = f" and {len(able) - 1} more" if len(able) > 1 else ""
        return f"yes, {_name(able[0])}{more}"
    return f"no, {reasons[known[0].python.executable]}"


def _name(portrait: InterpreterInfo) -> str:
    release = ".".join(portrait.version.split(".")[:2])
    return f"{portrait.implementation} {release} ({portrait.python.executable.name})"
