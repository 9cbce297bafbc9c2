"""Find out why a removal would leave entries: protection, possible use, changes, or missing rights."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cachetui.model import Entry, Inventory
from cachetui.removal.in_use import PROTECTED, build_times, folder_of, reason_to_stay
from cachetui.removal.recheck import recheck


def staying(
    inventory: Inventory,
    *,
    now_ns: int,
    pips: tuple[int, ...] = (),
    protected: Collection[str] = frozenset(),
    exact: bool = False,
) -> Mapping[str, str]:
    """Return why entries of a whole cache would stay, by path.

    `now_ns` is the current time in nanoseconds since the epoch, `pips` are the process ids of running programs that
    use the cache, and `protected` holds the paths of protected entries. If `exact`, all entries are looked at on the
    disk, as by a plan: whether they have changed, and whether this user may remove them. Otherwise, only the folders in
    which wheels are built are looked at.
    """
    watched = ("leftover", *inventory.conduct.awaited) if pips else ("leftover",)
    entries = inventory.entries
    concerned = [entry for entry in entries if exact or entry[0] in watched or entry[2] in protected]
    looked_at = concerned if exact else [entry for entry in concerned if folder_of(entry)]
    unlike, seen = recheck(inventory, looked_at) if looked_at else ({}, {})
    found = reasons(inventory, concerned, unlike, seen, now_ns=now_ns, pips=pips, protected=protected)
    stays = {path: reason for path, reason in found.items() if reason is not None}
    for path, twins in inventory.twins.items():  # those go with it, or it stays, too
        if path not in stays and (reason := next((stays[twin] for twin in twins if twin in stays), None)):
            stays[path] = reason
    return stays


def reasons(
    inventory: Inventory,
    entries: Iterable[Entry],
    unlike: Mapping[str, str],
    seen: Mapping[str, int],
    *,
    now_ns: int,
    pips: tuple[int, ...],
    protected: Collection[str],
) -> dict[str, str | None]:
    """Return why each of `entries` must stay, by path, or None; `unlike` and `seen` are the results of `recheck`."""
    newest = build_times(inventory.entries)
    newest |= {folder: max(at, newest[folder]) for folder, at in seen.items()}
    return {
        entry.path: PROTECTED
        if entry.path in protected
        else reason_to_stay(entry, now_ns, pips, newest, inventory.conduct) or unlike.get(entry.path)
        for entry in entries
    }
