from __future__ import annotations

import gzip
import json
import zlib

import pytest

from cachetui.demo.artifacts import DemoFile, html_page, json_page
from cachetui.pip.formats.body import HeadAndTail
from cachetui.pip.formats.index_files import files_of
from cachetui.pip.formats.index_page import (
    Page,
    absolute_addresses,
    addresses,
    filename_of,
    is_mixed,
    name_of,
    needs_parsing,
    read_page,
    stops_pip,
)
from cachetui.pip.unpacking import decoded, unpacked_gzip
from tests.damaged import FILES as ODD_FILES

FILES = [
    DemoFile("pkg-1.0.tar.gz", "https://files.example/a/pkg-1.0.tar.gz", "0" * 64),
    DemoFile("pkg-1.0-py3-none-any.whl", "https://files.example/b/pkg-1.0-py3-none-any.whl", "0" * 64),
    DemoFile("pkg-1.10-py3-none-any.whl", "https://files.example/c/pkg-1.10-py3-none-any.whl", "0" * 64),
]


def page(text: bytes, encoding: str = "") -> Page:
    found = read_page(HeadAndTail(text, b"", len(text)), encoding)
    assert found is not None
    return found


def raw(text: bytes) -> bytes:
    """Compress as servers do that leave out the frame of zlib."""
    return zlib.compress(text)[2:-4]


@pytest.mark.parametrize(
    ("pack", "encoding"),
    [(lambda text: text, ""), (gzip.compress, "gzip"), (zlib.compress, "deflate"), (raw, "deflate")],
)
def test_a_page_is_unpacked(pack: object, encoding: str) -> None:
    assert callable(pack)
    assert name_of(page(pack(json_page("pkg", FILES)), encoding)) == "pkg"


@pytest.mark.parametrize("after", [b"", b"\0" * 9, b"no gzip"], ids=["nothing", "padding", "other bytes"])
def test_all_members_of_a_gzip_are_one_page(after: bytes) -> None:
    text = json_page("pkg", FILES)
    packed = gzip.compress(text[:100]) + gzip.compress(b"") + gzip.compress(text[100:]) + after
    assert page(packed, "gzip").text == text
    assert decoded(packed, "gzip", len(packed) * 9) == (text, True)
    with pytest.raises(EOFError):
        decoded(gzip.compress(text[:100]) + gzip.compress(text[100:])[:-9], "gzip", len(text))


def test_a_gzip_with_countless_members_is_no_page() -> None:
    packed = gzip.compress(b"<html>") + gzip.compress(b"") * 60_000
    assert read_page(HeadAndTail(packed, b"", len(packed)), "gzip") is None


@pytest.mark.parametrize("piece", ["x", "%41", "&amp;", "../", "[", "u@"])
def test_an_address_that_is_too_long_is_left_out(piece: str) -> None:
    long = piece * (70_000 // len(piece))
    for text in (
        f'<a href="https://h/{long}">x</a><a href="a-1.0.tar.gz">x</a>'.encode(),
        json.dumps({"name": "a", "files": [{"url": f"https://h/{long}"}, {"url": "a-1.0.tar.gz"}]}).encode(),
    ):
        found = page(text)
        assert [*addresses(found)] == ["a-1.0.tar.gz"]
        assert [file.filename for file in files_of(found, "https://h/a/")] == ["a-1.0.tar.gz"]


def test_members_of_a_gzip_are_unpacked_up_to_the_limit() -> None:
    packed = gzip.compress(b"ab") * 20_000
    assert unpacked_gzip(packed, 40_001) == (b"ab" * 20_000, True)
    assert unpacked_gzip(packed, 9_999) == ((b"ab" * 5_000)[:9_999], False)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"plain",
        gzip.compress(b"{}", mtime=0)[:-9],
        gzip.compress(b"not a page", mtime=0),
        b"\x1f\x8bgarbage",
        b"\x00" * 100,
    ],
    ids=["empty", "plain", "cut short", "of other text", "garbage", "zeros"],
)
def test_what_is_no_page_is_none(text: bytes) -> None:
    assert read_page(HeadAndTail(text, b"", len(text)), "gzip") is None


def test_a_bomb_is_no_page() -> None:
    text = gzip.compress(b"{" + b" " * (70 << 20))

    assert read_page(HeadAndTail(text, b"", len(text)), "gzip") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b'{"files": [], "name": "Foo_Bar"}', "foo-bar"),
        (b'{"name": "a", "files": [], "versions": [' + b'"1",' * 9_000 + b'"2"]}', "a"),
        (b'{"files": [{"name": "x"}], "name": "right"}', "right"),
        (b'{"files": [], "meta": {"x": "}", "name": "nested", "y": 1}, "more": [1, 2, 3, 4, 5, 6, 7, 8, 9]}', None),
        (b'{"files": [], "meta": {"x": "\\\\\\"}", "name": "nested", "y": 1}, "more": [1, 2, 3, 4, 5, 6, 7, 8]}', None),
        (b'{"files": [1, 2, 3, 4, 5, 6, 7, 8, 9], "meta": {"name": "nested", "x": "{"}}', None),
        (b'{"files": [1, 2, 3, 4, 5, 6, 7, 8, 9], "meta": {"name": "nested", "x": "{\\\\"}}', None),
        (b'{"files": [1, 2, 3, 4, 5, 6, 7, 8, 9], "meta": [{"name": "nested", "x": "{["}]}', None),
        (b'{"files": [], "name": "right", "reason": "\\"}]\\\\"}', "right"),
        (b'{"files": [], "x\\"name": "key"}', None),
        (b'{"files": [], "name": "\\u0061bc"}', "abc"),
        (b'{"name": "not-a-page"}', None),
        (b'{"files": {}, "name": "x", "name": "y"}', None),
        (b'{"files": [], "name": "../x"}', None),
        (b'{"files": [' + b"[" * 100_000, None),
        (b"<title>Links for Foo.Bar</title>", "foo-bar"),
        (b"<html><head><title>root/pypi: links for lab_x</title>", "lab-x"),
        (b"<title>Links for <script></title>", None),
        (b"<title>Simple Index</title><a href='pkg-1.0.tar.gz'>x</a><a href='../up'>up</a>", "pkg"),
        (b'<a href="a-1.0.tar.gz">x</a><a href="b-1.0.tar.gz">y</a>', None),
        (b'<a href="a-1.tar.gz">x</a><a href="a-2-1.tar.gz">x</a><a href="a-3-cp39-none-any.whl">y</a>', "a"),
        (b'<a href="t-1.tar.gz">x</a><a href="t-2.tar.gz">x</a><a href="t_x-3-py3-none-any.whl">y</a>', None),
        (b"<html>hello</html>", None),
    ],
)
def test_whose_page_it_is(text: bytes, name: str | None) -> None:
    assert name_of(page(text)) == name


