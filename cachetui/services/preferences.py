"""Read the user's preferences, report their problems, and refuse removals that they forbid."""

from __future__ import annotations

import logging
from collections.abc import Callable

from cachetui.errors import RefusedError
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Preferences

LOG = logging.getLogger(__name__)


def preferred(note: Callable[[str], None]) -> Preferences:
    """Read the user's preferences; `note` gets a sentence for each problem that blocks nothing."""
    preferences = read_preferences()
    LOG.info("preferences: %s, %s", preferences.path, "read" if preferences.exists else "which does not exist")
    for problem in preferences.problems:
        if not problem.blocks:
            note(f"{preferences.path}, {problem}.")
    return preferences


def read_only_words(preferences: Preferences) -> str:
    """Return why nothing is removed while the preferences are read-only, and how to change that."""
    return (
        f"Nothing is removed, because {preferences.path} says read-only = true. No option overrides it: "
        "change that file to remove; --dry-run shows what would be removed."
    )


def preferred_for_removal(note: Callable[[str], None], *, dry_run: bool = False) -> Preferences:
    """Read the user's preferences. Raises RefusedError if they forbid removals, or if a problem leaves this open.

    `dry_run` says that nothing will be removed, which read-only preferences allow.
    """
    preferences = preferred(note)
    if preferences.refusal:
        raise RefusedError(preferences.refusal)
    if preferences.read_only and not dry_run:
        raise RefusedError(read_only_words(preferences))
    return preferences
