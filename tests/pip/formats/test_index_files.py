from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from cachetui.pip.formats.index_files import IndexFile, files_of, version_in, yanked_files
from cachetui.pip.formats.index_page import Page
from tests.pips import unpacked

PAGE = "https://index.example/simple/torch/"
JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"

ASK_PIP = """
import json, sys
from pip._internal.index.collector import IndexContent, parse_links
found = []
for text, kind in json.load(sys.stdin):
    page = IndexContent(text.encode(), kind, None, sys.argv[1], cache_link_parsing=False)
    found.append([
        [link.filename, link.url_without_fragment, link.hash_name or "", link.hash or "",
         link.requires_python or "", link.is_yanked, ["", ""], link.yanked_reason or ""]
        for link in parse_links(page)
    ])
json.dump(found, sys.stdout)
"""


def of_json(*files: object) -> tuple[str, str]:
    return json.dumps({"name": "torch", "files": files}), JSON


def of_html(*anchors: str, head: str = "") -> tuple[str, str]:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(anchors)}</body></html>", HTML


PAGES = [
    of_json(
        {"filename": "torch-1.0.tar.gz", "url": "https://files.example/a/torch-1.0.tar.gz", "hashes": {"sha256": "aa"}},
        {"filename": "x", "url": "torch-1.1-py3-none-any.whl", "hashes": {}, "requires-python": ">3", "yanked": True},
        {"filename": "x", "url": "../../f/torch-1.2%2Bcpu-py3-none-any.whl", "hashes": {"md5": "b", "sha256": "c"}},
        {"filename": "x", "url": "/f/torch-1.3+cu118-py3-none-any.whl#sha256=dd", "hashes": {}, "yanked": "broken"},
        {"filename": "x", "url": "https://Files.Example/torch-1.4.zip?sig=a b", "hashes": {}},
        {"filename": "x", "url": "https://files.example/torch-1.5.tar.gz", "hashes": {}, "yanked": False},
    ),
    of_json(),
    of_html(
        '<a href="https://files.example/torch-1.0.tar.gz#sha256=aa">torch-1.0.tar.gz</a>',
        '<a href="torch-1.1-py3-none-any.whl#md5=bb" data-requires-python="&gt;=3.8" data-yanked>torch</a>',
        '<a data-yanked="broken" href="../../f/torch-1.2%2Bcpu-py3-none-any.whl">torch</a>',
        "<a href='/f/torch-1.3+cu118-py3-none-any.whl#sha256=dd&amp;egg=torch'>torch</a>",
        "<a name=here>no address</a>",
        "<A HREF=https://files.example/torch-1.4.zip>torch</A>",
    ),
    of_html('<a href="f/torch-1.0.tar.gz">torch</a>', head='<base href="https://files.example/whl/">'),
]


def test_pip_reads_pages_in_the_same_way() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", ASK_PIP, PAGE],
        input=json.dumps(PAGES),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PYTHONPATH": str(unpacked("25.0.1"))},
    )
    theirs = [
        [IndexFile(*link)._replace(metadata_hash=("", "")) for link in links] for links in json.loads(asked.stdout)
    ]

    pages = [Page(text.encode(), kind == JSON) for text, kind in PAGES]
    ours = [list(files_of(page, PAGE)) for page in pages]

    lowered = [[one._replace(url=one.url.replace("Files.E", "files.e")) for one in page] for page in theirs]
    assert ours == lowered  # pip lowers hosts later, when it looks into its cache
    assert [[*yanked_files(page, PAGE)] for page in pages] == [[one for one in all_ if one.yanked] for all_ in ours]


@pytest.mark.parametrize(
    "text",
    [b"{", b"[]", b'{"files": 3}', b'{"files": [3, {}, {"url": 3}, {"url": ""}, {"url": "http://["}]}', b"<a hr", b""],
)
def test_what_is_no_page_lists_nothing(text: bytes) -> None:
    assert files_of(Page(text, not text.startswith(b"<")), PAGE) == ()


