from __future__ import annotations

import csv
import io
import json
import os
import platform
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from cachetui import __version__
from cachetui.report.audit.audit_rows import AuditRow, ReportHead
from tests.cli.conftest import Run, made_up_name
from tests.cli.test_preferences import prefer
from tests.inventories import write

SECTIONS = (("kinds", "kind"), ("projects", "project"), ("pythons", "python"), ("platforms", "platform"))


def audit(run: Run, cache: Path, *more: str) -> dict[str, Any]:
    said = run("audit", "--format", "json", "--no-memory", *more, "--cache-dir", cache)
    assert said.code == 0
    document = json.loads(said.out)
    assert isinstance(document, dict)
    return document


def saved(run: Run, cache: Path, tmp_path: Path, *more: str) -> Path:
    path = tmp_path / "report.json"
    path.write_text(run("audit", "--format", "json", *more, "--cache-dir", cache).out, encoding="utf-8")
    return path


def sums(listing: list[dict[str, Any]], of: Callable[[dict[str, Any]], object]) -> dict[object, tuple[int, int, int]]:
    """Compute a section again from the entries."""
    found: dict[object, list[tuple[int, int]]] = {}
    for row in listing:
        found.setdefault(of(row), []).append((row["disk_usage"], row["apparent_size"]))
    return {name: (len(own), sum(disk for disk, _ in own), sum(size for _, size in own)) for name, own in found.items()}


def told(section: list[dict[str, Any]], key: str) -> dict[object, tuple[int, int, int]]:
    return {one[key]: (one["entries"], one["disk_usage"], one["apparent_size"]) for one in section}


def test_every_figure_of_the_json_comes_out_of_its_listing(run: Run, made_up: Path) -> None:
    found = audit(run, made_up)
    listing = found["listing"]
    assert (found["schema"], found["report"], found["root"], found["terms"]) == (2, "audit", str(made_up), [])
    for section, key in (*SECTIONS, ("origins", "origin")):
        assert told(found[section], key) == sums(listing, itemgetter(key))
    now = datetime.fromisoformat(found["audited"])
    for moment, ages in found["ages"].items():
        starts = [age["from_days"] for age in ages if age["from_days"] is not None]

        def group(row: dict[str, Any], moment: str = moment, starts: list[int] = starts) -> int | None:
            if row[moment] is None:
                return None
            days = (now - datetime.fromisoformat(row[moment]).astimezone(UTC)).total_seconds() / 86_400
            return max([start for start in starts if start <= days], default=0)

        again = sums(listing, group)
        assert {start: one for start, one in told(ages, "from_days").items() if one[0]} == again
    for word in ("superseded", "dead_weight"):
        assert found[word]["entries"] == sum(row[word] for row in listing)
    info = json.loads(run("info", "--json", "--cache-dir", made_up).out)
    assert found["du"] == sum(one["disk_usage"] for one in (info, info["directories"], info["foreign"]))
    assert found["directories"]["count"] == info["directories"]["count"]


def test_the_listing_is_that_of_list(run: Run, made_up: Path) -> None:
    document = json.loads(run("list", "--json", "--cache-dir", made_up).out)
    listed = [entry for project in document["projects"] for entry in project["entries"]] + document["other"]
    found = audit(run, made_up)["listing"]
    same = ("kind", "project", "version", "disk_usage", "apparent_size", "downloaded", "checked", "url")
    assert [[row[key] for key in same] for row in found] == [[row[key] for key in same] for row in listed]
    assert [row["file_name"] for row in found] == [row["filename"] for row in listed]
    assert [row["path"] for row in found] == [row["paths"][0] for row in listed]


