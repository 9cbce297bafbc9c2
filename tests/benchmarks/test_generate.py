from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from cachetui.pip.scan.scanner import scan
from tests.benchmarks.generate import Known, generate, main

ENTRIES = 600


def test_a_scan_finds_what_was_written(tmp_path: Path) -> None:
    known = generate(ENTRIES, tmp_path / "cache")

    found = [
        Known(entry.path, entry.kind, entry.project, entry.version, entry.filename, entry.identified_by)
        for entry in scan(tmp_path / "cache").entries
    ]
    assert sorted(found, key=lambda entry: entry.path) == known
    assert len(known) == ENTRIES


def test_the_same_seed_writes_the_same(tmp_path: Path) -> None:
    first, second, other = (generate(100, tmp_path / str(at), seed) for at, seed in enumerate((1, 1, 2)))

    def content(name: str) -> dict[str, bytes]:
        root = tmp_path / name
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    assert first == second != other
    assert content("0") == content("1") != content("2")


def test_the_command_writes_what_is_true(tmp_path: Path) -> None:
    main(["100", str(tmp_path / "cache"), "--truth", str(tmp_path / "truth.json")])

    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert len(truth) == 100
    assert Counter(row["kind"] for row in truth)["wheel"] > 20
    assert all((tmp_path / "cache" / row["path"]).is_file() for row in truth)
