from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cachetui.caches.source import ScanOptions
from cachetui.caches.uv import SOURCE, scan_uv
from cachetui.errors import RefusedError
from cachetui.model import Entry, Inventory
from cachetui.pip.config.location import Location
from cachetui.removal.plan import plan_removal
from cachetui.services.own_commands import own_commands
from tests.caches.uv_cache import INDEX, UvCache, three_generations


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    cache = three_generations(tmp_path / "uv")
    cache.wheel("Alpha_One", "1.1")
    cache.put("sdists-v11/editable/71b8/.lock", b"")
    cache.put("sdists-v11/editable/71b8/wCt8/metadata.msgpack", b"\x92\xa7epsilon\xa30.6")
    cache.archive("beta", "2.0")
    location = Location(cache.root, "--cache-dir", named=True, enabled=True, source="uv")
    return scan_uv(location, ScanOptions())


def commands(inventory: Inventory, chosen: Callable[[Entry], bool]) -> dict[str, list[str]]:
    """Return the commands for some entries, with the first parts of the paths of what they take."""
    found = SOURCE.commands(inventory, [entry for entry in inventory.entries if chosen(entry)])
    return {" ".join(one.words): sorted({entry.path.split("/")[0] for entry in one.takes}) for one in found}


def test_one_version_takes_the_whole_project(inventory: Inventory) -> None:
    found = SOURCE.commands(inventory, [one for one in inventory.entries if one.version == "1.1"])

    assert [one.words for one in found] == [("uv", "cache", "clean", "alpha-one")]
    assert sorted([(entry.kind, entry.version or "") for entry in found[0].takes]) == [
        *(("index", ""), ("wheel", "1.0"), ("wheel", "1.1"))
    ]


def test_prune_takes_what_is_not_used(inventory: Inventory) -> None:
    pruned = [
        *("archive-v0", "environments-v1", "environments-v2", "sdists-v5", "sdists-v9"),
        *("simple-v13", "simple-v19", "wheels-v2", "wheels-v5"),
    ]

    assert commands(inventory, lambda entry: entry.path.startswith("wheels-v2/")) == {"uv cache prune": pruned}
    assert commands(inventory, lambda entry: entry.kind == "environment") == {"uv cache prune": pruned}
    assert commands(inventory, lambda entry: entry.kind == "leftover") == {"uv cache prune": pruned}
    assert commands(inventory, lambda _: False) == {"uv cache prune": pruned}


def test_everything(inventory: Inventory) -> None:
    assert list(commands(inventory, lambda _: True)) == ["uv cache clean"]


def test_an_editable_build_goes_with_everything_only(inventory: Inventory) -> None:
    assert commands(inventory, lambda entry: "/editable/" in entry.path) == {}


def test_a_plan_refuses(inventory: Inventory) -> None:
    with pytest.raises(RefusedError, match=r"cachetui removes nothing from uv's cache\."):
        plan_removal(inventory, inventory.entries, now_ns=0, named=True)


@pytest.mark.parametrize("name", ["-force", "--force", "beta two", "beta;two"])
def test_what_is_no_name_of_a_project_is_not_put_into_a_command(name: str, tmp_path: Path) -> None:
    cache = UvCache(tmp_path / "uv")
    cache.page("alpha")
    cache.put(f"simple-v28/{INDEX}/{name}.rkyv", b"\0" * 8)
    location = Location(cache.root, "--cache-dir", named=True, enabled=True, source="uv")
    inventory = scan_uv(location, ScanOptions())
    chosen = [entry for entry in inventory.entries if entry.project != "alpha"]

    found = own_commands(inventory, location, chosen)

    assert len(chosen) == 1
    assert found.commands == ()
    assert found.notes[0].startswith("Only uv cache clean ")
