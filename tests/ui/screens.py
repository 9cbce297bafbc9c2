"""Apps to look at, and their screens as plain text."""

from __future__ import annotations

import os
from pathlib import Path

from textual.app import App

from cachetui.browsing.catalog import Catalog
from cachetui.browsing.rows import Tops
from cachetui.model import Batch, Entry, Inventory
from cachetui.pip.config.location import Location
from cachetui.ui import workers
from cachetui.ui.app import CachetuiApp
from tests.ui.cache import NOW

SNAPSHOTS = Path(__file__).with_name("snapshots")
"""Screens as they should be; `UPDATE_SNAPSHOTS=1` writes them anew, to be read before they are committed."""
PLACE = Path("/home/user/.cache/pip")
"""Where made-up caches are said to lie; nothing is there."""


def read_message(turn: int, inventory: Inventory) -> workers.Read:
    """Return what says that a reading has come to its end, and what it found."""
    catalog = Catalog.of(inventory)
    return workers.Read(turn, inventory, catalog, Tops.of(catalog.shelves))


class Still(CachetuiApp):
    """The app over an inventory that is given, not read: no files, no threads, one moment."""

    def __init__(
        self, inventory: Inventory | None, *, read_only: bool = False, location: Location | None = None
    ) -> None:
        super().__init__(
            location or Location(PLACE, "--cache-dir", named=True, enabled=True),
            read_only=read_only,
            memory=False,
            clock=lambda: NOW,
        )
        self.given = inventory
        """What a scan finds; None for a scan that never ends."""

    def _read(self) -> None:
        self._turn += 1
        if self.inventory is None:
            self.listing.catalog.naming = True
        if self.given is not None:
            self.post_message(read_message(self._turn, self.given))

    def stream(self, entries: list[Entry], named: int, found: int, listed: bool = True) -> None:
        """Pretend that a running scan has told something."""
        files = sum(len(entry.files) for entry in entries)
        self._reading = self.run_worker(_nothing, group="pretended")
        self._queue.append(Batch(tuple(entries), files, 1_000_000, named, found, listed))
        self._take_up()

    @property
    def text(self) -> str:
        """The screen as plain text."""
        return text_of(self)

    @property
    def lines(self) -> list[str]:
        """The lines of the screen that say something."""
        return [line for line in self.text.splitlines() if line.strip()]

    @property
    def marked(self) -> set[str]:
        """The identities of what is marked."""
        return {entry.path for entry in self.listing.marks}


def text_of(app: App[None]) -> str:
    """Return the screen of an app as plain text."""
    strips = app.screen._compositor.render_strips(app.screen.size)
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"


async def _nothing() -> None:
    """Stand for a worker."""


def check(name: str, screen: str) -> None:
    """Compare a screen with how it should be."""
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(screen, encoding="utf-8")
    assert screen == path.read_text(encoding="utf-8")
