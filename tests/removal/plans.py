"""Plans of removals for tests, and the state of a root."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cachetui.model import Inventory
from cachetui.removal.plan import Plan, plan_removal
from cachetui.removal.rooted import OpenDirectory
from tests.inventories import HOUR, NOW, inventory_of

Opener = Callable[[str], OpenDirectory]
CHANGED = "changed since the cache was read"
BELONGS = "belongs to something that is kept"
WHEELS = f"wheels/aa/bb/cc/{'d' * 50}"
FOLDER = f"{WHEELS}/tmpabcdefgh"
LATER = NOW + 25 * HOUR
"""Time at which a folder that a test made is old enough: the time of a folder's last change cannot be set back."""


def plan_all(root: Path, inventory: Inventory | None = None) -> Plan:
    inventory = inventory or inventory_of(root)
    return plan_removal(inventory, inventory.entries, now_ns=NOW, home=root.parent / "home")


def plan_later(inventory: Inventory) -> Plan:
    return plan_removal(inventory, inventory.entries, now_ns=LATER, home=Path(inventory.root).parent / "home")


def plan_some(root: Path, *paths: str) -> Plan:
    inventory = inventory_of(root)
    return plan_removal(inventory, [inventory.by_path[path] for path in paths], now_ns=NOW, home=root.parent / "home")


def remaining(root: Path) -> set[str]:
    """Return every path that is left under a root."""
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def blocks(root: Path) -> int:
    """Sum up allocated bytes as `du` does: everything under a root, each inode once."""
    stats = [path.lstat() for path in [root, *root.rglob("*")]]
    return sum({(stat.st_dev, stat.st_ino): stat.st_blocks * 512 for stat in stats}.values())
