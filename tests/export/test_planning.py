from __future__ import annotations

import os
from pathlib import Path

import pytest

from cachetui.export.plan import look_at, plan_export
from cachetui.model import Entry
from tests.ui.cache import index_page, made

SIX, SEVEN = "six-1.0-py3-none-any.whl", "seven-7.0.tar.gz"


def wheel(path: str, filename: str | None = SIX, size: int = 3_000) -> Entry:
    return made("wheel", path, size, project="six", version="1.0", filename=filename)


def test_wheels_and_sdists_can_be_exported_under_names_that_are_such() -> None:
    entries = [wheel("a"), index_page("six"), wheel("b", "../../six.whl"), made("leftover", "c")]
    planned = plan_export(entries)
    assert [(one.entry.path, one.filename, one.size) for one in planned] == [
        ("http-v2/a", SIX, 2_900),
        ("http-v2/b", None, 2_900),
    ]


def test_it_is_told_what_would_be_written_what_is_there_and_what_is_in_the_way(tmp_path: Path) -> None:
    root, out = tmp_path / "cache", tmp_path / "out"
    root.mkdir()
    planned = plan_export([wheel("a"), wheel("b"), wheel("c", SEVEN), wheel("d", None), wheel("e", None)])
    same, _, other, *nameless = planned

    room = look_at(planned, out, root)
    assert (room.folder, room.exists, room.new) == (out, False, (same, other, *nameless))
    assert (room.needed, room.there, room.taken) == (4 * 2_900, (), ())
    assert room.free > 0

    out.mkdir()
    (out / SIX).write_bytes(bytes(2_900))
    (out / SEVEN).write_bytes(b"mine")
    room = look_at(planned, out, root)
    assert (room.exists, room.new, room.there, room.taken) == (True, tuple(nameless), (same,), (other,))


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_a_link_is_in_the_way_whatever_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / SIX).symlink_to(tmp_path / "nowhere")
    planned = plan_export([wheel("a")])
    assert look_at(planned, tmp_path, tmp_path / "cache").taken == planned