def test_a_page_may_have_its_name_far_from_both_ends() -> None:
    names = ["x" * 1_200_000, "a}{", "x" * 1_200_000]
    for at in range(len(names) + 1):
        content = {"a": names[:at], "name": "right", "files": names[at:], "b": {"c": names[:at]}}
        assert name_of(page(json.dumps(content).encode())) == "right"


def test_addresses_are_listed_without_fragment_and_joined_where_the_page_is_known() -> None:
    html = page(
        b"""<a class="x" HREF='../../p/pkg-1.0.tar.gz#sha256=00'>a</a>
        <a href="https://files.example/q?a=1&amp;b=2">b</a>"""
    )
    data = page(json.dumps({"name": "pkg", "files": [{"url": "../x.whl#y"}, {"url": 3}, "z", {}]}).encode())

    assert list(addresses(html, "https://index.example/simple/pkg/")) == [
        "https://index.example/p/pkg-1.0.tar.gz",
        "https://files.example/q?a=1&b=2",
    ]
    assert next(addresses(html)) == "../../p/pkg-1.0.tar.gz"
    assert list(addresses(data, "https://index.example/simple/pkg/")) == ["https://index.example/simple/x.whl"]


@pytest.mark.parametrize("make", [json_page, html_page])
def test_plain_addresses_are_found_without_parsing(make: object) -> None:
    assert callable(make)
    found = page(make("pkg", FILES))

    assert {*absolute_addresses(found)} >= {file.url.encode() for file in FILES}
    assert not needs_parsing(found)
    assert not is_mixed(found)
    assert is_mixed(page(make("pkg", [*FILES, DemoFile("x-1.tar.gz", "../x-1.tar.gz", "")])))


@pytest.mark.parametrize(
    "text",
    [
        b'{"files": [{"url": "../a.whl"}]}',
        b'{"files": [{"url":"https:\\/\\/files.example\\/a.whl"}]}',
        b"<a href='https://files.example/a.whl'>",
        b'<a href="https://files.example/a.whl?x=1&amp;y=2">',
        b'<a href="a.whl">',
    ],
)
def test_some_pages_must_be_parsed(text: bytes) -> None:
    assert needs_parsing(page(text))


@pytest.mark.parametrize(
    ("address", "filename"),
    [
        ("https://h.example/whl/torch-2.0%2Bcpu-x.whl#sha256=0", "torch-2.0+cpu-x.whl"),
        ("https://h.example/a/b.whl?token=a/b", "b.whl"),
        ("https://h.example/", ""),
        ("b.whl", "b.whl"),
    ],
)
def test_the_file_name_is_the_last_part_of_the_path(address: str, filename: str) -> None:
    assert filename_of(address) == filename


@pytest.mark.parametrize("address", ["http://[", "http://[::1/a-1.0.tar.gz", "//[", "http://[#a"])
def test_an_address_that_is_none_is_left_out_and_ends_pip(address: str) -> None:
    good = "https://files.example/a-1.0.tar.gz"
    for text in (
        json.dumps({"name": "a", "files": [{"url": address}, {"url": good}]}),
        f'<title>Links for a</title><a href="{address}">a</a><a href="{good}">b</a>',
    ):
        found = page(text.encode())
        assert [one for one in addresses(found, "https://index.example/simple/a/") if "[" not in one] == [good]
        assert (name_of(found), stops_pip(found)) == ("a", True)


@pytest.mark.parametrize("href", ["a-1.0.tar.gz", "http://[::1]/a-1.0.tar.gz", "/[a]", "[a", "http://h/[x#["])
def test_other_brackets_do_pip_no_harm(href: str) -> None:
    assert not stops_pip(page(f'<a href="{href}">a</a>'.encode()))


def test_a_character_whose_number_has_no_end_spoils_one_address_only() -> None:
    text = f'<a href="&#{"9" * 5_000};">a</a><a href="b-1.0.tar.gz">b</a>'
    assert list(addresses(page(text.encode()))) == ["b-1.0.tar.gz"]


@pytest.mark.parametrize("files", ODD_FILES)
def test_files_of_another_shape_are_left_out(files: object) -> None:
    found = page(json.dumps({"name": "a", "files": files}).encode())
    assert {*addresses(found, "https://index.example/simple/a/")} <= {"https://index.example/simple/a/a-1.0.tar.gz"}
