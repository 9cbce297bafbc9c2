"""Damaged entries such as no pip writes; each once ended every reading, or is of the same kind."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import msgpack

from cachetui.demo.artifacts import DemoFile, json_page, wheel
from cachetui.demo.writer import CacheWriter, Format, answer_path, built_folder, file_headers, page_headers
from cachetui.model import NS

AT = 1_700_000_000 * NS
GOOD = ("goodone", "goodtwo", "goodbuilt")
"""Projects of the undamaged entries."""
DEEP = "[" * 100_000
MANY = "9" * 5_000
"""Brackets and digits without end: deeper, and more, than Python takes."""


def _text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _answer(**changed: object) -> dict[str, object]:
    """Return a record as JSON holds it; fields set to `...` are left out."""
    whole: dict[str, object] = {
        "body": _text("body"),
        "headers": {_text("Content-Type"): _text("text/plain")},
        "status": 200,
        "version": 11,
        "reason": _text("OK"),
        "strict": True,
        "decode_content": False,
    }
    return {name: value for name, value in {**whole, **changed}.items() if value is not ...}


def json_record(content: object) -> bytes:
    """Return a `cc=2` record with this JSON, as text or as what it stands for."""
    return b"cc=2," + zlib.compress((content if isinstance(content, str) else json.dumps(content)).encode())


def packed_record(content: object) -> bytes:
    """Return a `cc=4` record with this msgpack."""
    packed: bytes = msgpack.packb(content)
    return b"cc=4," + packed


JSON_RECORDS: Mapping[str, object] = {
    "no body": {"response": _answer(body=...), "vary": {}},
    "a null body": {"response": _answer(body=None), "vary": {}},
    "a body that is a list": {"response": _answer(body=[]), "vary": {}},
    "a body beyond ASCII": {"response": _answer(body="é" * 8), "vary": {}},
    "a body of a length that base64 cannot have": {"response": _answer(body="AAAAA"), "vary": {}},
    "a long body of such a length": {"response": _answer(body="A" * 400_001), "vary": {}},
    "no headers": {"response": _answer(headers=...), "vary": {}},
    "null headers": {"response": _answer(headers=None), "vary": {}},
    "headers that are a list": {"response": _answer(headers=["A"]), "vary": {}},
    "a header that is a number": {"response": _answer(headers={_text("A"): 1}), "vary": {}},
    "a header that is null": {"response": _answer(headers={_text("A"): None}), "vary": {}},
    "a header's name that is not base64": {"response": _answer(headers={"é": _text("b")}), "vary": {}},
    "no status": {"response": _answer(status=...), "vary": {}},
    "a status that is text": {"response": _answer(status="200"), "vary": {}},
    "an answer that is a list": {"response": [], "vary": {}},
    "a null answer": {"response": None, "vary": {}},
    "no answer": {"vary": {}},
    "a list": [],
    "a number": 5,
    "a null": None,
    "brackets without end": DEEP,
    "digits without end": '{"response": ' + MANY + "}",
    "cut text": '{"response": {"body": "',
}
"""JSON of `cc=2` records after damage."""
PACKED_RECORDS: Mapping[str, object] = {
    "no body": {"response": {"headers": {}, "status": 200}, "vary": {}},
    "a null body": {"response": {"body": None, "headers": {}, "status": 200}, "vary": {}},
    "a body that is a number": {"response": {"body": 5, "headers": {}, "status": 200}, "vary": {}},
    "null headers": {"response": {"body": b"", "headers": None, "status": 200}, "vary": {}},
    "headers that are a list": {"response": {"body": b"", "headers": ["a"], "status": 200}, "vary": {}},
    "a header's name that is a number": {"response": {"body": b"", "headers": {1: "a"}, "status": 200}, "vary": {}},
    "a header's name that is null": {"response": {"body": b"", "headers": {None: "a"}, "status": 200}, "vary": {}},
    "a status that is text": {"response": {"body": b"", "headers": {}, "status": "200"}, "vary": {}},
    "a status that is a fraction": {"response": {"body": b"", "headers": {}, "status": 2.5}, "vary": {}},
    "an answer that is a list": {"response": [], "vary": {}},
    "a null answer": {"response": None, "vary": {}},
    "no answer": {"vary": {}},
    "a list": [1, 2],
    "a number": 5,
    "a text": "response",
}
"""Msgpack contents of `cc=4` records after damage."""

ADDRESSES = (
    "http://[",
    "http://[::1/a-1.0.tar.gz",
    "http://[#a",
    "//[",
    "http://a]b/a-1.0.tar.gz",
    "http://\u2100/a-1.0.tar.gz",
    "http://h:port/a-1.0.tar.gz",
    "http://h\ud800/a-1.0.tar.gz",
    "",
)
"""Texts that are invalid as addresses, or barely valid."""
NAMES: tuple[object, ...] = (None, 5, [], {}, "", "\ud800", "x" * 1_000)
"""Values in place of the name of a page's project after damage."""
FILES: tuple[object, ...] = (
    {},
    None,
    5,
    "text",
    [],
    [None, 5, "text", [], {}],
    [{"url": None}, {"url": 5}, {"url": []}, {"url": {}}],
    [{"url": "a-1.0.tar.gz", "hashes": []}, {"url": "a-1.0.tar.gz", "hashes": {"sha256": None}}],
    [{"url": "a-1.0.tar.gz", "core-metadata": [], "requires-python": 3, "yanked": {}, "filename": []}],
)
"""Values in place of the files of a page after damage."""