def test_csv_and_json_tell_the_same(run: Run, made_up: Path) -> None:
    said = run("audit", "--format", "csv", "--no-memory", "--cache-dir", made_up)
    back = [*csv.DictReader(io.StringIO(said.out, newline=""))]
    words = {None: "", True: "true", False: "false"}
    found = audit(run, made_up)
    shared = {key: str(found[key]) for key in ReportHead._fields if key != "audited"}
    expected = [
        shared
        | {key: words[value] if value is None or isinstance(value, bool) else str(value) for key, value in row.items()}
        for row in found["listing"]
    ]
    assert [row.pop("audited")[:10] for row in back] == [found["audited"][:10]] * len(back)
    assert back == expected
    assert said.out.splitlines()[0].split(",") == [*ReportHead._fields, *AuditRow._fields]
    assert (shared["host"], shared["cachetui_version"]) == (platform.node(), __version__)
    (tags,) = [
        row["tags"] for row in back if (row["kind"], row["project"], row["version"]) == ("wheel", "numpy", "2.0.0")
    ]
    assert (
        made_up_name("numpy-2.0.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")
        == f"numpy-2.0.0-{tags}.whl"
    )
    assert {row["tags"] for row in back if row["kind"] in ("sdist", "index", "redirect", "selfcheck")} == {""}
    assert all(line.endswith("\r") for line in said.out.split("\n")[:-1])


def test_rules_tell_what_prune_would_take(run: Run, made_up: Path) -> None:
    told = {one["options"]: one for one in audit(run, made_up)["rules"]}
    rules = ("--superseded", "--legacy", "--leftovers", "--dead-weight", "--older-than 90d", "--keep-latest 1")
    for rule in rules:
        planned = json.loads(run("prune", *rule.split(), "-n", "--json", "--cache-dir", made_up).out)
        assert (told[rule]["entries"], told[rule]["frees"]) == (len(planned["planned"]), planned["frees"])
    assert sum(told[rule]["frees"] for rule in rules) > 0


POLICY = """[prune]
superseded = true
keep-latest = 2
terms = ["not:kind:metadata", "size>1kB", "not:from:an-index-with-a-long-name.example"]
"""


def test_the_users_own_policy_is_a_rule(run: Run, made_up: Path) -> None:
    prefer(POLICY)
    found = audit(run, made_up)["rules"][0]
    said = run("prune", "-n", "--json", "--cache-dir", made_up)
    planned = json.loads(said.out)
    assert (found["rule"], found["known"]) == ("your policy", True)
    assert (found["entries"], found["frees"]) == (len(planned["planned"]), planned["frees"])
    assert found["options"] in said.err
    lines = run("audit", "--cache-dir", made_up).out.splitlines()
    (place,) = [index for index, line in enumerate(lines) if line.startswith("your policy ")]
    assert max(map(len, lines)) <= 80
    assert " ".join(line.strip() for line in lines[place + 1 : place + 3]) == found["options"]


def test_what_a_policy_does_without_pythons_is_not_known(run: Run, made_up: Path) -> None:
    prefer("[prune]\nunusable = true\n")
    assert not audit(run, made_up)["rules"][0]["known"]
    assert "your policy                           not known" in run("audit", "--no-memory", "--cache-dir", made_up).out


def test_a_policy_that_makes_no_sense_is_left_out_and_that_is_said(run: Run, made_up: Path) -> None:
    path = prefer("[prune]\nolder-than = 'yesterday'\n")
    said = run("audit", "--cache-dir", made_up)
    assert said.code == 0
    assert f"{path}: the policy is left out until this is fixed: prune.older-than: " in said.err
    assert "your policy" not in said.out


