"""Find problems in a cache, either without reading whole archives or by reading entries to their end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from packaging.version import Version

from cachetui.errors import CachetuiError
from cachetui.insight.health.checks import check
from cachetui.insight.health.finding import Finding
from cachetui.insight.health.verification import VerificationProgress, Verified, verify
from cachetui.model import Entry, Inventory
from cachetui.services.diagnostics.guard import guard
from cachetui.services.removal import known_pips
from cachetui.system.steps import step
from cachetui.system.tree import never

LOG = logging.getLogger(__name__)


def find_problems(
    inventory: Inventory,
    entries: Collection[Entry] | None = None,
    *,
    now_ns: int,
    pip: Version | None = None,
    fresh_hours: int | None = None,
    memory: bool = False,
    stop: Callable[[], bool] = never,
) -> tuple[Finding, ...]:
    """Return the problems of some entries, by default all, that can be found without reading whole archives.

    `now_ns` is in nanoseconds since the epoch. `pip` is the version of the pip that the findings are for. `fresh_hours`
    and `memory` are as in `check`. Raises CachetuiError and OSError.
    """
    _refuse_unpacked(inventory)
    with guard("check the cache"), step(LOG, "checked the cache"):
        pips = known_pips(inventory)
        return check(
            inventory, entries, now_ns=now_ns, pips=pips, pip=pip, fresh_hours=fresh_hours, memory=memory, stop=stop
        )


def verify_entries(
    inventory: Inventory,
    entries: Collection[Entry],
    *,
    stop: Callable[[], bool] = never,
    report: Callable[[VerificationProgress], None] = lambda _: None,
) -> Verified:
    """Read to their end those entries that can be verified, and compare them with the known hashes.

    These are the hashes that cached index pages and origin.json files list. `report` works as in `verify`. Raises
    CachetuiError and OSError.
    """
    _refuse_unpacked(inventory)
    with guard("verify the cache"), step(LOG, "verified the cache"):
        return verify(inventory, entries, stop=stop, report=report)


def _refuse_unpacked(inventory: Inventory) -> None:
    """Raise CachetuiError if a cache holds its wheels unpacked, so that the hashes of indexes do not apply to them."""
    if inventory.conduct.unpacked:
        tool = inventory.conduct.tool
        raise CachetuiError(f"Nothing is verified here: {tool} keeps wheels unpacked, and no index lists their hashes.")
