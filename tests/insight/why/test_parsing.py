from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.insight.why.broken import find_broken
from cachetui.insight.why.cached_files import describe
from cachetui.insight.why.parsing import filename_of, place_of, without_secrets
from cachetui.insight.why.replay import Run
from cachetui.model import Inventory
from cachetui.pip.reader import CacheReader
from tests.insight.why.cases import built, case, chosen


@pytest.mark.parametrize(
    ("url", "filename", "place", "safe"),
    [
        ("https://u:p@h.example:8443/a/x.whl?k=1#f", "x.whl", "https://h.example:8443/a/x.whl", None),
        ("git+https://u:p@h.example/r.git@ab12", "r.git@ab12", "git+https://h.example/r.git@ab12", None),
        ("file:///a/b%20c.whl#sha256=ab", "b c.whl", "", "file:///a/b%20c.whl"),
        ("http://localhost:8080/a@b/x.whl", "x.whl", "", "http://***@b/x.whl"),
        ("six-1.0.tar.gz", "six-1.0.tar.gz", "", "six-1.0.tar.gz"),
        ("", "", "", ""),
    ],
)
def test_parts_of_urls(url: str, filename: str, place: str, safe: str | None) -> None:
    assert (filename_of(url), place_of(url), without_secrets(url)) == (filename, place, place if safe is None else safe)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:SECRET@host:99999/x",
        "https://u:SECRET@[x/a",
        "http://u:SECRET@[bad/x#y",
        "http://u:SECRET@h\N{ACCOUNT OF}x/a",
        "//u:SECRET@[h/x",
        "https://u:SEC/RET@h.example/x",
        "https://SECRET:12/3@h.example/x",
        "https://u:SECRET#w@h.example/x.whl",
        "https://u:SECRET?w@h.example/x.whl",
        "https://u:SECRET@h.example",
        "https://u:SEC/RET@h.example",
        "https://h.example/x;key=SECRET/y?key=SECRET#SECRET",
    ],
)
def test_invalid_and_odd_urls_keep_their_secrets(url: str) -> None:
    for found in (filename_of(url), place_of(url), place_of(url, host_only=True), without_secrets(url)):
        assert "SEC" not in found
        assert "RET" not in found


@given(st.text("ab:/@[]?#=;%.", max_size=20))
def test_no_url_is_too_odd(url: str) -> None:
    for scheme in ("", "http://", "file:///"):
        filename_of(scheme + url)
        place_of(scheme + url)
        without_secrets(scheme + url)


def test_files_with_an_invalid_url_are_described(tmp_path: Path) -> None:
    bad, wheel = "http://u:SECRET@[bad/x#y", "six-1.0-py3-none-any.whl"
    entry = built(wheel)._replace(url=bad)
    run = Run(resolved=True, chosen=(chosen(wheel, url=bad),))
    for typed in ("six", bad):
        found = case(typed, run, entry)
        assert "SECRET" not in describe(found, entry).words
        assert "SECRET" not in found.asked
        with CacheReader(Inventory(str(tmp_path))) as reader:
            assert find_broken(found, reader, lambda: False) == {}
