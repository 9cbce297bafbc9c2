from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, answer_path, built_folder, file_headers, page_headers
from cachetui.insight.audit.audit import audit_of
from cachetui.insight.health.checks import check
from cachetui.labels import Facts
from cachetui.pip.memory import Memory
from cachetui.pip.scan.scanner import scan
from cachetui.removal.plan import plan_removal
from cachetui.services.audit_rules import STANDARD
from tests.damaged import JSON_RECORDS, json_record

NOW = time.time_ns()
DAY = 86_400 * 10**9
URL = "https://files.example/torch-2.3.0-py3-none-any.whl"


class Cache(CacheWriter):
    """Knows where it writes."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.root = root


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def found(root: Path, *, gone: bool = True) -> list[tuple[str, str]]:
    return [(one.sort, one.words) for one in check(scan(root), now_ns=NOW, exists=lambda _: not gone)]


def put_wheel(cache: Cache, announced: int | None = None, form: str = "v2") -> None:
    data = artifacts.wheel("torch", "2.3.0", size=20_000)
    headers = file_headers("torch", "2.3.0", "bdist_wheel", "py3", size=announced or len(data), at_ns=NOW)
    cache.answer(URL, data, headers, NOW - DAY, form=form)  # type: ignore[arg-type]


def test_a_sound_cache_has_no_findings(cache: Cache) -> None:
    put_wheel(cache)
    cache.selfcheck("/home/me/.venv", NOW - DAY)
    assert found(cache.root, gone=False) == []


@pytest.mark.parametrize("form", ["v2", "cc=4", "cc=2"])
def test_a_length_that_is_not_as_announced(cache: Cache, form: str) -> None:
    put_wheel(cache, announced=1_000_000, form=form)
    ((sort, words),) = found(cache.root)
    assert sort == "length"
    assert words.startswith("its headers announce 1,000,000 bytes, it has ")


def test_the_length_is_remembered(cache: Cache, tmp_path: Path) -> None:
    put_wheel(cache, announced=1_000_000)
    for path in [cache.root, *cache.root.rglob("*")]:
        os.utime(path, ns=(NOW - DAY, NOW - DAY))
    first = scan(cache.root)
    with Memory(tmp_path / "memory") as memory:
        scan(cache.root, memory=memory)
        again = scan(cache.root, memory=memory)
    assert [entry.announced for entry in again.entries] == [entry.announced for entry in first.entries] == [1_000_000]


def test_what_is_left_behind_unless_a_pip_may_be_at_work(cache: Cache) -> None:
    put_wheel(cache)
    name = scan(cache.root).entries[0].path
    cache.put(f"{name}q0_7ab2c.tmp", b"x" * 100, NOW - DAY)
    assert found(cache.root) == [("leftover", "a write that was never finished")]
    cache.put(f"{name}q0_7ab2d.tmp", b"x" * 100, NOW)
    assert len(found(cache.root)) == 1


def test_damaged_origins_and_wrong_names(cache: Cache) -> None:
    data = artifacts.wheel("torch", "2.3.0", size=2_000)
    cache.built(URL, None, "torch-2.3.0-py3-none-any.whl", data, NOW - DAY)
    cache.put(f"{built_folder(URL, None)}/origin.json", b"{", NOW - DAY)
    cache.built("https://files.example/other.zip", None, "torch.whl", data, NOW - DAY, origin=False)
    assert [sort for sort, _ in found(cache.root)] == ["origin", "misnamed"]


def test_a_name_that_only_old_pips_take_is_wrong_for_later_ones(cache: Cache) -> None:
    data = artifacts.wheel("pw", "0.0.1", size=2_000)
    cache.built("https://files.example/pw.zip", None, "pw_s-0.0.1_1-py3-none-any.whl", data, NOW - DAY)
    inventory = scan(cache.root)
    told = {pip: [one.sort for one in check(inventory, now_ns=NOW, pip=Version(pip))] for pip in ("25.2", "25.3")}
    assert told == {"25.2": [], "25.3": ["misnamed"]}
    assert [sort for sort, _ in found(cache.root)] == ["misnamed"]
    (entry,) = inventory.entries
    assert (entry.kind, entry.project, entry.version) == ("built", "pw-s", "0.0.1-1")


def test_links_in_place_of_folders(cache: Cache, tmp_path: Path) -> None:
    put_wheel(cache)
    (cache.root / "http-v2").rename(tmp_path / "http-v2")
    try:
        (cache.root / "http-v2").symlink_to(tmp_path / "http-v2")
    except OSError:
        pytest.skip("links cannot be made here")
    assert found(cache.root) == [("link", f"it leads to {tmp_path / 'http-v2'}")]


def test_what_ends_pip(cache: Cache) -> None:
    text = b'<title>Links for torch</title><a href="http://[">a</a>'
    headers = page_headers("text/html", size=len(text), at_ns=NOW, gzipped=False)
    cache.answer("https://index.example/simple/torch/", text, headers, NOW - DAY)
    cache.put(answer_path("https://index.example/a", "http"), json_record(JSON_RECORDS["no body"]), NOW - DAY)
    cache.put(answer_path("https://index.example/b", "http"), json_record(JSON_RECORDS["a body beyond ASCII"]), NOW)
    told = [(sort, words) for sort, words in found(cache.root)]
    assert sorted(told) == [
        ("stopping", "damaged: pip stops at it, for a part of its answer has another name"),
        ("stopping", "damaged: pip stops at it, for a text in it is not base64"),
        ("stopping", "pip stops at it, for it lists what is no address"),
    ]


def test_self_checks_of_environments_that_are_gone(cache: Cache, tmp_path: Path) -> None:
    put_wheel(cache)
    cache.selfcheck("/home/me/gone/.venv", NOW - DAY)
    cache.put("selfcheck.json", b'{"/one": {}, "/two": {}}', NOW - DAY)
    assert found(cache.root) == [("selfcheck", "of /one, /two"), ("selfcheck", "of /home/me/gone/.venv")]
    kept = check(scan(cache.root), now_ns=NOW, exists=lambda place: place == "/two")
    assert [one.words for one in kept] == ["of /home/me/gone/.venv"]


def test_an_environment_that_cannot_be_looked_for_counts_as_there(cache: Cache, tmp_path: Path) -> None:
    put_wheel(cache)
    cache.selfcheck(f"/{'x' * 5_000}", NOW - DAY)
    cache.selfcheck("/a\0b", NOW - DAY)
    cache.selfcheck(str(tmp_path / "gone"), NOW - DAY)
    cache.selfcheck(str(tmp_path), NOW - DAY)
    assert sorted(one.words for one in check(scan(cache.root), now_ns=NOW)) == ["of /a\0b", f"of {tmp_path / 'gone'}"]


def test_the_old_folder_counts_only_beside_the_new_one(cache: Cache) -> None:
    put_wheel(cache, form="cc=4")
    assert found(cache.root) == []
    data = b"x" * 100
    cache.answer("https://files.example/new", data, {"Date": "now", "ETag": "x"}, NOW - DAY)
    assert [sort for sort, _ in found(cache.root)] == ["legacy"]


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        (lambda data: data[:-100], "it does not unpack: File is not a zip file"),
        (lambda data: data[: len(data) // 2], "it does not unpack: File is not a zip file"),
        (lambda _: b"", "it is empty"),
        (lambda data: b"\0" * len(data), "it is not a wheel"),
        (lambda _: b"<!DOCTYPE html>", "it is not a wheel"),
    ],
)
def test_built_wheels_that_were_cut_short(cache: Cache, cut: Callable[[bytes], bytes], words: str) -> None:
    data = artifacts.wheel("torch", "2.3.0", size=2_000)
    cache.built(URL, None, "torch-2.3.0-py3-none-any.whl", data, NOW - DAY)
    assert found(cache.root) == []
    cache.built("https://files.example/torch-2.2.0.tar.gz", None, "torch-2.2.0-py3-none-any.whl", cut(data), NOW - DAY)
    (one,) = check(scan(cache.root), now_ns=NOW)
    assert (one.sort, one.words, one.meaning.severity) == ("build", words, "damage")
    assert "pip builds it again" in one.meaning.way_out


def test_what_is_left_behind_is_what_a_removal_takes(cache: Cache) -> None:
    put_wheel(cache)
    folder = built_folder(URL, None)
    cache.put(f"{scan(cache.root).entries[0].path}q0_7ab2c.tmp", b"x" * 100, NOW - DAY)
    for name in ("tmpabcdefgh", "tmpabcdefgi"):
        cache.put(f"{folder}/{name}/wheel", b"x", NOW - DAY)
    inventory = scan(cache.root)
    for now, number in ((NOW, 1), (NOW + 2 * DAY, 3)):
        plan = plan_removal(inventory, [one for one in inventory.entries if one.kind == "leftover"], now_ns=now)
        told = {one.path for one in check(inventory, now_ns=now) if one.sort == "leftover"}
        assert told == {entry.path for entry in plan.entries}
        (rule,) = [one for one in audit_of(inventory, Facts(now), rules=STANDARD).rules if one.options == "--leftovers"]
        assert {entry.path for entry in rule.figure.entries} == told
        assert len(told) == number


@pytest.mark.skipif(os.name == "nt", reason="Windows has lists of rights instead of modes")
@pytest.mark.parametrize("place", ["", "wheels", "http-v2", "wheels/aa"])
def test_folders_that_others_may_write_are_a_danger(cache: Cache, place: str) -> None:
    put_wheel(cache)
    (cache.root / "wheels/aa/bb").mkdir(parents=True)
    assert found(cache.root) == []
    for folder in (place, f"{place}/bb") if place == "wheels/aa" else (place,):
        (cache.root / folder).chmod(0o1777)
    (one,) = check(scan(cache.root), now_ns=NOW)
    assert (one.sort, one.path, one.meaning.severity) == ("folder", place or ".", "danger")
    assert "its mode is 1777" in one.words
    assert ("the same is true of 1 folder in it" in one.words) == (place == "wheels/aa")
    some = [entry for entry in scan(cache.root).entries if entry.path.startswith("http")]
    assert [one.path for one in check(scan(cache.root), some, now_ns=NOW)] == ([] if "wheels" in place else [one.path])


@pytest.mark.skipif(os.name == "nt", reason="Windows has lists of rights instead of modes")
def test_what_others_may_write_is_a_danger(cache: Cache) -> None:
    put_wheel(cache)
    body = cache.root / scan(cache.root).entries[0].files[-1].path
    body.chmod(0o666)
    (one,) = check(scan(cache.root), now_ns=NOW)
    assert (one.sort, one.words, one.meaning.severity) == ("writable", "its mode is 0666", "danger")
    body.chmod(0o200)
    assert found(cache.root)[-1][0] == "owner"
