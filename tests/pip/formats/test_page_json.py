from __future__ import annotations

import json
import tracemalloc

import pytest

from cachetui.pip.formats.page_json import MOST_MEMORY, TooLargeError, parse_page


@pytest.mark.parametrize("piece", [b"[],", b"{},", b"0,", b'{"a":{}},', b'"",', b"[[[[]]]],", b'{"":0},'])
def test_memory_is_bounded_whatever_the_text_holds(piece: bytes) -> None:
    text = b"[" + piece * ((4 << 20) // len(piece)) + b"0]"
    tracemalloc.start()
    try:
        parse_page(text)
    except TooLargeError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 1.5 * MOST_MEMORY + 2 * len(text)


def test_the_largest_pages_are_parsed() -> None:
    file = {
        "filename": "x-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
        "url": "https://files.example/" + "a" * 200,
        "hashes": {"sha256": "0" * 64},
        "core-metadata": {"sha256": "0" * 64},
        "requires-python": ">=3.8",
        "size": 1,
        "upload-time": "2026-11-01T00:00:00Z",
        "yanked": False,
        "provenance": None,
    }
    page = {"name": "x", "files": [file] * 30_000}
    assert parse_page(json.dumps(page).encode()) == page
