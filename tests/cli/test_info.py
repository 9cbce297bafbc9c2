from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_json_adds_up(run: Run, cache: Path) -> None:
    listed = json.loads(run("list", "--json", "--cache-dir", cache).out)
    said = run("info", "--json", "--cache-dir", cache)
    info = json.loads(said.out)
    assert (said.code, said.err) == (0, "")
    assert info["schema"] == 1
    assert (info["said_by"], info["enabled"], info["off_by"]) == ("--cache-dir", True, None)
    for key in ("root", "disk_usage", "apparent_size", "directories", "foreign", "errors"):
        assert info[key] == listed[key]
    for key in ("kinds", "ages"):
        assert sum(row["disk_usage"] for row in info[key]) == info["disk_usage"]
        assert sum(row["entries"] for row in info[key]) == info["entries"]
    assert info["projects"] == len(listed["projects"])
    assert [row["to_days"] for row in info["ages"]] == [7, 30, 90, 365, None]


def test_the_text_tells_the_same(run: Run, cache: Path) -> None:
    info = json.loads(run("info", "--json", "--cache-dir", cache).out)
    text = run("info", "--cache-dir", cache).out
    assert re.search(rf"^Cache +{re.escape(str(cache))}$", text, re.MULTILINE)
    assert re.search("^Named by +--cache-dir$", text, re.MULTILINE)
    assert re.search("^State +on$", text, re.MULTILINE)
    assert f"{info['projects']} projects, {info['entries']} entries, {info['files']} files" in text
    for row in info["kinds"]:
        assert re.search(rf"^{row['kind']} .* {row['entries']}$", text, re.MULTILINE)


def test_a_root_that_is_a_link_is_told_by_both_names(run: Run, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(cache, target_is_directory=True)
    lines = run("info", "--cache-dir", tmp_path / "link").out.splitlines()
    assert [line.split()[-1] for line in lines[:2]] == [str(tmp_path / "link"), str(cache.resolve())]


def test_a_secret_in_what_stands_in_settings_is_masked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "https://ann:SECRET@index.example/")
    said = run("info", "--json")
    assert "PIP_NO_CACHE_DIR=https://***@index.example/" in " ".join(json.loads(said.out)["notes"])
    assert "PIP_NO_CACHE_DIR=https://***@index.example/" in said.err
    assert "SECRET" not in f"{said.out}{said.err}"


def test_a_cache_that_is_off_is_told_and_shown(
    run: Run, cache: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "caches"))
    monkeypatch.setenv("LOCALAPPDATA", str(home / "caches"))
    place = Path(run("dir").out.strip())
    place.parent.mkdir(parents=True)
    cache.rename(place)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "off")
    for command in ("info", "list", "dir"):
        said = run(command)
        assert said.code == 0
        assert "pip's cache is switched off: PIP_NO_CACHE_DIR=off" in said.err
        assert said.out
    assert "State        off, by PIP_NO_CACHE_DIR=off" in run("info").out
    assert json.loads(run("info", "--json").out)["off_by"] == "PIP_NO_CACHE_DIR=off"


def test_an_empty_cache_has_no_tables(run: Run, tmp_path: Path) -> None:
    said = run("info", "--cache-dir", tmp_path)
    assert said.code == 0
    assert "Kind" not in said.out
