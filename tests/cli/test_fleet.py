from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.inventories import write

duckdb = pytest.importorskip("duckdb", reason="there is no DuckDB for this Python")
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def fleet(run: Run, made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write reports of three computers, one of which has an empty cache, into a folder `fleet`."""
    small = tmp_path / "small"
    write(small, "selfcheck.json", b"{}")
    (tmp_path / "empty").mkdir()
    (tmp_path / "fleet").mkdir()
    for host, cache in (("a-empty", tmp_path / "empty"), ("b-full", made_up), ("c-small", small)):
        monkeypatch.setattr("platform.node", lambda host=host: host)
        for form in ("csv", "json"):
            said = run("audit", "--format", form, "--no-memory", "--cache-dir", cache)
            (tmp_path / "fleet" / f"{host}.{form}").write_bytes(said.out.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path / "fleet"


def read(report: Path) -> Any:
    return json.loads(report.read_text(encoding="utf-8"))


def test_the_query_of_the_readme_sums_up_many_reports(fleet: Path, made_up: Path) -> None:
    (query,) = re.findall(r"```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert "'fleet/*.csv'" in query
    found = duckdb.connect().execute(query)
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    full = read(fleet / "b-full.json")
    assert [Path(row["report"]).name for row in rows] == ["b-full.csv", "c-small.csv"]
    assert [(row["host"], row["root"]) for row in rows] == [
        ("b-full", str(made_up)),
        ("c-small", str(fleet.parent / "small")),
    ]
    assert rows[0]["bytes"] == full["disk_usage"]
    assert rows[0]["superseded"] == full["superseded"]["disk_usage"]
    assert rows[0]["for_python_38"] == sum(
        [row["disk_usage"] for row in full["listing"] if (row["tags"] or "").startswith("cp38-")]
    )
    assert rows[1]["superseded"] is None


def test_json_reports_are_read_as_one_table(fleet: Path) -> None:
    found = duckdb.connect().execute(
        "SELECT host, root, disk_usage, foreign_files.files, len(listing), epoch(audited) "
        "FROM read_json('fleet/*.json', filename = true) ORDER BY filename"
    )
    reports = [read(fleet / f"{host}.json") for host in ("a-empty", "b-full", "c-small")]
    expected = [
        (one["host"], one["root"], one["disk_usage"], one["foreign_files"]["files"], len(one["listing"]))
        for one in reports
    ]
    rows = found.fetchall()
    assert [row[:-1] for row in rows] == expected
    assert all(row[-1] > 0 for row in rows)
    entries = duckdb.connect().execute(
        "SELECT filename, file_name FROM (SELECT filename, unnest(listing, recursive := true) "
        "FROM read_json('fleet/*.json', filename = true)) WHERE tags IS NOT NULL"
    )
    wheels = [row["file_name"] for row in reports[1]["listing"] if row["tags"] is not None]
    assert [(Path(report).name, name) for report, name in entries.fetchall()] == [
        ("b-full.json", one) for one in wheels
    ]


def test_no_column_needs_quotes(run: Run, fleet: Path, tmp_path: Path) -> None:
    connection = duckdb.connect()
    keywords = connection.execute("SELECT keyword_name, keyword_category FROM duckdb_keywords()").fetchall()
    taken = {name for name, category in keywords if category in ("reserved", "type_function")} | {"at", "filename"}
    since = ("--since", fleet / "c-small.json", "--cache-dir", tmp_path / "small")
    names = set((fleet / "b-full.csv").read_text(encoding="utf-8").splitlines()[0].split(","))
    names |= set(run("audit", "--format", "csv", *since).out.splitlines()[0].split(","))
    for report in (read(fleet / "b-full.json"), json.loads(run("audit", "--json", *since).out)):
        names |= set(report)
        names |= {key for rows in report.values() if isinstance(rows, list) for row in rows for key in row}
    assert names & taken == set()
    assert names >= {"host", "root", "audited", "cachetui_version", "tags", "file_name", "since"}
