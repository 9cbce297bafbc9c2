"""Find the Pythons on this machine, and get their reports: remembered ones, or by running a few at a time."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

from cachetui.interpreters.info import PATIENCE, InterpreterInfo, interpreter_info
from cachetui.interpreters.lookup import Python, python_of
from cachetui.interpreters.store import StateFile

AT_ONCE = 3
"""Maximum number of Pythons that run at the same time; more would only slow each other down."""

VERSION = re.compile(r"(?<!\d)([23]\.\d{1,3})(?:\.\d+)?(?:(?:a|b|rc)\d+)?(t\b|\+freethreaded)?")
"""Pattern of a version in a name, with the suffix of a free-threaded Python."""

PythonId = tuple[str, int, int]
"""Identity of a Python: its resolved prefix, and device and inode of its executable.

For an environment, device and inode are 0, because its prefix belongs to only one Python. For a broken Python, they are
0, too, and the resolved path of the executable takes the place of the prefix.
"""


def pythons(
    environ: Mapping[str, str] = os.environ,
    *,
    machine: bool = True,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Python]:
    """Yield the Pythons on this machine without running them: the active environment's, then PATH's, then others.

    If a Python has several names, only the first is yielded; in a folder, names that begin with `python` come first,
    and short names before long ones. A script that starts another Python, such as a shim of pyenv, counts as a Python,
    because only running it shows what it is. `machine` has the same meaning as for `executables`.
    """
    from cachetui.interpreters.locations import executables  # noqa: PLC0415 - slow to load

    seen: set[PythonId] = set()
    for executable in executables(environ, machine=machine, stop=stop):
        if stop():
            return
        python = python_of(executable)
        key = key_of(python.executable, python.prefix)
        if key not in seen:
            seen.add(key)
            yield python


def interpreters(
    environ: Mapping[str, str] = os.environ,
    *,
    named: Iterable[Python] = (),
    memory: StateFile | None = None,
    machine: bool = True,
    timeout: float = PATIENCE,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[InterpreterInfo]:
    """Yield the report of each Python: first those of `named`, then those found, then those remembered.

    At the end, yield a report with `trouble` for each Python that was not found although a shim or a tool's folder
    shows that it was installed. Blocks until the next Python has answered; each gets at most `timeout` seconds. If the
    iteration ends early or `stop()` returns true, the processes that still run are ended. The reports that were yielded
    until then are remembered in `memory`.
    """
    found = _Asked(environ, memory, timeout, stop)
    try:
        for python in _candidates(environ, named, memory, machine, stop):
            found.ask(python)
            yield from found.ready(wait=False)
        yield from found.ready(wait=True)
        if not stop():
            yield from _represented(environ, found.answered)
    finally:
        found.close()


def key_of(executable: Path, prefix: Path) -> PythonId:
    """Return the identity of a Python, which may be broken or missing."""
    place = os.path.realpath(prefix)
    if (prefix / "pyvenv.cfg").is_file():
        return place, 0, 0
    try:
        found = executable.stat()
    except (OSError, ValueError):  # broken: only the path at the end of its links identifies it
        return os.path.realpath(executable), 0, 0
    return place, found.st_dev, found.st_ino


def _candidates(
    environ: Mapping[str, str],
    named: Iterable[Python],
    memory: StateFile | None,
    machine: bool,
    stop: Callable[[], bool],
) -> Iterator[Python]:
    """Yield each Python once: first those of `named`, then those found, then those remembered."""
    seen: set[PythonId] = set()
    for some in (named, pythons(environ, machine=machine, stop=stop), memory.known() if memory else ()):
        for python in some:
            if stop():
                return
            key = key_of(python.executable, python.prefix)
            if key not in seen:
                seen.add(key)
                yield python


def _represented(environ: Mapping[str, str], answered: Iterable[InterpreterInfo]) -> Iterator[InterpreterInfo]:
    """Yield a report with `trouble` for each Python that a shim or a tool's folder shows but that was not found."""
    from cachetui.interpreters.locations import stand_ins  # noqa: PLC0415 - slow to load

    known = {sort_of(f"{info.implementation}{info.version}", info.tags) for info in answered if info.tags}
    for place in stand_ins(environ):
        sort = sort_of(place.name)
        if sort is None or sort not in known:
            known.add(sort)
            prefix = place.parent.parent
            trouble = "It shows that a Python was installed, but no interpreter of that Python was found."
            yield InterpreterInfo(Python(place, prefix), prefix=prefix, base_prefix=prefix, real=place, trouble=trouble)


def sort_of(name: str, tags: Sequence[str] = ()) -> tuple[str, str, bool] | None:
    """Return the implementation and release in the name of a Python, and whether it is free-threaded.

    Return None if the name contains no version. `tags` are the tags of the Python, if known.
    """
    found = VERSION.search(name)
    if found is None:
        return None
    threaded = bool(found[2]) or (bool(tags) and tags[0].split("-")[1].endswith("t"))
    others = [other for other in ("pypy", "graalpy", "pyston") if other in name.lower()]
    return (others or ["cpython"])[0], found[1], threaded


class _Asked:
    """Pythons that were asked, in order, with their reports."""

    def __init__(
        self, environ: Mapping[str, str], memory: StateFile | None, timeout: float, stop: Callable[[], bool]
    ) -> None:
        self._environ = environ
        self._memory = memory
        self._timeout = timeout
        self._stop = stop
        self._ended = Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pythons")
        self._waiting: deque[InterpreterInfo | Future[InterpreterInfo]] = deque()
        self._seen: set[PythonId] = set()
        self.answered: list[InterpreterInfo] = []
        """The reports that were yielded."""

    def ask(self, python: Python) -> None:
        """Look up a Python's remembered report; if there is none, start asking the Python."""
        known = self._memory.recall(python) if self._memory else None
        self._waiting.append(known or self._pool.submit(self._ask, python))

    def _ask(self, python: Python) -> InterpreterInfo:
        return interpreter_info(
            python, self._environ, timeout=self._timeout, stop=lambda: self._ended.is_set() or self._stop()
        )

    def ready(self, *, wait: bool) -> Iterator[InterpreterInfo]:
        """Yield reports in order; unless `wait` is true, stop at the first that has not arrived."""
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, Future):
                if not (wait or first.done()):
                    return
                first = first.result()
            self._waiting.popleft()
            if self._stop():
                return
            if self._memory:
                self._memory.learn(first)
            key = key_of(first.real, first.prefix)
            if key not in self._seen:
                self._seen.add(key)
                self.answered.append(first)
                yield first

    def close(self) -> None:
        """End the processes that still run, and save the reports."""
        self._ended.set()
        self._pool.shutdown(cancel_futures=True)
        if self._memory:
            self._memory.save()
