"""The part of the app that heeds what the user prefers by now, and knows what that protects."""

from __future__ import annotations

from functools import partial

from textual import on

from cachetui.browsing.catalog import Catalog
from cachetui.browsing.marks import Guarded
from cachetui.model import Inventory
from cachetui.preferences.model import Preferences, Problem
from cachetui.ui import workers
from cachetui.ui.operations.scan import Reader
from cachetui.ui.preferring import Prefer, Preferred, Protected, guard, prefer


class Preferrer(Reader):
    """Heeds what the preferences come to protect; theme, keys and columns stay as they were at the start."""

    preferred: Prefer | None = None
    """Reads the preferences again; None where those of the start go on to count."""

    @property
    def _prefer(self) -> Prefer:
        """Return the function that reads the current preferences; call it in a worker thread."""
        return self.preferred or (lambda: self.preferences)

    def complaints_of(self, preferences: Preferences) -> tuple[Problem, ...]:
        """Return everything that is wrong with preferences, by line."""
        return preferences.complaints

    @on(Preferred)
    def _take_up_preferences(self, event: Preferred) -> None:
        before, self.preferences = self.preferences, event.preferences
        if self.preferences is before:
            return
        self.complaints = self.complaints_of(self.preferences)
        self._tell_notices()
        protection, listing = self.preferences.protection, self.listing
        if protection.written != before.protection.written:
            listing.guard_by(protection)
            if self.inventory is not None:
                self._guard(self.inventory, listing.catalog)
            if self.browse.plain is None and "protected" in listing.unknown:
                self._show_rows()

    @on(workers.Read)
    def _guard_what_was_read(self, event: workers.Read) -> None:
        if event.turn == self._turn:
            self._guard(event.inventory, event.catalog)

    def _guard(self, inventory: Inventory, catalog: Catalog) -> None:
        """Find out what is protected."""
        protection = self.preferences.protection
        if protection.terms:
            self._beside(partial(guard, inventory, catalog, protection, self._clock()), group="guard")
        else:
            self.workers.cancel_group(self, "guard")
            self._take_up_guarded(Protected(Guarded()))

    @on(Protected)
    def _take_up_guarded(self, event: Protected) -> None:
        self.listing.guarded = event.guarded
        self.browse.tally = self.listing.tally

    def action_rescan(self) -> None:
        """Read the cache again, and the preferences."""
        if self.preferred is not None:
            self._beside(partial(prefer, self.preferred, False), group="prefer")
        super().action_rescan()
