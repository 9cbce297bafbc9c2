from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.text.format import removed
from cachetui.text.redact import PLAIN_ADDRESS, masked


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://index.example/simple/pkg/", "https://index.example/simple/pkg/"),
        ("https://h/@scope/x", "https://h/@scope/x"),
        ("https://h:8080/@scope/x", "https://h:8080/@scope/x"),
        ("git+https://index.example/x@main", "git+https://index.example/x@main"),
        ("file:///home/u/x@1", "file:///home/u/x@1"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://u:p@h/x", "https://***@h/x"),
        ("https://u@h/x", "https://***@h/x"),
        ("https://u:pa/ss@h/x", "https://***@h/x"),
        ("https://u:12/34@h/x", "https://***@h/x"),
        ("https://to/ken@h/x", "https://***@h/x"),
        ("https://u:p@ss/word@h/x", "https://***@h/x"),
        ("https://u:p?a@h/x", "https://***@h/x"),
        ("https://u:p#a@h/x", "https://***@h/x"),
        (r"https:\\u:p@h\x", "https://***@h/x"),
        ("https:/u:p@h/x", "https:/***@h/x"),
        ("//u:p@h/x", "//***@h/x"),
        ("https://h/x;token=abc/y;z?q=1&q=2", "https://h/x;token=***/y;z?q=***&q=***"),
        ("https://h/x?abc", "https://h/x?***"),
        ("https://h/x?who=a@b", "https://h/x?who=***"),
        ("https://h/x#sha256=1", "https://h/x#sha256=1"),
        ("https://h/x#egg=six[a,b]&subdirectory=src/six", "https://h/x#egg=six[a,b]&subdirectory=src/six"),
        ("https://h/x#access_token=1", "https://h/x#***"),
        ("https://h/x#sha256=1&key=2", "https://h/x#***"),
        ("https://h/x#sha256=secret", "https://h/x#***"),
        ("git+file:///tmp/x/repo@0123abcd", "git+file:///tmp/x/repo@0123abcd"),
        ("git+ssh://git@h.example/x@main", "git+ssh://***@h.example/x@main"),
        ("git+https://u:p@127.0.0.1:80/x@main", "git+https://***@127.0.0.1:80/x@main"),
        ("git+https://u:p@ss/w@h.example/x@main", "git+https://***@main"),
        ("git+https://u:p/q@h.example/x", "git+https://***@h.example/x"),
        ("https://[u:p@h/x", "https://***@h/x"),
        ("https://h[/x", "https:***"),
    ],
)
def test_secrets_in_addresses_are_masked(url: str, shown: str) -> None:
    assert masked(url) == shown


@given(st.text("ab1:/?#@\\[];=&.\u2100", max_size=12))
def test_what_needs_no_closer_look_has_nothing_to_mask(rest: str) -> None:
    for url in (f"https://h.example{rest}", f"https://{rest}", rest):
        assert not PLAIN_ADDRESS(url) or masked(url) == url


@given(st.text("ab:/?#@\\[];=&.", max_size=12))
def test_a_password_never_shows_and_what_is_shown_can_be_taken_apart(word: str) -> None:
    shown = masked(f"https://user:SECRET{word}SECRET@h.example/x")
    assert "SECRET" not in shown
    urlsplit(shown)


def test_the_last_line_tells_files_and_folders_apart() -> None:
    tell = partial(removed, 37, 12, 1_400_000_000, before=3_400_000_000, left=2_000_000_000)
    assert tell(0) == ("Removed 37 files of 12 entries, freed 1.4 GB: 3.4 GB → 2.0 GB")
    assert tell(1_100_000) == (
        "Removed 37 files of 12 entries, freed 1.4 GB and 1.1 MB of emptied folders: 3.4 GB → 2.0 GB"
    )
