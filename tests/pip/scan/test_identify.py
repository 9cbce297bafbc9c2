from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from cachetui.demo.artifacts import DemoFile, core_metadata, html_page, json_page, sdist, wheel
from cachetui.demo.writer import CacheWriter, Format, answer_path, file_headers, page_headers, plain_headers
from cachetui.model import NS, Entry
from cachetui.pip.formats.wheel_names import LEGACY_NOTE
from cachetui.pip.memory import Memory
from cachetui.pip.scan.identify import Dist, dist_of
from cachetui.pip.scan.scanner import scan

AT = 1_700_000_000 * NS
WHEEL = "pkg-1.0-py3-none-any.whl"
JSON = "application/vnd.pypi.simple.v1+json"


@pytest.fixture
def cache(tmp_path: Path) -> CacheWriter:
    return CacheWriter(tmp_path)


def only(root: Path, kind: str | None = None, *, indexes: tuple[str, ...] = ()) -> Entry:
    (entry,) = [entry for entry in scan(root, indexes=indexes).entries if kind in (None, entry.kind)]
    return entry


def known(entry: Entry) -> tuple[str, str | None, str | None, str | None, str | None]:
    return entry.kind, entry.project, entry.version, entry.filename, entry.identified_by


def put_page(cache: CacheWriter, url: str, text: bytes, content: str = JSON) -> None:
    packed = gzip.compress(text)
    cache.answer(url, packed, page_headers(content, size=len(packed), at_ns=AT, gzipped=True), AT)


def put_plain(cache: CacheWriter, url: str, body: bytes, **more: str) -> None:
    headers = plain_headers(more.pop("type", "application/octet-stream"), size=len(body), at_ns=AT, more=more)
    cache.answer(url, body, headers, AT)


def put_file(cache: CacheWriter, url: str, body: bytes, package: str = "bdist_wheel", version: str = "1.0") -> None:
    cache.answer(url, body, file_headers("pkg", version, package, "py3", size=len(body), at_ns=AT), AT)


def legacy(project: str, version: str, filename: str) -> Dist:
    return Dist("wheel", project, version, filename, LEGACY_NOTE)


@pytest.mark.parametrize(
    ("filename", "dist"),
    [
        (WHEEL, Dist("wheel", "pkg", "1.0", WHEEL)),
        (f"{WHEEL}.metadata", Dist("metadata", "pkg", "1.0", WHEEL)),
        ("Foo_Bar-1.0-rc1.tar.gz", Dist("response", None, None, "Foo_Bar-1.0-rc1.tar.gz")),
        ("Foo.Bar-1!2.0.zip", Dist("sdist", "foo-bar", "1!2.0", "Foo.Bar-1!2.0.zip")),
        ("foo-1.0.tar.bz2", Dist("sdist", "foo", "1.0", "foo-1.0.tar.bz2")),
        ("requirements.txt", Dist("response", None, None, "requirements.txt")),
        ("x.whl", Dist("response", None, None, "x.whl")),
        ("pw_s-0.0.1_1-py3-none-any.whl", legacy("pw-s", "0.0.1-1", "pw_s-0.0.1_1-py3-none-any.whl")),
        ("a__b-1.0-2x-py3-none-any.whl", legacy("a-b", "1.0", "a__b-1.0-2x-py3-none-any.whl")),
        ("a-1.0-x2-py3-none-any.whl", Dist("response", None, None, "a-1.0-x2-py3-none-any.whl")),
    ],
)
def test_a_file_name_says_what_it_is(filename: str, dist: Dist) -> None:
    assert dist_of(filename) == dist


def test_an_old_version_is_read_as_older_pips_read_it(cache: CacheWriter, tmp_path: Path) -> None:
    put_plain(cache, "https://files.example/a", wheel("pkg", "0.0.1-1"))
    put_file(cache, "https://files.example/pkg-2_1-py3-none-any.whl", wheel("pkg", "2-1"), version="2_1")
    found = {entry.version: (entry.kind, entry.filename, entry.note) for entry in scan(tmp_path).entries}
    assert found["0.0.1-1"] == ("wheel", "pkg-0.0.1_1-py3-none-any.whl", LEGACY_NOTE)
    assert found["2-1"][0] == "wheel"


