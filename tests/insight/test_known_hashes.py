from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from cachetui.demo.artifacts import DemoFile, html_page
from cachetui.demo.writer import CacheWriter, page_headers
from cachetui.export.expected import ExpectedHash, expected_of
from cachetui.insight.health.verification import expectations
from cachetui.insight.known_hashes import known_hashes
from cachetui.model import NS
from cachetui.pip.reader import CacheReader, digest_of
from cachetui.pip.scan.scanner import scan

AT = 1_700_000_000 * NS
NAME = "pkg-1.0-py3-none-any.whl"
URL = f"https://files.example/{NAME}"
HASH = sha256(b"pkg").hexdigest()


@pytest.mark.parametrize(
    ("address", "title", "kind"),
    [
        ("https://index.example/simple/pkg/", "Links for pkg", "index"),
        ("https://files.example/all.html", "All that we have", "response"),
    ],
)
def test_export_and_verification_know_the_same_hashes(address: str, title: str, kind: str, tmp_path: Path) -> None:
    other = "other-1.0-py3-none-any.whl"  # without it the page would be taken for the project's
    page = html_page(title, [DemoFile(NAME, URL, HASH), DemoFile(other, f"https://files.example/{other}", "0" * 64)])
    headers = page_headers("text/html", size=len(page), at_ns=AT, gzipped=False)
    writer = CacheWriter(tmp_path)
    writer.answer(address, page, headers, AT)
    writer.answer(URL, b"PK\3\4", {"Content-Disposition": f"attachment; filename={NAME}"}, AT)
    inventory = scan(tmp_path, indexes=("https://index.example/simple/",))
    with CacheReader(inventory) as evidence:
        (listing,) = [one for one in inventory.entries if [*known_hashes(one, evidence)]]
        files = [one for one in inventory.entries if one.filename == NAME]
        assert (listing.kind, len(files)) == (kind, 1)
        known = expected_of(inventory.entries, files, evidence)
        assert known.hashes[digest_of(URL)] == {ExpectedHash("sha256", HASH, "index")}
        assert known.filenames["sha256", HASH] == NAME
        assert expectations(inventory.entries, evidence)[digest_of(URL)] == {("sha256", HASH)}
