from __future__ import annotations

import pytest

from cachetui.model import Entry, File, Kind
from cachetui.removal.in_use import (
    BUILT_LATELY,
    DAY_NS,
    HOUR_NS,
    build_folder,
    build_times,
    folder_of,
    quiet_time,
    reason_to_stay,
)
from tests.inventories import NOW

FOLDER = "wheels/a/b/c/d/tmpabc"


def entry(kind: Kind, path: str, age_ns: int = 365 * DAY_NS) -> Entry:
    """Return an entry of one file that was written some time ago."""
    when = NOW - age_ns
    return Entry(
        kind=kind, path=path, files=(File(path, inode=1, mtime_ns=when, size=1, disk_usage=512),), downloaded=when
    )


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        (f"{FOLDER}/x/y.py", FOLDER),
        (FOLDER, FOLDER),
        ("http-v2/a/b/c/d/e/abc.tmp", None),
        ("wheels/a/b/c/d/tmp.tmp", None),
        ("wheels/a/b/c/d/x-1-py3-none-any.whl", None),
    ],
)
def test_a_build_folder_begins_with_tmp_and_is_no_tmp_file(path: str, folder: str | None) -> None:
    assert build_folder(path) == folder
    assert folder_of(entry("leftover", path)) == folder
    assert folder_of(entry("wheel", path)) is None
    assert quiet_time(path) == (DAY_NS if folder else HOUR_NS)


def test_a_build_folder_is_as_young_as_its_youngest_file() -> None:
    entries = [entry("leftover", f"{FOLDER}/old"), entry("leftover", f"{FOLDER}/new", HOUR_NS)]
    newest = build_times(entries)
    assert newest == {FOLDER: NOW - HOUR_NS}
    assert [reason_to_stay(one, NOW, (), newest) for one in entries] == [BUILT_LATELY, BUILT_LATELY]
    assert [reason_to_stay(one, NOW + DAY_NS, (), newest) for one in entries] == [None, None]


@pytest.mark.parametrize(("age_ns", "stays"), [(HOUR_NS - 1, True), (HOUR_NS, False)])
def test_a_leftover_stays_for_an_hour(age_ns: int, stays: bool) -> None:
    part = entry("leftover", "http-v2/a.tmp", age_ns)
    empty = part._replace(files=())
    assert [reason_to_stay(one, NOW, (), {}) is not None for one in (part, empty)] == [stays, stays]


def test_a_running_pip_keeps_what_it_may_need_again_and_nothing_else() -> None:
    kinds: list[Kind] = ["index", "response", "built", "wheel", "sdist", "redirect", "selfcheck"]
    entries = [entry(kind, kind) for kind in kinds] + [entry("leftover", FOLDER)]
    newest = build_times(entries)
    stay = [one.kind for one in entries if reason_to_stay(one, NOW, (7,), newest)]
    assert stay == ["index", "response", "built", "leftover"]
    assert not [one for one in entries if reason_to_stay(one, NOW, (), newest)]
