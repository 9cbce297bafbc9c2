"""Plan and carry out a removal that spares protected entries and those that running pips use."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import replace
from functools import partial
from pathlib import Path

from cachetui.errors import RefusedError
from cachetui.model import Entry, Inventory
from cachetui.pip.processes import running_programs
from cachetui.preferences.model import Preferences
from cachetui.removal.execute import RemovalOutcome, RemovalProgress, execute
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.in_use import PROTECTED
from cachetui.removal.plan import Kept, Plan, plan_removal
from cachetui.removal.reasons_to_stay import staying
from cachetui.removal.together import groups
from cachetui.services.facts.environments import remember_environments
from cachetui.services.facts.labels import protected_entries
from cachetui.services.preferences import read_only_words
from cachetui.system.steps import step
from cachetui.system.tree import never

LOG = logging.getLogger(__name__)


def outlook_for(inventory: Inventory, protected: Collection[str], now_ns: int, *, exact: bool = False) -> Outlook:
    """Return the conditions that decide how much removals would free at present.

    `protected` holds the paths of protected entries, and `now_ns` is the current time in nanoseconds since the epoch.
    `exact` looks at each entry on the disk, as a plan does.
    """
    pips = known_pips(inventory)
    stays = staying(inventory, now_ns=now_ns, pips=pips, protected=protected, exact=exact)
    return Outlook.of(inventory, stays, available(inventory.root))


def available(root: str) -> int | None:
    """Return the bytes that are free for this user on the file system of a root; None if the system does not say.

    If the root does not exist, the nearest folder above it that exists is examined.
    """
    for place in (Path(root), *Path(root).parents):
        try:
            return shutil.disk_usage(place).free
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return None
    return None


def pips_using(inventory: Inventory) -> tuple[int, ...]:
    """Return the process ids of the running programs that may use a cache; none for a made-up cache.

    Raises OSError if the processes cannot be listed.
    """
    return () if inventory.made_up else running_programs(inventory.conduct.programs)


def known_pips(inventory: Inventory) -> tuple[int, ...]:
    """Return the result of `pips_using`, or an empty tuple if the processes cannot be listed."""
    try:
        return pips_using(inventory)
    except OSError:
        return ()


def plan(
    inventory: Inventory,
    entries: Iterable[Entry],
    preferences: Preferences,
    *,
    named: bool,
    now_ns: int,
    purge: bool = False,
) -> Plan:
    """Plan the removal of some entries; what the preferences protect and what running pips use stays.

    `named` says whether the user named the root, and `purge` whether everything is to be removed. `now_ns`
    is the current time in nanoseconds since the epoch. Raises RefusedError if nothing may be removed from
    the root, or if a problem of the preferences leaves open whether that is so or what is protected; and
    OSError if the processes cannot be listed.
    """
    if preferences.refusal:
        raise RefusedError(preferences.refusal)
    with step(LOG, "planned the removal"):
        pips = pips_using(inventory)
        LOG.info("running pips: %s", ", ".join(map(str, pips)) or "none")
        return plan_removal(
            inventory,
            entries,
            pips=pips,
            now_ns=now_ns,
            named=named,
            purge=purge,
            protected=protected_entries(inventory.entries, preferences.protection, inventory.root, now_ns),
        )


def remove(
    agreed: Plan,
    inventory: Inventory,
    preferences: Preferences,
    *,
    now_ns: int,
    memory: bool = False,
    stop: Callable[[], bool] = never,
    report: Callable[[RemovalProgress], None] | None = None,
) -> RemovalOutcome:
    """Carry out a plan that the user agreed to, except for entries that have become protected since then.

    With `memory`, the environments that the self-checks in the plan name are remembered first.

    If the root is missing, everything counts as gone; if the removal breaks off, the rest is kept. Raises
    RefusedError if the preferences forbid removals or are not clear, or if the root cannot be opened or was
    replaced.
    """
    if preferences.refusal:
        raise RefusedError(preferences.refusal)
    if preferences.read_only:
        raise RefusedError(read_only_words(preferences))
    spared = without(agreed, protected_entries(inventory.entries, preferences.protection, inventory.root, now_ns))
    if memory:
        remember_environments(spared.entries, inventory.root)
    with step(LOG, "removed"):
        return execute(spared, stop=stop, report=report, pips=partial(pips_using, inventory))


def without(agreed: Plan, protected: Set[str]) -> Plan:
    """Return a plan that keeps protected entries and their twins; `execute` then keeps their folders and companions."""
    together = groups([entry.path for entry in agreed.entries], agreed.twins)
    protected = {*protected, *[path for group in together if protected & {*group} for path in group]}
    kept = [Kept(entry.path, PROTECTED) for entry in agreed.entries if entry.path in protected]
    if not kept:
        return agreed
    going = tuple([entry for entry in agreed.entries if entry.path not in protected])
    return replace(agreed, entries=going, kept=(*agreed.kept, *kept))
