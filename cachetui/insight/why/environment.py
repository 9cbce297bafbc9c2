"""Python whose pip a question is about, and the environment in which that pip is asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cachetui.errors import CachetuiError
from cachetui.insight.why.question import Question
from cachetui.interpreters.info import InterpreterInfo, interpreter_info
from cachetui.interpreters.lookup import Python, default_python, python_at
from cachetui.pip.config.location import Interpreter, Location
from cachetui.system.tree import never

UNSET_FOR_DEMO = "PIP_"
"""Prefix of the environment variables that would change the answer about the made-up cache."""
DEMO_SETTINGS = {"PIP_CONFIG_FILE": os.devnull, "PIP_IGNORE_INSTALLED": "1", "PIP_BREAK_SYSTEM_PACKAGES": "1"}
"""Environment variables with which a pip answers for the demo, so that it uses nothing that is set or installed here.

pip reads each option from a variable `PIP_` with the option's name, and ignores those of options it does not have.
"""


@dataclass(frozen=True, slots=True)
class TargetEnvironment:
    """Python whose pip is asked."""

    command: str = "python3"
    """Name or path with which a command calls the Python, not quoted."""
    python: Python | None = None
    """Location of the Python; None if there is none."""
    interpreter: InterpreterInfo | None = None
    """Report that the Python made about itself; None if there is no Python."""
    arguments: tuple[str, ...] = ()
    """Options that pip gets before those of the question."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    """Environment variables that pip sees."""
    cache: tuple[str, ...] = ()
    """Option of cachetui, with its value if it takes one, that selects the same cache; empty if none is needed."""
    off_by: str | None = None
    """Setting or other cause that switches pip's cache off; None if the cache is on."""
    notes: tuple[str, ...] = ()
    """Sentences about differences between the user's command and what pip is asked."""


def resolve_environment(
    question: Question,
    location: Location,
    named: Interpreter | None,
    environ: Mapping[str, str] = os.environ,
    *,
    demo_index: str = "",
    stop: Callable[[], bool] = never,
) -> TargetEnvironment:
    """Return the Python whose pip is asked: the named one, else that of the command, else the default one.

    Runs that Python, which reports on itself. If the question is about the made-up cache, `demo_index` is the URL of
    the made-up index, and pip ignores the user's settings and installed projects. The Python of the command is ignored,
    too, because the demo's Pythons are made up. Unless one is named, the Python that runs cachetui is asked, because
    the made-up cache is for that Python; if it has no pip, the default one is asked.
    """
    notes: list[str] = []
    python: Python | None = None
    command = ""
    if named is not None:
        python, command = Python(named.executable, named.prefix), str(named.executable)
        if question.python:
            notes.append(f"--python decides which Python is asked; {question.python} was ignored.")
    elif question.python and not demo_index:
        try:
            python, command = python_at(question.python, environ), question.python
        except CachetuiError:
            notes.append(f"{question.python} was not found here, so another Python was asked.")
    if python is None and demo_index:
        python = _of_the_demo(environ, stop)
    elif python is None and (python := default_python(environ)):
        command = python.executable.name
    variables = {**environ, **dict(question.variables)}
    arguments: tuple[str, ...] = ()
    cache: tuple[str, ...] = ("--python", str(named.executable)) if named else ()
    if demo_index:
        kept = {name: value for name, value in environ.items() if not name.startswith(UNSET_FOR_DEMO)}
        variables = {**kept, **DEMO_SETTINGS, **dict(question.variables)}
        arguments = ("--cache-dir", str(location.root), "--index-url", demo_index)
        cache = ("--demo",)
    elif location.named:
        cache = ("--cache-dir", str(location.root))
        is_off = any(name == "PIP_NO_CACHE_DIR" for name, _ in question.variables)
        arguments = () if is_off else cache  # the option would override the variable
    interpreter = interpreter_info(python, environ, stop=stop) if python else None
    if demo_index and interpreter is not None and interpreter.pip:
        notes.append(
            f"The demo's Pythons are made up: your own pip {interpreter.pip} answered, as if nothing were installed."
        )
    return TargetEnvironment(
        command or "python3", python, interpreter, arguments, variables, cache, location.off_by, tuple(notes)
    )


def _of_the_demo(environ: Mapping[str, str], stop: Callable[[], bool]) -> Python | None:
    """Return the running Python if it has pip, else the default one.

    An environment that an installer created may lack pip.
    """
    here = python_at(sys.executable)
    return here if interpreter_info(here, environ, stop=stop).pip else default_python(environ)