def test_text_fits_80_columns_whatever_is_in_the_cache(run: Run, cache: Path) -> None:
    write(cache, f"http-v2/a/a/a/a/a/{'a' * 56}.body", b"x" * 10)
    said = run("audit", "--cache-dir", cache)
    assert (said.code, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= 80
    assert said.out.isascii()
    for words in (
        "By kind",
        "By project",
        "By age, downloaded",
        "By Python",
        "By platform",
        "--superseded",
        "du counts",
    ):
        assert words in said.out


def test_terms_narrow_it(run: Run, made_up: Path) -> None:
    found = audit(run, made_up, "torch", "kind:wheel")
    assert found["terms"] == ["torch", "kind:wheel"]
    assert {(row["kind"], row["project"]) for row in found["listing"]} == {("wheel", "torch")}
    assert [one["project"] for one in found["projects"]] == ["torch"]
    assert run("audit", "nosuch", "--cache-dir", made_up).code == 3
    assert run("audit", "size>", "--cache-dir", made_up).code == 2


def test_nothing_has_changed_since_itself(run: Run, made_up: Path, tmp_path: Path) -> None:
    report = saved(run, made_up, tmp_path)
    said = run("audit", "--since", report, "--cache-dir", made_up)
    assert said.code == 0
    assert said.out.splitlines()[-1] == "Nothing has changed."
    found = json.loads(run("audit", "--since", report, "--format", "json", "--cache-dir", made_up).out)
    assert [found[key] for key in ("kinds", "projects", "came", "went", "resized")] == [[]] * 5
    assert found["total"]["before"] == found["total"]["now"]
    assert len(run("audit", "--since", report, "--format", "csv", "--cache-dir", made_up).out.splitlines()) == 1


def test_what_came_went_and_grew_since(run: Run, cache: Path, tmp_path: Path) -> None:
    report = saved(run, cache, tmp_path)
    before = json.loads(report.read_text(encoding="utf-8"))
    (some,) = [row for row in before["listing"] if row["kind"] == "selfcheck"][:1]
    run("remove", "six", "--yes", "--cache-dir", cache)
    write(cache, f"http-v2/a/a/a/a/a/{'a' * 56}.body", b"x" * 10)
    (cache / some["path"]).write_bytes(b"x" * 100_000)
    found = json.loads(run("audit", "--since", report, "--format", "json", "--cache-dir", cache).out)
    assert {one["project"] for one in found["went"]} == {"six"}
    assert [one["path"] for one in found["came"]] == [f"http-v2/a/a/a/a/a/{'a' * 56}.body"]
    assert [one["path"] for one in found["resized"]] == [some["path"]]
    assert "six" in [one["project"] for one in found["projects"]]
    text = run("audit", "--since", report, "--cache-dir", cache).out
    assert max(map(len, text.splitlines())) <= 80
    assert {"Came: 1 entry", "Grew or shrank"} <= {
        line[:14].strip() if "Grew" in line else line[:13] for line in text.splitlines()
    }
    rows = [*csv.DictReader(io.StringIO(run("audit", "--since", report, "--format", "csv", "--cache-dir", cache).out))]
    assert {(row["host"], row["root"], row["since"]) for row in rows} == {
        (found["host"], str(cache), before["audited"])
    }
    assert Counter(row["change"] for row in rows) == {"went": len(found["went"]), "came": 1, "grew": 1}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[1]", "not a report of an audit"),
        (b'{"schema": 1, "projects": []}', "not a report of an audit"),
        (b'{"report": "audit", "schema": 3}', "schema 3"),
        (b'{"report": "audit", "schema": 2}', "does not make sense"),
        (b'{"report": "audit", "schema": "x"}', "schema unknown"),
        (b'{"report": "audit", "schema": 1}', "does not make sense"),
        (b'{"report": "audit", "schema": 1, "listing": [{"disk_usage": -1}]}', "does not make sense"),
        (b'{"report": "audit", "schema": 1, "listing": [7]}', "does not make sense"),
        (
            b'{"report": "audit", "schema": 1, "root": "/", "at": "", "terms": [], "entries": 2, "disk_usage": 0, '
            b'"listing": []}',
            "does not make sense",
        ),
    ],
)
def test_a_damaged_report_is_one_sentence(run: Run, made_up: Path, tmp_path: Path, content: bytes, words: str) -> None:
    report = tmp_path / "report.json"
    report.write_bytes(content)
    said = run("audit", "--since", report, "--cache-dir", made_up)
    assert (said.code, said.out) == (1, "")
    assert words in said.err
    assert len(said.err.splitlines()) == 1