def test_an_index_page_names_a_wheel_and_its_metadata(cache: CacheWriter, tmp_path: Path) -> None:
    url = f"https://files.example/{WHEEL}"
    put_page(cache, "https://index.example/simple/pkg/", json_page("pkg", [DemoFile(WHEEL, url, "0" * 64)]))
    put_file(cache, url, wheel("pkg", "1.0"))
    put_file(cache, f"{url}.metadata", core_metadata("pkg", "1.0"))

    found = {entry.kind: entry for entry in scan(tmp_path).entries}

    assert known(found["wheel"]) == ("wheel", "pkg", "1.0", WHEEL, "url")
    assert known(found["metadata"]) == ("metadata", "pkg", "1.0", WHEEL, "url")
    assert (found["wheel"].url, found["metadata"].url) == (url, f"{url}.metadata")


@pytest.mark.parametrize("version", ["1.0.0-RC.1", "v1.0"])
def test_a_version_spelt_otherwise_on_the_page_is_found_all_the_same(
    version: str, cache: CacheWriter, tmp_path: Path
) -> None:
    url = "https://files.example/pkg-1.0.tar.gz"
    put_page(cache, "https://index.example/simple/pkg/", json_page("pkg", [DemoFile("pkg-1.0.tar.gz", url, "0" * 64)]))
    put_file(cache, url, sdist("pkg", "1.0", metadata=False), "sdist", version)

    assert known(only(tmp_path, "sdist")) == ("sdist", "pkg", version, "pkg-1.0.tar.gz", "url")


def test_many_versions_on_one_page_are_found(cache: CacheWriter, tmp_path: Path) -> None:
    files = [DemoFile(f"pkg-{n}.0.tar.gz", f"https://files.example/{n}/pkg-{n}.0.tar.gz", "0" * 64) for n in range(120)]
    put_page(cache, "https://index.example/simple/pkg/", json_page("pkg", files))
    for number, file in enumerate(files):
        put_file(cache, file.url, b"damaged", "sdist", f"{number}.0")

    found = [entry.url for entry in scan(tmp_path).entries if entry.kind == "sdist"]

    assert sorted(filter(None, found)) == sorted(file.url for file in files)


@pytest.mark.parametrize("make", [json_page, html_page])
def test_relative_addresses_are_joined_to_the_pages_own_which_hashing_proves(
    make: object, cache: CacheWriter, tmp_path: Path
) -> None:
    assert callable(make)
    content = JSON if make is json_page else "text/html"
    put_page(
        cache, "https://repo.example/pypi/simple/pkg/", make("pkg", [DemoFile(WHEEL, f"../../w/{WHEEL}", "")]), content
    )
    put_plain(cache, f"https://repo.example/pypi/w/{WHEEL}", b"PK\3\4 damaged")

    assert only(tmp_path, "index").url is None
    assert known(only(tmp_path, "response"))[1:] == (None, None, None, None)
    named = scan(tmp_path, indexes=["https://repo.example/pypi/simple"]).entries
    assert {known(entry) for entry in named} == {
        ("index", "pkg", None, None, "page"),
        ("wheel", "pkg", "1.0", WHEEL, "url"),
    }
    assert {entry.url for entry in named} == {
        "https://repo.example/pypi/simple/pkg/",
        f"https://repo.example/pypi/w/{WHEEL}",
    }


def test_a_page_of_the_same_host_is_found_by_a_likely_address(cache: CacheWriter, tmp_path: Path) -> None:
    listed = DemoFile(WHEEL, f"https://one.example/files/{WHEEL}", "0" * 64)
    put_page(cache, "https://one.example/simple/pkg/", json_page("pkg", [listed]))

    assert only(tmp_path).url == "https://one.example/simple/pkg/"


def test_the_origin_of_a_built_wheel_names_its_sdist(cache: CacheWriter, tmp_path: Path) -> None:
    url = "https://h.example/d/pkg-1.0.tar.gz"
    cache.built(url, "0" * 64, WHEEL, wheel("pkg", "1.0"), AT)
    put_plain(cache, url, b"\x1f\x8b damaged")

    assert known(only(tmp_path, "sdist")) == ("sdist", "pkg", "1.0", "pkg-1.0.tar.gz", "url")
    assert known(only(tmp_path, "built")) == ("built", "pkg", "1.0", WHEEL, "wheel-name")
    assert only(tmp_path, "built").url == url


