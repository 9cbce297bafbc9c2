from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cachetui.file_status import is_directory, is_link
from cachetui.pip.scan.scanner import scan
from cachetui.removal.execute import execute
from cachetui.removal.rooted import OpenDirectory
from cachetui.system import tree
from tests.inventories import write_record
from tests.removal.plans import plan_all

TAGS = {
    "junction": (0xA0000003, True),
    "symbolic link": (0xA000000C, True),
    "link of a container": (0xA0000027, True),
    "none": (0, False),
    "OneDrive": (0x9000601A, False),
    "container": (0x80000018, False),
    "deduplicated": (0x80000013, False),
}
"""Reparse tags of Windows (`winnt.h`), and whether each marks a name for another place."""


@pytest.mark.parametrize(("tag", "links"), TAGS.values(), ids=TAGS)
def test_of_reparse_points_only_links_are_not_entered_when_reading_and_removing(
    tag: int, links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lstat(path: str, **options: Any) -> os.stat_result:
        found = real(path, **options)
        if str(path).rstrip("/").endswith("http-v2"):
            values = {name: getattr(found, name) for name in dir(found) if name.startswith("st_")}
            found = SimpleNamespace(**values, st_reparse_tag=tag)  # type: ignore[assignment]
        return found

    real = os.lstat
    root = tmp_path.resolve() / "pip"
    paths = write_record(root, "a")
    plan = plan_all(root)
    monkeypatch.setattr(tree, "BY_DESCRIPTOR", False)  # as on Windows
    monkeypatch.setattr(os, "lstat", lstat)
    found = lstat(str(root / "http-v2"))
    assert (is_link(found), is_directory(found)) == (links, not links)
    inventory = scan(root)
    assert [file.path for entry in inventory.entries for file in entry.files] == ([] if links else [*paths])
    outcome = execute(plan, opener=lambda path: OpenDirectory(path, by_descriptor=False))
    assert outcome.removed == (() if links else paths)
    assert [(root / path).exists() for path in paths] == [links, links]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_a_symbolic_link_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    found = [path.lstat() for path in (tmp_path / "link", tmp_path)]
    assert [(is_link(one), is_directory(one)) for one in found] == [(True, False), (False, True)]
    assert stat.S_ISLNK(found[0].st_mode)
