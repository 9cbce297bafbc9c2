from __future__ import annotations

import os
from pathlib import Path

import pytest

from cachetui.model import Inventory, Unreadable
from cachetui.report.unreadable import unreadable_sentences


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners there")
def test_each_reason_is_one_sentence_with_the_way_out(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"")
    errors = (
        *[Unreadable(name, "Permission denied", True) for name in ("a", "b")],
        Unreadable("c", "Input/output error"),
        *[Unreadable(f"d{number}", "Stale file handle") for number in range(10_000)],
    )
    assert list(unreadable_sentences(Inventory(str(tmp_path), errors=errors))) == [
        f"Not readable: a and 1 more: Permission denied; chmod -R u+rwX {tmp_path} allows it.",
        "Not readable: c: Input/output error.",
        "Not readable: d0 and 9,999 more: Stale file handle.",
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser can try")
def test_the_owner_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "of root").write_bytes(b"")
    (tmp_path / "of nobody in particular").write_bytes(b"")
    os.chown(tmp_path / "of nobody in particular", 47_114_711, 1)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    told: list[str] = []
    for name in ("of root", "of nobody in particular"):
        inventory = Inventory(str(tmp_path), errors=(Unreadable(name, "Permission denied", True),))
        told += unreadable_sentences(inventory)
    assert "it belongs to root: sudo chown -R $USER " in told[0]
    assert "it belongs to user 47114711: sudo chown -R $USER " in told[1]
