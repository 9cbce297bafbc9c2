"""Tests of the checks of releases, which read index pages, headers and zip directories."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, Format, file_headers, http_date, page_headers
from cachetui.insight.health.checks import check
from cachetui.pip.formats.index_page import Page
from cachetui.pip.formats.project_status import MARKERS, ProjectStatus, project_status
from cachetui.pip.formats.startup_files import startup_files
from cachetui.pip.reader import CacheReader
from cachetui.pip.scan.scanner import scan
from cachetui.system.remembered import read_remembered, write_remembered

NOW = time.time_ns()
HOUR = 3_600 * 10**9
NOTICES = ("quarantined", "yanked", "startup", "fresh", "retired")


class Bytes:
    """A body in memory."""

    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def read(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]


def zipped(names: Iterable[str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "import os\n")
    return buffer.getvalue()


def wheel(project: str, version: str, *names: str) -> bytes:
    """Return a wheel with its metadata and some more files."""
    buffer = io.BytesIO(artifacts.wheel(project, version, size=2_000))
    with zipfile.ZipFile(buffer, "a") as archive:
        for name in names:
            archive.writestr(name, "import os\n")
    return buffer.getvalue()


def put(root: Path, filename: str, body: bytes, *, after: int | None = None, form: Format = "v2") -> str:
    """Write a download that came `after` hours after its upload; return its URL."""
    project, version = filename.removesuffix(".tar.gz").split("-")[:2]
    url = f"https://files.example/{filename}"
    headers = file_headers(project, version, "bdist_wheel", "py3", size=len(body), at_ns=NOW - HOUR)
    if after is not None:
        headers["Last-Modified"] = http_date(NOW - HOUR - after * HOUR)
    CacheWriter(root).answer(url, body, headers, NOW - HOUR, form=form)
    return url


def put_page(root: Path, project: str, content: object, *, host: str = "index.example") -> None:
    """Write an index page: JSON of a value, or a text as HTML."""
    text = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    kind = "text/html" if isinstance(content, str) else "application/vnd.pypi.simple.v1+json"
    headers = page_headers(kind, size=len(text), at_ns=NOW - HOUR, gzipped=False)
    CacheWriter(root).answer(f"https://{host}/simple/{project}/", text, headers, NOW - HOUR)


def found(root: Path, fresh_hours: int | None = None) -> list[tuple[str, str | None, str]]:
    inventory = scan(root, indexes=["https://index.example/simple"])
    findings = check(inventory, now_ns=NOW, fresh_hours=fresh_hours, exists=lambda _: True)
    of = inventory.by_path
    return [(one.sort, of[one.path].filename, one.words) for one in findings if one.sort in NOTICES]


def test_a_sound_release_gives_no_notice(tmp_path: Path) -> None:
    url = put(tmp_path, "calm-1.0-py3-none-any.whl", wheel("calm", "1.0", "calm/data.pth"), after=100)
    file = {"filename": "calm-1.0-py3-none-any.whl", "url": url, "hashes": {}, "yanked": False}
    status = {"status": "active", "reason": "archived"}
    put_page(tmp_path, "calm", {"name": "calm", "project-status": status, "files": [file]})
    assert found(tmp_path, fresh_hours=99) == []


@pytest.mark.parametrize("form", ["v2", "cc=4", "cc=2"])
def test_a_download_soon_after_its_upload(tmp_path: Path, form: Format) -> None:
    put(tmp_path, "new-1.0-py3-none-any.whl", wheel("new", "1.0"), after=2, form=form)
    put(tmp_path, "old-1.0-py3-none-any.whl", wheel("old", "1.0"), after=200)
    put(tmp_path, "odd-1.0-py3-none-any.whl", wheel("odd", "1.0"), after=-5)
    put(tmp_path, "mute-1.0-py3-none-any.whl", wheel("mute", "1.0"))
    assert found(tmp_path) == found(tmp_path, fresh_hours=1) == []
    ((sort, filename, words),) = found(tmp_path, fresh_hours=2)
    assert (sort, words) == ("fresh", "it was downloaded 2.0 hours after its upload")
    assert filename == "new-1.0-py3-none-any.whl"


def test_a_later_confirmation_by_the_server_does_not_count(tmp_path: Path) -> None:
    body = wheel("new", "1.0")
    headers = file_headers("new", "1.0", "bdist_wheel", "py3", size=len(body), at_ns=NOW)
    headers["Last-Modified"] = http_date(NOW - 50 * HOUR)
    CacheWriter(tmp_path).answer("https://files.example/new-1.0-py3-none-any.whl", body, headers, NOW - 47 * HOUR)
    assert [words for _, _, words in found(tmp_path, fresh_hours=4)] == ["it was downloaded 3.0 hours after its upload"]


def test_yanked_files_and_builds_of_them(tmp_path: Path) -> None:
    bad = put(tmp_path, "six-1.0-py3-none-any.whl", wheel("six", "1.0"))
    good = put(tmp_path, "six-2.0-py3-none-any.whl", wheel("six", "2.0"))
    source = "https://files.example/six-3.0.tar.gz"
    built = wheel("six", "3.0")
    CacheWriter(tmp_path).built(source, "00" * 32, "six-3.0-py3-none-any.whl", built, NOW - HOUR)
    links = f'<a href="{bad}" data-yanked="stole\n  tokens.">six</a><a href="{good}">six</a>'
    put_page(tmp_path, "six", f'<title>Links for six</title>{links}<a href="{source}" data-yanked="">six</a>')
    assert sorted(found(tmp_path), key=str) == [
        ("yanked", "six-1.0-py3-none-any.whl", "yanked: stole tokens"),
        ("yanked", "six-3.0-py3-none-any.whl", "yanked, without a reason"),
    ]


def test_quarantined_archived_and_deprecated_projects(tmp_path: Path) -> None:
    put(tmp_path, "bad-1.0-py3-none-any.whl", wheel("bad", "1.0"))

    def of(name: str, **status: str) -> None:
        put_page(tmp_path, name, {"name": name, "files": [], "project-status": status})

    of("bad", status="quarantined")
    of("gone", status="quarantined", reason="x")
    of("old", reason="use new", status="deprecated")
    marker = '<meta name="pypi:project-status" content="archived">'
    reason = '<meta content="no &lt;time&gt;" name=pypi:project-status-reason>'
    put_page(tmp_path, "tired", f"<html><head>{marker}{reason}<title>Links for tired</title></head></html>")
    assert sorted(found(tmp_path), key=str) == [
        ("quarantined", "bad-1.0-py3-none-any.whl", "quarantined, without a reason"),
        ("quarantined", None, "quarantined: x"),
        ("retired", None, "archived: no <time>"),
        ("retired", None, "deprecated: use new"),
    ]


@given(st.sampled_from([*MARKERS, "active", "odd", ""]), st.text(max_size=40))
def test_the_status_is_the_same_in_both_forms(marker: str, reason: str) -> None:
    expected = ProjectStatus(marker, reason) if marker in MARKERS else None
    content = {"files": [], "name": "a", "project-status": {"reason": reason, "status": marker}}
    for ascii_only in (True, False):
        text = json.dumps(content, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        assert project_status(Page(text, True)) == expected
    assert project_status(Page(b'{"files": [{"x": "\\"project-status\\": \\"archived\\""}]}', True)) is None


AT_START = [
    *("a.pth", "sitecustomize.py", "usercustomize.cpython-312-x86_64-linux-gnu.so", "sitecustomize/__init__.py"),
    *("x-1.data/purelib/a.pth", "x-1.data/platlib/usercustomize.py", "./b.pth", "pkg/../c.pth", "d.start"),
    *("x-1.data/data/lib/python3.12/site-packages/e.pth", "x-1.data/data/Lib/Site-Packages/sitecustomize.py"),
]
NOT_AT_START = [
    *("pkg/a.pth", "a.pth.txt", "pkg/sitecustomize.py", "sitecustomize/other.py", "x-1.data/scripts/a.pth"),
    *("x-1.data/purelib/pkg/a.pth", "x-1.data/data/share/a.pth", "x-1.data/headers/sitecustomize.py", "a.PTH"),
]


def test_files_that_run_at_each_start_of_python() -> None:
    assert startup_files(Bytes(zipped([*AT_START, *NOT_AT_START]))) == tuple(sorted(AT_START))
    assert startup_files(Bytes(zipped(NOT_AT_START))) == ()
    whole = zipped(AT_START)
    for damaged in (b"", whole[:100], whole[: len(whole) // 2], whole[:-22], whole.replace(b"PK\1\2", b"PK\1\3")):
        assert startup_files(Bytes(damaged)) == ()


def test_wheels_that_run_at_each_start_of_python(tmp_path: Path) -> None:
    put(tmp_path, "bad-1.0-py3-none-any.whl", wheel("bad", "1.0", "bad_init.pth", "sitecustomize.py"))
    CacheWriter(tmp_path).built(
        "https://files.example/b.zip", None, "b-1.0-py3-none-any.whl", wheel("b", "1.0", "b.pth"), NOW - HOUR
    )
    assert sorted(found(tmp_path)) == [
        ("startup", "b-1.0-py3-none-any.whl", "it has b.pth"),
        ("startup", "bad-1.0-py3-none-any.whl", "it has bad_init.pth and 1 more"),
    ]


def test_what_was_read_is_remembered_while_files_stay_the_same(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "cache"
    put(root, "bad-1.0-py3-none-any.whl", wheel("bad", "1.0", "bad.pth"))
    yanked = {"filename": "x", "url": "https://files.example/bad-1.0-py3-none-any.whl", "hashes": {}, "yanked": "evil"}
    status = {"status": "deprecated", "reason": "old"}
    put_page(root, "bad", {"name": "bad", "files": [yanked], "project-status": status})
    inventory = scan(root, indexes=["https://index.example/simple"])

    def told(memory: bool = False) -> list[tuple[str, str]]:
        return [(one.sort, one.words) for one in check(inventory, now_ns=NOW, exists=lambda _: True, memory=memory)]

    first = told(memory=True)
    assert first == told() and {sort for sort, _ in first} == {"yanked", "startup", "retired"}
    (file,) = home.rglob("releases.json")
    with monkeypatch.context() as patch:
        patch.setattr(CacheReader, "page", lambda *_: pytest.fail("a page was read again"))
        patch.setattr(CacheReader, "startup_files", lambda *_: pytest.fail("a wheel was read again"))
        assert told(memory=True) == first
    known = read_remembered(file)
    for odd in (3, None, [3], [{}, 3], [{"a": 3}, None], [{}, ["odd", "x"]]):
        write_remembered(file, {key: dict.fromkeys(of, odd) for key, of in known.items()})
        assert told(memory=True) == first
    file.write_bytes(b"{")
    assert told(memory=True) == first
    (body,) = [root / entry.files[-1].path for entry in inventory.entries if entry.kind == "wheel"]
    body.write_bytes(wheel("bad", "1.0"))
    inventory = scan(root, indexes=["https://index.example/simple"])
    assert {sort for sort, _ in told(memory=True)} == {"yanked", "retired", "length"}