LINK = '<a href="https://files.example/torch-1.0.tar.gz">torch</a>'


@pytest.mark.parametrize("base", [None, PAGE])
@pytest.mark.parametrize(
    "href",
    [
        *("\0", "\0 ", "#top", " ", " #top", "?", "?page=2", "?page=2#top"),
        *(".", "..", "./", "../", "more/", "/", "//", "%2E"),
        *("https://", "https://files.example", "https://files.example/", "//files.example", "https:///?a#sha256=aa"),
    ],
)
def test_what_is_no_address_of_a_file_is_left_out(href: str, base: str | None) -> None:
    text, kind = of_html(f'<a href="{href}">torch</a>', LINK)
    assert [one.filename for one in files_of(Page(text.encode(), kind == JSON), base)] == ["torch-1.0.tar.gz"]
    text, kind = of_json({"url": href, "filename": "torch-1.0.tar.gz", "hashes": {}})
    assert files_of(Page(text.encode(), kind == JSON), base) == ()


@pytest.mark.parametrize("nonsense", ["<![foo x]>", "<![", "<!doctype [<!x", "<!", "<?", "&#" + "9" * 5_000 + ";"])
def test_a_page_is_read_up_to_where_it_makes_no_sense(nonsense: str) -> None:
    found = files_of(Page(f"{LINK}{nonsense}{LINK}".encode(), False), PAGE)
    assert [one.filename for one in found][:1] == ["torch-1.0.tar.gz"]


@pytest.mark.parametrize("base", ["http://[", "http://[::1", "//["])
def test_links_within_an_address_that_makes_no_sense_are_left_out(base: str) -> None:
    head = f'<base href="{base}">'
    assert files_of(Page(f'{head}<a href="torch-1.0.tar.gz">torch</a>'.encode(), False), PAGE) == ()


MARKUP = ("<![", "<!", "<?", "<!--", "-->", "]>", "]]>", "CDATA[", "<!doctype ", "<script>", "</", "<", ">", "[", "]")
LABELS = ("<a href=", "<base href=", "http://[", '"', "'", "/", "&#", "#sha256=", "foo", "data-yanked", " ", "\0", LINK)
FRAGMENTS = st.lists(st.sampled_from(MARKUP + LABELS), max_size=30)


@given(st.one_of(st.binary(max_size=200), FRAGMENTS.map(lambda parts: "".join(parts).encode())))
def test_no_page_is_too_odd_to_be_read(text: bytes) -> None:
    for is_json in (False, True):
        for base in (None, PAGE, "http://["):
            assert all(one.url and one.filename for one in files_of(Page(text, is_json), base))


@pytest.mark.parametrize(
    ("filename", "project", "version"),
    [
        ("torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl", "torch", "2.3.0+cu121"),
        ("torch-2.3.0-1-cp311-cp311-linux_x86_64.whl", "torch", "2.3.0"),
        ("Ruamel.YAML_x-0.1.tar.gz", "ruamel-yaml-x", "0.1"),
        ("many-versions-1.0.zip", "many-versions", "1.0"),
        ("many-versions-1.0-2.tar.bz2", "many-versions", "1.0.post2"),
        ("torch-2.3.0.tar.gz", "torchvision", None),
        ("torch-2.3.0.exe", "torch", None),
        ("torch-main.tar.gz", "torch", None),
        ("torch.tar.gz", "torch", None),
        ("torch-2.3.0.whl", "torch", None),
        ("torch-" + "9" * 5000 + ".tar.gz", "torch", None),
    ],
)
def test_the_version_that_a_name_tells(filename: str, project: str, version: str | None) -> None:
    assert version_in(filename, project) == (Version(version) if version else None)


def test_a_file_name_that_no_file_system_takes_is_none() -> None:
    assert version_in("a-" * 100_000 + "1.tar.gz", "a") is None
    assert version_in(f"{'a-' * 50}a-1.tar.gz", "-".join("a" * 51)) == Version("1")
