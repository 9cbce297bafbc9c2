"""A file that poetry stores several times, for tests of removals."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cachetui.removal.plan import Plan, plan_removal
from tests.caches.poetry_writer import FILES, LONG_AGO, PoetryWriter
from tests.inventories import files

NOW = LONG_AGO + 10**15
URL = f"{FILES}/my_app-1.0-py3-none-any.whl"
HAS_LOCKS = pytest.mark.skipif(sys.platform == "win32", reason="there, what has locks stays")


class Stored:
    """A cache with a wheel that is stored twice, and its page."""

    def __init__(self, root: Path) -> None:
        self.cache = PoetryWriter(root)
        self.artifact = self.cache.artifact(URL, b"wheel")
        self.record = self.cache.answer("_default_cache", URL, b"wheel")
        self.page = self.cache.page("lab", "my-app", URL)
        self.others = files(root) - {self.artifact, *self.record}

    def plan(self, *paths: str, pips: tuple[int, ...] = (), protected: frozenset[str] = frozenset()) -> Plan:
        """Plan the removal of the entries at some paths."""
        inventory = self.cache.scan()
        return plan_removal(
            inventory,
            [inventory.by_path[path] for path in paths],
            now_ns=NOW,
            pips=pips,
            protected=protected,
            home=self.cache.root.parent / "home",
        )
