"""Caches on file systems that number files and directories otherwise: overlays, mounts inside the root."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachetui.pip.scan.scanner import scan
from tests.pip.scan.test_scanner import fill

SCRIPT = """
set -e
cd "$1"
mount -t tmpfs tmpfs low
mount -t tmpfs tmpfs up
cp -a cache low/cache
mkdir up/u up/w
mount -t overlay overlay -o lowerdir=low,upperdir=up/u,workdir=up/w$2 merged
shift 2
mount --bind elsewhere merged/cache/http-v2/0
exec "$@"
"""
INSIDE = """
import sys
from pathlib import Path
from cachetui.cli.main import run
from cachetui.pip.scan.scanner import scan
from cachetui.report.entries_json import list_json
from cachetui.services import removal
removal.running_programs = lambda _: ()
found = scan(Path("merged/cache"))
print("".join(list_json(found, found.entries)).replace("\\n", " "), found.layered)
sys.exit(run(["remove", "pkg", "--yes", "--cache-dir", "merged/cache", "--no-memory"]))
"""


def can_mount(folder: Path) -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    (folder / "try").mkdir()
    asked = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", str(folder / "try")]
    overlays = "overlay" in Path("/proc/filesystems").read_text(encoding="ascii")
    return overlays and subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("options", ["", ",xino=off"])
def test_a_cache_in_the_lower_layer_of_an_overlay(options: str, tmp_path: Path) -> None:
    if not can_mount(tmp_path):
        pytest.skip("file systems cannot be mounted here")
    fill(tmp_path / "cache", 4)
    for name in ("low", "up", "merged", "elsewhere", "cache/http-v2/0"):
        (tmp_path / name).mkdir(exist_ok=True)
    shutil.rmtree(tmp_path / "cache/http-v2/0")
    (tmp_path / "cache/http-v2/0").mkdir()
    expected = scan(tmp_path / "cache")

    asked = ["unshare", "-m", "sh", "-c", SCRIPT, "sh", str(tmp_path), options, sys.executable, "-c", INSIDE]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env=environ)
    assert "Traceback" not in done.stderr

    listed, outcome = done.stdout.splitlines()[0], done.stdout.splitlines()[-1]
    document = json.loads(listed.removesuffix(" True"))
    assert listed.endswith(" True")
    entries = [entry for project in document["projects"] for entry in project["entries"]] + document["other"]
    assert [(entry["kind"], entry["url"], entry["paths"][0]) for entry in entries] == [
        (entry.kind, entry.url, entry.path) for entry in expected.entries
    ]
    assert [error["path"] for error in document["errors"]] == ["http-v2/0"]
    gone = sum(len(entry.files) for entry in expected.entries if entry.project == "pkg")
    assert outcome.startswith(f"Removed {gone} files of ")
    assert "freed at most" in outcome