def test_a_damaged_origin_leaves_the_wheel_its_name(cache: CacheWriter, tmp_path: Path) -> None:
    path = cache.built("https://h.example/pkg-1.0.tar.gz", None, WHEEL, wheel("pkg", "1.0"), AT)
    (tmp_path / path).with_name("origin.json").write_bytes(b"[" * 50_000)

    entry = only(tmp_path)
    assert known(entry) == ("built", "pkg", "1.0", WHEEL, "wheel-name")
    assert (entry.url, entry.note) == (None, "its origin.json cannot be read")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Content-Disposition", f'attachment; filename="{WHEEL}"'),
        ("Content-Disposition", f"attachment; filename=../../{WHEEL}; size=3"),
        ("X-Artifactory-Filename", WHEEL),
    ],
)
def test_a_disposition_names_a_file(header: str, value: str, cache: CacheWriter, tmp_path: Path) -> None:
    put_plain(cache, "https://repo.example/x", b"PK", **{header: value})

    assert known(only(tmp_path)) == ("wheel", "pkg", "1.0", WHEEL, "disposition")


@pytest.mark.parametrize(
    ("body", "package", "kind", "filename"),
    [
        (wheel("pkg", "1.0"), "bdist_wheel", "wheel", WHEEL),
        (core_metadata("pkg", "1.0"), "bdist_wheel", "metadata", None),
        (sdist("pkg", "1.0"), "sdist", "sdist", "pkg-1.0.tar.gz"),
        (sdist("pkg", "1.0", metadata=False), "sdist", "sdist", "pkg-1.0.tar.gz"),
        (sdist("pkg", "9.9", metadata=False), "sdist", "sdist", None),
        (wheel("other", "1.0"), "bdist_wheel", "wheel", None),
        (b"", "bdist_wheel", "wheel", None),
        (b"MZ", "bdist_wininst", "response", None),
    ],
)
def test_headers_name_a_file_and_its_body_says_what_it_is(
    body: bytes, package: str, kind: str, filename: str | None, cache: CacheWriter, tmp_path: Path
) -> None:
    put_file(cache, "https://files.example/x", body, package)

    assert known(only(tmp_path)) == (kind, "pkg", "1.0", filename, "headers")


@pytest.mark.parametrize("value", ["", "(null)"])
def test_empty_headers_count_as_none(value: str, cache: CacheWriter, tmp_path: Path) -> None:
    put_plain(cache, "https://files.example/x", b"?", **{"x-pypi-file-project": "pkg", "x-pypi-file-version": value})

    assert known(only(tmp_path)) == ("response", None, None, None, None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (wheel("pkg", "1.0"), ("wheel", "pkg", "1.0", WHEEL, "archive")),
        (sdist("pkg", "1.0"), ("sdist", "pkg", "1.0", "pkg-1.0.tar.gz", "archive")),
        (core_metadata("Pkg", "1.0"), ("metadata", "pkg", "1.0", None, "archive")),
        (sdist("repo", "main", metadata=False), ("response", None, None, None, None)),
        (b"six==1.16\n", ("response", None, None, None, None)),
    ],
)
def test_an_archive_names_itself(body: bytes, expected: tuple[str, ...], cache: CacheWriter, tmp_path: Path) -> None:
    put_plain(cache, "https://files.example/x", body)

    assert known(only(tmp_path)) == expected


def test_a_packed_answer_is_not_taken_for_an_archive(cache: CacheWriter, tmp_path: Path) -> None:
    put_plain(cache, "https://files.example/x", sdist("pkg", "1.0"), **{"Content-Encoding": "gzip"})

    assert only(tmp_path).kind == "response"


@pytest.mark.parametrize(
    ("location", "project", "version", "note"),
    [
        ("/simple/lab-big/", "lab-big", None, "leads to /simple/lab-big/"),
        (
            "https://me:pw@i.example:8443/dev/+simple/a_b?t=1",
            "a-b",
            None,
            "leads to https://i.example:8443/dev/+simple/a_b",
        ),
        (f"https://files.example/{WHEEL}", "pkg", "1.0", f"leads to https://files.example/{WHEEL}"),
        ("/elsewhere", None, None, "leads to /elsewhere"),
        ("", None, None, None),
        ("https://me:s/ecret@files.example/x", None, None, "leads to https://files.example/x"),
        ("https://files.example/x;key=secret/y", None, None, "leads to https://files.example/x;key=***/y"),
        ("https://[", None, None, None),
        ("https://me:pw@[files.example/x#y", None, None, None),
    ],
)
def test_a_redirect_tells_where_it_leads_but_no_secret(
    location: str, project: str | None, version: str | None, note: str | None, cache: CacheWriter, tmp_path: Path
) -> None:
    cache.redirect("https://index.example/simple/Lab_Big/", location, AT)

    entry = only(tmp_path)
    assert (entry.kind, entry.project, entry.version, entry.note) == ("redirect", project, version, note)


