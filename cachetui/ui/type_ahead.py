"""Handle keys one at a time: each key is finished before the next, however fast they come."""

from __future__ import annotations

import gc
from typing import Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.screen import SystemModalScreen
from textual.timer import Timer
from textual.widgets import Input, Tooltip

from cachetui.ui.operations.memory import is_collection_due, restore_collections

PAUSE = 0.1
"""Seconds without a key after which garbage is collected."""


@runtime_checkable
class KeyFilter(Protocol):
    """A screen that does not accept all keys."""

    def accepts_key(self, event: events.Key) -> bool:
        """Return whether a key should do what it is bound to."""


@runtime_checkable
class Explainer(Protocol):
    """A screen that says why a key currently does nothing."""

    def explain_disabled(self, action: str) -> None:
        """Show the user why a key's action is disabled (`check_action` returned None for it)."""


class Keyboard(App[None]):
    """App that handles a key at once, instead of sending it through the message queues of widgets.

    In these queues, all keys of a fast sequence would reach the widget that has the focus, even if the first
    of them moves the focus.
    """

    _pause: Timer | None = None  # runs until there has been no key for a moment

    async def on_event(self, event: events.Event) -> None:
        """Handle a key at once, except in the palette; pass on other events, except the terminal's loss of focus.

        The loss is only recorded: otherwise, Textual would take the focus from the widget that has it, and so change
        the keys at the bottom.
        """
        if isinstance(event, events.AppBlur):
            self.set_reactive(App.app_focus, False)
            return
        if not isinstance(event, events.Key) or event.is_forwarded or isinstance(self.screen, SystemModalScreen):
            await super().on_event(event)
            return
        screen: object = self.screen
        if not isinstance(screen, KeyFilter) or screen.accepts_key(event):
            self.app_focus = True
            self.screen.query_children(Tooltip).set(display=False)
            box = self.focused
            if (
                isinstance(box, Input)
                and event.character is not None
                and event.is_printable
                and box.check_consume_key(event.key, event.character)
            ):
                box.replace(event.character, *box.selection)
            else:
                await self.press(event)
        self._collect_in_pause()

    def _collect_in_pause(self) -> None:
        """Collect garbage, if that is due, as soon as no key is pressed for a moment."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, gc.collect) if is_collection_due() else None

    def on_unmount(self) -> None:
        """Restore the usual frequency of garbage collections."""
        restore_collections()

    async def press(self, event: events.Key) -> None:
        """Run the action that a key is bound to, or explain why it is disabled.

        If the action did not run, let Textual try the key's other bindings.
        """
        screen: object = self.screen
        bound = self.screen.active_bindings.get(event.key)
        if bound is not None and not bound.enabled and isinstance(screen, Explainer):
            screen.explain_disabled(bound.binding.action)
        if bound is not None and not await self.run_action(bound.binding.action, bound.node):
            await super().on_event(event)
