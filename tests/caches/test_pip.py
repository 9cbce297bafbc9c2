from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from cachetui.caches.registry import source_of
from cachetui.caches.source import ScanOptions
from cachetui.conduct import PIP
from cachetui.demo.artifacts import wheel
from cachetui.demo.writer import CacheWriter, plain_headers
from cachetui.model import NS, Entry, Inventory
from cachetui.pip.config.location import Location, locate
from cachetui.pip.memory import default_path

AT = 1_700_000_000 * NS
SOURCE = source_of("pip")


def read(location: Location, *, memory: bool = False, known: dict[str, Entry] | None = None) -> Inventory:
    return SOURCE.scan(location, ScanOptions(memory=memory, known=known or {}))


def test_the_location_is_that_of_pips_settings(tmp_path: Path) -> None:
    environ = {**os.environ, "PIP_CACHE_DIR": str(tmp_path)}
    assert SOURCE.locate(None, python=None, environ=environ) == locate(environ=environ)
    assert SOURCE.locate(None, python=None, environ=environ).root == tmp_path


def test_a_scan_reads_what_pip_wrote_and_remembers_it_if_it_may(tmp_path: Path) -> None:
    body = wheel("six", "1.16.0", "py3-none-any")
    headers = plain_headers("application/octet-stream", size=len(body), at_ns=AT)
    CacheWriter(tmp_path).answer("https://files.example/six-1.16.0-py3-none-any.whl", body, headers, AT)
    location = SOURCE.locate(str(tmp_path), python=None, environ=os.environ)
    inventory = read(location)
    assert [(one.kind, one.project, one.version) for one in inventory.entries] == [("wheel", "six", "1.16.0")]
    assert inventory.conduct == PIP
    assert not default_path().exists()
    assert read(location, memory=True).entries == inventory.entries
    assert default_path().exists()
    (again,) = read(location, known=dict(inventory.by_path)).entries
    assert again is inventory.entries[0]


def test_the_demos_cache_is_said_to_be_made_up(tmp_path: Path) -> None:
    location = replace(SOURCE.locate(str(tmp_path), python=None, environ=os.environ), made_up=True)
    inventory = read(location)
    assert (inventory.made_up, inventory.by_length) == (True, True)
