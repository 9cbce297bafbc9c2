"""The browser's activities, and the actions that each forbids meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Literal, NamedTuple


class Activity(Enum):
    """Something that takes time; the later ones are shown before the earlier ones."""

    SCANNING = auto()
    PLANNING = auto()
    EXPORTING = auto()
    REMOVING = auto()
    CHANGING_PIP = auto()


class Progress(NamedTuple):
    """Progress of an activity."""

    words: str = ""
    """In words; empty to show nothing."""
    part: float | None = None
    """The part that is done, from 0 to 1; None where that is not known."""


Activities = Mapping[Activity, Progress]
"""The running activities."""
Wish = Literal["review", "choose by rules", "export", "verify", "read it again", "change the settings"]
"""Actions that a user may want to begin, as the end of a sentence."""

FORBIDS: Mapping[Wish, tuple[Activity, ...]] = {
    "review": (Activity.EXPORTING, Activity.REMOVING),
    "choose by rules": (Activity.REMOVING, Activity.SCANNING),
    "export": (Activity.EXPORTING, Activity.REMOVING),
    "verify": (Activity.REMOVING, Activity.SCANNING),
    "read it again": (Activity.REMOVING, Activity.SCANNING),
    "change the settings": (Activity.CHANGING_PIP,),
}
"""The activities during which something cannot begin."""
RUNNING: Mapping[Activity, str] = {
    Activity.SCANNING: "The cache is being read: wait for that, then {wish}.",
    Activity.EXPORTING: "An export is running: wait for it, or stop it with {stop}; then {wish}.",
    Activity.REMOVING: "A removal is running: wait for it, or stop it with {stop}; then {wish}.",
    Activity.CHANGING_PIP: "A pip is changing its settings: wait for it.",
}
"""Why something cannot begin during an activity."""


def refusal(wish: Wish, activities: Activities, stop: str, *, was_read: bool = True) -> str | None:
    """Return why something cannot begin now, as a sentence; None where it may.

    `stop` is the key that stops what runs; `was_read` says whether the cache has been read at all.
    """
    running = next((activity for activity in FORBIDS[wish] if activity in activities), None)
    if running is None and not was_read:
        running = Activity.SCANNING
    return None if running is None else RUNNING[running].format(wish=wish, stop=stop)


def shown_progress(activities: Activities) -> Progress:
    """Return the progress to show: that of the latest of the activities."""
    return max(activities.items(), key=lambda item: item[0].value, default=(None, Progress()))[1]
