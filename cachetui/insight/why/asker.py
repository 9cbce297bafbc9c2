"""Whose pip is asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import Version

from cachetui.errors import CachetuiError
from cachetui.insight.why.command import said_in_settings
from cachetui.insight.why.given import Given
from cachetui.insight.why.question import Question
from cachetui.insight.why.target import aimed
from cachetui.interpreters.named import Python, default_python, python_at
from cachetui.interpreters.portrait import Portrait, portrait_of
from cachetui.pip.configuration import read_configuration
from cachetui.pip.location import Interpreter, Location, here, locate
from cachetui.pip.places import configuration_files, pip_version, ways_of
from cachetui.pip.tree import never

TOLD = ("pre", "no-index", "find-links", "no-binary", "only-binary", "prefer-binary")
"""What of pip's settings an answer goes by, beside where its cache and its indexes are."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose pip is asked."""

    command: str = "python3"
    """How its user calls this Python: a name or a path, not quoted."""
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
    told: tuple[tuple[str, str], ...] = ()
    """What its settings say, as options with their values, the weaker before the stronger."""
    notes: tuple[str, ...] = ()
    """Sentences on what is not as the command has it."""
    stops: str | None = None
    """Why this pip refuses to run with its settings, as a sentence; None where it runs."""
    cache: tuple[str, ...] = ()
    """The option, with its value, by which cachetui comes to this cache again; empty where it needs none."""

    @property
    def names_cache(self) -> bool:
        """Whether it takes `--cache-dir` to come to this cache."""
        return self.cache[:1] == ("--cache-dir",)


def asker_of(
    question: Question,
    location: Location,
    named: Interpreter | None,
    environ: Mapping[str, str] = os.environ,
    *,
    demo: bool = False,
    stop: Callable[[], bool] = never,
) -> Asker:
    """Return whose pip is meant, after asking its Python what it can use.

    It is the Python that was named, else the one that the command calls, else the default. The demo is as the
    newest pip would have left it without settings: that one is meant, whatever that Python has; the default is the
    one that runs this, for which the demo was made.
    """
    given, cache = question.given, _way_back(location, named, demo)
    if demo:
        location = replace(location, indexes=(), asks_pypi=True, works=True)
    notes: list[str] = []
    portrait = None
    if named is not None:
        portrait = portrait_of(Python(named.executable, named.prefix), environ, stop=stop)
        if given.python:
            notes.append(f"--python names the Python that counts here; {given.python} was not taken into account.")
    elif given.python:
        portrait = _called(given.python, environ, notes, stop)
    is_called = named is None and portrait is not None
    if portrait is None and (default := python_at(sys.executable) if demo else default_python(environ)):
        portrait = portrait_of(default, environ, stop=stop)
    if portrait is None:
        return Asker(
            off_by=location.off_by,
            indexes=location.indexes,
            standard=location.asks_pypi,
            notes=tuple(notes),
            stops=_stops(location),
            cache=cache,
        )
    python = portrait.python
    if is_called and not demo:
        location = _moved(location, python, given, environ, notes)
    pip = Version(portrait.pip) if portrait.pip else pip_version(python.prefix)
    return Asker(
        given.python if is_called else python.executable.name if named is None else str(python.executable),
        _aimed(portrait, given, named is None and not is_called, notes),
        None if demo else pip,
        location.off_by,
        location.indexes,
        location.asks_pypi,
        () if demo else _told(python, pip, given.verb, environ),
        tuple(notes),
        _stops(location),
        cache,
    )


def _stops(location: Location) -> str | None:
    return None if location.works else location.notes[0]


def _way_back(location: Location, named: Interpreter | None, demo: bool) -> tuple[str, ...]:
    """Return the option by which cachetui comes to a cache again; none where it is the default Python's."""
    if demo:
        return ("--demo",)
    if location.named:
        return "--cache-dir", str(location.root)
    return ("--python", str(named.executable)) if named else ()


def _called(name: str, environ: Mapping[str, str], notes: list[str], stop: Callable[[], bool]) -> Portrait | None:
    """Return what the Python tells that the command calls; None, with a note, where it cannot be asked."""
    try:
        portrait = portrait_of(python_at(name, environ), environ, stop=stop)
    except CachetuiError:
        notes.append(f"{name} is not found here: another Python is asked in its place.")
        return None
    if portrait.trouble:
        trouble = portrait.trouble[0].lower() + portrait.trouble[1:]
        notes.append(f"{name} could not be asked, and another Python is asked in its place: {trouble}")
        return None
    return portrait


def _moved(location: Location, called: Python, given: Given, environ: Mapping[str, str], notes: list[str]) -> Location:
    """Return where the pip of the Python that the command calls has its cache; note if that is another one."""
    there = locate(str(location.root) if location.named else None, python=called, environ=environ, command=given.verb)
    if os.path.realpath(there.root) != os.path.realpath(location.root):
        notes.append(
            f"The pip of {given.python} has its cache at {there.root}; this is about {location.root}. "
            "Name another cache with --cache-dir."
        )
    return there


def _aimed(portrait: Portrait, given: Given, is_default: bool, notes: list[str]) -> Portrait:
    """Return a portrait of the version that pip is told to go by; or of the one that the command calls and is gone."""
    if portrait.trouble:
        return portrait
    wanted = (given.values("--python-version") or ("",))[-1]
    missing = Path(given.python).name.removeprefix("python") if is_default and given.python else ""
    found = aimed(portrait, wanted or missing, whole=not wanted) if wanted or missing else portrait
    if wanted and found is None:
        notes.append("--python-version was not taken into account.")
    elif missing and found is not None:
        notes.append(f"What it could use was worked out for Python {missing} on this machine.")
    return found or portrait


def _told(python: Python, pip: Version | None, verb: str, environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what the settings say of what options say."""
    ways = ways_of(pip)
    files = configuration_files(sys.platform, environ, str(python.prefix), ways)
    configuration = read_configuration(files, environ, ways, cwd=here())
    return tuple(
        [
            (word.option, word.value)
            for name in TOLD
            for setting in configuration.heard(name, verb)[-1:]
            for word in said_in_settings(f"--{name}", setting.value, setting.quoted())
        ]
    )
