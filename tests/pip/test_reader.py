from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cachetui.demo.writer import CacheWriter
from cachetui.insight.why.sentence_parts import span
from cachetui.pip.reader import LONGEST_LIFETIME, CachedResponse, CacheReader, _length, _lifetime, _seconds
from cachetui.pip.scan.scanner import scan

AT = 1_700_000_000 * 10**9
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
MANY = "9" * 5_000


def answer(root: Path, **headers: str) -> CachedResponse:
    """Return what is read of an answer with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    CacheWriter(root).answer("https://files.example/thing", b"body", named, AT)
    inventory = scan(root)
    with CacheReader(inventory) as evidence:
        found = evidence.answer(inventory.entries[0])
    assert found is not None
    return found


def test_headers_with_more_digits_than_any_number_has_do_no_harm(tmp_path: Path) -> None:
    found = answer(tmp_path, Date=DATE, Cache_Control=f"max-age={MANY}", Content_Length=MANY)
    assert found == CachedResponse(200, AT // 10**9, LONGEST_LIFETIME, False, None, 4, False)
    assert (found.is_whole, found.is_fresh(AT / 10**9)) == (True, True)


@pytest.mark.parametrize(
    ("control", "lifetime"),
    [
        ("max-age=600, public", 600),
        (f"max-age={'0' * 30}600", 600),
        ("max-age=0", 0),
        ("max-age=-1", 0),
        ("max-age=²", 0),
        (f"max-age={'9' * 400}", LONGEST_LIFETIME),
        ("", 3_600),
    ],
)
def test_how_long_an_answer_may_be_used(control: str, lifetime: int) -> None:
    assert _lifetime(control, "Tue, 14 Nov 2023 23:13:20 GMT" if not control else "", AT // 10**9) == lifetime


def test_the_longest_time_can_be_told() -> None:
    assert "years" in span(LONGEST_LIFETIME)


@given(st.text(max_size=60))
@example("Mon, 01 Jan " + "9" * 5_000 + " 00:00:00 GMT")
@example("Mon, 01 Jan 2020 00:00:00 +" + "9" * 5_000)
@example(" ")
@example("Mon, 01 Foo 0000 99:99:99")
def test_no_header_is_too_odd_to_be_read(text: str) -> None:
    assert _length(text) is None or text.isdigit()
    date = _seconds(text)
    for control in (text, f"max-age={text}"):
        assert 0 <= _lifetime(control, text, date) <= LONGEST_LIFETIME
