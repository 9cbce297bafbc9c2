"""Find the environments on this machine, and which of them use the entries of a cache."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from cachetui.environments.reading import find_environments
from cachetui.environments.store import SiteMemory
from cachetui.environments.used_by import Usage, usage_of
from cachetui.errors import RootError
from cachetui.model import Entry, Inventory
from cachetui.pip.reader import CacheReader
from cachetui.preferences.model import Preferences, may_mean
from cachetui.services.made_up import made_up_environments
from cachetui.system.files import current_folder_exists
from cachetui.system.steps import step
from cachetui.system.tree import never
from cachetui.text.format import count

LOG = logging.getLogger(__name__)
MOST_NAMED = 3
"""Maximum number of environments that a sentence names."""


def find_usage(
    entries: Collection[Entry],
    root: str,
    listed: Iterable[str] = (),
    *,
    memory: bool = True,
    machine: bool = True,
    environ: Mapping[str, str] = os.environ,
    stop: Callable[[], bool] = never,
) -> Usage:
    """Return which environments on this machine use the entries of the cache at `root`. Runs no Python.

    `listed` are the folders and patterns of `environments` in the preferences. `memory` says whether to use and update
    what earlier runs read. With `machine`, Pythons are also searched for in folders of the whole machine, such as
    `/usr/bin`. If `stop` returns True, the result is empty.
    """
    with step(LOG, "read the environments"):
        known = SiteMemory(used=memory)
        environments = find_environments(
            environ,
            known,
            named=known.prefixes(prefixes_in(entries, root)),
            listed=listed,
            folder=Path.cwd() if current_folder_exists() else None,
            machine=machine,
            stop=stop,
        )
        for environment in environments:
            LOG.info("environment: %s, %s", environment.title, environment.trouble or "read")
        return Usage() if stop() else usage_of(entries, environments, root)


def usage_here(
    entries: Collection[Entry],
    root: str,
    preferences: Preferences,
    *,
    memory: bool,
    demo: bool = False,
    machine: bool = True,
    environ: Mapping[str, str] = os.environ,
    stop: Callable[[], bool] = never,
) -> Usage:
    """Return which environments use the entries, as `find_usage` does, including those that the preferences list.

    With `demo`, the environments are made up. If `environments` in the preferences has a problem, no environment is
    read, and `trouble` of the result says why.
    """
    if demo:
        return usage_of(entries, made_up_environments(entries), root)
    for problem in preferences.problems:
        if may_mean(problem.key, "environments"):
            trouble = f"Nothing counts as unused until this is fixed: {preferences.path}: {problem}."
            return Usage(trouble=trouble)
    listed = preferences.environments
    return find_usage(entries, root, listed, memory=memory, machine=machine, environ=environ, stop=stop)


def remember_environments(entries: Iterable[Entry], root: str) -> None:
    """Remember the environments that self-checks name; `entries` are about to be removed from the cache at `root`."""
    if prefixes := prefixes_in(entries, root):
        known = SiteMemory()
        known.prefixes(prefixes)
        known.save()


def prefixes_in(entries: Iterable[Entry], root: str) -> list[str]:
    """Return the prefixes of the environments that self-checks name; `entries` are entries of the cache at `root`."""
    checks = [entry for entry in entries if entry.kind == "selfcheck"]
    try:
        with CacheReader(Inventory(root)) as reader:
            return [prefix for entry in checks for prefix in reader.environments(entry)]
    except RootError:
        return []


def usage_words(usage: Usage) -> str:
    """Return how many environments were looked at and which are unreadable, or why none was looked at (a sentence).

    The text is untrusted.
    """
    if usage.trouble:
        return usage.trouble
    number, unread = len(usage.environments), usage.unread
    if not number:
        return "No environment was found, so nothing counts as unused: name some in `environments` in the preferences."
    words = f"Looked at {count(number, 'environment')}"
    if not unread:
        return f"{words}."
    shown = ", ".join([f"{environment.title} ({environment.trouble})" for environment in unread[:MOST_NAMED]])
    more = f" and {len(unread) - MOST_NAMED} more" if len(unread) > MOST_NAMED else ""
    effect = "nothing counts as unused" if len(unread) == number else "what it may use does not count as unused"
    if 1 < len(unread) < number:
        effect = "what they may use does not count as unused"
    return f"{words}; {len(unread)} could not be read, so {effect}: {shown}{more}."