def pages(name: str) -> Iterator[bytes]:
    """Yield index pages of a project that are damaged."""
    for address in ADDRESSES:
        yield json.dumps({"name": name, "files": [{"filename": "a", "url": address, "hashes": {}}]}).encode()
        yield f'<title>Links for {name}</title><a href="{address}">a</a>'.encode("utf-8", "replace")
        yield f'<a href="{address}">a</a><a href="{name}-1.0.tar.gz">b</a>'.encode("utf-8", "replace")
    for files in FILES:
        yield json.dumps({"name": name, "files": files}).encode()
    for odd in NAMES:
        yield json.dumps({"files": [], "name": odd}).encode()
    yield f'<title>Links for {name}</title><a href="&#{MANY};">a</a>'.encode()
    yield f'<a href="&#{MANY};">a</a><base href="http://["><a href="a">b</a>'.encode()
    yield f'{{"name": "{name}", "files": [{DEEP}'.encode()
    yield f'{{"name": "{name}", "files": [{{"size": {MANY}}}]}}'.encode()


OBJECTS = (
    b"",
    b"[]",
    b"null",
    b"5",
    b'"key url"',
    b'["key", "url"]',
    b'{"key": [], "url": {}}',
    b'{"key": null, "url": null}',
    b'{"url": "http://[", "archive_info": {"hash": 5}}',
    b'{"url": "http://x", "archive_info": []}',
    b'{"url": "http://x", "archive_info": {"hash": "md5=\xff"}}',
    b'{"url": "http://x", "archive_info": {"hash": "sha256=\\ud800"}}',
    b'{"url": ' + MANY.encode() + b"}",
    DEEP.encode(),
    b"\xff\xfe{",
)
"""Contents of an `origin.json` or a self-check after damage."""
DISPOSITIONS = (
    "attachment; filename=",
    'attachment; filename="',
    'attachment; filename="%ff%fe.whl"',
    'attachment; filename="a-' + MANY + '-py3-none-any.whl"',
    "attachment; filename*=utf-8''%e2%82%ac-1.0.tar.gz",
    "filename=///",
)
BODIES = (
    b"",
    b"PK\3\4",
    b"PK\3\4" + b"PK\5\6" + b"\xff" * 18,
    b"PK\3\4" + b"PK\6\6" + b"\xff" * 60 + b"PK\5\6" + b"\0" * 8 + b"\xff" * 8 + b"\0\0",
    wheel("cut", "1.0")[:-30],
    gzip.compress(b"x" * 257 + b"ustar" + b"\xff" * 300, mtime=0),
    gzip.compress(
        (b"a-1/PKG-INFO".ljust(124, b"\0") + b"8" * 12).ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 300, mtime=0
    ),
    b"\x1f\x8b\x08" + b"\xff" * 40,
    b"BZh9" + b"\xff" * 40,
    b"\xfd7zXZ\0" + b"\xff" * 40,
    b"Metadata-Version: 2.1\nName: \xff\nVersion: " + MANY.encode() + b"\n",
    b"Metadata-Version: 2.1\nName: a\nVersion: 1\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nhi\n--x--\n",
    b"Metadata-Version",
)
"""Downloads after damage."""
PAGE_TYPES = ("application/vnd.pypi.simple.v1+json", "text/html")


