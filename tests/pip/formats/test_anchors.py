"""Links of HTML pages, against the parser that pip uses, and within bounds of time and memory."""

from __future__ import annotations

import sys
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.pip.formats import anchors
from cachetui.pip.formats.anchors import MOST_LINKS, READ, tags


class Judge(HTMLParser):
    """Notes the same elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("a", "base"):
            self.found.append((tag, {name: value for name, value in attrs if name in READ}))


def judged(page: str) -> list[tuple[str, dict[str, str | None]]]:
    judge = Judge()
    judge.feed(page)
    judge.close()
    return judge.found


NAMES = st.sampled_from(["href", "HREF", "data-yanked", "data-requires-python", "rel", "x"])
VALUES = st.one_of(
    st.none(),
    st.sampled_from(
        ['"six-1.0.tar.gz#sha256=00"', "'a b'", "a/b", '""', "&gt;=3.8", '"&gt;=3.8, &amp;é🦆"', "'<a href=z>'"]
    ),
)
ATTRIBUTES = st.lists(st.tuples(NAMES, VALUES), max_size=3)
TAGS = st.tuples(st.sampled_from(["a", "A", "base", "abbr", "img", "p"]), ATTRIBUTES, st.sampled_from(["", " ", "\n"]))
PLAIN = st.sampled_from(
    ["text", "é", "</a>", "<br>", "<!-- <a href=no> -->", "<!DOCTYPE html>", "&lt;a href=x&gt;", "\n"]
)
RAW = st.sampled_from(["<script>'<a href=no>'</script>", "<style>a{}</style>"])


def written(tag: tuple[str, list[tuple[str, str | None]], str]) -> str:
    name, attributes, end = tag
    inside = [f" {key}" if value is None else f" {key}={value}" for key, value in attributes]
    return f"<{name}{''.join(inside)}{end}>"


@given(st.lists(st.one_of(PLAIN, RAW, TAGS.map(written)), max_size=12))
def test_what_is_well_formed_reads_as_pip_reads_it(parts: list[str]) -> None:
    page = "".join(parts)
    assert [(tag, dict(values)) for tag, values in tags(page.encode())] == judged(page)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_much(page: bytes) -> None:
    for tag, values in tags(b"<a " + page):
        assert tag in ("a", "base")
        assert all(isinstance(name, str) for name in values)


REPEATED = [
    "<!--",
    "<a href",
    "<",
    "<a ",
    "<![",
    "</",
    "<?x",
    "&#x",
    "</a ",
    "<a href=\"'",
    '<a x="',
    "<script>",
    "<a/",
    "=\"'",
]


@pytest.mark.parametrize("piece", REPEATED)
@pytest.mark.parametrize("before", ["", "<a href='<script>"])
def test_time_grows_with_the_length(piece: str, before: str) -> None:
    def steps(times: int) -> int:
        page, seen = (before + piece * times).encode(), 0

        def count(*_: object) -> None:
            nonlocal seen
            seen += 1

        sys.setprofile(count)
        try:
            for _ in tags(page):
                pass
        finally:
            sys.setprofile(None)
        return seen

    assert steps(2_000) < 6 * steps(500) + 1_000
    began = time.process_time()
    for _ in tags((before + piece * 50_000).encode()):
        pass
    assert time.process_time() - began < 20, "quadratic steps inside one call would take hours"


def test_a_page_may_hold_any_number_of_links() -> None:
    assert sum(1 for _ in tags(b"<a href=x>" * (MOST_LINKS + 5))) == MOST_LINKS


def test_a_tag_may_hold_any_number_of_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    numbered = " ".join([f"data-{number}" for number in range(50_000)])
    assert list(tags(f"<a {numbered} href=x>".encode())) == [("a", {"href": "x"})]
    monkeypatch.setattr(anchors, "MOST_ATTRIBUTES", 1_000)
    assert list(tags(b"<a href=x><p" + b" b" * 1_000 + b"><a href=y>")) == [("a", {"href": "x"})]
