from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cachetui.errors import CachetuiError
from cachetui.insight.audit.comparison import compare
from cachetui.report.audit.audit_earlier import find_reports, read_report
from cachetui.report.audit.audit_json import AUDIT
from cachetui.report.audit.audit_rows import SCHEMA
from cachetui.report.audit.audit_text import comparison_text
from cachetui.text.escape import UNSEEN


def report(path: Path, disk_usage: Any = 4096, **other: Any) -> str:
    """Write a report of one file; return its path."""
    row = {"path": "http-v2/a", "kind": "wheel", "project": "six", "version": "1.0", "file_name": None}
    document = {"report": AUDIT, "schema": SCHEMA, "root": "/cache", "audited": "2026-01-01T00:00:00Z", "terms": []}
    document |= {"entries": 1, "disk_usage": disk_usage, "listing": [row | {"disk_usage": disk_usage}]}
    path.write_text(json.dumps(document | other))
    return str(path)


def test_reports_with_names_that_nobody_can_type_are_left_out(tmp_path: Path) -> None:
    report(tmp_path / "plain.json")
    if os.name == "posix":
        report(tmp_path / "a\x1b]2;title\x1b\\b.json")
    assert find_reports(tmp_path) == ["plain.json"]


def test_a_report_of_schema_1_is_read(tmp_path: Path) -> None:
    row = {"path": "http-v2/a", "kind": "wheel", "project": "six", "version": "1.0", "filename": "six-1.0.tar.gz"}
    old = {"schema": 1, "at": "2026-01-01T00:00:00Z", "listing": [row | {"disk_usage": 4096}]}
    earlier = read_report(report(tmp_path / "report.json", **old))
    assert (earlier.host, earlier.at) == (None, "2026-01-01T00:00:00Z")
    assert [line.file_name for line in earlier.lines] == ["six-1.0.tar.gz"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_the_browser_waits_for_no_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    assert find_reports(tmp_path) == []
    with pytest.raises(CachetuiError, match="it is not a file"):
        read_report(str(tmp_path / "pipe.json"))


@pytest.mark.parametrize("disk_usage", [10**400, 1 << 63, -1, 1.5, True, "1"])
def test_a_size_that_no_file_has_is_damage(tmp_path: Path, disk_usage: Any) -> None:
    with pytest.raises(CachetuiError, match="does not make sense"):
        read_report(report(tmp_path / "report.json", disk_usage))


def test_text_of_a_report_controls_no_terminal(tmp_path: Path) -> None:
    hostile = "\x1b]0;evil\x07\x1b[2J\u202e\ud800"
    earlier = read_report(
        report(tmp_path / "report.json", root=hostile, audited=hostile, host=hostile, terms=[hostile])
    )
    assert (earlier.root, earlier.host, earlier.at, earlier.terms) == (hostile, hostile, hostile, (hostile,))
    shown = [*comparison_text(compare(earlier.lines, ()), hostile, hostile, "now", earlier.terms)]
    assert any("evil" in line for line in shown)
    assert [line for line in shown if UNSEEN.search(line)] == []