def fill_with_damage(root: Path) -> None:
    """Write a cache with one of each damaged entry, among undamaged ones."""
    cache = CacheWriter(root)
    _fill_with_good(cache)
    for number, content in enumerate(JSON_RECORDS.values()):
        cache.put(answer_path(f"https://index.example/json/{number}", "http"), json_record(content), AT)
    for number, content in enumerate(PACKED_RECORDS.values()):
        cache.put(answer_path(f"https://index.example/packed/{number}", "http"), packed_record(content), AT)
        path = cache.put(answer_path(f"https://index.example/packed/{number}", "http-v2"), packed_record(content), AT)
        cache.put(f"{path}.body", b"body", AT)
    forms: tuple[Format, ...] = ("v2", "cc=4", "cc=2")
    for number, text in enumerate(pages("goodone")):
        for form in forms:
            kind = PAGE_TYPES[number % 2]
            headers = page_headers(kind, size=len(text), at_ns=AT, gzipped=False)
            cache.answer(f"https://index.example/{form}/{number}/simple/goodone/", text, headers, AT, form=form)
    for number, text in enumerate(OBJECTS):
        url = f"https://files.example/{number}.zip"
        cache.built(url, None, "goodbuilt-1.0-py3-none-any.whl", wheel("goodbuilt", "1.0"), AT)
        cache.put(f"{built_folder(url, None)}/origin.json", text, AT)
        cache.put(f"selfcheck/{number:056x}", text, AT)
    for number, body in enumerate(BODIES):
        for form in forms:
            headers = file_headers("damagedone", "1.0", "bdist_wheel", "py3", size=len(body), at_ns=AT)
            cache.answer(f"https://files.example/{form}/{number}/named", body, headers, AT, form=form)
            cache.answer(f"https://files.example/{form}/{number}/plain", body, {"Content-Type": "x"}, AT, form=form)
    for number, disposition in enumerate(DISPOSITIONS):
        odd = {"Content-Disposition": disposition, "Location": "http://[", "Content-Length": MANY, "Date": MANY}
        cache.answer(f"https://files.example/{number}/disposed", b"x", odd, AT)
        cache.answer(f"https://files.example/{number}/moved", b"", odd, AT, status=301, reason="Moved")


def _fill_with_good(cache: CacheWriter) -> None:
    for name in ("goodone", "goodtwo"):
        filename = f"{name}-1.0-py3-none-any.whl"
        data, url = wheel(name, "1.0"), f"https://files.example/{filename}"
        headers = file_headers(name, "1.0", "bdist_wheel", "py3", size=len(data), at_ns=AT)
        cache.answer(url, data, headers, AT)
        text = json_page(name, [DemoFile(filename, url, sha256(data).hexdigest())])
        headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(text), at_ns=AT, gzipped=False)
        cache.answer(f"https://index.example/simple/{name}/", text, headers, AT)
    url = "https://files.example/goodbuilt-1.0.tar.gz"
    cache.built(url, None, "goodbuilt-1.0-py3-none-any.whl", wheel("goodbuilt", "1.0"), AT)
