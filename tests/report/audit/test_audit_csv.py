from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.insight.audit.audit import LABELS, audit_of
from cachetui.insight.audit.comparison import ComparedEntry, compare
from cachetui.insight.labelling import facts_of
from cachetui.report.audit.audit_csv import audit_csv, cell, comparison_csv
from cachetui.report.audit.audit_json import audit_json
from cachetui.report.audit.audit_rows import ReportHead
from cachetui.report.audit.audit_text import audit_text, comparison_text
from cachetui.text.escape import UNSEEN
from tests.ui.cache import NOW, inventory, made

HOSTILE = '=HYPERLINK("https://evil.example")'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (HOSTILE, f"'{HOSTILE}"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("'x", "''x"),
        ("\t=x", "\\x09=x"),
        ("torch", "torch"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, 0),
        (1, 1),
    ],
)
def test_cells_are_no_formulas(value: object, written: object) -> None:
    assert cell(value) == written
    assert type(cell(value)) is type(written)


@settings(max_examples=40)
@given(st.text())
def test_every_text_stays_on_its_line_and_comes_back(text: str) -> None:
    name = f"={text}"
    entry = made("wheel", "a", project=name, version=text, filename=name, url=f"https://u:pw@h.example/{text}")
    found = inventory([entry])
    audit = audit_of(found, facts_of(found.entries, LABELS, now_ns=NOW))
    written = "".join(audit_csv(audit))
    (row,) = csv.DictReader(io.StringIO(written, newline=""))
    assert written.count("\r\n") == 2
    assert not UNSEEN.search(written.replace("\r\n", ""))
    assert row["project"].startswith("'=")
    assert "pw@" not in written
    document = "".join(audit_json(audit))
    assert document.isascii()
    assert "pw@" not in document
    lines = [*audit_text(audit)]
    assert all(not UNSEEN.search(line) and len(line) <= 80 for line in lines)


@settings(max_examples=40)
@given(st.text(), st.integers(0, 10**16), st.integers(0, 10**16))
def test_a_comparison_stays_within_its_lines(text: str, before: int, now: int) -> None:
    def line(path: str, disk: int) -> ComparedEntry:
        return ComparedEntry(path, "wheel", text, text, text, disk)

    found = compare([line("a", before), line("b", 1)], [line("a", now), line("c", 2)])
    lines = [*comparison_text(found, text, "then", "now")]
    assert all(not UNSEEN.search(line) and len(line) <= 80 for line in lines)
    written = "".join(comparison_csv(found, ReportHead(2, text, text, "now", "0"), text))
    assert len(written.split("\r\n")) == len(found.came) + len(found.went) + len(found.resized) + 2
