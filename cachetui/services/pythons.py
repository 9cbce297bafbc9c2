"""Find the Pythons here, ask a Python for its report, and find out which of them can use a wheel."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial

from packaging.tags import Tag

from cachetui.interpreters import discovery
from cachetui.interpreters.compatibility import cannot_use
from cachetui.interpreters.info import PATIENCE, InterpreterInfo, interpreter_info
from cachetui.interpreters.lookup import Python, python_at
from cachetui.interpreters.store import StateFile
from cachetui.interpreters.supported_tags import reach_of
from cachetui.pip.config.location import Location
from cachetui.pip_settings.effective import PipSettings, settings_of
from cachetui.services.made_up import made_up_pythons, made_up_settings
from cachetui.services.options import GlobalOptions
from cachetui.system.tree import never
from cachetui.text.format import count

LOG = logging.getLogger(__name__)


def named_python(options: GlobalOptions) -> Python | None:
    """Return the Python that the options name; None if they name none.

    Raises CachetuiError if it does not exist.
    """
    return python_at(options.python) if options.python else None


def find_pythons(
    named: Python | None,
    *,
    memory: bool,
    demo: bool = False,
    environ: Mapping[str, str] = os.environ,
    stop: Callable[[], bool] = never,
    report: Callable[[str], None] = lambda _: None,
) -> Iterator[InterpreterInfo]:
    """Yield the report of each Python here, the named one first; blocks while a Python is asked.

    `memory` says whether to use and update the reports of earlier runs. With `demo`, the Pythons are made up, except
    for the named one. `report` gets the progress in words.
    """
    if demo:
        yield from [] if named is None else [recall_or_ask(named, memory=memory, environ=environ)]
        yield from made_up_pythons()
        return
    remembered = StateFile() if memory else None
    first = [] if named is None else [named]
    report("Looking for Pythons")
    for number, info in enumerate(discovery.interpreters(environ, named=first, memory=remembered, stop=stop), start=1):
        LOG.info("Python: %s, %s", info.python.executable, _words(info))
        report(f"Looking for Pythons  {count(number, 'Python')} so far, {info.python.executable}")
        yield info


def _words(info: InterpreterInfo) -> str:
    """Return what was learned about a Python, for the log."""
    return info.trouble or f"{info.implementation} {info.version}, pip {info.pip or 'not installed'}"


def ask_named(
    options: GlobalOptions, *, note: Callable[[str], None], report: Callable[[str], None] = lambda _: None
) -> InterpreterInfo | None:
    """Return the report of the Python that the options name; None if they name none.

    `note` gets a sentence if the Python does not work. Raises CachetuiError if it does not exist.
    """
    python = named_python(options)
    if python is None:
        return None
    asking = partial(report, f"Asking {python.executable} what it is")
    info = recall_or_ask(python, memory=not options.no_memory, asking=asking)
    if info.trouble:
        note(f"{python.executable} does not work. {info.trouble}")
    return info


def supported_tags(
    options: GlobalOptions, *, note: Callable[[str], None], report: Callable[[str], None] = lambda _: None
) -> tuple[frozenset[Tag], ...]:
    """Return the tags of the Python that the options name, or else of each Python found or remembered.

    For a Python that does not report its tags, they are guessed from its version. The result is empty if too little is
    known for anything to count as unusable. `note` gets sentences about these Pythons, and about the effect.
    """
    named = ask_named(options, note=note, report=report)
    if named is not None:
        if tags := named.wheel_tags():
            return (tags,)
        note(f"{options.python} does not report its supported tags, so nothing counts as unusable.")
        return ()
    reach = reach_of(find_pythons(None, memory=not options.no_memory, demo=options.demo, report=report))
    for sentence in reach.notes:
        note(sentence)
    if not (reach.tags or reach.notes):
        note(
            "No Python found here reports its supported tags, so nothing counts as unusable. Choose one with --python."
        )
    return reach.tags


def recall_or_ask(
    python: Python, *, memory: bool, environ: Mapping[str, str] = os.environ, asking: Callable[[], object] = never
) -> InterpreterInfo:
    """Return a Python's report: with `memory`, the remembered one if the Python has not changed, else a new one.

    `asking` is called before the Python is run.
    """
    remembered = StateFile() if memory else None
    found = remembered.recall(python) if remembered else None
    if found is None:
        asking()
        found = interpreter_info(python, environ, timeout=PATIENCE)
        if remembered:
            remembered.learn(found)
            remembered.save()
    return found


def pip_settings(python: InterpreterInfo, location: Location, environ: Mapping[str, str] = os.environ) -> PipSettings:
    """Return the settings of a Python's pip; for the demo's `location`, those of made-up Pythons are made up, too."""
    if location.made_up and python in made_up_pythons():
        return made_up_settings(python, location)
    return settings_of(python, environ)


def remembered_tags() -> list[frozenset[Tag]]:
    """Return the tags of each Python that earlier runs found and that has not changed. Runs no Python."""
    remembered = StateFile()
    found = [remembered.recall(python) for python in remembered.known()]
    return [tags for info in found if info and (tags := info.wheel_tags())]


def tags_of(python: Python, environ: Mapping[str, str] = os.environ) -> Collection[frozenset[Tag]]:
    """Run a Python and return its tags; empty if it does not report them."""
    tags = interpreter_info(python, environ).wheel_tags()
    return (tags,) if tags else ()


def used_by(pythons: Iterable[InterpreterInfo], tag_text: str) -> str | None:
    """Return which of some Pythons can use a wheel, or, if none can, why the first one cannot.

    An example is "yes, CPython 3.11 (python3)". `tag_text` holds the tags at the end of the wheel's file name,
    without `.whl`. The result is None if no Python reports its tags.
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
