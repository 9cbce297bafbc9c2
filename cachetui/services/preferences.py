"""Read the user's preferences, and report each problem that blocks nothing."""

from __future__ import annotations

from collections.abc import Callable

from cachetui.errors import RefusedError
from cachetui.preferences.file import read_preferences
from cachetui.preferences.model import Preferences


def preferred(note: Callable[[str], None]) -> Preferences:
    """Read the user's preferences; `note` gets a sentence for each problem that blocks nothing."""
    preferences = read_preferences()
    for problem in preferences.problems:
        if not problem.blocks:
            note(f"{preferences.path}, {problem}.")
    return preferences


def preferred_for_removal(note: Callable[[str], None]) -> Preferences:
    """Read the user's preferences. Raises RefusedError if they do not say clearly what is protected."""
    preferences = preferred(note)
    if preferences.refusal:
        raise RefusedError(preferences.refusal)
    return preferences
