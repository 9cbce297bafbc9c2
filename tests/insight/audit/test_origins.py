from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.insight.audit.origins import FILES, UNCLEAR, origins
from cachetui.model import Entry, Kind


def made(url: str | None, kind: Kind = "wheel") -> Entry:
    return Entry(kind, (), "", 0, url=url)


PAGES = [
    made("https://user:secret@index.example/simple/six/", "index"),
    made("https://devpi.example/team/pypi/+simple/six/", "index"),
    made("https://devpi.example/team/dev/+simple/six/", "index"),
    made("https://mirror.example:8080/flat/six", "index"),
]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://index.example/simple/torch/", "index.example/simple"),
        ("https://u:p@Index.example/packages/torch.whl?token=secret#sha256=1", "index.example/simple"),
        ("https://devpi.example/team/dev/+f/1/six.whl", "devpi.example/team/dev/+simple"),
        ("https://devpi.example/other/six.whl", "devpi.example"),
        ("https://mirror.example:8080/flat/six/six.whl", "mirror.example:8080/flat"),
        ("https://files.example/packages/six.whl", "files.example"),
        ("file:///home/me/six.whl", FILES),
        ("https://user:se/cret@files.example/six.whl", UNCLEAR),
        ("https://user:12/34@files.example/six.whl", UNCLEAR),
        ("http://[", UNCLEAR),
        (None, None),
    ],
)
def test_the_index_is_told_without_secrets(url: str | None, origin: str | None) -> None:
    assert origins(PAGES)(made(url)) == origin


@given(st.text(), st.text())
def test_no_address_is_too_odd_and_none_tells_its_query(page: str, url: str) -> None:
    found = origins([made(page, "index")])(made(f"https://h.example/{url.replace('@', '')}?key=SECRET"))
    assert found is None or "SECRET" not in found