@pytest.mark.parametrize(
    ("location", "note"),
    [
        ("../x", "leads to https://files.example/x"),
        ("https://me:s/ecret@files.example/x", "leads to https://files.example/x"),
        ("https://me:pw@[files.example/x#y", None),
    ],
)
def test_a_redirect_that_a_page_lists_tells_no_secret_and_spoils_no_page(
    location: str, note: str | None, cache: CacheWriter, tmp_path: Path
) -> None:
    url = f"https://files.example/a/{WHEEL}"
    put_page(cache, "https://index.example/simple/pkg/", json_page("pkg", [DemoFile(WHEEL, url, "")]))
    cache.redirect(url, location, AT)

    assert only(tmp_path, "index").project == "pkg"
    entry = only(tmp_path, "redirect")
    assert (entry.url, entry.note) == (url, note)


def test_a_page_that_lists_files_of_many_projects_is_nobodys_index_but_names_its_files(
    cache: CacheWriter, tmp_path: Path
) -> None:
    files = [DemoFile(f"{name}-1.0.tar.gz", f"https://f.example/{name}-1.0.tar.gz", "") for name in ("a", "b", "c")]
    put_page(cache, "https://f.example/links.html", html_page("all", files).replace(b"Links for", b""), "text/html")
    put_plain(cache, files[1].url, b"\x1f\x8b damaged")

    found = {entry.kind: entry for entry in scan(tmp_path).entries}
    assert known(found["response"]) == ("response", None, None, None, None)
    assert known(found["sdist"]) == ("sdist", "b", "1.0", "b-1.0.tar.gz", "url")


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"\0" * 900, b"upstream error", wheel("other", "2.0"), b""])
@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream"])
def test_whatever_lies_at_an_address_is_named_by_it(body: bytes, kind: str, cache: CacheWriter, tmp_path: Path) -> None:
    urls = [f"https://files.example/{name}" for name in (WHEEL, f"{WHEEL}.metadata", "pkg-1.0.tar.gz")]
    put_page(
        cache,
        "https://index.example/simple/pkg/",
        json_page("pkg", [DemoFile(WHEEL, urls[0], ""), DemoFile("", urls[2], "")]),
    )
    for url in urls:
        put_plain(cache, url, body, type=kind)

    assert {known(entry) for entry in scan(tmp_path).entries if entry.kind != "index"} == {
        ("wheel", "pkg", "1.0", WHEEL, "url"),
        ("metadata", "pkg", "1.0", WHEEL, "url"),
        ("sdist", "pkg", "1.0", "pkg-1.0.tar.gz", "url"),
    }


@pytest.mark.parametrize("body", [b"NO", sdist("pkg", "0.1-1"), sdist("pkg", "0.1-1", metadata=False)])
def test_a_version_with_a_hyphen_is_read_as_its_page_has_it(body: bytes, cache: CacheWriter, tmp_path: Path) -> None:
    url = "https://files.example/pkg-0.1-1.tar.gz"
    put_page(cache, "https://index.example/simple/pkg/", json_page("pkg", [DemoFile("pkg-0.1-1.tar.gz", url, "")]))
    put_plain(cache, url, body)

    assert known(only(tmp_path, "sdist")) == ("sdist", "pkg", "0.1-1", "pkg-0.1-1.tar.gz", "url")


def test_an_sdist_that_is_stored_twice_is_of_the_project_of_its_page(cache: CacheWriter, tmp_path: Path) -> None:
    url, body = "https://files.example/pkg-0.1-1.tar.gz", sdist("pkg", "0.1-1", metadata=False)
    put_page(cache, "https://index.example/simple/pkg/", json_page("pkg", [DemoFile("pkg-0.1-1.tar.gz", url, "")]))
    cache.built(url, None, "pkg-0.1_1-py3-none-any.whl", wheel("pkg", "0.1-1"), AT)
    forms: tuple[Format, ...] = ("cc=4", "v2")
    for form in forms:
        cache.answer(url, body, plain_headers("application/octet-stream", size=len(body), at_ns=AT), AT, form=form)

    sdists = [known(entry) for entry in scan(tmp_path).entries if entry.kind == "sdist"]
    assert sdists == [("sdist", "pkg", "0.1-1", "pkg-0.1-1.tar.gz", "url")] * len(forms)


def test_what_two_pages_list_may_look_like_a_page_until_it_is_read(cache: CacheWriter, tmp_path: Path) -> None:
    urls = [f"https://files.example/{number}/{WHEEL}" for number in range(40)]
    for url in urls:
        put_plain(cache, url, b"[]", type=JSON)
    for number in range(40):
        files = [DemoFile(WHEEL, url, "") for url in urls]
        put_page(cache, f"https://index{number}.example/simple/pkg/", json_page("pkg", files))

    assert {entry.url for entry in scan(tmp_path).entries if entry.kind != "index"} == {*urls}


