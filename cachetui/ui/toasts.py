"""Toasts: their duration, their subject, and a place where they cover neither the cursor nor a dialog's answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import uuid4

from textual.app import App
from textual.notifications import Notification, Notify, SeverityLevel
from textual.screen import Screen

LETTERS_PER_SECOND = 16
"""Number of characters that are read in a second."""
AT_LEAST: dict[SeverityLevel, float] = {"information": 3.0, "warning": 6.0, "error": 12.0}
"""Minimum number of seconds that a toast stays, by its severity."""

KEPT_IN_SIGHT = "#answers, #together"
"""Selector of the lines of dialogs that toasts do not cover: the answers (buttons), and the total of the rules."""


class RaisedToast(NamedTuple):
    """A toast that was raised, and may still be shown."""

    notification: Notification
    """Text, severity and time of the toast."""
    subject: object
    """The screen and the view that were shown when the toast was raised."""

    @property
    def again(self) -> RaisedToast:
        """The toast with another identity, because Textual shows no toast a second time."""
        return self._replace(notification=replace(self.notification, identity=str(uuid4())))

    def replaces(self, other: RaisedToast) -> bool:
        """Return whether the toast replaces another one: if they have the same words, or if both only inform."""
        one, two = self.notification, other.notification
        return one.message == two.message or one.severity == two.severity == "information"


class Toasts:
    """The toasts of an app: each except errors disappears with its subject, and none covers the cursor or answers."""

    def __init__(self, app: App[None], subject: Callable[[], object]) -> None:
        """Keep the toasts of an app; `subject` returns what a toast raised at that moment is about."""
        self._app, self._subject = app, subject
        self._raised: list[RaisedToast] = []  # toasts that are shown, and some that have disappeared

    def add(self, event: Notify) -> None:
        """Add a new toast, and remove the toasts that it replaces."""
        if any(toast.notification is event.notification for toast in self._raised):
            return
        raised = RaisedToast(event.notification, self._subject())
        self._raised.append(raised)
        if self._keep(lambda toast: toast is raised or not raised.replaces(toast)):
            event.prevent_default()  # the toast is shown with those that stay

    def drop_past(self) -> None:
        """Remove the toasts that are about what is no longer shown, except errors, which stay for their full time."""
        subject = self._subject()
        self._keep(lambda toast: toast.notification.severity == "error" or toast.subject == subject)
        self._app.call_after_refresh(self.place)

    def place(self) -> None:
        """Show the toasts where they cover neither the cursor nor answers."""
        place_toasts(self._app.screen_stack)

    def _keep(self, keep: Callable[[RaisedToast], bool]) -> bool:
        """Remove the toasts for which `keep` returns False; return whether any were removed.

        Textual can only remove all toasts, so those that stay are shown anew.
        """
        if all(map(keep, self._raised)):
            return False
        self._app.clear_notifications()
        self._raised = [toast.again for toast in self._raised if keep(toast) and not toast.notification.has_expired]
        for toast in self._raised:
            self._app.post_message(Notify(toast.notification))
        return True


def toast_seconds(message: str, severity: SeverityLevel) -> float:
    """Return for how many seconds a toast stays: long enough to be read."""
    return max(AT_LEAST[severity], len(message) / LETTERS_PER_SECOND)


def place_toasts(screens: Sequence[Screen[Any]]) -> None:
    """Show toasts in the tallest gap above, below or between the cursor and `KEPT_IN_SIGHT` on the last screen."""
    if not screens:  # the app is closing
        return
    screen, height = screens[-1], screens[-1].size.height
    focused = screen.focused
    rows = [0 if focused is None else getattr(focused, "cursor_y", focused.region.y)]
    rows = sorted([*rows, *[answers.region.y for answers in screen.query(KEPT_IN_SIGHT)]])
    rooms = [
        (height - 1 - rows[-1], height - 1),
        *[(low - high - 1, low) for high, low in pairwise(rows)],
        (rows[0], 0),
    ]
    _, end = max(rooms, key=lambda room: room[0])  # the row below the toasts; 0 if they are at the top
    for rack in screen.query_children("ToastRack"):
        rack.set_class(not end, "-at-top")
        rack.styles.margin = (0, 0, height - end if end else 0, 0)
