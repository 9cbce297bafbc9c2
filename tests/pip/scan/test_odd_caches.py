"""Rare content that servers and people put into a cache: the fast reader and the plain one agree on it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cachetui.demo.artifacts import DemoFile, core_metadata, html_page, json_page, sdist, wheel
from cachetui.demo.writer import CacheWriter, digest, file_headers, page_headers, plain_headers, record
from cachetui.model import NS
from cachetui.pip.scan.scanner import scan
from cachetui.report.entries_json import list_json
from tests.pip.plain import read_plainly

AT = 1_700_000_000 * NS
WHEEL = "https://files.example/x/pkg-1.0-py3-none-any.whl"


def page(cache: CacheWriter, project: str, *urls: str) -> None:
    put_page(cache, project, json_page(project, [DemoFile("x", url, "0" * 64) for url in urls]))


def put_page(cache: CacheWriter, project: str, text: bytes) -> None:
    headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(text), at_ns=AT, gzipped=False)
    cache.answer(f"https://index.example/simple/{project}/", text, headers, AT)


def plain(cache: CacheWriter, url: str, data: bytes, content: str = "application/octet-stream") -> None:
    cache.answer(url, data, plain_headers(content, size=len(data), at_ns=AT), AT)


def links(cache: CacheWriter, text: str) -> None:
    plain(cache, "https://files.example/simple/pkg/", f"<title>Links for pkg</title>{text}".encode(), "text/html")


def local_version_quoted(cache: CacheWriter) -> None:
    url = "https://files.example/x/torch-2.0%2Bcpu-py3-none-any.whl"
    plain(cache, url, wheel("torch", "2.0+cpu"))
    page(cache, "torch", url)


def local_version_not_quoted_on_the_page(cache: CacheWriter) -> None:
    url = "https://files.example/x/torch-2.0+cpu-py3-none-any.whl"
    plain(cache, url.replace("+", "%2B"), wheel("torch", "2.0+cpu"))
    page(cache, "torch", url)


def epoch_quoted(cache: CacheWriter) -> None:
    url = "https://files.example/x/pkg-1%212.0-py3-none-any.whl"
    plain(cache, url, wheel("pkg", "1!2.0"))
    page(cache, "pkg", url)


def host_in_capitals(cache: CacheWriter) -> None:
    plain(cache, WHEEL, wheel("pkg", "1.0"))
    page(cache, "pkg", WHEEL.replace("files.example", "Files.Example"))


def links_of_many_projects(cache: CacheWriter) -> None:
    urls = [f"https://plain.example/{name}-1.0-py3-none-any.whl" for name in ("aa", "bb", "cc")]
    for url, name in zip(urls, ("aa", "bb", "cc"), strict=True):
        plain(cache, url, wheel(name, "1.0"))
    listed = html_page("files", [DemoFile("x", url, "0" * 64) for url in urls])
    plain(cache, "https://plain.example/links.html", listed, "text/html")


def zip_sdist_that_disagrees(cache: CacheWriter) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("tool-main/PKG-INFO", core_metadata("tool", "1.0"))
    plain(cache, "https://code.example/tool/archive/main.zip", data.getvalue())


def sdist_at_an_address_without_its_name(cache: CacheWriter) -> None:
    url = "https://code.example/tool/archive/v1.0.tar.gz"
    plain(cache, url, sdist("tool", "1.0"))
    cache.built(url, None, "tool-1.0-py3-none-any.whl", wheel("tool", "1.0"), AT)


def sdist_packed_with_bzip2(cache: CacheWriter) -> None:
    data = bz2.compress(gzip.decompress(sdist("tool", "1.0")))
    headers = file_headers("tool", "1.0", "sdist", "source", size=len(data), at_ns=AT)
    cache.answer("https://files.example/tool-1.0.tar.bz2", data, headers, AT)


def shards_that_no_pip_makes(cache: CacheWriter) -> None:
    name = digest("https://files.example/x")
    cache.put(f"http/{name[:2]}/{name[2:4]}/{name[4]}/{name}", record(b"x", {}, "cc=4"), AT)
    cache.put(f"http-v2/{name[0]}/{name[1]}/{name[2:5]}/{name}", b"", AT)
    cache.put(f"http-v2/{name[0]}/{name[1]}/{name[2:5]}/{name}.body", b"", AT)


def build_folder_of_two_hours(cache: CacheWriter) -> None:
    cache.put("selfcheck.json", b"{}", AT)
    folder = f"wheels/ab/cd/ef/{'0' * 50}/tmpabcdefgh"
    cache.make(folder)
    parts = folder.split("/")
    for number in range(len(parts)):
        cache.date("/".join(parts[: number + 1]), time.time_ns() - 7_200 * NS)


def some_links_relative(cache: CacheWriter) -> None:
    plain(cache, WHEEL, wheel("pkg", "1.0"))
    plain(cache, "https://files.example/simple/pkg/pkg-2.0-py3-none-any.whl", wheel("pkg", "2.0"))
    links(cache, f'<a href="{WHEEL}">x</a><a href="pkg-2.0-py3-none-any.whl">x</a>')


def links_without_quotes(cache: CacheWriter) -> None:
    plain(cache, WHEEL, wheel("pkg", "1.0"))
    links(cache, f"<a class=x href={WHEEL}#sha256=ab>x</a>")


def addresses_with_escapes(cache: CacheWriter) -> None:
    plain(cache, WHEEL, wheel("pkg", "1.0"))
    urls = ["https://files.example/a", WHEEL.replace("/", "\\u002f")]
    put_page(cache, "pkg", f'{{"name":"pkg","files":[{{"url":"{urls[0]}"}},{{"url":"{urls[1]}"}}]}}'.encode())


def json_whose_only_name_is_inside(cache: CacheWriter) -> None:
    text = b'{"files":[{"name":"abc","url":"https://files.example/z"}]}'
    plain(cache, "https://files.example/pkg.json", text, "application/json")


CACHES = (
    local_version_quoted,
    local_version_not_quoted_on_the_page,
    epoch_quoted,
    host_in_capitals,
    links_of_many_projects,
    zip_sdist_that_disagrees,
    sdist_at_an_address_without_its_name,
    sdist_packed_with_bzip2,
    shards_that_no_pip_makes,
    build_folder_of_two_hours,
    some_links_relative,
    links_without_quotes,
    addresses_with_escapes,
    json_whose_only_name_is_inside,
)


@pytest.mark.parametrize("fill", CACHES, ids=lambda fill: fill.__name__)
def test_both_readers_agree(fill: Callable[[CacheWriter], None], tmp_path: Path) -> None:
    fill(CacheWriter(tmp_path))
    inventory = scan(tmp_path)

    found: dict[str, Any] = json.loads("".join(list_json(inventory, inventory.entries)))

    assert found == read_plainly(tmp_path)
