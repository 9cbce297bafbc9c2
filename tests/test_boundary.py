"""Whatever lies in a cache, reading, checking, verifying, exporting and planning go on past it and make no mistake."""

from __future__ import annotations

import base64
import gzip
import json
import os
import tempfile
import time
import zlib
from pathlib import Path

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, file_headers
from cachetui.export.export import export
from cachetui.export.plan import plan_export
from cachetui.insight.health.checks import check
from cachetui.insight.health.verification import verify
from cachetui.model import NS
from cachetui.pip.reader import CacheReader
from cachetui.pip.scan.scanner import scan
from cachetui.removal.plan import plan_removal

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
NOW = 1_793_000_000 * NS
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.binary(max_size=20), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "content-type",
            "Content-Encoding",
            "x-pypi-file-project",
            "x-pypi-file-version",
            "x-pypi-file-package-type",
            "location",
            "content-length",
            "content-disposition",
            "cache-control",
            "date",
            "expires",
            "etag",
        ]
    ),
    st.one_of(
        st.sampled_from(["text/html", "application/vnd.pypi.simple.v1+json", "gzip", "six", "1.0", "sdist"]),
        st.sampled_from(["filename=six-1.0-py3-none-any.whl", "max-age=" + "9" * 50, "http://[", "1" * 5_000]),
        st.text(max_size=30),
        VALUES,
    ),
    max_size=5,
)
PARTS = st.fixed_dictionaries(
    {"headers": st.one_of(HEADERS, VALUES), "status": st.one_of(st.sampled_from([200, 301]), VALUES)},
    optional={
        "body": VALUES,
        "version": VALUES,
        "reason": VALUES,
        "decode_content": VALUES,
        "strict": VALUES,
        "x": VALUES,
    },
)
RECORDS = st.one_of(
    st.builds(lambda parts, vary: {"response": parts, "vary": vary}, PARTS, VALUES),
    VALUES,
)
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ['<a href="http://[">', "<a href=", "<!--", "<title>Links for six</title>", '{"name":"six","files":[']
        ),
        st.sampled_from(
            ['{"url":"http://["}', "]}", '"', "&#9999999999999;", "<base href=//[>", "\x00", "\ud800", "é"]
        ),
        st.text(max_size=20),
    ),
    max_size=6,
).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))
WHEEL = artifacts.wheel("six", "1.0", size=2_000)
BODIES = st.one_of(
    PIECES,
    PIECES.map(gzip.compress),
    st.binary(max_size=100),
    st.builds(
        lambda at, piece: WHEEL[: at % len(WHEEL)] + piece + WHEEL[at % len(WHEEL) + len(piece) :],
        st.integers(0, len(WHEEL)),
        st.binary(max_size=8),
    ),
    st.integers(0, len(WHEEL)).map(lambda end: WHEEL[:end]),
)


def packed(record: object, form: str) -> bytes:
    """Return a record as some pip writes it, as far as it can be written so."""
    if form == "cc=4":
        data: bytes = msgpack.packb(record, use_bin_type=True, unicode_errors="surrogatepass")
        return b"cc=4," + data
    text = json.dumps(
        record, default=lambda one: base64.b64encode(one).decode() if isinstance(one, bytes) else str(one)
    )
    return b"cc=2," + zlib.compress(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=25 if settings().max_examples < 500 else 500)
@given(
    st.lists(
        st.tuples(st.sampled_from(["http", "http-v2"]), st.sampled_from(["cc=4", "cc=2"]), RECORDS, BODIES), max_size=4
    ),
    st.lists(BODIES, max_size=2),
)
def test_nothing_in_a_cache_ends_anything(answers: list[tuple[str, str, object, bytes]], built: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, out = Path(folder, "cache"), Path(folder, "out")
        writer = CacheWriter(root)
        writer.answer(
            "https://files.example/six-1.0-py3-none-any.whl",
            WHEEL,
            file_headers("six", "1.0", "bdist_wheel", "py3", size=len(WHEEL), at_ns=NOW),
            NOW,
        )
        for number, (top, form, record, body) in enumerate(answers):
            digest = f"{number}{'a' * 55}"
            place = root / top / "/".join(digest[:5]) / digest
            place.parent.mkdir(parents=True)
            try:
                place.write_bytes(packed(record, form))
            except (OverflowError, ValueError, TypeError):
                place.write_bytes(b"cc=4,")
            if top == "http-v2":
                place.with_suffix(".body").write_bytes(body)
        for number, data in enumerate(built):
            place = root / f"wheels/aa/bb/cc/{str(number) * 50}"
            place.mkdir(parents=True)
            (place / "six-1.0-py3-none-any.whl").write_bytes(data)
            (place / "origin.json").write_bytes(data)

        inventory = scan(root, indexes=("https://index.example/simple",))
        findings = [*check(inventory, now_ns=time.time_ns()), *verify(inventory, inventory.entries).findings]
        with CacheReader(inventory) as reader:
            for entry in inventory.entries:
                reader.answer(entry)
                reader.listing(entry)
                reader.needs(entry)
                reader.requires_python(entry)
                reader.origin(entry)
                reader.environments(entry)
        outcome = export(inventory, plan_export(inventory.entries), out)
        plan_removal(inventory, inventory.entries, now_ns=time.time_ns(), named=True, home=Path("/nowhere"))

        told = [entry.note or "" for entry in inventory.entries] + [one.words for one in findings]
        told += [error.reason for error in inventory.errors] + [skipped.reason for skipped in outcome.skipped]
        assert not [words for words in told if "bug in cachetui" in words]
        assert sum(len(entry.files) for entry in inventory.entries) + len(inventory.foreign) == sum(
            len(files) for _, _, files in os.walk(root)
        )
