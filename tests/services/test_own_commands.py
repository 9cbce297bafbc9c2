from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cachetui.caches.registry import source_of
from cachetui.caches.source import ScanOptions, ToolCommand
from cachetui.caches.uv import scan_uv
from cachetui.errors import RootError
from cachetui.model import Inventory
from cachetui.pip.config.location import Location
from cachetui.services.own_commands import own_commands, returned
from cachetui.text.format import disk_text
from tests.caches.uv_cache import UvCache


@pytest.fixture
def cache(tmp_path: Path) -> UvCache:
    cache = UvCache(tmp_path / "uv")
    cache.wheel("beta", "2.0")
    return cache


def location_of(cache: UvCache) -> Location:
    return Location(cache.root, "--cache-dir", named=True, enabled=True, source="uv")


def read(cache: UvCache) -> Inventory:
    found = scan_uv(location_of(cache), ScanOptions())
    return replace(found, may_share=False)


def test_all_of_it_is_given_back(cache: UvCache) -> None:
    inventory = read(cache)

    assert returned(inventory, inventory.entries) == (inventory.disk_usage, 0, True, 0)


def test_other_names_keep_their_space(cache: UvCache, tmp_path: Path) -> None:
    [code] = (cache.root / "archive-v0").rglob("__init__.py")
    os.link(code, tmp_path / "installed.py")
    inventory = read(cache)

    back = returned(inventory, inventory.entries)

    [used] = [file.disk_usage for entry in inventory.entries for file in entry.files if file.links > 1]
    assert back == (inventory.disk_usage - used, used, True, 0)


def test_what_copies_share_is_not_known_once_a_file_is_gone(cache: UvCache) -> None:
    inventory = replace(read(cache), may_share=True)
    [code] = (cache.root / "archive-v0").rglob("__init__.py")
    code.unlink()

    assert returned(inventory, inventory.entries) == (inventory.disk_usage, 0, False, 0)
    notes = own_commands(inventory, location_of(cache), inventory.entries).commands[0].notes
    assert "gives back at most" in notes[0]
    assert notes[1] == "How much of this is shared with copies elsewhere is not known."


def test_a_root_that_is_gone(cache: UvCache, tmp_path: Path) -> None:
    inventory = replace(read(cache), may_share=True, root=str(tmp_path / "gone"))

    with pytest.raises(RootError):
        returned(inventory, inventory.entries)
    notes = own_commands(inventory, location_of(cache), inventory.entries).commands[0].notes
    assert notes[-1] == "How much of this is shared with copies elsewhere is not known."


def test_a_root_that_is_gone_and_a_file_that_three_commands_remove(
    cache: UvCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [code] = (cache.root / "archive-v0").rglob("__init__.py")
    for name in ("gamma", "delta"):
        (cache.root / "archive-v0" / cache.archive(name, "1.0") / "shared.py").hardlink_to(code)
    inventory = read(cache)
    first, second, third = inventory.entries  # the shared file counts in the first entry
    three = [ToolCommand(("uv",), (entry,)) for entry in (second, first, third)]
    source = replace(source_of("uv"), commands=lambda *_: three)
    monkeypatch.setattr("cachetui.services.own_commands.source_of", lambda _: source)
    gone = replace(inventory, may_share=True, root=str(tmp_path / "gone"))

    [shared] = [file for file in first.files if file.links > 1]
    notes = [one.notes for one in own_commands(gone, location_of(cache), inventory.entries).commands]
    told = f"{disk_text(shared.disk_usage)} are given back only by a later command: what it removes shares them."
    assert [told in some for some in notes] == [False, True, False]


def test_commands_name_a_cache_that_uv_would_not_use(cache: UvCache, monkeypatch: pytest.MonkeyPatch) -> None:
    inventory = read(cache)
    named = own_commands(inventory, location_of(cache), inventory.entries).commands
    monkeypatch.setenv("UV_CACHE_DIR", str(cache.root))
    default = own_commands(inventory, location_of(cache), inventory.entries).commands

    assert [one.command for one in named] == [f"uv cache clean --cache-dir {cache.root}"]
    assert [one.command for one in default] == ["uv cache clean"]


def test_the_commands_together_give_back_what_they_share(cache: UvCache, tmp_path: Path) -> None:
    [code] = (cache.root / "archive-v0").rglob("__init__.py")
    orphan = cache.archive("gamma", "1.0")
    [other] = (cache.root / "archive-v0" / orphan).rglob("__init__.py")
    (cache.root / "archive-v0" / orphan / "shared.py").hardlink_to(code)
    other.with_name("installed.py").hardlink_to(other)
    (tmp_path / "installed.py").hardlink_to(other)
    cache.page("delta")
    inventory = read(cache)
    chosen = [entry for entry in inventory.entries if entry.project != "delta"]
    wheel, leftover = sorted(chosen, key=lambda entry: entry.kind == "leftover")
    usage = {file.path: file.disk_usage for entry in inventory.entries for file in entry.files}
    both = sum(usage[path] for path in usage if path.endswith(("/beta/__init__.py", "/shared.py")))
    outside = sum(usage[path] for path in usage if path.endswith(("/gamma/__init__.py", "/installed.py")))
    assert both and outside

    first = returned(inventory, [wheel], later=[leftover])
    second = returned(inventory, [leftover], before=[wheel])

    assert first.later == both
    assert (first.elsewhere, second.elsewhere, second.later) == (0, outside, 0)
    assert first.disk + second.disk == returned(inventory, chosen).disk
    commands = own_commands(inventory, location_of(cache), chosen).commands
    assert [one.notes[1] for one in commands] == [
        f"{disk_text(both)} are given back only by a later command: what it removes shares them.",
        f"{disk_text(outside)} stay in use: other files, as in environments, share them.",
    ]
