"""Whose pip is asked."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from packaging.version import Version

from cachetui.interpreters.named import Python, default_python
from cachetui.interpreters.portrait import Portrait, portrait_of
from cachetui.pip.location import Interpreter, Location
from cachetui.pip.places import pip_version
from cachetui.pip.tree import never


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose pip is asked."""

    command: str = "python3"
    """How its user calls this Python."""
    python: Portrait | None = None
    """What it told of itself; None where there is none."""
    pip: Version | None = None
    """The version of its pip; None where it is not known: then the newest is meant."""
    off_by: str | None = None
    """Who or what switched its cache off; None when it is on."""
    indexes: tuple[str, ...] = ()
    """The indexes that its settings name."""
    standard: bool = True
    """Whether it asks PyPI as well: no setting names another index in its place."""


def asker_of(
    location: Location,
    named: Interpreter | None,
    environ: Mapping[str, str] = os.environ,
    *,
    newest: bool = False,
    stop: Callable[[], bool] = never,
) -> Asker:
    """Return whose pip is meant, after asking its Python what it can use: the one that was named, or the default.

    With `newest` the newest pip is meant, whatever that Python has.
    """
    python = Python(named.executable, named.prefix) if named is not None else default_python(environ)
    if python is None:
        return Asker(off_by=location.off_by, indexes=location.indexes, standard=location.asks_pypi)
    portrait = portrait_of(python, environ, stop=stop)
    pip = Version(portrait.pip) if portrait.pip else pip_version(python.prefix)
    command = python.executable.name if named is None else shlex.quote(str(python.executable))
    return Asker(command, portrait, None if newest else pip, location.off_by, location.indexes, location.asks_pypi)
