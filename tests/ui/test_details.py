from __future__ import annotations

from dataclasses import replace

from cachetui.browsing.catalog import Catalog, GroupKey, GroupKind, version_key
from cachetui.browsing.model import BrowserModel
from cachetui.browsing.rows import Row
from cachetui.ui.browse.details import Fact, facts_of, parts_of, title_of
from tests.ui.cache import MB, NOW, everyday, inventory, made

TORCH = GroupKey(GroupKind.PROJECT, "torch")
RELEASE = version_key("torch", "2.3.0+cu121")


def row_of(name: str) -> Row:
    model = BrowserModel(Catalog.of(everyday()))
    model.expanded.update({TORCH, RELEASE})
    return next(row for row in model.rows() if row.name == name)


def test_an_entry_tells_its_ages_who_named_it_and_where_it_lies() -> None:
    assert facts_of(row_of("torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl"), NOW) == [
        Fact("downloaded", "3 months ago, 2026-02-25"),
        Fact("checked", "5 weeks ago, 2026-04-22"),
        Fact("named by", "the index page that lists it"),
        Fact("file size", "781 MB"),
        Fact("from", "https://files.example/packages/torch-2.3.0%2Bcu121-cp311-cp311-linux_x86_64.whl"),
        Fact("on disk", "http-v2/torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl and its .body"),
    ]


def test_a_project_tells_spans_and_what_it_holds() -> None:
    assert facts_of(row_of("torch"), NOW) == [
        Fact("downloaded", "3 to 13 months ago"),
        Fact("checked", "5 weeks to 5 months ago"),
        Fact("holds", "4 wheels, 4 metadata files, 1 index page"),
        Fact("file size", "4.6 GB"),
    ]
    assert parts_of(row_of("torch"))[0] == "Versions"
    assert [name for name, _ in parts_of(row_of("torch"))[1]] == [
        "2.3.0+cu121",
        "2.3.0",
        "2.2.2+cu121",
        "2.1.0+cu118",
        "index",
    ]


def test_secrets_in_addresses_are_not_shown() -> None:
    secret = made("response", "a", MB, 1, url="https://me:word@files.example/x?token=abc")
    model = BrowserModel(Catalog.of(inventory([secret])))
    model.expanded.add(GroupKey(GroupKind.UNIDENTIFIED))
    told = facts_of(model.rows()[1], NOW)
    assert Fact("from", "https://***@files.example/x?token=***") in told
    assert "word" not in str(told)


def test_under_http_a_download_is_at_latest_then() -> None:
    old = made("response", "a", MB, 1)._replace(path="http/a")
    model = BrowserModel(Catalog.of(inventory([old])))
    model.expanded.add(GroupKey(GroupKind.UNIDENTIFIED))
    assert facts_of(model.rows()[1], NOW)[0].value.endswith(" at latest")


def test_titles_say_what_the_parents_would() -> None:
    assert title_of(row_of("2.3.0+cu121")) == "torch 2.3.0+cu121"
    assert title_of(row_of("its metadata")) == "metadata of torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl"
    assert title_of(row_of("index page")) == "torch index page"
    assert title_of(row_of("Not pip's")) == "Not pip's"


def test_damage_comes_first() -> None:
    row = row_of("torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl")
    assert row.entry is not None
    wrong = {row.entry.path: "a damaged download: it is not a wheel, but https://me:word@files.example/x"}
    told = facts_of(row, NOW, (), wrong)
    assert told[0] == Fact("damage", "a damaged download: it is not a wheel, but https://***@files.example/x")
    assert facts_of(row_of("torch"), NOW, (), wrong)[0] == Fact("damage", "in 1 entry: see Health")
    assert facts_of(row_of("torch"), NOW, (), {"http-v2/other": "x"})[0].label == "downloaded"


def test_a_file_that_is_stored_several_times_tells_where_else_it_is() -> None:
    one, other = (made("wheel", name, filename="six-1.0-py3-none-any.whl") for name in "ab")
    model = BrowserModel(Catalog.of(replace(inventory((one, other)), copies={one.path: (other.path,)})))
    model.expanded.update(key for row in model.rows() for key in (row.place, version_key("six", "1.0")))
    facts = {row.entry.path: facts_of(row, NOW, copies=model.catalog.copies) for row in model.rows() if row.entry}
    assert Fact("stored", f"2 times: also as {other.path}") in facts[one.path]
    assert not [fact for fact in facts[other.path] if fact.label == "stored"]
