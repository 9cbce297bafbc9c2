"""Files of one name are the same only if their bodies are, wherever these lie."""

from __future__ import annotations

from pathlib import Path

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, Format, file_headers
from cachetui.insight.copies import copies
from cachetui.insight.labelling import facts_of
from cachetui.model import NS
from cachetui.pip.scan.scanner import scan

AT = 1_700_000_000 * NS
NAME = "six-1.0-py3-none-any.whl"


def put(root: Path, body: bytes, url: str, form: Format = "v2", more: str = "") -> str:
    """Write a wheel as its server sent it, with its name in a header, and maybe with a longer record."""
    headers = file_headers("six", "1.0", "bdist_wheel", "py3", size=len(body), at_ns=AT)
    named = {**headers, "Content-Disposition": f'attachment; filename="{NAME}"', "X-More": more}
    return CacheWriter(root).answer(url, body, named, AT, form=form)


def dead(root: Path) -> frozenset[str]:
    entries = scan(root).entries
    return facts_of(entries, ["dead-weight"], now_ns=AT, alike=lambda some: copies(some, str(root))).dead_weight


def test_files_of_one_name_and_length_are_compared(tmp_path: Path) -> None:
    body = artifacts.wheel("six", "1.0", size=20_000)
    other = bytearray(body)
    other[len(body) // 2] ^= 1
    put(tmp_path, body, "https://one.example/a")
    put(tmp_path, bytes(other), "https://two.example/a")
    assert dead(tmp_path) == frozenset()
    put(tmp_path, bytes(other), "https://three.example/a")
    assert len(dead(tmp_path)) == 1


def test_bodies_are_compared_whatever_lies_around_them(tmp_path: Path) -> None:
    body, url = artifacts.wheel("six", "1.0", size=20_000), "https://one.example/a"
    put(tmp_path, body, url)
    old = {put(tmp_path, body, url, "cc=4", more="x" * 300), put(tmp_path, body, "https://one.example/b", "cc=2")}
    assert dead(tmp_path) == old
    put(tmp_path, body[:-1] + b"x", "https://one.example/c", "cc=4")
    assert dead(tmp_path) == old


def test_what_is_gone_is_no_copy(tmp_path: Path) -> None:
    body = artifacts.wheel("six", "1.0", size=20_000)
    for host in ("one", "two"):
        put(tmp_path, body, f"https://{host}.example/gone")
    entries = scan(tmp_path).entries
    for entry in entries:
        for file in entry.files:
            (tmp_path / file.path).unlink()
    assert copies(entries, str(tmp_path)) == []
    assert copies(entries, str(tmp_path / "absent")) == []
