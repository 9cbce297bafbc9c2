"""A writer of caches as poetry fills them; see `cachetui.caches.poetry_layout` for the sources of the layout."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from cachetui.caches.poetry import scan_poetry
from cachetui.caches.source import ScanOptions
from cachetui.demo.writer import answer_path, plain_headers, record
from cachetui.model import NS, Inventory
from cachetui.pip.config.location import Location

LONG_AGO = 1_700_000_000 * NS
INDEX, FILES = "http://index.example/simple", "http://files.example/packages"
"""An index whose pages list the URLs of files."""


class PoetryWriter:
    """Writer for one cache; all files are dated long ago, and paths are relative to its root."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root

    def put(self, path: str, data: bytes = b"") -> str:
        """Write a file; return its path."""
        whole = self.root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(data)
        os.utime(whole, ns=(LONG_AGO, LONG_AGO))
        return path

    def artifact(self, url: str, data: bytes, built: str | None = None) -> str:
        """Store a download as an artifact, or `built`, a wheel that was built from it; return the path."""
        key = hashlib.sha256(json.dumps({"url": url}, separators=(",", ":")).encode()).hexdigest()
        folder = f"artifacts/{key[:2]}/{key[2:4]}/{key[4:6]}/{key[6:]}"
        return self.put(f"{folder}/{built or url.rpartition('/')[2]}", data)

    def answer(
        self, repository: str, url: str, body: bytes, content: str = "application/octet-stream", *, locks: bool = True
    ) -> tuple[str, ...]:
        """Store a response as poetry 2.4 and later do; return the paths of its files, in order of removal."""
        path = answer_path(url, f"cache/repositories/{repository}/_http_")
        self.put(path, record(b"", plain_headers(content, size=len(body), at_ns=LONG_AGO), "v2"))
        ends = (".body", ".lock", ".body.lock") if locks else (".body",)
        return path, *[self.put(f"{path}{end}", body if end == ".body" else b"") for end in ends]

    def old_answer(self, repository: str, url: str, body: bytes) -> tuple[str, ...]:
        """Store a response as poetry 1.5 to 2.3 do: the body inside the record; return the paths of its files."""
        path = answer_path(url, f"cache/repositories/{repository}/_http")
        headers = plain_headers("application/octet-stream", size=len(body), at_ns=LONG_AGO)
        return self.put(path, record(body, headers, "cc=4")), self.put(f"{path}.lock")

    def page(self, repository: str, project: str, *urls: str) -> str:
        """Store a project's index page; return the path of its record."""
        anchors = "".join(f'<a href="{url}">{url.rpartition("/")[2]}</a>' for url in urls)
        page = f"<!DOCTYPE html><title>Links for {project}</title><h1>Links for {project}</h1>{anchors}".encode()
        return self.answer(repository, f"{INDEX}/{project}/", page, "text/html")[0]

    def release(self, repository: str, project: str, version: str, data: bytes | None = None) -> str:
        """Store what poetry learned about a release; return its path."""
        key = hashlib.sha256(f"{project}:{version}".encode()).hexdigest()
        start = "/".join(key[at : at + 2] for at in range(0, 16, 2))
        told = {"name": project, "version": version, "summary": "", "requires_dist": [], "_cache_version": "2.1.0"}
        content = b"9999999999" + json.dumps(told).encode() if data is None else data
        return self.put(f"cache/repositories/{repository}/{start}/{key}", content)

    def store(self, url: str, data: bytes) -> tuple[str, ...]:
        """Store a download as an artifact and as a response that a page lists; return the paths of its files."""
        self.page("lab", "project", url)
        return self.artifact(url, data), *self.answer("_default_cache", url, data)

    def scan(self) -> Inventory:
        """Read the cache."""
        location = Location(self.root, "a test", named=True, enabled=True, source="poetry")
        return scan_poetry(location, ScanOptions())