def test_damaged_records_and_what_is_left_of_one_are_named_by_their_address(cache: CacheWriter, tmp_path: Path) -> None:
    names = ["record", "body", "tmp", "old", "page", "moved"]
    files = [
        DemoFile(f"{name}-1-py3-none-any.whl", f"https://f.example/{name}-1-py3-none-any.whl", "") for name in names
    ]
    put_page(cache, "https://i.example/simple/pkg/", json_page("pkg", files))
    record, body, tmp = [answer_path(file.url, "http-v2") for file in files[:3]]
    page = answer_path("https://i.example/simple/pkg", "http-v2")
    cache.put(record, b"cc=4, damaged", AT)
    cache.put(f"{record}.body", b"", AT)
    cache.put(f"{body}.body", b"x", AT)
    cache.put(f"{tmp}.bodya1b2c3d4.tmp", b"x", AT)
    cache.put(answer_path(files[3].url, "http"), b"cc=1,", AT)
    cache.put(page, b"cc=4, damaged", AT)
    cache.put(f"{page}.body", b"", AT)
    cache.redirect(files[5].url, "../w/x.whl?t=1", AT)

    entries = scan(tmp_path, indexes=["https://i.example/simple"]).entries
    found = {entry.filename or entry.url: entry for entry in entries}
    assert {name: (entry.kind, entry.project, entry.url is not None) for name, entry in found.items()} == {
        files[0].filename: ("unknown", "record", True),
        files[1].filename: ("leftover", "body", True),
        files[2].filename: ("leftover", "tmp", True),
        files[3].filename: ("unknown", "old", True),
        files[5].filename: ("redirect", "moved", True),
        "https://i.example/simple/pkg": ("unknown", "pkg", True),
        "https://i.example/simple/pkg/": ("index", "pkg", True),
    }
    assert found[files[5].filename].note == "leads to https://f.example/w/x.whl"
    assert found[files[1].filename].note == "a body without its record, which pip never reads"


def test_a_page_of_links_is_joined_where_a_setting_names_it(cache: CacheWriter, tmp_path: Path) -> None:
    names = [f"{name}-1.0-py3-none-any.whl" for name in ("torch", "torch_x", "vision")]
    links = html_page("x", [DemoFile(name, f"cu/{name}", "") for name in names]).replace(b"Links for", b"")
    put_page(cache, "https://l.example/whl/all.html", links, "text/html")
    put_plain(cache, f"https://l.example/whl/cu/{names[0]}", b"NO")

    assert {known(entry) for entry in scan(tmp_path).entries} == {("response", None, None, None, None)}
    assert {known(entry) for entry in scan(tmp_path, indexes=["https://l.example/whl/all.html"]).entries} == {
        ("response", None, None, "all.html", "url"),
        ("wheel", "torch", "1.0", names[0], "url"),
    }


def test_an_index_known_later_names_what_is_remembered(cache: CacheWriter, tmp_path: Path) -> None:
    put_page(cache, "https://i.example/simple/pkg/", json_page("pkg", [DemoFile(WHEEL, f"../../w/{WHEEL}", "")]))
    put_plain(cache, f"https://i.example/w/{WHEEL}", b"NO")
    put_plain(cache, "https://i.example/simple/other/", b"blocked")
    put_file(cache, "https://f.example/other.whl", wheel("other", "1.0"))
    with Memory(tmp_path.parent / f"{tmp_path.name}.sqlite3") as memory:
        scan(tmp_path, memory=memory)
        later = scan(tmp_path, memory=memory, indexes=["https://i.example/simple"])
        again = scan(tmp_path, memory=memory)

    assert {entry.url for entry in later.entries} == {
        "https://i.example/simple/pkg/",
        f"https://i.example/w/{WHEEL}",
        None,
    }
    assert later.entries == again.entries == scan(tmp_path, indexes=["https://i.example/simple"]).entries


def test_self_checks_tell_of_which_environment(cache: CacheWriter, tmp_path: Path) -> None:
    cache.selfcheck("/home/me/.venv", AT)
    (tmp_path / "selfcheck.json").write_text(json.dumps({"/usr": {}, "/opt/py": {}}))

    assert {entry.note for entry in scan(tmp_path).entries} == {"of /home/me/.venv", "of /usr, /opt/py"}
