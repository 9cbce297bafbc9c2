"""A damaged file ends the reading of that file only."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.demo.artifacts import wheel
from cachetui.demo.writer import CacheWriter, answer_path, plain_headers
from cachetui.errors import unexpected_reason
from cachetui.insight.health.checks import check
from cachetui.insight.health.verification import verify
from cachetui.insight.known_hashes import known_hashes
from cachetui.model import Inventory
from cachetui.pip.formats import index_page
from cachetui.pip.formats.records import UnreadableRecordError
from cachetui.pip.memory import Memory
from cachetui.pip.reader import CacheReader
from cachetui.pip.scan import identify
from cachetui.pip.scan.scanner import scan
from tests.damaged import AT, GOOD, JSON_RECORDS, fill_with_damage
from tests.pip.scan.test_scanner import known

URL = "https://files.example/plain-1.0-py3-none-any.whl"


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("damaged") / "cache"
    fill_with_damage(root)
    return root


def looked_into(inventory: Inventory) -> None:
    """Look again at everything that any command looks at."""
    with CacheReader(inventory) as evidence:
        for entry in inventory.entries:
            evidence.answer(entry)
            evidence.listing(entry)
            evidence.requires_python(entry)
            evidence.needs(entry)
            evidence.sha256(entry)
            evidence.origin(entry)
            evidence.environments(entry)
            list(known_hashes(entry, evidence))
    check(inventory, now_ns=AT)
    verify(inventory, inventory.entries)


def named(inventory: Inventory) -> set[str]:
    """Return the projects of wheels, of those here that are sound."""
    return {entry.project or "" for entry in inventory.entries if entry.kind in ("wheel", "built")} & set(GOOD)


def test_among_damaged_entries_the_good_ones_are_named(damaged: Path) -> None:
    inventory = scan(damaged)

    assert named(inventory) == set(GOOD)
    assert inventory.errors == ()
    unread = [entry for entry in inventory.entries if entry.path.startswith("http/") and entry.kind == "unknown"]
    assert len(unread) >= len(JSON_RECORDS)
    assert all(entry.note for entry in unread)
    looked_into(inventory)


def test_what_was_damaged_is_remembered_as_it_was_read(damaged: Path, tmp_path: Path) -> None:
    with Memory(tmp_path / "memory") as memory:
        readings = [scan(damaged, memory=memory) for _ in range(2)]
    assert known(readings[0]) == known(readings[1])


class UnthoughtOfError(Exception):
    """An error that no decoder raises; its text may hold secrets."""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Make a cache of a wheel that only its content names, a page that lists nothing, and a wheel built here."""
    root = tmp_path / "cache"
    cache = CacheWriter(root)
    data = wheel("plain", "1.0")
    cache.answer(URL, data, plain_headers("application/zip", size=len(data), at_ns=AT), AT)
    text = b'{"name": "plain", "files": []}'
    headers = plain_headers("application/json", size=len(text), at_ns=AT)
    cache.answer("https://index.example/simple/plain/", text, headers, AT)
    cache.built("https://files.example/made-1.0.tar.gz", None, "made-1.0-py3-none-any.whl", wheel("made", "1.0"), AT)
    for path in [*root.rglob("*")]:  # a memory does not keep what was changed just now
        os.utime(path, ns=(AT, AT))
    return root


LABELS = "cachetui failed to read it because of a bug in cachetui (UnthoughtOfError)"
STEPS = ((identify, "read_headers", 2), (identify, "look_inside", 1), (index_page, "read_page", 1))


@pytest.mark.parametrize(("module", "step", "failed"), STEPS)
def test_what_nobody_foresaw_is_told_of_its_entry_and_not_remembered(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, step: str, failed: int
) -> None:
    def fail(*_: object) -> None:
        raise UnthoughtOfError("https://user:secret@host")

    sound = scan(plain)
    with Memory(tmp_path / "memory") as memory:
        with monkeypatch.context() as patch:
            patch.setattr(module, step, fail)
            found = scan(plain, memory=memory)
        again = scan(plain, memory=memory)

    unknown = [entry for entry in found.entries if entry.kind == "unknown"]
    assert [entry.note for entry in unknown] == [LABELS] * failed
    assert [error.reason for error in found.errors] == [LABELS] * failed
    assert sorted(entry.path for entry in found.entries) == sorted(entry.path for entry in sound.entries)
    assert (again.errors, [entry.kind for entry in again.entries]) == ((), [entry.kind for entry in sound.entries])


def test_an_origin_that_could_not_be_read_once_is_read_the_next_time(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise UnthoughtOfError

    with Memory(tmp_path / "memory") as memory:
        with monkeypatch.context() as patch:
            patch.setattr(identify, "read_origin", fail)
            found = scan(plain, memory=memory)
        again = scan(plain, memory=memory)

    assert [(error.path.rpartition("/")[2], error.reason) for error in found.errors] == [("origin.json", LABELS)]
    assert [entry.url for entry in found.entries if entry.kind == "built"] == [None]
    assert [entry.url for entry in again.entries if entry.kind == "built"] == ["https://files.example/made-1.0.tar.gz"]


def test_what_nobody_foresaw_leaves_a_second_look_with_nothing(plain: Path) -> None:
    def fail(_: object) -> None:
        raise UnthoughtOfError

    inventory = scan(plain)
    with CacheReader(inventory) as evidence:
        for entry in inventory.entries:
            with pytest.raises(UnreadableRecordError, match="UnthoughtOfError"):
                evidence.look_into(entry, fail)


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), KeyError("secret")])
def test_words_for_what_nobody_foresaw_hold_nothing_of_a_file(error: Exception) -> None:
    assert "secret" not in unexpected_reason(error)
    assert unexpected_reason(error)


@pytest.fixture(scope="module")
def contents(damaged: Path) -> list[tuple[str, bytes]]:
    """Return the sound and the damaged files, by their paths."""
    return sorted((path.relative_to(damaged).as_posix(), path.read_bytes()) for path in files_below(damaged))


def files_below(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_file())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bytes_that_changed_end_no_reading(
    contents: list[tuple[str, bytes]], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("changed") / "cache"
    cache = CacheWriter(root)
    chance = data.draw(st.randoms(use_true_random=False))
    for path, content in chance.sample(contents, 25):
        cache.put(path, changed(content, chance), AT)
    text = wheel("goodone", "1.0")
    cache.put(answer_path("https://files.example/whole", "http-v2") + ".body", text, AT)
    cache.answer("https://files.example/whole", text, plain_headers("x", size=len(text), at_ns=AT), AT)

    inventory = scan(root)

    assert inventory.errors == ()
    assert "goodone" in named(inventory)
    assert sorted(file.path for entry in inventory.entries for file in entry.files) == sorted(
        path.relative_to(root).as_posix() for path in files_below(root)
    )
    looked_into(inventory)
    shutil.rmtree(root)


def changed(content: bytes, chance: random.Random) -> bytes:
    """Return some bytes with one to four changes: bits flipped, pieces cut out, doubled or put in."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(content) + 1)
        end = min(len(content), at + chance.randint(1, 40))
        piece = content[at:end]
        pieces = (bytes([byte ^ 1 << chance.randrange(8) for byte in piece[:1]]) + piece[1:], b"", piece * 2)
        more = (b"[", b"\xff" * 5, b"null", b"{}", b'"', b"\0", b"9" * 5_000)
        content = content[:at] + chance.choice((*pieces, *more)) + content[end:]
    return content
