"""Find the Pythons here, ask one what it is, and say which of them can use a wheel."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from packaging.tags import Tag

from cachetui.interpreters import discovery
from cachetui.interpreters.compatibility import cannot_use
from cachetui.interpreters.info import PATIENCE, InterpreterInfo, interpreter_info
from cachetui.interpreters.lookup import Python
from cachetui.interpreters.store import Remembered
from cachetui.system.tree import never


def find_pythons(
    named: Python | None,
    *,
    memory: bool,
    environ: Mapping[str, str] = os.environ,
    stop: Callable[[], bool] = never,
) -> Iterator[InterpreterInfo]:
    """Yield what each Python here says of itself, the named one first; blocks while one is asked.

    `memory` uses and updates what they said in earlier runs.
    """
    remembered = Remembered() if memory else None
    first = [] if named is None else [named]
    return discovery.portraits(environ, named=first, memory=remembered, stop=stop)


def recall_or_ask(
    python: Python, *, memory: bool, environ: Mapping[str, str] = os.environ, asking: Callable[[], object] = never
) -> InterpreterInfo:
    """Return what one Python says of itself, from memory where it has not changed since.

    `asking` is called before the Python is run.
    """
    remembered = Remembered() if memory else None
    found = remembered.recall(python) if remembered else None
    if found is None:
        asking()
        found = interpreter_info(python, environ, timeout=PATIENCE)
        if remembered:
            remembered.learn(found)
            remembered.save()
    return found


def remembered_tags() -> list[frozenset[Tag]]:
    """Return the tags of each Python that earlier runs found and that has not changed since; none is run."""
    remembered = Remembered()
    found = [remembered.recall(python) for python in remembered.known()]
    return [tags for info in found if info and (tags := info.wheel_tags())]


def tags_of(python: Python, environ: Mapping[str, str] = os.environ) -> Collection[frozenset[Tag]]:
    """Ask one Python for its tags; nothing where it does not tell. Runs it."""
    tags = interpreter_info(python, environ).wheel_tags()
    return (tags,) if tags else ()


def used_by(pythons: Iterable[InterpreterInfo], tag_text: str) -> str | None:
    """Return which of some Pythons can use a wheel, as in "yes, CPython 3.11 (python3)", or why none can.

    `tag_text` is how the wheel's file name ends, without `.whl`. None where no Python tells its tags.
    """
    known = [python for python in pythons if python.tags]
    if not known:
        return None
    reasons = [(python, cannot_use(python, tag_text)) for python in known]
    able = [python for python, reason in reasons if reason is None]
    if able:
        more = f" and {len(able) - 1} more" if len(able) > 1 else ""
        return f"yes, {_name(able[0])}{more}"
    return f"no, {reasons[0][1]}"


def _name(python: InterpreterInfo) -> str:
    release = ".".join(python.version.split(".")[:2])
    return f"{python.implementation} {release} ({python.python.executable.name})"
