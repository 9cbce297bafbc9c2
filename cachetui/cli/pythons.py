"""The Pythons here, as commands find them and tell of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cachetui.cli.notes import Status, note
from cachetui.cli.options import Settings
from cachetui.interpreters import discovery
from cachetui.interpreters.info import PATIENCE, InterpreterInfo, interpreter_info
from cachetui.interpreters.lookup import python_at
from cachetui.interpreters.store import Remembered
from cachetui.text.escape import escape_control
from cachetui.text.format import count
from cachetui.text.redact import redact_urls

if TYPE_CHECKING:
    from cachetui.pip_settings.effective import PipSettings, Saying

LABEL = 9
"""Cells of a label below a Python's name."""
ROLES = {"counts": "counts", "overruled": "overruled", "empty": "empty", "elsewhere": "not for `pip install`"}
"""What becomes of what is said, in words."""


def found(settings: Settings) -> Iterator[InterpreterInfo]:
    """Yield the Pythons here, that first which was named; progress is told on stderr."""
    status = Status(sys.stderr)
    named = [python_at(settings.python)] if settings.python else []
    memory = None if settings.no_memory else Remembered()
    status.show("Looking for Pythons")
    try:
        for number, portrait in enumerate(discovery.portraits(os.environ, named=named, memory=memory), start=1):
            status.show(f"Looking for Pythons  {count(number, 'Python')} so far, {portrait.python.executable}")
            yield portrait
    finally:
        status.clear()


def named(settings: Settings) -> InterpreterInfo | None:
    """Return what the Python that was named says of itself, None where none was; tells on stderr if it does not work.

    Raises CachetuiError when there is no such Python.
    """
    if not settings.python:
        return None
    python = python_at(settings.python)
    memory = None if settings.no_memory else Remembered()
    portrait = memory.recall(python) if memory else None
    if portrait is None:
        status = Status(sys.stderr)
        status.show(f"Asking {python.executable} what it is")
        try:
            portrait = interpreter_info(python, os.environ, timeout=PATIENCE)
        finally:
            status.clear()
        if memory:
            memory.learn(portrait)
            memory.save()
    if portrait.trouble:
        note(f"{python.executable} does not work. {portrait.trouble}")
    return portrait


def document(known: PipSettings) -> dict[str, Any]:
    """Return what one Python's pip is told, in the order and words of the JSON document."""
    from cachetui.report.entries_json import clean  # noqa: PLC0415 - needs what reads caches

    portrait, location = known.portrait, known.location
    works = portrait.trouble is None
    return {
        "python": clean(str(portrait.python.executable)),
        "prefix": clean(str(portrait.prefix)),
        "version": portrait.version or None,
        "implementation": portrait.implementation or None,
        "pip": portrait.pip,
        "trouble": portrait.trouble and clean(portrait.trouble),
        "root": clean(str(location.root)) if works else None,
        "said_by": clean(location.said_by) if works else None,
        "enabled": location.enabled if works else None,
        "off_by": clean(redact_urls(location.off_by)) if works and location.off_by else None,
        "works": location.works if works else None,
        "sayings": [_saying(one) for one in known.sayings],
        "traps": [clean(redact_urls(trap)) for trap in known.traps],
    }


def _saying(one: Saying) -> dict[str, Any]:
    from cachetui.report.entries_json import clean  # noqa: PLC0415 - needs what reads caches

    return {
        "option": one.option,
        "value": clean(redact_urls(one.value)),
        "said_by": clean(one.said_by),
        "path": clean(one.setting.path) if one.setting and one.setting.path else None,
        "line": one.setting.line if one.setting else None,
        "role": one.role,
    }


def report(known: Iterable[PipSettings]) -> Iterator[str]:
    """Yield the lines of the text form; what does not work takes one."""
    for one in known:
        portrait, location = one.portrait, one.location
        yield ""
        name = escape_control(str(portrait.python.executable))
        if portrait.trouble:
            yield f"{name}  {escape_control(portrait.trouble)}"
            continue
        pip = f"pip {portrait.pip}" if portrait.pip else "no pip"
        yield f"{name}  {portrait.implementation} {portrait.version}, {pip}"
        if portrait.pip:
            state = "on" if location.enabled else f"off, by {redact_urls(location.off_by or '?')}"
            yield _fact("Cache", f"{location.root}  {state if location.works else 'pip refuses to run'}")
            yield _fact("Named by", location.said_by)
        if len(one.sayings) > 1:
            for saying in one.sayings:
                words = f"{saying.option} = {redact_urls(saying.value)}, by {saying.said_by}"
                yield _fact("Said", f"{words}: {ROLES[saying.role]}")
        for trap in one.traps:
            yield _fact("!", redact_urls(trap))


def _fact(label: str, words: str) -> str:
    return f"  {label:<{LABEL}}{escape_control(words)}"
