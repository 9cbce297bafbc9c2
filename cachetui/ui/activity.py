"""Activities of the browser, and the actions that cannot begin during each activity."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Literal, NamedTuple


class Activity(Enum):
    """Activity that takes time; if several are running, the progress of the one that is declared last is shown."""

    SCANNING = auto()
    PLANNING = auto()
    EXPORTING = auto()
    REMOVING = auto()
    CHANGING_PIP = auto()


class ActivityProgress(NamedTuple):
    """Progress of an activity."""

    words: str = ""
    """The progress in words; empty to show nothing."""
    part: float | None = None
    """The part that is done, from 0 to 1; None if that is not known."""


Activities = Mapping[Activity, ActivityProgress]
"""The running activities."""
Wish = Literal[
    "review",
    "choose by rules",
    "check a list",
    "export",
    "verify",
    "read it again",
    "change the settings",
    "open another cache",
]
"""Actions that a user may want to begin, in words that can end a sentence such as "wait for that, then review"."""

FORBIDS: Mapping[Wish, tuple[Activity, ...]] = {
    "review": (Activity.EXPORTING, Activity.REMOVING),
    "choose by rules": (Activity.REMOVING, Activity.SCANNING),
    "check a list": (Activity.REMOVING, Activity.SCANNING),
    "export": (Activity.EXPORTING, Activity.REMOVING),
    "verify": (Activity.REMOVING, Activity.SCANNING),
    "read it again": (Activity.REMOVING, Activity.SCANNING),
    "change the settings": (Activity.CHANGING_PIP,),
    "open another cache": (Activity.EXPORTING, Activity.REMOVING, Activity.CHANGING_PIP),
}
"""For each action, the activities during which it cannot begin."""
WISHES: Mapping[str, Wish] = {
    "review": "review",
    "purge": "review",
    "rules": "choose by rules",
    "export": "export",
    "verify": "verify",
    "rescan": "read it again",
}
"""The `Wish` of some keys' actions, by the action's name; if it cannot begin, pressing the key shows why."""
RUNNING: Mapping[Activity, str] = {
    Activity.SCANNING: "The cache is being read: wait for that, then {wish}.",
    Activity.EXPORTING: "An export is running: wait for it, or stop it with {stop}; then {wish}.",
    Activity.REMOVING: "A removal is running: wait for it, or stop it with {stop}; then {wish}.",
    Activity.CHANGING_PIP: "pip is still saving its settings: wait a moment.",
}
"""For each activity in `FORBIDS`, the sentence that says why an action cannot begin."""


def refusal(wish: Wish, activities: Activities, stop: str, *, was_read: bool = True) -> str | None:
    """Return why an action cannot currently begin (a sentence); None if it can begin.

    `stop` is the name of the key that stops an activity. If `was_read` is False, the cache has yet to be read, and
    the action cannot begin before that.
    """
    running = next((activity for activity in FORBIDS[wish] if activity in activities), None)
    if running is None and not was_read:
        running = Activity.SCANNING
    return None if running is None else RUNNING[running].format(wish=wish, stop=stop)


def shown_progress(activities: Activities) -> ActivityProgress:
    """Return the progress of the running activity that is declared last in `Activity`; empty if none is running."""
    return max(activities.items(), key=lambda item: item[0].value, default=(None, ActivityProgress()))[1]