def test_a_report_that_is_not_there_or_no_file(run: Run, made_up: Path, tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere", tmp_path):
        said = run("audit", "--since", place, "--cache-dir", made_up)
        assert (said.code, said.out) == (1, "")
        assert "cannot be read" in said.err


def test_a_report_of_another_cache_or_of_other_terms_is_said_to_be_that(
    run: Run, made_up: Path, tmp_path: Path
) -> None:
    report = saved(run, made_up, tmp_path)
    said = run("audit", "torch", "--since", report, "--cache-dir", made_up)
    assert said.code == 2
    assert "covers everything" in said.err
    other = tmp_path / "other"
    write(other, "selfcheck.json", b"{}")
    said = run("audit", "--since", report, "--cache-dir", other)
    assert said.code == 0
    assert f"about another cache, {made_up}" in said.err
    assert "Went: " in said.out


def test_json_is_a_format(run: Run, made_up: Path, tmp_path: Path) -> None:
    found = json.loads(run("audit", "--json", "six", "--no-memory", "--cache-dir", made_up).out)
    assert found | {"audited": ""} == audit(run, made_up, "six") | {"audited": ""}
    assert run("audit", "six", "--json", "--format", "json", "--cache-dir", made_up).code == 0
    report = saved(run, made_up, tmp_path)
    for form in ("csv", "text"):
        said = run("audit", "--json", "--format", form, "--since", report, "--cache-dir", made_up)
        assert (said.code, said.out) == (2, "")
        assert f"--json and --format {form} contradict each other" in said.err


def test_an_earlier_report_is_read_from_standard_input(
    run: Run, made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content, code, words in (
        (saved(run, made_up, tmp_path).read_bytes(), 0, ""),
        (b"", 1, "Error: The standard input is damaged, or not a report at all"),
    ):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        said = run("audit", "--since", "-", "--cache-dir", made_up)
        assert said.code == code
        assert said.err.startswith(words)
        assert ("Nothing has changed." in said.out) == (not code)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no process substitution here")
def test_an_earlier_report_is_read_from_a_pipe(run: Run, made_up: Path, tmp_path: Path) -> None:
    report = saved(run, made_up, tmp_path).read_bytes()
    os.mkfifo(tmp_path / "pipe")
    reading, writing = os.pipe()
    for place, end in ((f"/dev/fd/{reading}", writing), (tmp_path / "pipe", tmp_path / "pipe")):

        def write_report(end: Path | int = end) -> None:
            with os.fdopen(end, "wb") if isinstance(end, int) else end.open("wb") as file:
                file.write(report)

        writer = threading.Thread(target=write_report)
        writer.start()
        said = run("audit", "--since", place, "--cache-dir", made_up)
        writer.join()
        assert (said.code, said.err) == (0, "")
        assert "Nothing has changed." in said.out
    os.close(reading)


def test_a_report_of_another_computer_is_said_to_be_that(run: Run, made_up: Path, tmp_path: Path) -> None:
    report = saved(run, made_up, tmp_path)
    before = json.loads(report.read_text(encoding="utf-8"))
    report.write_text(json.dumps(before | {"host": "elsewhere"}), encoding="utf-8")
    said = run("audit", "--since", report, "--cache-dir", made_up)
    assert said.code == 0
    assert said.err == f"The earlier report is about another computer, elsewhere; this one is {before['host']}.\n"


def test_an_empty_cache(run: Run, tmp_path: Path) -> None:
    said = run("audit", "--cache-dir", tmp_path)
    assert said.code == 0
    assert "By kind" not in said.out
    assert json.loads(run("audit", "--format", "json", "--cache-dir", tmp_path).out)["listing"] == []
